// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"
	"strings"
)

// A Rule names the rule by which a claim was attributed.
type Rule string

// The rules, in the order in which they are tried: identifiers, then names, then
// resemblance.
const (
	RulePURLNamespace  Rule = "purl.namespace"      // the purl's namespace is the vendor's
	RulePURLPackage    Rule = "purl.package"        // the package is recorded as the vendor's
	RulePURLPrefix     Rule = "purl.prefix"         // the package's name starts as the vendor's packages do
	RuleNamespaceName  Rule = "namespace.name"      // the namespace has the vendor's name, and who owns it is not known
	RuleReverseDNS     Rule = "namespace.domain"    // a reverse-DNS namespace of the vendor's domain
	RuleCPE            Rule = "cpe.vendor"          // the CPE's vendor
	RuleCPEEcho        Rule = "cpe.echo"            // the CPE's vendor only echoes its product
	RuleDomain         Rule = "url.domain"          // a URL on the vendor's domain
	RuleRepository     Rule = "url.owner"           // a URL of the vendor's account on a code host
	RuleEmail          Rule = "email.domain"        // an address on the vendor's domain
	RuleIdentifier     Rule = "identifier"          // an OUI, PEN, PCI, USB, PNP, ACPI, Bluetooth or registration id
	RuleDeviceTree     Rule = "devicetree.prefix"   // the vendor prefix of a compatible string
	RuleFingerprint    Rule = "fingerprint"         // the digest of a certificate, key or signed image
	RuleSUIT           Rule = "guid.suit"           // the SUIT vendor id of the vendor's domain
	RuleFwupd          Rule = "guid.fwupd"          // what fwupd makes of the id of a vendor's device
	RuleCHID           Rule = "guid.chid"           // the computer hardware id of the maker's string
	RuleCertificate    Rule = "certificate.subject" // the organisation of a certificate's subject
	RuleName           Rule = "name.whole"          // the name, apart from its legal form
	RuleNameCommon     Rule = "name.common"         // a common name without a second field
	RuleNameTransliter Rule = "name.transliterated" // a declared transliteration
	RuleNameSquashed   Rule = "name.squashed"       // the name with other word breaks
	RuleNameConfusable Rule = "name.confusable"     // the name in look-alike or with invisible characters
	RuleNameBranch     Rule = "name.branch"         // the name with a country or region added
	RuleNameContains   Rule = "name.contains"       // the name inside a longer name
	RuleNameMisspelt   Rule = "name.misspelt"       // one letter away from the name
	RuleProduct        Rule = "product.name"        // a product's name in the register
	RuleTextMention    Rule = "text.mention"        // the name in other text
)

// maxMentions bounds the attributions of one component that are mentions. More of
// them can change nothing; stronger ones are never dropped.
const maxMentions = 64

// An Attribution links a claim to a vendor.
type Attribution struct {
	Vendor  ID
	Member  string // id of the vendor's member, "" for the family itself
	Tier    Tier
	Claim   Claim
	Rule    Rule
	Matched string // the register's value that matched
	Source  string // where the register has it from
	// Caveat says why the tier is not higher, "" if nothing held it down.
	Caveat string
	// Category is what the product is, if the register records it.
	Category string
}

// An Unattributed is a claim that looks like a vendor's and, for a recorded
// reason, is not attributed to it.
type Unattributed struct {
	Vendor  ID
	Claim   Claim
	Reason  string // "stranger", "lookAlike", "formerMember", "notYetMember", "hosting", "contribution"
	Note    string
	Matched string
	Source  string
}

// A Resolution is what a register makes of the claims of one component.
type Resolution struct {
	Attributions []Attribution // in order of the claims
	Unattributed []Unattributed
}

// Resolve attributes the claims of one component, as of a day. The empty day
// ignores validity: everything that ever was the vendor's is.
//
// Claims of role [Emitter] are passed over. Resolve does not keep the claims and,
// where nothing matches, allocates nothing.
func (r *Register) Resolve(day Date, claims []Claim) Resolution {
	res := resolver{index: &r.index, day: day}
	for i := range claims {
		c := &claims[i]
		if c.Role == Emitter || c.Value == "" {
			continue
		}
		if mayMatch(&r.index, c.Role, c.Kind, append(res.buf[:0], c.Value...)) {
			res.claim(c)
		}
	}
	res.corroborate()
	return res.out
}

type resolver struct {
	*index
	day      Date
	out      Resolution
	mentions int
	buf      [512]byte
	sq       [512]byte
}

func (r *resolver) claim(c *Claim) {
	switch c.Kind {
	case KindName:
		r.name(c)
	case KindGroup:
		r.group(c)
	case KindProduct, KindText:
		r.text(c)
	case KindPURL:
		r.purl(c)
	case KindCPE:
		r.cpe(c)
	case KindURL:
		r.url(c)
	case KindRegID:
		r.regid(c)
	case KindGUID:
		r.guid(c)
	case KindFingerprint:
		r.lookup(c, "fingerprint", appendLower(r.buf[:0], c.Value), RuleFingerprint, Registered)
	case KindCertificate:
		r.certificate(c)
	case KindEmail:
		r.email(c)
	case KindDeviceTree:
		prefix, _, _ := strings.Cut(c.Value, ",")
		r.lookup(c, "devicetree", appendLower(r.buf[:0], prefix), RuleDeviceTree, Registered)
	case KindOUI:
		r.ouiBlock(c)
	default:
		r.lookup(c, string(c.Kind), appendLower(r.buf[:0], c.Value), RuleIdentifier, Registered)
	}
}

