// SPDX-License-Identifier: Apache-2.0

// Auditpipe is a stage of a pipeline: it screens files into a store of signed statements,
// which it can verify, ask, and judge again by another denylist. See -help.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/vendors"
)

// Exit statuses.
const (
	exitOK       = evidence.ExitClear
	exitFound    = evidence.ExitFound // verify: something is not as it was; find: something was found
	exitUsage    = 2
	exitUnread   = evidence.ExitUnscreened // an input could not be screened or read, or the store cannot be used
	exitNotAgain = 4                       // verify: the signature is good, and a file was not screened again
)

const usage = `Usage: auditpipe COMMAND [flags] [PATH...]

Auditpipe screens files into a store: a folder with a signed statement for each file
(in-toto, DSSE), a log of them with a signed checkpoint, and an index. An empty folder, or
one that is not there, becomes a store with a signed checkpoint of no statements.

Commands:
  screen    screen files and directories into the store; - reads paths from standard
            input, a line each. What is in the store already is passed over.
  rescreen  judge everything in the store by another denylist, without reading the
            files again, and print what flips
  find      list the documents with findings of a vendor, by the newest statement on each
            file, and say what was searched; with -key the checkpoint's signature is
            checked too
  verify    check statements (FILE...) and screen their files again, or check the whole
            store (-store). It says of each file: the same, differs, missing, or not
            screened again. Paths are those of the statement; -C says from where.

Each file is screened by itself: what it says of another file, such as a linked document,
counts as not screened. Known companions of documents, such as a licence, are passed over
and listed; if there is nothing else, nothing was screened.

Killing it at any moment loses nothing: the same command goes on where it was.

What the store proves: a statement that is changed, exchanged or taken away, a line that is
put into the log, and an index that is not of the log are found, and nothing is signed on
top of them. A store that was put back as a whole to an earlier state, with the checkpoint
of then, is sound by itself, and so is a new one in place of one that was deleted. Only who
keeps the checkpoint elsewhere can tell: copy it after each run, and give the copy to verify
with -since. It proves that the log of today goes on from the one of that day.

Repair: restore the store from a copy, or screen the files into a new folder: the same
files, denylist and key give the same statements. Lines in the log after those of the
checkpoint are never signed: cut them off (head -n SIZE log, SIZE is the second line of the
checkpoint), and take away the statements that verify then reports. A changed index is made
again by the next find, screen or rescreen.

Examples:
  openssl genpkey -algorithm ed25519 -out key.pem
  openssl pkey -in key.pem -pubout -out key.pub
  auditpipe screen -store store -key key.pem bids/
  cp store/checkpoint /elsewhere/checkpoint-today
  find /srv/sboms -name '*.json' | auditpipe screen -store store -key key.pem -
  auditpipe find -store store -key key.pub -vendor kaspersky
  auditpipe rescreen -store store -key key.pem -denylist 2018.06.13
  auditpipe verify -store store -key key.pub -since /elsewhere/checkpoint-today
  auditpipe verify -key key.pub -C /srv/bids bid.intoto.json

Exit status:
  0  all is well: every file was screened in whole, whatever was found in it; find:
     nothing was found in files that were all screened in whole; verify FILE: every file was there and gave the same
     (with -signature-only: the signature is good); verify -store: the store is whole
     (the screened files themselves are not read; verify its records one by one for that:
     auditpipe verify -key KEY STORE/records/*/*.json)
  1  verify: something is not as it was signed; find: something was found
  2  usage error
  3  something of a file was not screened, also beside findings, or nothing was screened,
     or the store cannot be used
  4  verify: the signature is good, and a file is missing or was not screened again
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is what the flags say.
type config struct {
	store, key string
	denylist   string
	asOf       string
	vendor     string
	since      string
	root       string
	only       bool
	jobs       int
	quiet      bool
	paths      []string
	// documentKeys check the signatures of envelopes around documents.
	documentKeys []dsse.Verifier
	unfinished   bool // the store has statements of a run that has not finished

	stdin          io.Reader
	stdout, stderr io.Writer
}

var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	commands := map[string]func(context.Context, *config) (int, error){"screen": screenCommand, "rescreen": rescreenCommand, "find": findCommand, "verify": verifyCommand}
	if len(args) == 0 || args[0] == "-help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(stderr, usage)
		if len(args) == 0 {
			return exitUsage
		}
		return exitOK
	}
	command, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "auditpipe: no command %q; expected screen, rescreen, find or verify\n", args[0])
		return exitUsage
	}
	c := &config{stdin: stdin, stdout: stdout, stderr: stderr}
	fs := flag.NewFlagSet("auditpipe "+args[0], flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "%s\nFlags of %s:\n", usage, args[0])
		fs.PrintDefaults()
	}
	fs.StringVar(&c.store, "store", "", "the `FOLDER` of the store")
	fs.StringVar(&c.key, "key", "", "`FILE` of an Ed25519 key in PEM: private to screen, public to verify")
	fs.StringVar(&c.denylist, "denylist", "", "`RELEASE` to judge by: "+strings.Join(denylist.Names(), ", ")+"; default the newest")
	fs.StringVar(&c.asOf, "as-of", "", "judge by this `DATE`; default that of the denylist")
	fs.StringVar(&c.vendor, "vendor", "", "find: the `ID` of a vendor")
	fs.StringVar(&c.root, "C", "", "verify: look for the files from this `FOLDER`, as their statements have relative paths; default the current one")
	fs.Func("document-key", "screen, verify: check the signatures of envelopes around documents with the public key in this PEM `FILE`; may be given several times", func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		v, err := evidence.LoadVerifier(text)
		c.documentKeys = append(c.documentKeys, v)
		return err
	})
	fs.StringVar(&c.since, "since", "", "verify: an earlier copy of the store's checkpoint, in this `FILE`, that it has to go on from")
	fs.BoolVar(&c.only, "signature-only", false, "verify: do not screen the files again")
	fs.IntVar(&c.jobs, "jobs", runtime.GOMAXPROCS(0), "screen this `NUMBER` of files at once")
	fs.BoolVar(&c.quiet, "quiet", false, "no progress on standard error")
	if err := fs.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	c.paths = fs.Args()
	status, err := command(ctx, c)
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "auditpipe: %s\n", text.PrintableLines(strings.TrimPrefix(err.Error(), errUsage.Error()+": ")))
		return exitUsage
	case err != nil:
		fmt.Fprintf(stderr, "auditpipe: %s\n", text.PrintableLines(err.Error()))
	}
	return status
}

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// matcher is the one of the flags.
func (c *config) matcher() (*match.Matcher, error) {
	release := denylist.Current()
	if c.denylist != "" {
		var err error
		if release, err = denylist.Open(c.denylist); err != nil {
			return nil, usageError("-denylist: %v", err)
		}
	}
	m, err := match.New(release, &match.Options{AsOf: vendors.Date(c.asOf)})
	if err != nil {
		return nil, usageError("%v", err)
	}
	return m, nil
}

// list is the paths, those on standard input for "-".
func (c *config) list() ([]string, error) {
	var all []string
	for _, p := range c.paths {
		if p != "-" {
			all = append(all, p)
			continue
		}
		in := bufio.NewScanner(c.stdin)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			switch line := in.Text(); line {
			case "":
			case screen.Stdin: // a file that is called so
				all = append(all, "./"+line)
			default:
				all = append(all, line)
			}
		}
		if err := in.Err(); err != nil {
			return nil, fmt.Errorf("reading paths: %w", err)
		}
	}
	if len(all) == 0 {
		return nil, usageError("no PATH is given")
	}
	return all, nil
}
