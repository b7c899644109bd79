// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/names"
)

// name attributes the name of an organisation.
func (r *resolver) name(c *Claim) {
	if names.Placeholder(c.Value) {
		return
	}
	cap := Declared
	switch {
	case c.Role == Author, c.Role == Namespace, c.Role == Reference:
		cap = Resembles
	case c.Role == Mention:
		r.text(c)
		return
	}
	if r.wholeName(c, c.Value, RuleName, cap) || !c.Role.IsOrigin() {
		return
	}
	r.longerName(c)
	r.parts(c)
}

// longerName attributes a maker's name that is more than a vendor's, or other than it by a slip.
func (r *resolver) longerName(c *Claim) {
	tokens := names.AppendTokens(r.buf[:0], c.Value)
	if r.branch(&r.aliases, c, tokens, RuleNameBranch) || r.phrase(&r.aliases, c, tokens, RuleNameContains, Resembles) ||
		r.inCompany(&r.aliases, c, tokens, RuleNameCompany) {
		return
	}
	if v := spelledOut(tokens); v != nil {
		x := &r.aliases
		if r.alias(x, c, v, RuleNameSquashed, Resembles) || r.branch(x, c, v, RuleNameSquashed) || r.inCompany(x, c, v, RuleNameSquashed) {
			return
		}
	}
	variants := names.Lookalikes(c.Value, tokens)
	for _, v := range variants {
		for _, x := range [...]*aliases{&r.aliases, &r.drawn} {
			if r.branch(x, c, v, RuleNameConfusable) || r.phrase(x, c, v, RuleNameConfusable, Resembles) || r.inCompany(x, c, v, RuleNameConfusable) {
				return
			}
		}
	}
	if r.misspelt(c, tokens) {
		return
	}
	for _, v := range variants {
		if r.misspelt(c, v) {
			return
		}
	}
}

// wholeName attributes a name that is an alias as a whole, apart from its legal
// form, or that is an exclusion, or is drawn like one.
func (r *resolver) wholeName(c *Claim, value string, rule Rule, tier Tier) bool {
	tokens := names.AppendTokens(r.buf[:0], value)
	if r.alias(&r.aliases, c, tokens, rule, tier) {
		return true
	}
	for _, v := range names.Lookalikes(value, tokens) {
		if r.alias(&r.aliases, c, v, RuleNameConfusable, Resembles) || r.alias(&r.drawn, c, v, RuleNameConfusable, Resembles) {
			return true
		}
	}
	return false
}

// spelledOut returns tokens that start with three or more single letters, "z t e
// corporation", with those in one word, or nil.
func spelledOut(tokens []byte) []byte {
	n := 0
	for 2*n < len(tokens) && (2*n+1 == len(tokens) || tokens[2*n+1] == ' ') && tokens[2*n] != ' ' {
		n++
	}
	if n < 3 {
		return nil
	}
	return append(names.AppendJoined(nil, tokens[:2*n-1]), tokens[2*n-1:]...)
}

// alias attributes tokens that are an alias of x as a whole.
func (r *resolver) alias(x *aliases, c *Claim, tokens []byte, rule Rule, tier Tier) bool {
	if len(tokens) == 0 {
		return false
	}
	whole := rule == RuleName || rule == RuleCertificate
	if e := x.exact[string(tokens)]; e != nil && (e.id != nil || e.excl.Covers(r.day) != Outside) {
		if e.id != nil && e.id.Common && whole {
			r.common(c, e, "a common name; no second field names the vendor")
		} else {
			r.hit(c, e, rule, tier)
		}
		return true
	}
	stripped := names.StripLegalForms(tokens)
	if e := x.names[string(stripped)]; e != nil {
		same := x.full[string(tokens)]
		if same != nil && same.vendor == e.vendor {
			e = same // this very name is in the register
		} else {
			same = nil
		}
		switch {
		case e.id.Kind == "transliteration":
			rule, tier = RuleNameTransliter, Resembles
		case rule == RuleName && names.HasInvisible(c.Value):
			rule, tier = RuleNameConfusable, Resembles
		case e.id.Common && whole:
			r.common(c, e, "a common name; no second field names the vendor")
			return true
		case same == nil && names.Letters(string(stripped)) < minName && whole:
			r.common(c, e, "a short name, not as the register has it; no second field names the vendor")
			return true
		}
		r.hit(c, e, rule, tier)
		return true
	}
	if rule == RuleCertificate {
		return false
	}
	for _, words := range [...][]byte{stripped, tokens} {
		s := names.AppendJoined(r.sq[:0], words)
		if len(s) < minDistinct {
			continue
		}
		if e := x.squashed[string(s)]; e != nil {
			if rule == RuleName {
				rule = RuleNameSquashed
			}
			r.hit(c, e, rule, Resembles)
			return true
		}
	}
	return false
}

