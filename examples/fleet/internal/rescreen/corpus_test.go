// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// values are values of fields, by what the fields hold.
type values struct{ names, products, purls, cpes, domains, other []string }

// valuesOf returns values that the registers of releases have, and values that resemble them.
func valuesOf(rs []*denylist.Release) *values {
	v := &values{
		names:    []string{"Acme GmbH", "Example Works", "Apache Software Foundation", "NOASSERTION", "Red Hat, Inc.", "Kasper Labs", "Huawai", "Nokia", "Lab", "Shenzhen Trading Co., Ltd."},
		products: []string{"openssl", "router-firmware", "left-pad", "Video Recorder", "gateway"},
		purls:    []string{"pkg:npm/left-pad@1.3.0", "pkg:github/acme/foo@1", "pkg:maven/org.apache/x@2", "pkg:generic/thing@3", "pkg:deb/debian/bash@5"},
		cpes:     []string{"openssl", "acme", "gnu", "redhat", "debian"},
		domains:  []string{"example.com", "github.com/acme", "acme.invalid", "example.org", "gitlab.com/acme"},
	}
	seen := make(map[string]bool)
	add := func(kind vendors.IdentifierKind, value string) {
		if key := string(kind) + value; seen[key] {
			return
		} else {
			seen[key] = true
		}
		switch kind {
		case vendors.IdentifierProduct:
			v.products = append(v.products, value)
		case vendors.IdentifierPURLNamespace:
			v.purls = append(v.purls, "pkg:"+strings.ReplaceAll(value, "@", "%40")+"/thing@1.0")
			if owner, ok := strings.CutPrefix(value, "github/"); ok {
				v.domains = append(v.domains, "github.com/"+owner)
			}
		case vendors.IdentifierPURLPackage:
			v.purls = append(v.purls, "pkg:"+value+"@2.1")
		case vendors.IdentifierPURLPrefix:
			v.purls = append(v.purls, "pkg:"+value+"extra@2.1")
		case vendors.IdentifierCPEVendor:
			v.cpes = append(v.cpes, value)
		case vendors.IdentifierDomain:
			v.domains = append(v.domains, value)
		default:
			if kind.IsName() || kind == vendors.IdentifierExactName {
				v.names = append(v.names, value)
			} else {
				v.other = append(v.other, value)
			}
		}
	}
	for _, r := range rs {
		for x := range r.Register().All() {
			for _, id := range x.Identifiers {
				add(id.Kind, id.Value)
			}
			for _, e := range x.Exclusions {
				add(e.Kind, e.Value)
			}
		}
	}
	return v
}

// A maker makes random documents.
type maker struct {
	*rand.Rand
	*values
}

// pick returns one of a list, which starts with some ordinary values: one of those in most cases.
func pick(m *maker, list []string) string {
	if m.chance(0.6) {
		return list[m.IntN(min(5, len(list)))]
	}
	return list[m.IntN(len(list))]
}

func (m *maker) chance(p float64) bool { return m.Float64() < p }

// name returns the name of somebody, perhaps changed.
func (m *maker) name() string {
	s := pick(m, m.names)
	switch m.IntN(16) {
	case 0:
		s += " Co., Ltd."
	case 1:
		s += " Deutschland GmbH"
	case 2:
		s = strings.ToUpper(s)
	case 3: // misspelled
		if i := m.IntN(len(s)); s[i] < 0x80 {
			s = s[:i] + "x" + s[i+1:]
		}
	case 4:
		s = "Acme, " + s
	case 5:
		s = strings.ReplaceAll(s, "o", "0")
	case 6:
		s = pick(m, []string{"Acme Systems", "Beta", "Gamma Networks", "Delta Lab"})
	}
	return s
}

// parts returns how many parts a document has: mostly one, so that one claim decides.
func (m *maker) parts() int {
	if m.chance(0.6) {
		return 1
	}
	return 1 + m.IntN(4)
}

func (m *maker) cpe() string {
	return fmt.Sprintf("cpe:2.3:%s:%s:%s:1.0:*:*:*:*:*:*:*", pick(m, []string{"a", "o", "h"}), pick(m, m.cpes), pick(m, []string{"thing", "x_firmware", "openssl"}))
}

func (m *maker) url() string { return "https://" + pick(m, m.domains) + "/x" }

