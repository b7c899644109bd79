// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/vendors"
)

// maxFrom bounds the earlier screenings that are compared with the new one. Documents of which
// the newest record is of another one are screened again.
const maxFrom = 63

// Options say what to plan. All fields but Dir and Progress are needed.
type Options struct {
	Store  store.Store
	Tenant string
	// Verifier checks the commits; nil to check only that they are a chain.
	Verifier note.Verifier
	// Screening is the new one, and Matcher its matcher. Earlier returns the matcher of an earlier
	// screening; an error that wraps ErrUnknown means that its documents are screened again.
	Screening job.Screening
	Matcher   *match.Matcher
	Earlier   func(ctx context.Context, id string) (*match.Matcher, *job.Screening, error)
	// Program is the version of the program. Documents that another one has screened are screened
	// again: it may have read them differently.
	Program string
	// Dir is the folder of temporary files; default that of the system.
	Dir string
	// Progress, if it is set, is called with the number of rows read so far.
	Progress func(what string, rows int64)
}

// ErrUnknown: the release of an earlier screening is not known any more.
var ErrUnknown = errors.New("the release of the screening is not known")

// Earlier returns a function for [Options] that reads screenings from the bucket.
func Earlier(s store.Store, tenant string) func(ctx context.Context, id string) (*match.Matcher, *job.Screening, error) {
	type known struct {
		m *match.Matcher
		s *job.Screening
	}
	all := make(map[string]known)
	return func(ctx context.Context, id string) (*match.Matcher, *job.Screening, error) {
		if k, ok := all[id]; ok {
			return k.m, k.s, nil
		}
		x, err := work.ReadScreening(ctx, s, tenant, id)
		if err != nil {
			return nil, nil, err
		}
		release, err := work.OpenRelease(ctx, s, tenant, x)
		if errors.Is(err, work.ErrRelease) {
			return nil, nil, fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		if err != nil {
			return nil, nil, err
		}
		m, err := work.Matcher(*x, release)
		if err == nil {
			all[id] = known{m, x}
		}
		return m, x, err
	}
}

// A Plan is what a new screening needs.
type Plan struct {
	Options
	Last *compact.Link // the newest commit that was read; nil if there is none
	// Deltas are the statements to sign, and Jobs the documents to screen, both in the order of
	// ids. Segments with a delta statement in a commit have none in Deltas.
	Deltas []*Statement
	Jobs   []job.Job
	Counts Counts
	// Pairs are where the records of documents are before and after: those of documents that have to
	// be screened, and of those that were screened before.
	Pairs []Pair
	// Causes are why, in the order of causes and vendors.
	Causes []CauseCount
}

// Counts are numbers of a plan. Documents = Done + Affected + Unchanged.
type Counts struct {
	Documents int64 // different ones
	Done      int64 // that have a record under the new screening
	Affected  int64 // that have to be screened
	Unchanged int64 // that have a record that is right
	Always    int64 // of those affected: not read to the end, or without all claims in the tables
	Other     int64 // of those affected: screened by another program version, or with an unknown release
	Claims    int64 // rows
	Values    int64 // different claims
	Differ    int64 // of them: for which the results can differ
}

// A CauseCount is how many different claims have a cause for a vendor.
type CauseCount struct {
	Cause  Cause
	Vendor vendors.ID
	Values int64
}

// A bits is a set of the documents of a batch.
type bits [job.MaxDocuments / 64]uint64

func (b *bits) add(i int32) { b[i/64] |= 1 << (i % 64) }
func (b *bits) has(i int) bool {
	return b[i/64]&(1<<(i%64)) != 0
}

func (b *bits) list() (all []int) {
	for i := range job.MaxDocuments {
		if b.has(i) {
			all = append(all, i)
		}
	}
	return all
}

// A decided segment has the documents of which its record counts.
type decided struct{ affected, right bits }

// short is the first bytes of a digest.
type short [16]byte

func shortOf(digest string) (s short, err error) {
	if len(digest) != 64 {
		return s, fmt.Errorf("%w: %q; expected a digest in hex", table.ErrBad, digest)
	}
	_, err = hex.Decode(s[:], []byte(digest[:32]))
	return s, err
}

// A planner makes a plan.
type planner struct {
	*Plan
	id        string // of the new screening
	commits   []*compact.Commit
	segments  map[string]*compact.Segment // by the id of the job
	comparers []*Comparer                 // nil for screenings that cannot be compared
	from      map[string]int              // number of a screening in comparers
	touched   map[short]uint64            // documents with claims that differ, by the numbers of the earlier screenings
	decided   map[string]*decided         // by the id of the job of the segment
	pairs     map[[2]string]*Pair         // of documents with a record under the new screening, by the ids of the jobs
	stated    map[string][]int            // indexes that delta statements in commits except, by the id of the job of the segment
	causes    map[CauseCount]int64
	dir       string
}

// Make reads the tables of a tenant and decides which documents have to be screened under the
// screening. It writes nothing to the bucket.
func Make(ctx context.Context, o Options) (_ *Plan, err error) {
	p := &planner{Plan: &Plan{Options: o}, id: o.Screening.ID(), segments: make(map[string]*compact.Segment), from: make(map[string]int),
		touched: make(map[short]uint64), decided: make(map[string]*decided), stated: make(map[string][]int), pairs: make(map[[2]string]*Pair), causes: make(map[CauseCount]int64)}
	if p.dir, err = os.MkdirTemp(o.Dir, "fleet-rescreen-*"); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(p.dir)) }()
	for _, step := range []func(context.Context) error{p.read, p.compare, p.decide, p.finish} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return p.Plan, nil
}

