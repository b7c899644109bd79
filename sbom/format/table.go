// SPDX-License-Identifier: Apache-2.0

package format

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clause76/clause76/internal/names"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A Table lists the fields that a reader takes from a component of its format, by name. The
// reader parses the syntax, and the table decides what each value means:
//
//	if f, ok := table[name]; ok {
//		f.Read(s, &c, value, at)
//	} else {
//		table.Unknown(s, &c, name, at)
//	}
//
// A reader that sees a field the table does not have calls [Table.Unknown], so that a supplier
// under a misspelled name is never passed over in silence.
type Table map[string]Field

// A Field says what the value of a field means for the component that has it. The zero Field
// means nothing.
type Field struct {
	Role vendors.Role // of the claim; "" if the value is no claim
	Kind vendors.Kind // of the claim
	// To is the attribute of the component that the value is also copied to. With First, an
	// attribute that already has a value keeps it; otherwise the last value wins.
	To    Attribute
	First bool
	// Guard marks a field that other parsers must not find where this one does not: a field
	// with a similar name, such as "vendor" for "Vendor", counts as not screened.
	Guard bool
	// Check, if it is set, returns what is wrong with a value. A wrong value counts as not
	// screened, and is no claim.
	Check func(value string) error
}

// An Attribute is an attribute of [sbom.Component].
type Attribute uint8

// The attributes that a field can be copied to.
const (
	None Attribute = iota
	Ref
	Group
	Name
	Version
)

// of returns where a component has the attribute, or nil for None.
func (a Attribute) of(c *sbom.Component) *string {
	switch a {
	case Ref:
		return &c.Ref
	case Group:
		return &c.Group
	case Name:
		return &c.Name
	case Version:
		return &c.Version
	}
	return nil
}

// Read copies the value of a field to the component and adds the claim that it makes. A blank
// or placeholder value is copied, but makes no claim; see [sbom.Sink.Claim].
func (f Field) Read(s *sbom.Sink, c *sbom.Component, value string, at vendors.Location) {
	if to := f.To.of(c); to != nil && (*to == "" || !f.First) {
		*to = value
	}
	if f.Role == "" {
		return
	}
	if f.Check != nil && !names.Placeholder(value) {
		if err := f.Check(value); err != nil {
			Malformed(s, c, sbom.WarnMalformed, err.Error()+"; it was not screened", at)
			return
		}
	}
	s.Claim(c, f.Role, f.Kind, value, at)
}

// Similar returns the guarded field of the table that other parsers may read name as, or "" if
// there is none or the table has a field of this name; see [SimilarField].
func (t Table) Similar(name string) string {
	if _, known := t[name]; known {
		return ""
	}
	return SimilarField(name, t.guarded()...)
}

// guarded returns the names of the guarded fields, in order.
func (t Table) guarded() []string {
	names := slices.Collect(maps.Keys(t))
	names = slices.DeleteFunc(names, func(name string) bool { return !t[name].Guard })
	slices.Sort(names)
	return names
}

// Unknown counts a field that is not in the table, if its name is similar to that of a guarded
// field. It reports whether it did.
func (t Table) Unknown(s *sbom.Sink, c *sbom.Component, name string, at vendors.Location) bool {
	return countSimilar(s, c, name, t.Similar(name), at)
}

// Unknown counts a field that the format does not have, if its name is similar to one of the
// known names. It reports whether it did. It is for fields that are not in a [Table]; c is nil
// for a field outside of any component.
func Unknown(s *sbom.Sink, c *sbom.Component, name string, at vendors.Location, known ...string) bool {
	return countSimilar(s, c, name, SimilarField(name, known...), at)
}

func countSimilar(s *sbom.Sink, c *sbom.Component, name, similar string, at vendors.Location) bool {
	if similar != "" {
		NotField(s, c, name, similar, at)
	}
	return similar != ""
}

// NotField counts a field that was not screened because its name is not the known one, although
// other parsers may read it as that field.
func NotField(s *sbom.Sink, c *sbom.Component, name, known string, at vendors.Location) {
	Malformed(s, c, sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q, but other parsers may read it so; it was not screened", name, known), at)
}

// Malformed warns of something that was not screened, and counts it in the component or, if c is
// nil, in the document.
func Malformed(s *sbom.Sink, c *sbom.Component, kind sbom.WarningKind, message string, at vendors.Location) {
	if c == nil {
		s.Malformed(kind, message, at)
		return
	}
	c.Malformed++
	s.Warn(kind, message, at)
}

// UnknownMaker counts a field that the format does not have, and that was not screened although
// its name suggests that it says who made something; see [MayNameMaker].
func UnknownMaker(s *sbom.Sink, c *sbom.Component, name string, at vendors.Location) {
	Malformed(s, c, sbom.WarnSimilarField, fmt.Sprintf("the field %q may say who made something; it was not screened", name), at)
}
