// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match/policy"
)

// An error says where the member is, its name, and the valid values.
func TestFaultsHavePlaces(t *testing.T) {
	for _, tt := range []struct {
		text, member string
		want         string // all faults
	}{
		{"{\n  \"failon\": \"ban\"\n}", "/failon", `2:3: there is no member "failon"; expected one of policy, failOn, jurisdictions, actions, minimumTier, componentTypes, silentOnParts, requireComplete, requireIdentity, waivers; did you mean "failOn"?`},
		{"{\n  \"failOn\": 7\n}", "/failOn", `2:3: failOn is a JSON number; expected "ban", "exclude", "review" or "inconclusive"`},
		{"{\"policy\": \"ü\", \"requireComplete\": \"no\"}", "/requireComplete", "1:17: requireComplete is a JSON string; expected true or false"},
		{`{"jurisdictions": "EU"}`, "/jurisdictions", `1:2: jurisdictions is a JSON string; expected a list of strings, such as ["EU", "NL"]`},
		{`{"actions": ["ban", 2]}`, "/actions/1", "1:21: entry 2 of actions is a JSON number; expected a string"},
		{"{\"waivers\": [\n {\"expires\": 2027}]}", "/waivers/0/expires", "2:3: expires of waiver 1 is a JSON number; expected a day, YYYY-MM-DD, in a string"},
		{"{\"waivers\": [\n {\"expire\": 2027}]}", "/waivers/0/expire", `2:3: there is no member "expire"; expected one of finding, vendor, component, version, document, reason, author, expires; did you mean "expires"?`},
		{`{"waivers": [7]}`, "/waivers/0", "1:14: waiver 1 is a JSON number; expected an object with vendor or finding, reason, author and expires"},
		{`[]`, "", "1:1: the policy is a JSON list; expected an object"},
		{"{\n\"failOn\": \"bann\",\n  \"actions\": [\"ban\", \"phase\"]}", "/failOn", "2:1: failOn is \"bann\"; expected one of ban, exclude, review, inconclusive; did you mean \"ban\"?\n" +
			"3:22: entry 2 of actions is \"phase\"; expected one of ban, exclude, phaseOut, diversify, review, warn"},
		{"{\"waivers\": [\n {\"vendor\": \"zte\", \"reason\": \"x\", \"author\": \"y\",\n  \"expires\": \"soon\"}]}", "/waivers/0/expires", `3:3: waiver 1 expires on "soon"; expected YYYY-MM-DD`},
		{"{\"waivers\": [\n {\"vendor\": \"zte\", \"reason\": \"x\", \"expires\": \"2027-01-01\"}]}", "/waivers/0/author", "2:2: waiver 1 has no author; expected who answers for it"},
		{"{\"failOn\": \"ban\",\n\"failOn\": \"ban\"}", "/failOn", ""},
		{"{\"failOn\": \"ban\",\n", "", ""},
		{`{"jurisdictions": ["AU"], "actions": ["warn"]}`, "", ""},
	} {
		_, err := policy.Parse([]byte(tt.text))
		var e *policy.Error
		if !errors.As(err, &e) || !errors.Is(err, policy.ErrPolicy) || len(e.Faults) == 0 {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := strings.TrimPrefix(err.Error(), "policy: not a policy: ")
		if tt.want != "" && (got != tt.want || e.Faults[0].Member != tt.member) {
			t.Errorf("%s: %s at %q;\nwant %s", tt.text, got, e.Faults[0].Member, tt.want)
		}
		if f := e.Faults[0]; f.Line < 1 || f.Column < 1 || f.Message == "" {
			t.Errorf("%s: %+v", tt.text, f)
		}
	}
}

// The schema has each member, with a description, and accepts what Parse does.
func TestSchema(t *testing.T) {
	var s jsonschema.Schema
	if err := json.Unmarshal(policy.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		schema *jsonschema.Schema
		of     reflect.Type
	}{{&s, reflect.TypeFor[policy.Policy]()}, {s.Properties["waivers"].Items, reflect.TypeFor[policy.Waiver]()}} {
		var names []string
		for i := range x.of.NumField() {
			if f := x.of.Field(i); f.IsExported() {
				names = append(names, f.Tag.Get("json"))
			}
		}
		if x.schema.Description == "" || len(x.schema.Properties) != len(names) {
			t.Errorf("%s: %d members in the schema, %d in the type", x.of, len(x.schema.Properties), len(names))
		}
		for name, p := range x.schema.Properties {
			if !slices.Contains(names, name) || p.Description == "" || p.Items != nil && p.Items.Description == "" {
				t.Errorf("%s: %s is not in the type, or has no description", x.of, name)
			}
		}
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) bool {
		var v any
		return json.Unmarshal([]byte(text), &v) == nil && resolved.Validate(v) == nil
	}
	files, err := filepath.Glob("../../testdata/policies/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err != nil || !valid(string(text)) {
			t.Errorf("%s is not valid by the schema (%v)", f, err)
		}
	}
	for text, want := range map[string]bool{
		`{}`: true, `{"failOn":"ban","requireIdentity":0.5,"componentTypes":["operating-system"]}`: true,
		`{"failon":"ban"}`: false, `{"failOn":"clear"}`: false, `{"requireIdentity":80}`: false, `{"actions":["forbid"]}`: false, `{"componentTypes":["applications"]}`: false,
		`{"waivers":[{"vendor":"zte","reason":"x","author":"y","expires":"2027-01-01"}]}`: true,
		`{"waivers":[{"reason":"x","author":"y","expires":"2027-01-01"}]}`:                false,
		`{"waivers":[{"vendor":"zte","author":"y","expires":"2027-01-01"}]}`:              false,
		`{"waivers":[{"finding":"1","reason":"x","author":"y","expires":"2027-01-01"}]}`:  false,
	} {
		if _, err := policy.Parse([]byte(text)); valid(text) != want || (err == nil) != want {
			t.Errorf("%s: the schema says %t, Parse %v; want %t", text, valid(text), err, want)
		}
	}
}