// read reads the commits, and opens the earlier screenings.
func (p *planner) read(ctx context.Context) error {
	for l, err := range compact.Chain(ctx, p.Store, p.Tenant, nil, p.Verifier) {
		if err != nil {
			return err
		}
		p.Last = l
		for i := range l.Segments {
			p.segments[l.Segments[i].Job.ID()] = &l.Segments[i]
		}
		for i := range l.Deltas {
			if l.Screening == p.id {
				p.stated[l.Deltas[i].Job.ID()] = l.Deltas[i].Affected
			}
		}
		p.commits = append(p.commits, l.Commit)
		if _, ok := p.from[l.Screening]; !ok && len(l.Segments) > 0 && l.Screening != p.id {
			p.from[l.Screening] = len(p.from)
		}
	}
	return p.open(ctx)
}

// open makes the comparers.
func (p *planner) open(ctx context.Context) error {
	p.comparers = make([]*Comparer, len(p.from))
	for _, id := range slices.Sorted(maps.Keys(p.from)) {
		n := p.from[id]
		if n >= maxFrom {
			continue
		}
		m, _, err := p.Earlier(ctx, id)
		if errors.Is(err, ErrUnknown) {
			continue
		}
		if err != nil {
			return fmt.Errorf("screening %s: %w", id, err)
		}
		if p.comparers[n], err = NewComparer(m, p.Matcher); err != nil {
			return err
		}
	}
	return nil
}

// files returns the files of a table.
func (p *planner) files(name string) (all []file) {
	for _, c := range p.commits {
		for i := range c.Tables {
			if c.Tables[i].Name == name {
				all = append(all, file{commit: c, table: c.Tables[i]})
			}
		}
	}
	return all
}

func (p *planner) progress(what string, rows int64) {
	if p.Progress != nil && rows&0xffff == 0 {
		p.Progress(what, rows)
	}
}

