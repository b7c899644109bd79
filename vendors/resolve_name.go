// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/names"
)

// name attributes the name of an organization or a person.
func (r *resolver) name(c *Claim) {
	if c.Role == Author && strings.IndexByte(c.Value, '@') >= 0 {
		r.author(c)
		return
	}
	r.personOrCompany(c)
}

// personOrCompany is name for a value without an e-mail address.
func (r *resolver) personOrCompany(c *Claim) {
	tier := Declared
	switch c.Role {
	case Author, Namespace, Reference:
		tier = Resembles
	}
	switch {
	case names.Placeholder(c.Value):
	case c.Role == Mention:
		r.text(c)
	case !r.wholeName(c, c.Value, RuleName, tier) && comparesParts(c.Role):
		r.longerName(c)
		r.parts(c)
	}
}

// comparesParts reports whether a name in this role is also compared by its parts. Fields and
// properties that name somebody have the same branches, lists and misspellings as those of makers,
// but no role other than a maker's makes them more than a likeness.
func comparesParts(role Role) bool { return role.IsOrigin() || role == Author || role == Reference }

// longerName attributes a maker's name that contains the name of a vendor or is a misspelling of it.
func (r *resolver) longerName(c *Claim) {
	tokens := names.AppendTokens(r.buf[:0], c.Value)
	if r.branch(&r.aliases, c, tokens, RuleNameBranch) || r.phrase(&r.aliases, c, tokens, RuleNameContains, Resembles) ||
		r.inCompany(&r.aliases, c, tokens, RuleNameCompany) {
		return
	}
	if v := spelledOut(tokens); v != nil {
		x := &r.aliases
		if r.alias(x, c, v, RuleNameUnspaced, Resembles) || r.branch(x, c, v, RuleNameUnspaced) || r.inCompany(x, c, v, RuleNameUnspaced) {
			return
		}
	}
	variants := names.Lookalikes(c.Value, tokens)
	for _, v := range variants {
		for _, x := range [...]*aliases{&r.aliases, &r.lookalike} {
			if r.branch(x, c, v, RuleNameConfusable) || r.phrase(x, c, v, RuleNameConfusable, Resembles) || r.inCompany(x, c, v, RuleNameConfusable) {
				return
			}
		}
	}
	if r.misspelled(c, tokens) {
		return
	}
	for _, v := range variants {
		if r.misspelled(c, v) {
			return
		}
	}
}

// wholeName attributes a name that is the name of a vendor, apart from the legal form, or an
// exclusion, or that looks like one of them.
func (r *resolver) wholeName(c *Claim, value string, rule Rule, tier Tier) bool {
	tokens := names.AppendTokens(r.buf[:0], value)
	if r.alias(&r.aliases, c, tokens, rule, tier) {
		return true
	}
	for _, v := range names.Lookalikes(value, tokens) {
		if r.alias(&r.aliases, c, v, RuleNameConfusable, Resembles) || r.alias(&r.lookalike, c, v, RuleNameConfusable, Resembles) {
			return true
		}
	}
	return false
}

// spelledOut returns tokens that start with three or more single letters, "z t e corporation", with
// the letters joined to a word. It returns nil for other tokens.
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

// A nameForm is how tokens match a name of the register.
type nameForm uint8

const (
	exactForm    nameForm = iota + 1 // a name that is found as a whole only, or an exclusion
	fullForm                         // as the register has it
	strippedForm                     // apart from the legal form
	unspacedForm                     // with other word breaks
)

// A nameMatch is a name of the register that tokens are as a whole.
type nameMatch struct {
	entry   *entry
	form    nameForm
	letters int // without legal form
}

// matchName returns the name of x that the tokens are as a whole.
func (r *resolver) matchName(x *aliases, tokens []byte) (m nameMatch, ok bool) {
	if len(tokens) == 0 {
		return nameMatch{}, false
	}
	if e := x.exact.get(tokens); e != nil && (e.id != nil || e.excl.interval().covers(r.day) != outside) {
		return nameMatch{entry: e, form: exactForm}, true
	}
	stripped := names.StripLegalForms(tokens)
	if e := x.names.get(stripped); e != nil {
		if full := x.full.get(tokens); full != nil && full.vendor == e.vendor {
			return nameMatch{entry: full, form: fullForm}, true
		}
		return nameMatch{e, strippedForm, names.Letters(string(stripped))}, true
	}
	for _, words := range [...][]byte{stripped, tokens} {
		joined := names.AppendJoined(r.buf2[:0], words)
		if len(joined) < minDistinct {
			continue
		}
		if e := x.unspaced.get(joined); e != nil {
			return nameMatch{entry: e, form: unspacedForm}, true
		}
	}
	return nameMatch{}, false
}

// ambiguity returns why the name does not identify its vendor without a second field, or "".
func (m nameMatch) ambiguity() string {
	switch {
	case m.entry.id == nil || m.form == unspacedForm:
		return ""
	case m.entry.id.Common:
		return "a common name; no second field names the vendor"
	case m.form == strippedForm && m.letters < names.MinLetters:
		return "a short name, not as the register has it; no second field names the vendor"
	}
	return ""
}

