// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/screen"
)

// options are the flags and arguments, as given.
type options struct {
	command string // the word before the paths: "diff", "buyers"; "" to screen
	// given are the names of the flags on the command line, and configured those that the file of
	// -config sets.
	given, configured map[string]bool
	paths             []string

	config string

	bid   string
	jobs  int
	keys  []string
	quiet bool

	denylist      string
	verifier      string
	trusted       string
	pin           string
	compare       string
	asOf          string
	jurisdictions string

	buyer  string
	cpv    string
	notice string
	lot    string

	failOn   string
	baseline string
	policy   string
	decision string
	day      string

	format   string
	outputs  []string
	annotate string
	details  bool
	explain  string
	sign     string
	version  bool
}

// flagSet returns the flags of the program, which are written to o.
func (o *options) flagSet() *flag.FlagSet {
	fs := flag.NewFlagSet("bidcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints errors and the help text

	fs.StringVar(&o.bid, "bid", "", "screen the files that this `FILE` (JSON) lists, and compare their checksums: bidder, tender, lot, files with path and sha256")
	fs.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "screen this `NUMBER` of files at the same time; default: one per processor")
	fs.Func("key", "check signed envelopes (DSSE) with the public key in this `FILE` (PEM); can be given several times", appendTo(&o.keys))
	fs.BoolVar(&o.quiet, "quiet", false, "print no progress, and not which files were written")
	fs.StringVar(&o.config, "config", "", "take flags that are not on the command line from this `FILE` (JSON), such as {\"buyer\": \"nl-ministry\", \"jurisdiction\": [\"EU\", \"NL\"], \"quiet\": true}: names of flags with strings, lists of strings, true or false; flags without effect beside the command are passed over; \"bidcheck schema config\" prints its schema")

	fs.StringVar(&o.denylist, "denylist", "", "use this denylist: a `RELEASE` in this program, such as 2018.06.13 (\"bidcheck releases\" lists them), the file of a release (with -verifier or -pin), or the folder of a custom list; default: the newest release")
	fs.StringVar(&o.verifier, "verifier", "", "open the file of a release only if FILE.note beside it is signed with this `KEY`, or with the key in the file of this name")
	fs.StringVar(&o.trusted, "trusted", "", "refuse a signed release that is older than the one recorded in this `FILE`, and record the new one")
	fs.StringVar(&o.pin, "pin", "", "open the file of a release if it has this `DIGEST`, even if it is old; for audits")
	fs.StringVar(&o.compare, "compare", "", "instead of a report, print which verdicts differ between -denylist and this `RELEASE`, and why")
	fs.StringVar(&o.asOf, "as-of", "", "use the texts that are in force on this `DATE` (YYYY-MM-DD); default: the date of the denylist; the newest release is used for an earlier day too, unless -denylist chooses one")
	fs.StringVar(&o.jurisdictions, "jurisdiction", "", "use only texts of these `JURISDICTIONS`, separated by commas; default: all")

	fs.StringVar(&o.buyer, "buyer", "", "screen for this buyer: a `NAME` from \"bidcheck buyers\", or a file (.json) that describes one; texts that speak to others are then observations and in no verdict; default: the buyer of the bid, or none, and all texts count")
	fs.StringVar(&o.cpv, "cpv", "", "the lot is about these `CODES` of the CPV, separated by commas, such as 32420000-3; they settle for the product itself what a text limits itself to, such as network equipment; default: those of the bid")

	fs.StringVar(&o.failOn, "fail-on", "review", "exit with status 1 if the verdict is `VERDICT` or more severe: ban, exclude, review or inconclusive; never turns this off; default: review")
	fs.StringVar(&o.notice, "notice", "", "take the CPV codes of the lot from the eForms notice in this `FILE` (XML), and the buyer if the notice settles it; without -buyer, it says from which buyers to choose")
	fs.StringVar(&o.lot, "lot", "", "the `ID` of the lot in the -notice, such as LOT-0001; default: the lot of the bid, or the only one")
	fs.StringVar(&o.baseline, "baseline", "", "also print what is new, gone and changed against the record of an earlier run in this `FILE` (a report.json), and exit with status 1 only for what is new or more severe, and as severe as -fail-on")
	fs.StringVar(&o.policy, "policy", "", "decide by the rules of a buyer in this `FILE` (JSON) which findings count, instead of -fail-on")
	fs.StringVar(&o.decision, "decision", "", "also write the decision of the -policy to this `FILE` (JSON): whether it passes, what fails, and the waivers that were used, have expired or were not needed")
	fs.StringVar(&o.day, "day", "", "the `DATE` on which the waivers of the -policy must be valid; default: today")

	fs.StringVar(&o.format, "format", "", "the `FORMAT` of the report: "+formNames()+"; default: by the ending of the file, or table")
	fs.Func("o", "write the report to this `FILE` instead of standard output, in the format of the ending: "+endings()+" (.xml is JUnit); can be given several times", appendTo(&o.outputs))
	fs.StringVar(&o.annotate, "annotate", "", "also write copies of the bills of materials that have findings, with the findings added, into this `FOLDER` (CycloneDX 1.5 or later and SPDX 2.2 or later, in JSON)")
	fs.BoolVar(&o.details, "details", false, "write all of the report as a table, with the words of the texts; default: a summary")
	fs.StringVar(&o.explain, "explain", "", "instead of a report, explain how the finding or observation with this `ID` came about; the ID follows # in the table, and its first characters are enough; \"all\" explains all")
	fs.StringVar(&o.sign, "sign", "", "sign statements (.intoto.json) with the private key in this `FILE` (PEM, Ed25519 or ECDSA)")
	fs.BoolVar(&o.version, "version", false, "print the version of the program and of its denylist")
	return fs
}

