// SPDX-License-Identifier: Apache-2.0

package match

import (
	"fmt"
	"slices"

	"github.com/clause76/clause76/match/denylist"
)

// A Verdict classifies a finding or a document by severity. A greater Verdict is more severe:
// compare with < and max.
type Verdict uint8

// The verdicts, least severe first. The zero Verdict means that there is none, as in an
// observation; its word is "".
const (
	NoVerdict Verdict = iota
	Clear
	Inconclusive
	Review
	Exclude
	Ban
)

var verdictNames = [...]string{"", "clear", "inconclusive", "review", "exclude", "ban"}

// String returns the verdict's word: "ban".
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// MarshalText implements [encoding.TextMarshaler].
func (v Verdict) MarshalText() ([]byte, error) {
	if int(v) >= len(verdictNames) {
		return nil, fmt.Errorf("match: verdict %d is out of range; expected at most %d", uint8(v), uint8(Ban))
	}
	return []byte(verdictNames[v]), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. The empty text is [NoVerdict].
func (v *Verdict) UnmarshalText(text []byte) error {
	i := slices.Index(verdictNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("match: %q is not a verdict; expected one of %q", text, verdictNames[1:])
	}
	*v = Verdict(i)
	return nil
}

// verdictFor returns the verdict for what a text asks.
func verdictFor(a denylist.Action) Verdict {
	switch a {
	case denylist.Ban:
		return Ban
	case denylist.Exclude, denylist.PhaseOut, denylist.Diversify:
		return Exclude
	}
	return Review
}
