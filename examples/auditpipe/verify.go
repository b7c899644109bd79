// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// verifyCommand checks statements, or a store.
func verifyCommand(ctx context.Context, c *config) (int, error) {
	if (c.store == "") == (len(c.paths) == 0) {
		return exitUsage, usageError("give statements, or the folder of a store with -store")
	}
	statements, checkpoints, err := loadVerifyingKey(c.key)
	if err != nil {
		return exitUsage, err
	}
	if c.store != "" {
		if checkpoints == nil {
			return exitUsage, usageError("the checkpoint of a store is signed with Ed25519; %s is another key", c.key)
		}
		return verifyStore(ctx, c, statements, checkpoints)
	}
	status := exitOK
	for _, path := range c.paths {
		if err := verifyFile(ctx, c, path, statements); err != nil {
			fmt.Fprintf(c.stdout, "%s: NOT VERIFIED: %v\n", plain(path), err)
			status = exitFound
			continue
		}
	}
	return status, nil
}

// verifyFile checks a statement, and screens its files again if they are at hand.
func verifyFile(ctx context.Context, c *config, path string, key dsse.Verifier) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	v, err := evidence.Verify(ctx, data, key)
	if err != nil {
		return err
	}
	r := v.Report
	fmt.Fprintf(c.stdout, "%s: signed by %s: verdict %s by denylist %s as of %s, on %d files\n", plain(path), strings.Join(v.Keys, ", "), r.Verdict, r.Denylist.Release, r.Denylist.AsOf, len(r.Subjects()))
	if c.only {
		return nil
	}
	for _, s := range r.Subjects() {
		if _, err := os.Stat(s.Name); err != nil {
			fmt.Fprintf(c.stdout, "%s: not screened again, for %s is not here\n", plain(path), plain(s.Name))
			return nil
		}
	}
	release, err := denylist.Open(r.Denylist.Release)
	if err != nil {
		return err
	}
	if err := screen.Again(ctx, r, release, &screen.Options{Jobs: c.jobs}); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s: screened again: the same, byte for byte\n", plain(path))
	return nil
}

// verifyStore checks the checkpoint, the log, and all statements and transcripts, and says
// everything that is wrong.
func verifyStore(ctx context.Context, c *config, statements dsse.Verifier, checkpoints note.Verifier) (int, error) {
	var faults []error
	fault := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	s, err := readStore(c.store)
	if err != nil {
		fmt.Fprintf(c.stdout, "NOT VERIFIED: %v\n", err)
		return exitFound, nil
	}
	n, err := s.check(checkpoints)
	fault(err)
	if _, err := os.Stat(s.path("checkpoint")); err != nil && len(faults) == 0 {
		fault(fmt.Errorf("%w: there is none", errCheckpoint))
	} else if n < len(s.lines) && len(faults) == 0 {
		fault(fmt.Errorf("%w: it has %d lines more; screening again takes them up", errLog, len(s.lines)-n))
	}
	if c.since != "" {
		fault(s.since(c.since, checkpoints))
	}
	meter := newMeter(c, len(s.lines))
	read := make(map[string]bool) // transcripts: statements by several releases have the same
	for _, line := range s.lines {
		if ctx.Err() != nil {
			return exitUnread, ctx.Err()
		}
		data, _, err := s.load(line)
		if err == nil {
			_, err = evidence.Verify(ctx, data, statements)
		}
		if err != nil {
			fault(fmt.Errorf("%s: %w", nameIn(line), err))
		}
		if said := transcriptIn(line); !read[said] {
			read[said] = true
			_, err := s.packed(said)
			fault(err)
		}
		meter.add(1)
	}
	meter.done()
	fault(s.unlogged())
	for _, err := range faults {
		fmt.Fprintf(c.stdout, "NOT VERIFIED: %v\n", err)
	}
	if len(faults) > 0 {
		return exitFound, nil
	}
	fmt.Fprintf(c.stdout, "%s: %d statements, all signed and in the log; the log is that of the checkpoint\n", plain(c.store), len(s.lines))
	return exitOK, nil
}

// since compares the log with an earlier checkpoint.
func (s *store) since(path string, v note.Verifier) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	n, root, err := openCheckpoint(text, v)
	if err != nil {
		return err
	}
	return s.holds(n, root, errRollback)
}

// unlogged looks for statements that are not in the log.
func (s *store) unlogged() error {
	var all []error
	err := filepath.WalkDir(s.path("records"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, ok := strings.CutSuffix(d.Name(), ".intoto.json")
		if _, known := s.known[name]; !ok || !known {
			all = append(all, fmt.Errorf("%w: %s", errUnlogged, d.Name()))
		}
		return nil
	})
	return errors.Join(append(all, err)...)
}

// plain is text from outside on a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\ufffd'
		}
		return r
	}, s)
}
