// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// csvColumns are those of [Report.WriteCSV].
var csvColumns = []string{
	"row", "document", "sha256", "verdict", "reason", "vendor", "component", "version", "purl", "subject", "tier", "pointer", "offset",
	"claimRole", "claimKind", "claimValue", "rule", "matched", "source", "listing", "instrument", "clause", "jurisdiction", "force", "binding",
	"addressees", "status", "action", "effect", "citationVerdict", "held", "quote", "language", "url", "note", "id",
	"components", "unidentified", "malformed", "error", "complete",
}

// WriteCSV writes the report as a table for spreadsheets (RFC 4180): a row for each document
// ("document"), one for each of its notices ("notice"; those of the report are without a
// document) and for each thing of it that was not
// screened ("gap", with its kind as the reason; without a document if nothing was), and one for each text that a finding
// ("finding") or an observation ("observation") cites, with the first claim that led to the
// vendor; then one for the decision of a policy ("policy"), and at the end one for each file that was passed over ("companion"). A cell that a
// spreadsheet could take for a formula starts with an apostrophe.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := make([]string, len(csvColumns))
	index := make(map[string]int)
	for i, name := range csvColumns {
		index[name] = i
	}
	set := func(name, value string) { row[index[name]] = cell(value) }
	flush := func() error {
		err := out.Write(row)
		clear(row)
		return err
	}
	copy(row, csvColumns)
	if err := flush(); err != nil {
		return err
	}
	for _, n := range r.Notices {
		set("row", "notice")
		set("reason", n.Kind)
		set("note", n.Message)
		if err := flush(); err != nil {
			return err
		}
	}
	for i := range r.Documents {
		if err := r.csvDocument(&r.Documents[i], set, flush); err != nil {
			return err
		}
	}
	if d := r.Policy; d != nil {
		set("row", "policy")
		set("sha256", d.SHA256)
		set("reason", map[bool]string{true: "pass", false: "fail"}[d.Pass])
		set("note", strings.Join(append([]string{d.Result()}, d.Lines()...), "\n"))
		if err := flush(); err != nil {
			return err
		}
	}
	for _, g := range r.GapsOf(nil) {
		set("row", "gap")
		set("reason", g.Kind)
		set("note", g.Message)
		if err := flush(); err != nil {
			return err
		}
	}
	for _, c := range r.Companions {
		set("row", "companion")
		set("document", c.Path)
		set("sha256", c.SHA256)
		set("reason", c.Reason)
		if err := flush(); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvDocument writes the rows of a document.
func (r *Report) csvDocument(d *Document, set func(name, value string), flush func() error) error {
	row := func(kind string) {
		set("row", kind)
		set("document", d.Path)
		set("sha256", d.SHA256)
	}
	row("document")
	set("verdict", d.Verdict)
	set("components", strconv.Itoa(d.Coverage.Components))
	set("unidentified", strconv.Itoa(d.Coverage.Unidentified))
	set("malformed", strconv.Itoa(d.Coverage.Malformed))
	set("complete", strconv.FormatBool(r.Whole(d)))
	if d.Error != nil {
		set("error", d.Error.Kind+": "+d.Error.Message)
	}
	if err := flush(); err != nil {
		return err
	}
	for _, g := range r.GapsOf(d) {
		row("gap")
		set("reason", g.Kind)
		set("note", g.Message)
		if err := flush(); err != nil {
			return err
		}
	}
	for _, n := range d.Notices {
		row("notice")
		set("reason", n.Kind)
		set("note", n.Message)
		set("pointer", n.Location.Pointer)
		set("offset", strconv.FormatInt(n.Location.Offset, 10))
		if err := flush(); err != nil {
			return err
		}
	}
	for _, of := range []struct {
		kind string
		list []Finding
	}{{"finding", d.Findings}, {"observation", d.Observations}} {
		for j := range of.list {
			f := &of.list[j]
			for k := range max(1, len(f.Citations)) {
				row(of.kind)
				f.csv(set)
				if k < len(f.Citations) {
					f.Citations[k].csv(set)
				}
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f *Finding) csv(set func(name, value string)) {
	c := &f.Component
	set("verdict", f.Verdict)
	set("reason", f.Reason)
	set("vendor", f.Vendor.Name)
	set("component", strings.TrimPrefix(c.Group+"/"+c.Name, "/"))
	set("version", c.Version)
	set("purl", c.PURL)
	if c.OwnPURL() { // and not one that was made from the vendor and the name
		set("purl", c.CanonicalPURL)
	}
	set("subject", strconv.FormatBool(c.Subject))
	set("tier", f.Tier)
	set("pointer", c.Location.Pointer)
	set("offset", strconv.FormatInt(c.Location.Offset, 10))
	set("note", f.Note)
	set("id", f.ID)
	if len(f.Attributions) > 0 {
		a := &f.Attributions[0]
		set("claimRole", a.Role)
		set("claimKind", a.Kind)
		set("claimValue", a.Value)
		set("rule", a.Rule)
		set("matched", a.Matched)
		set("source", a.Source)
	}
}

func (c *Citation) csv(set func(name, value string)) {
	set("listing", c.Listing)
	set("instrument", c.Title)
	set("clause", c.Clause)
	set("jurisdiction", c.Jurisdiction)
	set("force", string(c.Force))
	set("binding", strconv.FormatBool(c.Binding))
	set("addressees", c.Addressees)
	set("status", c.Status)
	set("action", string(c.Action))
	set("effect", string(c.Effect))
	set("citationVerdict", c.Verdict)
	set("held", c.CappedBy)
	set("quote", c.Quote)
	set("language", c.Language)
	set("url", c.URL)
}

// cell makes a value safe in a spreadsheet: one that starts a formula, or that does so after
// blanks, is text; characters that steer are replaced. A number stays one.
func cell(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	s = PrintableLines(s)
	if t := strings.TrimLeft(s, " \t\n\u00a0\u3000"); t != "" && strings.ContainsAny(t[:1], "=+-@|%") || strings.HasPrefix(t, "＝") || strings.HasPrefix(t, "＋") || strings.HasPrefix(t, "－") || strings.HasPrefix(t, "＠") || strings.HasPrefix(s, "\t") {
		return "'" + s
	}
	return s
}
