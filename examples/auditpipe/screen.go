// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/internal/ordered"
	"github.com/clause76/clause76/internal/progress"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// batch is the number of statements that are added to the log together.
const batch = 64

// screenCommand screens files into the store.
func screenCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" {
		return exitUsage, usageError("no store given; expected -store FOLDER")
	}
	paths, err := c.inputPaths()
	if err != nil {
		return exitUsage, err
	}
	m, err := c.matcher()
	if err != nil {
		return exitUsage, err
	}
	key, err := loadSigningKey(c.key)
	if err != nil {
		return exitUsage, err
	}
	prints, err := keys.Fingerprints(c.documentKeys...)
	if err != nil {
		return exitUsage, err
	}
	s, created, err := openStore(c.store, key)
	if err != nil {
		return exitUnread, err
	}
	defer s.unlock()
	// Before anything is signed: this shows that the statements in the log exist, because a
	// missing index is made from all statements.
	if err := s.index(ctx); err != nil {
		return exitUnread, err
	}
	if created {
		c.warn("%s is a new store", text.Printable(c.store))
	}
	inputs := screen.Collect(paths)
	x := newPipe(c, m, s, len(inputs))
	defer x.meter.Done()
	x.keys = prints
	failed, err := x.run(ctx, len(inputs), func(ctx context.Context, i int) (entry, error) { return x.input(ctx, inputs[i]) })
	if err == nil {
		err = s.index(ctx)
	}
	x.meter.Done()
	known := len(inputs) - x.added - failed - len(x.companions)
	c.warn("%s: %d new in the store, %d with content that is in the store already, %d without a statement", cli.Count(len(inputs), "file"), x.added, known, failed)
	for _, path := range slices.Sorted(maps.Keys(x.companions)) {
		c.warn("%s: %s", text.Printable(path), text.Printable(x.companions[path]))
	}
	if err != nil {
		return exitUnread, err
	}
	return x.status(ctx, failed)
}

// status returns the exit status of a run, and prints how many files could not be screened
// completely. Findings do not count: the command find asks for them.
func (x *pipe) status(ctx context.Context, failed int) (int, error) {
	unread, partly, err := x.s.unscreened(ctx, x.names)
	if err != nil {
		return exitUnread, err
	}
	if unread+partly > 0 {
		x.c.warn("according to their statements, %s could not be screened, and %d could be screened only in part", cli.Count(unread, "file"), partly)
	}
	nothing := len(x.names) == 0 // for instance, only companion files
	return exit.Status(false, failed+unread+partly > 0 || nothing), nil
}

// A pipe makes entries for the store, several at once, and commits them in order.
type pipe struct {
	c     *config
	m     *match.Matcher
	s     *store
	meter *progress.Meter
	// logged are the digests of the statements that the store had at the beginning, by name.
	logged map[string]string
	keys   []string // fingerprints of the keys that check envelopes
	added  int      // statements that are new in the store
	names  []string // of the statements on the inputs of this run
	// paths are the first files of this run by the names of their statements.
	paths map[string]string
	// companions are the files without a statement because they are known companions of
	// documents, with what they are.
	companions map[string]string
}

func newPipe(c *config, m *match.Matcher, s *store, files int) *pipe {
	x := &pipe{c: c, m: m, s: s, meter: c.meter(files), logged: make(map[string]string), paths: make(map[string]string), companions: make(map[string]string)}
	for name, line := range s.known {
		x.logged[name] = statementIn(s.lines[line])
	}
	return x
}

// A result is the entry of an input, or the reason why there is none.
type result struct {
	entry
	err error
}

var errCompanion = errors.New("a companion file, which has no statement")

