// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// verifyCommand checks statements, or a store.
func verifyCommand(ctx context.Context, c *config) (int, error) {
	if (c.store == "") == (len(c.paths) == 0) {
		return exitUsage, usageError("expected either statements or -store FOLDER")
	}
	if c.denylist != "" && (c.store != "" || c.only) {
		return exitUsage, usageError("-denylist is for screening files again, which verify does not do with -store and -signature-only")
	}
	statements, checkpoints, err := loadVerifyingKey(c.key)
	if err != nil {
		return exitUsage, err
	}
	if c.store != "" {
		if checkpoints == nil {
			return exitUsage, usageError("-key %s is not an Ed25519 key, but the checkpoint of a store is signed with one", c.key)
		}
		return verifyStore(ctx, c, statements, checkpoints)
	}
	status := exitOK
	for _, path := range c.paths {
		status = worse(status, verifyFile(ctx, c, path, statements))
	}
	return status, nil
}

// worse returns the more serious of two statuses: something is not as it was signed, then
// something could not be read, then something was not screened again.
func worse(a, b int) int {
	for _, s := range []int{exitFound, exitUnread, exitNotAgain} {
		if a == s || b == s {
			return s
		}
	}
	return exitOK
}

// verifyFile checks a statement and screens its files again. It prints the result for each file
// and returns the exit status.
func verifyFile(ctx context.Context, c *config, path string, key dsse.Verifier) int {
	say := func(format string, args ...any) {
		fmt.Fprintf(c.stdout, "%s: %s\n", text.Printable(path), text.PrintableLines(fmt.Sprintf(format, args...)))
	}
	data, err := os.ReadFile(path)
	var r *evidence.Report
	var signedBy []string
	if err == nil {
		r, signedBy, err = evidence.Verify(ctx, data, key)
	}
	if err != nil {
		say("NOT VERIFIED: %v", err)
		return exitFound
	}
	say("signed by %s: verdict %s by denylist %s as of %s, on %s", strings.Join(signedBy, ", "), r.Verdict, r.Denylist.Release, r.Denylist.AsOf, cli.Count(len(r.Files()), "file"))
	if c.only {
		say("only the signature was checked (-signature-only); the files were not screened again")
		return exitOK
	}
	files, err := filesAgain(ctx, c, r)
	status := exitOK
	for i := range files {
		f := &files[i]
		say("%s: %s", f.Path, fileResult(r, f))
		status = worse(status, fileStatus[f.State])
	}
	relative := func(f screen.File) bool {
		return f.State == screen.Missing && !filepath.IsAbs(filepath.FromSlash(f.Path))
	}
	if slices.ContainsFunc(files, relative) {
		say("paths in a statement are relative to the folder in which the files were screened: give that folder with -C")
	}
	switch {
	case errors.Is(err, errNotAgain):
		say("%v", err)
		status = worse(status, exitNotAgain)
	case ctx.Err() != nil:
		say("not screened again: %v", ctx.Err())
		status = worse(status, exitNotAgain)
	case err != nil:
		say("NOT VERIFIED: %v", err)
		status = exitFound
	}
	return status
}

// fileStatus are the exit statuses for the files of a statement.
var fileStatus = map[screen.State]int{
	screen.Same: exitOK, screen.Differs: exitFound, screen.Missing: exitNotAgain, screen.NotScreened: exitNotAgain,
}

// fileResult describes the result for a file of a statement.
func fileResult(r *evidence.Report, f *screen.File) string {
	result := string(f.State)
	switch {
	case f.State == screen.Same && holdsDocument(r, f.Path):
		result = "screened again: the same, byte for byte"
	case f.State == screen.Same:
		result = "the same; it is not a bill of materials and was not screened"
	case f.State == screen.Missing:
		result += ", so it was not screened again"
	}
	if f.Detail != "" {
		result += ": " + f.Detail
	}
	return result
}

var errNotAgain = errors.New("not screened again")

