// SPDX-License-Identifier: Apache-2.0

// Fleet screens registries of documents with many workers, and keeps signed records and tables of
// the results. "fleet -help" describes its use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/clause76/clause76/examples/fleet/internal/inspect"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// Exit statuses.
const (
	exitOK     = evidence.ExitClear
	exitUsage  = 2
	exitUnread = evidence.ExitUnscreened // something was not submitted or screened, or nothing can be used
)

func main() {
	// After the first signal, the next one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// commands are the commands that need the queue or write to the bucket, by their names.
var commands = map[string]func(context.Context, *config) (int, error){
	"serve": serveCommand, "worker": workerCommand, "compactor": compactorCommand,
	"submit": submitCommand, "rescreen": rescreenCommand, "status": statusCommand,
	documentCommandName: documentCommand,
}

var errUsage = errors.New("usage")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
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
		fmt.Fprint(stdout, cli.Version("fleet", list.Name(), list.Digest()))
		return exitOK
	}
	if command, ok := inspect.Commands[name]; ok {
		if dir := lastServer(); dir != "" && os.Getenv("FLEET_DATA") == "" && !slices.ContainsFunc(args, namesBucket) {
			args = append([]string{name, "-data", dir}, args[1:]...)
		}
		return command(ctx, args[1:], stdout, stderr)
	}
	command, ok := commands[name]
	if !ok {
		c.warn("there is no command %q; expected one of %s", name, strings.Join(commandNames(), ", "))
		return exitUsage
	}
	if err := c.parse(name, args[1:]); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		c.warn("%v\nRun \"fleet %s -help\" for help.", err, name)
		return exitUsage
	}
	status, err := command(ctx, c)
	switch {
	case errors.Is(err, errUsage):
		c.warn("%s", strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return exitUsage
	case err != nil:
		c.warn("%v", err)
		return max(status, exitUnread)
	}
	return status
}

// namesBucket reports whether an argument says where the results are.
func namesBucket(arg string) bool {
	name, ok := strings.CutPrefix(arg, "-")
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "-"), "=")
	return ok && (name == "data" || name == "bucket")
}

// commandNames returns the names of the commands for people, in order.
func commandNames() []string {
	var all []string
	for name := range commands {
		if name != documentCommandName {
			all = append(all, name)
		}
	}
	for name := range inspect.Commands {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// warn prints a message about the run.
func (c *config) warn(format string, args ...any) {
	fmt.Fprintf(c.stderr, "fleet: %s\n", text.PrintableLines(fmt.Sprintf(format, args...)))
}
