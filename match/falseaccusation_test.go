// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
	spdxyaml "github.com/spdx/tools-golang/yaml"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/vendors"
)

// The false accusation matrix: documents about products of somebody else, which name a
// listed vendor in each way in which one can be named without having made the product.
// None of them ends as exclude or ban, in any format, for any vendor of the register.

// A link is an external reference of a part, by the types of CycloneDX and SPDX.
type link struct{ typ, url string }

// An accusable is the part of a document that names a vendor. The fields are what the
// formats have in common; a format leaves out what it has no place for.
type accusable struct {
	name, version, description, copyright string
	device                                bool // the part is hardware; else it is an application
	supplier, author, contact, person     string
	group, purl, cpe                      string
	links                                 []link
	ancestor                              string // the name of the part that this one was forked from
	ancestorSupplier                      string
}

// innocent is a part that names only its own maker.
func innocent() accusable {
	return accusable{
		name: "gateway-agent", version: "2.4.1", supplier: "Norrland Mjukvara AB", description: "an agent",
		group: "@norrland", purl: "pkg:npm/%40norrland/gateway-agent@2.4.1",
		links: []link{{"vcs", "https://github.com/norrland-mjukvara/gateway-agent"}, {"website", "https://norrland-mjukvara.example/agent"}},
	}
}

// An accused is a vendor as the accusations name it.
type accused struct {
	id     vendors.ID
	name   string // "Kaspersky"
	word   string // "kaspersky"
	domain string // "kaspersky.com", "" if the register has none
}

func accusedOf(r *vendors.Register) []accused {
	var all []accused
	for v := range r.All() {
		a := accused{id: v.ID, name: v.Name, word: strings.ToLower(strings.ReplaceAll(v.Name, " ", "-"))}
		for _, i := range v.Identifiers {
			if i.Kind == "domain" && i.Verified && a.domain == "" {
				a.domain = i.Value
			}
		}
		all = append(all, a)
	}
	return all
}