// fields are the fields of a component, in the form of CycloneDX.
func (m *maker) fields(n int) map[string]any {
	c := map[string]any{"bom-ref": fmt.Sprint("c", n), "type": []string{"library", "application", "device", "firmware", "operating-system"}[m.IntN(5)], "name": fmt.Sprint("part-", n), "version": "1"}
	set := func(p float64, key string, value func() any) {
		if m.chance(p) {
			c[key] = value()
		}
	}
	set(0.3, "name", func() any { return pick(m, m.products) })
	set(0.4, "supplier", func() any { return map[string]any{"name": m.name()} })
	set(0.2, "manufacturer", func() any { return map[string]any{"name": m.name(), "url": []string{m.url()}} })
	set(0.2, "publisher", func() any { return m.name() })
	set(0.15, "author", func() any { return m.name() + " <x@" + strings.Split(pick(m, m.domains), "/")[0] + ">" })
	set(0.15, "group", func() any { return pick(m, []string{"com.acme", "com." + strings.ToLower(pick(m, m.cpes)), m.name()}) })
	set(0.4, "purl", func() any { return pick(m, m.purls) })
	set(0.3, "cpe", func() any { return m.cpe() })
	set(0.2, "description", func() any { return "Works with products of " + m.name() + " and " + pick(m, m.products) })
	set(0.2, "externalReferences", func() any {
		return []any{map[string]any{"type": pick(m, []string{"vcs", "website", "distribution"}), "url": m.url()}, map[string]any{"type": "vcs", "url": m.url()}}
	})
	return c
}

func (m *maker) cycloneDX(n int, refs ...string) []byte {
	doc := map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": serial(n), "metadata": map[string]any{"component": map[string]any{"type": "application", "name": "product", "bom-ref": "product"}}}
	if m.chance(0.2) {
		doc["metadata"] = map[string]any{"component": m.fields(1000)}
	}
	var parts []any
	for i := range m.parts() {
		c := m.fields(i)
		if m.chance(0.1) {
			c["components"] = []any{m.fields(100 + i)}
		}
		if m.chance(0.05) {
			c["pedigree"] = map[string]any{"ancestors": []any{m.fields(200 + i)}}
		}
		parts = append(parts, c)
	}
	doc["components"] = parts
	if len(refs) > 0 {
		var all []any
		for _, r := range refs {
			all = append(all, map[string]any{"type": "bom", "url": r})
		}
		doc["externalReferences"] = all
	}
	return marshal(doc)
}

func serial(n int) string { return fmt.Sprintf("urn:uuid:3e671687-395b-41f5-a30f-%012d", n) }

