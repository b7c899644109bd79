// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	csvview "github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/match/evidence/text"
)

// What is known about a vendor that no text lists can be seen: Parliament is reported to name such
// vendors as examples in 2023, in words that were not read. It is no finding, and it is read back from
// the record as it was written.
func TestFactsAboutVendorsThatNoTextLists(t *testing.T) {
	const bid = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"Scanner","supplier":{"name":"Nuctech Company Limited"}}},
		"components":[{"type":"application","name":"FindFace","supplier":{"name":"NtechLab"}},{"type":"application","name":"CapCut","supplier":{"name":"ByteDance Ltd."}},
		{"type":"application","name":"Endpoint","supplier":{"name":"AO Kaspersky Lab"}},{"type":"application","name":"remover","description":"removes Kaspersky Anti-Virus","supplier":{"name":"Example GmbH"}}]}`
	r := screen(t, map[string]string{"bid.json": bid})
	told := make(map[string]bool)
	for i := range r.Documents[0].Observations {
		f := &r.Documents[0].Observations[i]
		told[f.Vendor.Name] = len(f.Context) > 0
		if f.Reason == match.MentionedOnly && len(f.Context) > 0 {
			t.Errorf("%s: facts beside a mention", f.Vendor.Name)
		}
		if f.Reason == match.NoListing && strings.Contains(f.Note, "is about it") {
			t.Errorf("%s: note %q beside other facts", f.Vendor.Name, f.Note)
		}
	}
	views := map[string]func(w io.Writer) error{
		"details":  func(w io.Writer) error { return text.Write(w, r, &text.Options{Details: true}) },
		"html":     func(w io.Writer) error { return html.Write(w, r, nil) },
		"markdown": func(w io.Writer) error { return markdown.Write(w, r, nil) },
		"csv":      func(w io.Writer) error { return csvview.Write(w, r, nil) },
		"record":   r.WriteJSON,
	}
	for _, name := range []string{"Nuctech", "NtechLab", "ByteDance"} {
		if !told[name] {
			t.Errorf("the observations on %s have no facts", name)
		}
	}
	for name, write := range views {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(strings.Join(strings.Fields(b.String()), " "), "Parliament called"); n != 4 {
			t.Errorf("%s tells of the resolution %d times; want once for each of four vendors", name, n)
		}
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	again, err := evidence.ParseReport(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Documents[0].Observations {
		if want, got := r.Documents[0].Observations[i], again.Documents[0].Observations[i]; len(want.Context) != len(got.Context) {
			t.Errorf("%s %s: %d facts, read back %d", want.Vendor.ID, want.Reason, len(want.Context), len(got.Context))
		}
	}
}
