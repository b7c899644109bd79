// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
)

// rescreenCommand judges what is in the store by another denylist.
func rescreenCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || len(c.paths) > 0 {
		return exitUsage, usageError("give the folder of the store with -store, and no path")
	}
	m, err := c.matcher()
	if err != nil {
		return exitUsage, err
	}
	key, err := loadSigningKey(c.key)
	if err != nil {
		return exitUsage, err
	}
	if _, err := os.Stat(c.store); err != nil {
		return exitUnread, err
	}
	s, _, err := openStore(c.store, key)
	if err != nil {
		return exitUnread, err
	}
	defer s.unlock()
	// Before anything is signed: an index that is not there is made of all statements, and
	// shows that those of the log are there.
	if err := s.index(ctx); err != nil {
		return exitUnread, err
	}
	order, latest, said, err := s.others(m)
	if err != nil {
		return exitUnread, err
	}
	meter := newMeter(c, len(order))
	defer meter.done()
	x := &pipe{c: c, m: m, s: s, meter: meter}
	after := make([]*evidence.Report, len(order))
	failed, err := x.all(ctx, len(order), func(i int) (entry, error) {
		e, err := x.again(ctx, order[i], said[order[i]], latest[order[i]])
		if err == nil {
			after[i] = e.report
		}
		return e, err
	})
	if err == nil {
		err = s.index(ctx)
	}
	meter.done()
	if err != nil {
		return exitUnread, err
	}
	if err := flips(c, m, order, latest, after); err != nil {
		return exitUnread, err
	}
	fmt.Fprintf(c.stderr, "auditpipe: %d files judged by %s, without reading them; %d new in the store\n", len(order)-failed, m.Release().Name(), x.fresh)
	return x.status(ctx, failed)
}

// others finds the newest statement on each file that is not by m's release and day, from which
// a verdict flips: the digests of the files in their order, and by them the reports and the
// digests of the transcripts.
func (s *store) others(m *match.Matcher) (order []string, latest map[string]*evidence.Report, said map[string]string, err error) {
	latest, said = make(map[string]*evidence.Report), make(map[string]string)
	for _, line := range s.lines {
		r, err := s.load(line)
		if err != nil {
			return nil, nil, nil, err
		}
		digest, err := digestIn(r)
		if err != nil {
			return nil, nil, nil, err
		}
		if r.Denylist.Digest == m.Release().Digest() && r.Denylist.AsOf == string(m.Options().AsOf) {
			continue
		}
		if latest[digest] == nil {
			order = append(order, digest)
		}
		latest[digest], said[digest] = r, transcriptIn(line)
	}
	return order, latest, said, nil
}

// again judges the documents in a file by their transcript.
func (x *pipe) again(ctx context.Context, digest, transcript string, before *evidence.Report) (entry, error) {
	failOn, err := evidence.ParseFailOn(before.Options.FailOn)
	if err != nil {
		return entry{}, err
	}
	e := entry{digest: digest, said: transcript, path: before.Subjects()[0].Name, report: x.report(failOn, before.Options.Keys)}
	e.name = name(digest, e.report.Denylist, e.report.Options)
	said, err := x.s.transcripts(transcript)
	if err != nil {
		return e, err
	}
	results := make([]match.Screened, len(before.Documents))
	for i, d := range before.Documents {
		results[i].Path, results[i].Digests = d.Path, map[string]string{"sha256": d.SHA256}
		t, ok := said[strings.TrimPrefix(d.Path, e.path)]
		switch {
		case !ok && d.Error == nil:
			return e, fmt.Errorf("there is no transcript of %s", d.Path)
		case !ok && len(d.Findings)+len(d.Observations) > 0:
			// What was found by the other denylist is no finding by this one, and must not be
			// lost: the earlier statement stays the newest on the file.
			return e, fmt.Errorf("%s was not read to its end, and what was read of it is in no transcript: screen the file again", d.Path)
		case !ok:
			continue // nothing was read of it
		}
		results[i].Result, err = x.m.Check(ctx, t.Document())
		if partial := (*match.IncompleteError)(nil); d.Error != nil && ctx.Err() == nil && errors.As(err, &partial) {
			results[i].Result, err = partial.Result, nil
		}
		if err != nil {
			return e, err
		}
	}
	x.m.ResolveLinks(results)
	docs := make([]evidence.Document, len(before.Documents))
	for i, d := range before.Documents {
		docs[i] = judged(d, results[i].Result)
	}
	e.report.Finish(docs, before.Companions)
	e.record, err = e.report.Sign(ctx, x.s.key.statements)
	return e, err
}

// judged is a document of an earlier record with another result. What was not read of it then
// is not read now; a result of nil is that of a document of which nothing was read.
func judged(d evidence.Document, r *match.Result) evidence.Document {
	if r == nil {
		return d
	}
	out := evidence.Screened(evidence.Source{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes}, r)
	out.Container = d.Container
	if d.Error != nil {
		out.Fail(*d.Error)
	}
	return out
}

// flips prints what changed, from each release that the statements were made with.
func flips(c *config, m *match.Matcher, order []string, latest map[string]*evidence.Report, after []*evidence.Report) error {
	type pair struct{ before, after *evidence.Report }
	pairs := make(map[string]*pair)
	for i, digest := range order {
		if after[i] == nil {
			continue
		}
		b := latest[digest]
		p := pairs[b.Denylist.Release+" "+b.Denylist.AsOf]
		if p == nil {
			p = &pair{&evidence.Report{SchemaVersion: b.SchemaVersion, Tool: b.Tool, Denylist: b.Denylist, Options: b.Options}, evidence.New(m, "auditpipe", match.Ban)}
			pairs[b.Denylist.Release+" "+b.Denylist.AsOf] = p
		}
		p.before.Documents = append(p.before.Documents, b.Documents...)
		p.after.Documents = append(p.after.Documents, after[i].Documents...)
	}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		p := pairs[name]
		release, err := denylist.Open(p.before.Denylist.Release)
		if err != nil {
			return err
		}
		docs := p.before.Documents
		p.before.Documents = nil
		p.before.Finish(docs, nil)
		docs = p.after.Documents
		p.after.Documents = nil
		p.after.Finish(docs, nil)
		if err := evidence.Compare(p.before, p.after, denylist.Diff(release, m.Release())).WriteTable(c.stdout, nil); err != nil {
			return err
		}
	}
	return nil
}
