// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// Count returns n and the noun in singular or plural: "1 finding", "2 findings".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Component returns the group, name and version of a component, with "(no name)" for one that has
// neither group nor name.
func Component(c *match.Component) string {
	return strings.TrimSpace(cmp.Or(PartName(c), "(no name)") + " " + c.Version)
}

// PartName returns the group and name of a component; "" if it has none.
func PartName(c *match.Component) string {
	name := c.Name
	switch {
	case c.Group == "":
	case c.Type == "device", c.Type == "firmware":
		name = c.Group + " " + name
	default:
		name = c.Group + "/" + name
	}
	return strings.TrimSpace(name)
}

// Companions are those of a report with one reason.
type Companions struct {
	Reason string
	Paths  []string
}

// GroupCompanions groups the companions of a report by reason, in the order of the report.
func GroupCompanions(r *evidence.Report) []Companions {
	var all []Companions
	index := make(map[string]int)
	for _, c := range r.Companions {
		i, ok := index[c.Reason]
		if !ok {
			i = len(all)
			index[c.Reason] = i
			all = append(all, Companions{Reason: c.Reason})
		}
		all[i].Paths = append(all[i].Paths, c.Path)
	}
	return all
}

// CompanionNotice returns a sentence with the number and kinds of the companion files, or "" if
// there are none. A view shows it wherever it states that all documents were read.
func CompanionNotice(r *evidence.Report) string {
	if len(r.Companions) == 0 {
		return ""
	}
	const most = 6
	var reasons []string
	for _, g := range GroupCompanions(r) {
		if len(reasons) == most {
			reasons = append(reasons, "others")
			break
		}
		reasons = append(reasons, g.Reason)
	}
	were := "were"
	if len(r.Companions) == 1 {
		were = "was"
	}
	return fmt.Sprintf("%s (%s) %s not screened: listed below.", Count(len(r.Companions), "companion file"), strings.Join(reasons, ", "), were)
}
