// SPDX-License-Identifier: Apache-2.0

package vendors

import (
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
	RuleNameCompany    Rule = "name.company"        // a short or common name among places, legal forms and business words
	RuleNameMisspelt   Rule = "name.misspelt"       // one letter away from the name
	RuleProduct        Rule = "product.name"        // a product's name in the register
	RuleProductStart   Rule = "product.start"       // a name that starts with a product's
	RuleTextMention    Rule = "text.mention"        // the name in other text
)

// maxMentions bounds the attributions of one component that are mentions. More of
// them can change nothing; stronger ones are never dropped.
const maxMentions = 64

// An Attribution links a claim to a vendor.
type Attribution struct {
	Vendor  ID     `json:"-"` // a record has it once, beside the attributions
	Tier    Tier   `json:"tier"`
	Claim          // its members are members of the attribution in a record
	Rule    Rule   `json:"rule"`
	Matched string `json:"matched"` // the register's value that matched
	Source  string `json:"source"`  // where the register has it from
	Member  string `json:"member"`  // id of the vendor's member, "" for the family itself
	// Caveat says why the tier is not higher, "" if nothing held it down.
	Caveat string `json:"caveat"`
	// Category is what the product is, if the register records it.
	Category string `json:"-"`
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
// Claims of role [SBOMAuthor] are passed over. Resolve does not keep the claims and,
// where nothing matches, allocates nothing.
func (r *Register) Resolve(day Date, claims []Claim) Resolution {
	res := resolver{index: &r.index, day: day}
	for i := range claims {
		c := &claims[i]
		if c.Role == SBOMAuthor || c.Value == "" {
			continue
		}
		if mayMatch(&r.index, c.Role, c.Kind, append(res.buf[:0], c.Value...)) {
			res.start, res.startUn = len(res.out.Attributions), len(res.out.Unattributed)
			res.claim(c)
		}
	}
	if len(res.out.Attributions) > 0 {
		res.corroborate(claims)
		res.demote(claims)
	}
	return res.out
}

type resolver struct {
	*index
	day      Date
	out      Resolution
	mentions int
	start    int // the first attribution of the claim that is being resolved
	startUn  int // and the first of what is not attributed
	depth    int // how deep a value inside another is, see maxDepth
	buf      [512]byte
	sq       [512]byte
}

// maxDepth is how deep one value may be inside another: a URL in the qualifier of a package
// URL, the copy of a page in an archive. [Examine] says of what is deeper that it is unread.
const maxDepth = 4

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
// or as unattributed if the entry is an exclusion or not valid on the day. A claim has one
// attribution by each rule to each member: a value that says the same a thousand times says it once.
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
	tier = min(tier, c.Role.Cap())
	for i := range r.out.Attributions[r.start:] {
		a := &r.out.Attributions[r.start+i]
		if a.Vendor == e.vendor.ID && a.Member == e.id.Member && a.Rule == rule && a.Claim.Role == c.Role {
			if tier > a.Tier {
				a.Tier, a.Matched, a.Source, a.Caveat, a.Category = tier, e.id.Value, e.id.Source, caveat, e.id.Category
			}
			return
		}
	}
	if tier == Mentions {
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
	for _, old := range r.out.Unattributed[r.startUn:] {
		if old.Vendor == u.Vendor && old.Reason == u.Reason && old.Matched == u.Matched && old.Claim.Role == u.Claim.Role {
			return
		}
	}
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
