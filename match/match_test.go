// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/adapter"
	"github.com/clause76/clause76/vendors"
)

func open(t testing.TB, release string) *denylist.Release {
	t.Helper()
	if release == "" {
		return denylist.Current()
	}
	r, err := denylist.Open(release)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func matcher(t testing.TB, release string, opts *match.Options) *match.Matcher {
	t.Helper()
	m, err := match.New(open(t, release), opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// matched returns the findings and observations on a component that has claims.
func matched(t testing.TB, m *match.Matcher, c *sbom.Component, primary bool) []match.Finding {
	t.Helper()
	fs, err := m.MatchComponent(c, primary)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// The products and parts of the tests.
func made(typ, maker, name string) *sbom.Component {
	return &sbom.Component{Type: typ, Name: name, Claims: []vendors.Claim{
		{Role: vendors.Mention, Kind: vendors.KindProduct, Value: name},
		{Role: vendors.Manufacturer, Kind: vendors.KindName, Value: maker},
	}}
}

// outcome is what an instrument comes to: a verdict, a reason, or "" if it is not
// cited at all.
func outcome(fs []match.Finding, instrument string) string {
	for _, f := range fs {
		for _, c := range f.Citations {
			if c.Instrument == instrument {
				if f.Verdict == match.NoVerdict {
					return string(f.Reason)
				}
				return c.Verdict.String()
			}
		}
	}
	return ""
}

// What a listing does not say must not be said. The eleven golden negatives.
func TestGoldenNegatives(t *testing.T) {
	const subject, part = true, false
	tests := []struct {
		rule, release, asOf string
		component           *sbom.Component
		subject             bool
		instrument          string
		want                string
	}{
		{"clause 76 does not name ZTE", "2018.06.13", "", made("device", "ZTE Corporation", "MF286"), subject, "eu-ep-p8-ta-2018-0258", "notNamed"},
		{"clause 76 does not name Huawei", "2018.06.13", "", made("device", "Huawei Technologies Co., Ltd.", "HG556a"), subject, "eu-ep-p8-ta-2018-0258", "notNamed"},
		{"the UK statement gives a criterion: Hikvision", "", "", made("device", "Hangzhou Hikvision Digital Technology Co., Ltd.", "DS-2CD"), subject, "uk-co-wms-2022-11-24", "criterionOnly"},
		{"the UK statement gives a criterion: Dahua", "", "", made("device", "Zhejiang Dahua Technology Co., Ltd.", "IPC"), subject, "uk-co-wms-2022-11-24", "criterionOnly"},
		{"the 5G toolbox names no vendor", "", "", made("device", "Huawei Technologies Co., Ltd.", "BBU"), subject, "eu-niscg-5g-toolbox-2020", "notNamed"},
		{"the 2026 proposal gives a criterion and names no vendor", "", "", made("device", "Huawei Technologies Co., Ltd.", "BBU"), subject, "eu-com-2026-11", "criterionOnly"},
		{"the ZTE denial order is about supply", "2018.06.13", "", made("device", "ZTE Corporation", "MF286"), subject, "us-bis-zte-2018-04-15", "supplySide"},
		{"BOD 17-01 does not reach embedded code", "", "", made("application", "AO Kaspersky Lab", "engine"), part, "us-dhs-bod-17-01", "outOfDepth"},
		{"the Dutch letter is about antivirus software", "", "", made("application", "Kaspersky", "Kaspersky Password Manager"), subject, "nl-2018-05-14", "outOfScope"},
		{"section 1634 is not effective before October 2018", "2018.06.13", "", made("application", "Kaspersky", "Kaspersky Anti-Virus"), subject, "us-pl-115-91-s1634", "notEffective"},
		{"section 889 does not exist in June 2018", "", "2018-06-13", made("device", "ZTE Corporation", "MF286"), subject, "us-pl-115-232-s889", ""},
	}
	for _, tt := range tests {
		m := matcher(t, tt.release, &match.Options{AsOf: vendors.Date(tt.asOf)})
		if got := outcome(matched(t, m, tt.component, tt.subject), tt.instrument); got != tt.want {
			t.Errorf("%s: %s comes to %q, want %q", tt.rule, tt.instrument, got, tt.want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	router := made("device", "ZTE Corporation", "MF286")
	router.Category = "telecommunicationsEquipment"
	lineage := made("application", "AO Kaspersky Lab", "engine")
	lineage.Pedigree = true
	contradiction := &sbom.Component{Type: "library", Name: "x", PURL: "pkg:npm/%40kaspersky/x@1", Claims: []vendors.Claim{
		{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Acme Ltd"},
		{Role: vendors.Namespace, Kind: vendors.KindPURL, Value: "pkg:npm/%40kaspersky/x@1"},
	}}
	tests := []struct {
		name, release, asOf string
		jurisdictions       []string
		component           *sbom.Component
		subject             bool
		instrument, want    string
		status              string
	}{
		{"motion tabled", "2018.06.12", "", nil, made("application", "Kaspersky Lab", "kav"), true, "eu-ep-a8-0189-2018", "review", "tabled"},
		{"resolution adopted", "2018.06.13", "", nil, made("application", "Kaspersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "ban", "adopted"},
		{"the day before the vote, known later", "2018.06.13", "2018-06-12", nil, made("application", "Kaspersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "", ""},
		{"clause 76 on a product", "2018.06.13", "", nil, made("library", "Kaspersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "ban", "adopted"},
		{"clause 76 is silent on parts", "2018.06.13", "", nil, made("library", "Kaspersky Lab", "kav"), false, "eu-ep-p8-ta-2018-0258", "review", "adopted"},
		{"the Lithuanian decision is silent on parts", "", "", nil, made("application", "Kaspersky Lab", "kav"), false, "lt-2017-12-20", "review", "effective"},
		{"section 1634 in force", "", "", nil, made("library", "Kaspersky Lab", "kav"), false, "us-pl-115-91-s1634", "ban", "effective"},
		{"section 1634 enacted", "2018.06.13", "", nil, made("library", "Kaspersky Lab", "kav"), false, "us-pl-115-91-s1634", "notEffective", "enacted, not effective"},
		{"section 1634 on its first day", "", "2018-10-01", nil, made("library", "Kaspersky Lab", "kav"), false, "us-pl-115-91-s1634", "ban", "effective"},
		{"section 1634 the day before", "", "2018-09-30", nil, made("library", "Kaspersky Lab", "kav"), false, "us-pl-115-91-s1634", "notEffective", "enacted, not effective"},
		{"Dutch letter, antivirus", "", "", nil, made("application", "Kaspersky", "Kaspersky Anti-Virus"), true, "nl-2018-05-14", "exclude", "effective"},
		{"Dutch letter, not settled", "", "", nil, made("application", "Kaspersky", "Kaspersky Endpoint Security"), true, "nl-2018-05-14", "review", "effective"},
		{"BOD 17-01 on a product", "", "", nil, made("application", "AO Kaspersky Lab", "Kaspersky Endpoint Security"), true, "us-dhs-bod-17-01", "exclude", "effective"},
		{"section 889, a router", "", "", nil, router, true, "us-pl-115-232-s889", "ban", "effective"},
		{"section 889, a part of another product", "", "", nil, router, false, "us-pl-115-232-s889", "review", "effective"},
		{"section 889, any device", "", "", nil, made("device", "ZTE Corporation", "MF286"), true, "us-pl-115-232-s889", "review", "effective"},
		{"section 889, a library", "", "", nil, made("library", "ZTE Corporation", "sdk"), true, "us-pl-115-232-s889", "outOfScope", "effective"},
		{"section 889, a camera: purpose not settled", "", "", nil, made("device", "Hangzhou Hikvision Digital Technology Co., Ltd.", "DS"), true, "us-pl-115-232-s889", "review", "effective"},
		{"FCC list is about subsidy", "", "", nil, router, true, "us-fcc-covered-list", "subsidyOnly", "effective"},
		{"Commerce 2024: a prohibition on the market", "", "", nil, made("application", "Kaspersky", "Kaspersky Anti-Virus"), true, "us-bis-icts-2021-002", "ban", "effective"},
		{"the communication warns", "", "", nil, router, true, "eu-ec-c-2023-4049", "review", "adopted"},
		{"the denial order is over", "", "", nil, router, true, "us-bis-zte-2018-04-15", "noLonger", "terminated"},
		{"a name that resembles", "2018.06.13", "", nil, made("application", "Kapersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "review", "adopted"},
		{"an ancestor", "", "", nil, lineage, false, "us-pl-115-91-s1634", "review", "effective"},
		{"claims that contradict", "", "", nil, contradiction, false, "us-pl-115-91-s1634", "review", "effective"},
		{"another jurisdiction", "", "", []string{"US"}, made("application", "Kaspersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "", ""},
	}
	for _, tt := range tests {
		m := matcher(t, tt.release, &match.Options{AsOf: vendors.Date(tt.asOf), Jurisdictions: tt.jurisdictions})
		fs := matched(t, m, tt.component, tt.subject)
		if got := outcome(fs, tt.instrument); got != tt.want {
			t.Errorf("%s: %s comes to %q, want %q", tt.name, tt.instrument, got, tt.want)
		}
		for _, f := range fs {
			for _, c := range f.Citations {
				if c.Instrument == tt.instrument && c.Status != tt.status {
					t.Errorf("%s: status %q, want %q", tt.name, c.Status, tt.status)
				}
			}
		}
	}
}

// Every citation is verbatim, has its force and addressees, and cites clause 76 as
// what it is.
func TestCitations(t *testing.T) {
	m := matcher(t, "2018.06.13", &match.Options{Jurisdictions: []string{"EU"}})
	fs := matched(t, m, made("application", "AO Kaspersky Lab", "kav"), true)
	if len(fs) == 0 || fs[0].Verdict != match.Ban {
		t.Fatalf("findings %+v, want a ban", fs)
	}
	c := fs[0].Citations[0]
	if c.Instrument != "eu-ep-p8-ta-2018-0258" || c.Force != denylist.Resolution || c.Binding || c.Addressees != "the EU institutions" ||
		c.Basis != denylist.Example || c.Action != denylist.Ban || c.Clause != "clause 76" || c.QuoteStart != 0 || c.QuoteEnd != len(c.Quote) {
		t.Errorf("clause 76 is cited as %+v", c)
	}
	if len(fs[0].Context) == 0 {
		t.Error("no counter-evidence beside the finding")
	}
	for _, f := range fs {
		for _, c := range f.Citations {
			if c.Addressees == "" || c.Force == "" || c.URL == "" || c.Status == "" {
				t.Errorf("%s: incomplete citation %+v", c.Listing, c)
			}
		}
	}
}

func TestDocumentVerdict(t *testing.T) {
	bom := func(rest string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6"` + rest + `}` }
	tests := []struct {
		name, doc string
		opts      *match.Options
		want      match.Verdict
	}{
		{"clear", bom(`,"components":[{"type":"library","name":"x"}]`), nil, match.Clear},
		{"no components", bom(``), nil, match.Inconclusive},
		{"a null component", bom(`,"components":[null,{"type":"library","name":"x"}]`), nil, match.Inconclusive},
		{"a supplier that cannot be read", bom(`,"components":[{"type":"library","name":"x","supplier":5}]`), nil, match.Inconclusive},
		{"a near miss of a field's name", bom(`,"components":[{"type":"library","name":"x","SUPPLIER":{"name":"Kaspersky Lab"}}]`), nil, match.Inconclusive},
		{"a package URL that does not parse", bom(`,"components":[{"type":"library","name":"x","purl":"pkg:generic/x%zz"}]`), nil, match.Inconclusive},
		{"a linked document", bom(`,"externalReferences":[{"type":"bom","url":"https://x"}],"components":[{"type":"library","name":"x"}]`), nil, match.Inconclusive},
		{"a linked document after many warnings", bom(`,"components":[{"type":"library","name":"x","supplier":"Acme"}` + strings.Repeat(`,{"type":"library","name":"x","supplier":"Acme"}`, 2000) + `],"externalReferences":[{"type":"bom","url":"https://x"}]`), nil, match.Inconclusive},
		{"no identity where it is wanted", bom(`,"components":[{"type":"library","name":"x"}]`), &match.Options{RequireIdentity: true}, match.Inconclusive},
		{"a supplier as a string", bom(`,"components":[{"type":"library","name":"x","supplier":"Kaspersky Lab"}]`), nil, match.Ban},
		{"nested", bom(`,"components":[{"name":"a","components":[{"name":"b","components":[{"name":"c","publisher":"Kaspersky"}]}]}]`), nil, match.Ban},
		{"a service", bom(`,"services":[{"name":"s","provider":{"name":"Kaspersky Lab"}}]`), nil, match.Ban},
		{"an ancestor", bom(`,"components":[{"name":"a","pedigree":{"ancestors":[{"name":"b","supplier":{"name":"Kaspersky Lab"}}]}}]`), nil, match.Review},
		{"only the document's maker", bom(`,"metadata":{"manufacturer":{"name":"Kaspersky Lab"},"authors":[{"name":"Kaspersky Lab"}],"tools":{"components":[{"name":"t","supplier":{"name":"Kaspersky Lab"}}]}},"components":[{"name":"a"}]`), nil, match.Clear},
		{"only a finder of vulnerabilities", bom(`,"components":[{"name":"a"}],"vulnerabilities":[{"credits":{"organizations":[{"name":"Kaspersky Lab"}]}}]`), nil, match.Clear},
		{"SPDX: the package described is the product", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","supplier":"Organization: \u004baspersky Lab"},{"SPDXID":"SPDXRef-b","name":"b"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]}`, nil, match.Ban},
	}
	for _, tt := range tests {
		r, err := matcher(t, "", tt.opts).Check(t.Context(), sbom.NewReader(strings.NewReader(tt.doc), nil))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if r.Verdict != tt.want {
			t.Errorf("%s: %s, want %s (%+v)", tt.name, r.Verdict, tt.want, r.Header.Warnings)
		}
	}
}

// The subject of an SPDX document is known only at its end, and decides the depth.
func TestSPDXSubject(t *testing.T) {
	doc := `{"spdxVersion":"SPDX-2.3","packages":[
		{"SPDXID":"SPDXRef-a","name":"a","supplier":"Organization: AO Kaspersky Lab"},
		{"SPDXID":"SPDXRef-b","name":"b","supplier":"Organization: AO Kaspersky Lab"}],
		"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]}`
	r, err := matcher(t, "", nil).Check(t.Context(), sbom.NewReader(strings.NewReader(doc), nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if want := f.Component.Ref == "SPDXRef-a"; f.Component.Primary != want {
			t.Errorf("%s: subject %v, want %v", f.Component.Ref, f.Component.Primary, want)
		}
	}
	if got := outcome(slices.DeleteFunc(slices.Clone(append(r.Findings, r.Observations...)), func(f match.Finding) bool { return f.Component.Ref != "SPDXRef-b" }), "us-dhs-bod-17-01"); got != "outOfDepth" {
		t.Errorf("BOD 17-01 on the package inside comes to %q, want outOfDepth", got)
	}
}

// A document in memory gives the findings of its file, except for offsets.
func TestAdapters(t *testing.T) {
	const dir = "../testdata/bids/endpoint-tender/"
	m := matcher(t, "", nil)
	check := func(doc *sbom.Document) string {
		t.Helper()
		r, err := m.Check(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, fs := range [][]match.Finding{r.Findings, r.Observations} {
			for i := range fs {
				fs[i].Component.Location.Offset = 0
				for j := range fs[i].Attributions {
					fs[i].Attributions[j].Claim.Location.Offset = 0
				}
				// Members of an object are written in another order.
				slices.SortFunc(fs[i].Attributions, func(a, b vendors.Attribution) int {
					return strings.Compare(a.Claim.Location.Pointer, b.Claim.Location.Pointer)
				})
			}
		}
		slices.SortFunc(r.Findings, byPlace)
		slices.SortFunc(r.Observations, byPlace)
		for i := range r.Unidentified {
			r.Unidentified[i].Location.Offset = 0
		}
		r.Header = sbom.Header{}
		out, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) == 0 {
			t.Fatal("no findings to compare")
		}
		return string(out)
	}
	file := func(name string) *os.File {
		f, err := os.Open(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(file("endpoint-agent.cdx.json"), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if got, want := check(adapter.FromCycloneDX(&bom)), check(sbom.NewReader(file("endpoint-agent.cdx.json"), nil)); got != want {
		t.Errorf("CycloneDX from memory:\n%s\nfrom the file:\n%s", got, want)
	}
	doc, err := spdxjson.Read(file("management-console.spdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := check(adapter.FromSPDX(doc)), check(sbom.NewReader(file("management-console.spdx.json"), nil)); got != want {
		t.Errorf("SPDX from memory:\n%s\nfrom the file:\n%s", got, want)
	}
}

func byPlace(a, b match.Finding) int {
	return strings.Compare(fmt.Sprint(a.Component.Location.Pointer, a.Vendor, a.Reason), fmt.Sprint(b.Component.Location.Pointer, b.Vendor, b.Reason))
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []match.Options{{AsOf: "2018"}, {AsOf: "yesterday"}, {Jurisdictions: []string{"XX"}}} {
		if _, err := match.New(denylist.Current(), &o); !errors.Is(err, match.ErrOptions) {
			t.Errorf("%+v: error %v, want ErrOptions", o, err)
		}
	}
}

// Citations are in the order: binding texts, then the more severe verdict, then the earlier day.
func TestOrderOfCitations(t *testing.T) {
	m := matcher(t, "", nil)
	from := make(map[string]vendors.Date)
	for _, in := range m.Release().Instruments() {
		for _, l := range in.Listings {
			from[l.ID] = l.From
		}
	}
	n := 0
	for _, supplier := range []string{"AO Kaspersky Lab", "Huawei Technologies Co., Ltd.", "ZTE Corporation"} {
		for _, f := range matched(t, m, made("device", supplier, "x"), true) {
			if f.Verdict == match.NoVerdict {
				continue
			}
			for i, c := range f.Citations[1:] {
				n++
				b := &f.Citations[i]
				switch {
				case b.Binding != c.Binding:
					if c.Binding {
						t.Errorf("%s: %s, which binds nobody, is before %s", supplier, b.Listing, c.Listing)
					}
				case b.Verdict != c.Verdict:
					if b.Verdict < c.Verdict {
						t.Errorf("%s: %s (%s) is before %s (%s)", supplier, b.Listing, b.Verdict, c.Listing, c.Verdict)
					}
				case from[b.Listing] > from[c.Listing]:
					t.Errorf("%s: %s (%s) is before %s (%s)", supplier, b.Listing, from[b.Listing], c.Listing, from[c.Listing])
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d pairs of citations", n)
	}
}

// Texts that bind the buyer itself are cited before those that bind only who supplies it.
func TestTextsThatBindTheBuyerComeFirst(t *testing.T) {
	for _, b := range denylist.Buyers() {
		if b.Name != "us-federal-agency-civilian" {
			continue
		}
		m := matcher(t, "", &match.Options{Buyer: &b})
		seen := make(map[string]bool)
		for _, f := range matched(t, m, made("application", "AO Kaspersky Lab", "kav"), true) {
			if f.Verdict == match.NoVerdict {
				continue
			}
			for _, c := range f.Citations {
				if c.Speaks == denylist.Binds && seen[denylist.BindsBidders] {
					t.Errorf("%s binds the buyer and is cited after a text that binds who supplies it", c.Listing)
				}
				seen[c.Speaks] = true
			}
		}
		if !seen[denylist.Binds] || !seen[denylist.BindsBidders] {
			t.Errorf("only %v", seen)
		}
		return
	}
	t.Error("no such buyer")
}