// lookup attributes the claim if the table of kind has the key.
func (r *resolver) lookup(c *Claim, kind string, key []byte, rule Rule, tier Tier) bool {
	e := r.ids[kind][string(key)]
	if e == nil {
		return false
	}
	r.hit(c, e, rule, tier)
	return true
}

// hit records that the claim matched an entry: as an attribution of at most tier,
// or as unattributed if the entry is an exclusion or not valid on the day.
func (r *resolver) hit(c *Claim, e *entry, rule Rule, tier Tier) {
	if e.excl != nil {
		if e.excl.Covers(r.day) != Outside {
			r.set(Unattributed{e.vendor.ID, *c, e.excl.Reason, e.excl.Note, e.excl.Value, e.excl.Source})
		}
		return
	}
	caveat := weakness(e)
	if reason, note, source := r.invalid(e); reason != "" {
		r.set(Unattributed{e.vendor.ID, *c, reason, note, e.id.Value, source})
		return
	} else if note != "" && caveat == "" {
		caveat = note
	}
	if caveat != "" {
		tier = min(tier, Resembles)
	}
	if tier = min(tier, c.Role.Cap()); tier == Mentions {
		if r.mentions++; r.mentions > maxMentions {
			return
		}
	}
	a := Attribution{
		Vendor: e.vendor.ID, Member: e.id.Member, Tier: tier, Claim: *c, Rule: rule,
		Matched: e.id.Value, Source: e.id.Source, Caveat: caveat, Category: e.id.Category,
	}
	r.out.Attributions = append(r.out.Attributions, a)
}

func (r *resolver) set(u Unattributed) {
	if len(r.out.Unattributed) < maxMentions {
		r.out.Unattributed = append(r.out.Unattributed, u)
	}
}

// invalid says whether an entry does not hold on the day: then reason is set. If
// only a month or a year is known, or the membership is in doubt, note says so.
func (r *resolver) invalid(e *entry) (reason, note, source string) {
	spans := []Interval{e.id.Interval}
	if e.member != nil {
		spans = append(spans, e.member.Interval)
		source = e.member.Source
	} else {
		source = e.id.Source
	}
	for _, s := range spans {
		switch s.Covers(r.day) {
		case Outside:
			if s.From != "" && r.day < s.From {
				return "notYetMember", "the vendor's from " + string(s.From), source
			}
			return "formerMember", "the vendor's until " + string(s.Until), source
		case Doubtful:
			note = "the exact day of a change of ownership is not known"
		}
	}
	if e.member != nil && e.member.DoubtFrom != "" && r.day >= e.member.DoubtFrom {
		note = "membership in doubt since " + string(e.member.DoubtFrom)
	}
	return "", note, ""
}

// corroborate raises common names that stand beside independent evidence of the
// same vendor, and marks the others.
func (r *resolver) corroborate() {
	as := r.out.Attributions
	for i := range as {
		if as[i].Rule != RuleNameCommon {
			continue
		}
		second := slices.ContainsFunc(as, func(b Attribution) bool {
			return b.Vendor == as[i].Vendor && b.Rule != RuleNameCommon && b.Tier >= Declared
		})
		if second {
			as[i].Tier, as[i].Rule, as[i].Caveat = min(Declared, as[i].Claim.Role.Cap()), RuleName, ""
		}
	}
}

