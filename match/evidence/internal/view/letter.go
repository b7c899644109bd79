// SPDX-License-Identifier: Apache-2.0

package view

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// Bounds of a letter. What is left out is counted.
const (
	mostLetterItems = 100 // groups of parts
	mostLetterParts = 50  // parts of a group
	mostLetterFiles = 50  // documents to send again
	mostLetterName  = 200 // characters of a name or a path
	mostLetterQuote = 4000
)

// A Letter is a request for clarification to a bidder, made from a report. It asks for facts. It
// states no breach and decides nothing.
type Letter struct {
	Bidder, Tender, Lot string // "" if they are not known
	Screened            string // by what the documents were read
	Items               []LetterItem
	MoreItems           int // groups that are left out
	Unnamed             []LetterPart
	MoreUnnamed         int
	Files               []LetterFile
	MoreFiles           int
	Texts               []LetterText
}

// A LetterItem is the questions about parts that one reading concerns.
type LetterItem struct {
	Number    int
	Title     string
	Read      string // what was read of the maker
	Parts     []LetterPart
	More      int // parts that are left out
	Questions []string
	Texts     []int // the numbers of the texts
}

// A LetterPart is a part with its place.
type LetterPart struct{ Name, Document, Place string }

// A LetterFile is a document that could not be screened in full, with what to ask for.
type LetterFile struct{ Document, Ask string }

// A LetterText is a text that a letter quotes.
type LetterText struct {
	Number              int
	Name, Issuer, Force string
	Addressees, Status  string
	Quote, Language     string
	Translation         string
	Version             *denylist.Version // the words in the language that was asked for, or nil
	Limits              []string
	URL                 string
}

// Empty reports whether there is nothing to ask.
func (l *Letter) Empty() bool { return len(l.Items)+len(l.Unnamed)+len(l.Files)+l.MoreUnnamed == 0 }

// NewLetter makes a letter from a report.
func NewLetter(r *evidence.Report) *Letter {
	l := &Letter{Screened: "list " + r.Denylist.Release + " of public texts, as of " + r.Denylist.AsOf}
	if b := r.Bid; b != nil {
		l.Bidder, l.Tender, l.Lot = letterCut(b.Bidder), letterCut(b.Tender), letterCut(b.Lot)
	}
	x := &letterMaker{Letter: l, folder: commonFolder(r), numbers: make(map[string]int)}
	groups := Groups(r)
	for i := range groups {
		if i == mostLetterItems {
			l.MoreItems = len(groups) - i
			break
		}
		x.item(&groups[i])
	}
	named, all := Unidentified(r)
	for _, u := range named {
		l.Unnamed = append(l.Unnamed, x.part(u.Document, u.Component))
	}
	l.MoreUnnamed = max(0, all-len(named))
	x.files(r)
	return l
}

// A letterMaker makes a letter.
type letterMaker struct {
	*Letter
	folder  string         // that all documents are in, which is of no interest to the bidder
	numbers map[string]int // of the texts, by listing
}

func (x *letterMaker) part(d *evidence.Document, c *match.Component) LetterPart {
	name := letterCut(Component(c))
	if name == "" {
		name = "a part without a name"
	}
	place := c.Location.Pointer
	if place == "" {
		place = fmt.Sprintf("byte %d", c.Location.Offset)
	}
	return LetterPart{name, x.path(d.Path), letterCut(place)}
}

func (x *letterMaker) path(p string) string {
	if rest := strings.TrimPrefix(p, x.folder); rest != "" {
		p = rest
	}
	return letterCut(p)
}

