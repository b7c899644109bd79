// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/match/evidence"
)

// A store is a folder:
//
//	records/ab/abcd….intoto.json   a signed statement for each file, release and options
//	transcripts/ab/abcd….json.zst  the snapshots of the documents in a file, by its digest
//	log                            a line for each statement: its digest, its name, and the
//	                               digest of the transcript
//	checkpoint                     a signed note: the number of lines in the log, and their
//	                               Merkle root; 0 lines in a new store
//	pending                        a signed note while lines are added: the checkpoint
//	                               before, and the lines
//	index.sqlite                   the content of the statements, to search; it can be made
//	                               again at any time
//	index.sqlite.note              a signed note: the log that the index belongs to, and its
//	                               digest
//	tmp/                           files that are being written
//	lock                           held while a program writes
//
// Somebody who can write to the folder but does not have the key must not get anything
// signed. So a run adds to the log on disk only if it is the log of the signed checkpoint.
// It takes over lines of an interrupted run only if the signed note pending has them.
//
// Statements are written before pending, pending before the log, the log before the
// checkpoint. So the next run can finish what an interrupted run left, or write it again.
//
// No folder or file of a store may be a symbolic link.
type store struct {
	dir     string
	root    *os.Root
	lines   []string        // of the log
	known   map[string]int  // lines by the names of the statements
	hashes  hashes          // of the Merkle tree of the log
	tail    []byte          // of the log, after its complete lines
	made    map[int]made    // rows of the statements of this run, by line, until the index has them
	folders map[string]bool // folders that exist and are not links
	key     *checkpoint.Key // nil if the store is only read
	verify  dsse.Verifier   // of statements; nil if no key was given
	unlock  func()
}

// Errors of a store, for errors.Is.
var (
	errCheckpoint = errors.New("the checkpoint is not signed by the key")
	errLog        = errors.New("the log does not match its checkpoint")
	errPending    = errors.New("the lines of an interrupted run are not the ones that it signed")
	errMissing    = errors.New("a statement is missing")
	errTampered   = errors.New("a statement is not the one in the log")
	errName       = errors.New("a statement is in the log with the name of another file, release or options")
	errTranscript = errors.New("a transcript is not the one in the log")
	errUnlogged   = errors.New("a statement is not in the log")
	errRollback   = errors.New("the log does not continue the earlier checkpoint")
	errIndex      = errors.New("the index does not belong to the log")
	errNotPlain   = errors.New("not a regular file or folder; links are not allowed in a store")
	errBusy       = errors.New("another program is writing to the store")
)

// hashes are the hashes of the Merkle tree of the log, see [tlog.HashReader].
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		if n >= int64(len(h)) {
			return nil, fmt.Errorf("there is no hash %d; the log has %d", n, len(h))
		}
		out[i] = h[n]
	}
	return out, nil
}

// openStore opens a store for writing. An empty or missing folder becomes a new store, with a
// signed checkpoint of no lines.
func openStore(dir string, key *checkpoint.Key) (s *store, created bool, err error) {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, false, err
		}
	}
	if s, err = storeAt(dir); err != nil {
		return nil, false, err
	}
	s.key, s.verify = key, key.StatementVerifier
	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		s.root.Close()
		return nil, false, err
	}
	s.unlock = func() {
		unlock()
		s.root.Close()
	}
	created, err = s.create()
	if err == nil {
		err = s.resume()
	}
	if err != nil {
		s.unlock()
		return nil, false, err
	}
	return s, created, nil
}

// storeAt opens the folder of a store, and checks that it contains no links. It reads no file.
func storeAt(dir string) (*store, error) {
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: %w; expected the folder itself", dir, errNotPlain)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	for _, e := range entries {
		if !e.IsDir() && !e.Type().IsRegular() {
			err = errors.Join(err, fmt.Errorf("%s: %w", filepath.Join(dir, e.Name()), errNotPlain))
		}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return &store{dir: dir, root: root, known: make(map[string]int), made: make(map[int]made), folders: make(map[string]bool)}, nil
}

// create makes a store of an empty folder. A folder is empty also if it has only a lock and files
// in tmp, which a program leaves if it is killed here.
func (s *store) create() (bool, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return false, err
	}
	empty, exists := true, false
	for _, e := range entries {
		empty = empty && (e.Name() == "tmp" || e.Name() == "lock" || strings.HasPrefix(e.Name(), "lock-"))
		exists = exists || e.Name() == "checkpoint"
	}
	if !empty && !exists {
		return false, fmt.Errorf("%w: it is missing, but the folder is not empty; restore the store from a copy, or start a new one in another folder", errCheckpoint)
	}
	if err := s.clear(); err != nil || exists {
		return false, err
	}
	return true, s.checkpoint()
}

