// SPDX-License-Identifier: Apache-2.0

// Package purl reads and writes package URLs by ECMA-427 and by the definitions of
// their types: what a type allows as a namespace, what it does not tell apart by case,
// and what the namespace stands for. That last is what a vendor register needs:
// the namespace of pkg:npm is an owner, the namespace of pkg:deb is a distribution and
// never the vendor of the software, and pkg:pypi has none.
//
// [Parse] is strict: it takes canonical package URLs and refuses what the specification
// wants refused. [Normalize] takes what documents really hold and returns the canonical
// form; keep the text as it was beside it, for evidence.
//
// The package passes the specification's own tests, those of all 42 types
// (package-url/purl-spec 16f3d0e). Everything in it is safe for concurrent use.
package purl
