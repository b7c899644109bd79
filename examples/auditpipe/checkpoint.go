// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The first lines of the notes in a store, so that none is taken for another.
const (
	origin       = "clause76.store" // of checkpoints, and the name of the key
	pendingHead  = "clause76.store pending"
	indexHead    = "clause76.store index"
	repairAdvice = "restore the store from a copy, or screen the files into a new store"
)

// read reads the log and compares it with the checkpoint, which it returns. The signature
// is not checked if v is nil. The log can have more lines than the checkpoint.
func (s *store) read(v note.Verifier) (n int, root tlog.Hash, err error) {
	text, err := s.file("checkpoint") // before the log, which a running program only adds to
	if errors.Is(err, fs.ErrNotExist) {
		return 0, root, fmt.Errorf("%w: there is none; %s", errCheckpoint, repairAdvice)
	}
	if err != nil {
		return 0, root, err
	}
	if n, root, err = openCheckpoint(text, v); err != nil {
		return 0, root, err
	}
	if err := s.readLog(); err != nil {
		return 0, root, err
	}
	return n, root, s.holds(n, root, errLog)
}

// rootOf is the root of the first n lines.
func (s *store) rootOf(n int) (tlog.Hash, error) { return tlog.TreeHash(int64(n), s.hashes) }

// holds reports whether the first n lines have this root.
func (s *store) holds(n int, root tlog.Hash, fault error) error {
	if n > len(s.lines) {
		return fmt.Errorf("%w: it has %d lines; the checkpoint %d; %s", fault, len(s.lines), n, repairAdvice)
	}
	got, err := s.rootOf(n)
	if err != nil {
		return err
	}
	if got != root {
		return fmt.Errorf("%w: the root of its first %d lines is another; %s", fault, n, repairAdvice)
	}
	return nil
}

// openNote returns the lines of a note with this head. Its signature is not checked if v is
// nil.
func openNote(text []byte, head string, v note.Verifier, fault error) ([]string, error) {
	var body string
	if v == nil {
		_, err := note.Open(text, note.VerifierList())
		unverified := (*note.UnverifiedNoteError)(nil)
		if !errors.As(err, &unverified) {
			return nil, fmt.Errorf("%w: %w", fault, err)
		}
		body = unverified.Note.Text
	} else {
		signed, err := note.Open(text, note.VerifierList(v))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", fault, err)
		}
		body = signed.Text
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if lines[0] != head {
		return nil, fmt.Errorf("%w: it starts with %q; expected %q", fault, lines[0], head)
	}
	return lines, nil
}

// openCheckpoint reads a checkpoint: a note with the origin, the number of lines and the root.
func openCheckpoint(text []byte, v note.Verifier) (n int, root tlog.Hash, err error) {
	lines, err := openNote(text, origin, v, errCheckpoint)
	if err != nil {
		return 0, root, err
	}
	if len(lines) != 3 {
		return 0, root, fmt.Errorf("%w: it has %d lines; expected 3", errCheckpoint, len(lines))
	}
	if n, root, err = sizeAndRoot(lines[1], lines[2]); err != nil {
		err = fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	return n, root, err
}

func sizeAndRoot(size, sum string) (n int, root tlog.Hash, err error) {
	n, err = strconv.Atoi(size)
	if err != nil || n < 0 || strconv.Itoa(n) != size {
		return 0, root, fmt.Errorf("a size of %q; expected a number of lines", size)
	}
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || len(raw) != len(root) {
		return 0, root, fmt.Errorf("a root of %q; expected %d bytes in base64", sum, len(root))
	}
	copy(root[:], raw)
	return n, root, nil
}

func rootText(root tlog.Hash) string { return base64.StdEncoding.EncodeToString(root[:]) }

// sign writes a note of lines, signed.
func (s *store) sign(file string, lines ...string) error {
	signed, err := note.Sign(&note.Note{Text: strings.Join(lines, "\n") + "\n"}, s.key.checkpoints)
	if err != nil {
		return err
	}
	return s.put(file, signed)
}

// checkpoint writes the checkpoint of the log, which this run has verified or made.
func (s *store) checkpoint() error {
	root, err := s.rootOf(len(s.lines))
	if err != nil {
		return err
	}
	return s.sign("checkpoint", origin, strconv.Itoa(len(s.lines)), rootText(root))
}

// announce says, signed, which lines are to be added to the first so many.
func (s *store) announce(from int) error {
	root, err := s.rootOf(from)
	if err != nil {
		return err
	}
	return s.sign("pending", append([]string{pendingHead, strconv.Itoa(from), rootText(root)}, s.lines[from:]...)...)
}

// finish adds the lines that a run announced and did not finish. Without such an
// announcement the log has to end where its checkpoint, of n lines, does.
func (s *store) finish(n int, root tlog.Hash) error {
	more := append(s.text(n), s.tail...)
	text, err := s.file("pending")
	if errors.Is(err, fs.ErrNotExist) {
		return s.ends(n)
	}
	if err != nil {
		return err
	}
	lines, err := openNote(text, pendingHead, s.key.verifier, errPending)
	if err != nil {
		return err
	}
	if len(lines) < 4 {
		return fmt.Errorf("%w: there are no lines", errPending)
	}
	from, before, err := sizeAndRoot(lines[1], lines[2])
	if err != nil {
		return fmt.Errorf("%w: %w", errPending, err)
	}
	announced := []byte(strings.Join(lines[3:], "\n") + "\n")
	switch {
	case from == n && before == root && bytes.HasPrefix(announced, more):
	case from+len(lines)-3 == n && bytes.Equal(s.text(from), announced) && len(s.tail) == 0:
		return s.root.Remove("pending") // all was done but this
	default:
		return fmt.Errorf("%w: the checkpoint has %d lines, and the log %d bytes more; %s", errPending, n, len(more), repairAdvice)
	}
	for _, line := range lines[3+len(s.lines)-n:] {
		if err := s.append(line); err != nil {
			return err
		}
	}
	for _, line := range lines[3:] {
		if _, err := s.load(line); err != nil {
			return err
		}
		if _, err := s.packed(transcriptIn(line)); err != nil {
			return err
		}
	}
	s.tail = nil
	return s.complete(announced[len(more):])
}

// ends reports whether the log ends after n lines.
func (s *store) ends(n int) error {
	if extra := len(s.text(n)) + len(s.tail); extra > 0 {
		return fmt.Errorf("%w: it goes on for %d bytes after the %d lines of the checkpoint, which no run has signed; restore the store from a copy, or cut them off (head -n %d log) and take away the statements that verify then reports", errLog, extra, n, n)
	}
	return nil
}

// since compares the log with an earlier checkpoint.
func (s *store) since(path string, v note.Verifier) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	n, root, err := openCheckpoint(text, v)
	if err != nil {
		return err
	}
	return s.holds(n, root, errRollback)
}
