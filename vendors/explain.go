// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"github.com/clause76/clause76/internal/names"
)

// An Explanation is the chain from a claim to a vendor, in the order in which a reader checks it: the
// claim, the value that was compared, the rule, the entry of the register with its source and its
// dates, and the exclusions that could have prevented the attribution.
type Explanation struct {
	Attribution
	VendorName string
	// Compared is the claim's value as it was compared: folded, without legal form, or only the part
	// of an identifier that names an owner.
	Compared string
	// Kind is the kind of the entry.
	Kind IdentifierKind
	// Member is the member of the family that the entry belongs to, or nil.
	Member *Member
	// Day is the day of the resolution. The entry is valid from the day From, and no longer valid on
	// the day Until.
	Day, From, Until Date
	// Exclusions are those of the vendor that the claim was compared with. None of them matched.
	Exclusions []Exclusion
}

// Explain returns the chain of an attribution that [Register.Resolve] made as of a day.
func (r *Register) Explain(day Date, a Attribution) Explanation {
	e := Explanation{Attribution: a, Compared: compared(a), Day: day}
	v := r.Vendor(a.Vendor)
	if v == nil {
		return e
	}
	e.VendorName = v.Name
	for i := range v.Identifiers {
		id := &v.Identifiers[i]
		if c := id.computed(); c != nil && c.Value == a.Matched {
			id = c
		}
		if id.Value == a.Matched && id.Member == a.Member && id.Source == a.Source {
			e.Kind, e.From, e.Until = id.Kind, id.From, id.Until
			break
		}
	}
	if a.Member != "" {
		e.Member = v.member(a.Member)
	}
	for _, x := range v.Exclusions {
		named := e.Kind.IsName() || e.Kind == IdentifierExactName
		if x.Kind.IsName() == named && (named || x.Kind == e.Kind) {
			e.Exclusions = append(e.Exclusions, x)
		}
	}
	return e
}

// compared returns the form in which the claim's value was looked up.
func compared(a Attribution) string {
	switch a.Rule {
	case RulePURLNamespace, RulePURLPackage, RulePURLPrefix, RuleRepository, RuleDomain, RuleReverseDNS, RuleCPE, RuleCPEEcho,
		RuleEmail, RuleDeviceTree, RuleFingerprint, RuleSUIT, RuleIdentifier:
		return strings.ToLower(a.Matched)
	}
	switch a.Claim.Kind {
	case KindName, KindGroup, KindProduct:
		folded := []byte(names.Fold(a.Claim.Value))
		switch a.Rule {
		case RuleName, RuleNameCommon, RuleNameTransliterated:
			return string(names.StripLegalForms(folded))
		case RuleNameUnspaced, RuleNameMisspelled:
			return string(names.AppendJoined(nil, names.StripLegalForms(folded)))
		case RuleNameConfusable:
			if v := names.Lookalikes(a.Claim.Value, folded); len(v) > 0 {
				return string(names.StripLegalForms(v[0]))
			}
		}
		return string(folded)
	}
	return names.Fold(a.Matched)
}

// ruleWords describes each rule.
var ruleWords = map[Rule]string{
	RulePURLNamespace:      "the namespace that the package is published under is the vendor's",
	RulePURLPackage:        "this very package is recorded as the vendor's",
	RulePURLPrefix:         "the package's name starts like those of the vendor's packages",
	RuleReverseDNS:         "the group is the vendor's domain written backwards",
	RuleCPE:                "the vendor field of the CPE is the vendor's",
	RuleCPEEcho:            "the vendor field of the CPE is the vendor's, but only repeats the product",
	RuleDomain:             "the address is on a domain of the vendor",
	RuleRepository:         "the address is in an account of the vendor on a code host",
	RuleEmail:              "the e-mail address is on a domain of the vendor",
	RuleIdentifier:         "the number is registered to the vendor",
	RuleDeviceTree:         "the vendor prefix of the devicetree string is the vendor's",
	RuleFingerprint:        "the digest is of a certificate, key or image of the vendor",
	RuleSUIT:               "the id is the UUID that SUIT derives from the vendor's domain",
	RuleFwupd:              "the id is the hash that fwupd derives from the bus id of a device of the vendor",
	RuleCHID:               "the id is the hash of the manufacturer's string that the vendor's devices report",
	RuleNamespaceName:      "the namespace of the package has the vendor's name; who owns it is not known",
	RuleCertificate:        "the organization in the certificate's subject has the vendor's name",
	RuleName:               "the whole name is the vendor's, apart from its legal form",
	RuleNameCommon:         "the name is the vendor's, but short or common, and nothing else names the vendor",
	RuleNameTransliterated: "the name is the vendor's in Latin letters",
	RuleNameUnspaced:       "the name is the vendor's with other word breaks",
	RuleNameConfusable:     "the name is the vendor's in look-alike letters, or with invisible characters",
	RuleNameBranch:         "the name is the vendor's with a country or region added",
	RuleNameContains:       "the vendor's name is inside a longer name",
	RuleNameCompany:        "the vendor's short or common name is in a longer name, with only places, legal forms and business words around it",
	RuleNameMisspelled:     "the name is one letter away from the vendor's",
	RuleProduct:            "the name is that of a product of the vendor",
	RuleProductStart:       "the name starts with that of a product of the vendor",
	RuleTextMention:        "the vendor's name is in other text",
}