// filesAgain screens the files of a record again. Their paths are relative to the folder of -C.
func filesAgain(ctx context.Context, c *config, r *evidence.Report) (files []screen.File, err error) {
	release, err := c.releaseOf(r)
	if err != nil {
		return nil, err
	}
	if c.root != "" {
		from, err := os.Getwd()
		if err == nil {
			err = os.Chdir(c.root)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: -C: %w", errNotAgain, err)
		}
		defer func() { err = errors.Join(err, os.Chdir(from)) }()
	}
	files, err = screen.Files(ctx, r, release, &screen.Options{Jobs: c.jobs, Verifiers: c.documentKeys})
	if errors.Is(err, screen.ErrKey) {
		return nil, fmt.Errorf("%w: %w; give it with -document-key", errNotAgain, err)
	}
	return files, err
}

// verifyStore checks the checkpoint, the log, and all statements and transcripts, and prints
// everything that is wrong.
func verifyStore(ctx context.Context, c *config, statements dsse.Verifier, checkpoints note.Verifier) (int, error) {
	var faults []error
	fault := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	s, err := storeAt(c.store)
	if err != nil {
		return exitUnread, err
	}
	defer s.root.Close()
	s.verify = statements
	n, root, err := s.read(checkpoints)
	fault(err)
	if err == nil {
		fault(s.ends(n))
	}
	if c.since != "" && err == nil {
		fault(s.since(c.since, checkpoints))
	}
	meter := c.meter(len(s.lines))
	read := make(map[string]bool) // transcripts, which statements by several releases share
	for _, line := range s.lines {
		if ctx.Err() != nil {
			return exitUnread, ctx.Err()
		}
		_, err := s.load(line)
		fault(err)
		if said := transcriptIn(line); !read[said] {
			read[said] = true
			_, err := s.packed(said)
			fault(err)
		}
		meter.Add(1)
	}
	meter.Done()
	fault(s.unlogged())
	if len(faults) == 0 {
		fault(s.indexed(ctx, checkpoints))
	}
	for _, err := range faults {
		fmt.Fprintf(c.stdout, "NOT VERIFIED: %s\n", text.PrintableLines(err.Error()))
	}
	if len(faults) > 0 {
		return exitFound, nil
	}
	fmt.Fprintf(c.stdout, "%s: %s, all signed and in the log; the log matches its checkpoint, with the root %s\n", text.Printable(c.store), cli.Count(len(s.lines), "statement"), checkpoint.Root(root))
	if c.since == "" {
		fmt.Fprintf(c.stdout, "%s: whether the store was replaced by an earlier copy of itself was not checked: give an earlier checkpoint with -since\n", text.Printable(c.store))
	}
	return exitOK, nil
}

// unlogged returns an error for each statement that is not in the log.
func (s *store) unlogged() error {
	var all []error
	err := fs.WalkDir(s.root.FS(), "records", func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == "records" {
			return nil // a new store has none
		}
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			all = append(all, fmt.Errorf("%s: %w", s.path(filepath.FromSlash(path)), errNotPlain))
			return nil
		}
		name, ok := strings.CutSuffix(d.Name(), ".intoto.json")
		if _, known := s.known[name]; !ok || !known {
			all = append(all, fmt.Errorf("%w: %s", errUnlogged, d.Name()))
		}
		return nil
	})
	return errors.Join(append(all, err)...)
}

// indexed checks the index against its signed digest. An index that is missing, or was not signed
// for this log, is not an error, because the next run makes it again.
func (s *store) indexed(ctx context.Context, v note.Verifier) error {
	n, want, err := s.signedIndex(v)
	if err != nil || want == "" || n != len(s.lines) {
		return err
	}
	d := newDigester()
	if err := s.rowsOf(ctx, asker{d.record, d.found}); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("%w: %w", errIndex, err)
	}
	if d.sum() != want {
		return fmt.Errorf("%w: it was changed; screen or rescreen makes it again", errIndex)
	}
	return nil
}

// holdsDocument reports whether a file of a record is a document or contains one.
func holdsDocument(r *evidence.Report, path string) bool {
	return slices.ContainsFunc(r.Documents, func(d evidence.Document) bool {
		return d.Path == path || d.Container != nil && d.Container.Path == path
	})
}