// name attributes the name of an organisation.
func (r *resolver) name(c *Claim) {
	if Placeholder(c.Value) {
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
	if r.wholeName(c, c.Value, RuleName, cap) || !c.Role.Makes() {
		return
	}
	if s, changed := skeleton(c.Value); changed && r.wholeName(c, s, RuleNameConfusable, Resembles) {
		return
	}
	tokens := appendTokens(r.buf[:0], c.Value)
	if r.branch(c, tokens) || r.phrase(c, tokens, RuleNameContains, Resembles) {
		return
	}
	r.misspelt(c, tokens)
}

// wholeName attributes a name that is an alias as a whole, apart from its legal
// form, or that is an exclusion.
func (r *resolver) wholeName(c *Claim, value string, rule Rule, tier Tier) bool {
	tokens := appendTokens(r.buf[:0], value)
	if len(tokens) == 0 {
		return false
	}
	if e := r.exact[string(tokens)]; e != nil && (e.id != nil || e.excl.Covers(r.day) != Outside) {
		r.hit(c, e, rule, tier)
		return true
	}
	stripped := stripForms(tokens)
	if e := r.names[string(stripped)]; e != nil {
		same := r.full[string(tokens)]
		if same != nil && same.vendor == e.vendor {
			e = same // this very name is in the register
		} else {
			same = nil
		}
		whole := rule == RuleName || rule == RuleCertificate
		switch {
		case e.id.Kind == "transliteration":
			rule, tier = RuleNameTransliter, Resembles
		case rule == RuleName && hidden(value):
			rule, tier = RuleNameConfusable, Resembles
		case e.id.Common && whole:
			r.common(c, e, "a common name; no second field names the vendor")
			return true
		case same == nil && letters(string(stripped)) < minName && whole:
			r.common(c, e, "a short name, not as the register has it; no second field names the vendor")
			return true
		}
		r.hit(c, e, rule, tier)
		return true
	}
	if rule != RuleName && rule != RuleNameConfusable {
		return false
	}
	for _, words := range [...][]byte{stripped, tokens} {
		s := squash(r.sq[:0], words)
		if len(s) < minDistinct {
			break
		}
		if e := r.squashed[string(s)]; e != nil {
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

// branch attributes a name to which only countries, regions and legal forms were added:
// "ZTE Deutschland GmbH". It is the one way in which a short name is found in a longer one.
func (r *resolver) branch(c *Claim, tokens []byte) bool {
	f := forms()
	rest := tokens
	for {
		n := len(rest)
		if rest = cutLast(f.regions, stripForms(rest)); len(rest) == n {
			break
		}
	}
	e := r.names[string(rest)]
	if e == nil || len(rest) == len(tokens) {
		return false
	}
	r.hit(c, e, RuleNameBranch, Resembles)
	return true
}

// phrase attributes the longest aliases found on whole tokens, the first of each
// vendor.
func (r *resolver) phrase(c *Claim, tokens []byte, rule Rule, tier Tier) bool {
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
	for len(tokens) > 0 {
		end := bytes.IndexByte(tokens, ' ')
		if end < 0 {
			end = len(tokens)
		}
		h := hashToken(tokens[:end])
		if r.first[h>>6&127]&(1<<(h&63)) != 0 {
			if e, length := r.longestPhrase(tokens); e != nil {
				hit(e)
				end = length
			}
		}
		if tokens[0] >= 0xe3 && rule == RuleNameContains { // Han script: no spaces between words
			for _, h := range r.han {
				if strings.HasPrefix(string(tokens[:end]), h.name) {
					hit(h.entry)
					break
				}
			}
		}
		if end == len(tokens) {
			break
		}
		tokens = tokens[end+1:]
	}
	return len(found) > 0
}

// longestPhrase returns the alias with which the tokens start, and its length.
func (r *resolver) longestPhrase(tokens []byte) (*entry, int) {
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
		if e := r.phrases[string(tokens[:ends[n-1]])]; e != nil {
			return e, ends[n-1]
		}
	}
	return nil, 0
}

// misspelt attributes a name one letter away from a distinctive alias: the whole
// name without spaces, or one of its tokens.
func (r *resolver) misspelt(c *Claim, tokens []byte) {
	try := func(s []byte) bool {
		if len(s) < minDistinct-1 {
			return false
		}
		for _, alias := range r.typos[s[0]] {
			if d := len(alias) - len(s); d < -1 || d > 1 || !oneEdit(alias, string(s)) {
				continue
			}
			r.hit(c, r.squashed[alias], RuleNameMisspelt, Resembles)
			return true
		}
		return false
	}
	stripped := stripForms(tokens)
	if try(squash(r.sq[:0], stripped)) || bytes.IndexByte(stripped, ' ') < 0 {
		return
	}
	for len(stripped) > 0 {
		token, rest, _ := bytes.Cut(stripped, []byte{' '})
		if try(token) {
			return
		}
		stripped = rest
	}
}

// text looks for a vendor's name in the name of a component or in other text. An
// exact product name resembles; a model or title of a device that holds the name
// as a whole token does too; all else only mentions.
func (r *resolver) text(c *Claim) {
	tokens := appendTokens(r.buf[:0], c.Value)
	if len(tokens) == 0 {
		return
	}
	if c.Kind == KindProduct {
		e := r.products[string(tokens)]
		if e == nil {
			e = r.products[string(squash(r.sq[:0], tokens))] // "KasperskyTotalSecurity"
		}
		if e != nil {
			r.hit(c, e, RuleProduct, Resembles)
			return
		}
	}
	tier := Mentions
	if c.Role == Reference {
		tier = Resembles
		if r.shortToken(c, tokens) {
			return
		}
	}
	r.phrase(c, tokens, RuleTextMention, tier)
}

// shortToken finds an alias too short for phrases ("ZTE") as a whole token of a
// device's model or title.
func (r *resolver) shortToken(c *Claim, tokens []byte) bool {
	for len(tokens) > 0 {
		token, rest, _ := bytes.Cut(tokens, []byte{' '})
		if e := r.names[string(token)]; e != nil && len(token) < minDistinct && (!e.id.Common || len(token) < minName) {
			r.hit(c, e, RuleTextMention, Resembles)
			return true
		}
		tokens = rest
	}
	return false
}
