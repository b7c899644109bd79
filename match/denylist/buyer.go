// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/match/denylist/internal/addressee"
)

// ErrBuyer is wrapped by the errors of [ParseBuyer] and [Buyer.Check].
var ErrBuyer = errors.New("denylist: bad buyer")

// A Buyer tells what kind of body buys or runs a product, as addressee codes, so that a screening
// can tell the texts that speak to it from those that speak to others. It is a default that people
// can change, and not legal advice.
type Buyer struct {
	Name  string `json:"name"`  // "eu-institution": lower-case letters, digits and hyphens
	Title string `json:"title"` // "EU institution, body, office or agency"
	// Codes are what the buyer is, and BidderCodes what a bidder becomes by a contract with it.
	Codes       []string `json:"codes"`
	BidderCodes []string `json:"bidderCodes,omitempty"`
	// Note is what people who use the profile should know or find out.
	Note   string `json:"note,omitzero"`
	Source string `json:"source,omitzero"`
}

// The relations of a text to a buyer, see [Buyer.Relation]. A text with none of them speaks to
// others only.
const (
	Binds           = "binds"           // it lays a duty on the buyer
	Advises         = "advises"         // it calls on the buyer, warns or advises it
	BindsBidders    = "bindsBidders"    // it lays a duty on those who supply the buyer
	ThroughContract = "throughContract" // it reaches the buyer if a contract or a subsidy has its terms
	UnknownRelation = "unknown"         // the text has no codes
)

// Relation tells how a text speaks to the buyer, by the codes of the citation: [Binds],
// [ThroughContract], [BindsBidders], [Advises], the first of them that is true; [UnknownRelation]
// if the text has no codes; or "" if it speaks to others only.
//
// A code of the buyer matches the same code and each wider one: the European Commission is one of
// the EU institutions. A wider buyer does not match a narrower text. A text that advises "public"
// advises every buyer, and one that advises the public of a country, such as "de.public", every
// buyer with a code of that country and every buyer without a code of any country.
func (b *Buyer) Relation(c *Citation) string {
	return b.relation(codes{c.Bound, c.Advised, c.ThroughContract, c.Addressees})
}

// RelationTo is [Buyer.Relation] for an entry. An entry without a clause and a listing, or with a
// clause that has no codes of its own, has those of its instrument.
func (b *Buyer) RelationTo(e Entry) string { return b.relation(e.addressees()) }

func (b *Buyer) relation(text codes) string {
	switch {
	case text.none():
		return UnknownRelation
	case reaches(b.Codes, text.bound):
		return Binds
	case reaches(b.Codes, text.throughContract):
		return ThroughContract
	case reaches(b.BidderCodes, text.bound), reaches(b.BidderCodes, text.throughContract):
		return BindsBidders
	case reaches(b.Codes, text.advised), b.isOfPublic(text.advised):
		return Advises
	}
	return ""
}

// AdvisedAsPublic reports whether a text speaks to the buyer only as to anybody: it advises the
// public, and has no other code of the buyer.
func (b *Buyer) AdvisedAsPublic(e Entry) bool {
	text := e.addressees()
	others := slices.DeleteFunc(slices.Clone(text.advised), addressee.IsPublic)
	return b.relation(text) == Advises && !reaches(b.Codes, others)
}

// isOfPublic reports whether the buyer is one of the public that a text advises. A buyer of which
// nobody knows the country can be of each.
func (b *Buyer) isOfPublic(advised []string) bool {
	known := slices.ContainsFunc(b.Codes, func(code string) bool { return addressee.Country(code) != "" })
	return slices.Contains(advised, addressee.Public) || !known && slices.ContainsFunc(advised, addressee.IsPublic)
}

// codes are the codes for whom a text speaks to, and our words for them.
type codes struct {
	bound, advised, throughContract []string
	words                           string
}

func (c *codes) none() bool { return len(c.bound)+len(c.advised)+len(c.throughContract) == 0 }

// addressees returns whom the clause of an entry speaks to: its own codes, or those of the
// instrument.
func (e Entry) addressees() codes {
	clause := e.Clause
	if clause == nil && e.Listing != nil {
		clause = e.Instrument.clause(e.Listing.Clause)
	}
	if clause != nil && clause.hasCodes() {
		return codes{clause.Bound, clause.Advised, clause.ThroughContract, clause.Addressees}
	}
	in := e.Instrument
	return codes{in.Bound, in.Advised, in.ThroughContract, in.Addressees}
}

// hasCodes reports whether the clause has its own codes.
func (c *Clause) hasCodes() bool {
	return len(c.Bound)+len(c.Advised)+len(c.ThroughContract) > 0
}

// reaches reports whether one of the codes of a buyer is, or lies within, one of a text.
func reaches(buyer, text []string) bool {
	return slices.ContainsFunc(buyer, func(code string) bool {
		return slices.ContainsFunc(text, func(wider string) bool { return addressee.Within(code, wider) })
	})
}

// hasCodes reports whether the instrument has codes for whom it speaks to.
func (in *Instrument) hasCodes() bool {
	return len(in.Bound)+len(in.Advised)+len(in.ThroughContract) > 0
}

// HasAddressees reports whether all instruments of the release with listings have codes for whom
// they speak to. In a release before 2026.11.30 none has: its texts count for every buyer.
func (r *Release) HasAddressees() bool {
	return !slices.ContainsFunc(r.instruments, func(in *Instrument) bool { return len(in.Listings) > 0 && !in.hasCodes() })
}

