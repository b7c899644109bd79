// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/vendors/internal/dn"
)

// Nearly all claims of nearly all documents concern nobody in a register. They are
// told apart by anchors: of each identifier the one token without which no value
// can match it ("kasperskylab" of "golang/github.com/kasperskylab"). A value none of
// whose tokens is an anchor cannot match, and is not looked at any further.

// anchors is a set of token hashes, with false positives and no false negatives.
type anchors struct {
	bits     [1024]uint64
	starts   [1024]uint64 // the first three letters of each
	prefixes [1024]uint64
	lengths  uint64   // bit n: there is a prefix of n letters
	types    []string // of the prefixes: "pypi"
}

// commonTokens are the words of names and identifiers that say least: the higher, the more
// often they stand in documents. An anchor is chosen among the words with the lowest rank.
var commonTokens = func() map[string]int {
	ranks := make(map[string]int)
	for rank, words := range [...]string{
		`better branch center complete computer data design device devices digital electronic electronics enterprises
		forensic global group holdings industry information innovation institute integrated intelligent manufacturing memory
		mobile online planning positive products research robotics satellite semiconductor telecom telecommunication
		telecommunications united wireless beijing chengdu china guangzhou hangzhou hongkong shanghai shenzhen zhejiang`,
		`bitbucket cloud communications company corporation endpoint github gitlab golang international internet
		limited maven network networks npm nuget password pub pypi composer security services software systems technology technologies
		cn com io net org ru`,
	} {
		for _, w := range strings.Fields(words) {
			ranks[w] = rank + 1
		}
	}
	return ranks
}()

func set(t *[1024]uint64, h uint32) { t[h>>6&1023] |= 1 << (h & 63) }

func has(t *[1024]uint64, h uint32) bool { return t[h>>6&1023]&(1<<(h&63)) != 0 }

// step adds a letter to the hash of a token, mix ends it. Both are as cheap as can
// be: step is done for nearly every byte of a document.
func step(h uint32, c byte) uint32 { return bits.RotateLeft32(h, 5) ^ uint32(c) }

func mix(h uint32) uint32 { return h * 0x9e3779b1 >> 12 }

func hashASCII(s string) uint32 {
	h := uint32(0)
	for i := range len(s) {
		h = step(h, s[i])
	}
	return h
}

// add makes an anchor of a register's value: its longest token of those that are least common.
// A value that is not ASCII needs none: such values are always looked at.
func (a *anchors) add(value string) {
	tokens := strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return r >= 0x80 || ascii.Alnum[byte(r)] == 0 })
	best := ""
	for _, t := range tokens {
		if d := commonTokens[best] - commonTokens[t]; best == "" || d > 0 || d == 0 && len(t) > len(best) {
			best = t
		}
	}
	if best != "" {
		a.set(best)
	}
}

func (a *anchors) set(token string) {
	set(&a.bits, mix(hashASCII(token)))
	set(&a.starts, mix(hashASCII(token[:min(len(token), 3)])))
}

// addSquashed adds the letters of a name without its word breaks.
func (a *anchors) addSquashed(name string) {
	a.set(name)
}

// addPrefix makes an anchor of the start of a token.
func (a *anchors) addPrefix(value string) {
	typ, name, _ := strings.Cut(strings.ToLower(value), "/")
	a.types = append(a.types, typ)
	name = strings.FieldsFunc(name, func(r rune) bool { return r >= 0x80 || ascii.Alnum[byte(r)] == 0 })[0]
	set(&a.prefixes, mix(hashASCII(name)))
	a.lengths |= 1 << min(len(name), 63)
}

// MayMatch reports whether [Register.Resolve] could make anything of a claim. It
// never says false of a claim that matches, and rarely true of one that does not.
// Readers ask it to pass over what cannot matter.
func (r *Register) MayMatch(role Role, kind Kind, value []byte) bool {
	return mayMatch(&r.index, role, kind, value)
}

