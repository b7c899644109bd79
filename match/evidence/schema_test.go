// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// A schemaNode is a JSON Schema, or a part of one, as far as it describes members.
type schemaNode struct {
	Description string                `json:"description"`
	Properties  map[string]schemaNode `json:"properties"`
	Defs        map[string]schemaNode `json:"$defs"`
	Items       *schemaNode           `json:"items"`
	OneOf       []schemaNode          `json:"oneOf"`
}

// undescribed returns the paths of the properties and definitions in a schema that have no
// description, and the number of those that were looked at.
func (s *schemaNode) undescribed(path string) (missing []string, n int) {
	below := func(node *schemaNode, at string) {
		m, count := node.undescribed(at)
		missing, n = append(missing, m...), n+count
	}
	for name, nodes := range map[string]map[string]schemaNode{"properties": s.Properties, "$defs": s.Defs} {
		for _, key := range slices.Sorted(maps.Keys(nodes)) {
			node, at := nodes[key], path+"/"+name+"/"+key
			if n++; node.Description == "" {
				missing = append(missing, at)
			}
			below(&node, at)
		}
	}
	if s.Items != nil {
		below(s.Items, path+"/items")
	}
	for i := range s.OneOf {
		below(&s.OneOf[i], path+"/oneOf/"+strconv.Itoa(i))
	}
	return missing, n
}

func TestSchemaDescribesEveryMember(t *testing.T) {
	var s schemaNode
	if err := json.Unmarshal(new(evidence.Report).Schema(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Description == "" {
		t.Error("the schema has no description")
	}
	missing, n := s.undescribed("")
	for _, path := range missing {
		t.Errorf("%s has no description", path)
	}
	if n < 150 {
		t.Errorf("%d members were looked at; expected at least 150", n)
	}
}
