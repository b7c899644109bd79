// SPDX-License-Identifier: Apache-2.0

// Package table defines the tables of a fleet, for analysts and for the fleet itself, and reads
// and writes them as Parquet files.
//
// The files of documents and findings are in folders by release. A row of documents or findings is
// about one record. If a document was screened with several releases, it has a row for each
// screening in which it was screened again; for the others, a delta statement says that the row of
// an earlier screening is also right. The generation of a row counts the screenings of a tenant.
//
// The claims of a document do not depend on the release. They are in the table once, also if the
// document is screened again.
package table

import "cmp"

// Version is the version of the columns. A column is never changed or removed in a version.
const Version = 1

// The names of the tables.
const (
	Documents = "documents"
	Findings  = "findings"
	Claims    = "claims"
)

// A Document is the row of a record.
type Document struct {
	Document   string `parquet:"document,zstd"` // its key
	Record     string `parquet:"record,zstd"`   // the key of the record
	Release    string `parquet:"release,dict,zstd"`
	Screening  string `parquet:"screening,dict,zstd"` // its id
	Generation int32  `parquet:"generation"`          // of the screening; 1 is the first of the tenant
	Name       string `parquet:"name,zstd"`
	SHA256     string `parquet:"sha256,zstd"`
	Bytes      int64  `parquet:"bytes"`
	Batch      string `parquet:"batch,dict,zstd"`
	Index      int32  `parquet:"index"`             // in the batch
	Segment    string `parquet:"segment,dict,zstd"` // the id of the job that made it
	Verdict    string `parquet:"verdict,dict,zstd"`
	Formats    string `parquet:"formats,dict,zstd"` // of the documents in it, in order, with commas
	Documents  int32  `parquet:"documents"`         // documents in it: 1, or those in an archive
	Components int64  `parquet:"components"`
	Identified int64  `parquet:"identified"` // components with a claim that can identify a maker
	Gaps       int32  `parquet:"gaps"`       // what was not screened, see the record
	Findings   int32  `parquet:"findings"`
	Observed   int32  `parquet:"observations"`
	Crashed    bool   `parquet:"crashed"` // the program ended without a result each time
	Indexed    bool   `parquet:"indexed"` // all its claims are in the table of claims; otherwise each new release has to screen it again
	Error      string `parquet:"error,zstd"`
}

// A Finding is the row of a finding, with the citation that decides its verdict.
type Finding struct {
	Document     string `parquet:"document,zstd"`
	Record       string `parquet:"record,zstd"`
	Release      string `parquet:"release,dict,zstd"`
	Screening    string `parquet:"screening,dict,zstd"`
	Generation   int32  `parquet:"generation"`
	Segment      string `parquet:"segment,dict,zstd"` // the id of the job that made it
	Index        int32  `parquet:"index"`             // of the document in the batch
	Path         string `parquet:"path,zstd"`         // of the document in it, and the entry of an archive
	ID           string `parquet:"id,zstd"`
	Vendor       string `parquet:"vendor,dict,zstd"`
	VendorName   string `parquet:"vendor_name,dict,zstd"`
	Verdict      string `parquet:"verdict,dict,zstd"`
	Tier         string `parquet:"tier,dict,zstd"`
	Component    string `parquet:"component,zstd"`
	Version      string `parquet:"version,zstd"`
	PURL         string `parquet:"purl,zstd"`
	Pointer      string `parquet:"pointer,zstd"`
	Instrument   string `parquet:"instrument,dict,zstd"` // its id
	Clause       string `parquet:"clause,dict,zstd"`
	Jurisdiction string `parquet:"jurisdiction,dict,zstd"`
	Force        string `parquet:"force,dict,zstd"`
	Status       string `parquet:"status,dict,zstd"`
}

// A Claim is the row of a distinct claim of a document. The rows of a file are in the order of role,
// kind, value and document.
type Claim struct {
	Role     string `parquet:"role,dict,zstd"`
	Kind     string `parquet:"kind,dict,zstd"`
	Value    string `parquet:"value,zstd"`
	Document string `parquet:"document,dict,zstd"`
	Batch    string `parquet:"batch,dict,zstd"`
	Index    int32  `parquet:"index"`
}

// CompareClaims compares claims in the order of the table. It is called often, and does not compare
// what does not matter.
func CompareClaims(a, b Claim) int {
	if c := cmp.Compare(a.Role, b.Role); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Value, b.Value); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Document, b.Document); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Index, b.Index))
}

// CompareDocuments compares rows in the order of the table.
func CompareDocuments(a, b Document) int {
	return cmp.Or(cmp.Compare(a.Document, b.Document), cmp.Compare(a.Record, b.Record))
}

// CompareFindings compares rows in the order of the table: those of a vendor are together, so that a
// search reads a part of a file.
func CompareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Record, b.Record),
		cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Pointer, b.Pointer))
}