// maySlip reports whether a name in ASCII could be one letter away from a
// distinctive alias: one of its words, or its words up to some point without breaks.
func maySlip(x *index, name []byte) bool {
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
		if letters > start && (x.slip(buf[start:letters]) || start > 0 && x.slip(buf[:letters])) {
			return true
		}
		if start = letters; i >= len(name) {
			return false
		}
	}
}

// slip reports whether s is one letter away from a distinctive alias.
func (x *index) slip(s []byte) bool {
	if x.slips[s[0]&127]&(7<<len(s)>>1) == 0 { // lengths n-1, n and n+1
		return false
	}
	for _, alias := range x.typos[s[0]] {
		d := len(alias) - len(s)
		if d < -1 || d > 1 || alias[1] != s[1] && alias[len(alias)-1] != s[len(s)-1] {
			continue // one slip cannot change the second letter and the last
		}
		if names.OneEdit(alias, string(s)) {
			return true
		}
	}
	return false
}

func mayMatch(x *index, role Role, kind Kind, value []byte) bool {
	if x.anchors.hasToken(value) {
		return role != SBOMAuthor
	}
	switch kind {
	case KindURL, KindRegID, KindPURL:
		purl := bytes.TrimSpace(value)
		if len(purl) < 4 || purl[0]|0x20 != 'p' || !bytes.EqualFold(purl[:4], []byte("pkg:")) {
			return kind != KindPURL && x.anchors.hasPackagePage(value)
		}
		return x.anchors.hasPrefix(purl) || holdsName(purl)
	case KindText, KindEmail:
		return false
	case KindCPE:
		return role != SBOMAuthor && cpe.MayHaveVendorPattern(bytes.TrimSpace(value))
	case KindCertificate:
		if dn.MayHideLetters(value) {
			return role != SBOMAuthor
		}
	case KindProduct: // the names of products are compared without word breaks too
		return x.anchors.hasSquashed(value)
	case KindOUI, KindPEN, KindPCI, KindUSB, KindPNP, KindACPI, KindBluetooth, KindGUID, KindFingerprint:
		return role != SBOMAuthor // short, and looked up as they are
	}
	if kind == KindGroup && bytes.IndexByte(value, '/') >= 0 && x.anchors.hasPackagePage(value) {
		return true // a group with a slash is read as a URL
	}
	// Names, groups and prefixes are compared without word breaks too, and as they are drawn.
	return x.anchors.hasSquashed(value) || role.IsOrigin() && (maySlip(x, value) || mayHaveNumber(x, value) || names.MayBeEscaped(value)) || mayBeDrawn(x, value)
}

// mayHaveNumber reports whether a name has a token that is an anchor without the digits beside
// it: "Huawei2012".
func mayHaveNumber(x *index, name []byte) bool {
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
	return x.anchors.hasToken(v) || x.anchors.hasSquashed(v)
}

// mayBeDrawn reports whether a name in ASCII could match with letters that its own are drawn
// like in their place, or without a "(R)" or "(TM)".
func mayBeDrawn(x *index, name []byte) bool {
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
		v := append(buf[:0], name...)
		names.DigitsAsLetters(v, one)
		for range 2 {
			if x.anchors.hasToken(v) || x.anchors.hasSquashed(v) || maySlip(x, v) {
				return true
			}
			v = joinPairs(joinPairs(v, 'r', 'n', 'm'), 'v', 'v', 'w')
		}
	}
	return false
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

// holdsName reports whether a package URL can hold the name of an organisation, which is
// compared in more ways than an identifier.
func holdsName(value []byte) bool {
	if len(value) < 5 {
		return false
	}
	typ := bytes.TrimLeft(value[4:], "/")
	if len(typ) > 8 && bytes.EqualFold(typ[:8], []byte("generic/")) || len(typ) > 5 && bytes.EqualFold(typ[:5], []byte("swid/")) {
		return true
	}
	return purl.HasName(value)
}

