// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// SchemaVersion is the version of the form of the record. [ParseReport] also parses version 1.
const SchemaVersion = "2"

var (
	//go:embed schema/report-1.schema.json
	schemaV1 []byte
	//go:embed schema/report-2.schema.json
	schemaV2 []byte
)

// Schema returns the JSON Schema (draft 2020-12) of the record that [Report.WriteJSON] writes.
func (r *Report) Schema() []byte {
	if r.SchemaVersion == schema1 {
		return bytes.Clone(schemaV1)
	}
	return bytes.Clone(schemaV2)
}

// A Report is the result of one screening. Its record, which is signed and kept, is the JSON that
// [Report.WriteJSON] writes.
type Report struct {
	SchemaVersion string
	Tool          struct{ Name, Version string } // the program that screened
	Denylist      Denylist
	Bid           *Bid
	// Buyer is who buys, if it is known. Texts that speak to others are then observations.
	Buyer *denylist.Buyer
	// Purpose is what is bought: CPV codes of the lot, see [match.Options].
	Purpose []string
	Options Options
	Verdict match.Verdict
	// Notices are facts about the whole screening that change no verdict and belong in every
	// summary, such as that the as-of day is not the day of the denylist. They have no location.
	Notices   []sbom.Warning
	Documents []Document
	// Policy is the decision by a buyer's policy about the report; nil if there was none.
	Policy *policy.Decision
	// Companions are files of kinds that accompany documents, such as checksum files. They were
	// not screened.
	Companions []File
	Coverage   match.Coverage
}

// A File is a file that was read: a document, the archive that contains it, or a companion.
type File struct {
	Path   string `json:"path"`
	In     string `json:"file,omitempty"` // the archive that contains a companion, if any
	SHA256 string `json:"sha256"`         // lower-case hexadecimal; "" if the bytes could not be read
	Bytes  int64  `json:"bytes"`
	// Layers are the archive, compression and envelope formats between a container and the
	// document in it, outermost first.
	Layers []string `json:"layers,omitempty"`
	Reason string   `json:"reason,omitempty"` // what a companion is: "checksum file", "PDF document"
}

// A Denylist names the release and the day that the documents were screened with.
type Denylist struct {
	Release string `json:"release"`
	Digest  string `json:"digest"`
	AsOf    string `json:"asOf"`
	// Trust is the reason for which the release was trusted: "signed", "pinned" (by its digest),
	// "own" (with a custom denylist), "unchecked"; "" for a release that is part of the program.
	Trust string `json:"trust,omitempty"`
}

// A Bid names the bidder, tender and lot of the screened documents, as the caller states them.
type Bid struct {
	Bidder string `json:"bidder"`
	Tender string `json:"tender"`
	Lot    string `json:"lot"`
}

// Options are the options that can change a result.
type Options struct {
	Jurisdictions   []string
	Language        string // see [match.Options]
	RequireIdentity bool
	// FailOn is the least severe verdict that the program fails on; [match.NoVerdict] means
	// never. The record has the word "never" for it.
	FailOn match.Verdict
	// Keys are the fingerprints of the keys with which the signatures of signed documents were
	// checked: "sha256:" and the SHA-256 of the public key (SubjectPublicKeyInfo in DER), in
	// hexadecimal, as "openssl pkey -pubin -outform der | sha256sum" prints it; sorted.
	Keys []string
}

// A Document is one screened document, or one that could not be read.
type Document struct {
	Path string
	// SHA256 is of the document's bytes; for a directory tree, of the output of sha256sum
	// for its files in order of their paths, see [github.com/clause76/clause76/firmware.FSOptions].
	SHA256 string
	Bytes  int64
	// Container is the file that contains the document, if it is not a file itself.
	// Offsets then count from the start of the document, not of the container.
	Container   *File
	Format      string
	SpecVersion string
	Encoding    string
	Verdict     match.Verdict
	// Complete means that the document was read to its end. If it was not, Error says why, and
	// findings, observations and coverage are of the part that was read.
	Complete bool
	Error    *Error
	// Gaps are what was not screened of the document.
	Gaps []match.Gap
	// Notices are statements of the document about itself that change no verdict and belong in
	// every summary, such as that it is incomplete.
	Notices  []sbom.Warning
	Warnings []sbom.Warning
	Coverage match.Coverage
	// Unidentified are the first 100 components without an identity of their vendor: they are
	// unknown, and not cleared. Coverage counts all of them.
	Unidentified []match.Component
	Findings     []Finding
	Observations []Finding
	// Unlisted counts further findings and observations that are not listed because there are
	// too many; nil if all are listed. Complete is then false.
	Unlisted *match.Unlisted
}

