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
// it restricts only what subsidies of the buyer may pay for, if
// the component is inside another product and the text does not mention such components or
// reaches only substantial or essential ones, or if the listing is limited to a purpose or
// product and nothing known about the component shows whether it falls under the limit. So does a
// text that names a product and not its vendor (an excluded entry with the reason productOnly), for
// a component that has the name of that product.
type Finding struct {
	Verdict Verdict
	Reason  Reason
	// Note explains why a verdict is not stronger, or why an observation is not a finding. If texts
	// of an observation differ in that, it says so, see [Citation].CappedBy.
	Note         string
	Tier         vendors.Tier // the surest of the attributions
	Vendor       Vendor
	Component    Component
	Attributions []vendors.Attribution
	Citations    []Citation
	// Context is the other facts about the vendor that were public on the as-of day. An observation
	// has them if it cites texts, or if none is about the vendor.
	Context []denylist.Context

	sequence  int  // of the component in its document
	undecided bool // see [GapUndecided]
}

// IsCited reports whether each citation has its text. Each finding of a [Matcher] is so.
func (f *Finding) IsCited() bool {
	for i := range f.Citations {
		if f.Citations[i].Citation == nil {
			return false
		}
	}
	return true
}

// A Reason is the word for why an observation is not a finding.
type Reason string

// The reasons of observations. Excluded entries of the denylist add notNamed, criterionOnly,
// listNotRead, notRead, lifted and, for other products than the one that the text names, productOnly;
// exclusions of the register add stranger, lookAlike, formerMember, notYetMember, hosting and
// contribution.
const (
	MentionedOnly Reason = "mentionedOnly" // the document only mentions the vendor
	AuthoredOnly  Reason = "authoredOnly"  // the vendor's people contributed
	NotEffective  Reason = "notEffective"  // not yet in force on the as-of day
	NoLonger      Reason = "noLonger"      // no longer in force on the as-of day
	SupplySide    Reason = "supplySide"    // restricts supply to the vendor
	SubsidyOnly   Reason = "subsidyOnly"   // restricts subsidies or authorizations, and binds no buyer of this screening
	OutOfScope    Reason = "outOfScope"    // covers another kind of product
	OutOfDepth    Reason = "outOfDepth"    // does not reach components inside other products
	NoListing     Reason = "noListing"     // no text of the denylist is about the vendor
	// OtherAddressee: the text speaks to others than the buyer of the screening.
	OtherAddressee Reason = "otherAddressee"
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
//
// The citations of a finding are in this order: texts that speak to the buyer, if one is given;
// binding texts, those that bind the buyer itself first; the more severe verdict; the earlier day
// from which the listing applies.
type Citation struct {
	// Citation is the listing as it is cited on the as-of day. Findings share it, so it must not
	// be changed.
	*denylist.Citation
	Verdict Verdict // NoVerdict in an observation
	// CappedBy tells why the verdict is not more severe than [Review]; "" for other verdicts. In an
	// observation it tells why the text leads to no verdict, if that differs between its texts.
	CappedBy string
	// Inferred is true if the text does not mention components inside other products, but the
	// component is one, or may be one. That the text could reach it is an inference of this
	// program.
	Inferred bool
	// VerdictIfPartsReached is the verdict if the text stated that it reaches
	// components inside other products. It is NoVerdict unless Verdict is Review only
	// because the text does not mention them.
	VerdictIfPartsReached Verdict
	// SettledBy tells what showed that the component is within the limit of the listing, if it was
	// the purpose of the lot: "the lot is about CPV 32420000 Network equipment". It is evidence on
	// the lot, and a person should see whether it is true of the product.
	SettledBy string
	// Speaks tells how the text speaks to the buyer, see [denylist.Buyer.Relation]: "binds",
	// "throughContract", "bindsBidders", "advises" or "unknown" (the text has no addressee codes);
	// "" if no buyer is given, and if it speaks to others.
	Speaks string
}

// Binds reports whether the text lays a duty on those whom it addresses and, if there is a buyer,
// whether the duty is one of the buyer or its bidders: a binding text can only advise the buyer.
//
// A citation without a text binds nobody.
func (c *Citation) Binds() bool {
	return c.Citation != nil && c.Binding && c.Speaks != denylist.Advises
}

// inOrder is the strict order of findings: a component has at most one for each vendor and
// reason.
func inOrder(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.Vendor.ID, b.Vendor.ID), cmp.Compare(a.Reason, b.Reason))
}
