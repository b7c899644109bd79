// SPDX-License-Identifier: Apache-2.0

// Package oscal writes a report as assessment results in OSCAL, in JSON, for governance and
// compliance systems (NIST, Open Security Controls Assessment Language 1.1.2,
// assessment-results model).
//
//	err := oscal.Write(file, report, nil)
//
// Each screened file is a component of the assessment, and each document is an observation with its
// coverage. Each cited text is a resource of the back matter, with its words, limits and exceptions.
// Each list of texts that findings share is an observation, and says why a verdict is not stronger.
//
// Each finding is a finding with the strongest text as its target, and the state "not-satisfied" with
// the reason "other", because the model has no state for an open decision. Findings are in order of
// severity. Each gap is a finding with that state, too, and so is a policy that does not pass.
// Observations, notices and companion files are observations.
//
// UUIDs are derived from the record (version 5), and all times are the as-of day: the same
// record gives the same bytes.
package oscal

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Version is the version of OSCAL.
const Version = "1.1.2"

// namespace is the namespace of our properties and of the UUIDs.
const namespace = "https://github.com/clause76/clause76/ns/oscal"

// Options set the form of the report. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("oscal: %w", err)
	}
	record := sha256.New()
	if err := r.WriteJSON(record); err != nil {
		return fmt.Errorf("oscal: %w", err)
	}
	x := &writer{seed: string(record.Sum(nil)), r: r, stamp: r.Denylist.AsOf + "T00:00:00Z", decisions: view.Decisions(r), documents: make(map[*evidence.Document]string), lists: make(map[string]string), resources: make(map[string]string)}
	x.out = bufio.NewWriterSize(w, 1<<16)
	x.prepare()
	x.text("{\n  \"assessment-results\": {\n")
	x.member(4, "uuid", x.uuid("assessment"))
	x.member(4, "metadata", metadata{"Screening of vendors", x.stamp, r.SchemaVersion, Version})
	x.member(4, "import-ap", link{Href: "#" + x.uuid("plan"), Remarks: "There is no assessment plan in OSCAL; the model wants a reference to one."})
	x.text("    \"results\": [\n      {\n")
	x.member(8, "uuid", x.uuid("result"))
	x.member(8, "title", "Screening: "+r.Verdict.String())
	x.member(8, "description", x.description())
	x.member(8, "start", x.stamp)
	x.member(8, "props", x.props("verdict", r.Verdict.String(), "denylist", r.Denylist.Release, "denylist-digest", r.Denylist.Digest, "as-of", r.Denylist.AsOf, "tool", r.Tool.Name, "tool-version", r.Tool.Version, "findings", view.Counts(r), "made-for", view.MadeFor(r)))
	x.member(8, "local-definitions", local{x.components})
	x.array(8, "observations", elements(x.observations), ",\n")
	x.array(8, "findings", x.findings, ",\n")
	x.text("        \"reviewed-controls\": {\"control-selections\": [{\"include-all\": {}}]}\n      }\n    ]")
	if len(x.texts) > 0 {
		x.text(",\n    \"back-matter\": {\n")
		x.array(6, "resources", elements(x.texts), "\n")
		x.text("    }")
	}
	x.text("\n  }\n}\n")
	return cmp.Or(x.err, x.out.Flush())
}

type writer struct {
	r         *evidence.Report
	seed      string // the digest of the record
	stamp     string
	decisions view.Decided
	documents map[*evidence.Document]string // the observation of each
	lists     map[string]string             // key of a list of texts → its observation
	resources map[string]string             // listing → its resource

	components   []component
	observations []observation
	texts        []resource

	out *bufio.Writer
	err error
}

func (x *writer) text(s string) { x.out.WriteString(s) }

// member writes a member of an object.
func (x *writer) member(indent int, name string, v any) {
	prefix := strings.Repeat(" ", indent)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	x.err = cmp.Or(x.err, e.Encode(v))
	fmt.Fprintf(x.out, "%s%q: %s,\n", prefix, name, bytes.TrimSpace(b.Bytes()))
}

// array writes a member that is an array, each element on a line, and an end. Without an element it
// writes nothing, because the model takes no empty array.
func (x *writer) array(indent int, name string, all iter.Seq[any], end string) {
	prefix := strings.Repeat(" ", indent)
	e := json.NewEncoder(x.out)
	e.SetEscapeHTML(false)
	n := 0
	for v := range all {
		if n++; n == 1 {
			fmt.Fprintf(x.out, "%s%q: [\n%s  ", prefix, name, prefix)
		} else {
			x.text(prefix + " ,")
		}
		x.err = cmp.Or(x.err, e.Encode(v)) // with a line feed
	}
	if n > 0 {
		x.text(prefix + "]" + end)
	}
}

// elements yields the elements of a slice.
func elements[T any](all []T) iter.Seq[any] {
	return func(yield func(any) bool) {
		for i := range all {
			if !yield(&all[i]) {
				return
			}
		}
	}
}

// uuid returns a UUID (version 5) for a name in the record.
func (x *writer) uuid(name string) string {
	sum := sha1.Sum([]byte(namespace + "\x00" + x.seed + "\x00" + name))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// props returns properties of our namespace from names and values, without those that are empty.
func (x *writer) props(pairs ...string) []property {
	var all []property
	for i := 0; i < len(pairs); i += 2 {
		if value := line(pairs[i+1]); value != "" {
			all = append(all, property{pairs[i], namespace, value})
		}
	}
	return all
}

// line returns text as a string of OSCAL: on one line, without surrounding blanks.
func line(s string) string { return strings.TrimSpace(view.Printable(s)) }

// token returns an id as an OSCAL token: letters, digits, dots, hyphens and underscores, with a
// letter or an underscore first.
func token(s string) string {
	s = strings.Map(func(r rune) rune {
		if letter(r) || other(r) || r == '_' {
			return r
		}
		return '_'
	}, s)
	if s == "" || other(rune(s[0])) {
		s = "_" + s
	}
	return s
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// other reports whether a token can contain the character, but not start with it.
func other(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == '-' }
