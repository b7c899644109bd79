// SPDX-License-Identifier: Apache-2.0

package clause76

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/internal/names"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A Vendor is what is known of one vendor that a text was attributed to.
type Vendor struct {
	ID   vendors.ID
	Name string
	// Tier says how sure the attribution is: registered, declared, resembles or mentions.
	Tier vendors.Tier
	// Explanations are the chains from the text to the vendor, an entry of the register with
	// its source in each.
	Explanations []vendors.Explanation
	// Verdict is that for a product of this vendor, offered as such and not as a part of
	// another; [match.NoVerdict] if no text of the denylist applies.
	Verdict match.Verdict
	// Citations are the texts that lead to Verdict.
	Citations []match.Citation
	// Observations are texts about the vendor that lead to no verdict, and why.
	Observations []match.Finding
}

// Lookup says which vendors a text names: a package URL, a CPE, a URL, an e-mail address, or
// the name of a manufacturer or supplier. It returns none if the register of the denylist has
// no vendor for it, which means that the vendor is unknown or not listed, and not that it is
// cleared. A text that is empty or cannot be read is an error.
func Lookup(text string, opts *Options) ([]Vendor, error) {
	m, err := opts.matcher()
	if err != nil {
		return nil, err
	}
	claim, err := read(text)
	if err != nil {
		return nil, err
	}
	register, day := m.Release().Register(), m.Options().AsOf
	var found []Vendor
	index := make(map[vendors.ID]int)
	for _, a := range register.Resolve(day, []vendors.Claim{claim}).Attributions {
		i, seen := index[a.Vendor]
		if !seen {
			i = len(found)
			index[a.Vendor] = i
			found = append(found, Vendor{ID: a.Vendor, Name: register.Vendor(a.Vendor).Name})
		}
		found[i].Tier = max(found[i].Tier, a.Tier)
		found[i].Explanations = append(found[i].Explanations, register.Explain(day, a))
	}
	c := &sbom.Component{Name: text, Claims: []vendors.Claim{claim}}
	if claim.Kind == vendors.KindPURL {
		c.PURL = text
	}
	findings, err := m.MatchComponent(c, true)
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		i, seen := index[f.Vendor.ID]
		switch {
		case !seen: // it looks like a vendor's and is not; nothing is said of that vendor
		case f.Verdict == match.NoVerdict:
			found[i].Observations = append(found[i].Observations, f)
		default:
			found[i].Verdict = max(found[i].Verdict, f.Verdict)
			found[i].Citations = append(found[i].Citations, f.Citations...)
		}
	}
	return found, nil
}

// read returns the claim that a text makes, by its form.
func read(text string) (vendors.Claim, error) {
	text = strings.TrimSpace(text)
	claim := vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindName, Value: text, Location: vendors.Location{Offset: -1}}
	switch {
	case text == "":
		return claim, fmt.Errorf("%w: the text is empty; expected a package URL, a CPE, a URL, an e-mail address or a name", ErrNoInput)
	case hasPrefix(text, "pkg:"):
		claim.Role, claim.Kind = vendors.Namespace, vendors.KindPURL
	case hasPrefix(text, "cpe:"):
		claim.Role, claim.Kind = vendors.Namespace, vendors.KindCPE
	case strings.Contains(text, "://"):
		claim.Role, claim.Kind = vendors.Reference, vendors.KindURL
	case strings.Contains(text, "@") && !strings.ContainsAny(text, " <"):
		claim.Kind = vendors.KindEmail
	}
	e := examine.Value(claim.Role, claim.Kind, []byte(text))
	if e.Unread || e.Kind == "" || names.Placeholder(text) {
		note := e.Note
		if note == "" {
			note = "it does not name a vendor or product"
		}
		return claim, fmt.Errorf("clause76: %.100q cannot be looked up: %s", text, note)
	}
	claim.Role, claim.Kind = e.Role, e.Kind
	return claim, nil
}

func hasPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}
