// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"

	"github.com/clause76/clause76/internal/names"
)

// inCompany attributes a short or common name, or one of ordinary words, that is a whole
// word of a longer name with nothing else in it but places, legal forms and business
// words: "Shenzhen ZTE Mobile Telecom Co., Ltd.". Behind a place in China, where a
// company's own name follows it, there may be other words, but none of another trade.
func (r *resolver) inCompany(x *aliases, c *Claim, tokens []byte, rule Rule) bool {
	const maxWords = 6 // of a name
	var k names.WordCount
	type spot struct {
		entry      *entry
		afterPlace bool
	}
	var spots []spot
	for rest := tokens; len(rest) > 0; rest = bytes.TrimLeft(rest, " ") {
		n := x.shortName(rest, maxWords)
		if n == 0 {
			rest = rest[k.Next(rest):]
			continue
		}
		s := spot{x.names[string(rest[:n])], k.PlaceLast}
		if !slices.Contains(spots, s) {
			spots = append(spots, s)
		}
		k.PlaceLast = false
		rest = rest[n:]
	}
	found := false
	for _, s := range spots {
		sure := k.Unknown == 0 && k.Places+k.Forms+k.Business > 0
		if sure || s.afterPlace && !k.OtherTrade && k.Forms+k.Business > 0 && k.Unknown <= 2 && !s.entry.ordinary {
			r.attribute(c, s.entry, rule, Resembles)
			found = true
		}
	}
	return found
}

// shortName returns the length of the longest name with which tokens start that is not found
// in longer ones wherever it stands.
func (x *aliases) shortName(tokens []byte, maxWords int) (length int) {
	for i := 0; i <= len(tokens) && maxWords > 0; i++ {
		if i < len(tokens) && tokens[i] != ' ' {
			continue
		}
		maxWords--
		if e := x.names[string(tokens[:i])]; e != nil && e.id.Kind != IdentifierTransliteration && (e.ordinary || x.phrases[string(tokens[:i])] == nil) {
			length = i
		}
	}
	return length
}
