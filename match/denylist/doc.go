// SPDX-License-Identifier: Apache-2.0

// Package denylist contains what public bodies ask for about the products of which vendors, in
// the words of the official texts, and since when.
//
//	release := denylist.Current()
//	for _, e := range release.ForVendor("kaspersky") {
//		c := e.Cite(release.Date())
//		fmt.Println(c.Title, c.Clause, c.Status, c.Quote)
//	}
//
// An [Instrument] is an official text with an issuer, a force and dated events. A [Clause] is a
// part of it, with its words. A [Listing] is what a clause asks for about a vendor: the class of
// the action, the text's own verb, its effect, the basis on which the clause covers the vendor, the scope and
// the depth. An [Excluded] entry is a vendor that was considered and is not listed, with the
// reason. A [Context] entry is later history or counter-evidence, which is shown and never leads
// to a verdict. It belongs to the vendor: a release has it from its day on, whether or not it has the
// instrument that it is recorded with.
//
// # Releases
//
// A [Release] is one immutable file with instruments and a register of vendors, identified by a
// digest. It contains only what was public on its day. [Open] opens a release in this package:
// "2018.06.12" is the list on the day before the vote on clause 76. [Diff] returns what changed
// between two releases, why, and whether a verdict can change.
//
// The digest is the h1: hash of golang.org/x/mod/sumdb/dirhash over the one file: base64 of the
// SHA-256 of the line that "sha256sum FILE" prints.
//
// A release outside this package is a file. [Parse] opens it with a [Trust]: if a signed statement
// about it is valid, which must not have expired and must not be older than the one last trusted, or
// by its digest, for audits. Without a trust it opens any file. [Release.Trust] returns which it was. Package author reads a custom denylist from a folder and adds it to a
// release.
//
// # Whom a text speaks to
//
// An instrument has codes for those on whom it lays a duty, those whom it only advises and those
// whom it reaches by a contract. A [Buyer] is a set of codes too: [Buyer.Relation] tells whether a
// text binds the buyer, its bidders, advises it or speaks to others. [Buyers] has profiles, and
// [ParseBuyer] reads others. Texts of older releases have no codes.
//
// # Time
//
// There are two questions. The release decides what was known. The day that is given to
// [Entry.Status] decides what was in force. Intervals are half-open. No clock is read.
//
// The words of a text change too. Each edition of a clause has the days from and until which the
// text has its words, and a listing has an [Edition] for each change after it. [Entry.On] and
// [Entry.Cite] return the words of a day.
//
// # What is refused
//
// [Parse] refuses a quote or a verb that is not verbatim in its clause, a clause with a digest that is not
// that of its text, a vendor that is not in the register or not named in the clause, a reference
// to a missing entry, words that the text does not have on a day on which a listing cites them, an
// instrument that follows itself, an interval that is reversed or overlaps
// another one, and a duplicate id. Each has an error for errors.Is.
//
// A Release is safe for concurrent use.
package denylist
