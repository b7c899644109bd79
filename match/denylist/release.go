// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/clause76/clause76/vendors"
)

// A Release is one immutable version of the denylist, with its register.
type Release struct {
	name        string
	date        vendors.Date
	supersedes  string
	note        string
	digest      string
	extends     string // the digest of the release that a custom denylist extends, or ""
	trust       string
	expires     vendors.Date // of the signed statement
	instruments []*Instrument
	register    *vendors.Register
	byID        map[string]*Instrument
	byVendor    map[vendors.ID][]Entry
	context     map[vendors.ID][]Context
	early       []Context // context entries of instruments that the release does not have
}

// releaseFile is the JSON of a release.
type releaseFile struct {
	Schema      string         `json:"schema"`
	Release     string         `json:"release"`
	Date        vendors.Date   `json:"date"`
	Predecessor string         `json:"predecessor,omitzero"`
	Supersedes  string         `json:"supersedes,omitzero"`
	Note        string         `json:"note"`
	Instruments []*Instrument  `json:"instruments"`
	Context     []Context      `json:"context,omitempty"` // of instruments that were not public yet
	Register    jsontext.Value `json:"register"`
}

// Schema is the version of the format of a release.
const Schema = "1"

// Name returns the release's name: "2018.06.13".
func (r *Release) Name() string { return r.name }

// Date returns the day of the release, on which its entries are evaluated by default.
func (r *Release) Date() vendors.Date { return r.date }

// Supersedes returns the name of the release of the same day that this one corrects, or "".
// [Release.Note] says why. A release is never changed: who relied on the older one can still open
// it, and [Release.SupersededBy] of that one is this one.
func (r *Release) Supersedes() string { return r.supersedes }

// Note returns what those who made the release say about it; "" for a custom denylist.
func (r *Release) Note() string { return r.note }

// Digest returns the digest of the file of the release: "h1:…".
func (r *Release) Digest() string { return r.digest }

// Register returns the register of vendors that belongs to the release.
func (r *Release) Register() *vendors.Register { return r.register }

