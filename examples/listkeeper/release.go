// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/internal/replaced"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

const aboutCut = "Make the file of a release from the list in the folder DIR, which does not extend another one. The release contains what was public on its date. A file that exists is never changed."

// cut makes the file of a release.
func cut(c *call) error {
	f := c.flags
	name := f.String("name", "", "the `NAME` of the release; required")
	date := f.String("date", "", "the `DATE` of the release (YYYY-MM-DD); required")
	predecessor := f.String("predecessor", "", "the `NAME` of the release before")
	supersedes := f.String("supersedes", "", "the `NAME` of the release of the same day that this one corrects; -note has to say why")
	remark := f.String("note", "", "a `TEXT` that describes the release")
	output := f.String("o", "", "write the release to this `FILE`; default: NAME.json")
	if err := c.parse(aboutCut, "DIR"); err != nil {
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
	data, err := author.BuildRelease(author.Cut{Name: *name, Date: vendors.Date(*date), Predecessor: *predecessor, Supersedes: *supersedes, Note: *remark}, dir, register)
	if err != nil {
		return err
	}
	if err := writeNew(*output, data, 0o644); err != nil {
		return err
	}
	r, err := denylist.Parse(*name, data, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s %s\n", r.Name(), r.Digest())
	return nil
}

// writeNew writes a file that must not exist yet: a release or a key never changes.
func writeNew(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

const aboutKeygen = "Make an Ed25519 key to sign releases. NAME is the name of the key, such as lists.example.org. The private key is written to FILE and the public key, which readers need, to FILE.pub."

// keygen makes a key.
func keygen(c *call) error {
	if err := c.parse(aboutKeygen, "NAME", "FILE"); err != nil {
		return err
	}
	name, path := c.flags.Arg(0), c.flags.Arg(1)
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := writeNew(path, []byte(private+"\n"), 0o600); err != nil {
		return err
	}
	if err := writeNew(path+".pub", []byte(public+"\n"), 0o644); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, public)
	return nil
}

// readRelease reads the file of a release without a check of its origin. The name of the release
// is that of the file.
func readRelease(path string) (*denylist.Release, []byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	r, err := denylist.Parse(strings.TrimSuffix(filepath.Base(path), ".json"), data, nil)
	return r, data, err
}

const aboutSign = "Sign a release: write the signed statement with its digest to the file RELEASE.json.note."

// sign writes the signed statement on a release beside its file.
func sign(c *call) error {
	f := c.flags
	keyFile := f.String("key", "", "the `FILE` with the private key, made by keygen; required")
	expires := f.String("expires", "", "the first `DATE` on which the statement is no longer valid (YYYY-MM-DD); required")
	if err := c.parse(aboutSign, "RELEASE.json"); err != nil {
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
		return fmt.Errorf("-key %s: %w", *keyFile, err)
	}
	r, _, err := readRelease(f.Arg(0))
	if err != nil {
		return err
	}
	signed, err := author.Sign(r, vendors.Date(*expires), signer)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s", signed)
	return os.WriteFile(f.Arg(0)+".note", signed, 0o644)
}

const aboutVerify = "Check that the file of a release has the digest in the signed statement RELEASE.json.note, and that the statement is signed with the key and has not expired."

// verify checks a release against its signed statement.
func verify(c *call) error {
	f := c.flags
	key := f.String("verifier", "", "the public `KEY`, or the file with it; required")
	today := f.String("today", time.Now().UTC().Format(time.DateOnly), "the `DATE` on which the statement must be valid (YYYY-MM-DD); default: today")
	if err := c.parse(aboutVerify, "RELEASE.json"); err != nil {
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
	r, err := denylist.Parse("", data, &denylist.Trust{Statement: signed, Keys: note.VerifierList(verifier), Today: vendors.Date(*today)})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s %s is signed by %s, valid until %s\n", r.Name(), r.Digest(), verifier.Name(), r.Expires())
	return nil
}

const aboutDiff = "Print what changed from release A to release B, by vendor, and why. A and B are names of releases in this program, or files. A change is toListed if a verdict can become more severe, toUnlisted if it can become less severe, byBuyer if it can become either for a buyer, because for whom the text counts was recorded or changed, and noVerdict if it cannot change."

// openRelease opens a release of this program by its name, or from a file.
func openRelease(name string) (*denylist.Release, error) {
	r, err := denylist.Open(name)
	if errors.Is(err, denylist.ErrUnknownRelease) {
		r, _, err = readRelease(name)
	}
	return r, err
}

// describePair prints that one of two releases corrects the other one and why, or that one was
// replaced by another correction.
func (c *call) describePair(a, b *denylist.Release) {
	for _, pair := range [][2]*denylist.Release{{a, b}, {b, a}} {
		old, by := pair[0], pair[1]
		if by.Supersedes() == old.Name() {
			fmt.Fprintf(c.stdout, "%s corrects %s: %s\n", by.Name(), old.Name(), text.Printable(by.Note()))
		}
		if words := replaced.Notice(old); words != "" && old.SupersededBy() != by.Name() {
			fmt.Fprintf(c.stderr, "listkeeper diff: %s\n", text.PrintableLines(words))
		}
	}
}

// diff prints what changed between two releases.
func diff(c *call) error {
	if err := c.parse(aboutDiff, "A", "B"); err != nil {
		return err
	}
	var releases [2]*denylist.Release
	for i := range releases {
		r, err := openRelease(c.flags.Arg(i))
		if err != nil {
			return err
		}
		releases[i] = r
	}
	c.describePair(releases[0], releases[1])
	classes := tally{}
	vendor := vendors.ID("")
	for _, change := range denylist.Diff(releases[0], releases[1]) {
		if change.Vendor != vendor {
			vendor = change.Vendor
			fmt.Fprintf(c.stdout, "\n%s\n", vendor)
		}
		classes[change.Class]++
		fmt.Fprintf(c.stdout, "  %-10s  %s\n              because: %s\n", change.Class, text.Printable(change.What), text.Printable(change.Why))
	}
	fmt.Fprintf(c.stdout, "\n%s to %s: %s\n", releases[0].Name(), releases[1].Name(), classes)
	return nil
}