// accusations are ways to name a vendor that did not make the part.
var accusations = map[string]func(*accusable, accused){
	"homepage": func(p *accusable, v accused) { p.add("website", "https://"+v.domain+"/partners/agent") },
	"homepage, purl and vcs of another": func(p *accusable, v accused) {
		p.supplier, p.group = "", ""
		p.add("website", "https://www."+v.domain+"/")
	},
	"homepage, purl of another only": func(p *accusable, v accused) {
		p.supplier, p.group, p.links = "", "", nil
		p.add("website", "https://www."+v.domain+"/")
	},
	"homepage, vcs of another only": func(p *accusable, v accused) {
		p.supplier, p.group, p.purl = "", "", ""
		p.add("website", "https://www."+v.domain+"/")
	},
	"homepage, CPE of another": func(p *accusable, v accused) {
		p.supplier, p.group, p.purl, p.links = "", "", "", nil
		p.cpe = "cpe:2.3:a:norrland:gateway_agent:2.4.1:*:*:*:*:*:*:*"
		p.add("website", "https://www."+v.domain+"/")
	},
	"homepage, scope of another": func(p *accusable, v accused) {
		p.supplier, p.purl, p.links = "", "", nil
		p.add("website", "https://www."+v.domain+"/")
	},
	"documentation": func(p *accusable, v accused) { p.add("documentation", "https://support."+v.domain+"/api/agent.html") },
	"documentation, purl of another": func(p *accusable, v accused) {
		p.supplier, p.group = "", ""
		p.add("documentation", "https://docs."+v.domain+"/x")
	},
	"advisory": func(p *accusable, v accused) { p.add("advisories", "https://"+v.domain+"/psirt/2026-1") },
	"mirror": func(p *accusable, v accused) {
		p.add("distribution", "https://mirrors."+v.domain+"/npm/agent-2.4.1.tgz")
	},
	"mirror in purl": func(p *accusable, v accused) { p.purl += "?repository_url=https://mirrors." + v.domain + "/npm" },
	"download": func(p *accusable, v accused) {
		p.add("distribution", "https://download."+v.domain+"/third-party/agent-2.4.1.tgz")
	},
	"issue tracker": func(p *accusable, v accused) { p.add("issue-tracker", "https://forum."+v.domain+"/t/agent") },
	"description": func(p *accusable, v accused) {
		p.description = "Works with products of " + v.name + "; replaces " + v.name
	},
	"description ban": func(p *accusable, v accused) { p.description = "This product contains nothing made by " + v.name + "." },
	"copyright":       func(p *accusable, v accused) { p.copyright = "Copyright 2019 " + v.name },
	"contributor":     func(p *accusable, v accused) { p.author = v.name },
	"contact":         func(p *accusable, v accused) { p.contact = "jo@" + v.domain },
	"distributor of the vendor": func(p *accusable, v accused) {
		p.supplier = v.name + " Distribution Partner Lindqvist AB"
		p.purl, p.group = "", ""
	},
	"authorised reseller": func(p *accusable, v accused) { p.supplier = "Lindqvist AB, reseller of " + v.name },
	"fork": func(p *accusable, v accused) {
		p.name, p.purl, p.group = v.word+"-fork", "pkg:github/norrland-mjukvara/"+v.word+"-fork@2.4.1", ""
		p.description = "a fork of a project of " + v.name
	},
	"fork with an ancestor": func(p *accusable, v accused) { p.ancestor, p.ancestorSupplier = "agent", v.name },
	"driver for": func(p *accusable, v accused) {
		p.name, p.purl, p.group = v.word+"-driver", "pkg:deb/debian/"+v.word+"-driver@1", ""
		p.description = "kernel driver for devices of " + v.name
	},
	"detector of": func(p *accusable, v accused) {
		p.name, p.purl, p.group = v.word+"-detector", "pkg:pypi/"+v.word+"-detector@1", ""
	},
	"exporter for": func(p *accusable, v accused) {
		p.name, p.purl, p.group = v.word+"_exporter", "pkg:golang/github.com/norrland-mjukvara/"+v.word+"_exporter@v1.0.0", ""
	},
	"plug-in of another project": func(p *accusable, v accused) {
		p.name, p.purl, p.group = "homeassistant-"+v.word, "pkg:pypi/homeassistant-"+v.word+"@1", ""
	},
	"package of that name": func(p *accusable, v accused) {
		p.name, p.purl, p.group, p.supplier = v.word, "pkg:npm/"+v.word+"@1", "", ""
	},
	"account like the vendor's": func(p *accusable, v accused) {
		p.supplier, p.group, p.links = "", "", nil
		p.purl = "pkg:github/" + v.word + "-fans/agent@1"
	},
	"namespace inside another": func(p *accusable, v accused) {
		p.supplier, p.links, p.group = "", nil, "io.github.norrland."+v.word
		p.purl = "pkg:maven/io.github.norrland." + v.word + "/agent@1"
	},
	"product of a CPE": func(p *accusable, v accused) {
		p.cpe = "cpe:2.3:a:norrland:" + strings.ReplaceAll(v.word, "-", "_") + "_client:1:*:*:*:*:*:*:*"
	},
	"person":             func(p *accusable, v accused) { p.supplier, p.person = "", "Maja "+v.name },
	"person as author":   func(p *accusable, v accused) { p.author = "Maja " + v.name + " <maja@example.org>" },
	"hotel":              func(p *accusable, v accused) { p.supplier = v.name + " Hotel" },
	"fan club":           func(p *accusable, v accused) { p.supplier = v.name + "-Fanclub Umeå e.V." },
	"foundation":         func(p *accusable, v accused) { p.supplier = "Friends of " + v.name + " Foundation" },
	"compatible":         func(p *accusable, v accused) { p.supplier = v.name + "-compatible parts, Lindqvist AB" },
	"pharmacy":           func(p *accusable, v accused) { p.supplier = "Umeå " + v.name + " Pharmaceutical Co., Ltd." },
	"longer word":        func(p *accusable, v accused) { p.supplier = v.name + "sson Bygg AB" },
	"host like a domain": func(p *accusable, v accused) { p.add("website", "https://"+v.domain+".example/agent") },
	"domain in a path":   func(p *accusable, v accused) { p.add("website", "https://example.org/"+v.domain+"/agent") },
	"domain in a query":  func(p *accusable, v accused) { p.add("website", "https://example.org/?u=https://"+v.domain+"/") },
	"longer domain":      func(p *accusable, v accused) { p.add("website", "https://not"+v.domain+"/") },
}

func (p *accusable) add(typ, url string) { p.links = append(p.links, link{typ, url}) }

