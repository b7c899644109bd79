// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"

	"github.com/clause76/clause76/sbom"
)

// partiesFile lists every field of the CycloneDX schema for an organization, a person, an address, a
// component or a service: its place, its content, and its claim, or "-" and the reason for none.
const partiesFile = "testdata/cyclonedx-parties.txt"

type party struct{ place, holds, want string }

func parties(t *testing.T) (all []party) {
	t.Helper()
	data, err := os.ReadFile(partiesFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 {
			all = append(all, party{fields[0], fields[1], fields[2]})
		} else if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Fatalf("%s: %q has not three columns", partiesFile, line)
		}
	}
	return all
}

// document returns a document with a value at the place.
func (p party) document() string {
	var v any
	switch p.holds {
	case "organizationalEntity":
		v = map[string]any{"name": "XX"}
	case "organizationalContact":
		v = map[string]any{"name": "Jo", "email": "jo@XX.example"}
	case "component", "service":
		v = map[string]any{"name": "n", "type": "library", "group": "XX"}
	default:
		v = "https://XX.example/"
	}
	names := strings.Split(p.place, "/")
	for _, name := range slices.Backward(names[1:]) {
		if name == "0" {
			v = []any{v}
		} else {
			v = map[string]any{name: v}
		}
	}
	top := v.(map[string]any)
	if names[0] != "bom" {
		top["name"] = "n"
		top = map[string]any{names[0] + "s": []any{top}}
	}
	if _, ok := top["components"]; !ok {
		top["components"] = []any{map[string]any{"name": "n", "type": "library"}}
	}
	top["bomFormat"], top["specVersion"] = "CycloneDX", "1.7"
	data, err := json.Marshal(top)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// claim returns the claim of the value in a document.
func (p party) claim(t *testing.T, doc string) string {
	t.Helper()
	d := sbom.NewReader(strings.NewReader(doc), nil)
	cs, err := read(d)
	if err != nil {
		t.Fatalf("%s: %v\n%s", p.place, err, doc)
	}
	if n := d.Header().Malformed; n > 0 {
		return fmt.Sprintf("malformed %d: %v", n, d.Header().Warnings)
	}
	for _, c := range cs {
		for _, claim := range c.Claims {
			if strings.Contains(claim.Value, "XX") {
				return fmt.Sprintf("%s %s", claim.Role, claim.Kind)
			}
		}
	}
	return "-"
}

func TestParties(t *testing.T) {
	claimed := 0
	for _, p := range parties(t) {
		want, reason, _ := strings.Cut(p.want, " ")
		if want != "-" {
			want = p.want
			claimed++
		} else if reason == "" {
			t.Errorf("%s: no claim and no reason", p.place)
		}
		if got := p.claim(t, p.document()); got != want {
			t.Errorf("%s (%s): %s, want %s", p.place, p.holds, got, want)
		}
	}
	if claimed < 30 {
		t.Errorf("%d claims", claimed)
	}
}

// A document has the same claims in XML as in JSON, for the fields that cyclonedx-go writes as XML
// without loss.
func TestPartiesInXML(t *testing.T) {
	compared := 0
	for _, p := range parties(t) {
		var bom cyclonedx.BOM
		if cyclonedx.NewBOMDecoder(strings.NewReader(p.document()), cyclonedx.BOMFileFormatJSON).Decode(&bom) != nil {
			continue
		}
		var doc strings.Builder
		if cyclonedx.NewBOMEncoder(&doc, cyclonedx.BOMFileFormatXML).EncodeVersion(&bom, cyclonedx.SpecVersion1_7) != nil || !strings.Contains(doc.String(), "XX") {
			continue
		}
		compared++
		want := p.want
		if strings.HasPrefix(want, "-") {
			want = "-"
		}
		if got := p.claim(t, doc.String()); got != want {
			t.Errorf("%s (%s): %s, want %s\n%s", p.place, p.holds, got, want, doc.String())
		}
	}
	if t.Log(compared); compared < 60 {
		t.Errorf("only %d documents were compared", compared)
	}
}

// TestPartiesOfSchema compares the list with the schema, which is in the module cyclonedx-go.
func TestPartiesOfSchema(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Skip("the module is not here:", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "schema", "bom-1.7.schema.json"))
	if err != nil {
		t.Skip("no schema here:", err)
	}
	var schema schemaNode
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	w := schemaWalk{defs: schema.Definitions, found: make(map[string]bool)}
	w.walk(&schema, "bom", nil)
	for _, part := range []string{"component", "service"} {
		w.walk(w.defs[part], part, []string{part})
	}
	var listed, found []string
	for _, p := range parties(t) {
		listed = append(listed, p.place+"\t"+p.holds)
	}
	for place := range w.found {
		found = append(found, place)
	}
	sort.Strings(listed)
	sort.Strings(found)
	for _, place := range found {
		if !slices.Contains(listed, place) {
			t.Errorf("%s is in the schema and not in %s", place, partiesFile)
		}
	}
	for _, place := range listed {
		if !slices.Contains(found, place) {
			t.Errorf("%s is in %s and not in the schema", place, partiesFile)
		}
	}
}

// A schemaNode is the part of a JSON schema that determines the places of values.
type schemaNode struct {
	Ref         string                 `json:"$ref"`
	Format      string                 `json:"format"`
	Properties  map[string]*schemaNode `json:"properties"`
	Items       json.RawMessage        `json:"items"`
	OneOf       []*schemaNode          `json:"oneOf"`
	AnyOf       []*schemaNode          `json:"anyOf"`
	AllOf       []*schemaNode          `json:"allOf"`
	Definitions map[string]*schemaNode `json:"definitions"`
}

type schemaWalk struct {
	defs  map[string]*schemaNode
	found map[string]bool
}

func (w *schemaWalk) walk(s *schemaNode, place string, within []string) {
	if name, ok := strings.CutPrefix(s.Ref, "#/definitions/"); ok {
		switch {
		case name == "organizationalEntity", name == "organizationalContact", name == "component", name == "service":
			w.found[place+"\t"+name] = true
		case name == "refType", name == "refLinkType", strings.HasPrefix(name, "bomLink"): // of an object in this or another document
		case !slices.Contains(within, name):
			w.walk(w.defs[name], place, append(slices.Clone(within), name))
		}
	}
	if s.Format == "iri-reference" {
		w.found[place+"\turl"] = true
	}
	for _, list := range [][]*schemaNode{s.OneOf, s.AnyOf, s.AllOf} {
		for _, one := range list {
			w.walk(one, place, within)
		}
	}
	if len(s.Items) > 0 && s.Items[0] == '{' {
		var item schemaNode
		if json.Unmarshal(s.Items, &item) == nil {
			w.walk(&item, place+"/0", within)
		}
	}
	for name, member := range s.Properties {
		w.walk(member, place+"/"+name, within)
	}
}
