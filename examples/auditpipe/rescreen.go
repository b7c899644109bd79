// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
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
	order, latest, said, there, err := s.others(m)
	if err != nil {
		return exitUnread, err
	}
	meter := newMeter(c, len(order))
	defer meter.done()
	x := &pipe{c: c, m: m, s: s, meter: meter, names: there}
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
// digests of the transcripts. There are the names of those that are by m's already.
func (s *store) others(m *match.Matcher) (order []string, latest map[string]*evidence.Report, said map[string]string, there []string, err error) {
	latest, said = make(map[string]*evidence.Report), make(map[string]string)
	for _, line := range s.lines {
		r, err := s.load(line)
		if err != nil {
			return nil, nil, nil, nil, err
		}
		digest, err := digestIn(r)
		if err != nil {
			return nil, nil, nil, nil, err
		}
		if r.Denylist.Digest == m.Release().Digest() && r.Denylist.AsOf == string(m.Options().AsOf) {
			there = append(there, nameIn(line))
			continue
		}
		if latest[digest] == nil {
			order = append(order, digest)
		}
		latest[digest], said[digest] = r, transcriptIn(line)
	}
	return order, latest, said, there, nil
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
	if err == nil {
		err = said.fit(e.path, before.Documents)
	}
	if err != nil {
		return e, err
	}
	results := make([]screen.Screened, len(before.Documents))
	for i := range before.Documents {
		d := &before.Documents[i]
		results[i].Path, results[i].Digests = d.Path, map[string]string{"sha256": d.SHA256}
		if results[i].Result, err = x.judge(ctx, d, said[i].Said); err != nil {
			return e, err
		}
	}
	screen.ResolveReferences(x.m, results)
	docs := make([]evidence.Document, len(before.Documents))
	for i, d := range before.Documents {
		docs[i] = judged(d, results[i].Result)
	}
	e.report.Finish(docs, before.Companions)
	e.record, err = e.report.Sign(ctx, x.s.key.statements)
	return e, err
}

// judge judges a document by its transcript. The result is nil if nothing was read of it.
func (x *pipe) judge(ctx context.Context, d *evidence.Document, said *sbom.Snapshot) (*match.Result, error) {
	switch {
	case said == nil && d.Error == nil:
		return nil, fmt.Errorf("%w: there is none of %s", errTranscript, d.Path)
	case said == nil && len(d.Findings)+len(d.Observations)+d.Coverage.Components > 0:
		// What was found by the other denylist is no finding by this one, and must not be
		// lost: the earlier statement stays the newest on the file.
		return nil, fmt.Errorf("%s was not read to its end, and what was read of it is in no transcript: screen the file again", d.Path)
	case said == nil:
		return nil, nil
	}
	result, err := x.m.Check(ctx, said.Document())
	if partial := (*match.IncompleteError)(nil); d.Error != nil && ctx.Err() == nil && errors.As(err, &partial) {
		return partial.Result, nil
	}
	return result, err
}

// judged is a document of an earlier record with another result. What was not read of it then
// is not read now; a result of nil is that of a document of which nothing was read.
func judged(d evidence.Document, r *match.Result) evidence.Document {
	if r == nil {
		return d
	}
	out := evidence.Screened(evidence.Source{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes}, r)
	out.Container = d.Container
	for _, w := range d.Warnings { // of what was around the document, which no transcript has
		if w.Kind == sbom.WarnUnverified && !slices.Contains(out.Warnings, w) {
			out.Warnings = append(out.Warnings, w)
		}
	}
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
			p = &pair{&evidence.Report{SchemaVersion: b.SchemaVersion, Tool: b.Tool, Denylist: b.Denylist, Options: b.Options, Notices: b.Notices}, evidence.New(m, "auditpipe", match.Ban)}
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
		if err := text.WriteComparison(c.stdout, evidence.Compare(p.before, p.after, denylist.Diff(release, m.Release())), nil); err != nil {
			return err
		}
	}
	return nil
}
