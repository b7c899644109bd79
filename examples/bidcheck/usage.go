// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/cli"
)

const usage = `Usage: bidcheck [flags] PATH...
       bidcheck diff [flags] PATH PATH
       bidcheck letter [flags] PATH...
       bidcheck buyers [flags]
       bidcheck releases
       bidcheck schema NAME

Bidcheck looks in the files of a bid for components from vendors that official
texts restrict, and quotes the texts. It reads software bills of materials
(CycloneDX, SPDX and others) and what devices report about themselves: OpenWrt
profiles, dmidecode, devicetrees, kernel modules, package databases, firmware
images, Redfish, SNMP and others.

A finding is for a person to decide on. It is not legal advice.

PATH is a file, a directory, an archive or an image, or - for standard input.
Archives, compressed files, file systems and signed envelopes are opened in
memory. A directory that is the root file system of a device is one document.
"bidcheck diff" prints what changed between two bids, or two versions of a bid,
or the records (report.json) of two runs.
"bidcheck letter" writes questions to the bidder: who makes which parts, and why
that is asked, in Markdown or HTML, for a person to complete and to send.
"bidcheck buyers" prints for whom a bid can be screened, "bidcheck releases" the
releases of the denylist and which of them were replaced, and "bidcheck schema"
the JSON Schema of a file: record, policy or config. Flags can be before a
command and after it, and are before the paths. A file with the name of a
command is given as ./diff.

Examples:
  Show what is found in a bid, in short, and all of it:
    bidcheck testdata/bids/endpoint-tender
    bidcheck -details testdata/bids/endpoint-tender
  Use the texts that speak to a buyer, for a lot of network equipment:
    bidcheck -buyer eu-institution -cpv 32420000-3 testdata/bids/router-tender
  Take the buyer and the CPV codes from the notice of the tender (eForms):
    bidcheck -notice notice.xml -lot LOT-0002 bid/
  List the buyers with the texts that speak to each, or to one:
    bidcheck buyers
    bidcheck buyers -buyer nl-ministry
  Write two reports, one for people and one for programs:
    bidcheck -o report.html -o report.json bid/
  Explain how the finding #80ee of the table came about:
    bidcheck -explain 80ee testdata/bids/endpoint-tender
  Decide by the rules of a buyer:
    bidcheck -policy testdata/policies/routers.json testdata/bids/router-tender
  Take the flags of an office from a file; others on the command line win:
    bidcheck -config office.json -o report.html bid/
  Check the files against the checksums that the bidder gave, and annotate them:
    bidcheck -bid testdata/bid.json -annotate annotated
  Write a request for clarification to the bidder, from files or from a record:
    bidcheck letter -o letter.html testdata/bids/router-tender
    bidcheck letter report.json
  Compare two versions of a bid:
    bidcheck diff bid-2026-01 bid-2026-02
  Show what changed since an earlier run, and fail only on that:
    bidcheck -baseline report-2026-01.json bid/
  Use the denylist of an earlier day, and compare two denylists:
    bidcheck -denylist 2018.06.12.1 -as-of 2018-06-12 sbom.cdx.json
    bidcheck -denylist 2018.06.12.1 -compare 2018.06.13.1 sbom.cdx.json
  Use only texts of the EU and the Netherlands, and read standard input:
    bidcheck -jurisdiction EU,NL -fail-on exclude - < sbom.spdx.json
  Read a firmware image, an extracted file system and a running device:
    bidcheck firmware.bin rootfs/ /sys/class/dmi/id
  Check the signatures on a bid, and sign the result:
    bidcheck -key vendor.pem bid.zip
    bidcheck -sign key.pem -o bid.intoto.json bid/

Exit status:
  0  Everything was screened, and nothing is as severe as -fail-on or more.
     With -policy: the policy passes. With -baseline: nothing as severe is new
     or became more severe; what the baseline has is still found.
  1  Something is as severe as -fail-on (default: review) or more.
     With -policy: findings make the policy fail, whatever -fail-on is.
     With diff, -compare and -baseline: a finding is new or became more severe,
     and is as severe as -fail-on or more.
  2  The command line is wrong, or a file that it names cannot be used.
  3  Not 1, but something was not screened: a file or a part of it could not be
     read, a linked document is missing, or there are no components. The report
     says what and why. Also if no official text applies on the day and in the
     jurisdictions, so that nothing could be found, and if a report could not be
     written.
`

// flagGroups are the sections of the help text.
var flagGroups = []struct {
	title string
	names []string
}{
	{"What is read", []string{"bid", "config", "jobs", "key", "quiet"}},
	{"The denylist and the day", []string{"as-of", "compare", "denylist", "jurisdiction", "pin", "trusted", "verifier"}},
	{"Who buys, and what", []string{"buyer", "cpv", "lot", "notice"}},
	{"What makes the exit status 1", []string{"baseline", "day", "decision", "fail-on", "policy"}},
	{"What is written", []string{"annotate", "details", "explain", "format", "o", "sign", "version"}},
}

// printUsage prints the help text.
func printUsage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprint(w, usage)
	for _, g := range flagGroups {
		fmt.Fprintf(w, "\n%s:\n", g.title)
		cli.PrintFlags(w, fs, g.names...)
	}
}
