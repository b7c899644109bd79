// SPDX-License-Identifier: Apache-2.0

// Package denylist holds what public bodies say about which vendor, in which words,
// and since when.
//
// An [Instrument] is an official text with an issuer, a force and dated events. A
// [Clause] is a part of it, with its words. A [Listing] is vendor × clause: the
// action in the text's own verb, its effect, the basis on which the vendor is
// covered, the scope and the depth. An [Excluded] entry is a vendor that was looked
// at and is not listed, with the reason. A [Context] entry is later history and
// counter-evidence, which is shown and decides nothing.
//
// # Releases
//
// A [Release] is one immutable file of instruments together with the register of
// vendors it was cut with, identified by a digest. [Open] opens a release that
// comes with this package: "2018.06.12" gives the list as it stood on the eve of
// the vote on clause 76. A release holds only what was public on its day.
//
// The digest is the h1: hash of golang.org/x/mod/sumdb/dirhash over the one file:
// base64 of the SHA-256 of the line that "sha256sum FILE" prints.
//
// [Diff] says what changed between two releases, why, and whether a verdict can flip.
//
// A release that did not come with this package is a file. [OpenSigned] opens it by a
// signed [Statement] that is not older than the one last trusted and has not
// expired; [OpenPinned] by its digest, for audits; [Parse] as it is.
// [Release.Trust] says which. Package author reads a custom denylist from a folder and adds
// it to a release.
//
// # Time
//
// Two questions are kept apart. Which release is used says what was known. The
// as-of day of [Entry.Status] says what was in force. Intervals are half-open;
// no clock is read.
//
// # What does not load
//
// [Parse] refuses a quote that is not verbatim in its clause, a clause whose digest
// does not fit its text, a vendor that the register lacks or that the clause does not
// name, a reference to nothing, instruments that are each other's history, an interval
// that is reversed or overlaps another of the same kind, and an id used twice. Each has a
// sentinel error.
//
// A Release is immutable and safe for concurrent use.
package denylist
