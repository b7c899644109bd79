// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"testing"

	"github.com/clause76/clause76/sbom"
)

// NoParts is set for a document with a primary component and no parts, unless it states that there
// are none or refers to a document that may list them.
func TestNoParts(t *testing.T) {
	const subject = `"metadata":{"component":{"type":"application","bom-ref":"s","name":"suite"}}`
	const part = `"components":[{"type":"library","bom-ref":"p","name":"part"}]`
	for _, tt := range []struct {
		name, doc string
		want      bool
	}{
		{"subject only", cdx(subject), true},
		{"empty list", cdx(subject + `,"components":[]`), true},
		{"a part", cdx(subject + `,` + part), false},
		{"a part within the subject", cdx(`"metadata":{"component":{"name":"suite",` + part + `}}`), false},
		{"a service", cdx(subject + `,"services":[{"name":"x"}]`), false},
		{"an ancestor only", cdx(`"metadata":{"component":{"name":"suite","pedigree":{"ancestors":[{"name":"old"}]}}}`), true},
		{"what builds it only", cdx(subject + `,"formulation":[{` + part + `}]`), true},
		{"parts and no subject", cdx(part), false},
		{"device", cdx(`"metadata":{"component":{"type":"device","name":"box"}}`), true},
		{"complete", cdx(subject + `,"compositions":[{"aggregate":"complete","assemblies":["s"]}]`), false},
		{"complete, said before", cdx(`"compositions":[{"aggregate":"complete","dependencies":["s"]}],` + subject), false},
		{"complete as a whole", cdx(subject + `,"compositions":[{"aggregate":"complete"}]`), false},
		{"something else is complete", cdx(subject + `,"compositions":[{"aggregate":"complete","assemblies":["t"]}]`), true},
		{"vulnerabilities are complete", cdx(subject + `,"compositions":[{"aggregate":"complete","vulnerabilities":["s"]}]`), true},
		{"not complete", cdx(subject + `,"compositions":[{"aggregate":"incomplete","assemblies":["s"]}]`), true},
		{"linked", cdx(subject + `,"externalReferences":[{"type":"bom","url":"https://example.org/parts.json"}]`), false},
		{"XML", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><component type="application" bom-ref="s"><name>suite</name></component></metadata></bom>`, true},
		{"XML, complete", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><component type="application" bom-ref="s"><name>suite</name></component></metadata><compositions><composition><aggregate>complete</aggregate><assemblies><assembly ref="s"/></assemblies></composition></compositions></bom>`, false},
		{"protobuf", "spec_version: \"1.6\"\nmetadata { component { bom_ref: \"s\" name: \"suite\" } }", true},
		{"protobuf, complete", "spec_version: \"1.6\"\nmetadata { component { bom_ref: \"s\" name: \"suite\" } }\ncompositions { aggregate: AGGREGATE_COMPLETE dependencies: \"s\" }", false},
		{"Syft", `{"artifacts":[],"source":{"name":"image"}}`, true},
		{"Syft, a part", `{"artifacts":[{"name":"x"}],"source":{"name":"image"}}`, false},
		{"SPDX", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}]`), false}, // a notice, see below
		{"SPDX, a file", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}]`), false},
		{"SPDX, linked", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-x","spdxDocument":"https://example.org/x"}]`), false},
	} {
		if _, h := parse(t, tt.doc); h.NoParts != tt.want {
			t.Errorf("%s: NoParts %v", tt.name, h.NoParts)
		}
	}
}

// An SPDX document with one package and no files gets a notice.
func TestOnePackageIsANotice(t *testing.T) {
	for doc, want := range map[string]int{
		`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}]`:                                                 1,
		`"packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}]`: 0,
		`"packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"b"}]`:               0,
	} {
		if _, h := parse(t, spdx(doc)); len(h.Notices) != want || want > 0 && h.Notices[0].Kind != sbom.WarnIncomplete {
			t.Errorf("%s: notices %v, want %d", doc, h.Notices, want)
		}
	}
}

// A document that states that it is incomplete gets one notice for each kind.
func TestIncompleteNotices(t *testing.T) {
	for _, tt := range []struct {
		aggregates string
		notices    int
		warnings   int
	}{
		{`{"aggregate":"complete"}`, 0, 0},
		{`{"aggregate":"incomplete"}`, 1, 1},
		{`{"aggregate":"incomplete"},{"aggregate":"incomplete"}`, 1, 2},
		{`{"aggregate":"incomplete_third_party_only"},{"aggregate":"unknown"}`, 2, 2},
		{`{"aggregate":"not_specified"}`, 1, 0},
	} {
		_, h := parse(t, cdx(`"components":[{"type":"library","name":"x"}],"compositions":[`+tt.aggregates+`]`))
		warnings := 0
		for _, w := range h.Warnings {
			if w.Kind == sbom.WarnIncomplete {
				warnings++
			}
		}
		if len(h.Notices) != tt.notices || warnings != tt.warnings || h.Malformed > 0 {
			t.Errorf("%s: notices %v, warnings %v", tt.aggregates, h.Notices, h.Warnings)
		}
		for _, n := range h.Notices {
			if n.Kind != sbom.WarnIncomplete || n.Location.Pointer == "" {
				t.Errorf("%s: %+v", tt.aggregates, n)
			}
		}
	}
}
