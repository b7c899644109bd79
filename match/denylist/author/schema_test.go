// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/clause76/clause76/match/denylist/author"
)

// A schemaNode is a JSON Schema, or a part of one, as far as it describes members.
type schemaNode struct {
	Description string                `json:"description"`
	Properties  map[string]schemaNode `json:"properties"`
	Defs        map[string]schemaNode `json:"$defs"`
	Items       *schemaNode           `json:"items"`
}

// undescribed returns the paths of the properties and definitions in a schema that have no
// description, and the number of those that were looked at.
func (s *schemaNode) undescribed(path string) (missing []string, n int) {
	for _, part := range []struct {
		name  string
		nodes map[string]schemaNode
	}{{"properties", s.Properties}, {"$defs", s.Defs}} {
		for _, name := range slices.Sorted(maps.Keys(part.nodes)) {
			node, at := part.nodes[name], path+"/"+part.name+"/"+name
			if node.Description == "" {
				missing = append(missing, at)
			}
			below, count := node.undescribed(at)
			missing, n = append(missing, below...), n+1+count
		}
	}
	if s.Items != nil {
		below, count := s.Items.undescribed(path + "/items")
		missing, n = append(missing, below...), n+count
	}
	return missing, n
}

// People who keep a list read the schemas in their editors, so every member is described.
func TestSchemasDescribeEveryMember(t *testing.T) {
	names, err := fs.Glob(author.Schemas(), "*.json")
	if err != nil || len(names) != 4 {
		t.Fatalf("%q, %v; expected four schemas", names, err)
	}
	total := 0
	for _, name := range names {
		data, err := fs.ReadFile(author.Schemas(), name)
		if err != nil {
			t.Fatal(err)
		}
		var s schemaNode
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Description == "" {
			t.Errorf("%s: the schema has no description", name)
		}
		missing, n := s.undescribed("")
		for _, path := range missing {
			t.Errorf("%s: %s has no description", name, path)
		}
		total += n
	}
	if total < 90 {
		t.Errorf("%d members were looked at; expected at least 90", total)
	}
}
