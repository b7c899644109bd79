// SPDX-License-Identifier: Apache-2.0

package main

const usage = `Usage: auditpipe COMMAND [flags] [PATH...]

Auditpipe screens files into a store: a folder with a signed statement on each
file, a signed list of all statements (the log and its checkpoint), and an index
to search. "auditpipe COMMAND -help" describes a command and its flags.

Commands:
  screen    screen files and directories, and add the statements to the store
  rescreen  screen everything in the store with another denylist, without
            reading the files again, and print which verdicts change
  find      list the documents with findings of a vendor
  verify    check single statements and their files, or the whole store

Flags:
  -help     print this text
  -version  print the version of the program and of its denylist

A run can be interrupted at any moment: the same command continues where it was.

Each file is screened alone. A reference to another file, such as a linked
document, counts as not screened. Known companions of documents, such as a
license text, get no statement and are listed.

What the store proves:
  A statement that was changed, replaced or removed is found. So is a line that
  was added to the log, and an index that does not belong to the log. Nothing is
  signed on top of them.
  But a store that was replaced as a whole by an earlier copy of itself, or by a
  new store, is valid. Only somebody who keeps its checkpoint elsewhere can find
  that: copy the checkpoint after each run, and give it to "verify -since".

Repair:
  Restore the store from a copy, or screen the files into a new folder: the same
  files, denylist and key give the same statements.
  Lines in the log after those of the checkpoint are never signed. Remove them
  (head -n SIZE log; SIZE is the second line of the checkpoint), and then the
  statements that verify reports.
  A changed index is made again by the next screen, rescreen or find.

Examples:
  Make keys:
    openssl genpkey -algorithm ed25519 -out key.pem
    openssl pkey -in key.pem -pubout -out key.pub
  Screen files, and keep the checkpoint elsewhere:
    auditpipe screen -store store -key key.pem bids/
    find /srv -name '*.json' | auditpipe screen -store store -key key.pem -
    cp store/checkpoint /elsewhere/checkpoint-today
  Search:
    auditpipe find -store store -key key.pub -vendor kaspersky
  Use another denylist:
    auditpipe rescreen -store store -key key.pem -denylist 2018.06.13.1
  Verify a store, and a single statement:
    auditpipe verify -store store -key key.pub \
        -since /elsewhere/checkpoint-today
    auditpipe verify -key key.pub -C /srv/bids bid.intoto.json

Exit status:
  0  screen, rescreen: every file was screened completely, whatever was found
     find: nothing was found, and every file was screened completely
     verify FILE: every file exists and gives the same result; with
     -signature-only, the signature is good
     verify -store: the store is valid
  1  find: something was found
     verify: something is not as it was signed
  2  The command line is wrong.
  3  Something was not screened, even if there are findings; or nothing was
     screened; or the store cannot be used.
  4  verify: the signature is good, but a file is missing or was not screened
     again.
`

// commandUsage are the help texts of the commands, without their flags.
var commandUsage = map[string]string{
	"screen": `Usage: auditpipe screen -store FOLDER -key FILE [flags] PATH...

Screen files and directories, and add a signed statement on each file to the
store. With the PATH -, paths are read from standard input, one per line. Files
with a statement in the store are not screened again. An empty or missing folder
becomes a new store.
`,
	"rescreen": `Usage: auditpipe rescreen -store FOLDER -key FILE [flags]

Screen everything in the store with another denylist or day, without reading the
files again. The new statements are added to the store. Print which verdicts
change, and why.
`,
	"find": `Usage: auditpipe find -store FOLDER -vendor ID [flags]

List the documents with findings of a vendor, from the statement by the newest
denylist on each file, and print what was searched. With -key, the signatures of
the checkpoint and of the index are checked. Without it, every statement is
read, and no signature is checked.
`,
	"verify": `Usage: auditpipe verify -key FILE [flags] STATEMENT...
       auditpipe verify -key FILE -store FOLDER [flags]

Check the signatures of statements, and screen their files again. For each file,
print whether the result is the same or differs, or the file is missing or was
not screened again.

With -store, check the whole store instead: every statement, the log and its
checkpoint. The screened files are not read. To screen them again, verify the
statements: auditpipe verify -key FILE STORE/records/*/*.json
`,
}
