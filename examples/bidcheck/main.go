// SPDX-License-Identifier: Apache-2.0

// Bidcheck screens a bid: bills of materials and device manifests, against the
// embedded denylist. See -help.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/vendors"
)

// Exit statuses.
const (
	exitClear      = evidence.ExitClear
	exitFound      = evidence.ExitFound
	exitUsage      = 2
	exitUnscreened = evidence.ExitUnscreened // also if a report cannot be written
	usagePreface   = `Usage: bidcheck [flags] PATH...
       bidcheck diff [flags] PATH PATH

Bidcheck reads bills of materials (CycloneDX, SPDX and others) and what devices say
of themselves (OpenWrt profiles, dmidecode, devicetrees, kernel modules, package
databases, firmware images, Redfish, SNMP and others), works out whose the parts
are, and cites what public bodies say about them. PATH is a file, a directory, an
archive, an image, or - for standard input; what is compressed, archived, in a file
system or in a signed envelope is read in memory. A directory that is a root file
system is one document. A finding is for a person to decide on; it is no legal
advice.

Examples:
  bidcheck testdata/bids/endpoint-tender
  bidcheck -o report.html -o report.json bid/
  bidcheck -sign key.pem -o bid.intoto.json bid/
  bidcheck -key vendor.pem bid.zip
  bidcheck firmware.bin rootfs/ /sys/class/dmi/id
  bidcheck -denylist 2018.06.12 -as-of 2018-06-12 sbom.cdx.json
  bidcheck -denylist 2018.06.12 -compare 2018.06.13 testdata/bids/endpoint-tender
  bidcheck -policy testdata/policies/routers.json testdata/bids/router-tender
  bidcheck -bid testdata/bid.json -annotate annotated
  bidcheck diff bid-2026-01 bid-2026-02
  bidcheck -explain 1f3a testdata/bids/endpoint-tender
  bidcheck -jurisdiction EU,NL -fail-on exclude - < sbom.spdx.json

Exit status: 0 clear, or all was screened and nothing is at or above a -fail-on or
fails a -policy that was given; 1 something at or above -fail-on (default review);
2 usage error; 3 nothing that bad, but something was not screened: a file that could
not be read, a part of one, a linked document, a bill of materials without parts, or
all of it (the report says what and why); or no listing applies by -as-of and
-jurisdiction, so that nothing could be found. -fail-on never gives 1 in no case, and 3 as
before. With -policy, 1 and 3 are given if the policy does not pass; with diff and
-compare, 1 if a finding is new or more severe and at or above -fail-on.

Flags:
`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is what the flags say.
type config struct {
	outputs []output
	explain string
	jobs    int
	quiet   bool
	failOn  match.Verdict
	matcher *match.Matcher
	// compare is the matcher of the second denylist, or nil.
	compare *match.Matcher
	// verifiers check the signatures of envelopes.
	verifiers    []dsse.Verifier
	fingerprints []string       // of the verifiers
	signer       dsse.Signer    // of statements, or nil
	policy       *policy.Policy // or nil
	day          vendors.Date   // that its waivers are judged by
	annotate     string         // folder, or ""
	bid          *bid           // or nil
	diff         bool           // compare two bids
	paths        []string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitClear
	case err != nil:
		fmt.Fprintf(stderr, "bidcheck: %s\nRun bidcheck -help for usage.\n", text.PrintableLines(err.Error()))
		return exitUsage
	}
	if c.diff {
		return runDiff(ctx, c, stdin, stdout, stderr)
	}
	inputs := c.inputs()
	report := screenWith(ctx, c, c.matcher, inputs, stdin, stderr)
	if c.compare != nil {
		return compare(c, report, screenWith(ctx, c, c.compare, inputs, stdin, stderr), stdout, stderr)
	}
	if c.policy != nil {
		report.Policy = c.policy.Decide(report, c.day)
	}
	err = errors.Join(c.writeReport(ctx, report, stdout), c.writeAnnotated(report, stderr))
	if errors.Is(err, text.ErrNoFinding) {
		fmt.Fprintf(stderr, "bidcheck: -explain: %s\n", text.PrintableLines(err.Error()))
		return exitUsage
	}
	if err != nil {
		fmt.Fprintf(stderr, "bidcheck: the report could not be written: %s\n", text.PrintableLines(err.Error()))
		return exitUnscreened
	}
	if c.policy == nil {
		return report.ExitStatus(report.Reaches(c.failOn))
	}
	if err := c.writeDecision(report.Policy, stdout, stderr); err != nil {
		return exitUnscreened
	}
	return report.Policy.ExitStatus()
}

// writeDecision writes what the policy decided, unless the report on standard output has it: an
// explanation goes on with it, and beside a report for machines it is on standard error.
func (c *config) writeDecision(d *policy.Decision, stdout, stderr io.Writer) error {
	to := stderr
	switch o := c.outputs[0]; {
	case o.path == "" && c.explain != "":
		to = stdout
	case o.path == "" && o.form.name == "table":
		return nil
	}
	return text.WriteDecision(to, d, tableOptions(to))
}