// item adds the questions about a group of findings.
func (x *letterMaker) item(g *Group) {
	it := LetterItem{Number: len(x.Items) + 1}
	for i := range g.Parts {
		if i == mostLetterParts {
			it.More = len(g.Parts) - i
			break
		}
		it.Parts = append(it.Parts, x.part(g.Parts[i].Document, &g.Parts[i].Finding.Component))
	}
	it.Title = it.Parts[0].Name
	switch n := len(g.Parts) - 1; {
	case n == 1:
		it.Title += " and 1 other part"
	case n > 1:
		it.Title += fmt.Sprintf(" and %d other parts", n)
	}
	it.Read = readAs(g)
	for i := range g.Citations {
		if c := &g.Citations[i]; c.Verdict != match.NoVerdict {
			it.Texts = append(it.Texts, x.text(c))
		}
	}
	slices.Sort(it.Texts)
	it.Questions = x.questions(g)
	x.Items = append(x.Items, it)
}

// readAs returns in a sentence what was read of the maker of the parts of a group.
func readAs(g *Group) string {
	var how []string
	for i := range g.Parts {
		f := &g.Parts[i].Finding.Finding
		words := IdentifiedBy(f)
		if words != "" && !slices.Contains(how, words) && len(how) < 3 {
			how = append(how, words)
		}
	}
	s := "Maker or supplier, as we read the documents: " + letterCut(g.Vendor.Name)
	if len(how) > 0 {
		s += " (" + letterCut(strings.Join(how, "; ")) + ")"
	}
	if g.Parts[0].Finding.Tier < vendors.Declared {
		s += ", which is not certain"
	}
	return s + "."
}

// questions returns the questions about a group of findings: who made the parts, where they
// are in the offer, and what the texts leave open that a bidder knows.
func (x *letterMaker) questions(g *Group) []string {
	one := len(g.Parts) == 1
	them, are, are2 := "them", "Are they", "are they"
	if one {
		them, are, are2 = "it", "Is it", "is it"
	}
	who := "Who manufactures " + them + ", and who supplies " + them + " to you?"
	if g.Parts[0].Finding.Tier < vendors.Declared {
		who += " If that is not " + letterCut(g.Vendor.Name) + ", please tell us."
	}
	all := []string{who}
	if g.Primary {
		all = append(all, are+" what you offer, in this version?")
	} else {
		all = append(all, "Which product of your offer contains "+them+", and in which version?")
	}
	var limits []string
	numbers := make(map[string]string) // of the texts with a limit
	add := func(q string) {
		if !slices.Contains(all, q) {
			all = append(all, q)
		}
	}
	for i := range g.Citations {
		c := &g.Citations[i]
		if c.Verdict == match.NoVerdict {
			continue
		}
		if c.Depth == denylist.Essential && !g.Primary {
			add("In that product, " + are2 + " a substantial or essential component?")
		}
		for reason := range slices.Values(Reasons(c.CappedBy)) {
			if claim, found := strings.CutPrefix(reason, "the claims contradict each other: "); found {
				add("The documents also say: " + letterCut(claim) + ". Which is right?")
			}
			if strings.HasPrefix(reason, "the document does not say what kind of product") {
				add("What kind of product " + are2 + ": software, hardware or a service?")
			}
		}
		if c.Scope != nil && c.Scope.Limit != "" && strings.Contains(c.CappedBy, c.Scope.Limit) {
			words := "“" + letterCut(c.Scope.Limit) + "”"
			if s := c.Scope.LimitEnglish; s != "" {
				words += " (" + letterCut(s) + ")"
			}
			if numbers[words] == "" {
				limits = append(limits, words)
			}
			numbers[words] += fmt.Sprintf(" [%d]", x.text(c))
		}
	}
	for i, words := range limits {
		limits[i] += numbers[words]
	}
	if len(limits) > 0 {
		add(are + " one of these, in the words of the texts below, or for one of these: " + strings.Join(limits, "; ") + "?")
	}
	return all
}

