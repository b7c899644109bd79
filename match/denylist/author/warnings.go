// SPDX-License-Identifier: Apache-2.0

package author

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

var errNotRequired = errors.New("not required")

// Warnings returns what a list that loads should have and does not, in order of files and lines:
//   - the text's own verb of a listing; a clause that is a bare list of names has none;
//   - a listing or an excluded entry for each vendor of the register that a clause names;
//   - a listing or an excluded entry in an instrument that speaks to a buyer and has facts about a
//     vendor: without one, its own addressee is not told of it;
//   - a quote of the whole clause in a listing of a clause with a translation, so that a reader who
//     sees both sees the same words;
//   - a source that a reader can open: an address, a repository with its commit, or the page of an
//     official publication or of a law report;
//   - the clause of each copy in its record of [Copies].
//
// A warning need not be a mistake. There are none about base, or for a list that does not load.
func Warnings(fsys fs.FS, base *denylist.Release) []Fault {
	s, err := read(fsys, base)
	if err != nil {
		return nil
	}
	r, err := s.addTo(base, "")
	if err != nil {
		return nil
	}
	var missing error
	for _, in := range s.instruments {
		missing = fault.Join(missing, withoutVerbs(in), withoutEntries(in, r.Register()), silent(in), withoutTranslation(in), withoutAddresses(in))
	}
	missing = fault.Join(missing, s.unknownCopies(fsys))
	var warnings []Fault
	for _, e := range each(missing) {
		warnings = append(warnings, locate(fsys, s.files, e))
	}
	sorting.StableFunc(warnings, compareFaults)
	return warnings
}

// withoutVerbs finds listings without the words in which the text says what it asks. The rows of an
// official list have none: other texts say what follows from them.
func withoutVerbs(in *denylist.Instrument) (err error) {
	if in.Force == denylist.OfficialList {
		return nil
	}
	for i := range in.Listings {
		if l := &in.Listings[i]; l.Verb == "" {
			err = fault.Join(err, fault.In(l.ID, fault.Member(errNotRequired, "verb", "verb is missing; expected the words in which the text says what it asks, if its clause has any")))
		}
	}
	return err
}

// withoutTranslation warns of quotes of a part of a clause that is translated as a whole: beside such
// a quote, the translation says more than the words.
func withoutTranslation(in *denylist.Instrument) (err error) {
	translated := make(map[string]string) // the text of a clause by its id
	for i := range in.Clauses {
		if c := &in.Clauses[i]; c.Translation != "" {
			translated[c.ID] = c.Text
		}
	}
	check := func(listing, clause, quote string) {
		if text := translated[clause]; text != "" && quote != text {
			err = fault.Join(err, fault.In(listing, fault.Member(errNotRequired, "quote", "the quote is a part of clause %q, and its translation is of the whole clause; expected the whole clause as the quote, or a clause that is only this part", clause)))
		}
	}
	for i := range in.Listings {
		l := &in.Listings[i]
		check(l.ID, l.Clause, l.Quote)
		for _, e := range l.Editions {
			check(l.ID, e.Clause, e.Quote)
		}
	}
	return err
}

// withoutEntries warns of vendors that a clause names and that are neither listed nor excluded in
// the instrument.
func withoutEntries(in *denylist.Instrument, register *vendors.Register) (err error) {
	known := make(map[vendors.ID]bool)
	for i := range in.Listings {
		known[in.Listings[i].Vendor] = true
	}
	for i := range in.Excluded {
		known[in.Excluded[i].Vendor] = true
	}
	for i := range in.Clauses {
		c := &in.Clauses[i]
		named := register.Resolve("", []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindText, Value: c.Text}})
		seen := make(map[vendors.ID]bool)
		for _, a := range named.Attributions {
			if known[a.Vendor] || seen[a.Vendor] {
				continue
			}
			seen[a.Vendor] = true
			err = fault.Join(err, fault.In(in.ID+"#"+c.ID, fault.Member(errNotRequired, "text", "the clause names %s, which is neither in listings nor in excluded; expected an entry about it", a.Vendor)))
		}
	}
	return err
}

// silent warns of an instrument that has nothing but facts about vendors, although it speaks to a
// buyer: a screening for its own addressee says nothing of it.
func silent(in *denylist.Instrument) error {
	noBuyer := func(code string) bool { return code == "noBuyer" || code == "namedParty" || code == "trade.ear" }
	codes := slices.DeleteFunc(slices.Concat(in.Bound, in.Advised, in.ThroughContract), noBuyer)
	if len(in.Listings) > 0 || len(in.Excluded) > 0 || len(in.Context) == 0 || len(codes) == 0 {
		return nil
	}
	return fault.In(in.ID, fault.Member(errNotRequired, "context", "the instrument has facts about %s and neither a listing nor an excluded entry; expected one, such as an entry with the reason notRead", in.Context[0].Vendor))
}

// canBeOpened matches a source that a reader can open: an address, a commit of a repository, or a
// page of the Federal Register or of a law report.
var canBeOpened = lazyregexp.New(`https?://[^\s]|@[0-9a-f]{7}|\b\d+ (FR|Stat\.|U\.S\.|F\.[23]d|F\. Supp\.) \d+`)

// withoutAddresses warns of sources that a reader cannot open. The source of an excluded entry with a
// clause can be the clause, which has its own.
func withoutAddresses(in *denylist.Instrument) (err error) {
	check := func(entry, source string) {
		if !canBeOpened.MatchString(source) {
			err = fault.Join(err, fault.In(entry, fault.Member(errNotRequired, "source", "source is %q; expected an address, a repository with its commit, or a page of an official publication", source)))
		}
	}
	for i := range in.Clauses {
		c := &in.Clauses[i]
		check(in.ID+"#"+c.ID, c.Source)
		for _, v := range c.Versions {
			check(in.ID+"#"+c.ID, v.Source)
		}
	}
	for _, x := range in.Excluded {
		if x.Clause == "" || !strings.HasPrefix(x.Source, "words of") {
			check(x.ID, x.Source)
		}
	}
	for _, c := range in.Context {
		check(c.ID, c.Source)
	}
	return err
}
