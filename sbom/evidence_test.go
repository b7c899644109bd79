// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/vendors"
)

// The values that an analysis concludes and those that it finds are claims of the field that they
// are about, in every form of the format.
func TestIdentityEvidence(t *testing.T) {
	const cpe = "cpe:2.3:a:kaspersky:x:1:*:*:*:*:*:*:*"
	for _, tt := range []struct{ field, value, concluded, found string }{
		{"purl", "pkg:npm/%40kaspersky/x@1", "namespace purl", "reference purl"},
		{"PURL", "pkg:npm/%40kaspersky/x@1", "namespace purl", "reference purl"},
		{"", "pkg:npm/%40kaspersky/x@1", "namespace purl", "reference purl"},
		{"cpe", cpe, "namespace cpe", "reference cpe"},
		{"hash", cpe, "namespace cpe", "reference cpe"},
		{"group", "com.kaspersky", "namespace group", "reference group"},
		{"group", "/app/pom.xml", "namespace group", "mention text"},
		{"name", "Kaspersky Endpoint Security", "mention product", "mention product"},
		{"version", "1", "mention text", "mention text"},
		{"swid", "regid.com.kaspersky", "mention text", "mention text"},
		{"supplier", "Kaspersky Lab", "supplier name", "reference name"},
		{"publisher", "Kaspersky Lab", "publisher name", "reference name"},
		{"purl", "/app/yarn.lock", "mention text malformed=1", "mention text"},
		{"colour", "Kaspersky Lab", "malformed=1", "malformed=1"},
		{"", "Kaspersky Lab", "malformed=1", "malformed=1"},
	} {
		concluded := fmt.Sprintf(`{"field":%q,"concludedValue":%q}`, tt.field, tt.value)
		found := fmt.Sprintf(`{"methods":[{"technique":"other","confidence":1,"value":%q}],"field":%q}`, tt.value, tt.field)
		component := func(evidence string) string {
			return cdx(`"components":[{"type":"library","name":"n","evidence":{"identity":` + evidence + `}}]`)
		}
		xml := func(evidence string) string {
			return `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>n</name><evidence><identity><field>` + tt.field + `</field>` +
				evidence + `</identity></evidence></component></components></bom>`
		}
		docs := map[string][2]string{
			"object":         {component(concluded), tt.concluded},
			"array":          {component("[" + concluded + "]"), tt.concluded},
			"XML":            {xml("<concludedValue>" + tt.value + "</concludedValue>"), tt.concluded},
			"object, method": {component(found), tt.found},
			"array, method":  {component("[" + found + "]"), tt.found},
			"XML, method":    {xml("<methods><method><technique>other</technique><confidence>1</confidence><value>" + tt.value + "</value></method></methods>"), tt.found},
		}
		if tt.field == strings.ToLower(tt.field) && tt.field != "" && tt.found != "malformed=1" && !strings.HasSuffix(tt.found, " name") {
			docs["protobuf, method"] = [2]string{fmt.Sprintf("spec_version: \"1.6\"\ncomponents { type: CLASSIFICATION_LIBRARY name: \"n\" evidence { identity { field: EVIDENCE_FIELD_%s methods { value: %q } } } }",
				strings.ToUpper(tt.field), tt.value), tt.found}
		}
		for form, doc := range docs {
			cs, h, why := outcome(t, doc[0])
			got := ""
			for _, c := range cs[0].Claims {
				if c.Value != "n" || c.Role != vendors.Mention {
					got += fmt.Sprintf("%s %s ", c.Role, c.Kind)
				}
			}
			if h.Malformed > 0 {
				got += fmt.Sprintf("malformed=%d", h.Malformed)
			}
			if got = strings.TrimSpace(got); got != doc[1] {
				t.Errorf("%s, %s %q: %q, want %q (%s)", form, tt.field, tt.value, got, doc[1], why)
			}
		}
	}
}

// A value with little confidence, and a value that a method found beside another conclusion, are
// a reason to review at most: they have the role of an author, whatever the order of the members.
func TestWeakEvidence(t *testing.T) {
	const found, other = `"value":"pkg:npm/%40kaspersky/x@1"`, `"concludedValue":"pkg:npm/x@1"`
	const xml = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>n</name><evidence><identity><field>manufacturer</field>` +
		`<confidence>0.1</confidence><concludedValue>Kaspersky Lab</concludedValue></identity></evidence></component></components></bom>`
	component := func(identity string) string {
		return cdx(`"components":[{"type":"library","name":"n","evidence":{"identity":[` + identity + `]}}]`)
	}
	for _, tt := range []struct{ name, doc, want string }{
		{"no confidence", component(`{"field":"manufacturer","confidence":0,"concludedValue":"Kaspersky Lab"}`), "author"},
		{"confidence last", component(`{"field":"manufacturer","concludedValue":"Kaspersky Lab","confidence":0.49}`), "author"},
		{"confidence as text", component(`{"field":"manufacturer","concludedValue":"Kaspersky Lab","confidence":"0.2"}`), "author"},
		{"XML", xml, "author"},
		{"enough confidence", component(`{"field":"manufacturer","concludedValue":"Kaspersky Lab","confidence":0.5}`), "manufacturer"},
		{"confidence not stated", component(`{"field":"manufacturer","concludedValue":"Kaspersky Lab"}`), "manufacturer"},
		{"method, little confidence", component(`{"field":"purl","methods":[{"technique":"other","confidence":0.1,` + found + `}]}`), "author"},
		{"method, beside another conclusion", component(`{"field":"purl",` + other + `,"methods":[{"technique":"other","confidence":1,` + found + `}]}`), "namespace author"},
		{"method, before another conclusion", component(`{"methods":[{` + found + `,"confidence":1}],` + other + `,"field":"purl"}`), "author namespace"},
		{"method, the same conclusion", component(`{"field":"purl","concludedValue":"pkg:npm/%40kaspersky/x@1","methods":[{` + found + `,"confidence":1}]}`), "namespace reference"},
	} {
		cs, _, why := outcome(t, tt.doc)
		var roles []string
		for _, c := range cs[0].Claims {
			if c.Role != vendors.Mention {
				roles = append(roles, string(c.Role))
			}
		}
		if got := strings.Join(roles, " "); got != tt.want {
			t.Errorf("%s: %q, want %q (%s)", tt.name, got, tt.want, why)
		}
	}
}
