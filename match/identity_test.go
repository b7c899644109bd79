// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"context"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// check screens the one component of a CycloneDX document and says what an instrument
// comes to for it.
func check(t *testing.T, m *match.Matcher, component, instrument string) (verdict, note string) {
	t.Helper()
	doc := sbom.NewReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":`+component+`}}`), nil)
	r, err := m.Check(context.Background(), doc)
	if err != nil {
		t.Fatalf("%s: %v", component, err)
	}
	fs := append(r.Findings, r.Observations...)
	for _, f := range fs {
		if f.Verdict != match.NoVerdict {
			note += f.Note
		}
	}
	return outcome(fs, instrument), note
}

func claim(role vendors.Role, kind vendors.Kind, value string) vendors.Claim {
	return vendors.Claim{Role: role, Kind: kind, Value: value}
}

// What identifies the maker or supplier of a component outweighs links, and an identifier that
// names somebody else leads to review, although nothing of it concerns the register.
func TestIdentityBeatsLinks(t *testing.T) {
	const (
		resolution = "eu-ep-p8-ta-2018-0258"
		site       = `"externalReferences":[{"type":"website","url":"https://www.kaspersky.com/"}]`
		download   = `"externalReferences":[{"type":"distribution","url":"https://products.kaspersky.com/x.tgz"}]`
		ours       = `"externalReferences":[{"type":"vcs","url":"https://github.com/KasperskyLab/x"}]`
		theirs     = `{"type":"vcs","url":"git@github.com:janedoe/x.git"}`
	)
	tests := []struct {
		name, members, want string
		contradicts         bool
	}{
		{"a site alone", site, "review", false},
		{"a site, and a package of somebody else", site + `,"purl":"pkg:github/janedoe/exporter@1"`, "review", true},
		{"a site, and a repository of somebody else", strings.TrimSuffix(site, "]") + "," + theirs + "]", "review", true},
		{"a site, and a CPE of somebody else", site + `,"cpe":"cpe:2.3:a:janedoe:exporter:1"`, "review", true},
		{"a site, and an author", site + `,"author":"Jane Doe"`, "review", false},
		{"a download alone", download, "ban", false},
		{"a download, and a scope of somebody else", download + `,"purl":"pkg:npm/%40janedoe/x@1"`, "review", true},
		{"a download, and a package without an owner", download + `,"purl":"pkg:npm/x@1"`, "ban", false},
		{"a download, and a group of somebody else", download + `,"group":"org.janedoe"`, "review", true},
		{"a download, and a repository of somebody else", strings.TrimSuffix(download, "]") + "," + theirs + "]", "review", true},
		{"a download, and a tool's guess of a CPE", download + `,"cpe":"cpe:2.3:a:x:x:1"`, "ban", false},
		{"a repository alone", ours, "ban", false},
		{"a repository, and a package of somebody else", ours + `,"purl":"pkg:github/janedoe/x@1"`, "review", true},
		{"a repository, and a CPE of somebody else", ours + `,"cpe":"cpe:2.3:a:janedoe:x:1"`, "ban", false},
		{"a CPE, and a repository of somebody else", `"cpe":"cpe:2.3:a:kaspersky:x:1","externalReferences":[` + theirs + `]`, "review", true},
		{"a CPE, and a distribution's package", `"cpe":"cpe:2.3:a:kaspersky:x:1","purl":"pkg:deb/debian/x@1"`, "ban", false},
		{"a package, and a repository of somebody else", `"purl":"pkg:npm/%40kaspersky/x@1","externalReferences":[` + theirs + `]`, "ban", false},
		{"a package, and a supplier who is somebody else", `"purl":"pkg:npm/%40kaspersky/x@1","supplier":{"name":"Jane Doe Ltd"}`, "review", true},
		{"a package, and a qualifier", `"purl":"pkg:npm/%40janedoe/x@1?download_url=https://products.kaspersky.com/x"`, "review", true},
		{"a maker's name, and a package of somebody else", `"manufacturer":{"name":"AO Kaspersky Lab"},"purl":"pkg:github/janedoe/x@1"`, "ban", false},
		{"a package, and somebody with the vendor's address", `"purl":"pkg:npm/%40kaspersky/x@1","supplier":{"name":"Jane Doe Ltd <x@securelist.com>"}`, "review", true},
		{"a package, and the vendor's domain as a name", `"purl":"pkg:npm/%40kaspersky/x@1","supplier":{"name":"securelist.com"}`, "ban", false},
		{"a supplier's URL, and the name of somebody else", `"supplier":{"name":"Jane Doe Ltd","url":["https://www.kaspersky.com/"]}`, "review", true},
	}
	m := matcher(t, "2018.06.13", nil)
	for _, tt := range tests {
		got, note := check(t, m, `{"type":"library","name":"x",`+tt.members+`}`, resolution)
		if got != tt.want || strings.Contains(note, "contradict") != tt.contradicts {
			t.Errorf("%s: %q (%s), want %q, contradicted %v", tt.name, got, note, tt.want, tt.contradicts)
		}
	}
}