// appendTo returns the function of a flag that can be given several times.
func appendTo(values *[]string) func(string) error {
	return func(value string) error {
		*values = append(*values, value)
		return nil
	}
}

// A command is a word before the paths that makes the program do something else than screen.
type command struct {
	name string
	// flags are those that the command uses besides those of anyCommand; those of screening for a
	// nil list.
	flags []string
	// not are flags that have no effect beside it.
	not []string
}

// commands are the commands, in the order of the help text. [options.checkModes] also checks the
// flags that do something else than screen.
var commands = []command{
	{name: "diff", not: []string{"annotate", "baseline", "bid", "compare", "decision", "details", "explain", "policy"}},
	{name: "buyers", flags: []string{"as-of", "buyer", "denylist", "jurisdiction", "pin", "trusted", "verifier"}},
	{name: "releases", flags: []string{}},
	{name: "letter", not: []string{"annotate", "baseline", "compare", "day", "decision", "details", "explain", "policy", "sign"}},
	{name: "schema", flags: []string{}},
}

// uses reports whether the command uses a flag.
func (c *command) uses(name string) bool {
	return !slices.Contains(c.not, name) && (c.flags == nil || slices.Contains(c.flags, name) || slices.Contains(anyCommand, name))
}

func commandNamed(name string) *command {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	return nil
}

// parseFlags reads the command line: flags, then perhaps a command and more flags, then paths. For
// -help it prints the help text and returns [flag.ErrHelp].
func parseFlags(args []string, stderr io.Writer) (*options, error) {
	o := &options{given: make(map[string]bool), configured: make(map[string]bool)}
	fs := o.flagSet()
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				printUsage(stderr, fs)
			}
			return nil, withHint(fs, err)
		}
		o.paths = fs.Args()
		read := args[:len(args)-len(o.paths)]
		onlyPaths := len(read) > 0 && read[len(read)-1] == "--"
		if !onlyPaths && o.command == "" && len(o.paths) > 0 && commandNamed(o.paths[0]) != nil {
			o.command, args = o.paths[0], o.paths[1:]
			continue
		}
		fs.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
		if !onlyPaths {
			if err := flagsFirst(fs, o.paths); err != nil {
				return nil, err
			}
		}
		return o, o.applyConfig(fs)
	}
}

// withHint adds to an error for an unknown flag which one was meant.
func withHint(fs *flag.FlagSet, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return err
	}
	return fmt.Errorf("there is no flag -%s%s", name, hintFor(fs, strings.TrimLeft(name, "-")))
}

// hintFor returns which flag was meant by a name, or "".
func hintFor(fs *flag.FlagSet, name string) string {
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	if near := buyer.Nearest(name, names); near != "" && near != name {
		return fmt.Sprintf("; did you mean -%s?", near)
	}
	return ""
}

// flagsFirst returns an error for a path that has the form of a flag of the program and follows
// another path: it would be taken for a file.
func flagsFirst(fs *flag.FlagSet, paths []string) error {
	for i, p := range paths {
		name, _, _ := strings.Cut(strings.TrimLeft(p, "-"), "=")
		if i > 0 && strings.HasPrefix(p, "-") && name != "" && fs.Lookup(name) != nil {
			return fmt.Errorf("%s comes after the path %s; expected flags before paths (-- before the first path if it is a file)", p, paths[i-1])
		}
	}
	return nil
}

