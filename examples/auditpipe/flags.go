// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/keys"
)

// flagsOf are the flags that a command uses, and its help text shows. A command accepts the flags
// of the others, and ignores them.
var flagsOf = map[string][]string{
	"screen":   {"store", "key", "denylist", "as-of", "buyer", "document-key", "jobs", "quiet"},
	"rescreen": {"store", "key", "denylist", "as-of", "buyer", "jobs", "quiet"},
	"find":     {"store", "key", "vendor", "denylist", "buyer"},
	"verify":   {"store", "key", "since", "C", "document-key", "signature-only", "jobs", "quiet"},
}

// flagSet returns the flags of a command, which are written to c.
func (c *config) flagSet(command string) *flag.FlagSet {
	fs := flag.NewFlagSet("auditpipe "+command, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints errors, and parse the help text
	fs.StringVar(&c.store, "store", "", "the `FOLDER` of the store")
	key := "sign the statements and the checkpoint with the private Ed25519 key in this `FILE` (PEM)"
	switch command {
	case "find":
		key = "check signatures with the public Ed25519 key in this `FILE` (PEM)"
	case "verify":
		key = "check signatures with the public key in this `FILE` (PEM)"
	}
	fs.StringVar(&c.key, "key", "", key)
	list := "the `RELEASE` of the denylist, such as 2018.06.13 (\"bidcheck releases\" lists them); default: the newest one"
	if command == "find" {
		list = "search only statements by this `RELEASE` of the denylist; default: on each file, the statement by the newest release and day"
	}
	fs.StringVar(&c.denylist, "denylist", "", list)
	fs.StringVar(&c.asOf, "as-of", "", "use the texts that are in force on this `DATE` (YYYY-MM-DD); default: the date of the denylist")
	who := "screen for this buyer: a `NAME` from \"bidcheck buyers\", or a file (.json) that describes one; texts that speak to others are then in no verdict; default: none, and all texts count"
	if command == "find" {
		who = "search only statements for this buyer: a `NAME` from \"bidcheck buyers\", or a file (.json); default: only statements for no buyer in particular"
	}
	fs.StringVar(&c.buyer, "buyer", "", who)
	fs.StringVar(&c.vendor, "vendor", "", "the `ID` of the vendor to search for, such as kaspersky")
	fs.StringVar(&c.root, "C", "", "look for the files in this `FOLDER`, if their paths are relative; default: the current folder")
	fs.Func("document-key", "check signed envelopes around documents with the public key in this `FILE` (PEM); can be given several times", c.addDocumentKey)
	fs.StringVar(&c.since, "since", "", "also check that the log continues the one of the earlier checkpoint in this `FILE`")
	fs.BoolVar(&c.only, "signature-only", false, "check only signatures, and do not screen the files again")
	fs.IntVar(&c.jobs, "jobs", runtime.GOMAXPROCS(0), "screen this `NUMBER` of files at the same time; default: one per processor")
	fs.BoolVar(&c.quiet, "quiet", false, "show no progress")
	return fs
}

func (c *config) addDocumentKey(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	v, err := keys.LoadVerifier(text)
	c.documentKeys = append(c.documentKeys, v)
	return err
}

// parse reads the command line of a command. For -help it prints the help text of the command
// and returns [flag.ErrHelp].
func (c *config) parse(command string, args []string) error {
	fs := c.flagSet(command)
	err := fs.Parse(args)
	c.paths = fs.Args()
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(c.stderr, "%s\nFlags:\n", commandUsage[command])
		cli.PrintFlags(c.stderr, fs, flagsOf[command]...)
	}
	return err
}