// run makes n entries with produce and commits those that have a record. It returns how many
// failed.
func (x *pipe) run(ctx context.Context, n int, produce func(ctx context.Context, i int) (entry, error)) (failed int, err error) {
	indexes := func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
	const ahead = 4 * batch // results in memory
	var pending []entry
	for r := range ordered.Map(ctx, x.c.jobs, ahead, indexes, func(ctx context.Context, i int) result {
		e, err := produce(ctx, i)
		return result{e, err}
	}) {
		x.meter.Add(1)
		if r.err != nil {
			if !x.skipped(&r) {
				failed++
			}
			continue
		}
		x.remember(&r.entry)
		if r.record == nil {
			continue
		}
		if pending = append(pending, r.entry); len(pending) == batch {
			if err := x.commit(pending); err != nil {
				return failed, err
			}
			pending = pending[:0]
		}
	}
	if err := ctx.Err(); err != nil {
		return failed, err
	}
	return failed, x.commit(pending)
}

// skipped reports whether an input without an entry is a companion file, which is no failure.
// It prints any other reason.
func (x *pipe) skipped(r *result) bool {
	if errors.Is(r.err, errCompanion) {
		x.companions[r.path] = r.err.Error()
		return true
	}
	x.c.warn("%s: %v", text.Printable(r.path), r.err)
	return false
}

// remember records the entry of an input, and prints a message if another input has the same
// content.
func (x *pipe) remember(e *entry) {
	x.names = append(x.names, e.name)
	first, twice := x.paths[e.name]
	switch {
	case !twice:
		x.paths[e.name] = e.path
	case e.path != "" && e.path != first:
		x.c.warn("%s has the same content as %s, and is listed under that path only", text.Printable(e.path), text.Printable(first))
	}
}

// commit writes entries to the store.
func (x *pipe) commit(entries []entry) error {
	before := len(x.s.lines)
	err := x.s.commit(entries)
	x.added += len(x.s.lines) - before
	return err
}

// report returns an empty report with these options.
func (x *pipe) report(failOn match.Verdict, keys []string) *evidence.Report {
	r := evidence.New(x.m, "auditpipe", failOn)
	r.Options.Keys = keys
	return r
}

// name returns the name of the statement on the file with the digest, for the options of this
// run.
func (x *pipe) name(digest string) string {
	return name(digest, x.report(match.Ban, x.keys))
}

// input makes the entry of a file. The entry has no record if the store has one already.
func (x *pipe) input(ctx context.Context, in screen.Input) (entry, error) {
	e := entry{path: in.Name}
	if in.Err != nil {
		return e, in.Err
	}
	if in.Files == 0 { // the digest of a directory is known only after it was read
		digest, err := digestOf(in.Name)
		if err != nil {
			return e, err
		}
		e.digest, e.name = digest, x.name(digest)
		if statement, ok := x.logged[e.name]; ok {
			return e, x.s.intact(e.name, statement)
		}
	}
	snapshots := make(map[int]*sbom.Snapshot)
	e.report = x.report(match.Ban, x.keys)
	docs, companions := screen.Run(ctx, x.m, []screen.Input{in}, &screen.Options{Jobs: 1, Verifiers: x.c.documentKeys,
		Snapshot: func(n int, t *sbom.Snapshot) { snapshots[n] = t }})
	e.report.Finish(docs, companions)
	if err := ctx.Err(); err != nil {
		return e, err
	}
	if len(docs) == 0 && len(companions) > 0 {
		return e, fmt.Errorf("%w: %s", errCompanion, companions[0].Reason)
	}
	if len(docs) == 0 {
		return e, errors.New("there is no document to screen in it")
	}
	files := e.report.Files()
	if len(files) != 1 {
		return e, fmt.Errorf("it could not be read: %s", e.report.Documents[0].Error.Message)
	}
	digest := files[0].SHA256
	if e.digest != "" && e.digest != digest {
		return e, errors.New("it was changed while it was read")
	}
	e.digest, e.name = digest, x.name(digest)
	var err error
	if e.transcript, err = newTranscripts(screen.EscapePath(in.Name), docs, snapshots).pack(); err != nil {
		return e, err
	}
	e.said = sumOf(e.transcript)
	e.record, err = e.report.Sign(ctx, x.s.key.Statements)
	return e, err
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
