// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/sbom/format"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// read returns the components of a document, or its error.
func read(doc *sbom.Document) (cs []sbom.Component, err error) {
	for c, err := range doc.Components() {
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}

func parse(t *testing.T, doc string) ([]sbom.Component, sbom.Header) {
	t.Helper()
	d := sbom.NewReader(strings.NewReader(doc), nil)
	cs, err := read(d)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return cs, d.Header()
}

func cdx(rest string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6",` + rest + `}` }
func spdx(rest string) string {
	return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT",` + rest + `}`
}

// Every field that can identify a vendor becomes a claim of its role; fields about others do not.
// X is the value.
func TestRoles(t *testing.T) {
	comp := func(member string) string { return cdx(`"components":[{"name":"n",` + member + `}]`) }
	pkg := func(member string) string { return spdx(`"packages":[{"name":"n",` + member + `}]`) }
	tests := []struct{ doc, want string }{
		{comp(`"supplier":{"name":"X"}`), "supplier name /components/0/supplier/name"},
		{comp(`"supplier":{"url":["X"]}`), "supplier url /components/0/supplier/url/0"},
		{comp(`"supplier":{"contact":[{"name":"Jane","email":"X"}]}`), "supplier email /components/0/supplier/contact/0/email"},
		{comp(`"manufacturer":{"name":"X"}`), "manufacturer name /components/0/manufacturer/name"},
		{comp(`"publisher":"X"`), "publisher name /components/0/publisher"},
		{comp(`"author":"X"`), "author name /components/0/author"},
		{comp(`"authors":[{"name":"X"}]`), "author name /components/0/authors/0/name"},
		{comp(`"authors":[{"email":"X"}]`), "author email /components/0/authors/0/email"},
		{comp(`"group":"X"`), "namespace group /components/0/group"},
		{comp(`"purl":"pkg:generic/X"`), "namespace purl /components/0/purl"},
		{comp(`"cpe":"cpe:2.3:a:X:y"`), "namespace cpe /components/0/cpe"},
		{comp(`"description":"X"`), "mention text /components/0/description"},
		{comp(`"copyright":"X"`), "author text /components/0/copyright"},
		{comp(`"swid":{"tagId":"t","name":"n","url":"X"}`), "reference url /components/0/swid/url"},
		{comp(`"externalReferences":[{"type":"website","url":"X"}]`), "homepage url /components/0/externalReferences/0/url"},
		{comp(`"externalReferences":[{"url":"X","type":"vcs"}]`), "reference url /components/0/externalReferences/0/url"},
		{comp(`"externalReferences":[{"type":"advisories","url":"X"}]`), "mention url /components/0/externalReferences/0/url"},
		{comp(`"properties":[{"name":"syft:metadata:vendor","value":"X"}]`), "manufacturer name /components/0/properties/0/value"},
		{comp(`"properties":[{"name":"path","value":"X"}]`), "mention text /components/0/properties/0/value"},
		{comp(`"licenses":[{"license":{"id":"MIT","licensing":{"licensor":{"organization":{"name":"X"}}}}}]`), "reference name /components/0/licenses/0/license/licensing/licensor/organization/name"},
		{comp(`"licenses":[{"license":{"licensing":{"licensee":{"organization":{"name":"X"}},"purchaser":{"organization":{"name":"X"}}}}}]`), ""},
		{comp(`"evidence":{"identity":[{"field":"purl","concludedValue":"pkg:generic/X"}]}`), "namespace purl /components/0/evidence/identity/0/concludedValue"},
		{comp(`"evidence":{"identity":{"field":"cpe","concludedValue":"cpe:2.3:a:X:y"}}`), "namespace cpe /components/0/evidence/identity/concludedValue"},
		{comp(`"evidence":{"occurrences":[{"location":"X"}]}`), "mention text /components/0/evidence/occurrences/0/location"},
		{comp(`"cryptoProperties":{"certificateProperties":{"subjectName":"CN=a, O=X"}}`), "reference certificate /components/0/cryptoProperties/certificateProperties/subjectName"},
		{comp(`"components":[{"name":"m","supplier":{"name":"X"}}]`), "supplier name /components/0/components/0/supplier/name"},
		{comp(`"pedigree":{"variants":[{"name":"m","publisher":"X"}]}`), "publisher name /components/0/pedigree/variants/0/publisher"},
		{cdx(`"services":[{"name":"s","provider":{"name":"X"}}]`), "supplier name /services/0/provider/name"},
		{cdx(`"services":[{"name":"s","endpoints":["X"]}]`), "reference url /services/0/endpoints/0"},
		{cdx(`"services":[{"name":"s","services":[{"name":"t","provider":{"name":"X"}}]}]`), "supplier name /services/0/services/0/provider/name"},
		{cdx(`"metadata":{"component":{"name":"n","supplier":{"name":"X"}}}`), "supplier name /metadata/component/supplier/name"},
		{cdx(`"metadata":{"manufacture":{"name":"X"},"component":{"name":"n"}}`), "manufacturer name /metadata/manufacture/name"},
		{cdx(`"metadata":{"component":{"name":"n"},"supplier":{"name":"X"}}`), "reference name /metadata/supplier/name"},
		{cdx(`"metadata":{"supplier":{"name":"X"}}`), "reference name /metadata/supplier/name"},
		{cdx(`"formulation":[{"components":[{"name":"n","publisher":"X"}]}]`), "publisher name /formulation/0/components/0/publisher"},
		{cdx(`"declarations":{"targets":{"components":[{"name":"n","publisher":"X"}]}}`), "publisher name /declarations/targets/components/0/publisher"},
		// About somebody else.
		{cdx(`"metadata":{"manufacturer":{"name":"X"}}`), ""},
		{cdx(`"formulation":[{"services":[{"name":"n","provider":{"name":"X"}}]}]`), "supplier name /formulation/0/services/0/provider/name"},
		{cdx(`"metadata":{"authors":[{"name":"X"}]}`), ""},
		{cdx(`"metadata":{"tools":[{"vendor":"X"}]}`), ""},
		{cdx(`"metadata":{"tools":{"components":[{"name":"X","supplier":{"name":"X"}}],"services":[{"provider":{"name":"X"}}]}}`), ""},
		{cdx(`"vulnerabilities":[{"credits":{"organizations":[{"name":"X"}]},"source":{"name":"X"}}]`), ""},
		{cdx(`"annotations":[{"annotator":{"organization":{"name":"X"}},"text":"X"}]`), ""},
		{cdx(`"declarations":{"assessors":[{"organization":{"name":"X"}}]}`), ""},
		{cdx(`"definitions":{"standards":[{"owner":"X"}]}`), ""},
		// SPDX.
		{pkg(`"supplier":"Organization: X"`), "supplier name /packages/0/supplier"},
		{pkg(`"supplier":"Organization: Y (X@y.example)"`), "supplier email /packages/0/supplier"},
		{pkg(`"supplier":"X"`), "supplier name /packages/0/supplier"},
		{pkg(`"originator":"Person: X ()"`), "manufacturer name /packages/0/originator"},
		{pkg(`"homepage":"X"`), "homepage url /packages/0/homepage"},
		{pkg(`"downloadLocation":"X"`), "reference url /packages/0/downloadLocation"},
		{pkg(`"copyrightText":"X"`), "author text /packages/0/copyrightText"},
		{pkg(`"sourceInfo":"X"`), "mention text /packages/0/sourceInfo"},
		{pkg(`"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:generic/X"}]`), "namespace purl /packages/0/externalRefs/0/referenceLocator"},
		{pkg(`"externalRefs":[{"referenceLocator":"pkg:generic/X","referenceType":"http://spdx.org/rdf/references/purl"}]`), "namespace purl /packages/0/externalRefs/0/referenceLocator"},
		{pkg(`"externalRefs":[{"referenceType":"cpe22Type","referenceLocator":"cpe:/a:X:y"}]`), "namespace cpe /packages/0/externalRefs/0/referenceLocator"},
		{pkg(`"externalRefs":[{"referenceType":"maven-central","referenceLocator":"X:y:1"}]`), "namespace group /packages/0/externalRefs/0/referenceLocator"},
		{pkg(`"externalRefs":[{"referenceType":"advisory","referenceLocator":"X"}]`), "mention url /packages/0/externalRefs/0/referenceLocator"},
		{spdx(`"files":[{"fileName":"f","fileContributors":["X"]}]`), "author name /files/0/fileContributors/0"},
		{spdx(`"creationInfo":{"creators":["Organization: X"]}`), ""},
		{spdx(`"annotations":[{"annotator":"Organization: X"}]`), ""},
		{pkg(`"annotations":[{"annotator":"Organization: X"}]`), ""},
	}
	for _, tt := range tests {
		cs, _ := parse(t, tt.doc)
		got := ""
		for _, c := range cs {
			for _, cl := range c.Claims {
				if strings.Contains(cl.Value, "X") {
					got = fmt.Sprintf("%s %s %s", cl.Role, cl.Kind, cl.Location.Pointer)
				}
			}
		}
		if got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.doc, got, tt.want)
		}
	}
}

