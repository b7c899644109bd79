// SPDX-License-Identifier: Apache-2.0

package view

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// ruleWords are the rules of attribution in plain words.
var ruleWords = map[vendors.Rule]string{
	vendors.RulePURLNamespace:      "the package namespace is the vendor's own",
	vendors.RulePURLPackage:        "the package is recorded as the vendor's",
	vendors.RulePURLPrefix:         "the package name starts like those of the vendor's packages",
	vendors.RuleNamespaceName:      "the namespace has the vendor's name; its owner is not known",
	vendors.RuleReverseDNS:         "the namespace is a domain of the vendor, in reverse",
	vendors.RuleCPE:                "the vendor in the CPE",
	vendors.RuleCPEEcho:            "the vendor in the CPE, which only repeats the product",
	vendors.RuleDomain:             "an address on a domain of the vendor",
	vendors.RuleRepository:         "an address of the vendor's account on a code host",
	vendors.RuleEmail:              "an e-mail address on a domain of the vendor",
	vendors.RuleIdentifier:         "a number that is registered to the vendor",
	vendors.RuleDeviceTree:         "the vendor's prefix in the devicetree",
	vendors.RuleFingerprint:        "the digest of a certificate, key or signed image of the vendor",
	vendors.RuleSUIT:               "the SUIT vendor id of the vendor's domain",
	vendors.RuleFwupd:              "the GUID that fwupd computes for a device of the vendor",
	vendors.RuleCHID:               "the computer hardware id of the maker's name",
	vendors.RuleCertificate:        "the organization in a certificate",
	vendors.RuleName:               "the vendor's name, apart from its legal form",
	vendors.RuleNameCommon:         "a common name, without a second field that confirms it",
	vendors.RuleNameTransliterated: "the vendor's name in other letters",
	vendors.RuleNameUnspaced:       "the vendor's name with other word breaks",
	vendors.RuleNameConfusable:     "the vendor's name in letters that look alike",
	vendors.RuleNameBranch:         "the vendor's name with a country or region added",
	vendors.RuleNameContains:       "the vendor's name inside a longer name",
	vendors.RuleNameCompany:        "a short or common name among business words",
	vendors.RuleNameMisspelled:     "one letter differs from the vendor's name",
	vendors.RuleProduct:            "the name of a product of the vendor",
	vendors.RuleProductStart:       "a name that starts with that of a product of the vendor",
	vendors.RuleTextMention:        "the vendor's name in other text",
}

// RuleWords returns in plain words by which rule something was attributed to a vendor.
func RuleWords(r vendors.Rule) string {
	if words := ruleWords[r]; words != "" {
		return words
	}
	return Plain(string(r))
}

// claimKinds are the kinds of claims with a code that is not a word.
var claimKinds = map[vendors.Kind]string{
	vendors.KindGroup: "package group", vendors.KindProduct: "name of the product", vendors.KindPURL: "package URL", vendors.KindCPE: "CPE", vendors.KindURL: "URL",
	vendors.KindEmail: "e-mail address", vendors.KindRegID: "registration id", vendors.KindGUID: "GUID", vendors.KindOUI: "OUI", vendors.KindPEN: "enterprise number",
	vendors.KindPCI: "PCI id", vendors.KindUSB: "USB id", vendors.KindPNP: "PNP id", vendors.KindACPI: "ACPI id", vendors.KindBluetooth: "Bluetooth id",
}

// ClaimWords returns what a claim of a document is: "manufacturer (name)".
func ClaimWords(c *vendors.Claim) string {
	kind := claimKinds[c.Kind]
	if kind == "" {
		kind = Plain(string(c.Kind))
	}
	return Plain(string(c.Role)) + " (" + kind + ")"
}

// DepthWords returns in plain words whether a text reaches components inside other products.
func DepthWords(d string) string {
	switch d {
	case denylist.Any:
		return "reaches parts inside other products"
	case denylist.Essential:
		return "reaches only substantial or essential parts of other products"
	case denylist.Product:
		return "is about the vendor's own products, and not about parts of others"
	case denylist.NotAddressed:
		return "does not mention parts inside other products"
	}
	return ""
}

// Plain returns a code in camel case or with dots as words: "phase out" for "phaseOut".
func Plain(code string) string {
	var b strings.Builder
	for i, r := range code {
		switch {
		case r == '.':
			b.WriteByte(' ')
		case unicode.IsUpper(r) && i > 0 && !strings.ContainsAny(code, " "):
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// FullName returns the title of a text with its clause, without saying the same twice: "Act X,
// section 889(a)(1)" and not "Act X, section 889, section 889(a)(1)". [TextName] is the short form.
func FullName(title, clause string) string {
	if clause == "" {
		return title
	}
	start := 0
	for segment := range strings.SplitSeq(title, ", ") {
		if at := repeated(segment, clause); at >= 0 {
			return title[:start+at] + clause + title[start+len(segment):]
		}
		start += len(segment) + len(", ")
	}
	return title + ", " + clause
}

// repeated returns where a segment of a title has a number with which the clause starts, or -1.
func repeated(segment, clause string) int {
	for i := 0; i < len(segment); i++ {
		if i > 0 && segment[i-1] != ' ' {
			continue
		}
		end := segment[i:]
		rest, ok := strings.CutPrefix(clause, end)
		if ok && strings.ContainsAny(end, "0123456789") && (rest == "" || strings.ContainsAny(rest[:1], "(, ")) {
			return i
		}
	}
	return -1
}

// FormatName returns the format of a document with its version: "CycloneDX 1.6", "SPDX-2.3".
func FormatName(format, version string) string {
	if format != "" && strings.HasPrefix(version, format) {
		return version
	}
	return strings.TrimSpace(format + " " + version)
}

// List returns the first of n names as words: "A, B and C", or "A, B and 3 more" if there are more
// than are given.
func List(names []string, n int) string {
	switch last := len(names) - 1; {
	case len(names) == 0:
		return ""
	case n > len(names):
		return strings.Join(names, ", ") + " and " + strconv.Itoa(n-len(names)) + " more"
	case last == 0:
		return names[0]
	default:
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
}

// First returns the first most of a list.
func First[T any](list []T, most int) []T { return list[:min(len(list), most)] }

// counter are words of facts that speak for a vendor, or of its own answer.
var counter = []string{"no evidence", "any evidence", "no indication", "no plans to warn", "no cases", "no known cases", "no objective", "vacat", "terminated"}

// CounterEvidence returns the fact about a vendor that a view shows in one line: the latest one
// that speaks for it, else the latest; nil if there is none.
func CounterEvidence(f *match.Finding) *denylist.Context {
	if len(f.Context) == 0 {
		return nil
	}
	return &f.Context[counterOf(len(f.Context), func(i int) string { return f.Context[i].Text })]
}

// Counter returns the fact of a list that [CounterEvidence] chooses. The list must not be empty.
func Counter(facts []Fact) *Fact {
	return &facts[counterOf(len(facts), func(i int) string { return facts[i].Text })]
}

// counterOf returns the index of the last of n facts that speaks for a vendor, or else of the last.
func counterOf(n int, text func(int) string) int {
	for i := n - 1; i >= 0; i-- {
		if slices.ContainsFunc(counter, func(words string) bool { return strings.Contains(text(i), words) }) {
			return i
		}
	}
	return n - 1
}