// screenWith screens the inputs with one matcher.
func screenWith(ctx context.Context, c *config, m *match.Matcher, inputs []screen.Input, stdin io.Reader, stderr io.Writer) *evidence.Report {
	meter := newMeter(stderr, c.quiet, inputs)
	docs, companions := screen.Run(ctx, m, inputs, &screen.Options{Jobs: c.jobs, Verifiers: c.verifiers, Stdin: stdin, Progress: meter.add})
	meter.done()
	docs = c.bid.check(docs, companions)
	report := evidence.New(m, "bidcheck", c.failOn)
	report.Bid, report.Options.Keys = c.bid.about(), c.fingerprints
	report.Finish(docs, companions)
	return report
}

// compare writes which findings flip between two reports.
func compare(c *config, before, after *evidence.Report, stdout, stderr io.Writer) int {
	comparison := evidence.Compare(before, after, denylist.Diff(c.matcher.Release(), c.compare.Release()))
	out := c.outputs[0]
	err := out.to(stdout, func(w io.Writer) error {
		if out.form.name == "json" {
			return comparison.WriteJSON(w)
		}
		return text.WriteComparison(w, comparison, tableOptions(w))
	})
	if err != nil {
		fmt.Fprintf(stderr, "bidcheck: the comparison could not be written: %s\n", text.PrintableLines(err.Error()))
		return exitUnscreened
	}
	return after.ExitStatus(c.failOn != match.NoVerdict && comparison.Reached(c.failOn))
}

// runDiff compares two bids.
func runDiff(ctx context.Context, c *config, stdin io.Reader, stdout, stderr io.Writer) int {
	var reports [2]*evidence.Report
	for i, path := range c.paths {
		reports[i] = screenWith(ctx, c, c.matcher, screen.Collect([]string{path}), stdin, stderr)
	}
	d := compareBids(reports[0], reports[1], c.paths[0], c.paths[1])
	out := c.outputs[0]
	err := out.to(stdout, func(w io.Writer) error {
		if out.form.name == "json" {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(d)
		}
		return d.write(w)
	})
	if err != nil {
		fmt.Fprintf(stderr, "bidcheck: the comparison could not be written: %s\n", text.PrintableLines(err.Error()))
		return exitUnscreened
	}
	return reports[1].ExitStatus(d.reached(c.failOn))
}

