// SPDX-License-Identifier: Apache-2.0

// Listkeeper is for people who keep a denylist: it checks lists, compares their words with
// copies of the texts, and makes, signs and compares releases. "listkeeper -help" describes its use.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/text"
)

// Exit statuses.
const (
	exitFine  = 0
	exitFault = 1 // a list has mistakes, its words are not in the copies, or a release is not valid
	exitUsage = 2
)

const usage = `Usage: listkeeper COMMAND [flags] [arguments]

Listkeeper is for people who keep a denylist, or add a list of their own to one.
"listkeeper COMMAND -help" describes a command and its flags.

Commands:
  lint [DIR]
        check the list in the folder DIR, or the one of this program, and print
        how much it contains
  check DIR
        compare the words of the list with a folder of downloaded copies
  cut -name NAME -date DATE DIR
        make the file of a release, which never changes, from the list in DIR
  keygen NAME FILE
        make a key to sign releases: FILE is private, FILE.pub is for readers
  sign -key FILE -expires DATE RELEASE.json
        sign a release: write the statement RELEASE.json.note
  verify -verifier KEY RELEASE.json
        check a release against the signed statement RELEASE.json.note
  diff A B
        print what changed from one release to another, and why; A and B are
        names of releases in this program, or files
  table [RELEASE]
        print the instruments of a release as a table in Markdown

Flags:
  -help     print this text
  -version  print the version of the program and of its denylist

Examples:
  listkeeper lint
  listkeeper lint lists/ministry
  listkeeper check -list
  listkeeper check copies
  listkeeper cut -name 2026.12.01 -date 2026-12-01 -o 2026.12.01.json lists/all
  listkeeper keygen lists.example.org keys/lists
  listkeeper sign -key keys/lists -expires 2027-06-01 2026.12.01.json
  listkeeper verify -verifier keys/lists.pub 2026.12.01.json
  listkeeper diff 2018.06.12.1 2018.06.13.1

Exit status:
  0  success
  1  a list has mistakes, its words are not in the copies, or a release or its
     signature is not valid
  2  the command line is wrong
`

// errUsage is wrapped by errors in the command line.
var errUsage = errors.New("wrong usage")

// errMistakes: mistakes in a list were printed.
var errMistakes = errors.New("mistakes in the list")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// A call is a call of a command.
type call struct {
	name           string
	args           []string // without the name
	stdout, stderr io.Writer
	flags          *flag.FlagSet
}

var commands = map[string]func(*call) error{
	"lint": lint, "check": check, "cut": cut, "keygen": keygen, "sign": sign, "verify": verify, "diff": diff, "table": table,
}

// run runs a command and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "-help", "--help", "-h", "help":
		fmt.Fprint(stderr, usage)
		return exitFine
	case "-version", "--version":
		list := denylist.Current()
		fmt.Fprint(stdout, cli.Version("listkeeper", list.Name(), list.Digest()))
		return exitFine
	}
	command := commands[args[0]]
	if command == nil {
		fmt.Fprintf(stderr, "listkeeper: there is no command %q\nRun \"listkeeper -help\" for help.\n", args[0])
		return exitUsage
	}
	c := &call{name: args[0], args: args[1:], stdout: stdout, stderr: stderr, flags: flag.NewFlagSet(args[0], flag.ContinueOnError)}
	c.flags.SetOutput(io.Discard)
	err := command(c)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitFine
	}
	fmt.Fprintf(stderr, "listkeeper %s: %s\n", c.name, text.PrintableLines(err.Error()))
	if errors.Is(err, errUsage) {
		fmt.Fprintf(stderr, "Run \"listkeeper %s -help\" for help.\n", c.name)
		return exitUsage
	}
	return exitFault
}

// parse parses the flags and arguments of a command. An argument with a name in brackets is
// optional, and must be the last one. For -help it prints the help text and returns
// [flag.ErrHelp].
func (c *call) parse(about string, names ...string) error {
	if err := c.flags.Parse(c.args); errors.Is(err, flag.ErrHelp) {
		c.printUsage(about, names)
		return err
	} else if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	required := len(names)
	if required > 0 && strings.HasPrefix(names[required-1], "[") {
		required--
	}
	if n := c.flags.NArg(); n < required || n > len(names) {
		return fmt.Errorf("%w: %d arguments; expected %s", errUsage, n, cmp.Or(strings.Join(names, " "), "none"))
	}
	return nil
}

func (c *call) printUsage(about string, names []string) {
	line, flags := "Usage: listkeeper "+c.name, 0
	c.flags.VisitAll(func(*flag.Flag) { flags++ })
	if flags > 0 {
		line += " [flags]"
	}
	for _, n := range names {
		line += " " + n
	}
	fmt.Fprintf(c.stderr, "%s\n\n%s\n", line, cli.Wrap(about, cli.Width, 0))
	if flags > 0 {
		fmt.Fprint(c.stderr, "\nFlags:\n")
		cli.PrintFlags(c.stderr, c.flags)
	}
}
