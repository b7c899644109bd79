// SPDX-License-Identifier: Apache-2.0

package markdown_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/sbom"
)

// No text of a document becomes a link: GitHub makes one of each address.
func TestNamesBecomeNoLinks(t *testing.T) {
	link := regexp.MustCompile(`(?i)[a-z]:[^\s*]|www\.`)
	for _, name := range []string{"https://evil.example/x", "HTTP://evil.example", "www.evil.example", "(WwW.evil.example)", "ftp://evil.example", "mailto:x", "a:b"} {
		c := match.Component{Name: name, Version: name}
		d := evidence.Document{Path: name, Verdict: match.Review, Notices: []sbom.Warning{{Message: name}}, Unidentified: []match.Component{c},
			Findings:     []evidence.Finding{{ID: "1", Finding: match.Finding{Verdict: match.Review, Note: name, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: c}}},
			Observations: []evidence.Finding{{ID: "2", Finding: match.Finding{Reason: match.MentionedOnly, Note: name, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: c}}}}
		r := &evidence.Report{SchemaVersion: "2", Bid: &evidence.Bid{Bidder: name}}
		r.Finish([]evidence.Document{d}, []evidence.File{{Path: name, Reason: name}})
		var b bytes.Buffer
		if err := markdown.Write(&b, r, nil); err != nil {
			t.Fatal(err)
		}
		if got := link.FindString(b.String()); got != "" {
			t.Errorf("%s: %q in %s", name, got, b.String())
		}
		if n := strings.Count(b.String(), "evil.example"); strings.Contains(name, "evil") && n < 6 {
			t.Errorf("%s is there %d times: %s", name, n, b.String())
		}
	}
}