// accusers write a document about a product that has the part in it, each in a format.
var accusers = map[string]func(*testing.T, accusable) string{
	"CycloneDX JSON":     func(t *testing.T, p accusable) string { return cycloneDX(t, p, cyclonedx.BOMFileFormatJSON) },
	"CycloneDX XML":      func(t *testing.T, p accusable) string { return cycloneDX(t, p, cyclonedx.BOMFileFormatXML) },
	"CycloneDX, primary": func(t *testing.T, p accusable) string { return cycloneDXOf(t, p, cyclonedx.BOMFileFormatJSON, true) },
	"SPDX JSON": func(t *testing.T, p accusable) string {
		return spdx23(t, p, func(d *v2_3.Document, b *bytes.Buffer) error { return spdxjson.Write(d, b) })
	},
	"SPDX tag-value": func(t *testing.T, p accusable) string {
		return spdx23(t, p, func(d *v2_3.Document, b *bytes.Buffer) error { return tagvalue.Write(d, b) })
	},
	"SPDX YAML": func(t *testing.T, p accusable) string {
		return spdx23(t, p, func(d *v2_3.Document, b *bytes.Buffer) error { return spdxyaml.Write(d, b) })
	},
	"SPDX 3":    spdx3Of,
	"Syft":      syftOf,
	"SWID":      swidOf,
	"dpkg":      dpkgOf,
	"dmidecode": dmidecodeOf,
}

func cycloneDX(t *testing.T, p accusable, form cyclonedx.BOMFileFormat) string {
	return cycloneDXOf(t, p, form, false)
}

