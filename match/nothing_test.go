// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/sbom"
)

// emptied is the list of a ministry without its listings.
func emptied(t *testing.T) *denylist.Release {
	t.Helper()
	files := fstest.MapFS{}
	const dir, order = "../testdata/lists/ministry", "instruments/xx-order-7.json"
	for _, name := range []string{"list.json", "vendors/example-works.json", order} {
		data, err := os.ReadFile(path.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	text := string(files[order].Data)
	files[order].Data = []byte(text[:strings.Index(text, `"listings"`)] + `"listings": [` + "]\n}\n")
	r, err := author.Load(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A screening in which no listing could apply finds nothing in any document, and is not clear.
func TestNothingCouldBeFound(t *testing.T) {
	const listed = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"k","supplier":{"name":"Kaspersky Lab"}}]}`
	const plain = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"k","supplier":{"name":"Acme"}}]}`
	for _, tt := range []struct {
		name    string
		release *denylist.Release
		opts    *match.Options
		doc     string
		want    match.Verdict
		says    string
	}{
		{"a day before every listing", denylist.Current(), &match.Options{AsOf: "1999-01-01"}, listed, match.Inconclusive, "on 1999-01-01"},
		{"a jurisdiction that lists no vendor", denylist.Current(), &match.Options{Jurisdictions: []string{"ro"}}, listed, match.Inconclusive, "in RO"},
		{"a jurisdiction before its first listing", denylist.Current(), &match.Options{Jurisdictions: []string{"IT"}, AsOf: "2018-06-13"}, listed, match.Inconclusive, "in IT"},
		{"a list without listings", emptied(t), nil, listed, match.Inconclusive, "no listing"},
		{"a buyer to whom no text speaks", denylist.Current(), &match.Options{Jurisdictions: []string{"US"}, Buyer: profile(t, "private-company")}, listed, match.Inconclusive, "in US; texts that do not speak to the buyer (Private company, no public contract, no subsidy) were left out, which is no permission"},
		{"a buyer to whom texts on others speak", denylist.Current(), &match.Options{Buyer: profile(t, "us-ic-agency")}, plain, match.Clear, ""},
		{"a jurisdiction that lists others", denylist.Current(), &match.Options{Jurisdictions: []string{"UK"}}, listed, match.Clear, ""},
		{"all", denylist.Current(), nil, plain, match.Clear, ""},
	} {
		m, err := match.New(tt.release, tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(tt.doc), nil))
		if err != nil {
			t.Fatal(err)
		}
		nothing := tt.want == match.Inconclusive
		if r.Verdict != tt.want || nothing != (m.Strongest() == match.NoVerdict) || nothing != (len(r.Gaps) == 1 && r.Gaps[0].Kind == match.GapNoListings && strings.Contains(r.Gaps[0].Message, tt.says)) {
			t.Errorf("%s: %s, strongest %q, gaps %+v", tt.name, r.Verdict, m.Strongest(), r.Gaps)
		}
		if nothing != (len(r.Header.Notices) == 1) {
			t.Errorf("%s: notices %+v", tt.name, r.Header.Notices)
		}
	}
}
