// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/clause76/clause76/sbom"
)

// An object that looks like a component or service where the format has none is counted, in every
// encoding; other data of tools is not.
func TestStrayParts(t *testing.T) {
	const part = `{"type":"application","name":"agent","supplier":{"name":"Acme"}}`
	const ok = `"components":[{"type":"library","name":"ok"}]`
	in := func(member string) string { return cdx(`"components":[{"type":"library","name":"ok",` + member + `}]`) }
	xml := func(inner string) string {
		return `<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:e="urn:e">` + inner + `</bom>`
	}
	const okXML = `<component type="library"><name>ok</name></component>`
	const partXML = `<component type="application"><supplier><name>Acme</name></supplier><name>agent</name></component>`
	for _, tt := range []struct {
		name, doc string
		malformed int
	}{
		{"unknown list", cdx(ok + `,"hardware":[` + part + `]`), 1},
		{"two in an unknown list", cdx(ok + `,"hardware":[` + part + `,` + part + `]`), 1},
		{"unknown object", cdx(ok + `,"extension":{"inner":{"module":` + part + `}}`), 1},
		{"by its package URL", cdx(ok + `,"x":{"name":"a","purl":"pkg:npm/a@1"}`), 1},
		{"by its type", cdx(ok + `,"x":{"name":"a","type":"firmware"}`), 1},
		{"singular", cdx(ok + `,"component":` + part), 1},
		{"in dependencies", cdx(ok + `,"dependencies":[{"ref":"a","components":[` + part + `]}]`), 1},
		{"in a composition", cdx(ok + `,"compositions":[{"aggregate":"complete","components":[` + part + `]}]`), 1},
		{"in metadata", cdx(ok + `,"metadata":{"parts":[` + part + `]}`), 1},
		{"in a formula", cdx(ok + `,"formulation":[{"extra":[` + part + `]}]`), 1},
		{"in declarations", cdx(ok + `,"declarations":{"subjects":[` + part + `]}`), 1},
		{"in a component", in(`"subcomponents":[` + part + `]`), 1},
		{"in hashes", in(`"hashes":[{"alg":"MD5","content":"0","components":[` + part + `]}]`), 1},
		{"in hashes, in capitals", in(`"hashes":[{"alg":"MD5","content":"0","COMPONENTS":[` + part + `]}]`), 1},
		{"in hashes, a package", in(`"hashes":[{"alg":"MD5","content":"0","package":` + part + `}]`), 1},
		{"in hashes, with an escape", in(`"hashes":[{"alg":"MD5","content":"0","\u0073ervices":[` + part + `]}]`), 1},
		{"in release notes", in(`"releaseNotes":{"type":"major","services":[` + part + `]}`), 1},
		{"in a supplier", in(`"supplier":{"name":"ok","components":[` + part + `]}`), 1},
		{"in a pedigree", in(`"pedigree":{"relatives":[` + part + `]}`), 1},
		{"in evidence", in(`"evidence":{"relatives":[` + part + `]}`), 1},
		{"in licensing", in(`"licenses":[{"license":{"id":"MIT","covers":` + part + `}}]`), 1},
		{"in an external reference", in(`"externalReferences":[{"type":"website","url":"https://ok.example","for":` + part + `}]`), 1},
		{"in a service", cdx(`"services":[{"name":"ok","parts":[` + part + `]}]`), 1},

		{"other data", cdx(ok + `,"extension":{"name":"scan","version":"1","type":"nightly","results":[{"name":"x","score":1}]}`), 0},
		{"tools", cdx(ok + `,"metadata":{"tools":{"components":[` + part + `]}}`), 0},
		{"annotator", cdx(ok + `,"annotations":[{"annotator":{"component":` + part + `},"text":"x"}]`), 0},
		{"tools of an assessment", cdx(ok + `,"vulnerabilities":[{"id":"x","tools":{"components":[` + part + `]}}]`), 0},
		{"properties", in(`"properties":[{"name":"component","value":"x"}]`), 0},
		{"words", cdx(ok + `,"dependencies":[{"ref":"component","dependsOn":["service"]}]`), 0},

		{"XML, beside the list", xml(`<components>` + okXML + `</components>` + partXML), 1},
		{"XML, two beside the list", xml(`<components>` + okXML + `</components>` + partXML + partXML), 1},
		{"XML, in another component", xml(`<components><component type="library"><name>ok</name>` + partXML + `</component></components>`), 1},
		{"XML, in an unknown element", xml(`<components>` + okXML + `</components><hardware>` + partXML + `</hardware>`), 1},
		{"XML, in an unknown element of the list", xml(`<components>` + okXML + `<assembly>` + partXML + `</assembly></components>`), 1},
		{"XML, whatever it is called", xml(`<components>` + okXML + `</components><board type="device"><name>x</name></board>`), 1},
		{"XML, in dependencies", xml(`<components>` + okXML + `</components><dependencies><dependency ref="a">` + partXML + `</dependency></dependencies>`), 1},
		{"XML, other namespace", xml(`<components>` + okXML + `<component xmlns="urn:x" type="application"><name>agent</name></component></components>`), 1},
		{"XML, namespace of another version", xml(`<components>` + okXML + `<component xmlns="http://cyclonedx.org/schema/bom/1.5"><name>agent</name></component></components>`), 1},
		{"XML, prefixed", xml(`<components>` + okXML + `<e:component><e:name>agent</e:name></e:component></components>`), 1},
		{"XML, wrapped in another namespace", xml(`<components>` + okXML + `<e:part>` + partXML + `</e:part></components>`), 1},
		{"XML, service in another namespace", xml(`<components>` + okXML + `</components><services><e:service><e:name>agent</e:name></e:service></services>`), 1},
		{"XML, author in another namespace", xml(`<components><component><name>ok</name><authors><e:author><e:name>Acme</e:name></e:author></authors></component></components>`), 1},
		{"XML, reference in another namespace", xml(`<components><component><name>ok</name><externalReferences><e:reference type="website"><e:url>https://acme.example</e:url></e:reference></externalReferences></component></components>`), 1},
		{"XML, in a description", xml(`<components><component type="library"><name>ok</name><description>x` + partXML + `</description></component></components>`), 1},
		{"XML, in a wrapper in a description", xml(`<components><component type="library"><name>ok</name><description><components>` + partXML + `</components></description></component></components>`), 1},
		{"XML, in a copyright", xml(`<components><component type="library"><name>ok</name><copyright>` + partXML + `</copyright></component></components>`), 1},
		{"XML, in a location", xml(`<components><component type="library"><name>ok</name><evidence><occurrences><occurrence><location>` + partXML + `</location></occurrence></occurrences></evidence></component></components>`), 1},
		{"XML, in a hash", xml(`<components><component type="library"><name>ok</name><externalReferences><reference type="website"><url>https://ok.example</url><hashes><hash alg="MD5">` + partXML + `</hash></hashes></reference></externalReferences></component></components>`), 1},
		{"XML, in a reference of a composition", xml(`<components>` + okXML + `</components><compositions><composition><aggregate>complete</aggregate><assemblies><assembly ref="a">` + partXML + `</assembly></assemblies></composition></compositions>`), 1},
		{"XML, markup in a description", xml(`<components><component type="library"><name>ok</name><description>x <b>bold</b></description></component></components>`), 0},
		{"XML, supplier in a wrapper", xml(`<components><component><name>ok</name></component></components><services><e:x/></services>`), 0},
		{"XML, other data", xml(`<components>` + okXML + `</components><e:graph><e:node e:ref="x"><e:label>name</e:label></e:node></e:graph>`), 0},
		{"XML, other data in a list", xml(`<components>` + okXML + `<e:note>x</e:note></components>`), 0},
		{"XML, tools", xml(`<metadata><tools><components>` + partXML + `</components></tools></metadata><components>` + okXML + `</components>`), 0},
		{"XML, annotator", xml(`<components>` + okXML + `</components><annotations><annotation><annotator>` + partXML + `</annotator></annotation></annotations>`), 0},
		{"SPDX XML, wrapped", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>a</SPDXID><name>ok</name></packages><extra><packages><SPDXID>b</SPDXID><name>agent</name></packages></extra></Document>`, 1},
	} {
		d := sbom.NewReader(strings.NewReader(tt.doc), nil)
		if _, err := read(d); err != nil || strayParts(d.Header()) != tt.malformed {
			t.Errorf("%s: error %v, malformed %d, want %d: %v", tt.name, err, d.Header().Malformed, tt.malformed, d.Header().Warnings)
		}
	}
}

// The same in protobuf.
func TestStrayPartsProto(t *testing.T) {
	const ok = "spec_version: \"1.6\"\ncomponents { type: CLASSIFICATION_LIBRARY name: \"ok\" }\n"
	const part = `{ type: CLASSIFICATION_DEVICE name: "agent" supplier { name: "Acme" } }`
	field := func(n int, values ...string) string {
		b := protowire.AppendTag(nil, protowire.Number(n), protowire.BytesType)
		return string(protowire.AppendBytes(b, []byte(strings.Join(values, ""))))
	}
	okWire := field(1, "1.6") + field(5, "\x08\x03", field(8, "ok"))
	wirePart := []string{"\x08\x05", field(4, field(1, "Acme")), field(8, "agent")}
	for _, tt := range []struct {
		name, doc string
		malformed int
	}{
		{"text, unknown message", ok + "hardware " + part, 1},
		{"text, two", ok + "hardware " + part + " hardware: " + part, 1}, // one field is written for both
		{"text, list", ok + "hardware: [" + part + ", " + part + "]", 1},
		{"text, wrapped", ok + "x { y < component { name: \"agent\" } > }", 1},
		{"text, in a component", "spec_version: \"1.6\"\ncomponents { name: \"ok\" sub " + part + " }", 1},
		{"text, in dependencies", ok + "dependencies { ref: \"a\" components " + part + " }", 1},
		{"text, tools", ok + "metadata { tools { components " + part + " } }", 0},
		{"text, annotator", ok + "annotations { annotator { component " + part + " } }", 0},
		{"text, words and comments", ok + "# component { name: \"x\" }\ndependencies { ref: \"component { name: 'x' }\" }", 0},
		{"text, other data", ok + "definitions { standards { bom_ref: \"s\" name: \"x\" } }", 0},
		{"wire, unknown field", okWire + field(99, wirePart...), 1},
		{"wire, wrapped", okWire + field(99, field(3, wirePart...)), 1},
		{"wire, in a component", field(1, "1.6") + field(5, "\x08\x03", field(8, "ok"), field(77, wirePart...)), 1},
		{"wire, by its package URL", okWire + field(99, field(8, "agent"), field(16, "pkg:npm/agent@1")), 1},
		{"wire, tools", field(1, "1.6") + field(4, field(2, field(6, wirePart...))) + field(5, "\x08\x03", field(8, "ok")), 0},
		{"wire, other data", okWire + field(15, field(8, "words"), field(1, "a reference")), 0},
		{"wire, a field of no schema", okWire + field(99, "Kaspersky Lab"), 1},
		{"wire, a field of no schema without text", okWire + "\x98\x06\x05", 0},
		{"wire, in an organization", field(1, "1.6") + field(5, "\x08\x03", field(8, "ok"), field(4, field(9, "Kaspersky Lab"))), 1},
		{"wire, group", field(1, "1.6") + field(5, "\x08\x03", field(8, "ok"), "\x9b\x06"+field(1, "Kaspersky Lab")+"\x9c\x06"), 1},
		{"wire, a component as a group", okWire + "\x2b" + strings.Join(wirePart, "") + "\x2c", 1},
		{"wire, a supplier that is a number", field(1, "1.6") + field(5, "\x08\x03", field(8, "ok"), "\x20\x05"), 1},
		{"text, a maker", "spec_version: \"1.6\"\ncomponents { name: \"ok\" vendor { name: \"Kaspersky Lab\" } }", 1},
		{"text, a maker in another message", "spec_version: \"1.6\"\ncomponents { name: \"ok\" x { y { vendor: \"Kaspersky Lab\" } } }", 1},
		{"text, who made the document", ok + "metadata { manufacturer { name: \"Acme\" } tools { vendor: \"Acme\" } }", 0},
	} {
		d := sbom.NewReader(strings.NewReader(tt.doc), nil)
		if cs, err := read(d); err != nil || len(cs) != 1 || strayParts(d.Header()) != tt.malformed {
			t.Errorf("%s: error %v, %d components, malformed %d, want %d: %v", tt.name, err, len(cs), d.Header().Malformed, tt.malformed, d.Header().Warnings)
		}
	}
}

// strayParts is what could not be read, without references to what is not there.
func strayParts(h sbom.Header) int {
	n := h.Malformed
	for _, w := range h.Warnings {
		if w.Kind == sbom.WarnMissingElement {
			n--
		}
	}
	return n
}
