// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
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

// lists says how denylists are opened that did not come with the program.
type lists struct {
	verifier string // a key, or a file that has it
	state    string // file with the statement on the release last trusted
	pin      string // digest
}

// open opens an embedded release by name, a release's file that is signed or pinned, or
// the folder of a list of one's own, which is layered over the newest release.
func (l *lists) open(name string) (*denylist.Release, error) {
	if name == "" {
		return denylist.Current(), nil
	}
	release, err := denylist.Open(name)
	if !errors.Is(err, denylist.ErrUnknownRelease) {
		return release, err
	}
	info, statErr := os.Stat(name)
	switch {
	case statErr != nil:
		return nil, fmt.Errorf("-denylist %s is neither a release nor a file: %w; %w", name, err, statErr)
	case info.IsDir():
		return author.Load(os.DirFS(name), denylist.Current())
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	switch {
	case l.pin != "":
		return denylist.OpenPinned(strings.TrimSuffix(filepath.Base(name), ".json"), data, l.pin)
	case l.verifier != "":
		return l.signed(name, data)
	}
	return nil, fmt.Errorf("-denylist %s is a file: expected -verifier KEY, with %s.note beside it, or -pin DIGEST", name, name)
}

// signed opens a release's file by the signed statement beside it.
func (l *lists) signed(name string, data []byte) (*denylist.Release, error) {
	key := l.verifier
	if content, err := os.ReadFile(key); err == nil {
		key = strings.TrimSpace(string(content))
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("-verifier: %w", err)
	}
	statement, err := os.ReadFile(name + ".note")
	if err != nil {
		return nil, err
	}
	trust := denylist.Trust{
		Keys: note.VerifierList(verifier),
		// The clock decides whether a list may still be used. It has no say in results.
		Today: vendors.Date(time.Now().UTC().Format(time.DateOnly)),
	}
	if l.state == "" {
		release, _, err := denylist.OpenSigned(data, statement, trust)
		return release, err
	}
	last, err := os.ReadFile(l.state)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		s, err := denylist.Verify(last, trust.Keys)
		if err != nil {
			return nil, fmt.Errorf("-trusted %s: %w", l.state, err)
		}
		trust.Last = &s
	}
	release, _, err := denylist.OpenSigned(data, statement, trust)
	if err != nil {
		return nil, err
	}
	return release, replace(l.state, statement)
}

// replace writes a file whole or not at all.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // it is gone once it has been renamed
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
