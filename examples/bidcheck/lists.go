// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/internal/replaced"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// openDenylist opens a release of this program by its name, the file of a release that is
// signed or has the digest pin, or the folder of a custom list, which is added to the newest
// release.
func (c *config) openDenylist(name, pin string) (*denylist.Release, error) {
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
		return nil, fmt.Errorf("-denylist or -compare: %s is neither a file (%w) nor a release: %w", name, statErr, err)
	case info.IsDir():
		return author.Load(os.DirFS(name), denylist.Current())
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	switch {
	case pin != "":
		return denylist.Parse(strings.TrimSuffix(filepath.Base(name), ".json"), data, &denylist.Trust{Digest: pin})
	case c.opts.verifier != "":
		return c.openSigned(name, data)
	}
	return nil, fmt.Errorf("-denylist %s is a file, and nothing shows that it is genuine; expected -verifier KEY and the file %s.note, or -pin DIGEST", name, name)
}

// openSigned opens the file of a release with the signed statement beside it. With -trusted,
// it refuses an older release than the last one and records the new one.
func (c *config) openSigned(name string, data []byte) (*denylist.Release, error) {
	key := c.opts.verifier
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
		Statement: statement,
		Keys:      note.VerifierList(verifier),
		// The clock decides only whether a list may still be used. Results do not depend on it.
		Today: vendors.Date(time.Now().UTC().Format(time.DateOnly)),
	}
	state := c.opts.trusted
	if state != "" {
		trust.Last, err = os.ReadFile(state)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("-trusted: %w", err)
		}
	}
	release, err := denylist.Parse("", data, &trust)
	if err != nil || state == "" {
		return release, err
	}
	return release, writeFile(state, 0o600, func(w io.Writer) error {
		_, err := w.Write(statement)
		return err
	})
}

// warnReplaced prints that a release that was chosen was replaced by a correction. A comparison of a
// release with its correction needs no such words.
func (s *session) warnReplaced() {
	chosen := make(map[string]bool)
	var releases []*denylist.Release
	for _, m := range []*match.Matcher{s.matcher, s.compareTo} {
		if m != nil && !chosen[m.Release().Name()] {
			chosen[m.Release().Name()] = true
			releases = append(releases, m.Release())
		}
	}
	for _, r := range releases {
		if words := replaced.Notice(r); words != "" && !chosen[r.SupersededBy()] {
			s.warn("%s", words)
		}
	}
}
