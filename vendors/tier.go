// SPDX-License-Identifier: Apache-2.0

package vendors

import "fmt"

// A Tier is the certainty of an attribution. A greater Tier is more certain. The zero value means
// no attribution.
type Tier uint8

// The tiers, weakest first. The package comment describes them.
const (
	NoTier Tier = iota
	Mentions
	Resembles
	Declared
	Registered
)

var tierNames = [...]string{"none", "mentions", "resembles", "declared", "registered"}

// String returns the tier's word: "declared".
func (t Tier) String() string {
	if int(t) < len(tierNames) {
		return tierNames[t]
	}
	return fmt.Sprintf("Tier(%d)", uint8(t))
}

// MarshalText implements [encoding.TextMarshaler].
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Tier) UnmarshalText(text []byte) error {
	for i, name := range tierNames {
		if name == string(text) {
			*t = Tier(i)
			return nil
		}
	}
	return fmt.Errorf("vendors: %q is not a tier; expected one of %q", text, tierNames)
}