// hasSquashed reports whether the letters of the value up to the end of one of its words,
// without word breaks, are an anchor.
func (a *anchors) hasSquashed(value []byte) bool {
	h, letters := uint32(0), 0
	for i := 0; i < len(value); i++ {
		c := ascii.Alnum[value[i]]
		if c == 0 {
			if value[i] == '(' {
				i += max(names.MarkLength(value[i:]), 1) - 1
			}
			continue
		}
		h = step(h, c)
		if letters++; letters == 3 && !has(&a.starts, mix(h)) {
			return false
		}
		if (i+1 == len(value) || ascii.Alnum[value[i+1]] == 0) && has(&a.bits, mix(h)) {
			return true
		}
	}
	return false
}

// hasToken reports whether a token of the value is an anchor, or whether that cannot
// be told from the bytes: other scripts, look-alikes, letters hidden by an escape. It
// is one loop, for it looks at every byte of every claim.
func (a *anchors) hasToken(value []byte) bool {
	for i := 0; i < len(value); {
		c := ascii.Alnum[value[i]]
		if c == 0 {
			b := value[i]
			i++
			switch {
			case b < '%': // the common separators need no further look
			case b >= 0x80:
				return true
			case b == '%' && i+1 < len(value):
				hi, lo := ascii.HexDigit(value[i]), ascii.HexDigit(value[i+1])
				if hi < 0 || lo < 0 {
					continue
				}
				if d := byte(hi<<4 | lo); d >= 0x80 || d == '%' || ascii.Alnum[d] != 0 {
					return true // also if an escape is itself escaped
				}
				i += 2
			case b == '\\' && i < len(value) && ascii.Alnum[value[i]] != 0:
				return true
			}
			continue
		}
		h := step(0, c)
		if i+2 < len(value) {
			c1, c2 := ascii.Alnum[value[i+1]], ascii.Alnum[value[i+2]]
			if c1 != 0 && c2 != 0 {
				h = step(step(h, c1), c2)
				i += 2
				if !has(&a.starts, mix(h)) { // no anchor starts like this
					for i++; i < len(value) && ascii.Alnum[value[i]] != 0; i++ {
					}
					continue
				}
			}
		}
		for i++; i < len(value); i++ {
			c := ascii.Alnum[value[i]]
			if c == 0 {
				break
			}
			h = step(h, c)
		}
		if has(&a.bits, mix(h)) {
			return true
		}
	}
	return false
}

// hasPackagePage reports whether a URL that can be on a host of package registries, which
// are pypi.org and nuget.org of those that have prefixes, has a token that starts with
// one of the prefixes.
func (a *anchors) hasPackagePage(url []byte) bool {
	if bytes.IndexByte(url, '%') >= 0 {
		return a.startsToken(url)
	}
	for rest := url; ; {
		dot := bytes.IndexByte(rest, '.')
		if dot < 0 {
			return false
		}
		if dot > 0 && len(rest) >= dot+4 && (rest[dot-1]|0x20 == 'i' || rest[dot-1]|0x20 == 't') && bytes.EqualFold(rest[dot+1:dot+4], []byte("org")) {
			return a.startsToken(url)
		}
		rest = rest[dot+1:]
	}
}

// hasPrefix reports whether a token of a package URL starts with one of the
// prefixes of its type.
func (a *anchors) hasPrefix(purl []byte) bool {
	if len(purl) > 4 && purl[4] != '/' && !slices.ContainsFunc(a.types, func(t string) bool {
		return len(purl) > 4+len(t) && bytes.EqualFold(purl[4:4+len(t)], []byte(t))
	}) {
		return false
	}
	return a.startsToken(purl)
}

// startsToken reports whether a token of the value starts with one of the prefixes.
func (a *anchors) startsToken(value []byte) bool {
	h, n := uint32(0), 0
	for _, b := range value {
		c := ascii.Alnum[b]
		if c == 0 {
			h, n = 0, 0
			continue
		}
		h = step(h, c)
		if n++; n < 63 && a.lengths&(1<<n) != 0 && has(&a.prefixes, mix(h)) {
			return true
		}
	}
	return false
}
