// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// Options set how a compactor works. Store, Tenant, Key and Dir are needed.
type Options struct {
	Store  store.Store
	Tenant string
	// Queue has the announced segments; nil if there is none, and segments are only looked for.
	Queue queue.Queue
	// Key signs the commits. Segments must be signed by its public half or one of Verifiers.
	Key       *checkpoint.Key
	Verifiers []dsse.Verifier
	// Dir is the folder of the local state, which can be removed between runs.
	Dir string
	// ParseDelta checks the signature of a delta statement and reads it. If it is nil, delta
	// statements are not committed.
	ParseDelta func(ctx context.Context, statement []byte, keys ...dsse.Verifier) (*DeltaStatement, error)

	// Segments bounds a commit; default 64, at most 128. Content does too: about how many bytes of
	// memory its rows and claims have, default 128 MiB. A commit has at least one segment.
	Segments int
	Content  int
	// Wait is how long the first of some announced segments waits for others; default 10 seconds.
	Wait time.Duration
	// Every is how often the bucket is searched for segments that nobody has announced; default
	// 10 minutes.
	Every time.Duration
	Log   *slog.Logger // default: none
	// Done, if it is set, is called after each commit.
	Done func(*Commit)
}

const (
	maxSegments = 128

	// About how many bytes a row of documents or findings and a claim have in memory.
	rowBytes   = 1000
	claimBytes = 150
)

// A Compactor makes the commits of a tenant. It is not safe for concurrent use; several of them, also in
// other programs, can work on the same tenant.
type Compactor struct {
	Options
	keys  []dsse.Verifier
	state *state
	last  *Link           // the newest commit; nil if there is none
	named map[string]bool // segments that cannot be committed, and were named in the log
}