// folder makes a folder of the store if it does not exist. A link to a folder is an error.
func (s *store) folder(name string) error {
	if s.folders[name] {
		return nil
	}
	if err := s.root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := s.root.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s: %w", s.path(name), errNotPlain)
	}
	s.folders[name] = err == nil
	return err
}

// resume reads the store, and finishes what an interrupted run left.
func (s *store) resume() error {
	n, root, err := s.read(s.key.NoteVerifier)
	if err != nil {
		return err
	}
	return s.finish(n, root)
}

// clear removes the files that an interrupted run was writing.
func (s *store) clear() error {
	if err := s.folder("tmp"); err != nil {
		return err
	}
	left, err := fs.ReadDir(s.root.FS(), "tmp")
	for _, f := range left {
		err = errors.Join(err, s.root.Remove("tmp/"+f.Name()))
	}
	return err
}

func (s *store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// file reads a file of the store. A link is an error, also in the folders above the file.
func (s *store) file(name string) ([]byte, error) {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := s.root.Lstat(name[:i])
		if err != nil {
			return nil, err
		}
		if i == len(name) && !info.Mode().IsRegular() || i < len(name) && !info.IsDir() {
			return nil, fmt.Errorf("%s: %w", s.path(name[:i]), errNotPlain)
		}
	}
	return s.root.ReadFile(name)
}

var logLine = lazyregexp.New(`^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{64}$`)

// lineOf returns the line of a statement: its digest, its name, and the digest of the transcript.
func lineOf(statement, name, transcript string) string {
	return statement + " " + name + " " + transcript
}
func statementIn(line string) string  { return line[:64] }
func nameIn(line string) string       { return line[65:129] }
func transcriptIn(line string) string { return line[130:] }

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readLog reads the log, and checks the lines, in which no name may be repeated.
func (s *store) readLog() error {
	text, err := s.file("log")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	s.tail = text[len(whole):]
	for line := range strings.Lines(string(whole)) {
		if err := s.append(strings.TrimSuffix(line, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// append adds a line to the log in memory.
func (s *store) append(line string) error {
	n := len(s.lines)
	if !logLine.MatchString(line) {
		return fmt.Errorf("%w: line %d is not a line of a log", errLog, n+1)
	}
	if before, twice := s.known[nameIn(line)]; twice {
		return fmt.Errorf("%w: line %d has the name of line %d", errLog, n+1, before+1)
	}
	more, err := tlog.StoredHashes(int64(n), []byte(line), s.hashes)
	if err != nil {
		return err
	}
	s.hashes = append(s.hashes, more...)
	s.known[nameIn(line)] = n
	s.lines = append(s.lines, line)
	return nil
}

// put writes a file completely or not at all.
func (s *store) put(name string, data []byte) error {
	temporary := "tmp/" + strings.ReplaceAll(name, "/", "_")
	f, err := s.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	for _, dir := range []string{path.Dir(path.Dir(name)), path.Dir(name)} {
		if dir != "." {
			if err := s.folder(dir); err != nil {
				return err
			}
		}
	}
	return s.root.Rename(temporary, name)
}

// An entry is what the store gets about one file.
type entry struct {
	path       string
	name       string
	digest     string // of the file
	record     []byte // the signed statement
	transcript []byte // nil if the store has it
	said       string // the digest of the transcript
	report     *evidence.Report
}

// commit writes entries, in their order.
func (s *store) commit(entries []entry) error {
	from := len(s.lines)
	for _, e := range entries {
		if _, ok := s.known[e.name]; ok {
			continue
		}
		if e.transcript != nil {
			if err := s.put(transcriptFile(e.said), e.transcript); err != nil {
				return err
			}
		}
		if err := s.put(recordFile(e.name), e.record); err != nil {
			return err
		}
		record, found, err := rows(len(s.lines), e.name, e.report)
		if err == nil {
			err = s.append(lineOf(sumOf(e.record), e.name, e.said))
		}
		if err != nil {
			return err
		}
		s.made[len(s.lines)-1] = made{record, found}
	}
	if len(s.lines) == from {
		return nil
	}
	if err := s.announce(from); err != nil {
		return err
	}
	return s.complete(s.text(from))
}

// text returns the text of the log after its first lines.
func (s *store) text(from int) []byte {
	var b bytes.Buffer
	for _, line := range s.lines[from:] {
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

// complete adds the text of announced lines to the log, signs the log, and removes the
// announcement.
func (s *store) complete(text []byte) error {
	f, err := s.root.OpenFile("log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := s.checkpoint(); err != nil {
		return err
	}
	return s.root.Remove("pending")
}
