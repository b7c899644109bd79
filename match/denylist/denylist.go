// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"github.com/clause76/clause76/vendors"
)

// A Force is the kind of text that an instrument is. The set is closed.
type Force string

// The forces.
const (
	Statute      Force = "statute"
	Regulation   Force = "regulation"
	Directive    Force = "directive"
	Order        Force = "order"
	Instruction  Force = "instruction"
	OfficialList Force = "officialList"
	SoftLaw      Force = "softLaw"
	Resolution   Force = "resolution"
	Letter       Force = "letter"
	Warning      Force = "warning"
	Proposal     Force = "proposal"
	Ruling       Force = "ruling"
)

// An Action is the class of what a text asks about a vendor's products. Listing.Verb has the
// words of the text itself.
type Action string

// The actions.
const (
	Review    Action = "review"
	Exclude   Action = "exclude"
	Ban       Action = "ban"
	PhaseOut  Action = "phaseOut"
	Diversify Action = "diversify"
	Warn      Action = "warn"
)

// The effects: what an action applies to. Measures on supply to the vendor never lead to a verdict,
// because they are not about buying or using its products. Measures on subsidies lead at most to
// [Review], and only for a buyer whom they bind.
const (
	Use         = "use"
	Procurement = "procurement"
	Market      = "market"
	Subsidy     = "subsidy"
	Supply      = "supply"
)

// The bases: the ways in which a clause covers a vendor.
const (
	Named   = "named"   // the clause names it
	Example = "example" // the clause names it after "such as"
	Covered = "covered" // the clause's definition covers it, by a cited, dated fact
)

// The depths: whether a clause reaches components inside other products.
const (
	Any          = "any"          // all components
	Essential    = "essential"    // only substantial or essential components
	Product      = "product"      // no components, only products of the vendor itself
	NotAddressed = "notAddressed" // the text does not mention components
)

// An Instrument is a law or another official text.
type Instrument struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	Short        string `json:"short,omitzero"` // a short name for lines and tables, ours: "FAR 52.204-23"
	Issuer       string `json:"issuer"`
	Jurisdiction string `json:"jurisdiction"` // "EU", "US", "UK", "NL" …
	Force        Force  `json:"force"`
	Binding      bool   `json:"binding"`
	Addressees   string `json:"addressees"`
	// Bound, Advised and ThroughContract are codes for whom the text speaks to, see [Buyer]: those
	// on whom it lays a duty, those whom it only calls on, warns or advises, and those whom it
	// reaches if a contract or a subsidy has its terms. Without codes it is open whom it speaks to.
	// A clause can have its own, see [Clause].
	Bound           []string `json:"bound,omitempty"`
	Advised         []string `json:"advised,omitempty"`
	ThroughContract []string `json:"throughContract,omitempty"`
	URL             string   `json:"url"`
	// Ground is the reason that the text gives, in our words. It holds for this instrument only.
	Ground   string     `json:"ground,omitzero"`
	Note     string     `json:"note,omitzero"`
	History  string     `json:"history,omitzero"` // id of the instrument that this one follows
	Events   []Event    `json:"events"`
	Clauses  []Clause   `json:"clauses,omitempty"`
	Listings []Listing  `json:"listings,omitempty"`
	Excluded []Excluded `json:"excluded,omitempty"`
	Context  []Context  `json:"context,omitempty"`
}

// An Event is something that happened to an instrument, or will happen according to its text.
type Event struct {
	Date   vendors.Date `json:"date"`
	Event  string       `json:"event"`          // "adopted", "effective", …
	Known  vendors.Date `json:"known,omitzero"` // the day on which it became public; default Date
	Note   string       `json:"note,omitzero"`
	Source string       `json:"source"`
}

// The values of Event.Event.
const (
	tabled     = "tabled"
	debated    = "debated"
	adopted    = "adopted"
	issued     = "issued"
	published  = "published"
	enacted    = "enacted"
	effective  = "effective"
	amended    = "amended"
	upheld     = "upheld"
	suspended  = "suspended"
	terminated = "terminated"
	vacated    = "vacated"
	superseded = "superseded"
)

var events = []string{tabled, debated, adopted, issued, published, enacted, effective, amended, upheld, suspended, terminated, vacated, superseded}

// A Clause is a part of an instrument, with its words. A line "[…]" separates passages that do
// not follow one another in the original. If the words were changed, each edition of them is a
// clause with its own id, and with the days from and until which the text has these words.
type Clause struct {
	ID       string `json:"id"`
	Locator  string `json:"locator"`  // "paragraph 76"
	Language string `json:"language"` // BCP 47: "en", "nl"
	Text     string `json:"text"`
	// Translation is a translation into English, by us. It is not an official text.
	Translation string       `json:"translation,omitzero"`
	Verified    bool         `json:"verified"` // somebody read the words in a copy of the official text
	Public      vendors.Date `json:"public"`
	// From is the first day on which the text has these words, default Public, and Until the first
	// day on which it no longer has them.
	From  vendors.Date `json:"from,omitzero"`
	Until vendors.Date `json:"until,omitzero"`
	// Addressees and the codes are those of the clause, if its words speak to fewer than the whole
	// instrument does: what an authority decides for its own networks is no advice to others.
	// Without them they are those of the instrument.
	Addressees      string   `json:"addressees,omitzero"`
	Bound           []string `json:"bound,omitempty"`
	Advised         []string `json:"advised,omitempty"`
	ThroughContract []string `json:"throughContract,omitempty"`
	Source          string   `json:"source"`
	Note            string   `json:"note,omitzero"`
	// Versions are the words in other languages, in the order of the languages' tags.
	Versions []Version `json:"versions,omitempty"`
	// Digest is the digest of the text, "sha256:…", which a release records.
	Digest string `json:"digest,omitzero"`
}

