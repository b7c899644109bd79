// SPDX-License-Identifier: Apache-2.0

package inspect

// usage are the help texts of the commands, without their flags.
var usage = map[string]string{
	"find": `Usage: fleet find [-vendor ID] [-verdict VERDICT] [-document NAME] [flags]

List the findings of the screening with a release of the denylist, of the newest
one by default, and print what was searched. A finding is by the newest record
on each document that is right for the release. With a key, the signatures of
the commits are checked, and the digests of the tables always are.

Exit status:
  0  nothing was found, and every document was screened completely
  1  something was found
  2  the command line is wrong
  3  something was not screened; or nothing was; or the bucket cannot be read
`,
	"export": `Usage: fleet export -out FOLDER [-document NAME] [flags]
       fleet export -findings [-o FORMAT] [-out FILE] [flags]

Write the signed statements on the documents to a folder, in files with the
names of the documents, the first digits of the digest of the document, and
".intoto.json". Or write all findings as one file. "auditpipe verify" checks a
statement.
`,
	"record": `Usage: fleet record [flags] DOCUMENT

Print the signed statement on a document, which is given by its name or by its
key in the tables.
`,
	"audit": `Usage: fleet audit [-signatures] [-log] [-since FILE] [flags]

Compare what was submitted, the records, the commits and the tables, and print
each difference. Every segment and table is read.

Exit status:
  0  everything that was submitted has a record and a row, and nothing was changed
  1  something is not as it was signed
  2  the command line is wrong
  3  something was not screened yet, or can never be; or the bucket cannot be read
`,
}