func parse(args []string, stderr io.Writer) (*config, error) {
	c := &config{}
	fs := flag.NewFlagSet("bidcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	format := fs.String("format", "", "`FORM` of the report: "+formNames()+"; default table, or by the ending of -o")
	var files []string
	fs.Func("o", "write the report to `FILE` instead of standard output; may be given several times, each in the form of its ending: "+endings()+"; .xml is JUnit", func(path string) error {
		files = append(files, path)
		return nil
	})
	policyFile := fs.String("policy", "", "decide by the buyer's policy in this `FILE` (JSON) which findings fail, instead of -fail-on")
	day := fs.String("day", "", "judge the waivers of a -policy by this `DATE`; default today")
	sign := fs.String("sign", "", "sign statements (.intoto.json) with the private key in this PEM `FILE`, of Ed25519 or ECDSA")
	fs.StringVar(&c.annotate, "annotate", "", "write copies of the bills of materials with findings, annotated with them, into this `FOLDER` (CycloneDX 1.5 or later and SPDX 2.2 or later in JSON)")
	bidFile := fs.String("bid", "", "screen the files of the bid in this `FILE` (JSON: bidder, tender, lot, files with path and sha256)")
	list := fs.String("denylist", "", "denylist to use: a `RELEASE` that is embedded ("+strings.Join(denylist.Names(), ", ")+"), a release's file (see -verifier and -pin), or the folder of a list of your own; default the newest")
	lists := lists{}
	fs.StringVar(&lists.verifier, "verifier", "", "open a denylist's FILE only if FILE.note is signed with this `KEY`, or the key in this file")
	fs.StringVar(&lists.state, "trusted", "", "refuse a signed denylist older than the one recorded in this `FILE`, and record the new one")
	fs.StringVar(&lists.pin, "pin", "", "open the denylist's file if it has this `DIGEST`, whatever its age; for audits")
	var second string
	fs.StringVar(&second, "compare", "", "instead of the report, print which findings flip from the denylist to this `RELEASE`, and why; exit with status 1 if one becomes more severe and is at or above -fail-on")
	asOf := fs.String("as-of", "", "judge by this `DATE` (YYYY-MM-DD); default the date of the denylist")
	jurisdictions := fs.String("jurisdiction", "", "only listings of these `JURISDICTIONS`, separated by commas; default all")
	failOn := fs.String("fail-on", "review", "exit with status 1 from this `VERDICT` on: ban, exclude, review, inconclusive or never")
	fs.Func("key", "check the signatures of DSSE envelopes with the public key in this PEM `FILE`; may be given several times", func(path string) error {
		v, err := loadKey(path)
		c.verifiers = append(c.verifiers, v)
		return err
	})
	fs.StringVar(&c.explain, "explain", "", "instead of the report, print how the finding or observation with this `ID` came about: the start of the id that stands behind # in the table; or all")
	fs.IntVar(&c.jobs, "jobs", runtime.GOMAXPROCS(0), "screen this `NUMBER` of files at once")
	fs.BoolVar(&c.quiet, "quiet", false, "no progress on standard error")
	if c.diff = len(args) > 0 && args[0] == "diff"; c.diff {
		args = args[1:]
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(stderr)
			fmt.Fprint(stderr, usagePreface)
			fs.PrintDefaults()
		}
		return nil, err
	}
	c.paths = fs.Args()
	if *bidFile != "" {
		b, err := loadBid(*bidFile)
		if err != nil {
			return nil, fmt.Errorf("-bid: %w", err)
		}
		c.bid = b
	}
	switch {
	case c.diff && (len(c.paths) != 2 || c.bid != nil || second != "" || c.explain != "" || *policyFile != "" || c.annotate != "" || slices.Contains(c.paths, screen.Stdin)):
		return nil, errors.New("diff compares two paths, and has no -bid, -compare, -explain, -policy or -annotate")
	case second != "" && (c.explain != "" || *policyFile != "" || c.annotate != ""):
		return nil, errors.New("-compare has no -explain, -policy or -annotate")
	case len(c.paths) == 0 && c.bid == nil:
		return nil, errors.New("no PATH is given")
	}
	var err error
	if c.fingerprints, err = evidence.Fingerprints(c.verifiers...); err != nil {
		return nil, fmt.Errorf("-key: %w", err)
	}
	if c.outputs, err = outputs(*format, files); err != nil {
		return nil, err
	}
	if err := c.overwrites(); err != nil {
		return nil, err
	}
	if *sign != "" {
		text, err := os.ReadFile(*sign)
		if err != nil {
			return nil, err
		}
		if c.signer, err = evidence.LoadSigner(text); err != nil {
			return nil, fmt.Errorf("-sign %s: %w", *sign, err)
		}
	}
	if c.signer != nil && !slices.ContainsFunc(c.outputs, func(o output) bool { return o.form.name == "intoto" }) {
		return nil, errors.New("-sign signs a statement; give -o NAME.intoto.json or -format intoto")
	}
	for _, o := range c.outputs {
		switch {
		case o.form.name == "intoto" && c.signer == nil:
			return nil, errors.New("a statement is signed; give a private key with -sign")
		case second != "" && (len(c.outputs) > 1 || o.form.name != "table" && o.form.name != "json"):
			return nil, errors.New("-compare writes one table or json")
		case c.diff && (len(c.outputs) > 1 || o.form.name != "table" && o.form.name != "json"):
			return nil, errors.New("diff writes one table or json")
		case c.explain != "" && (len(c.outputs) > 1 || o.form.name != "table"):
			return nil, errors.New("-explain writes one table")
		}
	}
	if c.jobs < 1 {
		return nil, fmt.Errorf("-jobs is %d; expected at least 1", c.jobs)
	}
	if c.failOn, err = evidence.ParseFailOn(*failOn); err != nil {
		return nil, fmt.Errorf("-fail-on: %w", err)
	}
	if second != "" && slices.Contains(c.paths, screen.Stdin) {
		return nil, errors.New("-compare reads the inputs twice, which standard input cannot be")
	}
	release, err := lists.open(*list)
	if err != nil {
		return nil, err
	}
	if err := c.loadPolicy(*policyFile, *day, release); err != nil {
		return nil, fmt.Errorf("-policy: %w", err)
	}
	opts := match.Options{AsOf: vendors.Date(*asOf)}
	for j := range strings.SplitSeq(*jurisdictions, ",") {
		if strings.TrimSpace(j) != "" {
			opts.Jurisdictions = append(opts.Jurisdictions, j)
		}
	}
	if c.matcher, err = match.New(release, &opts); err != nil {
		return nil, err
	}
	if second == "" {
		return c, c.reachable(c.matcher)
	}
	lists.pin = "" // it is of the first
	if release, err = lists.open(second); err != nil {
		return nil, err
	}
	if c.compare, err = match.New(release, &opts); err != nil {
		return nil, err
	}
	return c, c.reachable(c.compare)
}

// reachable returns an error if the listings that apply can come to verdicts, and to none that
// -fail-on fails on: such a run would pass whatever is screened. If none applies at all, the
// verdict is inconclusive and says so.
func (c *config) reachable(m *match.Matcher) error {
	strongest := m.Strongest()
	if c.policy != nil || c.failOn == match.NoVerdict || strongest == match.NoVerdict || strongest >= c.failOn {
		return nil
	}
	return fmt.Errorf("-fail-on is %s, and no listing that applies by -denylist, -as-of and -jurisdiction comes to more than %s; expected -fail-on %s, inconclusive or never",
		c.failOn, strongest, strongest)
}

// loadKey reads a public key.
func loadKey(path string) (dsse.Verifier, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return evidence.LoadVerifier(data)
}