// A Listing is what a clause asks for about the products of a vendor.
type Listing struct {
	ID     string     `json:"id"`
	Vendor vendors.ID `json:"vendor"`
	Clause string     `json:"clause"`
	Named  string     `json:"named"`            // the name as the text writes it
	In     string     `json:"namedIn,omitzero"` // the clause with the name, if it is another one
	Basis  string     `json:"basis"`            // [Named], [Example] or [Covered]
	Fact   string     `json:"fact,omitzero"`    // for Covered: the fact about ownership, with date and source
	Action Action     `json:"action"`
	Effect string     `json:"effect"`         // [Use], [Procurement], [Market], [Subsidy] or [Supply]
	Depth  string     `json:"depth"`          // [Any], [Essential], [Product] or [NotAddressed]
	Reach  string     `json:"reach,omitzero"` // the words on components inside other products; "" only for NotAddressed
	Scope  Scope      `json:"scope"`
	Quote  string     `json:"quote"`
	// Verb is the words in which the text itself says what it asks, or what it finds if the clause
	// asks nothing: "is prohibited from", "uit te faseren". They are verbatim in the clause; "" if
	// the clause has no such words, as in a list of names.
	Verb string `json:"verb,omitzero"`
	// VerbEnglish is our translation of Verb; "" if the clause is in English.
	VerbEnglish string       `json:"verbEnglish,omitzero"`
	Public      vendors.Date `json:"public"`
	From        vendors.Date `json:"from"`
	Until       vendors.Date `json:"until,omitzero"`
	// UntilKnown is the day on which Until became public; default Until.
	UntilKnown vendors.Date `json:"untilKnown,omitzero"`
	Verified   bool         `json:"verified"`
	Note       string       `json:"note,omitzero"`
	// Editions are the words of the listing after changes of the text, in the order of their days.
	Editions []Edition `json:"editions,omitempty"`
}

// A Scope is the kinds of products that a listing is about.
type Scope struct {
	Software bool `json:"software"`
	Hardware bool `json:"hardware"`
	Services bool `json:"services"`
	// Limit restricts the listing to a purpose or a kind of product, in the text's own words; ""
	// for no limit.
	Limit string `json:"limit,omitempty"`
	// LimitEnglish is our translation of Limit into English; "" if it is in English.
	LimitEnglish string `json:"limitEnglish,omitempty"`
	// Settles are the categories of components that the limit includes, and Outside those that it
	// does not include. For other components the question stays open.
	Settles []string `json:"settles,omitempty"`
	Outside []string `json:"outside,omitempty"`
	// Exceptions are in the text's own words.
	Exceptions []string `json:"exceptions,omitempty"`
}

// An Excluded entry is a vendor that was considered and is not listed.
type Excluded struct {
	ID     string       `json:"id"`
	Vendor vendors.ID   `json:"vendor"`
	Clause string       `json:"clause,omitzero"`
	Reason string       `json:"reason"` // "notNamed", "criterionOnly", "listNotRead", "notRead", "lifted" or "productOnly"
	Note   string       `json:"note"`
	Public vendors.Date `json:"public"`
	Until  vendors.Date `json:"until,omitzero"`
	Source string       `json:"source"`
}

// The values of Excluded.Reason.
const (
	notNamed      = "notNamed"      // the text does not name the vendor
	criterionOnly = "criterionOnly" // the text gives a criterion and names nobody
	listNotRead   = "listNotRead"   // the text refers to a list of names that was not read
	notRead       = "notRead"       // the text was not read, and may be about the vendor
	lifted        = "lifted"        // the measure was lifted
	productOnly   = "productOnly"   // the text names a product of the vendor, but not the vendor
)

var reasons = []string{notNamed, criterionOnly, listNotRead, notRead, lifted, productOnly}

// Open reports whether the text may cover the vendor all the same: by its criterion, by a list that
// was not read, or because the text itself was not.
func (x *Excluded) Open() bool {
	return x.Reason == criterionOnly || x.Reason == listNotRead || x.Reason == notRead
}

// A Context entry is counter-evidence or later history. It never leads to a verdict.
type Context struct {
	ID     string       `json:"id"`
	Vendor vendors.ID   `json:"vendor,omitzero"` // a record leaves it out: the finding names the vendor
	Date   vendors.Date `json:"date"`
	Text   string       `json:"text"`
	Source string       `json:"source"`
}
