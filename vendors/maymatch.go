// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/vendors/internal/dn"
)

// MayMatch reports whether [Register.Resolve] can find anything in a claim. It is fast. It never
// returns false for a claim that matches, and rarely returns true for one that does not. Readers
// use it to pass over values that cannot matter.
func (r *Register) MayMatch(role Role, kind Kind, value []byte) bool {
	if remembers(kind, value) {
		return r.answers.ask(role, value, (*index).mayMatch, &r.index)
	}
	return r.index.mayMatch(role, kind, value)
}

func (x *index) mayMatch(role Role, kind Kind, value []byte) bool {
	switch {
	case role == SBOMAuthor:
		return false
	case x.prefilter.HasToken(value):
		return true
	}
	switch kind {
	case KindText, KindEmail:
		return false
	case KindProduct:
		return x.prefilter.HasJoined(value)
	case KindPURL, KindURL, KindRegID:
		if text := bytes.TrimSpace(value); isPURL(text) {
			return x.mayMatchPURL(text)
		}
		return kind != KindPURL && x.prefilter.HasPackagePage(value)
	case KindCPE:
		return cpe.MayHaveVendorPattern(bytes.TrimSpace(value))
	case KindOUI, KindPEN, KindPCI, KindUSB, KindPNP, KindACPI, KindBluetooth, KindGUID, KindFingerprint:
		return true // short, and looked up as they are
	case KindCertificate:
		return dn.MayHideLetters(value) || x.mayMatchName(role, value)
	case KindGroup: // a group with a slash is read as a URL
		return bytes.IndexByte(value, '/') >= 0 && x.prefilter.HasPackagePage(value) || x.mayMatchName(role, value)
	}
	return x.mayMatchName(role, value)
}

// mayMatchName reports whether a name in ASCII without a token of the prefilter can match, as a
// whole or, in the field of a maker, by a part of it.
func (x *index) mayMatchName(role Role, name []byte) bool {
	traits := names.TraitsOf(name)
	if x.mayMatchWhole(role, name, traits) {
		return true
	}
	return comparesParts(role) && (traits&names.MayBeList != 0 && names.MayHavePieces(name) || names.BeginsWithLabel(name)) &&
		x.mayMatchPiece(role, name)
}

// mayMatchWhole reports whether a name can match with other word breaks, misspelled, or in letters
// that look like others.
func (x *index) mayMatchWhole(role Role, name []byte, traits names.Traits) bool {
	return x.prefilter.HasJoined(name) ||
		comparesParts(role) && (x.mayBeMisspelt(name) || traits&names.MayHaveDigits != 0 && x.mayHaveNumber(name) ||
			traits&names.MayHaveEscapes != 0 && names.MayBeEscaped(name)) ||
		traits&names.MayLookAlike != 0 && x.mayLookAlike(name)
}

// mayMatchPiece reports whether an item of a list, or what follows a label, can match.
func (x *index) mayMatchPiece(role Role, name []byte) bool {
	if len(name) > names.MaxLength {
		return true // too long to tell
	}
	for p := range names.Pieces(string(name)) {
		text := []byte(p.Text)
		if x.mayMatchWhole(role, text, names.TraitsOf(text)) {
			return true
		}
		if rest, _ := names.CutLabels(names.AppendTokens(nil, p.Text)); x.mayMatchWhole(role, rest, names.TraitsOf(rest)) {
			return true
		}
	}
	return false
}

// mayMatchPURL reports whether a package URL without a token of the prefilter can match: by the
// start of the package's name, or by a name of an organization in it, which is compared in more
// ways than an identifier.
func (x *index) mayMatchPURL(value []byte) bool {
	if x.prefilter.HasPrefix(value) || purl.HasName(value) {
		return true
	}
	typ, _, found := bytes.Cut(bytes.TrimLeft(value[len(purlScheme):], "/"), []byte{'/'})
	return found && (bytes.EqualFold(typ, []byte("generic")) || bytes.EqualFold(typ, []byte("swid")))
}

const purlScheme = "pkg:"

// isPURL reports whether a value begins as a package URL does.
func isPURL(value []byte) bool {
	return len(value) >= len(purlScheme) && value[0]|0x20 == 'p' && bytes.EqualFold(value[:len(purlScheme)], []byte(purlScheme))
}

// mayBeMisspelt reports whether a word of a name in ASCII, or its words up to some word written as
// one, can be one letter away from a distinctive name.
func (x *index) mayBeMisspelt(name []byte) bool {
	var buf [64]byte // letters of the name so far
	letters, start := 0, 0
	for i := 0; ; i++ {
		var c byte
		if i < len(name) {
			c = ascii.Alnum[name[i]]
		}
		if c != 0 {
			if letters == len(buf) {
				return true // too long to tell
			}
			buf[letters] = c
			letters++
			continue
		}
		if letters > start && (x.fuzzy.mayHave(buf[start:letters]) || start > 0 && x.fuzzy.mayHave(buf[:letters])) {
			return true
		}
		if start = letters; i >= len(name) {
			return false
		}
	}
}

// mayHaveNumber reports whether a name has a token of the prefilter with digits beside it:
// "Huawei2012".
func (x *index) mayHaveNumber(name []byte) bool {
	if !names.DigitBesideLetter(name) {
		return false
	}
	var buf [256]byte
	if len(name) > len(buf) {
		return true // too long to tell
	}
	v := buf[:copy(buf[:], name)]
	for i, b := range v {
		if ascii.IsDigit(b) {
			v[i] = ' '
		}
	}
	return x.prefilter.HasToken(v) || x.prefilter.HasJoined(v)
}

// mayLookAlike reports whether a name in ASCII can match after some of its letters are replaced by
// letters that they look like, or without a sign such as "(R)".
func (x *index) mayLookAlike(name []byte) bool {
	if !names.MayHaveLookalikes(name) {
		return false
	}
	for i, b := range name {
		if b == '(' && names.MarkLength(name[i:]) > 0 {
			return true
		}
	}
	var buf [256]byte
	if len(name) > len(buf) {
		return true // too long to tell
	}
	for _, one := range [...]byte{'l', 'i'} {
		if one == 'i' && bytes.IndexByte(name, '1') < 0 && bytes.IndexByte(name, '|') < 0 {
			break // it makes no difference
		}
		v := append(buf[:0], name...)
		names.DigitsAsLetters(v, one)
		if x.mayBe(v) {
			return true
		}
		if names.TraitsOf(v)&names.MayHavePairs != 0 && x.mayBe(joinPairs(joinPairs(v, 'r', 'n', 'm'), 'v', 'v', 'w')) {
			return true
		}
	}
	return false
}

// mayBe reports whether a name with other letters can match.
func (x *index) mayBe(name []byte) bool {
	return x.prefilter.HasToken(name) || x.prefilter.HasJoined(name) || x.mayBeMisspelt(name)
}

// joinPairs replaces two letters by one, in place.
func joinPairs(s []byte, a, b, one byte) []byte {
	out := s[:0]
	for i := 0; i < len(s); i++ {
		if c := s[i]; ascii.Alnum[c] == a && i+1 < len(s) && ascii.Alnum[s[i+1]] == b {
			out = append(out, one)
			i++
		} else {
			out = append(out, c)
		}
	}
	return out
}