// compare reads the claims, and compares each different claim once with each earlier screening. It
// keeps the documents with claims that differ in memory, with less than 100 bytes each.
func (p *planner) compare(ctx context.Context) error {
	if !slices.ContainsFunc(p.comparers, func(c *Comparer) bool { return c != nil && c.All() == "" }) {
		return nil // all documents are affected
	}
	var last table.Claim
	var differs uint64
	for row, err := range sorted(ctx, p.Store, p.dir, p.files(table.Claims), table.CompareClaims) {
		if err != nil {
			return fmt.Errorf("reading claims: %w", err)
		}
		if p.Counts.Claims == 0 || row.Role != last.Role || row.Kind != last.Kind || row.Value != last.Value {
			last = *row
			differs = p.claim(row)
		}
		p.Counts.Claims++
		p.progress("claims", p.Counts.Claims)
		if differs == 0 {
			continue
		}
		key, err := shortOf(row.Document)
		if err != nil {
			return err
		}
		p.touched[key] |= differs
	}
	return nil
}

// claim compares a claim with each earlier screening. It returns the numbers of those with which
// results can differ.
func (p *planner) claim(row *table.Claim) (differs uint64) {
	p.Counts.Values++
	for n, c := range p.comparers {
		if c == nil || c.All() != "" {
			continue
		}
		if cause, vendor := c.Compare(row.Role, row.Kind, row.Value); cause != Same {
			differs |= 1 << n
			p.causes[CauseCount{Cause: cause, Vendor: vendor}]++
		}
	}
	if differs != 0 {
		p.Counts.Differ++
	}
	return differs
}

// decide reads the rows on documents, those on one document one after the other.
func (p *planner) decide(ctx context.Context) error {
	var group []table.Document
	n := int64(0)
	for row, err := range sorted(ctx, p.Store, p.dir, p.files(table.Documents), table.CompareDocuments) {
		if err != nil {
			return fmt.Errorf("reading documents: %w", err)
		}
		n++
		p.progress("documents", n)
		if len(group) > 0 && group[0].Document != row.Document {
			if err := p.document(group); err != nil {
				return err
			}
			group = group[:0]
		}
		group = append(group, *row)
	}
	if len(group) == 0 {
		return nil
	}
	return p.document(group)
}

// document decides about a document with these rows, one for each of its records.
func (p *planner) document(rows []table.Document) error {
	p.Counts.Documents++
	var own, newest *table.Document // newest is by another screening
	for i := range rows {
		switch row := &rows[i]; {
		case row.Screening == p.id:
			own = row
		case newest == nil || row.Generation > newest.Generation:
			newest = row
		}
	}
	if own != nil {
		p.Counts.Done++
		return p.done(newest, own)
	}
	s := p.segments[newest.Segment]
	if s == nil || newest.Index < 0 || newest.Index >= job.MaxDocuments || s.Job.Batch != newest.Batch || s.Job.Screening != newest.Screening {
		return fmt.Errorf("%w: the row on %q is of the segment of job %s, which is in no commit or of another batch", table.ErrBad, newest.Name, newest.Segment)
	}
	key, err := shortOf(newest.Document)
	if err != nil {
		return err
	}
	d := p.decided[newest.Segment]
	if d == nil {
		d = &decided{}
		p.decided[s.Job.ID()] = d
	}
	n := p.from[newest.Screening]
	switch {
	case n >= maxFrom, p.comparers[n] == nil, s.Program != p.Program:
		p.Counts.Other++
	case always(newest):
		p.Counts.Always++
	case p.comparers[n].All() != "", p.touched[key]&(1<<n) != 0:
	case slices.Contains(p.stated[newest.Segment], int(newest.Index)):
		// Another version of the program has decided so, and its statement does not say that the record
		// is right.
	default:
		p.Counts.Unchanged++
		d.right.add(newest.Index)
		return nil
	}
	p.Counts.Affected++
	d.affected.add(newest.Index)
	return nil
}