// A Finding is a finding or an observation of a report with its id, which is the same for the
// same finding on the same bytes.
type Finding struct {
	// ID is 16 hexadecimal digits, and no other finding or observation of the document has the
	// same. [Report.Finish] sets one that is missing or is that of another.
	ID string
	match.Finding
}

// An Error is the reason for which a document could not be read to its end.
type Error struct {
	Kind     string           `json:"kind"`
	Message  string           `json:"message"`
	Location vendors.Location `json:"location"`
}

// New returns an empty report of a screening with m. The program fails on failOn and more severe
// verdicts; [match.NoVerdict] means never.
func New(m *match.Matcher, tool string, failOn match.Verdict) *Report {
	o := m.Options()
	r := &Report{
		SchemaVersion: SchemaVersion,
		Denylist:      Denylist{m.Release().Name(), m.Release().Digest(), string(o.AsOf), trust(m.Release())},
		Buyer:         o.Buyer,
		Purpose:       o.Purpose,
		Options:       Options{Jurisdictions: o.Jurisdictions, Language: o.Language, RequireIdentity: o.RequireIdentity, FailOn: failOn},
		Verdict:       match.Inconclusive,
		Notices:       slices.Concat(asOfNotice(m.Release(), o.AsOf), buyerNotice(m.Release(), o.Buyer), publicNotice(m), languageNotice(m.Release(), o.Language)),
	}
	r.Tool.Name, r.Tool.Version = tool, version()
	return r
}

// asOfNotice returns a notice if the as-of day is not the day of the release.
func asOfNotice(r *denylist.Release, asOf vendors.Date) []sbom.Warning {
	cut := string(r.Date())
	what := fmt.Sprintf("the denylist %s was cut on %s, and the day judged by, %s, ", r.Name(), cut, asOf)
	switch {
	case cut == "" || asOf == r.Date():
		return nil
	case asOf > r.Date():
		what += "lies after it: texts that came, changed or ended since are not in it"
	default:
		what += "lies before it: it has what was known when it was cut, and texts count as they were in force on the day judged by"
	}
	return []sbom.Warning{{Kind: "asOf", Message: what}}
}

// publicNotice returns a notice if no text speaks to the buyer except those that advise everybody.
func publicNotice(m *match.Matcher) []sbom.Warning {
	if !m.SpeaksOnlyToPublic() {
		return nil
	}
	const what = "no text of the denylist speaks to this buyer beyond advice to the public"
	return []sbom.Warning{{Kind: "publicOnly", Message: what}}
}

// buyerNotice returns a notice if there is a buyer and texts of the release have no codes for whom
// they speak to, so that the buyer changes nothing about them.
func buyerNotice(r *denylist.Release, b *denylist.Buyer) []sbom.Warning {
	if b == nil || r.HasAddressees() {
		return nil
	}
	return []sbom.Warning{{Kind: "buyer", Message: fmt.Sprintf("the denylist %s does not record for all of its texts whom they speak to: those without a record count, whether they speak to the buyer %s or not", r.Name(), b.Name)}}
}

// noticeLanguage is the kind of a notice about words in another language.
const noticeLanguage = "language"

// languageNotice returns a notice if a language was asked for in which the release has no words
// beside those of the clauses themselves.
func languageNotice(r *denylist.Release, language string) []sbom.Warning {
	if language == "" || slices.Contains(r.Languages(), language) {
		return nil
	}
	what := fmt.Sprintf("the denylist %s has no words of any text in the language %q beside the original ones", r.Name(), language)
	if slices.Contains(r.OwnLanguages(), language) {
		what += "; texts that are in that language themselves are quoted in it"
	}
	return []sbom.Warning{{Kind: noticeLanguage, Message: what}}
}

// uncitedLanguage adds a notice if texts are cited, and none of them has words in the language that
// was asked for.
func (r *Report) uncitedLanguage() {
	language := r.Options.Language
	if language == "" || slices.ContainsFunc(r.Notices, func(n sbom.Warning) bool { return n.Kind == noticeLanguage }) {
		return
	}
	cited := false
	for i := range r.Documents {
		for _, f := range slices.Concat(r.Documents[i].Findings, r.Documents[i].Observations) {
			for _, c := range f.Citations {
				if cited = true; c.Version != nil || c.Language == language {
					return
				}
			}
		}
	}
	if cited {
		what := fmt.Sprintf("the denylist %s has no words in the language %q of the texts that are cited here", r.Denylist.Release, language)
		r.Notices = append(r.Notices, sbom.Warning{Kind: noticeLanguage, Message: what})
	}
}

