// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// compareDenylists screens the inputs with two denylists and writes which verdicts differ.
func (s *session) compareDenylists(ctx context.Context) int {
	inputs := s.inputs()
	before := s.screen(ctx, s.matcher, inputs)
	after := s.screen(ctx, s.compareTo, inputs)
	c := evidence.Compare(before, after, denylist.Diff(s.matcher.Release(), s.compareTo.Release()))
	writeTable := func(w io.Writer) error { return text.WriteComparison(w, c, tableOptions(w)) }
	if !s.writeComparison(writeTable, c.WriteJSON) {
		return exitUnscreened
	}
	return c.ExitStatus()
}

// diffBids screens two bids and writes what changed from the first to the second. One of them or
// both can be the record of an earlier run.
func (s *session) diffBids(ctx context.Context) int {
	var reports [2]*evidence.Report
	records := 0
	for i, path := range s.opts.paths {
		record, err := openRecord(path)
		if err != nil {
			return usageError(s.stderr, err)
		}
		if reports[i] = record; record != nil {
			records++
			continue
		}
		reports[i] = s.screen(ctx, s.matcher, screen.Collect([]string{path}))
	}
	var d *differences
	if records == 0 {
		d = compareBids(reports[0], reports[1], s.opts.paths[0], s.opts.paths[1])
	} else {
		d = compareWithBaseline(reports[0], reports[1])
		d.first, d.second = "the first", "the second"
	}
	if !s.writeComparison(d.writeText, d.writeJSON) {
		return exitUnscreened
	}
	return exit.Status(d.reached(s.failOn), reports[1].Unscreened())
}

// writeComparison writes a comparison in the format that was asked for, and reports whether
// that succeeded.
func (s *session) writeComparison(writeText, writeJSON func(io.Writer) error) bool {
	out, write := s.outputs[0], writeText
	if out.form.name == "json" {
		write = writeJSON
	}
	if err := s.write(out, write); err != nil {
		s.warn("the comparison could not be written: %v", err)
		return false
	}
	return true
}

func (d *differences) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