// Open opens a compactor, and finishes the last commit if it was interrupted.
func Open(ctx context.Context, o Options) (*Compactor, error) {
	if err := job.CheckTenant(o.Tenant); err != nil {
		return nil, err
	}
	o.Segments = min(cmp.Or(max(o.Segments, 0), 64), maxSegments)
	o.Content = cmp.Or(max(o.Content, 0), 128<<20)
	o.Wait = cmp.Or(max(o.Wait, 0), 10*time.Second)
	o.Every = cmp.Or(max(o.Every, 0), 10*time.Minute)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := openState(o.Dir, o.Tenant)
	if err != nil {
		return nil, err
	}
	c := &Compactor{Options: o, keys: append([]dsse.Verifier{o.Key.StatementVerifier}, o.Verifiers...), state: s, named: make(map[string]bool)}
	err = c.clearFiles()
	if err == nil {
		err = c.catchUp(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close closes the local state.
func (c *Compactor) Close() error { return c.state.close() }

// files is the folder of temporary files.
func (c *Compactor) files() string { return filepath.Join(c.Dir, c.Tenant+".tmp") }

// clearFiles removes the temporary files of an interrupted run.
func (c *Compactor) clearFiles() error {
	if err := os.RemoveAll(c.files()); err != nil {
		return err
	}
	return os.MkdirAll(c.files(), 0o700)
}

// Run commits announced segments, and those that are found in the bucket, until ctx is done.
func (c *Compactor) Run(ctx context.Context) error {
	var searched time.Time
	for ctx.Err() == nil {
		err := error(nil)
		if searched.IsZero() || time.Since(searched) >= c.Every {
			if err = c.Search(ctx); err == nil {
				searched = time.Now()
			}
		}
		if err == nil {
			err = c.announced(ctx)
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("committing", "tenant", c.Tenant, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Second):
			}
		}
	}
	return nil
}

// announced collects announced segments for some time, and commits them.
func (c *Compactor) announced(ctx context.Context) error {
	if c.Queue == nil {
		select {
		case <-ctx.Done():
		case <-time.After(c.Wait):
		}
		return nil
	}
	var results []job.Result
	var done []func(context.Context) error
	for end := time.Now().Add(c.Wait); len(results) < c.Segments; {
		wait := time.Until(end)
		if wait <= 0 {
			break
		}
		a, err := c.Queue.Results(ctx, c.Tenant, c.Segments-len(results), wait)
		if ctx.Err() != nil {
			return nil // they are announced again
		}
		if err != nil {
			return err
		}
		if len(results) == 0 && len(a.Results) > 0 {
			end = time.Now().Add(c.Wait)
		}
		results = append(results, a.Results...)
		done = append(done, a.Done)
	}
	if err := c.Commit(ctx, results); err != nil {
		return err
	}
	var err error
	for _, d := range done {
		err = errors.Join(err, d(ctx))
	}
	return err
}

// Search commits the segments and delta statements in the bucket that are in no commit.
func (c *Compactor) Search(ctx context.Context) error {
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.eachFound(ctx, "segments/", ".seg", func(f found) string { return f.job }, c.commitFound); err != nil {
		return err
	}
	if c.ParseDelta == nil {
		return nil
	}
	return c.searchDeltas(ctx)
}

// A found object is a segment or a delta statement in no commit.
type found struct{ screening, job string }

// eachFound calls a function with the objects of a folder that are in no commit, some thousand at
// a time, in the order of screenings and ids.
func (c *Compactor) eachFound(ctx context.Context, folder, ending string, id func(found) string, each func(context.Context, []found) error) error {
	const most = 4096
	var all []found
	flush := func() error {
		ids := make([]string, len(all))
		for i := range all {
			ids[i] = id(all[i])
		}
		known, err := c.state.has(bucketJobs, ids...)
		if err != nil {
			return err
		}
		var unknown []found
		for i := range all {
			if !known[i] {
				unknown = append(unknown, all[i])
			}
		}
		all = all[:0]
		if len(unknown) == 0 {
			return nil
		}
		return each(ctx, unknown)
	}
	prefix := c.Tenant + "/" + folder
	for o, err := range c.Store.List(ctx, prefix) {
		if err != nil {
			return err
		}
		parts := strings.Split(strings.TrimPrefix(o.Key, prefix), "/") // SCREENING/ab/ID.seg
		name, ok := strings.CutSuffix(parts[len(parts)-1], ending)
		if len(parts) != 3 || !ok || len(name) != 64 || len(parts[0]) != 64 {
			continue
		}
		if len(all) == most || len(all) > 0 && all[0].screening != parts[0] {
			if err := flush(); err != nil {
				return err
			}
		}
		all = append(all, found{parts[0], name})
	}
	return flush()
}

// commitFound commits segments that were found.
func (c *Compactor) commitFound(ctx context.Context, all []found) error {
	var results []job.Result
	for _, f := range all {
		key := c.Tenant + "/segments/" + f.screening + "/" + f.job[:2] + "/" + f.job + ".seg"
		j, err := jobOf(ctx, c.Store, key)
		switch {
		case errors.Is(err, segment.ErrBad), err == nil && (j.ID() != f.job || j.Check() != nil || store.SegmentKey(&j) != key):
			// It is not known which job it is of. The job has no segment then, and is done again.
			err = errors.Join(ErrSegment, err)
			j = job.Job{Tenant: c.Tenant, Screening: f.screening}
			if err := c.reject(ctx, key, j, "", err); err != nil {
				return err
			}
			continue
		case err != nil && ctx.Err() != nil:
			return err
		case err != nil:
			c.name(f.job, err)
			continue
		}
		results = append(results, job.Result{Job: j})
	}
	return c.Commit(ctx, results)
}

// jobOf reads the job of a segment from its index.
func jobOf(ctx context.Context, s store.Store, key string) (job.Job, error) {
	o, err := s.Stat(ctx, key)
	if err != nil {
		return job.Job{}, err
	}
	r, err := segment.NewReader(&store.ReaderAt{Context: ctx, Store: s, Key: key}, o.Size)
	if err != nil {
		return job.Job{}, err
	}
	return r.Index.Job, nil
}

// name logs once why a segment cannot be committed. audit names it each time.
func (c *Compactor) name(id string, err error) {
	if !c.named[id] && len(c.named) < 10_000 {
		c.named[id] = true
		c.Log.Error("a segment is not committed", "tenant", c.Tenant, "job", id, "error", err)
	}
}

// Commit commits the segments and the delta statements of jobs. What is in a commit already is left
// out. A segment that is not that of its job is moved to the folder rejected, and its job is queued
// again. A delta statement for a segment that is in no commit is left for Search.
func (c *Compactor) Commit(ctx context.Context, results []job.Result) error {
	deltas := slices.Clone(results)
	deltas = slices.DeleteFunc(deltas, func(r job.Result) bool { return r.Delta == "" || r.Job.Tenant != c.Tenant })
	results = slices.DeleteFunc(slices.Clone(results), func(r job.Result) bool { return r.Delta != "" })
	if err := c.commitSegments(ctx, results); err != nil || len(deltas) == 0 || c.ParseDelta == nil {
		return err
	}
	return c.announcedDeltas(ctx, deltas)
}

// commitSegments commits the segments of jobs.
func (c *Compactor) commitSegments(ctx context.Context, results []job.Result) error {
	for {
		todo, err := c.uncommitted(results)
		if err != nil || len(todo) == 0 {
			return err
		}
		// All of a commit are of one screening.
		n := slices.IndexFunc(todo, func(r job.Result) bool { return r.Job.Screening != todo[0].Job.Screening })
		if n < 0 {
			n = len(todo)
		}
		handled, err := c.commitSome(ctx, todo[:n])
		if err != nil {
			return err
		}
		results = slices.DeleteFunc(todo, func(r job.Result) bool { return slices.Contains(handled, r.Job.ID()) })
	}
}

// uncommitted returns the results that are in no commit, each once, in the order of screenings and
// jobs.
func (c *Compactor) uncommitted(results []job.Result) ([]job.Result, error) {
	byID := make(map[string]job.Result)
	var ids []string
	for _, r := range results {
		id := r.Job.ID()
		if _, twice := byID[id]; !twice && r.Job.Tenant == c.Tenant {
			ids = append(ids, id)
			byID[id] = r
		}
	}
	known, err := c.state.has(bucketJobs, ids...)
	if err != nil {
		return nil, err
	}
	var todo []string
	for i, id := range ids {
		if !known[i] {
			todo = append(todo, id)
		}
	}
	slices.SortFunc(todo, func(a, b string) int {
		return cmp.Or(cmp.Compare(byID[a].Job.Screening, byID[b].Job.Screening), cmp.Compare(a, b))
	})
	var all []job.Result
	for _, id := range todo {
		all = append(all, byID[id])
	}
	return all, nil
}

// commitSome makes one commit of the first results. It returns the ids of the jobs that it has
// handled, also of those with a segment that cannot be committed; none if another compactor has
// made the commit with this number.
func (c *Compactor) commitSome(ctx context.Context, results []job.Result) (handled []string, err error) {
	generation, err := c.nextGeneration(results[0].Job.Screening)
	if err != nil {
		return nil, err
	}
	p := &part{c: c, generation: generation, records: make(map[string]bool), documents: make(map[string]bool), claimed: make(map[string]bool)}
	for i := range results {
		if len(p.segments) == c.Segments || p.content > c.Content {
			break
		}
		r := &results[i]
		if err := p.add(ctx, r); err != nil {
			if again, err := c.cannot(ctx, r, err); err != nil || again {
				return nil, err
			}
		}
		handled = append(handled, r.Job.ID())
	}
	if len(p.segments) == 0 {
		return handled, nil
	}
	screening, err := work.ReadScreening(ctx, c.Store, c.Tenant, results[0].Job.Screening)
	if err != nil {
		return nil, err
	}
	ok, err := c.write(ctx, p, screening)
	if err != nil || !ok {
		return nil, err
	}
	return handled, nil
}

// nextGeneration returns the generation of a screening.
func (c *Compactor) nextGeneration(screening string) (int32, error) {
	l, err := c.state.last(c.Tenant)
	if err != nil {
		return 0, err
	}
	return c.state.generation(screening, l.Generation)
}