// common attributes a name that names its vendor only together with a second field.
func (r *resolver) common(c *Claim, e *entry, caveat string) {
	n := len(r.out.Attributions)
	r.hit(c, e, RuleNameCommon, Resembles)
	if len(r.out.Attributions) > n && r.out.Attributions[n].Caveat == "" {
		r.out.Attributions[n].Caveat = caveat
	}
}

// branch attributes a name to which only places and legal forms were added: "ZTE
// Deutschland GmbH".
func (r *resolver) branch(x *aliases, c *Claim, tokens []byte, rule Rule) bool {
	rest := names.CutPlaces(tokens)
	e := x.names[string(rest)]
	if e == nil || len(rest) == len(tokens) {
		return false
	}
	r.hit(c, e, rule, Resembles)
	return true
}

// phrase attributes the longest aliases found on whole tokens, the first of each
// vendor.
func (r *resolver) phrase(x *aliases, c *Claim, tokens []byte, rule Rule, tier Tier) bool {
	var found []*entry
	hit := func(e *entry) {
		same := func(f *entry) bool {
			return f.vendor == e.vendor && (f.excl == nil) == (e.excl == nil) && f.member == e.member
		}
		if !slices.ContainsFunc(found, same) {
			found = append(found, e)
			r.hit(c, e, rule, tier)
		}
	}
	maker := rule != RuleTextMention
	for len(tokens) > 0 {
		end := bytes.IndexByte(tokens, ' ')
		if end < 0 {
			end = len(tokens)
		}
		word := tokens[:end]
		h := hashToken(word)
		if r.first[h>>6&127]&(1<<(h&63)) != 0 {
			if e, length := r.longestPhrase(x, tokens); e != nil && !(maker && e.ordinary) {
				hit(e)
				end = length
			}
		}
		if maker && word[0] >= 0x80 && len(x.unspaced) > 0 {
			if e := x.startOf(string(word)); e != nil {
				hit(e)
			}
		}
		if end == len(tokens) {
			break
		}
		tokens = tokens[end+1:]
	}
	return len(found) > 0
}

// startOf returns the alias in a script without spaces with which a word starts, or which
// follows the places with which it starts.
func (x *aliases) startOf(word string) *entry {
	rest := names.AfterPlaces(word)
	for _, u := range x.unspaced {
		if strings.HasPrefix(word, u.name) || strings.HasPrefix(rest, u.name) {
			return u.entry
		}
	}
	return nil
}

// longestPhrase returns the alias with which the tokens start, and its length.
func (r *resolver) longestPhrase(x *aliases, tokens []byte) (*entry, int) {
	var ends [16]int
	n := 0
	for i := range len(tokens) {
		if tokens[i] == ' ' {
			ends[n] = i
			if n++; n == r.longest || n == len(ends) {
				break
			}
		}
	}
	if n < r.longest && n < len(ends) {
		ends[n] = len(tokens)
		n++
	}
	for ; n > 0; n-- {
		if e := x.phrases[string(tokens[:ends[n-1]])]; e != nil {
			return e, ends[n-1]
		}
	}
	return nil, 0
}

// misspelt attributes a name that is one letter away from a distinctive one, or that has a word
// that is. A name that consists of ordinary words is not a misspelling.
func (r *resolver) misspelt(c *Claim, tokens []byte) bool {
	stripped := names.StripLegalForms(tokens)
	if names.IsOrdinary(stripped) {
		return false
	}
	if r.misspeltWord(c, names.AppendJoined(r.sq[:0], stripped)) {
		return true
	}
	if bytes.IndexByte(stripped, ' ') < 0 {
		return false
	}
	for len(stripped) > 0 { // bytes.SplitSeq would move the resolver to the heap
		word, rest, _ := bytes.Cut(stripped, []byte{' '})
		if r.misspeltWord(c, word) {
			return true
		}
		stripped = rest
	}
	return false
}

// misspeltWord attributes a word that is one letter away from a distinctive name.
func (r *resolver) misspeltWord(c *Claim, word []byte) bool {
	name, ok := r.fuzzy.find(word)
	if ok {
		r.hit(c, r.squashed[name], RuleNameMisspelt, Resembles)
	}
	return ok
}
