// SPDX-License-Identifier: Apache-2.0

package main

const usage = `Usage: fleet COMMAND [flags]

Fleet screens many documents: submitted documents are put into a bucket in
batches, workers screen them and sign a record on each, and a compactor puts the
results into tables. "fleet COMMAND -help" describes a command and its flags.

Commands:
  serve      run everything in one process, with a folder
  worker     run workers for a queue and a bucket elsewhere
  compactor  run a compactor for a queue and a bucket elsewhere
  submit     submit files, folders, lists of files, or objects of the bucket
  rescreen   apply another release of the denylist to what was screened
  status     show what was submitted, screened and put into the tables
  find       list findings
  record     print the signed record on a document
  export     write records or findings to files
  audit      compare what was submitted with the records and the tables

Flags:
  -help     print this text
  -version  print the version of the program and of its denylist

Commands find the server that was started last by the same user. -data FOLDER or
the environment variable FLEET_DATA names another one.

Examples:
  In one terminal:
    fleet serve -data fleet-data
  In another one:
    fleet submit bids/
    fleet status -wait
    fleet find -vendor kaspersky
  On other machines, with the credentials of their tenants:
    fleet worker -queue tls://queue.example:7676 -creds ministry.creds \
        -bucket s3://registry?region=eu-west-1 -key key.pem

Exit status:
  0  it worked; find: nothing was found
  1  find: something was found; audit: something is not as it was signed
  2  The command line is wrong.
  3  Something was not submitted or not screened, or the queue or the bucket
     cannot be used.
`

// commandUsage are the help texts of the commands, without their flags.
var commandUsage = map[string]string{
	"serve": `Usage: fleet serve -data FOLDER [flags]

Run a queue, workers and a compactor for each tenant in one process. The folder
has the bucket, the queue, the key that signs records, and the credentials of
the tenants. It is made at the first start. Nothing listens on anything but
loopback unless a flag says so.

The log is written to standard error, one JSON object in each line. After
SIGTERM or an interrupt, unfinished jobs go back to the queue, and the process
ends. After another one it ends at once. A process that was killed continues
when it is started again.
`,
	"worker": `Usage: fleet worker -queue URL -creds FILE -bucket URL -key FILE [flags]

Screen jobs of the tenants of the credentials. Any number of workers can run.
Start one for each processor, or one with several workers (-workers). Without
flags, it works for the server on this machine.
`,
	"compactor": `Usage: fleet compactor -queue URL -creds FILE -bucket URL -key FILE -data FOLDER [flags]

Put the results of the tenants of the credentials into the tables, and queue jobs
again that the queue has lost. If several compactors work for a tenant, one
commits at a time.
`,
	"submit": `Usage: fleet submit [flags] PATH...
       fleet submit [flags] -list FILE
       fleet submit [flags] -objects FILE
       fleet submit [flags] -prefix PREFIX/

Submit documents to be screened. Files are copied to the bucket. Objects of the
bucket outside of the folders of the tenants stay where they are. What was
submitted before is not submitted again, and an interrupted run can be repeated.
If the queue is full, the command waits.

Exit status:
  0  everything was submitted
  2  the command line is wrong
  3  something was not submitted; or nothing was; or the queue or the bucket
     cannot be used
`,
	"rescreen": `Usage: fleet rescreen [flags] RELEASE
       fleet rescreen [flags] -denylist PATH

Apply another release of the denylist, or a custom one, to everything that is in
the tables. Only documents of which the result can differ are screened again:
each different claim in the tables is compared once under both releases. For the
records of all others, the command signs statements that they are also right
under the new release.

Then it waits until the documents are screened again, and prints which verdicts
changed and why. An interrupted run can be repeated. Documents that are put into
the tables later under an older release need another run.

Flags come before the release.

Exit status:
  0  no verdict became more severe
  1  a verdict became more severe
  2  the command line is wrong
  3  something is still to be screened, or was not screened completely; or there
     are no documents; or the queue or the bucket cannot be used
`,
	"status": `Usage: fleet status [-wait] [flags]

Show for each tenant how many jobs wait in the queue, are being worked on, were
delivered again, and are not in the tables yet; how many there are in the
bucket, how many of them are open, and which failed for good; how many
documents are in the tables; and how many are screened in a second, if the
server is on this machine.

Exit status:
  0  no job has failed; with -wait, everything is in the tables
  2  the command line is wrong
  3  a job can never be done; or the queue or the bucket cannot be used
`,
}
