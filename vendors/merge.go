// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"slices"
)

// Merge returns a register with the vendors of r and of others, such as those that a ministry
// screens for in addition to the bundled ones. A vendor in several registers gets the members,
// identifiers and exclusions of all of them, and its name and note from the first. Nothing
// overrides anything: Merge returns an error that wraps [ErrRegister] and names both sides if two
// families claim a value, if a value is an identifier in one register and an exclusion in another,
// or if two registers date a member differently.
func (r *Register) Merge(others ...*Register) (*Register, error) {
	var vendors []*Vendor
	byID := make(map[ID]*Vendor)
	for _, from := range append([]*Register{r}, others...) {
		for _, v := range from.all() {
			if have := byID[v.ID]; have != nil {
				if err := have.merge(v); err != nil {
					return nil, fmt.Errorf("%w: %s: %w", ErrRegister, v.ID, err)
				}
				continue
			}
			c := *v
			c.Members, c.Identifiers, c.Exclusions = slices.Clone(v.Members), slices.Clone(v.Identifiers), slices.Clone(v.Exclusions)
			byID[v.ID] = &c
			vendors = append(vendors, &c)
		}
	}
	merged := new(Register)
	if err := merged.set(vendors); err != nil {
		return nil, err
	}
	return merged, nil
}

// merge adds the members, identifiers and exclusions of another vendor with the same id.
func (v *Vendor) merge(other *Vendor) error {
	for _, m := range other.Members {
		switch have := v.member(m.ID); {
		case have == nil:
			v.Members = append(v.Members, m)
		case have.interval() != m.interval() || have.DoubtFrom != m.DoubtFrom:
			return fmt.Errorf("member %s is dated %s by one register and %s by another", m.ID, have.dates(), m.dates())
		}
	}
	v.Identifiers = append(v.Identifiers, other.Identifiers...)
	v.Exclusions = append(v.Exclusions, other.Exclusions...)
	return nil
}

// dates describes when the membership is valid: "from 2018 until 2022-11-24".
func (m *Member) dates() string {
	s := m.interval().String()
	if m.DoubtFrom != "" {
		s += ", in doubt from " + string(m.DoubtFrom)
	}
	return s
}
