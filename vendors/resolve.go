// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// A Rule is the rule by which a claim was attributed.
type Rule string

// The rules: for identifiers, then for names, products and other text.
const (
	RulePURLNamespace      Rule = "purl.namespace"      // the purl's namespace is the vendor's
	RulePURLPackage        Rule = "purl.package"        // the package is recorded as the vendor's
	RulePURLPrefix         Rule = "purl.prefix"         // the package's name starts like those of the vendor's packages
	RuleNamespaceName      Rule = "namespace.name"      // the namespace has the vendor's name; its owner is not known
	RuleReverseDNS         Rule = "namespace.domain"    // a reverse-DNS namespace of the vendor's domain
	RuleCPE                Rule = "cpe.vendor"          // the CPE's vendor
	RuleCPEEcho            Rule = "cpe.echo"            // the CPE's vendor only echoes its product
	RuleDomain             Rule = "url.domain"          // a URL on the vendor's domain
	RuleRepository         Rule = "url.owner"           // a URL of the vendor's account on a code host
	RuleEmail              Rule = "email.domain"        // an address on the vendor's domain
	RuleIdentifier         Rule = "identifier"          // an OUI, PEN, PCI, USB, PNP, ACPI, Bluetooth or registration id
	RuleDeviceTree         Rule = "devicetree.prefix"   // the vendor prefix of a compatible string
	RuleFingerprint        Rule = "fingerprint"         // the digest of a certificate, key or signed image
	RuleSUIT               Rule = "guid.suit"           // the SUIT vendor id of the vendor's domain
	RuleFwupd              Rule = "guid.fwupd"          // the GUID that fwupd computes from the id of a vendor's device
	RuleCHID               Rule = "guid.chid"           // the computer hardware id of the maker's string
	RuleCertificate        Rule = "certificate.subject" // the organization in a certificate's subject
	RuleName               Rule = "name.whole"          // the name, apart from its legal form
	RuleNameCommon         Rule = "name.common"         // a common name without a second field
	RuleNameTransliterated Rule = "name.transliterated" // a declared transliteration
	RuleNameUnspaced       Rule = "name.squashed"       // the name with other word breaks
	RuleNameConfusable     Rule = "name.confusable"     // the name in look-alike or with invisible characters
	RuleNameBranch         Rule = "name.branch"         // the name with a country or region added
	RuleNameContains       Rule = "name.contains"       // the name inside a longer name
	RuleNameCompany        Rule = "name.company"        // a short or common name among places, legal forms and business words
	RuleNameMisspelled     Rule = "name.misspelt"       // one letter differs from the name
	RuleProduct            Rule = "product.name"        // a product's name in the register
	RuleProductStart       Rule = "product.start"       // a name that starts with a product's
	RuleTextMention        Rule = "text.mention"        // the name in other text
)

// maxMentions bounds the attributions of one component that are mentions. More of them change
// nothing. Stronger attributions are never dropped.
const maxMentions = 64

// An Attribution links a claim to a vendor.
type Attribution struct {
	Vendor  ID     `json:"-"` // a record has it once, beside the attributions
	Tier    Tier   `json:"tier"`
	Claim          // its members are members of the attribution in a record
	Rule    Rule   `json:"rule"`
	Matched string `json:"matched"` // the register's value that matched
	Source  string `json:"source"`  // the source of that value
	Member  string `json:"member"`  // id of the vendor's member, "" for the family itself
	// Caveat is the reason why the tier is not higher, "" if there is none.
	Caveat string `json:"caveat"`
	// Category is the kind of a product, if the register records it.
	Category string `json:"-"`
}

// An Unattributed is a claim that resembles a vendor's and is not attributed to the vendor, for a
// reason in the register.
type Unattributed struct {
	Vendor  ID
	Claim   Claim
	Reason  Reason
	Note    string
	Matched string
	Source  string
}

// A Resolution is the result of resolving the claims of one component.
type Resolution struct {
	Attributions []Attribution // in order of the claims
	Unattributed []Unattributed
}

// Resolve attributes the claims of one component, as of a day. The empty day means that every entry
// of the register is valid.
//
// Resolve ignores claims of role [SBOMAuthor]. It does not keep the claims, and allocates nothing if
// none of them matches.
func (r *Register) Resolve(day Date, claims []Claim) Resolution {
	res := resolver{index: &r.index, day: day}
	for i := range claims {
		c := &claims[i]
		if c.Role == SBOMAuthor || c.Value == "" {
			continue
		}
		if r.index.mayMatch(c.Role, c.Kind, append(res.buf[:0], c.Value...)) {
			res.start, res.startUnattributed = len(res.out.Attributions), len(res.out.Unattributed)
			res.claim(c)
		}
	}
	if len(res.out.Attributions) > 0 {
		res.corroborate(claims)
		res.demote(claims)
	}
	return res.out
}