// tierWords describes each tier.
var tierWords = map[Tier]string{
	Registered: "an identifier issued to the vendor, or a namespace it controls",
	Declared:   "the document itself names the vendor as the maker or supplier",
	Resembles:  "a resemblance, for a person to check",
	Mentions:   "the vendor is only mentioned",
}

// Steps yields the chain in words, in order: the label and the text of each step.
func (e Explanation) Steps() iter.Seq2[string, string] {
	return func(yield func(label, text string) bool) {
		for _, s := range e.steps() {
			if !yield(s.label, s.text) {
				return
			}
		}
	}
}

// A step is one line of an explanation.
type step struct{ label, text string }

func (e Explanation) steps() []step {
	var steps []step
	add := func(label, format string, args ...any) {
		steps = append(steps, step{label, fmt.Sprintf(format, args...)})
	}
	add("document says", "%s (%s): %q", e.Claim.Role, describeKind(e.Claim.Kind), e.Claim.Value)
	switch loc := e.Claim.Location; {
	case loc.Pointer != "" && loc.Offset >= 0:
		add("where", "%s, byte %d", loc.Pointer, loc.Offset)
	case loc.Pointer != "":
		add("where", "%s", loc.Pointer)
	}
	if e.Rule == "" {
		return steps
	}
	add("compared as", "%q", e.Compared)
	add("rule", "%s: %s", e.Rule, ruleWords[e.Rule])
	add("register has", "%q, %s of %s", e.Matched, describeKind(e.Kind), e.VendorName)
	add("source", "%s", e.Source)
	add("valid", "%s; judged as of %s", interval{e.From, e.Until}, e.Day)
	if e.Member != nil {
		add("member", "%s, a %s of %s: %s", e.Member.Name, relationWords[e.Member.Relation], e.VendorName, e.Member.dates())
		add("source", "%s", e.Member.Source)
	}
	if len(e.Exclusions) == 0 {
		add("exclusions", "the register has none of this kind for %s", e.VendorName)
	} else {
		var words []string
		for _, x := range e.Exclusions {
			words = append(words, fmt.Sprintf("%q (%s)", x.Value, x.Note))
		}
		add("exclusions", "%d compared, none of them matches: %s", len(words), strings.Join(words, "; "))
	}
	add("result", "%s: %s", e.Tier, tierWords[e.Tier])
	if e.Caveat != "" {
		add("caveat", "%s", e.Caveat)
	}
	return steps
}

// kindWords describes the kinds of claims and identifiers that are not words themselves.
var kindWords = map[string]string{
	"purl": "package URL", "cpe": "CPE", "url": "address", "email": "e-mail address", "product": "product name",
	"regid": "SWID registration id", "oui": "IEEE block", "pen": "IANA enterprise number", "pci": "PCI vendor id",
	"usb": "USB vendor id", "pnp": "PNP id", "acpi": "ACPI vendor id", "bluetooth": "Bluetooth company id",
	"devicetree": "devicetree prefix", "guid": "GUID", "suitVendorID": "SUIT vendor id", "chid": "computer hardware id",
	"fwupdGUID": "device id", "exactName": "name with its legal form", "purlNamespace": "namespace of package URLs",
	"purlPackage": "package", "purlPrefix": "start of package names", "cpeVendor": "vendor in CPEs",
	"deviceManufacturer": "manufacturer's string in devices", "rpmVendor": "vendor tag of RPM packages",
	"certificate": "organization in certificates",
}

// describeKind returns what a kind of claim or identifier is, in words.
func describeKind[T ~string](kind T) string {
	return cmp.Or(kindWords[string(kind)], string(kind))
}

var relationWords = map[Relation]string{RelationJointVenture: "joint venture", RelationRenamed: "renamed part", RelationSubsidiary: "subsidiary", RelationBrand: "brand", RelationBusiness: "business"}

// String returns the chain as text, a step a line.
func (e Explanation) String() string {
	var b strings.Builder
	for label, text := range e.Steps() {
		fmt.Fprintf(&b, "%-14s %s\n", label, text)
	}
	return b.String()
}
