// SPDX-License-Identifier: Apache-2.0

// Package inspect has the commands that read what a fleet has done: find, export, record and audit.
// They need the bucket and no queue.
package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// Exit statuses, as those of auditpipe.
const (
	exitOK     = evidence.ExitClear
	exitFound  = evidence.ExitFound // find: something was found; audit: something is not as it was signed
	exitUsage  = 2
	exitUnread = evidence.ExitUnscreened // something was not screened, or the bucket cannot be read
)

// A Command is a command of the program. It returns the exit status.
type Command func(ctx context.Context, args []string, stdout, stderr io.Writer) int

// Commands are the commands by their names.
var Commands = map[string]Command{
	"find":   command("find", (*config).find),
	"export": command("export", (*config).export),
	"record": command("record", (*config).record),
	"audit":  command("audit", (*config).audit),
}

// config is the command line of a command, and where it reads and writes.
type config struct {
	data, bucket, tenant, key string

	// Which screening is searched.
	release, asOf, buyer, screening string

	vendor, verdict, document string
	format, out               string
	findings                  bool
	signatures, log           bool
	since                     string
	args                      []string

	store      store.Store
	statements dsse.Verifier // nil if no key was given
	notes      note.Verifier

	stdout, stderr io.Writer
}

var errUsage = errors.New("usage")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// command returns a command that parses the command line, opens the bucket and reads the key.
func command(name string, run func(*config, context.Context) (int, error)) Command {
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		c := &config{stdout: stdout, stderr: stderr}
		if err := c.parse(name, args); errors.Is(err, flag.ErrHelp) {
			return exitOK
		} else if err != nil {
			c.warn("%v\nRun \"fleet %s -help\" for help.", err, name)
			return exitUsage
		}
		status, err := c.open(ctx)
		if err == nil {
			defer c.store.Close()
			status, err = run(c, ctx)
		}
		if usage := (error)(nil); errors.Is(err, errUsage) {
			usage = err
			c.warn("%s", usage.Error()[len(errUsage.Error())+2:])
			return exitUsage
		}
		if err != nil {
			c.warn("%v", err)
			return max(status, exitUnread)
		}
		return status
	}
}

// warn prints a message about the run.
func (c *config) warn(format string, args ...any) {
	fmt.Fprintf(c.stderr, "fleet: %s\n", text.PrintableLines(fmt.Sprintf(format, args...)))
}

// flagsOf are the flags of the commands.
var flagsOf = map[string][]string{
	"find":   {"data", "bucket", "tenant", "key", "release", "as-of", "buyer", "screening", "vendor", "verdict", "document", "o", "out"},
	"export": {"data", "bucket", "tenant", "key", "release", "as-of", "buyer", "screening", "document", "findings", "o", "out"},
	"record": {"data", "bucket", "tenant", "key", "release", "as-of", "buyer", "screening"},
	"audit":  {"data", "bucket", "tenant", "key", "signatures", "log", "since"},
}

