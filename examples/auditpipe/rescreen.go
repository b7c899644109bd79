// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
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
	s, err := openStore(c.store, key)
	if err != nil {
		return exitUnread, err
	}
	defer s.unlock()
	// The newest statement on each file that is not of this release is what it flips from.
	latest := make(map[string]*evidence.Report)
	said := make(map[string]string) // its transcript
	order := []string{}
	for _, line := range s.lines {
		_, r, err := s.load(line)
		if err != nil {
			return exitUnread, err
		}
		digest := digestIn(r)
		if r.Denylist.Digest == m.Release().Digest() && r.Denylist.AsOf == string(m.Options().AsOf) {
			continue
		}
		if latest[digest] == nil {
			order = append(order, digest)
		}
		latest[digest], said[digest] = r, transcriptIn(line)
	}
	meter := newMeter(c, len(order))
	defer meter.done()
	x := &pipe{c: c, m: m, s: s, meter: meter}
	after := make([]*evidence.Report, len(order))
	failed, err := x.all(ctx, len(order), func(i int) (entry, error) {
		e, err := x.again(ctx, order[i], said[order[i]], latest[order[i]])
		after[i] = e.report
		return e, err
	})
	if err == nil {
		err = s.index()
	}
	meter.done()
	if err != nil {
		return exitUnread, err
	}
	if err := flips(c, m, order, latest, after); err != nil {
		return exitUnread, err
	}
	fmt.Fprintf(c.stderr, "auditpipe: %d files judged by %s, without reading them; %d new in the store\n", len(order)-failed, m.Release().Name(), x.fresh)
	return x.status(failed)
}

// digestIn is the digest of the file that a report is about.
func digestIn(r *evidence.Report) string {
	for _, s := range r.Subjects() {
		for _, digest := range s.Digest {
			return digest
		}
	}
	return ""
}

// again judges the documents in a file by their transcript.
func (x *pipe) again(ctx context.Context, digest, transcript string, before *evidence.Report) (entry, error) {
	e := entry{digest: digest, name: name(x.m, digest), said: transcript, path: before.Subjects()[0].Name}
	said, err := x.s.transcripts(transcript)
	if err != nil {
		return e, err
	}
	results := make([]match.Screened, len(before.Documents))
	for i, d := range before.Documents {
		results[i].Path, results[i].Digests = d.Path, map[string]string{"sha256": d.SHA256}
		t, ok := said[strings.TrimPrefix(d.Path, e.path)]
		switch {
		case ok:
		case d.Error != nil:
			continue // nothing of it was read
		default:
			return e, fmt.Errorf("there is no transcript of %s", d.Path)
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
		result := results[i].Result
		if result == nil {
			result = &match.Result{Header: sbom.Header{Format: d.Format, SpecVersion: d.SpecVersion, Encoding: d.Encoding}}
		}
		docs[i] = evidence.Screened(evidence.Source{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes}, result)
		docs[i].Container = d.Container
		if d.Error != nil {
			docs[i].Fail(*d.Error)
		}
	}
	failOn, err := evidence.ParseFailOn(before.Options.FailOn)
	if err != nil {
		return e, err
	}
	e.report = evidence.New(x.m, "auditpipe", failOn)
	e.report.Finish(docs, before.Companions)
	e.record, err = e.report.Sign(ctx, x.s.key.statements)
	return e, err
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
