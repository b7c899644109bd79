// SPDX-License-Identifier: Apache-2.0

package view

import (
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// ForceWords returns whether a text binds somebody: "binding" or "not binding".
func ForceWords(binding bool) string {
	if binding {
		return "binding"
	}
	return "not binding"
}

// kindNames are the words for a text of a force.
var kindNames = map[denylist.Force]string{
	denylist.OfficialList: "official list", denylist.SoftLaw: "policy paper",
}

// KindOfText returns the kind of a text in plain words: "statute", "official list".
func KindOfText(f denylist.Force) string {
	if words := kindNames[f]; words != "" {
		return words
	}
	return string(f)
}

// VerbWords returns what a text asks: its own words if the denylist has them, with our translation,
// and else our class for it: "“prohibited from”", "phase out". A list that asks for nothing says so.
func VerbWords(c *match.Citation) string {
	switch {
	case c.Verb != "" && c.VerbEnglish != "":
		return "“" + c.Verb + "” (" + c.VerbEnglish + ")"
	case c.Verb != "":
		return "“" + c.Verb + "”"
	case c.OnlyLists():
		return "nothing by itself; it is a list"
	}
	return ActionWords(c.Action)
}

// ActionWords returns our class for what a text asks in plain words.
func ActionWords(a denylist.Action) string {
	if a == denylist.PhaseOut {
		return "phase out"
	}
	return string(a)
}

// SpeaksWords returns how a text speaks to the buyer of a report, with the buyer; without a
// buyer, that none was given.
func SpeaksWords(b *denylist.Buyer, c *match.Citation) string {
	if b == nil {
		return "no buyer given"
	}
	switch c.Speaks {
	case denylist.Binds:
		return "binds the buyer"
	case denylist.Advises:
		switch {
		case c.Citation == nil:
		case c.Force == denylist.Resolution: // the verb of parliaments
			return "calls on the buyer, without a duty"
		case c.Force == denylist.Warning:
			return "warns the buyer, without a duty"
		}
		return "advises the buyer, without a duty"
	case denylist.BindsBidders:
		return "binds those who supply the buyer"
	case denylist.ThroughContract:
		return "binds the buyer by contract or subsidy terms"
	case denylist.UnknownRelation:
		return "whether it speaks to the buyer is not recorded"
	}
	return "speaks to others than the buyer"
}

// NoBuyer is the sentence of summaries without a buyer.
const NoBuyer = "No buyer given: texts addressed to anyone count."

// Limits returns the limits and exceptions of a text, each a sentence with its own words.
func Limits(c *denylist.Citation) []string {
	var all []string
	if c.Scope == nil {
		return nil
	}
	if c.Scope.Limit != "" {
		all = append(all, "Limited to "+c.Scope.LimitWords()+".")
	}
	for _, x := range c.Scope.Exceptions {
		all = append(all, "Except “"+strings.TrimSuffix(x, ".")+"”.")
	}
	return all
}

// BasisWords returns how a text covers the vendor.
func BasisWords(b string) string {
	switch b {
	case denylist.Example:
		return "names the vendor as an example"
	case denylist.Named:
		return "names the vendor"
	}
	return "covers the vendor by its definition"
}

// VerdictWords returns what a verdict means, in a sentence.
func VerdictWords(v match.Verdict) string {
	return map[match.Verdict]string{
		match.Ban:          "An official text asks to ban or prohibits products of this vendor.",
		match.Exclude:      "An official text asks to exclude, remove or replace products of this vendor.",
		match.Review:       "A person has to settle a question first.",
		match.Inconclusive: "Something could not be screened.",
		match.Clear:        "No text of the denylist applies.",
	}[v]
}

// TierWords returns in plain words how certain it is who the vendor is.
func TierWords(t vendors.Tier) string {
	switch t {
	case vendors.Registered:
		return "certain: an identifier that is registered to the vendor, or under its control"
	case vendors.Declared:
		return "stated in the document"
	case vendors.Resembles:
		return "not certain: only a resemblance"
	case vendors.Mentions:
		return "only mentioned"
	}
	return "not attributed"
}

// roleNames are the words for the role in which a document names somebody.
var roleNames = map[vendors.Role]string{
	vendors.Manufacturer: "manufacturer", vendors.Supplier: "supplier", vendors.Publisher: "publisher", vendors.Distributor: "distributor",
	vendors.Author: "author",
}

// IdentifiedBy returns in plain words how the vendor of a finding was identified, by its most
// certain attribution: "named as supplier", "by its own package namespace".
func IdentifiedBy(f *match.Finding) string {
	best := -1
	for i := range f.Attributions {
		if best < 0 || f.Attributions[i].Tier > f.Attributions[best].Tier {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	a := &f.Attributions[best]
	if a.Tier == vendors.Resembles {
		return resemblance(a)
	}
	switch a.Rule {
	case vendors.RulePURLNamespace, vendors.RuleReverseDNS:
		return "by its own package namespace"
	case vendors.RulePURLPackage, vendors.RulePURLPrefix:
		return "by a package that is recorded as its own"
	case vendors.RuleCPE, vendors.RuleCPEEcho:
		return "by the vendor in the CPE"
	case vendors.RuleDomain, vendors.RuleRepository:
		return "by an address of the vendor"
	case vendors.RuleEmail:
		return "by an e-mail address of the vendor"
	case vendors.RuleDeviceTree:
		return "by its devicetree prefix"
	case vendors.RuleFingerprint, vendors.RuleCertificate:
		return "by a certificate or signature of the vendor"
	case vendors.RuleIdentifier, vendors.RuleSUIT, vendors.RuleFwupd, vendors.RuleCHID:
		return "by a number that is registered to it (" + strings.ToUpper(string(a.Kind)) + ")"
	}
	if role := roleNames[a.Role]; role != "" {
		return "named as " + role
	}
	return "named in the document"
}

// resemblance returns what resembles what.
func resemblance(a *vendors.Attribution) string {
	value := Printable(a.Value)
	switch {
	case a.Matched == "" || strings.EqualFold(a.Matched, a.Value):
		if role := roleNames[a.Role]; role != "" {
			return "named only as " + role
		}
		return "“" + value + "” alone does not show who supplied it"
	case a.Rule == vendors.RuleNameMisspelled:
		return "“" + value + "” is one letter away from “" + a.Matched + "”"
	}
	return "“" + value + "” resembles “" + a.Matched + "”"
}

// reasonWords are the reasons of observations in plain words.
var reasonWords = map[match.Reason]string{
	match.MentionedOnly:  "the vendor is only mentioned",
	match.AuthoredOnly:   "people of the vendor contributed, which does not make it the supplier",
	match.NotEffective:   "the text is not yet in force",
	match.NoLonger:       "the text is no longer in force",
	match.SupplySide:     "the text restricts supply to the vendor, not buying from it",
	match.SubsidyOnly:    "the text is about subsidies or authorizations",
	match.OutOfScope:     "the text is about other kinds of products",
	match.OutOfDepth:     "the text does not reach parts of other products",
	match.NoListing:      "the vendor is known, and no text of the denylist is about it",
	match.OtherAddressee: "the text speaks to others than the buyer",
	"notNamed":           "the text does not name the vendor",
	"listNotRead":        "the text has a list of names that was not read",
	"criterionOnly":      "the text gives a criterion and names no vendor",
	"notRead":            "the text was not read, and may be about the vendor",
	"lifted":             "the measure was lifted",
	"productOnly":        "the text names a product of the vendor, and not the vendor",
	"stranger":           "a company with a similar name",
	"lookAlike":          "only the name looks similar",
	"formerMember":       "a company that no longer belongs to the vendor",
	"notYetMember":       "a company that did not belong to the vendor yet",
	"hosting":            "hosted by the vendor, not made by it",
	"contribution":       "the vendor only contributed",
}

// ReasonWords returns the reason of an observation in plain words.
func ReasonWords(r match.Reason) string {
	if words := reasonWords[r]; words != "" {
		return words
	}
	return string(r)
}

// TextName returns the short name of a text with its clause: "FAR 52.204-23(b)", "EP resolution
// P8_TA(2018)0258, clause 76". width bounds the name without the clause if the denylist has
// no short one.
func TextName(c *denylist.Citation, width int) string {
	name := c.Short
	if name == "" {
		name, _, _ = strings.Cut(c.Title, " (")
		name = Cut(name, width)
	}
	words := strings.Fields(name)
	for i := range words {
		if strings.HasPrefix(c.Clause, strings.Join(words[i:], " ")) {
			return strings.Join(append(words[:i], c.Clause), " ")
		}
	}
	if c.Clause == "" {
		return name
	}
	return name + ", " + c.Clause
}

// Cut returns text of at most width characters, cut between words, with "…" for what is left out.
func Cut(text string, width int) string {
	rs := []rune(text)
	if len(rs) <= width {
		return text
	}
	head := string(rs[:max(width-2, 1)])
	if i := strings.LastIndexByte(head, ' '); i > 0 {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,;:(") + " …"
}

// reasonStarts are the starts of reasons for which a verdict is not more severe than review.
var reasonStarts = []string{"the attribution ", "the component is in the history", "the claims contradict", "the text ", "the words were not verified",
	"it reaches only ", "limited to “", "about ", "the document does not say "}

// Reasons returns the reasons in [match.Citation].CappedBy. A semicolon can be within one too.
func Reasons(cappedBy string) []string {
	var all []string
	for s := range strings.SplitSeq(cappedBy, "; ") {
		if n := len(all); n > 0 && !slices.ContainsFunc(reasonStarts, func(start string) bool { return strings.HasPrefix(s, start) }) {
			all[n-1] += "; " + s
			continue
		}
		all = append(all, s)
	}
	return all
}

// QuestionWords returns a reason for which a verdict is not more severe than review in a few words,
// for a line of a summary.
func QuestionWords(reason string) string {
	for _, w := range [...]struct{ start, words string }{
		{"the text does not say that it reaches components", "the text is silent on parts"},
		{"it reaches only substantial or essential components", "the text reaches only essential parts"},
		{"it reaches only the vendor's own products", "is it a product or a part?"},
		{"the words were not verified", "the words were not verified"},
		{"the text itself asks for a review", "the text asks for a review"},
		{"the text lists the vendor and asks for nothing", "the text is a list and asks for nothing by itself"},
		{"the text warns", "the text only warns"},
		{"the text restricts what subsidies may pay for", "the text is about what subsidies may pay for"},
		{"the document does not say what kind of product", "what kind of product is it?"},
	} {
		if strings.HasPrefix(reason, w.start) {
			return w.words
		}
	}
	if product, found := strings.CutPrefix(reason, "the text names the product “"); found {
		if product, _, found = strings.Cut(product, "”"); found {
			return "the text names the product “" + product + "”"
		}
	}
	if limit, found := strings.CutPrefix(reason, "limited to “"); found {
		if limit, rest, found := strings.Cut(limit, "”"); found {
			if english, _, found := strings.Cut(strings.TrimPrefix(rest, " ("), ")"); found && strings.HasPrefix(rest, " (") {
				return "is it for “" + limit + "” (" + english + ")?"
			}
			return "is it for “" + limit + "”?"
		}
	}
	return strings.TrimPrefix(reason, "the claims contradict each other: ")
}
