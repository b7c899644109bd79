// SPDX-License-Identifier: Apache-2.0

// Bidcheck screens the files of a bid, such as bills of materials and firmware images, for
// components from vendors on the denylist. "bidcheck -help" describes its use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// Exit statuses.
const (
	exitClear      = evidence.ExitClear
	exitFound      = evidence.ExitFound
	exitUsage      = 2
	exitUnscreened = evidence.ExitUnscreened // also if a report cannot be written
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs the program and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitClear
	case err != nil:
		return usageError(stderr, err)
	case o.version:
		list := denylist.Current()
		fmt.Fprint(stdout, cli.Version("bidcheck", list.Name(), list.Digest()))
		return exitClear
	case o.command == "schema":
		if err = o.checkModes(); err == nil {
			err = printSchema(o, stdout)
		}
		if err != nil {
			return usageError(stderr, err)
		}
		return exitClear
	}
	c, err := newConfig(o)
	if err != nil {
		return usageError(stderr, err)
	}
	s := &session{config: c, stdin: stdin, stdout: stdout, stderr: stderr}
	if c.advice != "" {
		s.warn("-notice: %s", c.advice)
	}
	s.warnReplaced()
	switch {
	case o.command == "buyers":
		return s.listBuyers()
	case o.command == "releases":
		return s.listReleases()
	case o.command == "letter":
		return s.writeLetter(ctx)
	case o.command == "diff":
		return s.diffBids(ctx)
	case c.compareTo != nil:
		return s.compareDenylists(ctx)
	case c.baseline != nil:
		return s.screenAgainstBaseline(ctx)
	}
	return s.screenBid(ctx)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "bidcheck: %s\nRun \"bidcheck -help\" for help.\n", text.PrintableLines(err.Error()))
	return exitUsage
}