// The offset of a claim is that of the opening quote of its value, and the pointer is that of the
// value.
func TestLocations(t *testing.T) {
	for _, name := range []string{"endpoint-tender/endpoint-agent.cdx.json", "endpoint-tender/management-console.spdx.json",
		"router-tender/branch-gateway.cdx.json", "clean/records-portal.cdx.json", "clean/reporting.spdx.json"} {
		data, err := os.ReadFile("../testdata/bids/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var whole any
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatal(err)
		}
		cs, err := read(sbom.NewReader(iotest.HalfReader(bytes.NewReader(data)), nil))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, c := range cs {
			for _, cl := range c.Claims {
				n++
				at, ok := lookup(whole, cl.Location.Pointer)
				if text, is := at.(string); !ok || !is || !strings.Contains(text, cl.Value) {
					t.Errorf("%s: %s leads to %v, want %q", name, cl.Location.Pointer, at, cl.Value)
				}
				if rest := data[cl.Location.Offset:]; rest[0] != '"' || !bytes.HasPrefix(rest[1:], quoted(at)) {
					t.Errorf("%s: byte %d is %.20q, want the start of %q", name, cl.Location.Offset, rest, cl.Value)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no claims", name)
		}
	}
}

func quoted(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.Trim(b.Bytes(), "\"\n")
}

// lookup follows a JSON Pointer.
func lookup(v any, pointer string) (any, bool) {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch x := v.(type) {
		case map[string]any:
			v = x[token]
		case []any:
			var i int
			if _, err := fmt.Sscan(token, &i); err != nil || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// Documents that other parsers silently accept, cut or merge are errors.
func TestErrors(t *testing.T) {
	deep := strings.Repeat(`{"components":[`, 100_000)
	tests := []struct {
		name, doc string
		kind      error
		pointer   string
	}{
		{"empty", "", sbom.ErrNotRecognized, ""},
		{"white space", " \n", sbom.ErrNotRecognized, ""},
		{"empty object", "{}", sbom.ErrNotRecognized, ""},
		{"null", "null", sbom.ErrNotRecognized, ""},
		{"array", "[]", sbom.ErrNotRecognized, ""},
		{"another JSON", `{"name":"x","version":"1"}`, sbom.ErrNotRecognized, ""},
		{"XML", `<bom xmlns="http://example.org/bom/1.6"/>`, sbom.ErrNotRecognized, ""},
		{"text", "DataLicense: CC0-1.0\n", sbom.ErrNotRecognized, ""},
		{"gzip", "\x1f\x8b\x08\x00", sbom.ErrNotRecognized, ""},
		{"UTF-16", "\xff\xfe{\x00", sbom.ErrNotRecognized, ""},
		{"other JSON-LD", `{"@context":"https://schema.org","@graph":[]}`, sbom.ErrNotRecognized, ""},
		{"wrong bomFormat", `{"bomFormat":"cyclonedx","specVersion":"1.6"}`, sbom.ErrNotRecognized, "/bomFormat"},
		{"no bomFormat", `{"specVersion":"1.6","components":[{"name":"x"}]}`, sbom.ErrNotRecognized, ""},
		{"bomFormat too late to be true", `{"components":[{"name":"x"}],"bomFormat":"Other","specVersion":"1.6"}`, sbom.ErrNotRecognized, "/bomFormat"},
		{"unknown version", `{"bomFormat":"CycloneDX","specVersion":"1.8"}`, sbom.ErrVersion, "/specVersion"},
		{"version of XML only", `{"bomFormat":"CycloneDX","specVersion":"1.1"}`, sbom.ErrVersion, "/specVersion"},
		{"no version", `{"bomFormat":"CycloneDX","components":[{"name":"x"}]}`, sbom.ErrVersion, ""},
		{"version is a number", `{"bomFormat":"CycloneDX","specVersion":1.6}`, sbom.ErrVersion, "/specVersion"},
		{"unknown SPDX version", `{"spdxVersion":"SPDX-2.9","packages":[]}`, sbom.ErrVersion, "/spdxVersion"},
		{"no SPDX version", `{"SPDXID":"x","packages":[]}`, sbom.ErrNotRecognized, ""},
		{"two lists of components", cdx(`"components":[{"name":"kav"}],"components":[{"name":"ok"}]`), sbom.ErrDuplicate, "/components"},
		{"two suppliers", cdx(`"components":[{"name":"x","supplier":{"name":"a"},"supplier":{"name":"b"}}]`), sbom.ErrDuplicate, "/components/0/supplier"},
		{"two names of a supplier", cdx(`"components":[{"name":"x","supplier":{"name":"a","name":"b"}}]`), sbom.ErrDuplicate, "/components/0/supplier/name"},
		{"two names by escapes", cdx(`"components":[{"name":"x","\u006eame":"y"}]`), sbom.ErrDuplicate, "/components/0/name"},
		{"two lists of packages", spdx(`"packages":[{"name":"a"}],"packages":[]`), sbom.ErrDuplicate, "/packages"},
		{"bad UTF-8", cdx("\"components\":[{\"name\":\"x\xff\"}]"), sbom.ErrEncoding, "/components/0/name"},
		{"lone surrogate in a name of a member", cdx(`"components":[{"\ud800":"x"}]`), sbom.ErrSyntax, "/components/0"},
		{"lone surrogate in a name that is passed over", cdx(`"components":[{"hashes":[{"\ud800":"x"}]}]`), sbom.ErrSyntax, "/components/0"},
		{"data after the document", cdx(`"version":1`) + "{}", sbom.ErrSyntax, ""},
		{"not a number", cdx(`"version":NaN`), sbom.ErrSyntax, "/version"},
		{"truncated", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x"`, sbom.ErrSyntax, "/components/0/name"},
		{"100,000 deep", `{"bomFormat":"CycloneDX","specVersion":"1.6",` + deep[1:], sbom.ErrLimit, ""},
		{"100,000 deep in a field", cdx(`"x":` + strings.Repeat("[", 100_000)), sbom.ErrLimit, ""},
	}
	for _, tt := range tests {
		if testing.Short() && len(tt.doc) > 50_000 {
			continue // it takes long
		}
		cs, err := read(sbom.NewReader(strings.NewReader(tt.doc), nil))
		var e *sbom.Error
		if !errors.Is(err, tt.kind) || !errors.As(err, &e) || cs != nil {
			t.Errorf("%s: %d components, error %v; want %v", tt.name, len(cs), err, tt.kind)
			continue
		}
		if tt.kind != sbom.ErrLimit && e.Pointer != tt.pointer {
			t.Errorf("%s: error at %q (%v), want %q", tt.name, e.Pointer, err, tt.pointer)
		}
		if e.Error() == "" || format.ErrorKind(err) == "read" {
			t.Errorf("%s: error without a kind: %v", tt.name, err)
		}
	}
}

// A string of 2 GB is an error, and is not read to its end.
func TestHugeString(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	src := io.MultiReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"`), io.LimitReader(zeros{}, 2<<30), strings.NewReader(`"}]}`))
	if cs, err := read(sbom.NewReader(src, nil)); !errors.Is(err, sbom.ErrLimit) || cs != nil {
		t.Errorf("%d components, error %v; want ErrLimit", len(cs), err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// A malformed field is dropped and counted; the other fields are read.
func TestMalformedFields(t *testing.T) {
	tests := []struct {
		name, doc string
		kind      sbom.WarningKind
		malformed int
	}{
		{"supplier is a number", cdx(`"components":[{"name":"x","supplier":5,"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"supplier is a string", cdx(`"components":[{"name":"x","supplier":"P"}]`), sbom.WarnMalformed, 0},
		{"name is an array", cdx(`"components":[{"name":["x"],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"component is null", cdx(`"components":[null,{"name":"x","publisher":"P"}]`), sbom.WarnNullElement, 1},
		{"component is a string", cdx(`"components":["x",{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"components is an object", cdx(`"components":{},"services":[{"name":"x","provider":{"name":"P"}}]`), sbom.WarnMalformed, 1},
		{"upper case", cdx(`"components":[{"name":"x","SUPPLIER":{"name":"Q"},"publisher":"P"}]`), sbom.WarnSimilarField, 1},
		{"long s", cdx(`"components":[{"name":"x","ſupplier":{"name":"Q"},"publisher":"P"}]`), sbom.WarnSimilarField, 1},
		{"upper case of a list", cdx(`"Components":[{"name":"y"}],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnSimilarField, 1},
		{"package is null", spdx(`"packages":[null,{"name":"x","supplier":"Organization: P"}]`), sbom.WarnNullElement, 1},
		{"supplier without a kind", spdx(`"packages":[{"name":"x","supplier":"P"}]`), sbom.WarnSupplierForm, 0},
		{"endless name", cdx(`"components":[{"name":"x","supplier":{"name":"` + strings.Repeat("a ", 5000) + `"},"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"endless supplier", spdx(`"packages":[{"name":"x","supplier":"Organization: ` + strings.Repeat("a ", 5000) + `","originator":"Organization: P"}]`), sbom.WarnMalformed, 1},
		{"bad purl", cdx(`"components":[{"name":"x","purl":"pkg:generic/x%zz","publisher":"P"}]`), sbom.WarnPURL, 1},
		{"incomplete by its own word", cdx(`"components":[{"name":"x","publisher":"P"}],"compositions":[{"aggregate":"incomplete"}]`), sbom.WarnIncomplete, 0},
		{"author is a string", cdx(`"components":[{"name":"x","authors":["Q"],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"reference is a string", cdx(`"components":[{"name":"x","externalReferences":["https://example.org"],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"properties is an object", cdx(`"components":[{"name":"x","properties":{"cdx:device:vendor":"Q"},"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"property is a string", cdx(`"components":[{"name":"x","properties":["cdx:device:vendor"],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"licence is a string", cdx(`"components":[{"name":"x","licenses":["MIT"],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"evidence is a list", cdx(`"components":[{"name":"x","evidence":[{}],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"identity is a string", cdx(`"components":[{"name":"x","evidence":{"identity":["pkg:npm/a"]},"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"pedigree is a list", cdx(`"components":[{"name":"x","pedigree":[{"ancestors":[]}],"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"metadata is a list", cdx(`"metadata":[{"component":{"name":"y"}}],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"formula is a string", cdx(`"formulation":["x"],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"declarations is a list", cdx(`"declarations":[],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"targets is a list", cdx(`"declarations":{"targets":[]},"components":[{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"external reference is a string", cdx(`"externalReferences":["x"],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"external reference of a package is a string", spdx(`"packages":[{"name":"x","supplier":"Organization: P","externalRefs":["pkg:npm/a"]}]`), sbom.WarnMalformed, 1},
		{"documentDescribes is a string", spdx(`"documentDescribes":"x","packages":[{"name":"x","supplier":"Organization: P"}]`), sbom.WarnMalformed, 1},
		{"relationship is a string", spdx(`"relationships":["x"],"packages":[{"name":"x","supplier":"Organization: P"}]`), sbom.WarnMalformed, 1},
		{"relationship with a number", spdx(`"relationships":[{"spdxElementId":7,"relationshipType":"DESCRIBES"}],"packages":[{"name":"x","supplier":"Organization: P"}]`), sbom.WarnMalformed, 1},
		{"reference to a document is a string", spdx(`"externalDocumentRefs":["x"],"packages":[{"name":"x","supplier":"Organization: P"}]`), sbom.WarnMalformed, 1},
		{"path in the place of a package URL in evidence", cdx(`"components":[{"name":"x","purl":"pkg:generic/x","evidence":{"identity":[{"field":"purl","concludedValue":"/usr/bin/x"}]},"publisher":"P"}]`), sbom.WarnPURL, 0},
		{"the same before the package URL", cdx(`"components":[{"name":"x","evidence":{"identity":{"field":"purl","concludedValue":"usr/bin/x"}},"purl":"pkg:generic/x","publisher":"P"}]`), sbom.WarnPURL, 0},
		{"the same and no package URL", cdx(`"components":[{"name":"x","evidence":{"identity":{"field":"purl","concludedValue":"/usr/bin/x"}},"publisher":"P"}]`), sbom.WarnPURL, 1},
		{"half a character in a description", cdx(`"components":[{"name":"x","description":"a\ud83d b","publisher":"P"}]`), sbom.WarnMalformed, 0},
		{"half a character in a version", cdx(`"components":[{"name":"x","version":"1\udc00","publisher":"P"}]`), sbom.WarnMalformed, 0},
		{"half a character in a field that is not read", cdx(`"components":[{"name":"x","extra":"\ud83d","author":"\ud83d\ud83d","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"half a character in a supplier", cdx(`"components":[{"name":"x","supplier":{"name":"Q\ud83d"},"publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"half a character in a URL", cdx(`"components":[{"name":"x","externalReferences":[{"type":"website","url":"https://q\ud83d.example"}],"publisher":"P"}]`), sbom.WarnMalformed, 2},
		{"half a character in a long document", cdx(`"components":[` + strings.Repeat(`{"name":"y","description":"`+strings.Repeat("z", 5000)+`"},`, 100) + `{"name":"x","group":"\ud800","publisher":"P"}]`), sbom.WarnMalformed, 1},
		{"half a character in a package", spdx(`"packages":[{"name":"x","homepage":"https://\ud800.example","supplier":"Organization: P"}]`), sbom.WarnMalformed, 2},
		{"bad CPE", cdx(`"components":[{"name":"x","cpe":"kaspersky","publisher":"P"}]`), sbom.WarnCPE, 1},
		{"CPE without a vendor", cdx(`"components":[{"name":"x","cpe":"cpe:2.3:a","publisher":"P"}]`), sbom.WarnCPE, 1},
		{"CPE with a Cyrillic letter", spdx(`"packages":[{"name":"x","supplier":"Organization: P","externalRefs":[{"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:k\u0430spersky:x:1"}]}]`), sbom.WarnCPE, 1},
		{"bad purl in evidence", cdx(`"components":[{"name":"x","evidence":{"identity":{"field":"purl","concludedValue":"npm/left-pad"}},"publisher":"P"}]`), sbom.WarnPURL, 1},
		{"reference to a document without its address", spdx(`"externalDocumentRefs":[{"externalDocumentId":"x"}],"packages":[{"name":"x","supplier":"Organization: P"}]`), sbom.WarnExternalDocument, 0},
		{"a linked bill of materials", cdx(`"externalReferences":[{"type":"bom","url":"urn:x"}],"components":[{"name":"x","publisher":"P"}]`), sbom.WarnExternalDocument, 0},
	}
	for _, tt := range tests {
		cs, h := parse(t, tt.doc)
		h.Warnings = slices.DeleteFunc(h.Warnings, func(w sbom.Warning) bool { return w.Kind == sbom.WarnSchema })
		if h.Malformed != tt.malformed || len(h.Warnings) == 0 || h.Warnings[0].Kind != tt.kind {
			t.Errorf("%s: malformed %d, warnings %+v; want %d and %s", tt.name, h.Malformed, h.Warnings, tt.malformed, tt.kind)
		}
		if !slices.ContainsFunc(cs, func(c sbom.Component) bool {
			return slices.ContainsFunc(c.Claims, func(cl vendors.Claim) bool { return cl.Value == "P" && cl.Role.IsOrigin() })
		}) {
			t.Errorf("%s: the rest of the document was lost: %+v", tt.name, cs)
		}
	}
}

// Mentions are limited; claims that are more than mentions are not dropped with them.
func TestManyMentions(t *testing.T) {
	mention := `{"name":"a","value":"M"},`
	cs, _ := parse(t, cdx(`"components":[{"name":"x","properties":[`+strings.Repeat(mention, 1000)+`{"value":"V","name":"cdx:device:vendor"}]}]`))
	claims := cs[0].Claims
	if last := claims[len(claims)-1]; last.Value != "V" || last.Role != vendors.Manufacturer || len(claims) > 300 {
		t.Errorf("%d claims, the last %+v", len(claims), last)
	}
}

func TestNothingScreened(t *testing.T) {
	if cs, h := parse(t, cdx(`"version":1`)); len(cs) != 0 || len(h.Warnings) != 1 || h.Warnings[0].Kind != sbom.WarnNothingScreened {
		t.Errorf("components %v, warnings %+v", cs, h.Warnings)
	}
}

func TestPlacement(t *testing.T) {
	cs, _ := parse(t, cdx(`"components":[{"bom-ref":"b","name":"b","pedigree":{"ancestors":[{"bom-ref":"p","name":"p"}]}}],"metadata":{"component":{"bom-ref":"a","name":"a","components":[{"bom-ref":"c","name":"c"}]}}`))
	got := ""
	for _, c := range cs {
		got += fmt.Sprintf("%s%d%v ", c.Ref, c.Placement, c.Pedigree)
	}
	if want := "p0true b0false c0false a1false "; got != want {
		t.Errorf("placements %q, want %q", got, want)
	}
	d := sbom.NewReader(strings.NewReader(spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"}],"documentDescribes":["SPDXRef-b"]`)), nil)
	if _, err := read(d); err != nil || d.IsPrimary("SPDXRef-a") || !d.IsPrimary("SPDXRef-b") {
		t.Errorf("SPDX subjects: error %v, a %v, b %v", err, d.IsPrimary("SPDXRef-a"), d.IsPrimary("SPDXRef-b"))
	}
	d = sbom.NewReader(strings.NewReader(spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}]`)), nil)
	if _, err := read(d); err != nil || !d.IsPrimary("SPDXRef-a") {
		t.Errorf("the only package is not the subject (error %v)", err)
	}
}

// Claims that Keep drops are counted.
func TestKeep(t *testing.T) {
	d := sbom.NewReader(strings.NewReader(cdx(`"components":[{"name":"x","purl":"pkg:npm/%40a/x@1"},{"name":"y","supplier":{"name":"S"}},{"name":"z"}]`)), nil)
	d.Keep(func(vendors.Role, vendors.Kind, []byte) bool { return false })
	cs, err := read(d)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ identified, supplied bool }{{true, false}, {true, true}, {false, false}} {
		if cs[i].Identified != want.identified || cs[i].Supplied != want.supplied || len(cs[i].Claims) != 0 {
			t.Errorf("component %d: %+v", i, cs[i])
		}
	}
}

func TestLimits(t *testing.T) {
	many := cdx(`"components":[{"name":"a","authors":[{"name":"p"},{"name":"q"}]},{"name":"b"}]`)
	tests := []struct {
		name    string
		at, one sbom.Options
	}{
		{"components", sbom.Options{Components: 2}, sbom.Options{Components: 1}},
		{"claims", sbom.Options{Claims: 3}, sbom.Options{Claims: 2}},
		{"bytes", sbom.Options{Bytes: int64(len(many))}, sbom.Options{Bytes: int64(len(many) - 2)}},
	}
	for _, tt := range tests {
		if _, err := read(sbom.NewReader(iotest.OneByteReader(strings.NewReader(many)), &tt.at)); err != nil {
			t.Errorf("%s at the limit: %v", tt.name, err)
		}
		if _, err := read(sbom.NewReader(iotest.OneByteReader(strings.NewReader(many)), &tt.one)); !errors.Is(err, sbom.ErrLimit) {
			t.Errorf("%s beyond the limit: %v, want ErrLimit", tt.name, err)
		}
	}
}

func TestSingleUse(t *testing.T) {
	d := sbom.NewReader(strings.NewReader(cdx(`"components":[{"name":"a"},{"name":"b"}]`)), nil)
	n := 0
	for range d.Components() {
		n++
		break
	}
	if _, err := read(d); !errors.Is(err, sbom.ErrUsed) || n != 1 {
		t.Errorf("after %d components, second use: error %v, want ErrUsed", n, err)
	}
}

// counted counts its reads without any lock: the race detector tells if a document
// is read when its iteration has ended.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) { c.n++; return c.Reader.Read(p) }

func TestReaderIsNotReadAfterTheIteration(t *testing.T) {
	long := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + strings.Repeat(`{"name":"a"},`, 1<<19)
	src := &counted{Reader: strings.NewReader(long)}
	n := 0
	for range sbom.NewReader(src, nil).Components() {
		if n++; n == 100 {
			break
		}
	}
	src.n++
	if n != 100 || src.n > 64 {
		t.Errorf("%d components for %d reads", n, src.n)
	}
}

// Places in a long array are right.
func TestLongArrayPlaces(t *testing.T) {
	for _, n := range []int{3, 30, 31, 32, 33, 400} {
		parts := strings.Repeat(`{"name":"a"},`, n)
		cs, h := parse(t, cdx(`"components":[`+parts+`{"name":"b","supplier":7},`+parts+`null,`+parts+`{"name":"c","publisher":"P"}]`))
		var places []string
		for _, w := range h.Warnings {
			if w.Kind != sbom.WarnSchema {
				places = append(places, w.Location.Pointer)
			}
		}
		got := fmt.Sprint(len(cs), places, " ", cs[len(cs)-1].Location.Pointer)
		want := fmt.Sprintf("%d [/components/%d /components/%d] /components/%d", 3*n+2, n, 2*n+1, 3*n+2)
		if got != want {
			t.Errorf("%d parts: got %s; want %s", n, got, want)
		}
	}
}

// A document that begins with many files, as from Microsoft's sbom-tool, is detected.
func TestFilesFirst(t *testing.T) {
	file := `{"fileName":"./a","SPDXID":"SPDXRef-File-a","checksums":[]},`
	files := `"files":[` + strings.TrimSuffix(strings.Repeat(file, 4000), ",") + `]`
	cs, h := parse(t, "{"+files+`,"packages":[{"SPDXID":"SPDXRef-p","name":"p","supplier":"Organization: X"}],"spdxVersion":"SPDX-2.2"}`)
	if h.Format != "SPDX" || h.SpecVersion != "SPDX-2.2" || len(cs) != 1 {
		t.Errorf("%s %s with %d components", h.Format, h.SpecVersion, len(cs))
	}
	if _, err := read(sbom.NewReader(strings.NewReader(`{"name":"npm","files":["dist"]}`), nil)); !errors.Is(err, sbom.ErrNotRecognized) {
		t.Errorf("something else with files: error %v", err)
	}
}

// A UTF-8 byte order mark is skipped and counts in offsets.
func TestByteOrderMark(t *testing.T) {
	plain, _ := parse(t, cdx(`"components":[{"name":"a","publisher":"P"}]`))
	marked, _ := parse(t, "\ufeff"+cdx(`"components":[{"name":"a","publisher":"P"}]`))
	if got, want := marked[0].Claims[1].Location.Offset, plain[0].Claims[1].Location.Offset+3; got != want {
		t.Errorf("offset %d, want %d", got, want)
	}
}

// Reading does not panic, returns the zero component with an error, and gives each claim a place in
// the document.
func FuzzReader(f *testing.F) {
	seeds, err := filepath.Glob("testdata/suite.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"endpoint-tender/endpoint-agent.cdx.json", "endpoint-tender/management-console.spdx.json", "router-tender/branch-gateway.cdx.json", "clean/records-portal.cdx.json", "clean/reporting.spdx.json"} {
		seeds = append(seeds, "../testdata/bids/"+name)
	}
	for _, name := range seeds {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(cdx(`"components":[{"name":"x","evidence":{"identity":{"field":"purl","concludedValue":"pkg:a/b"}},"licenses":[{"license":{"licensing":{"licensor":{"organization":{"name":"X"}}}}}]}]`)))
	f.Add([]byte(spdx(`"files":[{"fileName":"f","fileContributors":["X"]}],"packages":[{"supplier":"Organization: a (b@c)"}]`)))
	f.Add([]byte(`<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x"><Entity name="X" regid="x.example" role="softwareCreator"/></SoftwareIdentity>`))
	f.Add([]byte("\xda\x53\x57\x49\x44\xa4\x00\x61t\x01\x61x\x02\xa2\x18\x1f\x61a\x18\x21\x02\x0c\x00"))
	f.Add([]byte("\x0a\x031.6\x2a\x0d\x08\x03\x22\x03\x0a\x01XB\x03kav\x72\x00"))
	f.Add([]byte("spec_version: \"1.6\"\ncomponents { name: \"x\" supplier { name: \"X\" } }"))
	f.Add([]byte(cdx(`"x":[{"type":"device","name":"a"}],"components":[{"name":"x\ud800","properties":[{"name":"syft:cpe23","value":"cpe:/a:x:x"},{"name":"aquasecurity:trivy:Labels:maintainer","value":"A <a@b>, C"}],"data":[{"governance":{"owners":[{"organization":{"name":"X"}}]}}]}],"compositions":[{"aggregate":"complete","assemblies":["a"]}]`)))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1252"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:e="urn:e"><x><component><name>` + "\xfc" + `</name></component></x><components><e:component/><component><name>n</name><purl><purl>pkg:npm/n</purl></purl></component></components></bom>`))
	f.Add([]byte("SPDXVersion: SPDX-2.3\nPackageName: a\nx\x8f{\xcece: b\n"))
	f.Add([]byte(cdx(`"components":[{"bom-ref":"pkg:cargo/a@1","name":"@a/b"}]`)))
	f.Add([]byte("\xa4\x00\x61t\x01\x61x\x02\xa2\x18\x1f\x61a\x18\x21\x02\x0c\x00"))
	f.Add([]byte("spec_version: \"1.6\"\nx [ { type: CLASSIFICATION_FILE name: 'a\\'b' }, < y: 1 > ] # c"))
	f.Add([]byte("\x0a\x031.6\x2a\x07\x08\x03B\x03kav\x9a\x06\x05\x08\x03B\x01a"))
	f.Add([]byte(`{"artifacts":[{"name":"x","metadata":{"VersionResources":[{"key":"CompanyName","value":"X"}]}}],"source":{"metadata":{"labels":{"vendor":"X"}}}}`))
	f.Add([]byte(`{"artifacts":[{"name":"x","cpes":["cpe:/a:x:x"],"metadata":{"vendor":"X","manifest":{"main":[{"key":"Bundle-Vendor","value":"X"}]}}}],"source":{"name":"s"}}`))
	for _, doc := range []string{
		cdx(`"dependencies":[{"ref":"a","dependsOn":["b","pkg:npm/c@1","cpe:/a:d:e","urn:cdx:f/1#g"]}],"compositions":[{"assemblies":["h"]}],"vulnerabilities":[{"bom-ref":"v"}]`),
		spdx(`"documentDescribes":["a","pkg:npm/c@1"],"x":{"packages":[{"SPDXID":"b","name":"c"}]},"packages":[{"name":"com.x:y:jar","supplier":["Organization: z","w"],"comment":{"name":"n","purl":"p"}}],"snippets":[{"SPDXID":"s"}]`),
		"SPDXVersion: SPDX-2.3\nPackageName: @x/y\nPackageComment: <text>a<text>\nPackageName: b\nPackageSupplier: Organization: c\nPackageSupplier: d\nFileName: f\nFIleCopyrightText: <text>g\nh</text>\nRelationship: a CONTAINS pkg:npm/c@1\n",
		`<Document><spdxVersion>SPDX-2.3</spdxVersion><x><package><SPDXID>a</SPDXID><name>b</name></package></x><packages><name>c</name><comment><y><supplier/><name/></y></comment></packages></Document>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="u#d"><specVersion>SPDX-2.3</specVersion><Package rdf:about="u#a"><name>b</name></Package><describesPackage rdf:resource="u#c"/></SpdxDocument></rdf:RDF>`,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":["b","c/d"],"suppliedBy":["urn:k","urn:l"],"externalRef":[{"externalRefType":"npm","locator":["@x/y"]}]},{"type":"Agent","spdxId":"urn:k","name":"X"},{"@id":"urn:k","name":["Y"]},{"type":"Relationship","from":"urn:a","relationshipType":"availableFrom","to":["urn:k","pkg:npm/c@1"]}]}`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := &sbom.Options{Depth: 64, String: 1 << 16, Components: 1000}
		d := sbom.NewReader(bytes.NewReader(data), opts)
		failed := false
		for c, err := range d.Components() {
			if failed {
				t.Fatal("something after the error")
			}
			if err != nil {
				failed = true
				continue
			}
			for _, cl := range c.Claims {
				if o := cl.Location.Offset; o < 0 && !strings.ContainsAny(d.Header().Encoding, "Cp") || o >= int64(len(data)) || d.Header().Encoding == "JSON" && data[o] != '"' || !strings.HasPrefix(cl.Location.Pointer, "/") || cl.Role == vendors.SBOMAuthor {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