// A distributor's name contradicts nothing: anybody can distribute what others make.
func TestDistributorContradictsNothing(t *testing.T) {
	m := matcher(t, "2018.06.13", nil)
	c := made("library", "", "x")
	c.Claims = append(c.Claims[:1], claim("namespace", "purl", "pkg:npm/%40kaspersky/x@1"), claim("distributor", "name", "Jane Doe Ltd"))
	if got := outcome(matched(t, m, c, true), "eu-ep-p8-ta-2018-0258"); got != "ban" {
		t.Errorf("with a distributor: %q, want ban", got)
	}
	c.Claims[len(c.Claims)-1].Role = "supplier"
	if got := outcome(matched(t, m, c, true), "eu-ep-p8-ta-2018-0258"); got != "review" {
		t.Errorf("with a supplier: %q, want review", got)
	}
}

// The kind of a product follows from all evidence. Evidence that disagrees leaves it
// open, and what is open is never out of scope.
func TestKindOfProduct(t *testing.T) {
	const hardware, software = "us-pl-115-232-s889", "lt-2017-12-20" // what their texts are about
	zte := func(typ, rest string) string {
		return `{"type":"` + typ + `","name":"x","manufacturer":{"name":"ZTE Corporation"}` + rest + `}`
	}
	kaspersky := func(typ, rest string) string {
		return `{"type":"` + typ + `","name":"x","manufacturer":{"name":"AO Kaspersky Lab"}` + rest + `}`
	}
	const firmware, other, library, device = `,"cpe":"cpe:2.3:o:zte:mf286_firmware:1:*:*:*:*:*:*:*"`, `,"cpe":"cpe:2.3:h:example:x:1"`, `,"purl":"pkg:npm/x@1"`, `,"cpe":"cpe:2.3:h:kaspersky:x:1"`
	tests := []struct{ name, component, instrument, want string }{
		{"a library", zte("library", ""), hardware, "outOfScope"},
		{"a library with the CPE of an application", zte("library", `,"cpe":"cpe:2.3:a:zte:x:1"`), hardware, "outOfScope"},
		{"a library with the CPE of an operating system", zte("library", `,"cpe":"cpe:/o:zte:x:1"`), hardware, "outOfScope"},
		{"a library with the CPE of firmware", zte("library", firmware), hardware, "review"},
		{"a library with the CPE of a device, of no listed vendor", zte("library", other), hardware, "review"},
		{"a file with a package", zte("file", library), hardware, "outOfScope"},
		{"a file with the CPE of an application", zte("file", `,"cpe":"cpe:2.3:a:zte:x:1"`), hardware, "outOfScope"},
		{"a router with a package", zte("application", library), hardware, "outOfScope"},
		{"a file with firmware's CPE in the URI form", zte("file", `,"cpe":"cpe:/o:zte:mf286_firmware"`), hardware, "review"},
		{"a device", zte("device", ""), hardware, "review"}, // of a limit, which is open
		{"a device with a package", zte("device", library), hardware, "review"},
		{"a program", kaspersky("application", ""), software, "exclude"},
		{"a program with a package", kaspersky("application", library), software, "exclude"},
		{"a device for a text about software", kaspersky("device", ""), software, "outOfScope"},
		{"a device with the CPE of a device", kaspersky("device", device), software, "outOfScope"},
		{"a device with a package for a text about software", kaspersky("device", library), software, "review"},
		{"a program with the CPE of a device", kaspersky("application", device), software, "review"},
		{"a program with the CPE of firmware", kaspersky("application", `,"cpe":"cpe:2.3:o:kaspersky:x_firmware:1"`), software, "exclude"},
	}
	m := matcher(t, "", nil)
	for _, tt := range tests {
		if got, _ := check(t, m, tt.component, tt.instrument); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct{ typ, name, want string }{
		{"LIBRARY", "x", "outOfScope"},
		{"LIBRARY", "react-router", "outOfScope"},
		{"application", "x", "outOfScope"},
		{"application", "ZXHN H298A Router", "review"},
		{"Application", "ZXHN_H298A_firmware.bin", "review"},
		{"OPERATING-SYSTEM", "x", "review"},
		{"OPERATING_SYSTEM", "x", "review"},
		{"ARCHIVE", "x", "review"}, {"INSTALL", "x", "review"}, {"FILE", "x", "review"}, {"SOURCE", "x", "review"}, {"CONTAINER", "x", "review"},
		{"file", "x", "review"}, {"data", "x", "review"}, {"platform", "x", "review"}, {"device-driver", "x", "review"}, {"deviceDriver", "x", "review"},
	} {
		if fs := matched(t, m, &sbom.Component{Type: tt.typ, Name: tt.name, Claims: made("", "ZTE Corporation", "x").Claims}, true); outcome(fs, hardware) != tt.want {
			t.Errorf("type %s, name %s: %q, want %s", tt.typ, tt.name, outcome(fs, hardware), tt.want)
		}
	}
	for _, typ := range []string{"archive", "file", "operating-system"} { // they are software for a text about software
		if fs := matched(t, m, &sbom.Component{Type: typ, Name: "x", Claims: made("", "AO Kaspersky Lab", "x").Claims}, true); outcome(fs, software) != "exclude" {
			t.Errorf("%s for a text about software: %q, want exclude", typ, outcome(fs, software))
		}
	}
}

// A product's name of one word is many a thing's name. Beside another maker or another package it
// is for a person to look at, at most.
func TestOneWordProductsOfOthers(t *testing.T) {
	m := matcher(t, "2026.11.25", nil)
	for component, most := range map[string]match.Verdict{
		`{"type":"application","name":"hexa","supplier":{"name":"Acme"}}`:                               match.Clear,
		`{"type":"application","name":"terra","supplier":{"name":"Acme"}}`:                              match.Clear,
		`{"type":"application","name":"WeChat","supplier":{"name":"Acme"}}`:                             match.Review,
		`{"type":"application","name":"WeChat","manufacturer":{"name":"Acme"},"group":"com.acme"}`:      match.Review,
		`{"type":"application","name":"WeChat","purl":"pkg:generic/acme/wechat@1"}`:                     match.Review,
		`{"type":"application","name":"WeChat","cpe":"cpe:2.3:a:acme:wechat:1:*:*:*:*:*:*:*"}`:          match.Review,
		`{"type":"application","name":"WeChat","cpe":"cpe:2.3:a:*:wechat:1:*:*:*:*:*:*:*"}`:             match.Review,
		`{"type":"library","name":"wechat","supplier":{"name":"Acme"},"purl":"pkg:npm/%40acme/wechat"}`: match.Clear,
	} {
		doc := sbom.NewReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":`+component+`},"components":[`+component+`]}`), nil)
		r, err := m.Check(context.Background(), doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Verdict > most || f.Tier > vendors.Resembles {
				t.Errorf("%s: %s %s, want %s at most", component, f.Verdict, f.Tier, most)
			}
		}
	}
}

// A package URL that is made from a vendor says that the vendor made the component, so that an
// observation on a vendor that is only mentioned, or excluded, has none.
func TestMadePackageURLOnlyForAttributedVendors(t *testing.T) {
	m := matcher(t, "2026.11.25", nil)
	for component, want := range map[string]string{
		`{"type":"library","name":"bridge","version":"1","description":"Works beside Kaspersky Lab products"}`:                           "",
		`{"type":"library","name":"bridge","purl":"pkg:NPM/bridge@1","description":"Works beside Kaspersky Lab products"}`:               "pkg:npm/bridge@1",
		`{"type":"library","name":"bridge","purl":"npm/bridge@1","description":"Works beside Kaspersky Lab products"}`:                   "",
		`{"type":"library","name":"x","version":"1","supplier":{"name":"KAV Danubia"}}`:                                                  "",
		`{"type":"library","name":"agent","version":"1","supplier":{"name":"Kaspersky Lab"}}`:                                            "pkg:generic/kaspersky/agent@1",
		`{"type":"library","name":"agent","version":"1","supplier":{"name":"Kaspersky Lab"},"description":"Works with Kaspersky Lab's"}`: "pkg:generic/kaspersky/agent@1",
	} {
		doc := sbom.NewReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`+component+`]}`), nil)
		r, err := m.Check(context.Background(), doc)
		if err != nil {
			t.Fatal(err)
		}
		fs := append(r.Findings, r.Observations...)
		if len(fs) == 0 {
			t.Errorf("%s: no observation", component)
		}
		for _, f := range fs {
			if f.Component.CanonicalPURL != want {
				t.Errorf("%s: %q, want %q", component, f.Component.CanonicalPURL, want)
			}
		}
	}
}
