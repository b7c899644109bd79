// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"github.com/clause76/clause76/vendors"
)

// A Force says what kind of text an instrument is. The set is closed.
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

// An Action is the verb that a text uses about a vendor's products.
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

// An Effect says on what an action bears.
type Effect string

// The effects. Measures on subsidy and on supply to the vendor are context: they
// say nothing about buying or using its products.
const (
	Use         Effect = "use"
	Procurement Effect = "procurement"
	Market      Effect = "market"
	Subsidy     Effect = "subsidy"
	Supply      Effect = "supply"
)

// A Basis says how a vendor comes under a clause.
type Basis string

// The bases.
const (
	Named   Basis = "named"   // the clause names it
	Example Basis = "example" // the clause names it after "such as"
	Covered Basis = "covered" // the clause's definition covers it, by a cited, dated fact
)

// A Depth says whether a clause reaches components inside other products.
type Depth string

// The depths.
const (
	Any          Depth = "any"
	Essential    Depth = "essential" // only substantial or essential components
	Product      Depth = "product"   // no: the vendor's own products only
	NotAddressed Depth = "notAddressed"
)

// A Reason says why a vendor that was looked at is not listed.
type Reason string

// The reasons.
const (
	NotNamed      Reason = "notNamed"      // the text does not name it
	CriterionOnly Reason = "criterionOnly" // the text gives a criterion and names nobody
	Lifted        Reason = "lifted"        // the measure on it was lifted
	ProductOnly   Reason = "productOnly"   // the text names a product of it and not the vendor
)

// An Instrument is a legal or official text.
type Instrument struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	Issuer       string `json:"issuer"`
	Jurisdiction string `json:"jurisdiction"` // "EU", "US", "UK", "NL" …
	Force        Force  `json:"force"`
	Binding      bool   `json:"binding"`
	Addressees   string `json:"addressees"`
	URL          string `json:"url"`
	// Ground is what the text gives as its reason, in our words. It differs between
	// instruments and says nothing about others.
	Ground   string     `json:"ground,omitzero"`
	Note     string     `json:"note,omitzero"`
	History  string     `json:"history,omitzero"` // id of the instrument that this one follows
	Events   []Event    `json:"events"`
	Clauses  []Clause   `json:"clauses,omitempty"`
	Listings []Listing  `json:"listings,omitempty"`
	Excluded []Excluded `json:"excluded,omitempty"`
	Context  []Context  `json:"context,omitempty"`
}

// An Event is something that happened, or by its terms will happen, to an instrument.
type Event struct {
	Date   vendors.Date `json:"date"`
	Event  EventKind    `json:"event"`
	Known  vendors.Date `json:"known,omitzero"` // since when it was public; default Date
	Note   string       `json:"note,omitzero"`
	Source string       `json:"source"`
}

// An EventKind is the word for an event.
type EventKind string

// The kinds of events.
const (
	Tabled     EventKind = "tabled"
	Adopted    EventKind = "adopted"
	Issued     EventKind = "issued"
	Published  EventKind = "published"
	Enacted    EventKind = "enacted"
	Effective  EventKind = "effective"
	Amended    EventKind = "amended"
	Upheld     EventKind = "upheld"
	Suspended  EventKind = "suspended"
	Terminated EventKind = "terminated"
	Vacated    EventKind = "vacated"
	Superseded EventKind = "superseded"
)

// A Clause is a part of an instrument, with its words. Passages that do not follow
// one another in the original are separated by a line "[…]".
type Clause struct {
	ID       string `json:"id"`
	Locator  string `json:"locator"`  // "paragraph 76"
	Language string `json:"language"` // BCP 47: "en", "nl"
	Text     string `json:"text"`
	// Translation is ours, into English, and no official text.
	Translation string       `json:"translation,omitzero"`
	Verified    bool         `json:"verified"` // the words were seen in a copy of the official text
	Public      vendors.Date `json:"public"`
	Source      string       `json:"source"`
	Note        string       `json:"note,omitzero"`
	// Digest is that of the text, "sha256:…", as a release records it.
	Digest string `json:"digest,omitzero"`
}

// A Listing says what a clause asks about a vendor's products.
type Listing struct {
	ID     string       `json:"id"`
	Vendor vendors.ID   `json:"vendor"`
	Clause string       `json:"clause"`
	Named  string       `json:"named"`            // the name as the text writes it
	In     string       `json:"namedIn,omitzero"` // the clause that has the name, if it is another
	Basis  Basis        `json:"basis"`
	Fact   string       `json:"fact,omitzero"` // for Covered: the ownership fact, dated and sourced
	Action Action       `json:"action"`
	Effect Effect       `json:"effect"`
	Depth  Depth        `json:"depth"`
	Reach  string       `json:"reach,omitzero"` // the words on components inside other products, "" only for NotAddressed
	Scope  Scope        `json:"scope"`
	Quote  string       `json:"quote"`
	Public vendors.Date `json:"public"`
	From   vendors.Date `json:"from"`
	Until  vendors.Date `json:"until,omitzero"`
	// UntilKnown is the day on which Until became public; default Until.
	UntilKnown vendors.Date `json:"untilKnown,omitzero"`
	Verified   bool         `json:"verified"`
	Note       string       `json:"note,omitzero"`
}

// A Scope says what kinds of products a listing is about.
type Scope struct {
	Software bool `json:"software"`
	Hardware bool `json:"hardware"`
	Services bool `json:"services"`
	// Limit is a limit of purpose or product, in the text's own words; "" if none.
	Limit string `json:"limit,omitempty"`
	// Settles are the component categories that are within the limit, Outside
	// those that are not. Any other category, and none, leaves it open.
	Settles []string `json:"settles,omitempty"`
	Outside []string `json:"outside,omitempty"`
	// Exceptions are carve-outs, in the text's own words.
	Exceptions []string `json:"exceptions,omitempty"`
}

// An Excluded entry is a vendor that was looked at and is not listed.
type Excluded struct {
	ID     string       `json:"id"`
	Vendor vendors.ID   `json:"vendor"`
	Clause string       `json:"clause,omitzero"`
	Reason Reason       `json:"reason"`
	Note   string       `json:"note"`
	Public vendors.Date `json:"public"`
	Until  vendors.Date `json:"until,omitzero"`
	Source string       `json:"source"`
}

// A Context entry is counter-evidence or later history.
type Context struct {
	ID     string       `json:"id"`
	Vendor vendors.ID   `json:"vendor,omitzero"` // a record leaves it out: the finding names the vendor
	Date   vendors.Date `json:"date"`
	Text   string       `json:"text"`
	Source string       `json:"source"`
}
