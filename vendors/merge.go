// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"slices"
	"sort"
)

// Merge returns a register that has what all of these have: the bundled one, say, and
// that of a ministry which screens for vendors of its own. A vendor that several
// registers have gets the members, identifiers and exclusions of all; the first says its
// name. Nothing is overridden: what contradicts itself is refused with an error that
// wraps [ErrRegister] and names both sides, such as a value that two families claim, that
// is an identifier in one register and an exclusion in another, or a member that two
// registers date differently.
func Merge(registers ...*Register) (*Register, error) {
	merged := &Register{byID: make(map[ID]*Vendor)}
	for _, r := range registers {
		for _, v := range r.vendors {
			old := merged.byID[v.ID]
			if old == nil {
				c := *v
				c.Members, c.Identifiers, c.Exclusions = slices.Clone(v.Members), slices.Clone(v.Identifiers), slices.Clone(v.Exclusions)
				merged.byID[v.ID] = &c
				merged.vendors = append(merged.vendors, &c)
				continue
			}
			for _, m := range v.Members {
				switch have := old.member(m.ID); {
				case have == nil:
					old.Members = append(old.Members, m)
				case have.Interval != m.Interval || have.DoubtFrom != m.DoubtFrom:
					return nil, fmt.Errorf("%w: %s: member %s is dated %s by one register and %s by another", ErrRegister, v.ID, m.ID, have.span(), m.span())
				}
			}
			old.Identifiers = append(old.Identifiers, v.Identifiers...)
			old.Exclusions = append(old.Exclusions, v.Exclusions...)
		}
	}
	if len(merged.vendors) == 0 {
		return nil, fmt.Errorf("%w: no vendors", ErrRegister)
	}
	sort.Slice(merged.vendors, func(i, j int) bool { return merged.vendors[i].ID < merged.vendors[j].ID })
	if err := merged.index.build(merged.vendors); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegister, err)
	}
	return merged, nil
}

// span writes the time of a membership: "2018 to 2022-11-24".
func (m *Member) span() string {
	s := m.Interval.String()
	if m.DoubtFrom != "" {
		s += ", in doubt from " + string(m.DoubtFrom)
	}
	return s
}