// A resolver attributes the claims of one component.
type resolver struct {
	*index
	day               Date
	out               Resolution
	mentions          int
	start             int  // the first attribution of the current claim
	startUnattributed int  // the first exclusion of the current claim
	depth             int  // the number of values around the current one, see [weburl.MaxDepth]
	resemblesAtMost   bool // the current part of the value cannot say who made the component
	buf               [512]byte
	buf2              [512]byte
}

// claim attributes a claim by the rules of its kind.
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
		r.lookup(c, IdentifierFingerprint, ascii.AppendLower(r.buf[:0], c.Value), RuleFingerprint, Registered)
	case KindCertificate:
		r.certificate(c)
	case KindEmail:
		r.email(c)
	case KindDeviceTree:
		prefix, _, _ := strings.Cut(c.Value, ",")
		r.lookup(c, IdentifierDeviceTree, ascii.AppendLower(r.buf[:0], prefix), RuleDeviceTree, Registered)
	case KindOUI:
		r.oui(c)
	default: // numbers, which have the same kind in claims and in the register
		r.lookup(c, IdentifierKind(c.Kind), ascii.AppendLower(r.buf[:0], c.Value), RuleIdentifier, Registered)
	}
}

// lookup attributes the claim if the table of a kind has the key.
func (r *resolver) lookup(c *Claim, kind IdentifierKind, key []byte, rule Rule, tier Tier) bool {
	e := r.ids[kind].get(key)
	if e == nil {
		return false
	}
	r.attribute(c, e, rule, tier)
	return true
}

// attribute records that the claim matches an entry: as an attribution of at most a tier, or as
// unattributed if the entry is an exclusion or not valid on the day. A claim has one attribution by
// each rule to each member, however often its value names the member.
func (r *resolver) attribute(c *Claim, e *entry, rule Rule, tier Tier) {
	if e.excl != nil {
		if e.excl.interval().covers(r.day) != outside {
			r.addUnattributed(Unattributed{e.vendor.ID, *c, e.excl.Reason, e.excl.Note, e.excl.Value, e.excl.Source})
		}
		return
	}
	caveat := weakness(e)
	reason, note, source := r.invalidity(e)
	switch {
	case reason != "":
		r.addUnattributed(Unattributed{e.vendor.ID, *c, reason, note, e.id.Value, source})
		return
	case caveat == "":
		caveat = note
	}
	if caveat != "" || r.resemblesAtMost {
		tier = min(tier, Resembles)
	}
	r.addAttribution(Attribution{
		Vendor: e.vendor.ID, Member: e.id.Member, Tier: min(tier, c.Role.Cap()), Claim: *c, Rule: rule,
		Matched: e.id.Value, Source: e.id.Source, Caveat: caveat, Category: e.id.Category,
	})
}

// addAttribution adds an attribution of the current claim, unless the claim has one by the same rule
// to the same member. Then the higher tier remains.
func (r *resolver) addAttribution(a Attribution) {
	for i := r.start; i < len(r.out.Attributions); i++ {
		old := &r.out.Attributions[i]
		if old.Vendor != a.Vendor || old.Member != a.Member || old.Rule != a.Rule || old.Claim.Role != a.Claim.Role {
			continue
		}
		if a.Tier > old.Tier {
			claim := old.Claim
			*old = a
			old.Claim = claim
		}
		return
	}
	if a.Tier == Mentions {
		if r.mentions++; r.mentions > maxMentions {
			return
		}
	}
	r.out.Attributions = append(r.out.Attributions, a)
}

func (r *resolver) addUnattributed(u Unattributed) {
	for _, old := range r.out.Unattributed[r.startUnattributed:] {
		if old.Vendor == u.Vendor && old.Reason == u.Reason && old.Matched == u.Matched && old.Claim.Role == u.Claim.Role {
			return
		}
	}
	if len(r.out.Unattributed) < maxMentions {
		r.out.Unattributed = append(r.out.Unattributed, u)
	}
}

// invalidity returns the reason and its source if an entry is not valid on the day. If only
// a month or a year is known, or the membership is in doubt, it returns a note and no reason.
func (r *resolver) invalidity(e *entry) (reason Reason, note, source string) {
	spans := [...]interval{e.id.interval(), {}}
	source = e.id.Source
	if e.member != nil {
		spans[1], source = e.member.interval(), e.member.Source
	}
	for _, s := range spans {
		switch s.covers(r.day) {
		case outside:
			if s.from != "" && r.day < s.from {
				return ReasonNotYetMember, "the vendor's from " + string(s.from), source
			}
			return ReasonFormerMember, "the vendor's until " + string(s.until), source
		case doubtful:
			note = "the exact day of a change of ownership is not known"
		}
	}
	if e.member != nil && e.member.DoubtFrom != "" && r.day >= e.member.DoubtFrom {
		note = "membership in doubt since " + string(e.member.DoubtFrom)
	}
	return "", note, ""
}