// done adds the records of a document that has one under the new screening. Before is nil if it has no
// other.
func (p *planner) done(before, after *table.Document) error {
	if before == nil {
		return nil
	}
	a, b := p.segments[before.Segment], p.segments[after.Segment]
	if a == nil || b == nil {
		return fmt.Errorf("%w: the rows on %q are of segments in no commit", table.ErrBad, after.Name)
	}
	key := [2]string{before.Segment, after.Segment}
	if p.pairs[key] == nil {
		p.pairs[key] = &Pair{Before: a.Job, After: b.Job}
	}
	p.pairs[key].Documents = append(p.pairs[key].Documents, [2]int{int(before.Index), int(after.Index)})
	return nil
}

// finish makes the delta statements and the jobs.
func (p *planner) finish(ctx context.Context) error {
	if p.Last == nil {
		return nil
	}
	head := headOf(p.Matcher)
	byBatch := make(map[string]*bits) // affected
	whole := make(map[string]bool)    // batches of which the segment has all documents
	for _, id := range slices.Sorted(maps.Keys(p.decided)) {
		s, d := p.segments[id], p.decided[id]
		b := byBatch[s.Job.Batch]
		if b == nil {
			b = &bits{}
			byBatch[s.Job.Batch] = b
		}
		affected := d.affected.list()
		for _, i := range affected {
			b.add(int32(i))
		}
		if len(affected) > 0 {
			x := Pair{Before: s.Job}
			for _, i := range affected {
				x.Documents = append(x.Documents, [2]int{i, i})
			}
			p.Pairs = append(p.Pairs, x)
		}
		whole[s.Job.Batch] = whole[s.Job.Batch] || len(s.Job.Only) == 0 && len(affected) == s.Documents
		if right := d.right.list(); len(right) > 0 && !p.has(id) {
			st, err := p.statement(ctx, s, head, affected, right)
			if err != nil {
				return err
			}
			p.Deltas = append(p.Deltas, st)
		}
	}
	jobs := make(map[string]job.Job)
	for _, batch := range slices.Sorted(maps.Keys(byBatch)) {
		j := job.Job{Tenant: p.Tenant, Batch: batch, Screening: p.id, Only: byBatch[batch].list()}
		switch {
		case len(j.Only) == 0:
			continue
		case whole[batch]:
			j.Only = nil
		}
		p.Jobs = append(p.Jobs, j)
		jobs[batch] = j
	}
	for i := range p.Pairs {
		p.Pairs[i].After = jobs[p.Pairs[i].Before.Batch]
	}
	for _, key := range slices.SortedFunc(maps.Keys(p.pairs), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		p.Pairs = append(p.Pairs, *p.pairs[key])
	}
	for c, n := range p.causes {
		c.Values = n
		p.Causes = append(p.Causes, c)
	}
	slices.SortFunc(p.Causes, func(a, b CauseCount) int {
		return cmp.Or(cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Vendor, b.Vendor))
	})
	return nil
}

// has reports whether a delta statement for a segment is in a commit.
func (p *planner) has(id string) bool {
	_, ok := p.stated[id]
	return ok
}

// statement returns the delta statement for a segment.
func (p *planner) statement(ctx context.Context, s *compact.Segment, head head, affected, right []int) (*Statement, error) {
	_, from, err := p.Earlier(ctx, s.Job.Screening)
	if err != nil {
		return nil, err
	}
	st := &Statement{
		Program: p.Program, Job: s.Job, Segment: s.SHA256, Object: store.SegmentKey(&s.Job), From: *from, To: p.Screening,
		Denylist: head.Denylist, Notices: head.Notices, Records: s.Documents, Affected: affected, Unchanged: len(right),
		Claims: Claims{p.Last.Number, p.Last.SHA256},
	}
	of := s.Job.Only
	if len(of) == 0 {
		for i := range s.Documents {
			of = append(of, i)
		}
	}
	for _, i := range of {
		if !slices.Contains(affected, i) && !slices.Contains(right, i) {
			st.Superseded = append(st.Superseded, i)
		}
	}
	return st, nil
}
