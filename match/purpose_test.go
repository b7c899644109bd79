// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
)

// The purpose of a lot settles a limit for the product that is offered, and for nothing else.
func TestPurposeSettlesALimit(t *testing.T) {
	const (
		product = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"X100","supplier":{"name":"Huawei Technologies Co., Ltd."}}},"components":[{"type":"library","name":"l"}]}`
		part    = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"X100","supplier":{"name":"Acme"}}},"components":[{"type":"device","name":"m","supplier":{"name":"Huawei Technologies Co., Ltd."}}]}`
		// the register records the category of the product
		recorded = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Kaspersky Password Manager","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		other    = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Kaspersky Endpoint Security","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		program  = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"k","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		s889     = "us-pl-115-232-s889/a1A/huawei"
		nl       = "nl-2018-05-14/decision/kaspersky"
	)
	const open = "does not settle"
	for _, tt := range []struct {
		name, doc, listing string
		purpose            []string
		want               match.Verdict
		settledBy, held    string
	}{
		{"no purpose", product, s889, nil, match.Review, "", open},
		{"network equipment", product, s889, []string{"32420000-3"}, match.Ban, "the lot is about CPV 32420000 Network equipment", ""},
		{"two codes of the category", product, s889, []string{"32420000", "32413100-2", "32420000-3"}, match.Ban, "the lot is about CPV 32420000 Network equipment, CPV 32413100 Network routers", ""},
		{"a code of another category", product, s889, []string{"48820000"}, match.Review, "", open + ", nor does the purpose of the lot"},
		{"some codes of another category", product, s889, []string{"32420000", "48820000"}, match.Review, "", open + ", nor does the purpose of the lot"},
		{"a code that is wider than the category", product, s889, []string{"32400000"}, match.Review, "", open},
		{"a part", part, s889, []string{"32420000"}, match.Review, "", open},
		{"a program in a lot of anti-virus software", program, nl, []string{"48761000"}, match.Exclude, "the lot is about CPV 48761000 Anti-virus software package", ""},
		{"a recorded category that the limit leaves open", other, nl, []string{"48761000"}, match.Review, "", open},
		{"a recorded category", recorded, nl, []string{"48761000"}, match.NoVerdict, "", ""},
		{"a kind of product that the text is not about", program, s889, []string{"32420000"}, match.NoVerdict, "", ""},
	} {
		r := checkFor(t, denylist.Current(), &match.Options{Purpose: tt.purpose}, tt.doc)
		var got match.Citation
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				if c.Listing == tt.listing {
					got = c
				}
			}
		}
		if got.Verdict != tt.want || got.SettledBy != tt.settledBy || !strings.Contains(got.CappedBy, tt.held) {
			t.Errorf("%s: %q, settled by %q, capped by %q", tt.name, got.Verdict, got.SettledBy, got.CappedBy)
		}
	}
}

