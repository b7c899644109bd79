// SPDX-License-Identifier: Apache-2.0

package html

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// A matrix shows which jurisdictions have texts about which parts: a row a group, the most severe
// first, and a column a jurisdiction.
type matrix struct {
	Places []string
	Rows   []row
	More   int // groups without a row
}

// A row is a group of parts.
type row struct {
	*group
	Short string // the names of the first parts
	Cells []cell
}

// A cell has the marks of a jurisdiction: the most severe verdict of its binding texts, and of
// those that bind nobody if that is more severe.
type cell struct {
	Place string
	Marks []mark
}

// A mark is a verdict by texts of a force, of a jurisdiction.
type mark struct {
	Verdict match.Verdict
	Binding bool
	Place   string
	Texts   []*text
}

// newMatrix returns the matrix of groups with at most rows rows, and sets the marks and
// jurisdictions of all groups.
func newMatrix(groups []*group, rows int) *matrix {
	m := &matrix{}
	for _, g := range groups {
		g.Marks = marks(g)
		g.Sums = sums(g.Marks)
		for _, k := range g.Marks {
			g.Places = append(g.Places, k.Place)
		}
		slices.Sort(g.Places)
		g.Places = slices.Compact(g.Places)
	}
	sorted := slices.Clone(groups)
	sorting.StableFunc(sorted, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), -cmp.Compare(number(a.Binding), number(b.Binding)), -cmp.Compare(number(a.Primary), number(b.Primary)))
	})
	shown := view.First(sorted, rows)
	m.More = len(groups) - len(shown)
	for _, g := range shown {
		m.Places = append(m.Places, g.Places...)
	}
	slices.Sort(m.Places)
	m.Places = slices.Compact(m.Places)
	for _, g := range shown {
		r := row{group: g, Short: g.short()}
		for _, place := range m.Places {
			r.Cells = append(r.Cells, newCell(g, place))
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// binds reports whether a citation is of a text that lays a duty on somebody, and on the
// buyer or its bidders if there is a buyer.
func binds(c *match.Citation) bool { return c.Binds() }

// short returns the names of the first parts of a group.
func (g *group) short() string {
	const most, chars = 2, 40
	var names []string
	for _, p := range view.First(g.Parts, most) {
		name := view.ShortPart(&p.Finding.Component)
		if r := []rune(name); len(r) > chars {
			name = string(r[:chars]) + "…"
		}
		names = append(names, name)
	}
	return view.List(names, len(g.Parts))
}

// newCell returns the cell of a group and a jurisdiction.
func newCell(g *group, place string) cell {
	c := cell{Place: place}
	var worst match.Verdict // of the binding texts
	for _, k := range g.Marks {
		if k.Place != place {
			continue
		}
		if len(c.Marks) == 0 || k.Binding && worst == match.NoVerdict {
			c.Marks = append(c.Marks, k)
		}
		if k.Binding {
			worst = max(worst, k.Verdict)
		}
	}
	return c
}

// marks returns the verdicts of a group by jurisdiction and force: the most severe first, binding
// ones before others, then in alphabetical order of the jurisdictions.
func marks(g *group) []mark {
	var all []mark
	for _, c := range g.Cites {
		if c.Verdict == match.NoVerdict {
			continue
		}
		i := slices.IndexFunc(all, func(k mark) bool {
			return k.Verdict == c.Verdict && k.Binding == binds(c.Citation) && k.Place == c.Jurisdiction
		})
		if i < 0 {
			i = len(all)
			all = append(all, mark{Verdict: c.Verdict, Binding: binds(c.Citation), Place: c.Jurisdiction})
		}
		if k := &all[i]; !slices.Contains(k.Texts, c.Text) {
			k.Texts = append(k.Texts, c.Text)
		}
	}
	sorting.StableFunc(all, func(a, b mark) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), -cmp.Compare(number(a.Binding), number(b.Binding)), strings.Compare(a.Place, b.Place))
	})
	return all
}

// A sum is the marks of a verdict and a force.
type sum struct {
	Verdict match.Verdict
	Binding bool
	Marks   []mark
}

// sums returns marks by verdict and force, in their order.
func sums(marks []mark) []sum {
	var all []sum
	for _, k := range marks {
		if n := len(all); n == 0 || all[n-1].Verdict != k.Verdict || all[n-1].Binding != k.Binding {
			all = append(all, sum{Verdict: k.Verdict, Binding: k.Binding})
		}
		s := &all[len(all)-1]
		s.Marks = append(s.Marks, k)
	}
	return all
}