//go:embed data/buyers.json
var buyers []byte

var buyersOnce = sync.OnceValue(func() []Buyer {
	var file struct {
		About  string  `json:"about"`
		Buyers []Buyer `json:"buyers"`
	}
	if err := json.Unmarshal(buyers, &file, json.RejectUnknownMembers(true)); err != nil {
		panic("denylist: internal error: " + err.Error())
	}
	for i := range file.Buyers {
		if err := file.Buyers[i].Check(); err != nil {
			panic("denylist: internal error: " + err.Error())
		}
	}
	return file.Buyers
})

// Buyers returns the buyers that this package knows, in alphabetical order of their names.
func Buyers() []Buyer {
	out := slices.Clone(buyersOnce())
	for i := range out {
		out[i].Codes, out[i].BidderCodes = slices.Clone(out[i].Codes), slices.Clone(out[i].BidderCodes)
	}
	return out
}

// maxBuyer is the size of the largest file of a buyer.
const maxBuyer = 64 << 10

// ParseBuyer reads a buyer from JSON, an object with the members of [Buyer]. One with the name of a
// buyer of [Buyers] has to have its codes. Every error wraps [ErrBuyer].
func ParseBuyer(data []byte) (*Buyer, error) {
	if len(data) > maxBuyer {
		return nil, fmt.Errorf("%w: the file has %d bytes; expected at most %d", ErrBuyer, len(data), maxBuyer)
	}
	b := new(Buyer)
	if err := json.Unmarshal(data, b, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w; expected an object with name, title, codes, and if needed bidderCodes, note and source", ErrBuyer, err)
	}
	if err := errors.Join(b.Check(), b.checkName()); err != nil {
		return nil, err
	}
	return b, nil
}

// Check returns an error if the buyer has no name or title, no codes, or one that is not an
// addressee code, and if its title, note or source is not UTF-8, has invisible characters or line
// breaks, or is longer than 300 bytes (title) or 4000 (others). Every error wraps [ErrBuyer].
func (b *Buyer) Check() error {
	switch {
	case strings.Trim(b.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || b.Name == "" || len(b.Name) > 80:
		return fmt.Errorf("%w: name is %q; expected at most 80 lower-case letters, digits and hyphens, such as %q", ErrBuyer, b.Name, "eu-institution")
	case strings.TrimSpace(b.Title) == "":
		return fmt.Errorf("%w: %s: title is missing or empty; expected words such as %q", ErrBuyer, b.Name, "EU institution, body, office or agency")
	case len(b.Codes) == 0:
		return fmt.Errorf("%w: %s: codes is missing or empty; expected at least one addressee code, such as %q, or %q for a buyer that is none of these", ErrBuyer, b.Name, "eu.institutions", addressee.Public)
	}
	for _, words := range []struct {
		member, text string
		most         int
	}{{"title", b.Title, maxTitle}, {"note", b.Note, maxWords}, {"source", b.Source, maxWords}} {
		if err := checkWords(words.text, words.most); err != nil {
			return fmt.Errorf("%w: %s: %s %w", ErrBuyer, b.Name, words.member, err)
		}
	}
	for _, list := range []struct {
		member string
		codes  []string
	}{{"codes", b.Codes}, {"bidderCodes", b.BidderCodes}} {
		for i, code := range list.codes {
			if err := addressee.Check(code); err != nil {
				return fmt.Errorf("%w: %s: entry %d of %s: %w", ErrBuyer, b.Name, i+1, list.member, err)
			}
			if code == addressee.NamedParty || code == addressee.NoBuyer {
				return fmt.Errorf("%w: %s: entry %d of %s is %q, which no buyer is; expected what the buyer is", ErrBuyer, b.Name, i+1, list.member, code)
			}
		}
	}
	return nil
}

// The largest numbers of bytes of the texts of a buyer. A title is in the first lines of a summary.
const (
	maxTitle = 300
	maxWords = 4000
)

// checkWords returns an error for a text that a reader could not see as it is: a reader of a
// summary has to see for whom it was made.
func checkWords(text string, most int) error {
	hidden := func(r rune) bool { return names.IsInvisible(r) || unicode.IsControl(r) }
	switch {
	case !utf8.ValidString(text):
		return errors.New("has bytes that are not UTF-8; expected text in UTF-8")
	case len(text) > most:
		return fmt.Errorf("has %d bytes; expected at most %d", len(text), most)
	}
	if i := strings.IndexFunc(text, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return fmt.Errorf("has the invisible character %U at byte %d; expected text on one line", r, i)
	}
	return nil
}

// checkName returns an error if the buyer has the name of one that this package knows and other
// codes: a report would name the known buyer and leave out texts that speak to it.
func (b *Buyer) checkName() error {
	for _, known := range buyersOnce() {
		if known.Name == b.Name && (!sameCodes(known.Codes, b.Codes) || !sameCodes(known.BidderCodes, b.BidderCodes)) {
			return fmt.Errorf("%w: %s is the name of a buyer of this program, with the codes %q and the bidder codes %q; expected these, or another name", ErrBuyer, b.Name, known.Codes, known.BidderCodes)
		}
	}
	return nil
}

// sameCodes reports whether two lists have the same codes, in any order.
func sameCodes(a, b []string) bool {
	set := func(codes []string) []string { return slices.Compact(slices.Sorted(slices.Values(codes))) }
	return slices.Equal(set(a), set(b))
}
