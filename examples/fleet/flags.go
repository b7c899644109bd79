// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
)

// config is the command line of a command, and where it reads and writes.
type config struct {
	data, bucket, queue, key string
	credentials              texts
	ca                       string
	tenant, tenants          string

	// serve, worker and compactor
	host        string
	port        int
	http        string
	certificate string
	certKey     string
	workers     int
	limit       time.Duration
	commit      time.Duration

	// submit
	release, denylist, pin, asOf, buyer, jurisdictions string
	list, objects, prefix                              string
	quiet                                              bool

	// status
	wait bool

	// rescreen
	detach bool

	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// texts are the values of a flag that can be given several times.
type texts []string

func (t *texts) String() string { return strings.Join(*t, ",") }

func (t *texts) Set(value string) error {
	*t = append(*t, value)
	return nil
}

// flagsOf are the flags of the commands.
var flagsOf = map[string][]string{
	"serve":             {"data", "bucket", "key", "tenants", "host", "port", "tls-cert", "tls-key", "http", "workers", "limit", "commit"},
	"worker":            {"data", "bucket", "queue", "creds", "ca", "key", "http", "workers", "limit"},
	"compactor":         {"data", "bucket", "queue", "creds", "ca", "key", "tenant", "http", "commit"},
	"submit":            {"data", "bucket", "queue", "creds", "ca", "tenant", "release", "denylist", "pin", "as-of", "buyer", "jurisdiction", "list", "objects", "prefix", "quiet"},
	"rescreen":          {"data", "bucket", "queue", "creds", "ca", "key", "tenant", "denylist", "pin", "as-of", "buyer", "jurisdiction", "detach", "quiet"},
	"status":            {"data", "bucket", "queue", "creds", "ca", "tenant", "wait"},
	documentCommandName: {"bucket", "key"},
}

// parse reads the command line of a command. For -help it prints the help text of the command
// and returns [flag.ErrHelp].
func (c *config) parse(command string, args []string) error {
	all := flag.NewFlagSet("", flag.ContinueOnError)
	c.commonFlags(all, command)
	c.serverFlags(all, command)
	c.submitFlags(all)
	all.BoolVar(&c.wait, "wait", false, "wait until everything that was submitted is screened and in the tables")
	all.BoolVar(&c.detach, "detach", false, "do not wait until the documents are screened again")
	fs := flag.NewFlagSet("fleet "+command, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints errors, and this function the help text
	for _, name := range flagsOf[command] {
		f := all.Lookup(name)
		fs.Var(f.Value, name, f.Usage)
	}
	err := fs.Parse(args)
	c.args = fs.Args()
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(c.stderr, "%s\nFlags:\n", commandUsage[command])
		cli.PrintFlags(c.stderr, fs)
	}
	if err == nil && len(c.args) > 0 && command != "submit" && command != "rescreen" {
		err = fmt.Errorf("%q is not expected: the command has only flags", c.args[0])
	}
	return err
}

func (c *config) commonFlags(fs *flag.FlagSet, command string) {
	data := "use the server with this `FOLDER`; default: $FLEET_DATA, or the server that this user started last"
	switch command {
	case "serve":
		data = "keep everything in this `FOLDER`; default: $FLEET_DATA"
	case "compactor":
		data = "keep the local state in this `FOLDER`, which can be removed between runs; default: $FLEET_DATA"
	}
	fs.StringVar(&c.data, "data", "", data)
	fs.StringVar(&c.bucket, "bucket", "", "the `URL` of the bucket: file:///path, s3://, gs:// or azblob://; default: the one of the server, which is a folder in the folder of -data")
	fs.StringVar(&c.queue, "queue", "", "the `URL` of the queue: nats:// or tls://; default: the one of the server")
	fs.Var(&c.credentials, "creds", "the `FILE` with the credentials of a tenant for the queue, or TENANT=FILE; can be given several times; default: those of the server")
	fs.StringVar(&c.ca, "ca", "", "the `FILE` with the certificates that sign those of the queue (PEM); default: those of the system")
	fs.StringVar(&c.key, "key", "", "sign with the private Ed25519 key in this `FILE` (PEM); default: key.pem in the folder of -data, which serve makes")
	tenant := "the `NAME` of the tenant; default: the only one, or \"default\""
	if command == "status" || command == "compactor" {
		tenant = "only the tenant with this `NAME`; default: all those of the credentials"
	}
	fs.StringVar(&c.tenant, "tenant", "", tenant)
}

func (c *config) serverFlags(fs *flag.FlagSet, command string) {
	fs.StringVar(&c.tenants, "tenants", "", "the `FILE` with the tenants and their bounds (JSON); default: one tenant with the name default")
	fs.StringVar(&c.host, "host", "127.0.0.1", "let the queue listen on this `ADDRESS`; default: 127.0.0.1; any other needs -tls-cert and -tls-key")
	fs.IntVar(&c.port, "port", 0, "let the queue listen on this `PORT`; -1 is a free one; default: 7676")
	fs.StringVar(&c.certificate, "tls-cert", "", "the `FILE` with the certificate of the queue (PEM)")
	fs.StringVar(&c.certKey, "tls-key", "", "the `FILE` with the private key of the certificate (PEM)")
	address := "127.0.0.1:7677"
	if command != "serve" {
		address = "off"
	}
	fs.StringVar(&c.http, "http", address, "answer /healthz, /readyz and /metrics at this `ADDRESS`, such as 127.0.0.1:7677; port 0 is a free one, and \"off\" none; default: "+address)
	fs.IntVar(&c.workers, "workers", runtime.GOMAXPROCS(0), "screen this `NUMBER` of jobs at the same time; default: one per processor")
	fs.DurationVar(&c.limit, "limit", 10*time.Minute, "how much `TIME` a document may take, such as 10m; one that takes longer is recorded as not screened; default: 10m")
	fs.DurationVar(&c.commit, "commit", 10*time.Second, "put results into the tables after this `TIME`, or earlier if there are many; default: 10s")
}

func (c *config) submitFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.release, "release", "", "screen with this `RELEASE` of the denylist: "+strings.Join(denylist.Names(), ", ")+"; default: the newest one")
	fs.StringVar(&c.denylist, "denylist", "", "screen with the custom denylist in this `PATH`: the folder of a list, or the file of a release (with -pin)")
	fs.StringVar(&c.pin, "pin", "", "the `DIGEST` that the file of -denylist must have (h1:...)")
	fs.StringVar(&c.asOf, "as-of", "", "use the texts that are in force on this `DATE` (YYYY-MM-DD); default: the date of the denylist")
	fs.StringVar(&c.buyer, "buyer", "", "screen for this buyer: a `NAME` from \"bidcheck buyers\", or a file (.json); default: none, and all texts count")
	fs.StringVar(&c.jurisdictions, "jurisdiction", "", "use only texts of these `JURISDICTIONS`, separated by commas; default: all")
	fs.StringVar(&c.list, "list", "", "submit the files in this `FILE`, one path in each line; - is standard input")
	fs.StringVar(&c.objects, "objects", "", "submit the objects of the bucket in this `FILE`, one key in each line; - is standard input")
	fs.StringVar(&c.prefix, "prefix", "", "submit the objects of the bucket with keys that start with this `PREFIX`, which ends with a slash")
	fs.BoolVar(&c.quiet, "quiet", false, "show no progress")
}

// dataFolder returns the folder of -data: the one of the flag, of the environment, or of the server
// that was started last.
func (c *config) dataFolder() string {
	if c.data != "" {
		return c.data
	}
	if dir := os.Getenv("FLEET_DATA"); dir != "" {
		return dir
	}
	return lastServer()
}