func cycloneDXOf(t *testing.T, p accusable, form cyclonedx.BOMFileFormat, primary bool) string {
	t.Helper()
	c := cyclonedx.Component{BOMRef: "part", Type: cyclonedx.ComponentTypeApplication, Name: p.name, Version: p.version, Description: p.description,
		Copyright: p.copyright, Group: p.group, PackageURL: p.purl, CPE: p.cpe, Author: p.author}
	if p.device {
		c.Type = cyclonedx.ComponentTypeDevice
	}
	if p.supplier != "" || p.contact != "" {
		c.Supplier = &cyclonedx.OrganizationalEntity{Name: p.supplier}
		if p.contact != "" {
			c.Supplier.Contact = &[]cyclonedx.OrganizationalContact{{Email: p.contact}}
		}
	}
	if p.person != "" {
		c.Publisher = p.person
	}
	if len(p.links) > 0 {
		var refs []cyclonedx.ExternalReference
		for _, l := range p.links {
			refs = append(refs, cyclonedx.ExternalReference{Type: cyclonedx.ExternalReferenceType(l.typ), URL: l.url})
		}
		c.ExternalReferences = &refs
	}
	if p.ancestor != "" {
		c.Pedigree = &cyclonedx.Pedigree{Ancestors: &[]cyclonedx.Component{{Type: cyclonedx.ComponentTypeLibrary, Name: p.ancestor, Supplier: &cyclonedx.OrganizationalEntity{Name: p.ancestorSupplier}}}}
	}
	other := cyclonedx.Component{BOMRef: "other", Type: cyclonedx.ComponentTypeLibrary, Name: "zlib", Version: "1.3", PackageURL: "pkg:generic/zlib@1.3"}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &other}
	bom.Components = &[]cyclonedx.Component{c}
	if primary {
		bom.Metadata.Component, bom.Components = &c, &[]cyclonedx.Component{other}
	}
	var b bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&b, form).EncodeVersion(bom, cyclonedx.SpecVersion1_5); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func spdx23(t *testing.T, p accusable, write func(*v2_3.Document, *bytes.Buffer) error) string {
	t.Helper()
	pkg := &v2_3.Package{PackageName: p.name, PackageSPDXIdentifier: "part", PackageVersion: p.version, PackageDescription: p.description,
		PackageCopyrightText: p.copyright, PackageDownloadLocation: "NOASSERTION"}
	switch {
	case p.person != "":
		pkg.PackageSupplier = &common.Supplier{SupplierType: "Person", Supplier: p.person}
	case p.supplier != "":
		pkg.PackageSupplier = &common.Supplier{SupplierType: "Organization", Supplier: p.supplier}
		if p.contact != "" {
			pkg.PackageSupplier.Supplier += " (" + p.contact + ")"
		}
	}
	if p.device {
		pkg.PrimaryPackagePurpose = "DEVICE"
	}
	if p.author != "" {
		pkg.PackageAttributionTexts = []string{"written by " + p.author}
	}
	for _, l := range p.links {
		switch l.typ {
		case "website":
			pkg.PackageHomePage = l.url
		case "distribution":
			pkg.PackageDownloadLocation = l.url
		case "advisories":
			pkg.PackageExternalReferences = append(pkg.PackageExternalReferences, &v2_3.PackageExternalReference{Category: "SECURITY", RefType: "advisory", Locator: l.url})
		default:
			pkg.PackageComment += l.url + " "
		}
	}
	if p.purl != "" {
		pkg.PackageExternalReferences = append(pkg.PackageExternalReferences, &v2_3.PackageExternalReference{Category: "PACKAGE-MANAGER", RefType: "purl", Locator: p.purl})
	}
	if p.cpe != "" {
		pkg.PackageExternalReferences = append(pkg.PackageExternalReferences, &v2_3.PackageExternalReference{Category: "SECURITY", RefType: "cpe23Type", Locator: p.cpe})
	}
	doc := &v2_3.Document{SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: "d", DocumentNamespace: "https://example.org/d",
		CreationInfo: &v2_3.CreationInfo{Created: "2026-01-01T00:00:00Z", Creators: []common.Creator{{CreatorType: "Tool", Creator: "t"}}},
		Packages:     []*v2_3.Package{{PackageName: "zlib", PackageSPDXIdentifier: "zlib", PackageDownloadLocation: "NOASSERTION"}, pkg},
		Relationships: []*v2_3.Relationship{
			{RefA: common.MakeDocElementID("", "DOCUMENT"), RefB: common.MakeDocElementID("", "zlib"), Relationship: "DESCRIBES"},
			{RefA: common.MakeDocElementID("", "zlib"), RefB: common.MakeDocElementID("", "part"), Relationship: "CONTAINS"}}}
	var b bytes.Buffer
	if err := write(doc, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// object leaves out the members that have no value.
func object(members map[string]any) map[string]any {
	for name, v := range members {
		if v == "" || v == nil {
			delete(members, name)
		}
	}
	return members
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func spdx3Of(t *testing.T, p accusable) string {
	graph := []any{
		map[string]any{"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z", "createdBy": []string{"urn:us"}},
		map[string]any{"type": "Organization", "spdxId": "urn:us", "name": "us", "creationInfo": "_:c"},
		map[string]any{"type": "SpdxDocument", "spdxId": "urn:doc", "creationInfo": "_:c", "rootElement": []string{"urn:zlib"}},
		map[string]any{"type": "software_Package", "spdxId": "urn:zlib", "name": "zlib", "creationInfo": "_:c"},
	}
	pkg := object(map[string]any{"type": "software_Package", "spdxId": "urn:part", "name": p.name, "software_packageVersion": p.version, "description": p.description,
		"software_copyrightText": p.copyright, "software_packageUrl": p.purl, "creationInfo": "_:c"})
	agent := func(id, typ, name string) string {
		a := object(map[string]any{"type": typ, "spdxId": id, "name": name, "creationInfo": "_:c"})
		if p.contact != "" {
			a["externalIdentifier"] = []any{map[string]any{"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": p.contact}}
		}
		graph = append(graph, a)
		return id
	}
	switch {
	case p.person != "":
		pkg["suppliedBy"] = agent("urn:person", "Person", p.person)
	case p.supplier != "":
		pkg["suppliedBy"] = agent("urn:supplier", "Organization", p.supplier)
	}
	if p.device {
		pkg["software_primaryPurpose"] = "device"
	}
	if p.author != "" {
		pkg["software_attributionText"] = []string{"written by " + p.author}
	}
	var refs []any
	for _, l := range p.links {
		switch l.typ {
		case "website":
			pkg["software_homePage"] = l.url
		case "distribution":
			pkg["software_downloadLocation"] = l.url
		default:
			typ := map[string]string{"vcs": "vcs", "documentation": "documentation", "advisories": "securityAdvisory", "issue-tracker": "issueTracker"}[l.typ]
			refs = append(refs, map[string]any{"type": "ExternalRef", "externalRefType": typ, "locator": []string{l.url}})
		}
	}
	if refs != nil {
		pkg["externalRef"] = refs
	}
	if p.cpe != "" {
		pkg["externalIdentifier"] = []any{map[string]any{"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": p.cpe}}
	}
	graph = append(graph, pkg)
	return marshalled(t, map[string]any{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph})
}

func syftOf(t *testing.T, p accusable) string {
	a := object(map[string]any{"id": "1", "name": p.name, "version": p.version, "type": "npm", "purl": p.purl})
	meta := object(map[string]any{"name": p.name, "description": p.description, "author": p.author})
	for _, l := range p.links {
		switch l.typ {
		case "website":
			meta["homepage"] = l.url
		case "distribution", "vcs":
			meta["url"] = l.url
		}
	}
	a["metadata"], a["metadataType"] = meta, "javascript-npm-package"
	if p.cpe != "" {
		a["cpes"] = []any{map[string]any{"cpe": p.cpe, "source": "nvd-cpe-dictionary"}}
	}
	return marshalled(t, map[string]any{"artifacts": []any{a, map[string]any{"id": "2", "name": "zlib"}}, "source": map[string]any{"name": "image"}, "schema": map[string]any{"version": "16.0.0"}})
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;")

func swidOf(_ *testing.T, p accusable) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="%s" tagId="t" version="%s">`, xmlText.Replace(p.name), xmlText.Replace(p.version))
	maker := p.supplier + p.person
	if maker == "" {
		maker = "Norrland Mjukvara AB"
	}
	fmt.Fprintf(&b, `<Entity name="%s" role="tagCreator softwareCreator"/>`, xmlText.Replace(maker))
	for _, l := range p.links {
		fmt.Fprintf(&b, `<Link rel="see-also" href="%s"/>`, xmlText.Replace(l.url))
	}
	fmt.Fprintf(&b, `<Meta summary="%s"/></SoftwareIdentity>`, xmlText.Replace(p.description))
	return b.String()
}

func dpkgOf(_ *testing.T, p accusable) string {
	s := "Package: " + strings.ToLower(p.name) + "\nStatus: install ok installed\nVersion: 1\n"
	maintainer := p.author
	if maintainer == "" {
		maintainer = p.supplier + p.person
	}
	if maintainer != "" {
		s += "Maintainer: " + maintainer + "\n"
	}
	for _, l := range p.links {
		if l.typ == "website" {
			s += "Homepage: " + l.url + "\n"
			break
		}
	}
	return s + "Description: " + p.description + "\n\nPackage: zlib1g\nStatus: install ok installed\nVersion: 1\n"
}

func dmidecodeOf(_ *testing.T, p accusable) string {
	maker := p.supplier + p.person
	if maker == "" {
		maker = "Norrland Mjukvara AB"
	}
	return "# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.0 present.\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: " + maker +
		"\n\tProduct Name: " + p.name + "\n\tSKU Number: " + p.description + "\n\nHandle 0x0002, DMI type 127, 4 bytes\nEnd Of Table\n"
}

func TestFalseAccusationMatrix(t *testing.T) {
	m := matcher(t, "", nil)
	all := accusedOf(m.Release().Register())
	for format, write := range accusers {
		doc := write(t, innocent())
		r, err := m.Check(context.Background(), firmware.Open(strings.NewReader(doc), nil))
		if err != nil || r.Verdict != match.Clear {
			t.Errorf("%s: the innocent document is %+v, %v; want clear\n%s", format, r, err, doc)
		}
	}
	var mu sync.Mutex
	cells, counts := 0, make(map[string]int)
	for how, accuse := range accusations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			for _, v := range all {
				if v.domain == "" {
					v.domain = "example.net"
				}
				p := innocent()
				accuse(&p, v)
				for format, write := range accusers {
					what := how + ", " + string(v.id) + ", " + format
					if !sampled(what) {
						continue
					}
					doc := write(t, p)
					r, err := m.Check(context.Background(), firmware.Open(strings.NewReader(doc), nil))
					got := "error"
					if err == nil {
						got = r.Verdict.String()
					}
					mu.Lock()
					cells++
					counts[got]++
					mu.Unlock()
					switch {
					case err != nil:
						t.Errorf("%s: %v\n%s", what, err, doc)
					case r.Verdict >= match.Exclude:
						for _, f := range r.Findings {
							t.Errorf("%s: %s: %s, %s, by %+v", what, f.Verdict, f.Vendor.Name, f.Tier, f.Attributions)
						}
					}
				}
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d cells: %v", cells, counts) })
}
