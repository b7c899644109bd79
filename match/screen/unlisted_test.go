// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
)

// All inputs together list no more findings than the bound: those of the first. The others are
// counted, the verdict is the worst of all, and nothing passes, with any number of workers.
func TestMaxFindings(t *testing.T) {
	bom := func(n int, supplier string) string {
		part := `{"type":"application","name":"k","version":"1","supplier":{"name":"` + supplier + `"}}`
		return `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + strings.Repeat(part+",", n) + `{"type":"library","name":"y","supplier":{"name":"Acme"}}]}`
	}
	const kaspersky = "Kaspersky Lab"
	const most = 7
	files := []string{"a.zip", packed(t, "1.json", bom(3, kaspersky), "2.json", bom(6, kaspersky), "3.json", bom(2, kaspersky)), "b.json", bom(0, ""), "c.json", bom(20, kaspersky)}
	for i := range 30 {
		files = append(files, fmt.Sprintf("d%02d.json", i), bom(i%3, kaspersky))
	}
	dir := folder(t, files...)
	var first []byte
	for _, jobs := range []int{1, 8, 3} {
		release, err := denylist.Open("2026.11.25") // the numbers below are those of a release
		if err != nil {
			t.Fatal(err)
		}
		m, err := match.New(release, &match.Options{Jurisdictions: []string{"EU"}})
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "test", match.Review)
		r.Finish(screen.Run(t.Context(), m, screen.Collect([]string{dir}), &screen.Options{Jobs: jobs, MaxFindings: most}))
		listed, unlisted, byDocument := 0, 0, ""
		for _, d := range r.Documents {
			listed += len(d.Findings) + len(d.Observations)
			n := 0
			if d.Unlisted != nil {
				n = d.Unlisted.Findings
				if d.Verdict != match.Review || d.Unlisted.Verdict != match.Review || d.Complete || d.Error == nil || !strings.Contains(d.Error.Message, fmt.Sprintf("left out: %d findings, the worst of them review; 0 observations", n)) {
					t.Errorf("%d jobs, %s: %s, %+v, %+v", jobs, d.Path, d.Verdict, d.Unlisted, d.Error)
				}
			} else if !d.Complete || d.SHA256 == "" {
				t.Errorf("%d jobs, %s is not complete: %+v", jobs, d.Path, d.Error)
			}
			unlisted += n
			byDocument += fmt.Sprintf(" %d+%d", len(d.Findings), n)
		}
		if listed != most || unlisted != 3+6+2+20+30-most || !strings.HasPrefix(byDocument, " 3+0 4+2 0+2 0+0 0+20 0+0 0+1 0+2") {
			t.Errorf("%d jobs: %d are listed and %d are not:%s", jobs, listed, unlisted, byDocument)
		}
		p, err := policy.Parse([]byte(`{"requireComplete":false,"waivers":[{"vendor":"kaspersky","reason":"x","author":"y","expires":"2030-01-01"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Decide(p, "2026-01-01")
		if d := r.Policy; d.Pass || len(d.Waived) != most {
			t.Errorf("%d jobs: what is not listed passes: %+v", jobs, d)
		}
		var table strings.Builder
		if err := text.Write(&table, r, &text.Options{Width: 120, Details: true}); err != nil || !strings.Contains(table.String(), "NOT ALL FINDINGS ARE LISTED. Not listed: 20 findings, the worst of them review; 0 observations") {
			t.Errorf("the table does not say what is not listed: %v", err)
		}
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("%d jobs give another record", jobs)
		}
	}
}
