// SPDX-License-Identifier: Apache-2.0

// Bidcheck screens a bid: bills of materials and device manifests, against the
// embedded denylist. See -help.
package main

import (
	"context"
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
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
	"golang.org/x/term"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/vendors"
)

// Exit statuses.
const (
	exitClear    = 0 // nothing at or above -fail-on
	exitFound    = 1 // something at or above it
	exitUsage    = 2
	exitUnread   = 3 // an input could not be read, which wins over exitFound; or a part of one
	usagePreface = `Usage: bidcheck [flags] PATH...

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
  bidcheck -format json -o report.json bid/
  bidcheck -key vendor.pem bid.zip
  bidcheck firmware.bin rootfs/ /sys/class/dmi/id
  bidcheck -denylist 2018.06.12 -as-of 2018-06-12 sbom.cdx.json
  bidcheck -denylist 2018.06.12 -compare 2018.06.13 testdata/bids/endpoint-tender
  bidcheck -explain 1f3a testdata/bids/endpoint-tender
  bidcheck -jurisdiction EU,NL -fail-on review - < sbom.spdx.json

Exit status: 0 nothing at or above -fail-on; 1 something at or above it; 2 usage
error; 3 an input could not be read, or nothing was found and a part of an input
could not be read (the report says which and why).

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
	format  string
	output  string
	explain string
	jobs    int
	quiet   bool
	failOn  match.Verdict
	matcher *match.Matcher
	// compare is the matcher of the second denylist, or nil.
	compare *match.Matcher
	// verifiers check the signatures of envelopes.
	verifiers []dsse.Verifier
	paths     []string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitClear
	case err != nil:
		fmt.Fprintf(stderr, "bidcheck: %v\nRun bidcheck -help for usage.\n", err)
		return exitUsage
	}
	inputs := screen.Collect(c.paths)
	report := screenWith(ctx, c, c.matcher, inputs, stdin, stderr)
	if c.compare != nil {
		return compare(c, report, screenWith(ctx, c, c.compare, inputs, stdin, stderr), stdout, stderr)
	}
	err = c.write(report.WriteJSON, func(w io.Writer, o *evidence.TableOptions) error { return c.table(report, w, o) }, stdout)
	if errors.Is(err, evidence.ErrNoFinding) {
		fmt.Fprintf(stderr, "bidcheck: -explain: %v\n", err)
		return exitUsage
	}
	if err != nil {
		fmt.Fprintf(stderr, "bidcheck: the report could not be written: %v\n", err)
		return exitUnread
	}
	return exitStatus(report, c.failOn)
}

// screenWith screens the inputs with one matcher.
func screenWith(ctx context.Context, c *config, m *match.Matcher, inputs []screen.Input, stdin io.Reader, stderr io.Writer) *evidence.Report {
	meter := newMeter(stderr, c.quiet, inputs)
	docs := screen.Run(ctx, m, inputs, &screen.Options{Jobs: c.jobs, Verifiers: c.verifiers, Stdin: stdin, Progress: meter.add})
	meter.done()
	report := evidence.New(m, "bidcheck", c.failOn)
	report.Finish(docs)
	return report
}

// compare writes which findings flip between two reports.
func compare(c *config, before, after *evidence.Report, stdout, stderr io.Writer) int {
	comparison := evidence.Compare(before, after, denylist.Diff(c.matcher.Release(), c.compare.Release()))
	if err := c.write(comparison.WriteJSON, comparison.WriteTable, stdout); err != nil {
		fmt.Fprintf(stderr, "bidcheck: the comparison could not be written: %v\n", err)
		return exitUnread
	}
	for _, d := range after.Documents {
		if d.Error != nil {
			fmt.Fprintf(stderr, "bidcheck: %s: %s\n", d.Path, d.Error.Message)
		}
	}
	switch status := exitStatus(after, c.failOn); {
	case status == exitUnread:
		return exitUnread
	case comparison.Reached(c.failOn):
		return exitFound
	}
	return exitClear
}

func exitStatus(r *evidence.Report, failOn match.Verdict) int {
	if len(r.Documents) == 0 {
		return exitUnread // there was nothing but what holds an image together
	}
	for _, d := range r.Documents {
		if d.Error != nil {
			return exitUnread
		}
	}
	v, err := match.ParseVerdict(r.Verdict)
	switch {
	case err != nil || v >= failOn:
		return exitFound
	case r.Coverage.Malformed > 0:
		return exitUnread // what could not be read could have been at or above it
	}
	return exitClear
}

func parse(args []string, stderr io.Writer) (*config, error) {
	c := &config{}
	fs := flag.NewFlagSet("bidcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.format, "format", "table", "form of the report: `table` or json")
	fs.StringVar(&c.output, "o", "", "write the report to `FILE` instead of standard output")
	list := fs.String("denylist", "", "denylist to use: a `RELEASE` that is embedded ("+strings.Join(denylist.Names(), ", ")+"), a release's file (see -verifier and -pin), or the folder of a list of your own; default the newest")
	lists := lists{}
	fs.StringVar(&lists.verifier, "verifier", "", "open a denylist's FILE only if FILE.note is signed with this `KEY`, or the key in this file")
	fs.StringVar(&lists.state, "trusted", "", "refuse a signed denylist older than the one recorded in this `FILE`, and record the new one")
	fs.StringVar(&lists.pin, "pin", "", "open the denylist's file if it has this `DIGEST`, whatever its age; for audits")
	var second string
	fs.StringVar(&second, "compare", "", "instead of the report, print which findings flip from the denylist to this `RELEASE`, and why; exit with status 1 if one reaches -fail-on")
	asOf := fs.String("as-of", "", "judge by this `DATE` (YYYY-MM-DD); default the date of the denylist")
	jurisdictions := fs.String("jurisdiction", "", "only listings of these `JURISDICTIONS`, separated by commas; default all")
	failOn := fs.String("fail-on", "ban", "exit with status 1 from this `VERDICT` on: ban, exclude, review or inconclusive")
	fs.Func("key", "check the signatures of DSSE envelopes with the public key in this PEM `FILE`; may be given several times", func(path string) error {
		v, err := loadKey(path)
		c.verifiers = append(c.verifiers, v)
		return err
	})
	fs.StringVar(&c.explain, "explain", "", "instead of the report, print how the finding or observation with this `ID` came about: the start of the id that stands behind # in the table; or all")
	fs.IntVar(&c.jobs, "jobs", runtime.GOMAXPROCS(0), "screen this `NUMBER` of files at once")
	fs.BoolVar(&c.quiet, "quiet", false, "no progress on standard error")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(stderr)
			fmt.Fprint(stderr, usagePreface)
			fs.PrintDefaults()
		}
		return nil, err
	}
	if c.paths = fs.Args(); len(c.paths) == 0 {
		return nil, errors.New("no PATH is given")
	}
	if c.format != "table" && c.format != "json" {
		return nil, fmt.Errorf("-format is %q; expected table or json", c.format)
	}
	if c.jobs < 1 {
		return nil, fmt.Errorf("-jobs is %d; expected at least 1", c.jobs)
	}
	var err error
	if c.failOn, err = match.ParseVerdict(*failOn); err != nil || c.failOn == match.Clear {
		return nil, fmt.Errorf("-fail-on is %q; expected ban, exclude, review or inconclusive", *failOn)
	}
	if second != "" && slices.Contains(c.paths, "-") {
		return nil, errors.New("-compare reads the inputs twice, which standard input cannot be")
	}
	release, err := lists.open(*list)
	if err != nil {
		return nil, err
	}
	opts := match.Options{AsOf: vendors.Date(*asOf)}
	for j := range strings.SplitSeq(*jurisdictions, ",") {
		if j = strings.ToUpper(strings.TrimSpace(j)); j != "" {
			opts.Jurisdictions = append(opts.Jurisdictions, j)
		}
	}
	if c.matcher, err = match.New(release, &opts); err != nil || second == "" {
		return c, err
	}
	lists.pin = "" // it is of the first
	if release, err = lists.open(second); err == nil {
		c.compare, err = match.New(release, &opts)
	}
	return c, err
}

// loadKey reads a public key in PEM: ECDSA, Ed25519 or RSA.
func loadKey(path string) (dsse.Verifier, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := signerverifier.LoadKey(data)
	if err != nil {
		return nil, err
	}
	switch key.KeyType {
	case signerverifier.ECDSAKeyType:
		return signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	case signerverifier.ED25519KeyType:
		return signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	case signerverifier.RSAKeyType:
		return signerverifier.NewRSAPSSSignerVerifierFromSSLibKey(key)
	}
	return nil, fmt.Errorf("a key of type %q cannot verify envelopes", key.KeyType)
}

// A tableWriter writes something for people.
type tableWriter func(io.Writer, *evidence.TableOptions) error

// write writes the report, or what takes its place, in its form to the output.
func (c *config) write(json func(io.Writer) error, table tableWriter, stdout io.Writer) error {
	if c.output == "" {
		return c.view(json, table, stdout)
	}
	f, err := os.Create(c.output)
	if err != nil {
		return err
	}
	return errors.Join(c.view(json, table, f), f.Close())
}

func (c *config) view(json func(io.Writer) error, table tableWriter, w io.Writer) error {
	if c.format == "json" && c.explain == "" {
		return json(w)
	}
	opts := evidence.TableOptions{}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		opts.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" // no-color.org
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			opts.Width = min(width, 120)
		}
	}
	return table(w, &opts)
}

// table writes the report, or the explanation that was asked for.
func (c *config) table(r *evidence.Report, w io.Writer, opts *evidence.TableOptions) error {
	if c.explain != "" {
		return evidence.WriteExplanation(w, r, c.explain, c.matcher.Release().Register(), opts)
	}
	return r.WriteTable(w, opts)
}