// Jurisdictions returns the jurisdictions of the instruments, each once, in alphabetical order.
func (r *Release) Jurisdictions() []string {
	var all []string
	for _, in := range r.instruments {
		all = append(all, in.Jurisdiction)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Languages returns the languages in which clauses have a [Version], each once, in alphabetical
// order.
func (r *Release) Languages() []string {
	var all []string
	for _, in := range r.instruments {
		for i := range in.Clauses {
			for _, v := range in.Clauses[i].Versions {
				all = append(all, v.Language)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// OwnLanguages returns the languages that clauses are in themselves, each once, in alphabetical
// order.
func (r *Release) OwnLanguages() []string {
	var all []string
	for _, in := range r.instruments {
		for i := range in.Clauses {
			all = append(all, in.Clauses[i].Language)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Instruments returns the instruments in the order of their ids. The caller must not change
// them.
func (r *Release) Instruments() []*Instrument { return slices.Clone(r.instruments) }

// An Entry is a listing or an excluded entry with its instrument and clause.
type Entry struct {
	Instrument *Instrument
	Clause     *Clause   // nil if an excluded entry is about no particular clause
	Listing    *Listing  // nil for an excluded entry
	Excluded   *Excluded // nil for a listing
}

// ForVendor returns the entries about a vendor in the order of their ids. The caller must not
// change them.
func (r *Release) ForVendor(id vendors.ID) []Entry { return r.byVendor[id] }

// ContextFor returns the context entries about a vendor in the order of their dates. The caller
// must not change them.
func (r *Release) ContextFor(id vendors.ID) []Context { return r.context[id] }

// A Citation is a listing or an excluded entry with everything that a person needs to check it.
type Citation struct {
	Listing      string `json:"listing"`
	Instrument   string `json:"instrument"`
	Title        string `json:"title"`
	Short        string `json:"short,omitzero"` // see [Instrument]
	Issuer       string `json:"issuer"`
	Jurisdiction string `json:"jurisdiction"`
	Force        Force  `json:"force"`
	Binding      bool   `json:"binding"`
	Addressees   string `json:"addressees"`
	// Bound, Advised and ThroughContract are those of the [Instrument].
	Bound           []string `json:"bound,omitempty"`
	Advised         []string `json:"advised,omitempty"`
	ThroughContract []string `json:"throughContract,omitempty"`
	Status          string   `json:"status"`
	Clause          string   `json:"clause"`
	Action          Action   `json:"action"`
	Effect          string   `json:"effect"`
	Basis           string   `json:"basis"`
	Depth           string   `json:"depth"`
	Scope           *Scope   `json:"scope"`
	Quote           string   `json:"quote"`
	// Named is the vendor's name as the text writes it; "" if the text covers the vendor without
	// its name. NamedIn is the words with the name if the quote does not have it.
	Named   string `json:"named,omitzero"`
	NamedIn *Words `json:"namedIn,omitzero"`
	// Reach is the words on components inside other products; nil if the text does not mention them.
	Reach *Words `json:"reach,omitzero"`
	// Verb is the words in which the text itself says what it asks, in its language, and
	// VerbEnglish our translation; "" if the clause has no such words or is in English.
	Verb        string `json:"verb,omitzero"`
	VerbEnglish string `json:"verbEnglish,omitzero"`
	Language    string `json:"language"`
	// Translation is a translation of the clause into English, by us; "" if there is none.
	Translation string `json:"translation,omitzero"`
	// Version is the clause in a language that was asked for, see [Entry.CiteIn]; nil if it is not
	// known.
	Version *Version `json:"version,omitzero"`
	// Ground is the reason that the instrument gives, in our words.
	Ground string `json:"ground,omitzero"`
	// Fact is the reason why the clause covers the vendor, for the basis Covered.
	Fact string `json:"fact,omitzero"`
	// QuoteStart and QuoteEnd are the position of the quote in the clause: the half-open range, in
	// Unicode code points.
	QuoteStart int    `json:"quoteStart"`
	QuoteEnd   int    `json:"quoteEnd"`
	TextDigest string `json:"textDigest"` // of the clause: "sha256:…"
	URL        string `json:"url"`
	// Note tells what the text leaves open, or why an entry is not a listing.
	Note string `json:"note"`
	// InstrumentNote is the note of the instrument, and ClauseNote that of the clause.
	InstrumentNote string `json:"instrumentNote,omitzero"`
	ClauseNote     string `json:"clauseNote,omitzero"`
	// Events are what happened to the instrument, as it was public on the day.
	Events []Event `json:"events,omitempty"`
}

// Cite returns the citation of an entry on a day, with the words that the text has on it. For an excluded entry the quote is the whole
// clause, so that a reader can see that the vendor is not in it.
func (e Entry) Cite(day vendors.Date) Citation {
	e = e.On(day)
	in, to := e.Instrument, e.addressees()
	c := Citation{
		Instrument: in.ID, Title: in.Title, Short: in.Short, Issuer: in.Issuer, Jurisdiction: in.Jurisdiction, Force: in.Force,
		Binding: in.Binding, Addressees: to.words, Bound: to.bound, Advised: to.advised, ThroughContract: to.throughContract,
		URL: in.URL, Status: e.Status(day), Ground: in.Ground, InstrumentNote: in.Note, Events: in.publicOn(day),
	}
	if e.Clause != nil {
		c.Clause, c.Language, c.TextDigest = e.Clause.Locator, e.Clause.Language, e.Clause.TextDigest()
		c.Translation, c.ClauseNote = e.Clause.Translation, e.Clause.Note
	}
	switch {
	case e.Listing != nil:
		l := e.Listing
		c.Listing, c.Action, c.Effect, c.Basis, c.Depth, c.Note = l.ID, l.Action, l.Effect, l.Basis, l.Depth, l.Note
		c.Scope, c.Quote, c.Fact = &l.Scope, l.Quote, l.Fact
		c.Verb, c.VerbEnglish = l.Verb, l.VerbEnglish
		c.Named, c.NamedIn, c.Reach = l.Named, e.namedIn(), e.reach(day)
	case e.Excluded != nil:
		c.Listing, c.Note = e.Excluded.ID, e.Excluded.Note
		if e.Clause != nil {
			c.Quote = e.Clause.Text
		}
	}
	if i := 0; e.Clause != nil && c.Quote != "" {
		i = strings.Index(e.Clause.Text, c.Quote)
		c.QuoteStart = utf8.RuneCountInString(e.Clause.Text[:i])
		c.QuoteEnd = c.QuoteStart + utf8.RuneCountInString(c.Quote)
	}
	return c
}

// CiteIn is [Entry.Cite] with the words of the clause in another language too, if they are known.
func (e Entry) CiteIn(day vendors.Date, language string) Citation {
	c := e.Cite(day)
	if e = e.On(day); e.Clause != nil && language != "" {
		c.Version = e.Clause.Version(language)
	}
	return c
}

// Reach returns the words of a listing on components inside other products, or "".
func (e Entry) Reach() string {
	if e.Listing == nil {
		return ""
	}
	return e.Listing.Reach
}

// TextDigest returns the SHA-256 of the clause's text: "sha256:" and lower-case hexadecimal.
func (c *Clause) TextDigest() string {
	sum := sha256.Sum256([]byte(c.Text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// digest returns the h1 digest of one file, see [dirhash.Hash1].
func digest(name string, data []byte) string {
	sum, err := dirhash.Hash1([]string{name}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
	if err != nil {
		panic("denylist: internal error: " + err.Error()) // reading a buffer cannot fail, and the name has no newline
	}
	return sum
}
