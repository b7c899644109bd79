// SPDX-License-Identifier: Apache-2.0

// Package evidence records the results of package match in a report that others can check.
//
//	report := evidence.New(m, "my program", match.Ban)
//	report.Finish([]evidence.Document{evidence.Screened(source, result)}, nil)
//	err := report.WriteJSON(file)
//
// The canonical JSON report is the record. It holds the types of packages match, vendors and
// sbom, with verdicts and tiers as words, and is described by a JSON Schema, [Schema]. Its form
// changes only with [SchemaVersion]. The same documents, release and options give the same bytes
// on every machine and with any number of workers, because the report contains no time of the
// run and no host name.
//
// A report is signed as the predicate of an in-toto statement about the screened files, in a
// DSSE envelope ([Report.Sign], [Verify]). Package screen screens the files of a record again
// and reports what differs. [Compare] compares two reports of the same documents.
//
// The packages text, csv, markdown, html, sarif, junit and oscal below this one are
// views. Each has a function Write(w, report, options). A view only shows what the record
// contains, and always shows what was not screened. No view is VEX, because a measure about a
// vendor is not a vulnerability.
package evidence