// check returns an error if flags cannot be combined, or an argument is missing.
func (o *options) check() error {
	if err := o.checkModes(); err != nil {
		return err
	}
	if o.policy == "" && o.configured["day"] {
		o.day = ""
	}
	if o.policy == "" && o.configured["decision"] {
		o.decision = ""
	}
	stdin := slices.Contains(o.paths, screen.Stdin)
	if err := o.checkDiff(stdin); err != nil {
		return err
	}
	switch {
	case o.command == "buyers" && len(o.paths) > 0:
		return fmt.Errorf("buyers lists buyers and reads no files; %s given", cli.Count(len(o.paths), "path"))
	case o.command == "releases" && len(o.paths) > 0:
		return fmt.Errorf("releases lists releases and reads no files; %s given", cli.Count(len(o.paths), "path"))
	case o.compare != "" && stdin:
		return errors.New("-compare reads the files twice, but standard input can be read only once")
	case len(o.paths) == 0 && o.bid == "" && o.command != "buyers" && o.command != "releases":
		return errors.New("no PATH given; expected files or directories to screen")
	case o.day != "" && o.policy == "":
		return errors.New("-day needs a -policy")
	case o.decision != "" && o.policy == "":
		return errors.New("-decision needs a -policy")
	case o.jobs < 1:
		return fmt.Errorf("-jobs is %d; expected at least 1", o.jobs)
	}
	return nil
}

func (o *options) checkDiff(stdin bool) error {
	switch {
	case o.command != "diff":
	case len(o.paths) != 2:
		return fmt.Errorf("diff compares two paths; %d given", len(o.paths))
	case stdin:
		return errors.New("diff cannot read standard input; expected the paths of two files or directories")
	}
	return nil
}

// A mode is a command or a flag that makes other flags have no effect.
type mode struct {
	name     string
	on       bool
	excludes []string
}

func (o *options) modes() []mode {
	return []mode{
		{"-baseline", o.baseline != "", []string{"explain", "policy"}},
		{"-compare", o.compare != "", []string{"annotate", "baseline", "details", "explain", "policy"}},
		{"-explain", o.explain != "", []string{"details"}},
	}
}

// checkModes returns an error for a flag on the command line that has no effect beside a command,
// -compare or -explain.
func (o *options) checkModes() error {
	for _, name := range slices.Sorted(maps.Keys(o.given)) {
		if c := commandNamed(o.command); c != nil && !c.uses(name) {
			return fmt.Errorf("%s cannot be combined with -%s", c.name, name)
		}
	}
	for _, m := range o.modes() {
		for _, name := range m.excludes {
			if m.on && o.given[name] {
				return fmt.Errorf("%s cannot be combined with -%s", m.name, name)
			}
		}
	}
	return nil
}

// anyCommand are the flags that every command uses.
var anyCommand = []string{"config", "format", "o", "quiet"}

// checkOutputs returns an error if the report cannot be written in one of the formats.
func (o *options) checkOutputs(outputs []output) error {
	isStatement := func(out output) bool { return out.form.name == "intoto" }
	isTable := func(out output) bool { return out.form.name == "table" }
	if o.configured["sign"] && !slices.ContainsFunc(outputs, isStatement) {
		o.sign = ""
	}
	if o.configured["details"] && !slices.ContainsFunc(outputs, isTable) {
		o.details = false
	}
	switch {
	case o.sign == "" && slices.ContainsFunc(outputs, isStatement):
		return errors.New("a statement (intoto) must be signed; give a private key with -sign")
	case o.sign != "" && !slices.ContainsFunc(outputs, isStatement):
		return errors.New("-sign signs a statement, but none is written; add -o NAME.intoto.json or -format intoto")
	case o.details && !slices.ContainsFunc(outputs, isTable):
		return errors.New("-details is about the table, but none is written; every other format has all of the report")
	}
	isLetter := func(out output) bool { return out.form.letter != nil }
	if o.command == "letter" {
		if i := slices.IndexFunc(outputs, func(out output) bool { return !isLetter(out) }); i >= 0 {
			return fmt.Errorf("letter writes markdown (.md) or html (.html), and not %s", outputs[i].form.name)
		}
	}
	for _, mode := range []struct {
		name    string
		on      bool
		formats []string
	}{
		{"diff", o.command == "diff", []string{"table", "json"}},
		{"buyers", o.command == "buyers", []string{"table", "json"}},
		{"releases", o.command == "releases", []string{"table", "json"}},
		{"-compare", o.compare != "", []string{"table", "json"}},
		{"-explain", o.explain != "", []string{"table"}},
	} {
		if mode.on && (len(outputs) != 1 || !slices.Contains(mode.formats, outputs[0].form.name)) {
			return fmt.Errorf("%s writes only one output, as %s", mode.name, strings.Join(mode.formats, " or "))
		}
	}
	return nil
}