// parse reads the command line of a command.
func (c *config) parse(name string, args []string) error {
	all := flag.NewFlagSet("fleet "+name, flag.ContinueOnError)
	all.StringVar(&c.data, "data", os.Getenv("FLEET_DATA"), "the `FOLDER` of \"fleet serve\"; default: $FLEET_DATA")
	all.StringVar(&c.bucket, "bucket", "", "the `URL` of the bucket: file:///path, s3://, gs:// or azblob://; default: the one of the server")
	all.StringVar(&c.tenant, "tenant", "", "the `NAME` of the tenant; default: the only one of the server, or \"default\"")
	all.StringVar(&c.key, "key", "", "check signatures with the Ed25519 key in this `FILE` (PEM); default: key.pub or key.pem in the folder of -data, if there is one")
	all.StringVar(&c.release, "release", "", "read the results by this `RELEASE` of the denylist; default: the newest one with results")
	all.StringVar(&c.asOf, "as-of", "", "read the results as of this `DATE` (YYYY-MM-DD); default: the latest one with results")
	all.StringVar(&c.buyer, "buyer", "", "read the results for this buyer: a `NAME` from \"bidcheck buyers\", or a file (.json); default: those for no buyer in particular")
	all.StringVar(&c.screening, "screening", "", "read the results of the screening with this `ID`, if a release has several")
	all.StringVar(&c.vendor, "vendor", "", "the `ID` of the vendor to search for, such as kaspersky; default: every vendor")
	all.StringVar(&c.verdict, "verdict", "", "only findings with this `VERDICT`: ban, exclude or review; default: all")
	all.StringVar(&c.document, "document", "", "only the document with this `NAME`; default: all")
	all.StringVar(&c.format, "o", "", "write the results in this `FORMAT`: table, csv, json or parquet; default: table for find, parquet for export")
	all.StringVar(&c.out, "out", "", "write to this `PATH`; for export without -findings it is a folder; default: standard output")
	all.BoolVar(&c.findings, "findings", false, "export the findings as one file, and not the signed statements")
	all.BoolVar(&c.signatures, "signatures", false, "also check the signature of every statement, and that the rows of the tables follow from it")
	all.BoolVar(&c.log, "log", false, "also read every tile of the log, and check that each segment is included")
	all.StringVar(&c.since, "since", "", "also check that the commits continue the commit in this `FILE`, a copy of an earlier one")
	fs := flag.NewFlagSet("fleet "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // command prints errors, and this function the help text
	for _, f := range flagsOf[name] {
		found := all.Lookup(f)
		fs.Var(found.Value, f, found.Usage)
	}
	err := fs.Parse(args)
	c.args = fs.Args()
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(c.stderr, "%s\nFlags:\n", usage[name])
		cli.PrintFlags(c.stderr, fs)
	}
	return err
}

// open opens the bucket and reads the key.
func (c *config) open(ctx context.Context) (int, error) {
	server, err := readServer(c.data)
	if err != nil {
		return exitUnread, err
	}
	if c.tenant == "" {
		c.tenant = "default"
		if len(server.Tenants) == 1 {
			c.tenant = server.Tenants[0].Name
		}
	}
	if err := job.CheckTenant(c.tenant); err != nil {
		return exitUsage, usageError("-tenant: %v", err)
	}
	if c.data == "" && c.bucket == "" {
		return exitUsage, usageError("no bucket given; expected -data FOLDER or -bucket URL")
	}
	if err := c.readKey(); err != nil {
		return exitUsage, err
	}
	address := c.bucket
	if address == "" {
		address = server.Bucket
	}
	if address == "" {
		dir, err := filepath.Abs(filepath.Join(c.data, BucketFolder))
		if err != nil {
			return exitUnread, err
		}
		if _, err := os.Stat(dir); err != nil {
			return exitUnread, fmt.Errorf("there is no bucket in the folder of -data: %w", err)
		}
		s, err := store.OpenFolder(dir)
		c.store = s
		return exitUnread, err
	}
	s, err := store.Open(ctx, address)
	c.store = s
	return exitUnread, err
}

// A server is what "fleet serve" writes to a file of its folder.
type server struct {
	Bucket  string `json:"bucket"`
	Tenants []struct {
		Name string `json:"name"`
	} `json:"tenants"`
}

// readServer reads the file of the server in a folder. It may be missing.
func readServer(dir string) (*server, error) {
	s := &server{}
	if dir == "" {
		return s, nil
	}
	path := filepath.Join(dir, "server.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// BucketFolder is the folder of the bucket in the folder of a server.
const BucketFolder = "bucket"

// readKey reads the key of -key, or the one of the server.
func (c *config) readKey() error {
	paths := []string{c.key}
	if c.key == "" && c.data != "" {
		paths = []string{filepath.Join(c.data, "key.pub"), filepath.Join(c.data, "key.pem")}
	}
	for _, path := range paths {
		if path == "" {
			return nil
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) && c.key == "" {
			continue
		}
		if err != nil {
			return usageError("-key: %v", err)
		}
		if c.statements, c.notes, err = checkpoint.ParseVerifier(data, compact.KeyName); err != nil {
			return usageError("-key %s: %v", path, err)
		}
		if c.notes == nil {
			return usageError("-key %s is not an Ed25519 key, but commits are signed with one", path)
		}
		return nil
	}
	return nil
}

// keys are the keys for statements and segments.
func (c *config) keys() []dsse.Verifier {
	if c.statements == nil {
		return nil
	}
	return []dsse.Verifier{c.statements}
}