// ruleAndTier returns the rule and the highest tier of a match in a value: the given ones, or more
// specific ones that the form of the match requires.
func (m nameMatch) ruleAndTier(value string, rule Rule, tier Tier) (Rule, Tier) {
	switch {
	case m.form == exactForm:
		return rule, tier
	case m.form == unspacedForm && rule == RuleName:
		return RuleNameUnspaced, Resembles
	case m.form == unspacedForm:
		return rule, Resembles
	case m.entry.id.Kind == IdentifierTransliteration:
		return RuleNameTransliterated, Resembles
	case rule == RuleName && names.HasInvisible(value):
		return RuleNameConfusable, Resembles
	}
	return rule, tier
}

// alias attributes tokens that are a name of x as a whole.
func (r *resolver) alias(x *aliases, c *Claim, tokens []byte, rule Rule, tier Tier) bool {
	m, ok := r.matchName(x, tokens)
	if !ok || m.form == unspacedForm && rule == RuleCertificate {
		return false
	}
	specific, tier := m.ruleAndTier(c.Value, rule, tier)
	isWholeField := specific == RuleName || specific == RuleCertificate
	if why := m.ambiguity(); why != "" && isWholeField {
		r.withCaveat(why, func() { r.attribute(c, m.entry, RuleNameCommon, Resembles) })
		return true
	}
	r.attribute(c, m.entry, specific, tier)
	return true
}

// withCaveat gives the attributions that are made in the meantime a caveat, if they have none.
func (r *resolver) withCaveat(caveat string, attribute func()) {
	n := len(r.out.Attributions)
	attribute()
	for i := n; i < len(r.out.Attributions); i++ {
		if a := &r.out.Attributions[i]; a.Caveat == "" {
			a.Caveat = caveat
		}
	}
}

// branch attributes a name that has only places and legal forms after the name of a vendor: "ZTE
// Deutschland GmbH".
func (r *resolver) branch(x *aliases, c *Claim, tokens []byte, rule Rule) bool {
	rest := names.CutPlaces(tokens)
	e := x.names.get(rest)
	if e == nil || len(rest) == len(tokens) {
		return false
	}
	r.attribute(c, e, rule, Resembles)
	return true
}

// phrase attributes the longest names inside a longer text, the first of each vendor. Names match
// whole tokens.
func (r *resolver) phrase(x *aliases, c *Claim, tokens []byte, rule Rule, tier Tier) bool {
	var found []*entry
	hit := func(e *entry) {
		same := func(f *entry) bool {
			return f.vendor == e.vendor && (f.excl == nil) == (e.excl == nil) && f.member == e.member
		}
		if !slices.ContainsFunc(found, same) {
			found = append(found, e)
			r.attribute(c, e, rule, tier)
		}
	}
	maker := rule != RuleTextMention
	for len(tokens) > 0 {
		end := bytes.IndexByte(tokens, ' ')
		if end < 0 {
			end = len(tokens)
		}
		word := tokens[:end]
		if r.mayStartPhrase(word) {
			if e, length := r.longestPhrase(x, tokens); e != nil && !(maker && e.ordinary) {
				hit(e)
				end = length
			}
		}
		if maker && word[0] >= 0x80 && len(x.wordStarts) > 0 {
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

// startOf returns the name in a script without spaces at the start of a word, or after the places
// at its start.
func (x *aliases) startOf(word string) *entry {
	rest := names.AfterPlaces(word)
	for _, u := range x.wordStarts {
		if strings.HasPrefix(word, u.name) || strings.HasPrefix(rest, u.name) {
			return u.is.entry()
		}
	}
	return nil
}

// longestPhrase returns the longest name at the start of the tokens, and its length.
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
		if e := x.phrases.get(tokens[:ends[n-1]]); e != nil {
			return e, ends[n-1]
		}
	}
	return nil, 0
}

// misspelled attributes a name that is one letter away from a distinctive one, or that has a word
// that is. A name that consists of ordinary words is not a misspelling.
func (r *resolver) misspelled(c *Claim, tokens []byte) bool {
	stripped := names.StripLegalForms(tokens)
	if names.IsOrdinary(stripped) {
		return false
	}
	if r.misspelledWord(c, names.AppendJoined(r.buf2[:0], stripped)) {
		return true
	}
	if bytes.IndexByte(stripped, ' ') < 0 || c.Role == Author && len(names.CutPlaces(stripped)) == len(tokens) {
		return false // an author without a legal form or a place may be a person: "Jan Kasperski"
	}
	for len(stripped) > 0 { // bytes.SplitSeq would move the resolver to the heap
		word, rest, _ := bytes.Cut(stripped, []byte{' '})
		if r.misspelledWord(c, word) {
			return true
		}
		stripped = rest
	}
	return false
}

// misspelledWord attributes a word that is one letter away from a distinctive name.
func (r *resolver) misspelledWord(c *Claim, word []byte) bool {
	name, ok := r.fuzzy.find(word)
	if ok {
		r.attribute(c, r.unspaced.get([]byte(name)), RuleNameMisspelled, Resembles)
	}
	return ok
}
