// SPDX-License-Identifier: Apache-2.0

// Auditpipe is a stage of a pipeline. It screens files into a store of signed statements, and
// can verify the store, search it, and rescreen it with another denylist. "auditpipe -help"
// describes its use.
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
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/examples/internal/replaced"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/progress"
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
	exitFound    = evidence.ExitFound // verify: something is not as it was signed; find: something was found
	exitUsage    = 2
	exitUnread   = evidence.ExitUnscreened // something could not be screened, or the store cannot be used
	exitNotAgain = 4                       // verify: the signature is good, but a file was not screened again
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is the command line of a command, and where it reads and writes.
type config struct {
	store, key   string
	denylist     string
	asOf         string
	buyer        string
	audience     string // of the statements that find searches, see audience
	vendor       string
	since        string
	root         string
	only         bool // verify only signatures
	jobs         int
	quiet        bool
	paths        []string
	documentKeys []dsse.Verifier // of signed envelopes around documents
	unfinished   bool            // the store has statements of a run that was interrupted

	stdin          io.Reader
	stdout, stderr io.Writer
}

var errUsage = errors.New("usage")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// commands are the commands by their names.
var commands = map[string]func(context.Context, *config) (int, error){
	"screen": screenCommand, "rescreen": rescreenCommand, "find": findCommand, "verify": verifyCommand,
}

// run runs a command and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &config{stdin: stdin, stdout: stdout, stderr: stderr}
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	name := args[0]
	switch name {
	case "-help", "--help", "-h":
		fmt.Fprint(stderr, usage)
		return exitOK
	case "-version", "--version":
		list := denylist.Current()
		fmt.Fprint(stdout, cli.Version("auditpipe", list.Name(), list.Digest()))
		return exitOK
	}
	command, ok := commands[name]
	if !ok {
		c.warn("there is no command %q; expected screen, rescreen, find or verify", name)
		return exitUsage
	}
	if err := c.parse(name, args[1:]); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		c.warn("%v\nRun \"auditpipe %s -help\" for help.", err, name)
		return exitUsage
	}
	status, err := command(ctx, c)
	switch {
	case errors.Is(err, errUsage):
		c.warn("%s", strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return exitUsage
	case err != nil:
		c.warn("%v", err)
	}
	return status
}

// warn prints a message about the run.
func (c *config) warn(format string, args ...any) {
	fmt.Fprintf(c.stderr, "auditpipe: %s\n", text.PrintableLines(fmt.Sprintf(format, args...)))
}

// meter returns a meter for files.
func (c *config) meter(files int) *progress.Meter {
	if c.quiet {
		return nil
	}
	return progress.Files(c.stderr, files)
}

// matcher returns the matcher for the flags.
func (c *config) matcher() (*match.Matcher, error) {
	release := denylist.Current()
	if c.denylist != "" {
		var err error
		if release, err = denylist.Open(c.denylist); err != nil {
			return nil, usageError("-denylist: %v", err)
		}
		if words := replaced.Notice(release); words != "" {
			c.warn("%s", words)
		}
	}
	who, err := c.openBuyer()
	if err != nil {
		return nil, err
	}
	m, err := match.New(release, &match.Options{AsOf: vendors.Date(c.asOf), Buyer: who})
	if err != nil {
		return nil, usageError("%v", err)
	}
	return m, nil
}

// openBuyer returns the buyer of -buyer, nil without one.
func (c *config) openBuyer() (*denylist.Buyer, error) {
	if c.buyer == "" {
		return nil, nil
	}
	b, err := buyer.Open(c.buyer)
	if err != nil {
		return nil, usageError("-buyer: %v", err)
	}
	return b, nil
}

// inputPaths returns the paths of the command line, and for "-" those on standard input.
func (c *config) inputPaths() ([]string, error) {
	var all []string
	for _, p := range c.paths {
		if p != "-" {
			all = append(all, p)
			continue
		}
		read, err := readPaths(c.stdin)
		if err != nil {
			return nil, fmt.Errorf("reading paths from standard input: %w", err)
		}
		all = append(all, read...)
	}
	if len(all) == 0 {
		return nil, usageError("no PATH given; expected files or directories to screen")
	}
	return all, nil
}

// readPaths reads one path per line.
func readPaths(r io.Reader) ([]string, error) {
	var all []string
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		switch line := in.Text(); line {
		case "":
		case screen.Stdin: // a file with this name
			all = append(all, "./"+line)
		default:
			all = append(all, line)
		}
	}
	return all, in.Err()
}
