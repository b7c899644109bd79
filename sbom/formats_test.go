// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/format"

	"github.com/fxamacker/cbor/v2"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// claims lists components with their claims, a line each.
func claims(t *testing.T, doc []byte) string {
	t.Helper()
	d := sbom.NewReader(bytes.NewReader(doc), nil)
	cs, err := read(d)
	if err != nil {
		return format.ErrorKind(err)
	}
	var b strings.Builder
	for _, c := range cs {
		fmt.Fprintf(&b, "%s %q %q subject=%v malformed=%d\n", c.Location.Pointer, c.Name, c.Version, c.Placement == sbom.Primary, c.Malformed)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "  %s %s %q at %s\n", cl.Role, cl.Kind, cl.Value, cl.Location.Pointer)
		}
	}
	return b.String()
}

func TestSWID(t *testing.T) {
	const space = ` xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"`
	for _, tt := range []struct{ name, doc, want string }{
		{"roles", `<SoftwareIdentity` + space + ` name="Agent" version="2" tagId="t"><Meta/><Entity name="Acme" regid="acme.example" role="tagCreator softwareCreator"/><Entity name="Tagger" role="tagCreator"/><Entity name="Shop" role="distributor"/></SoftwareIdentity>`,
			` "Agent" "2" subject=true malformed=0
  mention product "Agent" at /name
  manufacturer name "Acme" at /Entity/0/name
  manufacturer regid "acme.example" at /Entity/0/regid
  distributor name "Shop" at /Entity/2/name
`},
		{"near misses", `<s:SoftwareIdentity xmlns:s="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x"><s:entity name="Acme"/><s:Entity name="Acme"/></s:SoftwareIdentity>`,
			" \"x\" \"\" subject=true malformed=2\n  mention product \"x\" at /name\n"},
		{"within another element", `<SoftwareIdentity` + space + ` name="x"><Extra><Entity name="Acme" role="softwareCreator"/></Extra></SoftwareIdentity>`,
			" \"x\" \"\" subject=true malformed=1\n  mention product \"x\" at /name\n"},
		{"version of 2009", `<software_identification_tag xmlns="http://standards.iso.org/iso/19770/-2/2009/schema.xsd"/>`, "unsupportedVersion"},
		{"truncated", `<SoftwareIdentity` + space + ` name="x"><Entity`, "syntax"},
	} {
		if got := claims(t, []byte(tt.doc)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestCoSWID(t *testing.T) {
	coswidMode, err := cbor.CanonicalEncOptions().EncMode() // keys in order
	if err != nil {
		t.Fatal(err)
	}
	encode := func(content any) []byte {
		b, err := cbor.Marshal(cbor.Tag{Number: 1398229316, Content: content})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	type m = map[int]any
	sound := encode(m{0: "tag", 1: "Agent", 12: 0, 13: "2", 2: []any{m{31: "Acme", 32: "acme.example", 33: []int{1, 2}}, m{31: "Shop", 33: 4}}})
	const want = ` "Agent" "2" subject=true malformed=0
  mention product "Agent" at /software-name
  manufacturer name "Acme" at /entity/0/name
  manufacturer regid "acme.example" at /entity/0/regid
  distributor name "Shop" at /entity/1/name
`
	if got := claims(t, sound); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := claims(t, sound[5:]); got != want { // without the CBOR tag
		t.Errorf("untagged: got %s\nwant %s", got, want)
	}
	long := m{0: "tag", 1: "Agent", 2: m{31: "Acme", 33: 2}, 12: 0, 56: strings.Repeat("x", 100_000)}
	longTag, err := coswidMode.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	if got := claims(t, longTag); !strings.Contains(got, `manufacturer name "Acme"`) {
		t.Errorf("untagged and long: %s", got)
	}
	for name, other := range map[string]any{
		"SUIT":                m{2: []byte("auth"), 3: []byte("manifest")},
		"CoRIM":               m{0: "id", 1: []any{[]byte("tag")}},
		"CWT":                 m{1: "issuer", 2: "subject", 0: "x"},
		"without an entity":   m{0: "t", 1: "x", 12: 0},
		"without a version":   m{0: "t", 1: "x", 2: m{31: "Acme", 33: 2}},
		"entities as a text":  m{0: "t", 1: "x", 2: "Acme", 12: 0},
		"other map":           map[string]int{"a": 1},
		"list":                []int{1, 2},
		"long and not a tag":  m{0: 5, 1: strings.Repeat("x", 100_000)},
		"long, other strings": m{1: "x", 5: strings.Repeat("x", 100_000)},
	} {
		b, err := coswidMode.Marshal(other)
		if err != nil {
			t.Fatal(err)
		}
		if got := claims(t, b); got != "notRecognised" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for i := 5; i < len(sound); i++ {
		if got := claims(t, sound[:i]); got != "syntax" {
			t.Errorf("cut at byte %d: %s", i, got)
		}
	}
	if got := claims(t, encode(m{0: "t", 1: "x", 2: m{31: 5, 33: 2}})); !strings.Contains(got, "malformed=1") {
		t.Errorf("a name that is a number: %s", got)
	}
	duplicate := append([]byte("\xda\x53\x57\x49\x44\xa4\x00\x61t\x01\x61x\x02"), "\xa2\x18\x1f\x61a\x18\x21\x02\x02\xa0"...)
	if got := claims(t, duplicate); got != "syntax" {
		t.Errorf("a key twice: %s", got)
	}
}

func TestSyft(t *testing.T) {
	const doc = `{"artifacts":[
		{"id":"1","name":"kernel","version":"5","type":"rpm","purl":"pkg:rpm/rhel/kernel@5","cpes":[{"cpe":"cpe:2.3:o:acme:kernel:5:*:*:*:*:*:*:*","source":"x"}],"metadata":{"vendor":"Acme Inc","files":[{"path":"/x"}]}},
		{"id":"2","name":"lib","version":"1","type":"java-archive","cpes":["cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"],"metadata":{"manifest":{"main":[{"key":"Implementation-Vendor","value":"Java Ltd"},{"key":"Built-By","value":"joe"}]},"pomProperties":{"groupId":"com.example"}}},
		{"id":"3","name":"old","metadata":{"manifest":{"main":{"Specification-Vendor":"Old Ltd"}},"maintainer":"Jo <jo@example.com>"}},
		{"id":"4","name":"agent","metadata":{"VersionResources":[{"key":"CompanyName","value":"Exe AG"},{"key":"FileVersion","value":"1"}],"files":[{"key":"CompanyName","value":"no"}]}},
		{"id":"5","name":"acl","metadata":{"source":"acl-src","authors":["A <a@example.com>","B"],"companyName":"Net GmbH"}}],
		"source":{"id":"s","name":"image","version":"sha256:1","supplier":"Shop","type":"image","metadata":{"userInput":"image","tags":["x"],"labels":{"org.opencontainers.image.vendor":"Image Ltd","vendor":"Base Ltd","org.opencontainers.image.source":"https://git.example/x","maintainer":"M <m@example.com>"}}},
		"descriptor":{"name":"syft"},"schema":{"version":"16.0.0","url":"x"}}`
	const want = `/artifacts/0 "kernel" "5" subject=false malformed=0
  mention product "kernel" at /artifacts/0/name
  namespace purl "pkg:rpm/rhel/kernel@5" at /artifacts/0/purl
  namespace cpe "cpe:2.3:o:acme:kernel:5:*:*:*:*:*:*:*" at /artifacts/0/cpes/0/cpe
  manufacturer name "Acme Inc" at /artifacts/0/metadata/vendor
/artifacts/1 "lib" "1" subject=false malformed=0
  mention product "lib" at /artifacts/1/name
  namespace cpe "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*" at /artifacts/1/cpes/0
  manufacturer name "Java Ltd" at /artifacts/1/metadata/manifest/main/0/value
  namespace group "com.example" at /artifacts/1/metadata/pomProperties/groupId
/artifacts/2 "old" "" subject=false malformed=0
  mention product "old" at /artifacts/2/name
  manufacturer name "Old Ltd" at /artifacts/2/metadata/manifest/main/Specification-Vendor
  author name "Jo" at /artifacts/2/metadata/maintainer
  author email "jo@example.com" at /artifacts/2/metadata/maintainer
/artifacts/3 "agent" "" subject=false malformed=0
  mention product "agent" at /artifacts/3/name
  manufacturer name "Exe AG" at /artifacts/3/metadata/VersionResources/0/value
/artifacts/4 "acl" "" subject=false malformed=0
  mention product "acl" at /artifacts/4/name
  author name "A" at /artifacts/4/metadata/authors/0
  author email "a@example.com" at /artifacts/4/metadata/authors/0
  author name "B" at /artifacts/4/metadata/authors/1
  manufacturer name "Net GmbH" at /artifacts/4/metadata/companyName
/source "image" "sha256:1" subject=true malformed=0
  mention product "image" at /source/name
  supplier name "Shop" at /source/supplier
  supplier name "Image Ltd" at /source/metadata/labels/org.opencontainers.image.vendor
  supplier name "Base Ltd" at /source/metadata/labels/vendor
  reference url "https://git.example/x" at /source/metadata/labels/org.opencontainers.image.source
  author name "M" at /source/metadata/labels/maintainer
  author email "m@example.com" at /source/metadata/labels/maintainer
`
	if got := claims(t, []byte(doc)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, tt := range []struct {
		name, doc string
		kind      error
	}{
		{"two lists", `{"artifacts":[],"artifacts":[]}`, sbom.ErrDuplicate},
		{"cut off", doc[:200], sbom.ErrSyntax},
	} {
		if _, err := read(sbom.NewReader(strings.NewReader(tt.doc), nil)); !errors.Is(err, tt.kind) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Fields that tools write in places of their own are read.
func TestDialects(t *testing.T) {
	const tag = `<SoftwareIdentity xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\" name=\"x\"><Entity name=\"Acme\" role=\"softwareCreator tagCreator\"/></SoftwareIdentity>`
	for _, tt := range []struct{ name, member, want string }{
		{"Syft, RPM", `"properties":[{"name":"syft:metadata:vendor","value":"Acme"}]`, `manufacturer name "Acme" at /components/0/properties/0/value`},
		{"Syft, dpkg", `"properties":[{"name":"syft:metadata:maintainer","value":"Acme Packaging <pkg@acme.example>"}]`, `author name "Acme Packaging" at /components/0/properties/0/value
  author email "pkg@acme.example" at /components/0/properties/0/value`},
		{"Syft, further CPE", `"properties":[{"name":"syft:cpe23","value":"cpe:2.3:a:acme:n:1:*:*:*:*:*:*:*"}]`, `namespace cpe "cpe:2.3:a:acme:n:1:*:*:*:*:*:*:*" at /components/0/properties/0/value`},
		{"Syft, broken CPE", `"properties":[{"name":"syft:cpe23","value":"acme"}]`, `malformed=1`},
		{"Syft, Java", `"properties":[{"name":"syft:metadata:-:groupID","value":"com.acme"}]`, `namespace group "com.acme" at /components/0/properties/0/value`},
		{"Syft, image", `"properties":[{"name":"syft:image:labels:org.opencontainers.image.vendor","value":"Acme"}]`, `supplier name "Acme" at /components/0/properties/0/value`},
		{"Trivy, image", `"properties":[{"name":"aquasecurity:trivy:Labels:maintainer","value":"Jo <jo@acme.example>"}]`, `author email "jo@acme.example" at /components/0/properties/0/value`},
		{"Trivy, source", `"properties":[{"name":"aquasecurity:trivy:Labels:org.opencontainers.image.source","value":"https://git.example/acme/n"}]`, `reference url "https://git.example/acme/n" at /components/0/properties/0/value`},
		{"Trivy, name of the source package", `"properties":[{"name":"aquasecurity:trivy:SrcName","value":"acme"}]`, `mention text "acme" at /components/0/properties/0/value`},
		{"taxonomy, device", `"properties":[{"name":"cdx:device:manufacturer","value":"Acme"}]`, `manufacturer name "Acme" at /components/0/properties/0/value`},
		{"cdxgen, path", `"properties":[{"name":"SrcFile","value":"/opt/acme"}]`, `mention text "/opt/acme" at /components/0/properties/0/value`},
		{"EMBA", `"properties":[{"name":"EMBA:sbom:3:vendor_name","value":"'Acme'"}]`, `reference name "'Acme'" at /components/0/properties/0/value`},
		{"another property", `"properties":[{"name":"acme:vendor","value":"Acme"}]`, `author name "Acme" at /components/0/properties/0/value`},
		{"enclosed tag", `"swid":{"tagId":"t","name":"x","text":{"content":"` + tag + `"}}`, `manufacturer name "Acme" at /components/0/swid/text/content`},
		{"enclosed tag, encoded", `"swid":{"tagId":"t","name":"x","text":{"encoding":"base64","content":"` + base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(tag, `\"`, `"`))) + `"}}`, `manufacturer name "Acme" at /components/0/swid/text/content`},
		{"enclosed nonsense", `"swid":{"tagId":"t","name":"x","text":{"encoding":"base64","content":"!"}}`, `malformed=1`},
		{"enclosed other XML", `"swid":{"tagId":"t","name":"x","text":{"content":"<x/>"}}`, `malformed=1`},
	} {
		if got := claims(t, []byte(cdx(`"components":[{"name":"n",`+tt.member+`}]`))); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s\nwant %s", tt.name, got, tt.want)
		}
	}
	cs, _ := parse(t, cdx(`"components":[{"name":"gcc","properties":[{"name":"BR_TYPE","value":"host"}]},{"name":"busybox","properties":[{"name":"BR_TYPE","value":"target"}]}]`))
	if !cs[0].Pedigree || cs[1].Pedigree {
		t.Errorf("Buildroot: a tool of the host is %v, a package of the target %v", cs[0].Pedigree, cs[1].Pedigree)
	}
}

// A registry's record of a package is not a linked document, for any type of reference.
func TestRegistryRecords(t *testing.T) {
	for _, tt := range []struct {
		purl, url string
		external  int
	}{
		{"pkg:npm/left@1.0.0", "https://registry.npmjs.org/left/1.0.0", 0},
		{"pkg:npm/%40acme/left@1.0.0", "https://registry.npmjs.org/@acme%2fleft/1.0.0", 0},
		{"pkg:npm/%40acme/left@1.0.0", "https://registry.npmjs.org/@acme/left", 0},
		{"pkg:pypi/left@1.0", "https://pypi.org/pypi/Left/1.0/json", 0},
		{"pkg:gem/left@1.0", "https://rubygems.org/api/v2/rubygems/left/versions/1.0.json", 0},
		{"pkg:cargo/left@1.0", "https://crates.io/api/v1/crates/left", 0},
		{"pkg:nuget/Left@1.0", "https://api.nuget.org/v3/registration3/left/1.0.json", 0},
		{"pkg:composer/acme/left@1.0", "https://packagist.org/p/acme/left.json", 0},
		{"pkg:maven/com.acme/left@1.0", "https://repo1.maven.org/maven2/com/acme/left/1.0/left-1.0.pom", 0},
		{"pkg:maven/com.acme/left@1.0", "https://repo1.maven.org/maven2/com/acme/left/1.0/left-1.0-cyclonedx.json", 1},
		{"pkg:npm/left@1.0.0", "https://registry.npmjs.org/right/1.0.0", 1},
		{"pkg:npm/left@1.0.0", "https://registry.npmjs.org/left/-/left-1.0.0-bom.json", 1},
		{"pkg:npm/left@1.0.0", "https://registry.npmjs.org/left/1.0.0?bom", 1},
		{"pkg:npm/left@1.0.0", "https://left.example/1.0.0/bom.json", 1},
		{"pkg:npm/left@1.0.0", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", 1},
		{"", "https://registry.npmjs.org/left/1.0.0", 1},
	} {
		for _, order := range []string{`"purl":"%s","externalReferences":[{"type":"bom","url":"%s"}]`, `"externalReferences":[{"url":"%[2]s","type":"bom"}],"purl":"%[1]s"`} {
			_, h := parse(t, cdx(`"components":[{"type":"library","name":"x",`+fmt.Sprintf(order, tt.purl, tt.url)+`}]`))
			if h.UnresolvedRefs != tt.external || len(h.Warnings) != 1 {
				t.Errorf("%s %s: external %d, warnings %v", tt.purl, tt.url, h.UnresolvedRefs, h.Warnings)
			}
		}
	}
}

// CycloneDX has the same content in protobuf, as text and in binary, as in JSON.
func TestProtoAgreesWithJSON(t *testing.T) {
	const text = `# a comment
spec_version: "1.6"
version: 2
serial_number: "urn:uuid:11111111-2222-4333-8444-555555555555"
metadata { tools { vendor: "Tool maker" } component { type: CLASSIFICATION_DEVICE name: "box" supplier { name: "Acme" url: "https://acme.example" contact { email: "a@acme.example" } } } }
components { type: CLASSIFICATION_LIBRARY bom_ref: "l" name: "left" version: "1" purl: "pkg:npm/left@1" manufacturer { name: "Maker" }
  external_references { type: EXTERNAL_REFERENCE_TYPE_WEBSITE url: "https://left.example" }
  evidence { identity { field: EVIDENCE_FIELD_PURL concludedValue: "pkg:npm/left@1" } copyright { text: "c" } }
  components { name: "inner" publisher: "Press" } }
components { name: "kav" pedigree { ancestors { name: "old" author: "Elder" } commits { url: "https://c.example" author { name: "Jo" } } patches { diff { url: "https://d.example" } } }
  licenses { license { id: "MIT" licensing { licensor { individual { name: "Licensor" } } } } } licenses { expression_detailed { licensing { licensor { organization { name: "Grantor" } } } } }
  data { contents { url: "https://data.example" } governance { owners { organization { name: "Owner" } } } } modelCard { modelParameters { datasets { dataset { governance { stewards { contact { email: "s@x.example" } } } } } } }
  cryptoProperties { certificateProperties { subjectName: "O=Subject" issuerName: "O=Issuer" } } properties { name: "syft:metadata:vendor" value: "V" } }
services { data { source: "https://source.example" governance { custodians { organization { name: "Keeper" } } } } name: "s" provider { name: "Cloud" } endpoints: "https://cloud.example" }
external_references { type: EXTERNAL_REFERENCE_TYPE_BOM url: "urn:cdx:1/1" hashes { alg: HASH_ALG_SHA_256 value: "AB" } }
compositions { aggregate: AGGREGATE_INCOMPLETE_FIRST_PARTY_ONLY }
formulation { components { name: "cc" } }
`
	const json = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":2,"serialNumber":"urn:uuid:11111111-2222-4333-8444-555555555555",
"metadata":{"component":{"type":"device","supplier":{"name":"Acme","url":["https://acme.example"],"contact":[{"email":"a@acme.example"}]},"name":"box"}},
"components":[{"type":"library","bom-ref":"l","publisher":null,"name":"left","version":"1","purl":"pkg:npm/left@1","externalReferences":[{"type":"website","url":"https://left.example"}],"components":[{"publisher":"Press","name":"inner"}],"evidence":{"copyright":[{"text":"c"}],"identity":[{"field":"purl","concludedValue":"pkg:npm/left@1"}]},"manufacturer":{"name":"Maker"}},
{"name":"kav","licenses":[{"license":{"licensing":{"licensor":{"individual":{"name":"Licensor"}}}}},{"licensing":{"licensor":{"organization":{"name":"Grantor"}}}}],
"pedigree":{"ancestors":[{"author":"Elder","name":"old"}],"commits":[{"url":"https://c.example","author":{"name":"Jo"}}],"patches":[{"diff":{"url":"https://d.example"}}]},
"properties":[{"name":"syft:metadata:vendor","value":"V"}],"modelCard":{"modelParameters":{"datasets":[{"governance":{"stewards":[{"contact":{"email":"s@x.example"}}]}}]}},"data":[{"contents":{"url":"https://data.example"},"governance":{"owners":[{"organization":{"name":"Owner"}}]}}],
"cryptoProperties":{"certificateProperties":{"subjectName":"O=Subject","issuerName":"O=Issuer"}}}],
"services":[{"provider":{"name":"Cloud"},"name":"s","endpoints":["https://cloud.example"],"data":[{"source":["https://source.example"],"governance":{"custodians":[{"organization":{"name":"Keeper"}}]}}]}],
"externalReferences":[{"type":"bom","url":"urn:cdx:1/1","hashes":[{"alg":"SHA-256","content":"ab"}]}],
"compositions":[{"aggregate":"incomplete_first_party_only"}],"formulation":[{"components":[{"name":"cc"}]}]}`
	if got, want := claims(t, []byte(text)), claims(t, []byte(json)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	// On the wire: field number and length before each value.
	field := func(n int, values ...string) string {
		v := strings.Join(values, "")
		b := protowire.AppendTag(nil, protowire.Number(n), protowire.BytesType)
		return string(protowire.AppendBytes(b, []byte(v)))
	}
	component := func(rest ...string) string {
		return field(5, append([]string{"\x08\x03", rest[0], field(8, "kav")}, rest[1:]...)...)
	}
	wire := field(1, "1.6") + component(field(4, field(1, "Kaspersky Lab"))) + component("")
	const want = `/components/0 "kav" "" subject=false malformed=0
  supplier name "Kaspersky Lab" at /components/0/supplier/name
  mention product "kav" at /components/0/name
/components/1 "kav" "" subject=false malformed=0
  mention product "kav" at /components/1/name
`
	if got := claims(t, []byte(wire)); got != want {
		t.Errorf("wire: got %s\nwant %s", got, want)
	}
	// A field that the schema does not have is skipped; a duplicate field is an error.
	if got := claims(t, []byte(wire+field(12, "x")+field(15, "y"))); got != want {
		t.Errorf("unknown fields: %s", got)
	}
	supplier := field(4, field(1, "Kaspersky Lab"))
	for name, doc := range map[string]string{
		"supplier twice":        field(1, "1.6") + field(5, supplier+field(4, field(1, "Acme"))+field(8, "kav")),
		"name of it twice":      field(1, "1.6") + field(5, field(4, field(1, "Kaspersky Lab")+field(1, "Acme"))+field(8, "kav")),
		"cut off":               wire[:len(wire)-1],
		"bad UTF-8":             field(1, "1.6") + field(5, field(8, "\xff")),
		"text, supplier twice":  "spec_version: \"1.6\"\ncomponents { supplier { name: \"a\" } supplier { name: \"b\" } }",
		"text, cut off":         "spec_version: \"1.6\"\ncomponents { supplier { name: \"a\" }",
		"text, no such value":   "spec_version: \"1.6\"\ncomponents { type: CLASSIFICATION_X }",
		"text, a string is not": "spec_version: \"1.6\"\ncomponents { supplier: \"Kaspersky Lab\" }",
	} {
		if got := claims(t, []byte(doc)); got != "syntax" {
			t.Errorf("%s: %s", name, got)
		}
	}
	d := sbom.NewReader(strings.NewReader(field(1, "1.6")+component("")+field(14, "")), nil)
	if _, err := read(d); err != nil || d.Header().Malformed != 1 {
		t.Errorf("declarations: %v, malformed %d", err, d.Header().Malformed)
	}
}

// A fault by the schema that leaves no doubt about the meaning is a warning.
func TestSchemaWarnings(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{cdx(`"components":[{"type":"library","supplier":{"name":"Acme"}}]`), "name is required at /components/0"},
		{cdx(`"components":[{"name":"x","supplier":{"name":"Acme"}}]`), "type is required at /components/0"},
		{cdx(`"components":[{"type":"gadget","name":"x","supplier":{"name":"Acme"}}]`), `type "gadget" is not one of the schema's at /components/0`},
		{spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"x","supplier":"Organization: Acme"}]`), "downloadLocation is required at /packages/0"},
		{spdx(`"packages":[{"name":"x","supplier":"Organization: Acme"}]`), "SPDXID is required at /packages/0"},
		{cdx(`"components":[{"type":"library","name":"x","supplier":{"name":"Acme"}}]`), ""},
	} {
		cs, h := parse(t, tt.doc)
		got := ""
		for _, w := range h.Warnings {
			if w.Kind == sbom.WarnSchema {
				got += w.Message + " at " + w.Location.Pointer
			}
		}
		if got != tt.want || !has(cs, vendors.Supplier, "Acme") || h.Malformed > 0 {
			t.Errorf("%s: %q, want %q", tt.doc, got, tt.want)
		}
	}
	_, h := parse(t, cdx(`"components":[`+strings.Repeat(`{"name":"x"},`, 500)+`{"name":"x","supplier":5}]`))
	if n := len(h.Warnings); n < 100 || n > 102 || h.Warnings[n-2].Kind != sbom.WarnMalformed && h.Warnings[n-1].Kind != sbom.WarnMalformed {
		t.Errorf("%d warnings", n)
	}
}
