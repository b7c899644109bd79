// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// cut makes one file of a list that stands by itself.
func cut(args []string, out io.Writer) error {
	f := flag.NewFlagSet("cut", flag.ContinueOnError)
	name := f.String("name", "", "`NAME` of the release")
	date := f.String("date", "", "`DATE` of the release: it holds what was public then")
	predecessor := f.String("predecessor", "", "`NAME` of the release before")
	remark := f.String("note", "", "`TEXT` on what the release is")
	output := f.String("o", "", "write it to `FILE`; default NAME.json")
	if err := parse(f, args, "DIR"); err != nil {
		return err
	}
	if *name == "" || *date == "" {
		return fmt.Errorf("%w: -name and -date are required", errUsage)
	}
	if *output == "" {
		*output = *name + ".json"
	}
	dir := os.DirFS(f.Arg(0))
	register, err := fs.Sub(dir, "vendors")
	if err != nil {
		return err
	}
	if own, _ := fs.Glob(register, "*.json"); len(own) == 0 {
		register = vendors.Bundled().Files()
	}
	data, err := author.BuildRelease(*name, vendors.Date(*date), *predecessor, *remark, dir, register)
	if err != nil {
		return err
	}
	// A release never changes: a file that is there stays.
	file, err := os.OpenFile(*output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	r, err := denylist.Parse(*name, data)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s\n", r.Name(), r.Digest())
	return nil
}

// keygen makes a key.
func keygen(args []string, out io.Writer) error {
	f := flag.NewFlagSet("keygen", flag.ContinueOnError)
	if err := parse(f, args, "NAME", "FILE"); err != nil {
		return err
	}
	private, public, err := note.GenerateKey(rand.Reader, f.Arg(0))
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	for path, c := range map[string]struct {
		text string
		mode os.FileMode
	}{f.Arg(1): {private, 0o600}, f.Arg(1) + ".pub": {public, 0o644}} {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, c.mode)
		if err != nil {
			return err
		}
		_, err = io.WriteString(file, c.text+"\n")
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, public)
	return nil
}

// readRelease reads a release's file as it is. Its name is the file's.
func readRelease(path string) (*denylist.Release, []byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	r, err := denylist.Parse(strings.TrimSuffix(filepath.Base(path), ".json"), data)
	return r, data, err
}

// sign writes the signed statement on a release beside it.
func sign(args []string, out io.Writer) error {
	f := flag.NewFlagSet("sign", flag.ContinueOnError)
	keyFile := f.String("key", "", "private key `FILE`")
	expires := f.String("expires", "", "first `DATE` on which the statement is no longer good")
	if err := parse(f, args, "RELEASE.json"); err != nil {
		return err
	}
	if *keyFile == "" || *expires == "" {
		return fmt.Errorf("%w: -key and -expires are required", errUsage)
	}
	key, err := os.ReadFile(*keyFile)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(key)))
	if err != nil {
		return fmt.Errorf("%s: %w", *keyFile, err)
	}
	r, _, err := readRelease(f.Arg(0))
	if err != nil {
		return err
	}
	signed, err := author.Sign(r, vendors.Date(*expires), signer)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s", signed)
	return os.WriteFile(f.Arg(0)+".note", signed, 0o644)
}

// verify checks a release against its signed statement.
func verify(args []string, out io.Writer) error {
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	key := f.String("verifier", "", "public `KEY`, or the file that has it")
	today := f.String("today", time.Now().UTC().Format(time.DateOnly), "check expiry as of this `DATE`")
	if err := parse(f, args, "RELEASE.json"); err != nil {
		return err
	}
	if *key == "" {
		return fmt.Errorf("%w: -verifier is required", errUsage)
	}
	if content, err := os.ReadFile(*key); err == nil {
		*key = strings.TrimSpace(string(content))
	}
	verifier, err := note.NewVerifier(*key)
	if err != nil {
		return fmt.Errorf("%w: -verifier: %w", errUsage, err)
	}
	data, err := os.ReadFile(f.Arg(0))
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(f.Arg(0) + ".note")
	if err != nil {
		return err
	}
	r, s, err := denylist.OpenSigned(data, signed, denylist.Trust{Keys: note.VerifierList(verifier), Today: vendors.Date(*today)})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s is signed by %s, good until %s\n", r.Name(), r.Digest(), verifier.Name(), s.Expires)
	return nil
}

// diff prints what changed between two releases.
func diff(args []string, out io.Writer) error {
	f := flag.NewFlagSet("diff", flag.ContinueOnError)
	if err := parse(f, args, "A", "B"); err != nil {
		return err
	}
	var rs [2]*denylist.Release
	for i := range rs {
		r, err := denylist.Open(f.Arg(i))
		if errors.Is(err, denylist.ErrUnknownRelease) {
			r, _, err = readRelease(f.Arg(i))
		}
		if err != nil {
			return err
		}
		rs[i] = r
	}
	counts := make(map[string]int)
	vendor := vendors.ID("")
	for _, c := range denylist.Diff(rs[0], rs[1]) {
		if c.Vendor != vendor {
			vendor = c.Vendor
			fmt.Fprintf(out, "\n%s\n", vendor)
		}
		counts[string(c.Class)]++
		fmt.Fprintf(out, "  %-10s  %s\n              because: %s\n", c.Class, c.What, c.Why)
	}
	fmt.Fprintf(out, "\n%s to %s: %s\n", rs[0].Name(), rs[1].Name(), tally(counts))
	return nil
}
