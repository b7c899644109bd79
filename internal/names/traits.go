// SPDX-License-Identifier: Apache-2.0

package names

// Traits are what the characters of a name in ASCII show, found in one pass. Each says that a
// slower function can find something; without it, that function finds nothing.
type Traits uint16

const (
	MayLookAlike   Traits = looksAlike | rn | vv | smallI | betweenCapitals // see [MayHaveLookalikes]
	MayHaveEscapes Traits = escapes                                         // see [MayBeEscaped]
	MayBeList      Traits = breaks | conjunctions                           // see [MayHavePieces]; a label has no trait
	MayHavePairs   Traits = rn | vv                                         // "rn", "vv"
	MayHaveDigits  Traits = digitAfter | letterAfter                        // see [DigitBesideLetter]
)

const (
	looksAlike      Traits = 1 << iota // a character that looks like a letter
	rn                                 // "rn", which looks like "m"
	vv                                 // "vv", which looks like "w"
	smallI                             // "I" after a small letter
	betweenCapitals                    // "l" after a capital
	escapes
	breaks
	conjunctions // a blank before the first letter of a word between names
	digitAfter
	letterAfter
)

// A trait belongs to two bytes: it is in ofByte for the second and in afterByte for the first. One
// that belongs to a single byte is in afterByte for all bytes.
var ofByte, afterByte = func() (of, after [256]Traits) {
	add := func(t *[256]Traits, bytes string, trait Traits) {
		for _, b := range []byte(bytes) {
			t[b] |= trait
		}
	}
	const small, capitals, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	for b := range after {
		after[b] = looksAlike | escapes | breaks
	}
	add(&of, "(01|", looksAlike)
	add(&of, "nN", rn)
	add(&after, "rR", rn)
	add(&of, "vV", vv)
	add(&after, "vV", vv)
	add(&of, "I", smallI)
	add(&after, small, smallI)
	add(&of, "l", betweenCapitals)
	add(&after, capitals, betweenCapitals)
	add(&of, `%&\`, escapes)
	add(&of, listBreakBytes, breaks)
	for _, word := range listWords {
		add(&of, string(word[1]), conjunctions)
	}
	add(&after, " ", conjunctions)
	add(&of, digits, digitAfter)
	add(&after, small+capitals, digitAfter)
	add(&of, small+capitals, letterAfter)
	add(&after, digits, letterAfter)
	return of, after
}()

// TraitsOf returns the traits of a name.
func TraitsOf(name []byte) Traits {
	var traits Traits
	before := byte(0)
	for _, b := range name {
		traits |= ofByte[b] & afterByte[before]
		before = b
	}
	return traits
}
