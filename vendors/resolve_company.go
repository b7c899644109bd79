// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"

	"github.com/clause76/clause76/internal/names"
)

// inCompany attributes a short or common name, or one that consists of ordinary words, inside a
// longer name, if all other words of that are places, legal forms and business words: "Shenzhen
// ZTE Mobile Telecom Co., Ltd.". After a place in China, where a company's own name comes next, two
// other words are allowed, but none of another trade.
func (r *resolver) inCompany(x *aliases, c *Claim, tokens []byte, rule Rule) bool {
	const (
		maxWords   = 6 // of a name
		maxUnknown = 2 // words after a place
	)
	var count names.WordCount
	type spot struct {
		entry      *entry
		afterPlace bool
	}
	var spots []spot
	for rest := tokens; len(rest) > 0; rest = bytes.TrimLeft(rest, " ") {
		n := x.shortName(rest, maxWords)
		if n == 0 {
			rest = rest[count.Next(rest):]
			continue
		}
		s := spot{x.names.get(rest[:n]), count.PlaceLast}
		if !slices.Contains(spots, s) {
			spots = append(spots, s)
		}
		count.PlaceLast = false
		rest = rest[n:]
	}
	found := false
	for _, s := range spots {
		sure := count.Unknown == 0 && count.Places+count.Forms+count.Business > 0
		if sure || s.afterPlace && !count.OtherTrade && count.Forms+count.Business > 0 && count.Unknown <= maxUnknown && !s.entry.ordinary {
			r.attribute(c, s.entry, rule, Resembles)
			found = true
		}
	}
	return found
}

// shortName returns the length of the longest name at the start of the tokens that is not found
// at any place of a longer name.
func (x *aliases) shortName(tokens []byte, maxWords int) (length int) {
	for i := 0; i <= len(tokens) && maxWords > 0; i++ {
		if i < len(tokens) && tokens[i] != ' ' {
			continue
		}
		maxWords--
		if e := x.names.get(tokens[:i]); e != nil && e.id.Kind != IdentifierTransliteration && (e.ordinary || x.phrases.get(tokens[:i]) == nil) {
			length = i
		}
	}
	return length
}
