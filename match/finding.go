// SPDX-License-Identifier: Apache-2.0

package match

import (
	"cmp"

	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A Finding is a component, a vendor that it was attributed to, and the listings that
// apply. With a Reason instead of a Verdict, it is an observation.
//
// A finding is [Review], whatever its listings ask, if the attribution is only a
// resemblance, if the component's claims contradict each other, or if the component
// is part of the product's history and not of the product. A single listing counts as Review
// if its action is review or warn, if its text is only proposed or was not verified, if
// the component is inside another product and the text does not mention such components or
// reaches only substantial or essential ones, or if the listing is limited to a purpose or
// product and nothing known about the component shows whether it falls under the limit.
type Finding struct {
	Verdict Verdict `json:"verdict,omitempty"`
	Reason  Reason  `json:"reason,omitempty"`
	// Note explains why a verdict is not stronger, or why an observation is not a finding.
	Note         string                `json:"note"`
	Tier         vendors.Tier          `json:"tier"` // the surest of the attributions
	Vendor       Vendor                `json:"vendor"`
	Component    Component             `json:"component"`
	Attributions []vendors.Attribution `json:"attributions"`
	Citations    []Citation            `json:"citations"`
	Context      []denylist.Context    `json:"context"`

	sequence int // of the component in its document
}

// A Reason is the word for why an observation is not a finding.
type Reason string

// The reasons of observations. Excluded entries of the denylist add notNamed, criterionOnly,
// lifted and productOnly; exclusions of the register add stranger, lookAlike, formerMember,
// notYetMember, hosting and contribution.
const (
	MentionedOnly Reason = "mentionedOnly" // the document only mentions the vendor
	AuthoredOnly  Reason = "authoredOnly"  // the vendor's people contributed
	NotEffective  Reason = "notEffective"  // not yet in force on the as-of day
	NoLonger      Reason = "noLonger"      // no longer in force on the as-of day
	SupplySide    Reason = "supplySide"    // restricts supply to the vendor
	SubsidyOnly   Reason = "subsidyOnly"   // restricts subsidies or authorizations
	OutOfScope    Reason = "outOfScope"    // covers another kind of product
	OutOfDepth    Reason = "outOfDepth"    // does not reach components inside other products
)

// A Vendor is the id and the name of the vendor of a finding.
type Vendor struct {
	ID   vendors.ID `json:"id"`
	Name string     `json:"name"`
}

// A Component describes the component of a finding.
type Component struct {
	Ref     string `json:"ref"`
	Type    string `json:"type"`
	Group   string `json:"group"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"` // as the document writes it
	// CanonicalPURL is the component's own package URL in canonical form, or one
	// made from the attribution: pkg:generic/<vendor>/<name>@<version>. It is "" instead of the
	// latter if the vendor is only mentioned or excluded. See [Component.OwnPURL].
	CanonicalPURL string           `json:"canonicalPURL"`
	Primary       bool             `json:"subject"` // it is the primary component: the product itself
	Location      vendors.Location `json:"location"`
}

// OwnPURL reports whether CanonicalPURL is a form of the document's own package URL. It is
// false if CanonicalPURL was made from the vendor and the name, because the component has
// no package URL or one that does not parse.
func (c *Component) OwnPURL() bool {
	own := purl.Canonical(c.PURL, "", "", "") // "" if it does not parse
	return own != "" && own == c.CanonicalPURL
}

// A Citation is a listing with the verdict that it alone leads to for the component.
type Citation struct {
	denylist.Citation
	Verdict  Verdict `json:"verdict"` // NoVerdict in an observation
	CappedBy string  `json:"held"`    // why the verdict is not stronger than Review; "" for other verdicts
	// VerdictIfPartsReached is the verdict if the text stated that it reaches
	// components inside other products. It is NoVerdict unless Verdict is Review only
	// because the text does not mention them.
	VerdictIfPartsReached Verdict `json:"verdictIfPartsReached,omitzero"`
}

// inOrder is the strict order of findings: a component has at most one for each vendor and
// reason.
func inOrder(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.Vendor.ID, b.Vendor.ID), cmp.Compare(a.Reason, b.Reason))
}