// trust returns the word for the reason for which a release was trusted.
func trust(r *denylist.Release) string {
	switch k := r.Trust(); k {
	case denylist.Embedded:
		return ""
	case denylist.Unchecked:
		return "unchecked"
	default:
		return k
	}
}

// version is the version of this module in the running program.
func version() string {
	const path = "github.com/clause76/clause76"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	mods := append([]*debug.Module{&info.Main}, info.Deps...)
	for _, m := range mods {
		if m.Path == path && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}

// NewDocument returns the record of a document: file is where its bytes came from, r the result of
// screening it. If err is not nil, the document could not be read to its end. If r is then nil,
// and err is or wraps a [match.IncompleteError], its result is taken. Without any result nothing
// was found, and h describes the document. The verdict is that of the result, and at least that of
// its findings; with an error it is at least inconclusive.
func NewDocument(file File, h sbom.Header, r *match.Result, err error) Document {
	if partial := (*match.IncompleteError)(nil); r == nil && errors.As(err, &partial) && partial.Result != nil {
		r, err = partial.Result, partial.Err
	}
	if r == nil {
		r = &match.Result{Header: h}
	}
	d := Document{
		Path: file.Path, SHA256: file.SHA256, Bytes: file.Bytes,
		Format: r.Header.Format, SpecVersion: r.Header.SpecVersion, Encoding: r.Header.Encoding,
		Verdict: r.Verdict, Complete: r.Coverage.Complete, Coverage: r.Coverage, Unidentified: slices.Clone(r.Unidentified),
		Gaps: slices.Clone(r.Gaps), Notices: slices.Clone(r.Header.Notices), Warnings: slices.Clone(r.Header.Warnings),
	}
	for _, f := range r.Findings {
		d.Findings = append(d.Findings, Finding{id(file, f), f})
	}
	for _, f := range r.Observations {
		d.Observations = append(d.Observations, Finding{id(file, f), f})
	}
	d.setIDs()
	if u := r.Unlisted; u.Any() {
		d.Unlisted = &u
	}
	d.Verdict = max(d.Verdict, d.worst())
	if err != nil {
		at := vendors.Location{}
		if e := (*sbom.Error)(nil); errors.As(err, &e) {
			at = vendors.Location{Pointer: e.Pointer, Offset: e.Offset}
		}
		d.Fail(Error{Kind: format.ErrorKind(err), Message: err.Error(), Location: at})
	}
	return d
}

// Fail marks the document as not read to its end, or as not the expected one. Its findings stay.
func (d *Document) Fail(e Error) {
	d.Error, d.Complete, d.Coverage.Complete = &e, false, false
	if !slices.ContainsFunc(d.Gaps, func(g match.Gap) bool { return g.Kind == match.GapIncomplete }) {
		d.Gaps = slices.Insert(d.Gaps, 0, match.GapIncomplete.Gap(0))
	}
	d.Verdict = max(d.Verdict, match.Inconclusive)
}

// TooManyFindings reports whether the document's only error is that not all findings are listed:
// it was read to its end.
func (d *Document) TooManyFindings() bool {
	return d.Unlisted != nil && d.Error != nil && d.Error.Message == d.Unlisted.Err().Error()
}

// id returns the id of a finding, by what identifies it. Findings of parts that the document does
// not tell apart have the same; setIDs then changes it.
func id(file File, f match.Finding) string {
	return shortHash(file.SHA256, string(f.Vendor.ID), f.Verdict.String(), string(f.Reason), f.Component.Ref, f.Component.Location.Pointer)
}

// shortHash returns the first 16 hexadecimal digits of a SHA-256 over texts.
func shortHash(texts ...string) string {
	h := sha256.New()
	for _, s := range texts {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Whole reports whether a document of the report was read to its end. A report of schema 1
// shows that only by the absence of an error.
func (r *Report) Whole(d *Document) bool {
	return d.Error == nil && (d.Complete || r.SchemaVersion == "" || r.SchemaVersion == schema1)
}

// Finish adds the documents and companions, sorts both by path, and computes the verdict and the
// coverage of the report. A report without documents, or without components in any, is at
// least inconclusive, because nothing was screened. A document with a milder verdict than its
// findings and gaps have is given theirs.
func (r *Report) Finish(docs []Document, companions []File) {
	r.Companions = append(r.Companions, companions...)
	sorting.StableFunc(r.Companions, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	r.Documents = append(r.Documents, docs...)
	sorting.StableFunc(r.Documents, func(a, b Document) int { return cmp.Compare(a.Path, b.Path) })
	for i := range r.Documents {
		d := &r.Documents[i]
		d.setIDs()
		d.Verdict = max(d.Verdict, r.least(d))
	}
	r.uncitedLanguage()
	r.Verdict, r.Coverage = r.summarize()
}
