// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
)

// minDistinct is the fewest letters of a name that is found inside longer text, without its word
// breaks, or misspelled.
const minDistinct = 6

// minShort is the fewest letters of a name.
const minShort = 3

// addName adds a name that is compared without its legal form.
func (x *index) addName(e *entry) error {
	folded := names.Fold(e.id.Value)
	stripped := string(names.StripLegalForms([]byte(folded)))
	joined := names.Join(stripped)
	x.prefilter.Add(stripped)
	x.prefilter.AddToken(joined)
	if names.Letters(stripped) < minShort {
		return errors.New("too short for a name; expected at least three letters")
	}
	e.ordinary = names.IsOrdinary([]byte(stripped))
	if !e.id.Common && len(joined) >= minDistinct {
		x.addFuzzy(joined, e)
	}
	if err := x.addAlias(&x.aliases, e, folded, stripped); err != nil {
		return err
	}
	if ascii.Only(e.id.Value) {
		return nil
	}
	if look := names.LookalikeTokens(e.id.Value); string(look) != folded {
		// The names of two vendors may look alike. Then the first is found.
		_ = x.addAlias(&x.lookalike, e, string(look), string(names.StripLegalForms(look)))
	}
	return nil
}

// addAlias adds a name to the tables in which names of its kind are found.
func (x *index) addAlias(to *aliases, e *entry, folded, stripped string) error {
	if err := to.names.put(stripped, e); err != nil {
		return err
	}
	if err := to.full.put(folded, e); err != nil {
		return err
	}
	if e.id.Common || e.id.Kind == IdentifierTransliteration {
		return nil
	}
	if startsWords(stripped) {
		to.wordStarts = append(to.wordStarts, wordStart{stripped, ref{made: e}})
	}
	for _, phrase := range []string{folded, stripped} {
		if len(phrase)-strings.Count(phrase, " ") < minDistinct {
			continue
		}
		if err := to.phrases.put(phrase, e); err != nil {
			return err
		}
		x.longest = max(x.longest, strings.Count(phrase, " ")+1)
		token, _, _ := strings.Cut(phrase, " ")
		h := phraseHash([]byte(token))
		x.phraseStarts[h>>6&127] |= 1 << (h & 63)
	}
	if joined := names.Join(folded); len(joined) >= minDistinct && to.unspaced.made[joined] == nil {
		to.unspaced.made[joined] = e // "HuaweiTechnologiesCoLtd"
		x.prefilter.AddToken(joined)
	}
	return nil
}

// startsWords reports whether other words follow a name without a space.
func startsWords(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return (names.IsUnspacedScript(r) || unicode.Is(unicode.Hangul, r)) && !strings.Contains(name, " ")
}

// addFuzzy adds a distinctive name, written as one word, to those that are found without their word
// breaks and misspelled.
func (x *index) addFuzzy(joined string, e *entry) {
	if joined[0] >= 0x80 {
		return
	}
	if old := x.unspaced.made[joined]; old != nil {
		if old.vendor == e.vendor && isBetter(e, old) {
			x.unspaced.made[joined] = e
		}
		return
	}
	x.unspaced.made[joined] = e
	x.fuzzy.add(joined)
}

// phraseHash is FNV-1a. It serves to skip tokens that start no phrase.
func phraseHash(token []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range token {
		h = (h ^ uint32(b)) * 16777619
	}
	return h ^ h>>15
}

// mayStartPhrase reports whether a token can be the first of a phrase.
func (x *index) mayStartPhrase(token []byte) bool {
	h := phraseHash(token)
	return x.phraseStarts[h>>6&127]&(1<<(h&63)) != 0
}
