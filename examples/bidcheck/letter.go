// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// writeLetter writes a request for clarification to the bidder, made from a record or by screening
// the inputs. The exit status is that of the report.
func (s *session) writeLetter(ctx context.Context) int {
	report, err := s.reportForLetter(ctx)
	if err != nil {
		return usageError(s.stderr, err)
	}
	var errs []error
	for _, o := range s.outputs {
		errs = append(errs, s.write(o, func(w io.Writer) error { return o.form.letter(w, report) }))
	}
	if err := errors.Join(errs...); err != nil {
		s.warn("the letter could not be written: %v", err)
		return exitUnscreened
	}
	return report.ExitStatus()
}

// reportForLetter reads the record on the command line, if there is one, or screens the inputs.
func (s *session) reportForLetter(ctx context.Context) (*evidence.Report, error) {
	var record *evidence.Report
	for _, path := range s.opts.paths {
		r, err := openRecord(path)
		if err != nil {
			return nil, err
		}
		if r != nil {
			record = r
		}
	}
	switch {
	case record == nil:
		return s.screen(ctx, s.matcher, s.inputs()), nil
	case len(s.opts.paths) > 1:
		return nil, errors.New("letter: a record is among the paths; expected one record (report.json), or files to screen")
	}
	for _, name := range screeningFlags {
		if s.opts.given[name] {
			return nil, fmt.Errorf("letter: %s is the record of a screening, and -%s would change nothing; expected the files that were screened, or no -%s", text.Printable(s.opts.paths[0]), name, name)
		}
	}
	return record, nil
}

// screeningFlags are the flags that change what a screening finds.
var screeningFlags = []string{"as-of", "bid", "buyer", "cpv", "denylist", "fail-on", "jurisdiction", "key", "lang", "lot", "notice"}

// maxRecord is the size of the largest record that is read.
const maxRecord = 512 << 20

// recordStart is the start of a record. An index of container images starts with a number in this
// member.
var recordStart = lazyregexp.New(`^\s*\{\s*"schemaVersion"\s*:\s*"`)

// openRecord reads the record of an earlier run. It is nil for a file that does not start like one.
func openRecord(path string) (*evidence.Report, error) {
	name := filepath.FromSlash(path)
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	start, err := startOf(name)
	if err != nil || !recordStart.Match(start) {
		return nil, nil
	}
	data, err := readAtMost(name, maxRecord)
	if err != nil {
		return nil, err
	}
	r := new(evidence.Report)
	if err := r.UnmarshalJSON(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// startOf returns the first bytes of a file.
func startOf(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 512))
}
