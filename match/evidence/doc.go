// SPDX-License-Identifier: Apache-2.0

// Package evidence turns the results of package match into a report that somebody
// else can check.
//
// The canonical JSON report is the record; [Report.WriteTable] and every other view
// is made from it and computes nothing again. The same documents, release and
// options give the same bytes, whatever the machine, the order in which documents
// were screened or the number of workers: the report has no clock and no host in it.
//
// The report's JSON is lowerCamelCase and described by a JSON Schema, [Schema]. It
// changes only with [SchemaVersion].
//
// A report is signed as the predicate of an in-toto statement about the files that were
// screened, in a DSSE envelope ([Report.Sign], [Verify]); package screen screens the files of a
// record again and says what differs. Views for people and programs are [Report.WriteTable],
// [Report.WriteCSV], [Report.WriteMarkdown] and the packages html, sarif, junit, oscal and
// annotate. None is VEX: a measure about a vendor is no vulnerability.
//
// Coverage is part of every report: what was not screened is not the same as what
// was found to be clear.
package evidence
