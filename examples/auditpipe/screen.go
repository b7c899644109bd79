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
	"sync"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// batch is how many statements are logged at once.
const batch = 64

// screenCommand screens files into the store.
func screenCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" {
		return exitUsage, usageError("give the folder of the store with -store")
	}
	paths, err := c.list()
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
	s, begun, err := openStore(c.store, key)
	if err != nil {
		return exitUnread, err
	}
	defer s.unlock()
	// Before anything is signed: an index that is not there is made of all statements, and
	// shows that those of the log are there.
	if err := s.index(ctx); err != nil {
		return exitUnread, err
	}
	if begun {
		fmt.Fprintf(c.stderr, "auditpipe: %s is a new store\n", text.Printable(c.store))
	}
	inputs := screen.Collect(paths)
	meter := newMeter(c, len(inputs))
	defer meter.done()
	keys, err := evidence.Fingerprints(c.documentKeys...)
	if err != nil {
		return exitUsage, err
	}
	x := &pipe{keys: keys, c: c, m: m, s: s, meter: meter, there: make(map[string]string)}
	for name, line := range s.known {
		x.there[name] = statementIn(s.lines[line])
	}
	x.beside = make(map[string]string)
	failed, err := x.all(ctx, len(inputs), func(i int) (entry, error) { return x.input(ctx, inputs[i]) })
	if err == nil {
		err = s.index(ctx)
	}
	meter.done()
	fmt.Fprintf(c.stderr, "auditpipe: %d files: %d new in the store, %d with the content of one in the store, %d without a statement\n", len(inputs), x.fresh, len(inputs)-x.fresh-failed-len(x.beside), failed)
	for _, path := range slices.Sorted(maps.Keys(x.beside)) {
		fmt.Fprintf(c.stderr, "auditpipe: %s: %s\n", text.Printable(path), text.Printable(x.beside[path]))
	}
	if err != nil {
		return exitUnread, err
	}
	return x.status(ctx, failed)
}

// status says of how many files the statements say that not all could be screened. Failed have
// none.
func (x *pipe) status(ctx context.Context, failed int) (int, error) {
	unread, partly, err := x.s.unscreened(ctx, x.names)
	if err != nil {
		return exitUnread, err
	}
	if unread+partly > 0 {
		fmt.Fprintf(x.c.stderr, "auditpipe: statements say of %d files that they could not be screened, and of %d that a part of them could not\n", unread, partly)
	}
	nothing := len(x.names) == 0                                                // as in a report of companions only
	return evidence.ExitStatus(false, failed+unread+partly > 0 || nothing), nil // findings are no fault of a run: find asks for them
}

// A pipe makes entries, several at once, and commits them in their order.
type pipe struct {
	c     *config
	m     *match.Matcher
	s     *store
	meter *meter
	there map[string]string // the digests of the statements that the store had at first, by name
	keys  []string          // of envelopes around documents
	fresh int
	names []string          // of the statements on what was put in
	paths map[string]string // the first file of this run with a statement of this name
	// beside says of files that were passed over, by their paths, what they are: known companions
	// of documents, on which there is no statement.
	beside map[string]string
}

var errPassedOver = errors.New("passed over as a companion file, without a statement")

// all makes n entries with make, and commits those that have a record. It returns how many
// failed.
func (x *pipe) all(ctx context.Context, n int, produce func(i int) (entry, error)) (failed int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type made struct {
		entry
		err error
	}
	slots := make([]chan made, n)
	for i := range slots {
		slots[i] = make(chan made, 1)
	}
	ahead := make(chan struct{}, 4*batch) // entries that are held in memory
	next := make(chan int)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	workers.Go(func() {
		defer close(next)
		for i := range n {
			select {
			case ahead <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	})
	for range max(1, x.c.jobs) {
		workers.Go(func() {
			for i := range next {
				e, err := produce(i)
				slots[i] <- made{e, err}
			}
		})
	}
	var held []entry
	for i := range slots {
		var got made
		select {
		case got = <-slots[i]:
		case <-ctx.Done():
			return failed, ctx.Err()
		}
		<-ahead
		x.meter.add(1)
		switch {
		case ctx.Err() != nil:
			return failed, ctx.Err()
		case errors.Is(got.err, errPassedOver):
			x.beside[got.path] = got.err.Error()
		case got.err != nil:
			failed++
			fmt.Fprintf(x.c.stderr, "auditpipe: %s: %s\n", text.Printable(got.path), text.PrintableLines(got.err.Error()))
		default:
			x.names = append(x.names, got.name)
			if first, twice := x.paths[got.name]; twice && got.path != "" && first != got.path {
				fmt.Fprintf(x.c.stderr, "auditpipe: %s has the same content as %s, and is listed under that path only\n", text.Printable(got.path), text.Printable(first))
			} else if !twice {
				if x.paths == nil {
					x.paths = make(map[string]string)
				}
				x.paths[got.name] = got.path
			}
			if got.record == nil {
				continue
			}
			held = append(held, got.entry)
			if len(held) == batch {
				if err := x.commit(held); err != nil {
					return failed, err
				}
				held = held[:0]
			}
		}
	}
	return failed, x.commit(held)
}

func (x *pipe) commit(entries []entry) error {
	before := len(x.s.lines)
	err := x.s.commit(entries)
	x.fresh += len(x.s.lines) - before
	return err
}

// report is an empty one with these options.
func (x *pipe) report(failOn match.Verdict, keys []string) *evidence.Report {
	r := evidence.New(x.m, "auditpipe", failOn)
	r.Options.Keys = keys
	return r
}

// name is that of the statement on the file with a digest, by the options of this run.
func (x *pipe) name(digest string) string {
	r := x.report(match.Ban, x.keys)
	return name(digest, r.Denylist, r.Options)
}

// input makes the entry of a file: without a record if there is one.
func (x *pipe) input(ctx context.Context, in screen.Input) (entry, error) {
	e := entry{path: in.Name}
	if in.Err != nil {
		return e, in.Err
	}
	if in.Files == 0 { // that of a tree is known when it was read
		digest, err := digestOf(in.Name)
		if err != nil {
			return e, err
		}
		e.digest, e.name = digest, x.name(digest)
		if statement, ok := x.there[e.name]; ok {
			return e, x.s.intact(e.name, statement)
		}
	}
	said := make(map[int]*sbom.Snapshot)
	e.report = x.report(match.Ban, x.keys)
	docs, companions := screen.Run(ctx, x.m, []screen.Input{in}, &screen.Options{Jobs: 1, Verifiers: x.c.documentKeys,
		Snapshot: func(n int, t *sbom.Snapshot) { said[n] = t }})
	e.report.Finish(docs, companions)
	if err := ctx.Err(); err != nil {
		return e, err
	}
	if len(docs) == 0 && len(companions) > 0 {
		return e, fmt.Errorf("%w: %s", errPassedOver, companions[0].Reason)
	}
	if len(docs) == 0 {
		return e, errors.New("it holds no document to screen")
	}
	subjects := e.report.Subjects()
	if len(subjects) != 1 {
		return e, fmt.Errorf("it could not be read: %s", e.report.Documents[0].Error.Message)
	}
	for _, digest := range subjects[0].Digest {
		if e.digest != "" && e.digest != digest {
			return e, fmt.Errorf("it changed while it was read")
		}
		e.digest, e.name = digest, x.name(digest)
	}
	var err error
	if e.transcript, err = kept(screen.EscapePath(in.Name), docs, said).pack(); err != nil {
		return e, err
	}
	e.said = sumOf(e.transcript)
	e.record, err = e.report.Sign(ctx, x.s.key.statements)
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
