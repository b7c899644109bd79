// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// The first lines of the signed notes in a store, which differ so that no note can replace
// another.
const (
	origin       = "clause76.store" // of checkpoints, and the name of the key
	pendingHead  = "clause76.store pending"
	indexHead    = "clause76.store index"
	repairAdvice = "restore the store from a copy, or screen the files into a new store"
)

// read reads the checkpoint and the log, and compares them. It does not check the signature if v
// is nil. The log can have more lines than the checkpoint.
func (s *store) read(v note.Verifier) (n int, root tlog.Hash, err error) {
	text, err := s.file("checkpoint") // before the log, to which another program may be adding
	if errors.Is(err, fs.ErrNotExist) {
		return 0, root, fmt.Errorf("%w: it is missing; %s", errCheckpoint, repairAdvice)
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

// rootOf returns the Merkle root of the first n lines.
func (s *store) rootOf(n int) (tlog.Hash, error) { return tlog.TreeHash(int64(n), s.hashes) }

// holds returns the error fault if the first n lines do not have this root.
func (s *store) holds(n int, root tlog.Hash, fault error) error {
	if n > len(s.lines) {
		return fmt.Errorf("%w: it has %d lines, and the checkpoint %d; %s", fault, len(s.lines), n, repairAdvice)
	}
	got, err := s.rootOf(n)
	if err != nil {
		return err
	}
	if got != root {
		return fmt.Errorf("%w: its first %d lines have another root; %s", fault, n, repairAdvice)
	}
	return nil
}

// openNote returns the lines of a signed note that starts with this head. It does not check the
// signature if v is nil.
func openNote(text []byte, head string, v note.Verifier, fault error) ([]string, error) {
	lines, err := checkpoint.Open(text, head, v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", fault, err)
	}
	return lines, nil
}

// openCheckpoint reads a checkpoint: a note with the origin, the number of lines in the log and
// their root.
func openCheckpoint(text []byte, v note.Verifier) (n int, root tlog.Hash, err error) {
	lines, err := openNote(text, origin, v, errCheckpoint)
	if err != nil {
		return 0, root, err
	}
	if len(lines) != 3 {
		return 0, root, fmt.Errorf("%w: it has %d lines; expected 3", errCheckpoint, len(lines))
	}
	if n, root, err = checkpoint.Tree(lines[1], lines[2]); err != nil {
		err = fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	return n, root, err
}

// sign writes a signed note with these lines.
func (s *store) sign(file string, lines ...string) error {
	signed, err := checkpoint.Sign(s.key.Notes, lines...)
	if err != nil {
		return err
	}
	return s.put(file, signed)
}

// checkpoint writes the checkpoint of the log, which this run has verified or written.
func (s *store) checkpoint() error {
	root, err := s.rootOf(len(s.lines))
	if err != nil {
		return err
	}
	return s.sign("checkpoint", origin, strconv.Itoa(len(s.lines)), checkpoint.Root(root))
}

// announce signs a note with the lines that will be added after the first lines.
func (s *store) announce(from int) error {
	root, err := s.rootOf(from)
	if err != nil {
		return err
	}
	return s.sign("pending", append([]string{pendingHead, strconv.Itoa(from), checkpoint.Root(root)}, s.lines[from:]...)...)
}

// finish adds the lines that an interrupted run announced. Without an announcement, the log must
// end where its checkpoint of n lines does.
func (s *store) finish(n int, root tlog.Hash) error {
	more := append(s.text(n), s.tail...)
	text, err := s.file("pending")
	if errors.Is(err, fs.ErrNotExist) {
		return s.ends(n)
	}
	if err != nil {
		return err
	}
	lines, err := openNote(text, pendingHead, s.key.NoteVerifier, errPending)
	if err != nil {
		return err
	}
	if len(lines) < 4 {
		return fmt.Errorf("%w: no lines are announced", errPending)
	}
	from, before, err := checkpoint.Tree(lines[1], lines[2])
	if err != nil {
		return fmt.Errorf("%w: %w", errPending, err)
	}
	announced := []byte(strings.Join(lines[3:], "\n") + "\n")
	switch {
	case from == n && before == root && bytes.HasPrefix(announced, more):
		return s.finishLines(lines[3:], announced, len(s.lines)-n, len(more))
	case from+len(lines)-3 == n && bytes.Equal(s.text(from), announced) && len(s.tail) == 0:
		return s.root.Remove("pending") // the last step of a run
	}
	return fmt.Errorf("%w: the checkpoint has %d lines, and the log has %d bytes more; %s", errPending, n, len(more), repairAdvice)
}

// finishLines adds announced lines to the log, which has some of them, and the first bytes of
// their text. It checks that all statements and transcripts exist.
func (s *store) finishLines(lines []string, text []byte, hasLines, hasBytes int) error {
	for _, line := range lines[hasLines:] {
		if err := s.append(line); err != nil {
			return err
		}
	}
	for _, line := range lines {
		if _, err := s.load(line); err != nil {
			return err
		}
		if _, err := s.packed(transcriptIn(line)); err != nil {
			return err
		}
	}
	s.tail = nil
	return s.complete(text[hasBytes:])
}

// ends returns an error if the log does not end after n lines.
func (s *store) ends(n int) error {
	if extra := len(s.text(n)) + len(s.tail); extra > 0 {
		return fmt.Errorf("%w: %d bytes follow the %d lines of the checkpoint, and no run has signed them; restore the store from a copy, or remove them (head -n %d log) and then the statements that verify reports", errLog, extra, n, n)
	}
	return nil
}

// since checks that the log continues the one of an earlier checkpoint.
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
