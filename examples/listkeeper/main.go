// SPDX-License-Identifier: Apache-2.0

// Listkeeper keeps denylists: it lints, cuts, signs, verifies and compares them. See
// -help.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Exit statuses.
const (
	exitFine  = 0
	exitFault = 1 // a list has faults, a signature does not fit
	exitUsage = 2
)

const usage = `Usage: listkeeper COMMAND [flags] [arguments]

Listkeeper keeps denylists, for those who publish or layer their own.

Commands:
  lint [DIR]               check the embedded denylist, or the list in DIR, and count
  cut -name R -date D DIR  make one immutable file of the list in DIR
  keygen NAME FILE         make a key: FILE is private, FILE.pub is for readers
  sign -key FILE -expires D RELEASE.json
                           write RELEASE.json.note
  verify -verifier KEY RELEASE.json
                           check RELEASE.json against RELEASE.json.note
  diff A B                 what changed between two releases, and why

A and B are embedded releases or files.

Examples:
  listkeeper lint
  listkeeper lint lists/ministry
  listkeeper cut -name 2026.12.01 -date 2026-12-01 -o 2026.12.01.json lists/all
  listkeeper keygen lists.example.org keys/lists
  listkeeper sign -key keys/lists -expires 2027-06-01 2026.12.01.json
  listkeeper verify -verifier keys/lists.pub 2026.12.01.json
  listkeeper diff 2018.06.12 2018.06.13

Exit status: 0 fine; 1 a list has faults or a signature does not fit; 2 usage error.
Each command has -help.
`

// errUsage is wrapped by errors in how the program was called.
var errUsage = errors.New("usage")

// errFaults: faults were printed.
var errFaults = errors.New("the list has faults")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	commands := map[string]func([]string, io.Writer) error{
		"lint": lint, "cut": cut, "keygen": keygen, "sign": sign, "verify": verify, "diff": diff,
	}
	if len(args) == 0 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprint(stderr, usage)
		if len(args) == 0 {
			return exitUsage
		}
		return exitFine
	}
	command := commands[args[0]]
	if command == nil {
		fmt.Fprintf(stderr, "listkeeper: %q is no command\nRun listkeeper -help for usage.\n", args[0])
		return exitUsage
	}
	err := command(args[1:], stdout)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitFine
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "listkeeper %s: %v\nRun listkeeper -help for usage.\n", args[0], err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "listkeeper %s: %v\n", args[0], err)
	return exitFault
}

// parse parses the flags of a command, which takes as many arguments as it names.
func parse(fs *flag.FlagSet, args []string, names ...string) error {
	fs.SetOutput(os.Stderr)
	fs.Usage = func() {
		fmt.Fprintf(os.Stderr, "Usage: listkeeper %s [flags]", fs.Name())
		for _, n := range names {
			fmt.Fprintf(os.Stderr, " %s", n)
		}
		fmt.Fprint(os.Stderr, "\n")
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if fs.NArg() != len(names) {
		return fmt.Errorf("%w: %d arguments; expected %q", errUsage, fs.NArg(), names)
	}
	return nil
}
