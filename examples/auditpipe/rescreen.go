// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// rescreenCommand screens everything in the store with another denylist.
func rescreenCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || len(c.paths) > 0 {
		return exitUsage, usageError("expected -store FOLDER and no PATH")
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
	// Before anything is signed: this shows that the statements in the log exist, because a
	// missing index is made from all statements.
	if err := s.index(ctx); err != nil {
		return exitUnread, err
	}
	work, err := s.toRescreen(m)
	if err != nil {
		return exitUnread, err
	}
	x := newPipe(c, m, s, len(work.files))
	defer x.meter.Done()
	x.names = work.done
	after := make([]*evidence.Report, len(work.files))
	failed, err := x.run(ctx, len(work.files), func(ctx context.Context, i int) (entry, error) {
		e, err := x.rescreen(ctx, &work.files[i])
		if err == nil {
			after[i] = e.report
		}
		return e, err
	})
	if err == nil {
		err = s.index(ctx)
	}
	x.meter.Done()
	if err != nil {
		return exitUnread, err
	}
	if err := printFlips(c, m, work.files, after); err != nil {
		return exitUnread, err
	}
	c.warn("%s rescreened with denylist %s, without reading them; %d new in the store", cli.Count(len(work.files)-failed, "file"), m.Release().Name(), x.added)
	return x.status(ctx, failed)
}

// A rescreening is what a store has to be rescreened with another denylist.
type rescreening struct {
	files []screened
	// done are the names of the statements that are by the denylist and day already.
	done []string
}

// A screened file is a file with its newest statement by another denylist or day.
type screened struct {
	digest     string
	report     *evidence.Report
	transcript string // its digest
}

// toRescreen finds the files to rescreen with m, in the order of the log. Of several statements on a
// file it takes the newest for the same buyer, so that what changes is due to the denylist, or else
// the newest.
func (s *store) toRescreen(m *match.Matcher) (*rescreening, error) {
	work := &rescreening{}
	index := make(map[string]int) // in work.files, by digest
	own := audience(evidence.New(m, "auditpipe", match.Ban))
	for _, line := range s.lines {
		r, err := s.load(line)
		if err != nil {
			return nil, err
		}
		digest, err := digestIn(r)
		if err != nil {
			return nil, err
		}
		if r.Denylist.Digest == m.Release().Digest() && r.Denylist.AsOf == string(m.Options().AsOf) && audience(r) == own {
			work.done = append(work.done, nameIn(line))
			continue
		}
		f := screened{digest, r, transcriptIn(line)}
		if i, again := index[digest]; again {
			if audience(r) == own || audience(work.files[i].report) != own {
				work.files[i] = f
			}
			continue
		}
		index[digest] = len(work.files)
		work.files = append(work.files, f)
	}
	return work, nil
}

// rescreen screens the documents of a file with their transcripts.
func (x *pipe) rescreen(ctx context.Context, f *screened) (entry, error) {
	e := entry{digest: f.digest, said: f.transcript, path: f.report.Files()[0].Path, report: x.report(f.report.Options.FailOn, f.report.Options.Keys)}
	e.name = name(f.digest, e.report)
	before := f.report.Documents
	snapshots, err := x.s.transcripts(f.transcript)
	if err == nil {
		err = snapshots.fit(e.path, before)
	}
	if err != nil {
		return e, err
	}
	results := make([]screen.Screened, len(before))
	for i := range before {
		d := &before[i]
		results[i].Path, results[i].Digests = d.Path, map[string]string{"sha256": d.SHA256}
		if results[i].Result, err = x.judge(ctx, d, snapshots[i].Said); err != nil {
			return e, err
		}
	}
	screen.ResolveReferences(x.m, results)
	docs := make([]evidence.Document, len(before))
	for i, d := range before {
		docs[i] = judged(d, results[i].Result)
	}
	e.report.Finish(docs, f.report.Companions)
	e.record, err = e.report.Sign(ctx, x.s.key.Statements)
	return e, err
}

// judge screens a document with its snapshot. The result is nil if nothing was read of the
// document.
func (x *pipe) judge(ctx context.Context, d *evidence.Document, snapshot *sbom.Snapshot) (*match.Result, error) {
	switch {
	case snapshot == nil && d.Error == nil:
		return nil, fmt.Errorf("%w: %s is missing in it", errTranscript, d.Path)
	case snapshot == nil && len(d.Findings)+len(d.Observations)+d.Coverage.Components > 0:
		// The findings by the other denylist are not findings by this one, but must not be lost:
		// without an entry, the earlier statement stays the newest one on the file.
		return nil, fmt.Errorf("%s was not read to its end, and the store does not have the part that was read: screen the file again", d.Path)
	case snapshot == nil:
		return nil, nil
	}
	result, err := x.m.Check(ctx, snapshot.Document())
	if partial := (*match.IncompleteError)(nil); d.Error != nil && ctx.Err() == nil && errors.As(err, &partial) {
		return partial.Result, nil
	}
	return result, err
}

// judged returns a document of an earlier record with a new result. A document that could not
// be read then still counts as unread. The result is nil if nothing was read of it.
func judged(d evidence.Document, r *match.Result) evidence.Document {
	if r == nil {
		return d
	}
	out := evidence.NewDocument(evidence.File{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes}, r.Header, r, nil)
	out.Container = d.Container
	for _, w := range d.Warnings { // warnings about the envelope of a document, which is not in the transcript
		if w.Kind == sbom.WarnUnverified && !slices.Contains(out.Warnings, w) {
			out.Warnings = append(out.Warnings, w)
		}
	}
	if d.Error != nil {
		out.Fail(*d.Error)
	}
	return out
}

// printFlips prints which verdicts changed, for each release, day and buyer of the earlier
// statements.
func printFlips(c *config, m *match.Matcher, files []screened, after []*evidence.Report) error {
	type pair struct {
		before, after         *evidence.Report
		docsBefore, docsAfter []evidence.Document
	}
	pairs := make(map[string]*pair)
	for i, f := range files {
		if after[i] == nil {
			continue
		}
		b := f.report
		by := b.Denylist.Release + " " + b.Denylist.AsOf + " " + audience(b)
		p := pairs[by]
		if p == nil {
			p = &pair{
				before: &evidence.Report{SchemaVersion: b.SchemaVersion, Tool: b.Tool, Denylist: b.Denylist, Options: b.Options, Notices: b.Notices, Buyer: b.Buyer, Purpose: b.Purpose},
				after:  evidence.New(m, "auditpipe", match.Ban),
			}
			pairs[by] = p
		}
		p.docsBefore = append(p.docsBefore, b.Documents...)
		p.docsAfter = append(p.docsAfter, after[i].Documents...)
	}
	for _, by := range slices.Sorted(maps.Keys(pairs)) {
		p := pairs[by]
		release, err := denylist.Open(p.before.Denylist.Release)
		if err != nil {
			return err
		}
		if before, now := buyerOf(p.before), buyerOf(p.after); before != now {
			if _, err := fmt.Fprintf(c.stdout, "The buyer was %s, and is now %s: changes can come from that.\n", before, now); err != nil {
				return err
			}
		}
		p.before.Finish(p.docsBefore, nil)
		p.after.Finish(p.docsAfter, nil)
		if err := text.WriteComparison(c.stdout, evidence.Compare(p.before, p.after, denylist.Diff(release, m.Release())), nil); err != nil {
			return err
		}
	}
	return nil
}

// buyerOf returns the buyer of a report for people.
func buyerOf(r *evidence.Report) string {
	if r.Buyer == nil {
		return "not given"
	}
	return text.Printable(r.Buyer.Name)
}
