// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/weburl"
)

// parts attributes the names, addresses and list items in a maker's value. It leaves out vendors
// that other rules found in the value.
func (r *resolver) parts(c *Claim) {
	value := c.Value
	if len(value) > names.MaxLength {
		value = strings.ToValidUTF8(value[:names.MaxLength], "")
	}
	if plain := names.Decode(value); plain != value {
		r.nested(c, Claim{Role: c.Role, Kind: KindName, Value: plain}, func(inner *Claim) {
			r.atMost(Resembles, func() { r.name(inner) })
		})
		return
	}
	r.addresses(c, value)
	if strings.Contains(value, "://") {
		return // a URL, not a list
	}
	r.list(c, value)
}

// list attributes the parts of a maker's value that is a list, or has a label or a notice.
func (r *resolver) list(c *Claim, value string) {
	labeled := false // a label or the separator of a list comes before the piece
	otherTrade := names.HasOtherTrade(value)
	first, before := true, rune(0)
	for p := range names.Pieces(value) {
		changed := !first || p.End != 0
		first = false
		tokens, label := names.CutLabels(names.AppendTokens(nil, p.Text))
		switch {
		case len(tokens) == 0:
			labeled = labeled || label
			continue
		case p.IsSubjectKey(tokens):
			labeled = true
			continue
		case otherTrade && (p.End == '&' || before == '&'): // "ZTE & Partners Bakery"
			continue
		}
		before = p.End
		r.piece(c, p.Text, tokens, labeled || label || p.InList() || len(r.out.Attributions) > r.start, changed)
		labeled = p.InList()
	}
}

// piece attributes a part of a value. sure means that the part is an item of a list or comes after
// a label, and is not, for example, the first name of a person after a comma. changed means that
// the part is not the whole value.
func (r *resolver) piece(c *Claim, text string, tokens []byte, sure, changed bool) {
	whole := func(tokens []byte) bool {
		return r.attributeNew(c, sure, func() bool {
			x := &r.aliases
			return r.alias(x, c, tokens, RuleNameContains, Resembles) || r.branch(x, c, tokens, RuleNameContains) || r.inCompany(x, c, tokens, RuleNameContains)
		})
	}
	if len(tokens) == 0 || ascii.Only(text) && !r.index.mayMatch(c.Role, KindName, []byte(text)) {
		return
	}
	if changed || string(tokens) != names.Fold(text) {
		if whole(tokens) {
			return
		}
		for _, v := range names.Lookalikes(text, tokens) {
			v, _ = names.CutLabels(v)
			if r.attributeNew(c, sure, func() bool {
				return r.alias(&r.aliases, c, v, RuleNameConfusable, Resembles) || r.alias(&r.lookalike, c, v, RuleNameConfusable, Resembles)
			}) {
				return
			}
		}
	}
	if latin, other := names.ByScript(tokens); len(latin) > 0 && len(other) > 0 {
		sure = sure || r.sameInHan(latin, other)
		if a, b := whole(latin), whole(other); a || b {
			return
		}
	}
	if name := names.WithoutNumber(text, tokens); name != nil {
		r.attributeNew(c, sure, func() bool { return r.alias(&r.aliases, c, name, RuleNameContains, Resembles) })
	}
}

// attributeNew runs a rule on a claim and discards attributions to vendors that the claim is
// attributed to already. If it is not sure that the value is the name of an organization, it also
// discards those by common names, which persons have too, and by ordinary words.
func (r *resolver) attributeNew(c *Claim, sure bool, rule func() bool) bool {
	n := len(r.out.Attributions)
	found := rule()
	kept := r.out.Attributions[:n]
	for _, a := range r.out.Attributions[n:] {
		known := false
		for i := r.start; i < n; i++ {
			known = known || r.out.Attributions[i].Vendor == a.Vendor
		}
		if e := r.names.get(names.StripLegalForms([]byte(names.Fold(a.Matched)))); known || !sure && e != nil && (e.ordinary || e.id.Common && len(a.Matched) >= names.MinLetters) {
			continue
		}
		kept = append(kept, a)
	}
	r.out.Attributions = kept
	return found
}

// sameInHan reports whether a name in Latin script and one in Han script name the same vendor: the
// vendor's full name starts with the latter, apart from places ("Dahua" and "大华" of
// "浙江大华技术股份有限公司").
func (r *resolver) sameInHan(latin, other []byte) bool {
	e := r.names.get(names.StripLegalForms(latin))
	if e == nil {
		return false
	}
	const two = 6 // bytes of two characters
	for _, u := range r.wordStarts {
		if len(other) >= two && (strings.HasPrefix(u.name, string(other)) || strings.HasPrefix(names.AfterPlaces(u.name), string(other))) && u.is.entry().vendor == e.vendor {
			return true
		}
	}
	return false
}

// addresses attributes the domains, e-mail addresses and URLs in a maker's value.
func (r *resolver) addresses(c *Claim, value string) {
	if strings.IndexByte(value, '.') < 0 {
		return
	}
	for field := range strings.FieldsFuncSeq(value, func(r rune) bool { return r <= ' ' || strings.ContainsRune(",;<>()[]\"'|、，；（）", r) }) {
		field = strings.TrimRight(field, ".:")
		if strings.IndexByte(field, '.') < 0 || !r.prefilter.HasToken([]byte(field)) {
			continue
		}
		r.attributeNew(c, true, func() bool {
			from := len(r.out.Attributions)
			if at := strings.LastIndexByte(field, '@'); at >= 0 {
				host, look, ok := weburl.EmailHost(field)
				return ok && (r.domain(c, host, RuleEmail, Resembles) || r.domain(c, look, RuleNameConfusable, Resembles))
			}
			p, ok := weburl.Parse(field)
			if !ok || p.Host == "" {
				return false
			}
			r.atMost(Resembles, func() { r.place(c, p) }) // the field is for names
			return len(r.out.Attributions) > from
		})
	}
}
