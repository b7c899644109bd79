// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
)

// A store is a folder:
//
//	records/ab/abcd….intoto.json   a signed statement for each file, release and options
//	transcripts/ab/abcd….json.zst  what the documents in a file said, by its own digest
//	log                            a line for each statement: its digest, its name, and the
//	                               digest of the transcript
//	checkpoint                     a note: how many lines the log has, and their Merkle root
//	index.sqlite                   what the statements say, to ask; made of them at any time
//	tmp/                           what is being written
//	lock                           held while a program writes
//
// A statement is written before its line, and the line before the checkpoint: what a
// program that was killed left behind is taken up by the next, or written again.
type store struct {
	dir    string
	lines  []string       // of the log
	known  map[string]int // line by the name of the statement
	hashes hashes         // of the log's tree
	key    *signingKey
	unlock func()
}

// Faults of a store, for errors.Is.
var (
	errCheckpoint = errors.New("the checkpoint is not signed by the key")
	errLog        = errors.New("the log is not the one of the checkpoint")
	errMissing    = errors.New("a statement is gone")
	errTampered   = errors.New("a statement is not the one that was logged")
	errTranscript = errors.New("a transcript is not the one that was logged")
	errUnlogged   = errors.New("a statement is not in the log")
	errRollback   = errors.New("the log does not go on from the earlier checkpoint")
	errBusy       = errors.New("another program writes to the store")
)

// hashes are those of the tree over the lines of the log.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		if n >= int64(len(h)) {
			return nil, fmt.Errorf("hash %d of %d", n, len(h))
		}
		out[i] = h[n]
	}
	return out, nil
}