// Of several products, and of one that is inside another, nobody knows whether the lot is about it.
func TestPurposeIsOfTheOnlyProduct(t *testing.T) {
	const listing = "us-pl-115-232-s889/a1A/huawei"
	pkg := func(id string) string {
		return `{"SPDXID":"SPDXRef-` + id + `","name":"` + id + `","primaryPackagePurpose":"DEVICE","supplier":"Organization: Huawei Technologies Co., Ltd."}`
	}
	spdx := func(describes, relations string, packages ...string) string {
		return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentDescribes":[` + describes + `],"packages":[` + strings.Join(packages, ",") + `],"relationships":[` + relations + `]}`
	}
	relation := func(from, typ, to string) string {
		return `{"spdxElementId":"SPDXRef-` + from + `","relationshipType":"` + typ + `","relatedSpdxElement":"SPDXRef-` + to + `"}`
	}
	tv := func(relations string) string {
		return "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nPackageName: a\nSPDXID: SPDXRef-a\nPrimaryPackagePurpose: DEVICE\nPackageSupplier: Organization: Huawei Technologies Co., Ltd.\n" +
			"PackageName: b\nSPDXID: SPDXRef-b\nPackageSupplier: Organization: Acme\n" + relations
	}
	spdx3 := func(roots, relations string) string {
		return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
			{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z"},
			{"type":"Organization","spdxId":"urn:h","creationInfo":"_:c","name":"Huawei Technologies Co., Ltd."},
			{"type":"SpdxDocument","spdxId":"urn:doc","creationInfo":"_:c","rootElement":["urn:bom"]},
			{"type":"software_Sbom","spdxId":"urn:bom","creationInfo":"_:c","rootElement":[` + roots + `]},
			{"type":"software_Package","spdxId":"urn:a","creationInfo":"_:c","name":"a","software_primaryPurpose":"device","suppliedBy":"urn:h"},
			{"type":"software_Package","spdxId":"urn:b","creationInfo":"_:c","name":"b","software_primaryPurpose":"device","suppliedBy":"urn:h"}` + relations + `]}`
	}
	const inside3 = `,{"type":"Relationship","spdxId":"urn:r","creationInfo":"_:c","from":"urn:b","relationshipType":"contains","to":["urn:a"]}`
	for _, tt := range []struct {
		name, doc string
		settled   bool
	}{
		{"one", spdx(`"SPDXRef-a"`, "", pkg("a"), pkg("b")), true},
		{"one that contains the other", spdx(`"SPDXRef-a"`, relation("a", "CONTAINS", "b"), pkg("a"), pkg("b")), true},
		{"one in the document", spdx(`"SPDXRef-a"`, relation("DOCUMENT", "CONTAINS", "a"), pkg("a"), pkg("b")), true},
		{"the only package", spdx("", "", pkg("a")), true},
		{"two", spdx(`"SPDXRef-a","SPDXRef-b"`, "", pkg("a"), pkg("b")), false},
		{"two by relations", spdx("", relation("DOCUMENT", "DESCRIBES", "a")+","+relation("b", "DESCRIBED_BY", "DOCUMENT"), pkg("a"), pkg("b")), false},
		{"one inside another", spdx(`"SPDXRef-a"`, relation("b", "CONTAINS", "a"), pkg("a"), pkg("b")), false},
		{"one contained by another", spdx(`"SPDXRef-a"`, relation("a", "CONTAINED_BY", "b"), pkg("a"), pkg("b")), false},
		{"tag-value", tv("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\n"), true},
		{"tag-value, two", tv("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b\n"), false},
		{"tag-value, inside another", tv("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\nRelationship: SPDXRef-b CONTAINS SPDXRef-a\n"), false},
		{"SPDX 3", spdx3(`"urn:a"`, ""), true},
		{"SPDX 3, two", spdx3(`"urn:a","urn:b"`, ""), false},
		{"SPDX 3, inside another", spdx3(`"urn:a"`, inside3), false},
	} {
		doc := sbom.NewReader(strings.NewReader(tt.doc), nil)
		taken, err := doc.Snapshot()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for from, doc := range map[string]*sbom.Document{"read": sbom.NewReader(strings.NewReader(tt.doc), nil), "snapshot": taken.Document()} {
			r, err := matcher(t, "", &match.Options{Purpose: []string{"32420000"}}).Check(t.Context(), doc)
			if err != nil {
				t.Fatalf("%s, %s: %v", tt.name, from, err)
			}
			if len(r.Findings) == 0 || r.Findings[0].Component.Name != "a" || !r.Findings[0].Component.Primary {
				t.Fatalf("%s, %s: %+v", tt.name, from, r.Findings)
			}
			for _, c := range r.Findings[0].Citations {
				if c.Listing == listing && (c.SettledBy != "") != tt.settled {
					t.Errorf("%s, %s: settled by %q, capped by %q", tt.name, from, c.SettledBy, c.CappedBy)
				}
			}
		}
	}
}

func TestPurposeIsChecked(t *testing.T) {
	for _, code := range []string{"32420000-4", "routers", "", "3242000"} {
		if _, err := match.New(denylist.Current(), &match.Options{Purpose: []string{"32420000", code}}); !errors.Is(err, match.ErrOptions) || !strings.Contains(err.Error(), "entry 2 of purpose") {
			t.Errorf("%q: %v", code, err)
		}
	}
	purpose := []string{"32420000-3"}
	m, err := match.New(denylist.Current(), &match.Options{Purpose: purpose})
	if err != nil {
		t.Fatal(err)
	}
	purpose[0] = "changed"
	m.Options().Purpose[0] = "changed"
	if got := fmt.Sprint(m.Options().Purpose); got != "[32420000]" {
		t.Errorf("purpose %s", got)
	}
}
