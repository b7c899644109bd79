// SPDX-License-Identifier: Apache-2.0

// Package sarif writes a report in the Static Analysis Results Interchange Format (OASIS,
// SARIF 2.1.0), which code hosting services display next to the code.
//
//	err := sarif.Write(file, report, &sarif.Options{Open: open})
//
// Each cited text is a rule, with its words, limits and exceptions. Each finding is a result of the
// rule of its strongest text, the most severe first: ban is an error, exclude a warning, and review a
// result of the kind "review". Its property "citations" refers to a list of all its texts in the
// properties of the run. A finding that a policy waives is suppressed, with the author, reason and
// last day of the waiver.
//
// Each gap is a notification, its document has a result of the kind "open", and the run is not
// successful. Services show every result as an alert, so a document without a finding or gap has no
// result: it is only listed among the artifacts. Notices, observations, the decision of a policy and
// companion files are notifications of the level "note". The fingerprint of a result is the id of
// the finding.
//
// Services accept only some thousand results of a run, so this view does not replace the record.
// The types are our own, because the library for the format links an HTTP client, with which it
// fetches the schema to validate its output.
package sarif

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Schema is the address of the schema of the format, as in the specification.
const Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// Rules other than those of texts.
const (
	ruleFinding     = "clause76/finding" // without a text
	ruleNotScreened = "clause76/not-screened"
)

// Options set the form of the report. A nil *Options means defaults.
type Options struct {
	// Open opens the file with a path of the report, see
	// [github.com/clause76/clause76/match/screen.UnescapePath]. If it is set, findings in text files have a line
	// and a column. Findings in a file that cannot be opened, or has changed since it was screened,
	// have none. Without it no finding has a line, because the record counts bytes.
	Open func(path string) (io.ReadCloser, error)
}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	if opts == nil {
		opts = &Options{}
	}
	x := &writer{r: r, open: opts.Open, decisions: view.Decisions(r), findings: view.Sorted(r), documents: make(map[*evidence.Document]*document), rules: make(map[string]int), files: make(map[string]int), lists: make(map[string]string)}
	x.prepare()
	x.out = bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(x.out, "{\n  \"$schema\": %q,\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n", Schema)
	x.member("tool", tool{driver{r.Tool.Name, r.Tool.Version, "https://github.com/clause76/clause76", x.list}})
	x.member("invocations", []invocation{{len(view.Gaps(r)) == 0, x.notes}})
	x.lines("artifacts", func(yield func(any) bool) {
		for i := range x.artifacts {
			if !yield(&x.artifacts[i]) {
				return
			}
		}
	})
	x.lines("results", x.results)
	x.member("properties", x.properties())
	x.out.WriteString("      \"columnKind\": \"unicodeCodePoints\"\n    }\n  ]\n}\n")
	return cmp.Or(x.err, x.out.Flush())
}

// printable returns a message without characters that control the program that shows it.
func printable(s string) text { return text{view.Printable(s)} }

// A document is the state of a document of the report.
type document struct {
	at     artifactLocation
	places map[int64]region // of its findings, by their offsets
	gaps   []string
}

type writer struct {
	r         *evidence.Report
	open      func(path string) (io.ReadCloser, error)
	decisions view.Decided
	findings  []view.Part
	documents map[*evidence.Document]*document
	rules     map[string]int // id → index
	files     map[string]int // path, digest and size → index of the artifact
	list      []rule
	lists     map[string]string // key of a list of citations → its id
	citations []map[string]any
	notes     []notification
	artifacts []artifact
	out       *bufio.Writer
	err       error
}

// fail keeps the first error.
func (x *writer) fail(err error) { x.err = cmp.Or(x.err, err) }

// member writes a member of the run.
func (x *writer) member(name string, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("      ", "  ")
	x.fail(e.Encode(v))
	fmt.Fprintf(x.out, "      %q: %s,\n", name, bytes.TrimSpace(b.Bytes()))
}

// lines writes a member of the run that is an array, with each element on a line.
func (x *writer) lines(name string, elements iter.Seq[any]) {
	fmt.Fprintf(x.out, "      %q: [", name)
	e := json.NewEncoder(x.out)
	e.SetEscapeHTML(false)
	n := 0
	for v := range elements {
		separator := "\n        "
		if n++; n > 1 {
			separator = "        ,"
		}
		x.out.WriteString(separator)
		x.fail(e.Encode(v)) // with a line feed
	}
	if n > 0 {
		x.out.WriteString("      ")
	}
	x.out.WriteString("],\n")
}
