// SPDX-License-Identifier: Apache-2.0

package view

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// ForceWords returns whether a text binds somebody: "binding" or "not binding".
func ForceWords(binding bool) string {
	if binding {
		return "binding"
	}
	return "not binding"
}

// TallyWords returns a tally in words, with the force apart: "2 parts by binding texts, 1 by texts
// that bind nobody".
func TallyWords(c *Tally) string {
	switch {
	case c.NotBinding == 0:
		return parts(c.Binding) + " by binding texts"
	case c.Binding == 0:
		return parts(c.NotBinding) + " by texts that bind nobody"
	}
	return parts(c.Binding) + fmt.Sprintf(" by binding texts, %d by texts that bind nobody", c.NotBinding)
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

// VerbWords returns what a text asks, in plain words.
func VerbWords(c *match.Citation) string { return ActionWords(c.Action) }

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
	case "binds":
		return "binds the buyer"
	case "advises":
		return "advises the buyer, without a duty"
	case "bindsBidders":
		return "binds the bidders of the buyer, by the contract"
	case "unknown":
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
		all = append(all, "Limited to “"+c.Scope.Limit+"”.")
	}
	for _, x := range c.Scope.Exceptions {
		all = append(all, "Except “"+strings.TrimSuffix(x, ".")+"”.")
	}
	return all
}

// BasisWords returns how a text covers the vendor.
func BasisWords(b denylist.Basis) string {
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
		match.Clear:        "Everything was read, and no text of the denylist applies.",
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
		return "by its prefix in the devicetree"
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
	match.OtherAddressee: "the text speaks to others than the buyer",
	"notNamed":           "the text does not name the vendor",
	"criterionOnly":      "the text gives a criterion and names no vendor",
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

// Buyer returns who the report was made for, or "no buyer given".
func Buyer(r *evidence.Report) string {
	if r.Buyer == nil {
		return "no buyer given"
	}
	return "for " + r.Buyer.Title
}

func parts(n int) string { return Count(n, "part") }
