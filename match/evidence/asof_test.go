// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// A day that a denylist was not cut on is judged by, and every view says so: the list does not
// have what came later, and knows more than was known earlier.
func TestAsOfOtherDay(t *testing.T) {
	release, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	for asOf, want := range map[string]string{
		"": "", "2018-06-13": "",
		"2018-06-14": "the denylist 2018.06.13 was cut on 2018-06-13, and the day judged by, 2018-06-14, lies after it",
		"2031-01-01": "the denylist 2018.06.13 was cut on 2018-06-13, and the day judged by, 2031-01-01, lies after it",
		"2017-12-31": "the denylist 2018.06.13 was cut on 2018-06-13, and the day judged by, 2017-12-31, lies before it",
	} {
		m, err := match.New(release, &match.Options{AsOf: vendors.Date(asOf)})
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "test", match.Review)
		r.Finish([]evidence.Document{gapped("a.json", match.Clear)}, nil)
		outs := map[string]func(io.Writer, *evidence.Report) error{
			"record": func(w io.Writer, r *evidence.Report) error { return r.WriteJSON(w) },
			"comparison": func(w io.Writer, r *evidence.Report) error {
				return text.WriteComparison(w, evidence.Compare(r, r, nil), nil)
			},
		}
		for name, write := range allViews {
			outs[name] = write
		}
		for name, write := range outs {
			out := strings.Join(strings.Fields(written(t, name, write, r)), " ")
			if want == "" && strings.Contains(out, "was cut on") {
				t.Errorf("%s, as of %q: %s", name, asOf, out)
			}
			if !strings.Contains(out, want) {
				t.Errorf("%s, as of %q: no %q in %s", name, asOf, want, out)
			}
		}
		if r.ExitStatus() != evidence.ExitClear {
			t.Errorf("as of %q: status %d: a notice changes no verdict", asOf, r.ExitStatus())
		}
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		again, err := evidence.ParseReport(b.Bytes())
		if err != nil || len(again.Notices) != len(r.Notices) {
			t.Errorf("as of %q: %v", asOf, err)
		}
	}
}

// A screening for a buyer to whom nothing speaks but advice to the public says so in every view, and
// does not say that no text applies.
func TestOnlyAdviceToThePublic(t *testing.T) {
	for _, tt := range []struct {
		buyer string
		want  bool
	}{{"private-company", true}, {"us-state-agency-texas", false}, {"eu-institution", false}, {"", false}} {
		opts := &match.Options{}
		for _, b := range denylist.Buyers() {
			if b.Name == tt.buyer {
				opts.Buyer = &b
			}
		}
		m, err := match.New(denylist.Current(), opts)
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "test", match.Review)
		r.Finish([]evidence.Document{gapped("a.json", match.Clear)}, nil)
		const says = "no text of the denylist speaks to this buyer beyond advice to the public"
		for name, write := range allViews {
			if out := strings.Join(strings.Fields(written(t, name, write, r)), " "); strings.Contains(out, says) != tt.want {
				t.Errorf("%q, %s: %s", tt.buyer, name, out)
			}
		}
		var b bytes.Buffer
		if err := text.Write(&b, r, nil); err != nil {
			t.Fatal(err)
		}
		if out := b.String(); strings.Contains(out, "No text of the denylist applies.") != (opts.Buyer == nil) || strings.Contains(out, "No text that speaks to the buyer names a vendor that was found.") != (opts.Buyer != nil) {
			t.Errorf("%q: %s", tt.buyer, out)
		}
	}
}
