// SPDX-License-Identifier: Apache-2.0

package pkgdb

import (
	"iter"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The control file of a source package is usually a signed text (RFC 9580, section 7): a header, the
// text, and a signature.

const (
	armorBegin     = "-----BEGIN PGP SIGNED MESSAGE-----"
	armorSignature = "-----BEGIN PGP SIGNATURE-----"
	armorEnd       = "-----END PGP SIGNATURE-----"
)

// sourceFormat matches the formats of source packages and of uploads (dpkg-source(1), deb-changes(5)).
var sourceFormat = lazyregexp.New(`^[123]\.\d+(?: \([a-z]+\))?[ \t]*$`)

// An armorState is the part of a signed text that the reader is in.
type armorState uint8

const (
	noArmor   armorState = iota
	inHeader             // before the text
	inText               // in the signed text
	signed               // in the signature
	afterward            // after the signature
)

// armored reports whether a line belongs to the armor. If it belongs to the text, armored returns the
// line without the escape.
func (x *reader) armored(line string, offset int64) (text string, armor bool) {
	bare := strings.TrimRight(line, " \t")
	switch x.armor {
	case noArmor:
		if bare == armorBegin && x.c == nil && x.paragraphs == 0 {
			x.armor = inHeader
			return "", true
		}
	case inHeader:
		if bare == "" {
			x.armor = inText
		}
		return "", true
	case inText:
		if bare == armorSignature {
			x.armor = signed
			return "", true
		}
		return strings.TrimPrefix(line, "- "), false
	case signed:
		if bare == armorEnd {
			x.armor = afterward
		}
		return "", true
	case afterward:
		if bare != "" {
			x.s.Malformed(sbom.WarnMalformed, "text after the signature was not screened", vendors.Location{Offset: offset})
		}
		return "", true
	}
	return line, false
}

// unsigned counts a signed text with a missing end.
func (x *reader) unsigned() {
	if x.armor != noArmor && x.armor != afterward {
		x.s.Malformed(sbom.WarnIncomplete, "the end of the signature is missing: the text may have been cut off", vendors.Location{Offset: x.in.Offset()})
	}
}

// unarmored yields the lines of a text. If the text is signed, the header and the signature are omitted.
func unarmored(all iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		first, header, within := true, false, false
		for line := range all {
			bare := strings.TrimRight(line, " \t")
			switch {
			case first && bare == armorBegin:
				header, within = true, true
			case header:
				header = bare != ""
			case bare == armorSignature:
				return
			default:
				if within {
					line = strings.TrimPrefix(line, "- ")
				}
				if !yield(line) {
					return
				}
			}
			first = first && bare == ""
		}
	}
}