// text returns the number of a text, and adds it to the letter if it is new.
func (x *letterMaker) text(c *match.Citation) int {
	// Listings of several vendors can have the same words.
	key := strings.Join(append(Limits(c.Citation), c.Instrument, c.Clause, c.Quote, c.Status), "\x00")
	if n := x.numbers[key]; n > 0 {
		return n
	}
	n := len(x.Texts) + 1
	x.numbers[key] = n
	name := c.Title
	if c.Clause != "" {
		name += ", " + c.Clause
	}
	limits := Limits(c.Citation)
	for i, words := range Naming(c.Citation) {
		limits = slices.Insert(limits, i, Cut(words, mostLetterQuote))
	}
	x.Texts = append(x.Texts, LetterText{Number: n, Name: name, Issuer: c.Issuer, Force: KindOfText(c.Force) + ", " + ForceWords(c.Binding), Addressees: c.Addressees,
		Status: c.Status, Quote: Cut(c.Quote, mostLetterQuote), Language: c.Language, Version: letterVersion(c.Version), Translation: Cut(c.Translation, mostLetterQuote), Limits: limits, URL: c.URL})
	return n
}

// letterVersion returns words in another language, with a bounded length.
func letterVersion(v *denylist.Version) *denylist.Version {
	if VersionLabel(v) == "" {
		return nil
	}
	cut := *v
	cut.Text, cut.Note, cut.Source = Cut(v.Text, mostLetterQuote), Cut(v.Note, mostLetterQuote), Cut(v.Source, mostLetterQuote)
	return &cut
}

// letterAsks are the gaps that a bidder can close, with what to ask for.
var letterAsks = map[match.GapKind]string{
	match.GapIncomplete: "Please send it again, complete and readable. We could not read it to its end.",
	match.GapMalformed:  "Please check it and send it again. We could not read some of its fields.",
	match.GapLinks:      "Please send the documents that it refers to.",
	match.GapNothing:    "Please send a list of its parts. We found none in it.",
	match.GapNoParts:    "Please send the list of parts of the product that it names.",
	match.GapUndecided:  "Please state who manufactures each of its parts, and who controls that company. A text that binds the buyer may cover a maker that we read, by a criterion or by a list that we have not read.",
}

// files adds the documents that could not be screened in full, or on which no decision was possible.
func (x *letterMaker) files(r *evidence.Report) {
	for d, g := range r.NotScreened() {
		ask := letterAsks[g.Kind]
		switch {
		case d == nil || ask == "":
		case len(x.Files) == mostLetterFiles:
			x.MoreFiles++
		default:
			x.Files = append(x.Files, LetterFile{x.path(d.Path), ask})
		}
	}
}

// commonFolder returns the folder that all documents of a report are in, with a slash at its end,
// or "".
func commonFolder(r *evidence.Report) string {
	folder := ""
	for i := range r.Documents {
		name, _, _ := strings.Cut(r.Documents[i].Path, "!") // the archive, for a document in one
		dir := path.Dir(name) + "/"
		if i == 0 {
			folder = dir
		}
		for folder != "" && !strings.HasPrefix(dir, folder) {
			folder = folder[:strings.LastIndexByte(strings.TrimSuffix(folder, "/"), '/')+1]
		}
	}
	if folder == "./" {
		return ""
	}
	return folder
}

// letterCut returns a value on one line, with a bounded length.
func letterCut(s string) string { return strings.TrimSpace(Cut(Printable(s), mostLetterName)) }

// The sentences of a letter.
const (
	LetterGreeting  = "Dear Sir or Madam,"
	LetterNoFinding = "This request is no finding about you or about your offer, and no decision. A document can name a maker wrongly or not at all, and we can misread it: please correct us where we did."
	LetterNothing   = "We have no questions about these documents."
	LetterUnnamed   = "Who manufactures each of these parts, and who supplies it to you? We found no name of a maker or supplier in the documents."
	LetterTexts     = "These public texts name or cover the maker that we read, and are why we ask. Each says whom it addresses and how far it goes. That a text is quoted here does not mean that it applies to you, to your offer or to this procurement."
)

// LetterWhy returns why the letter is written.
func LetterWhy(l *Letter) string {
	return "Thank you for the documents about the parts of your offer. We compared the makers that they name with public texts about vendors (" + l.Screened + "). To understand the documents we have the questions below. We would be grateful for your answers, and for any document that supports them."
}
