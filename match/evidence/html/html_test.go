// SPDX-License-Identifier: Apache-2.0

package html_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func Example() {
	r := &evidence.Report{Verdict: match.Clear, Denylist: evidence.Denylist{Release: "2018.06.13", AsOf: "2018-06-13"}}
	var page bytes.Buffer
	if err := html.Write(&page, r, nil); err != nil {
		fmt.Println(err)
	}
	_, title, _ := strings.Cut(page.String(), "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	fmt.Println(title)
	// Output: Screening: clear — 0 documents
}

// screened is the report of files, whose paths are those in the repository.
func screened(t testing.TB, paths ...string) *evidence.Report {
	t.Helper()
	return screenedBy(t, denylist.Current(), paths...)
}

// screenedBy screens with a release, for tests with numbers that depend on it.
func screenedBy(t testing.TB, release *denylist.Release, paths ...string) *evidence.Report {
	t.Helper()
	m, err := match.New(release, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "bidcheck", match.Ban)
	r.Tool.Version = "test"
	if _, err := os.Stat("testdata/bids"); err != nil { // not yet in the root of the repository
		t.Chdir("../../..")
	}
	r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), nil))
	return r
}

func write(t testing.TB, r *evidence.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := html.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	file, err := filepath.Abs("testdata/router-tender.html") // screened changes the directory
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, file, write(t, screened(t, "testdata/bids/router-tender")))
}

// hostile are names that mean something to a program.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><b>`, `javascript:alert(1)`, `{{.}}`, `<!--`, `]]>`,
	"\x1b[31mred", "two\nlines", "\u202eright to left", strings.Repeat("long ", 2000), `=HYPERLINK("http://x")`, "\xff\xfe", `</title><svg onload=alert(1)>`,
}

// poisoned is a report with such names wherever a document's words come through.
func poisoned() *evidence.Report {
	r := &evidence.Report{SchemaVersion: "1", Verdict: match.Review, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}}
	for i, h := range hostile {
		at := vendors.Location{Pointer: "/" + h}
		f := evidence.Finding{ID: fmt.Sprintf("%016d", i), Finding: match.Finding{Verdict: match.Review, Tier: vendors.Declared, Note: h, Vendor: match.Vendor{ID: "x", Name: "Acme"},
			Component:    match.Component{Ref: h, Type: h, Group: h, Name: h, Version: h, PURL: h, CanonicalPURL: h, Location: at},
			Attributions: []vendors.Attribution{{Tier: vendors.Declared, Claim: vendors.Claim{Role: "supplier", Kind: "name", Value: h, Location: at}, Rule: "name.whole", Matched: h, Caveat: h}}}}
		d := evidence.Document{Path: h, Format: h, SpecVersion: h, Verdict: match.Review, Findings: []evidence.Finding{f}, Observations: []evidence.Finding{f},
			Warnings: []sbom.Warning{{Kind: "schema", Message: h, Location: at}}}
		r.Documents = append(r.Documents, d, evidence.Document{Path: h, Verdict: match.Inconclusive, Error: &evidence.Error{Kind: "syntax", Message: h, Location: at}})
	}
	return r
}

// What comes out of documents stays text: no element, attribute, link or script more.
func TestHostileNames(t *testing.T) {
	page := write(t, poisoned())
	scripts, styles := 0, 0
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			if scripts != 1 || styles != 1 {
				t.Errorf("%d scripts, %d styles", scripts, styles)
			}
			return
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			tok := z.Token()
			switch tok.Data {
			case "script":
				scripts++
			case "style":
				styles++
			case "img", "iframe", "object", "base", "form", "link", "embed":
				t.Errorf("an element %s", tok)
			}
			for _, a := range tok.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || (a.Key == "href" && !strings.HasPrefix(a.Val, "#")) {
					t.Errorf("an attribute %s=%q", a.Key, a.Val)
				}
			}
		case nethtml.TextToken:
			if text := z.Token().Data; strings.ContainsAny(text, "\x1b\u202e") {
				t.Errorf("a character that steers: %.60q", text)
			}
		}
	}
}

// An empty report has a page too.
func TestEmpty(t *testing.T) {
	page := string(write(t, &evidence.Report{Verdict: match.Inconclusive}))
	for _, want := range []string{"not everything could be screened", "No findings.", "No text is cited.", "nothing was screened"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}

// varied is a report of n findings in documents of a hundred: a new group every ten.
func varied(t testing.TB, n int) *evidence.Report {
	r := screened(t, "testdata/bids/endpoint-tender")
	f := r.Documents[0].Findings[0]
	r.Documents = nil
	for i := range n {
		if i%100 == 0 {
			r.Documents = append(r.Documents, evidence.Document{Path: fmt.Sprintf("bid/%d.json", i/100), Verdict: match.Ban, Format: "CycloneDX", Complete: true})
		}
		f.ID = fmt.Sprintf("%016x", i)
		f.Note = fmt.Sprint("group ", i/10)
		f.Component.Name = fmt.Sprint("part ", i)
		d := &r.Documents[len(r.Documents)-1]
		d.Findings = append(d.Findings, f)
		d.Observations = append(d.Observations, evidence.Finding{Finding: match.Finding{Reason: match.MentionedOnly, Component: f.Component, Vendor: f.Vendor}})
	}
	return r
}

func BenchmarkWrite(b *testing.B) {
	r := varied(b, 20_000)
	var n int64
	for b.Loop() {
		var c counter
		if err := html.Write(&c, r, nil); err != nil {
			b.Fatal(err)
		}
		n = int64(c)
	}
	b.SetBytes(n)
	b.ReportAllocs()
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