// openStore opens a store to write to, or makes one.
func openStore(dir string, key *signingKey) (*store, error) {
	for _, d := range []string{"records", "transcripts", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	s, err := takeUp(dir, key)
	if err != nil {
		unlock()
		return nil, err
	}
	s.unlock = unlock
	return s, nil
}

// takeUp reads a store, and finishes what a program that was killed left behind.
func takeUp(dir string, key *signingKey) (*store, error) {
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		return nil, err
	}
	for _, f := range left {
		if err := os.Remove(filepath.Join(dir, "tmp", f.Name())); err != nil {
			return nil, err
		}
	}
	s, err := readStore(dir)
	if err != nil {
		return nil, err
	}
	s.key = key
	// A line that was cut off is written again.
	if err := os.Truncate(s.path("log"), s.size()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if n, err := s.check(key.verifier); err != nil {
		return nil, err
	} else if n < len(s.lines) {
		return s, s.checkpoint() // it was killed between the two
	}
	return s, nil
}

func (s *store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// size is that of the whole lines of the log.
func (s *store) size() int64 {
	n := int64(0)
	for _, l := range s.lines {
		n += int64(len(l)) + 1
	}
	return n
}

var logLine = regexp.MustCompile(`^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{64}$`)

// A line has the digest of a statement, its name, and the digest of the transcript.
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

// readStore reads the log.
func readStore(dir string) (*store, error) {
	s := &store{dir: dir, known: make(map[string]int)}
	text, err := os.ReadFile(s.path("log"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for line := range strings.SplitSeq(strings.TrimSuffix(string(whole), "\n"), "\n") {
		if line == "" && len(whole) == 0 {
			break
		}
		if !logLine.MatchString(line) {
			return nil, fmt.Errorf("%w: line %d", errLog, len(s.lines)+1)
		}
		if err := s.append(line); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// append puts a line into memory.
func (s *store) append(line string) error {
	more, err := tlog.StoredHashes(int64(len(s.lines)), []byte(line), s.hashes)
	if err != nil {
		return err
	}
	s.hashes = append(s.hashes, more...)
	s.known[nameIn(line)] = len(s.lines)
	s.lines = append(s.lines, line)
	return nil
}

// check compares the log with its checkpoint, and returns how many lines that has.
func (s *store) check(v note.Verifier) (int, error) {
	text, err := os.ReadFile(s.path("checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		if len(s.lines) > batch { // no program that was killed leaves so many
			return 0, fmt.Errorf("%w: there is none", errCheckpoint)
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, root, err := openCheckpoint(text, v)
	if err != nil {
		return 0, err
	}
	return n, s.holds(n, root, errLog)
}

// holds reports whether the first n lines have this root.
func (s *store) holds(n int, root tlog.Hash, fault error) error {
	if n > len(s.lines) {
		return fmt.Errorf("%w: it has %d lines; the checkpoint %d", fault, len(s.lines), n)
	}
	got, err := tlog.TreeHash(int64(n), s.hashes)
	if err != nil {
		return err
	}
	if got != root {
		return fmt.Errorf("%w: the root of its first %d lines is another", fault, n)
	}
	return nil
}

// openCheckpoint reads a checkpoint: a note with the origin, the number of lines and the root.
func openCheckpoint(text []byte, v note.Verifier) (n int, root tlog.Hash, err error) {
	opened, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return 0, root, fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return 0, root, fmt.Errorf("%w: it is none of a store", errCheckpoint)
	}
	n, err = strconv.Atoi(lines[1])
	sum, sumErr := base64.StdEncoding.DecodeString(lines[2])
	if err = errors.Join(err, sumErr); err != nil || len(sum) != len(root) || n < 0 {
		return 0, root, fmt.Errorf("%w: %v", errCheckpoint, err)
	}
	copy(root[:], sum)
	return n, root, nil
}

// checkpoint writes the checkpoint of the log.
func (s *store) checkpoint() error {
	root, err := tlog.TreeHash(int64(len(s.lines)), s.hashes)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, len(s.lines), base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, s.key.checkpoints)
	if err != nil {
		return err
	}
	return s.put("checkpoint", signed)
}

// put writes a file whole or not at all.
func (s *store) put(name string, data []byte) error {
	f, err := os.CreateTemp(s.path("tmp"), "*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		to := s.path(filepath.FromSlash(name))
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.Rename(f.Name(), to)
		}
	}
	return err
}

// name is that of the statement on a file: it is the same for the same bytes, release and
// options.
func name(m *match.Matcher, digest string) string {
	o := m.Options()
	options, err := json.Marshal([]any{o.AsOf, o.Jurisdictions, o.RequireIdentity})
	if err != nil {
		panic(err) // strings and booleans
	}
	return sumOf(fmt.Appendf(nil, "%s\n%s\n%s\n", digest, m.Release().Digest(), options))
}

func recordFile(name string) string { return "records/" + name[:2] + "/" + name + ".intoto.json" }
func transcriptFile(digest string) string {
	return "transcripts/" + digest[:2] + "/" + digest + ".json.zst"
}

// An entry is what is written about one file.
type entry struct {
	path       string
	name       string
	digest     string // of the file
	record     []byte // the signed statement
	transcript []byte // nil if it is there
	said       string // the digest of the transcript
	report     *evidence.Report
}

// commit writes entries, in their order.
func (s *store) commit(entries []entry) error {
	var lines []byte
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
		line := lineOf(sumOf(e.record), e.name, e.said)
		if err := s.append(line); err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	if len(lines) == 0 {
		return nil
	}
	f, err := os.OpenFile(s.path("log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(lines)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return s.checkpoint()
}

// load reads the statement in a line of the log, and its report. Its digest is compared; its
// signature is not checked.
func (s *store) load(line string) ([]byte, *evidence.Report, error) {
	data, err := os.ReadFile(s.path(filepath.FromSlash(recordFile(nameIn(line)))))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %s", errMissing, nameIn(line))
	}
	if err != nil {
		return nil, nil, err
	}
	if sumOf(data) != statementIn(line) {
		return nil, nil, fmt.Errorf("%w: %s", errTampered, nameIn(line))
	}
	var envelope struct{ Payload []byte }
	var statement struct{ Predicate json.RawMessage }
	report := &evidence.Report{}
	err = json.Unmarshal(data, &envelope)
	if err == nil {
		err = json.Unmarshal(envelope.Payload, &statement)
	}
	if err == nil {
		err = json.Unmarshal(statement.Predicate, report)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", nameIn(line), err)
	}
	return data, report, nil
}

// Transcripts of the documents in a file, by their paths without the file's.
type transcripts map[string]*sbom.Transcript

var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0))
)

func (t transcripts) pack() ([]byte, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return packer.EncodeAll(text, nil), nil
}

// packed reads the transcript with a digest, as it is kept.
func (s *store) packed(digest string) ([]byte, error) {
	data, err := os.ReadFile(s.path(filepath.FromSlash(transcriptFile(digest))))
	if errors.Is(err, fs.ErrNotExist) || err == nil && sumOf(data) != digest {
		return nil, fmt.Errorf("%w: %s", errTranscript, digest)
	}
	return data, err
}

func (s *store) transcripts(digest string) (transcripts, error) {
	packed, err := s.packed(digest)
	if err != nil {
		return nil, err
	}
	text, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	t := make(transcripts)
	return t, json.Unmarshal(text, &t)
}