func (m *maker) spdx(n int) []byte {
	var packages []any
	for i := range m.parts() {
		c := m.fields(i)
		p := map[string]any{"SPDXID": fmt.Sprint("SPDXRef-", i), "name": c["name"], "versionInfo": "1", "downloadLocation": "NOASSERTION"}
		if m.chance(0.5) {
			p["supplier"] = "Organization: " + m.name()
		}
		if m.chance(0.2) {
			p["originator"] = "Organization: " + m.name()
		}
		if m.chance(0.2) {
			p["homepage"] = m.url()
		}
		if m.chance(0.2) {
			p["downloadLocation"] = m.url()
		}
		var refs []any
		for range m.IntN(3) {
			refs = append(refs, map[string]any{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": pick(m, m.purls)})
		}
		for range m.IntN(40) * m.IntN(2) * m.IntN(2) { // sometimes more than a reader keeps
			refs = append(refs, map[string]any{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": m.cpe()})
		}
		p["externalRefs"] = refs
		packages = append(packages, p)
	}
	return marshal(map[string]any{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "dataLicense": "CC0-1.0", "documentNamespace": fmt.Sprint("https://example.com/", n),
		"creationInfo": map[string]any{"created": "2024-01-01T00:00:00Z", "creators": []string{"Tool: x"}}, "packages": packages})
}

// archive returns a ZIP file with documents that refer to each other.
func (m *maker) archive(n int) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	link := strings.Replace(serial(n*10+1), "urn:uuid:", "urn:cdx:", 1) + "/1"
	for name, text := range map[string][]byte{"a.json": m.cycloneDX(n*10, link), "b.json": m.cycloneDX(n*10 + 1), "c.json": m.spdx(n)} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// document returns a random document and its name.
func (m *maker) document(n int) (string, []byte) {
	switch m.IntN(8) {
	case 0:
		return fmt.Sprintf("%d.zip", n), m.archive(n)
	case 1, 2:
		return fmt.Sprintf("%d.spdx.json", n), m.spdx(n)
	case 3: // cut off, so that it is not read to its end
		if m.chance(0.2) {
			text := m.cycloneDX(n)
			return fmt.Sprintf("%d.json", n), text[:len(text)/2]
		}
	}
	return fmt.Sprintf("%d.json", n), m.cycloneDX(n)
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// A side is a screening of the test.
type side struct {
	name string
	m    *match.Matcher
}

func newSide(t testing.TB, name string, r *denylist.Release, opts *match.Options) side {
	t.Helper()
	m, err := match.New(r, opts)
	if err != nil {
		t.Fatal(name, err)
	}
	return side{name, m}
}

// embedded returns the releases that come with the library.
func embedded(t testing.TB) (all []*denylist.Release) {
	t.Helper()
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// others returns screenings with custom lists, days, buyers and jurisdictions, and with releases
// that were changed at random.
func others(t testing.TB, rs []*denylist.Release, rnd *rand.Rand, n int) (all []side) {
	t.Helper()
	newest, older := rs[len(rs)-1], rs[len(rs)-2]
	for _, base := range []*denylist.Release{newest, older} {
		r, err := author.Load(os.DirFS("../../../../testdata/lists/ministry"), base)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, newSide(t, r.Name(), r, nil))
	}
	for _, day := range []vendors.Date{"2018-06-13", "2019-12-31", "2024-07-01", "2027-01-01"} {
		all = append(all, newSide(t, "as of "+string(day), newest, &match.Options{AsOf: day}))
	}
	for _, b := range denylist.Buyers() {
		if rnd.IntN(3) == 0 {
			all = append(all, newSide(t, "for "+b.Name, newest, &match.Options{Buyer: &b}))
		}
	}
	all = append(all, newSide(t, "EU only", newest, &match.Options{Jurisdictions: []string{"EU"}}))
	for i := range n {
		if r := mutated(t, rs[len(rs)-1-rnd.IntN(3)].Name(), rnd); r != nil {
			all = append(all, newSide(t, fmt.Sprint(r.Name(), " changed ", i), r, nil))
		}
	}
	return all
}

// mutated returns a release that differs at random from one of the library: identifiers and texts are
// missing or changed, names are excluded. It returns nil if the result is not valid.
func mutated(t testing.TB, name string, rnd *rand.Rand) *denylist.Release {
	t.Helper()
	data, err := os.ReadFile("../../../../match/denylist/data/releases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var x map[string]any
	if err := json.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	for _, v := range x["register"].([]any) {
		v := v.(map[string]any)
		ids, _ := v["identifiers"].([]any)
		var kept []any
		for _, id := range ids {
			id := id.(map[string]any)
			switch rnd.IntN(12) {
			case 0:
				if kind := vendors.IdentifierKind(id["kind"].(string)); !kind.IsName() && kind != vendors.IdentifierExactName { // listings need the names
					continue
				}
			case 1:
				id["from"] = "2021-05-05"
			case 2:
				id["until"] = "2023-05-05"
			}
			kept = append(kept, id)
		}
		if len(kept) > 0 {
			v["identifiers"] = kept
		}
		if x, _ := v["exclusions"].([]any); len(x) > 0 && rnd.IntN(3) == 0 {
			v["exclusions"] = x[1:]
		}
		if rnd.IntN(10) == 0 {
			v["name"] = v["name"].(string) + " Group"
		}
	}
	for _, in := range x["instruments"].([]any) {
		in := in.(map[string]any)
		ls, _ := in["listings"].([]any)
		for _, l := range ls {
			l := l.(map[string]any)
			switch rnd.IntN(10) {
			case 0:
				l["depth"], l["reach"] = "notAddressed", ""
			case 1:
				l["verified"] = false
				l["note"] = "not verified"
			case 2:
				l["note"] = "changed"
			case 3:
				l["action"] = "review"
			}
		}
		if len(ls) > 1 && rnd.IntN(4) == 0 {
			in["listings"] = ls[1:]
		}
	}
	r, err := denylist.Parse(name, marshal(x), nil)
	if err != nil {
		t.Logf("a changed release is not valid: %.200s", err)
		return nil
	}
	return r
}
