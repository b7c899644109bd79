// SPDX-License-Identifier: Apache-2.0

// Package segment reads and writes segments: one object with the records of a job, the rows of
// the tables made from them, and the claims of the documents.
//
// Many records in one object cost one request to the bucket instead of many. A segment has its
// own index, so that one record can be read without the others.
//
// A segment is a pure function of its entries. A reader checks the digest of each block that it
// reads, and the bounds of everything; an error says at which offset.
package segment

// An Entry is what a segment has about one document.
type Entry struct {
	// Index is the place of the document in its batch.
	Index int
	// Document and Record are the keys of the document and of its record under the screening.
	Document, Record string
	// Statement is the signed record, a DSSE envelope in JSON.
	Statement []byte
	// Claims are the distinct claims of the document, in order. They do not depend on the release.
	Claims []Claim
	// Incomplete: the document was not read to its end, so that there can be further claims.
	Incomplete bool
	// Crashed: the program ended without a result each time it screened the document.
	Crashed bool
}

// A Claim is a distinct claim of a document, as the claims table has it.
type Claim struct {
	Role, Kind, Value string
}
