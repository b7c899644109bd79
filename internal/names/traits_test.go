// SPDX-License-Identifier: Apache-2.0

package names_test

import (
	"math/rand/v2"
	"testing"

	"github.com/clause76/clause76/internal/names"
)

// Without a trait, the function that it is for finds nothing.
func TestTraitsAreNeverMissing(t *testing.T) {
	pieces := []string{"a", "b", "r", "n", "v", "V", "l", "I", "A", "E", "0", "1", "9", " ", " and ", " or ", " - ", " und ", ",", "+", "&", "&amp;", "%41", `\u0041`,
		"(R)", "(", "|", "vendor", "Copyright", "made by", ".", "_", "\n", "\x00", "\x7f"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		var name []byte
		for range random.IntN(6) {
			name = append(name, pieces[random.IntN(len(pieces))]...)
		}
		traits := names.TraitsOf(name)
		for what, missing := range map[string]bool{
			"look-alikes": traits&names.MayLookAlike == 0 && names.MayHaveLookalikes(name),
			"escapes":     traits&names.MayHaveEscapes == 0 && names.MayBeEscaped(name),
			"a list":      traits&names.MayBeList == 0 && !names.BeginsWithLabel(name) && names.MayHavePieces(name),
			"digits":      traits&names.MayHaveDigits == 0 && names.DigitBesideLetter(name),
		} {
			if missing {
				t.Fatalf("%q has %s, and not the trait", name, what)
			}
		}
	}
	for label, want := range map[string]bool{"Vendor: x": true, " -vendor x": true, "vendorx": false, "": false, "manufactured by x": true, "OEM": true, "acme": false} {
		if names.BeginsWithLabel([]byte(label)) != want {
			t.Errorf("%q begins with a label: %v, want %v", label, !want, want)
		}
	}
}
