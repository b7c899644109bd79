// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	_ "modernc.org/sqlite" // the driver, without C

	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// indexVersion is the version of the tables and of the content of their rows.
const indexVersion = "5"

const schema = `
CREATE TABLE records (line INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, release TEXT NOT NULL, asOf TEXT NOT NULL, audience TEXT NOT NULL, verdict TEXT NOT NULL, failed INTEGER NOT NULL, gaps INTEGER NOT NULL);
CREATE TABLE findings (seq INTEGER PRIMARY KEY, line INTEGER NOT NULL, document TEXT NOT NULL, id TEXT NOT NULL, vendor TEXT NOT NULL, verdict TEXT NOT NULL, force TEXT NOT NULL, tier TEXT NOT NULL, component TEXT NOT NULL, version TEXT NOT NULL, pointer TEXT NOT NULL);
CREATE INDEX findings_vendor ON findings (vendor);
CREATE INDEX records_digest ON records (digest);
`

// A record is the row of a statement.
type record struct {
	Line int

	Name, Digest, Release, AsOf, Audience, Verdict string // for Audience, see audience

	// Failed is the number of documents that were not read to their end. Gaps is the number of
	// things that were not screened, even if there are findings.
	Failed, Gaps int
}

// unscreened reports whether something was not screened, according to the statement.
func (r *record) unscreened() bool { return r.Failed > 0 || r.Gaps > 0 }

// A found row is that of a finding.
type found struct {
	Line                                                                    int
	Document, ID, Vendor, Verdict, Force, Tier, Component, Version, Pointer string
}

// isOlderThan reports whether the statement is by an older release than another one, or by the same
// release as of an earlier day. A rescreening with an old release comes later in the log, and says
// nothing about what the newer release has found.
func (r *record) isOlderThan(other *record) bool {
	if r.Release != other.Release {
		return r.Release < other.Release
	}
	return r.AsOf < other.AsOf
}

// rows returns the rows of the statement in a line of the log.
func rows(line int, name string, r *evidence.Report) (record, []found, error) {
	digest, err := digestIn(r)
	rec := record{line, name, digest, r.Denylist.Release, r.Denylist.AsOf, audience(r), r.Verdict.String(), 0, 0}
	for range r.NotScreened() {
		rec.Gaps++
	}
	if rec.Gaps == 0 && r.Unscreened() {
		rec.Gaps = 1 // a record of schema 1 does not name all gaps
	}
	var all []found
	for _, d := range r.Documents {
		if d.Error != nil {
			rec.Failed++
		}
		for _, f := range d.Findings {
			all = append(all, found{line, d.Path, f.ID, string(f.Vendor.ID), f.Verdict.String(), forceOf(&f.Finding), f.Tier.String(), f.Component.Name, f.Component.Version, f.Component.Location.Pointer})
		}
	}
	return rec, all, err
}

// forceOf returns whether a text that leads to the verdict of a finding binds those whom it speaks
// to, or only advises; "" for a finding without a text.
func forceOf(f *match.Finding) string {
	if len(f.Citations) == 0 {
		return ""
	}
	for i := range f.Citations {
		if c := &f.Citations[i]; c.Verdict == f.Verdict && c.Binds() {
			return "binding"
		}
	}
	return "not binding"
}

// A made pair is the rows of a statement of this run.
type made struct {
	record record
	found  []found
}

// An asker receives the rows of an index, or those of the statements. An error ends the reading.
type asker struct {
	record func(record) error
	found  func(found) error
}

// A digester computes the digest of an index from its rows in order.
type digester struct{ records, findings hash.Hash }

func newDigester() *digester { return &digester{sha256.New(), sha256.New()} }

func (d *digester) record(r record) error { return write(d.records, r) }
func (d *digester) found(f found) error   { return write(d.findings, f) }

func write(h hash.Hash, row any) error { return json.NewEncoder(h).Encode(row) }

func (d *digester) sum() string {
	return hex.EncodeToString(d.findings.Sum(d.records.Sum(nil)))
}

// lock takes a lock, which is released by unlock or when the program ends for any reason. It is
// the lock of a database, because that works the same on all systems.
func lock(path string) (unlock func(), err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err = db.Exec("BEGIN EXCLUSIVE"); err != nil {
		db.Close()
		return nil, fmt.Errorf("%w: %w", errBusy, err)
	}
	return func() { db.Close() }, nil
}

// signedIndex returns the digest of the index of the first n lines, according to the signed note.
// The digest is "" if there is no note, or one of another version.
func (s *store) signedIndex(v note.Verifier) (n int, digest string, err error) {
	text, err := s.file("index.sqlite.note")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	lines, err := openNote(text, indexHead, v, errIndex)
	if err != nil {
		return 0, "", err
	}
	if len(lines) != 5 {
		return 0, "", fmt.Errorf("%w: its note has %d lines; expected 5", errIndex, len(lines))
	}
	if lines[1] != indexVersion {
		return 0, "", nil
	}
	n, root, err := checkpoint.Tree(lines[2], lines[3])
	if err != nil {
		return 0, "", fmt.Errorf("%w: %w", errIndex, err)
	}
	return n, lines[4], s.holds(n, root, errIndex)
}

// index adds the new lines of the log to the index, and signs it. An index that differs from the
// signed one, or cannot be read, is made again from the statements.
func (s *store) index(ctx context.Context) error {
	n, want, err := s.signedIndex(s.key.NoteVerifier)
	if err == nil && want != "" {
		d := newDigester()
		if err = s.rowsOf(ctx, asker{d.record, d.found}); err == nil && d.sum() == want {
			if n == len(s.lines) {
				return nil
			}
			if err = s.addRows(ctx, n, d); err == nil {
				return s.signIndex(d)
			}
		}
	}
	if err := s.dropIndex(); err != nil {
		return err
	}
	d := newDigester()
	if err := s.addRows(ctx, 0, d); err != nil {
		return err
	}
	if want != "" && n == len(s.lines) && d.sum() != want {
		return fmt.Errorf("%w: its digest should be %s, but %s was signed", errIndex, d.sum(), want)
	}
	return s.signIndex(d)
}

// dropIndex removes the index. The note about it stays until a new one is signed.
func (s *store) dropIndex() error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := s.root.Remove("index.sqlite" + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// signIndex writes the signed note about the index.
func (s *store) signIndex(d *digester) error {
	root, err := s.rootOf(len(s.lines))
	if err != nil {
		return err
	}
	return s.sign("index.sqlite.note", indexHead, indexVersion, strconv.Itoa(len(s.lines)), checkpoint.Root(root), d.sum())
}

func (s *store) openIndex() (*sql.DB, error) {
	db, err := sql.Open("sqlite", s.path("index.sqlite"))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// addRows adds the rows of the lines after the first lines to the index, and to a digest.
func (s *store) addRows(ctx context.Context, from int, d *digester) error {
	db, err := s.openIndex()
	if err != nil {
		return err
	}
	defer db.Close()
	if from == 0 {
		if _, err := db.ExecContext(ctx, schema); err != nil {
			return err
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.Prepare("INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	finding, err := tx.Prepare("INSERT INTO findings VALUES (NULL,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	err = s.statements(ctx, from, asker{
		func(r record) error {
			_, err := insert.Exec(r.Line, r.Name, r.Digest, r.Release, r.AsOf, r.Audience, r.Verdict, r.Failed, r.Gaps)
			return errors.Join(err, d.record(r))
		},
		func(f found) error {
			_, err := finding.Exec(f.Line, f.Document, f.ID, f.Vendor, f.Verdict, f.Force, f.Tier, f.Component, f.Version, f.Pointer)
			return errors.Join(err, d.found(f))
		},
	})
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	clear(s.made)
	return nil
}

// statements gives an asker the rows of the statements in the lines after the first lines.
func (s *store) statements(ctx context.Context, from int, a asker) error {
	for i := from; i < len(s.lines); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, ok := s.made[i]
		if !ok {
			r, err := s.load(s.lines[i])
			if err != nil {
				return err
			}
			if m.record, m.found, err = rows(i, nameIn(s.lines[i]), r); err != nil {
				return err
			}
		}
		if err := a.record(m.record); err != nil {
			return err
		}
		for _, f := range m.found {
			if err := a.found(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf gives an asker all rows of the index. It does not use the indexes of the tables, which
// could differ from the rows that are digested. Only the digest shows whether the index is the
// signed one.
func (s *store) rowsOf(ctx context.Context, a asker) error {
	if _, err := s.root.Lstat("index.sqlite"); err != nil {
		return err // opening a missing database would create it
	}
	db, err := s.openIndex()
	if err != nil {
		return err
	}
	defer db.Close()
	each := func(query string, row func(*sql.Rows) error) error {
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	// A view can have any number of rows, and a trigger can change them.
	err = each("SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index')", func(rows *sql.Rows) error {
		return fmt.Errorf("%w: it has views or triggers", errIndex)
	})
	if err != nil {
		return err
	}
	err = each("SELECT line, name, digest, release, asOf, audience, verdict, failed, gaps FROM records NOT INDEXED ORDER BY line", func(rows *sql.Rows) error {
		var r record
		if err := rows.Scan(&r.Line, &r.Name, &r.Digest, &r.Release, &r.AsOf, &r.Audience, &r.Verdict, &r.Failed, &r.Gaps); err != nil {
			return err
		}
		return a.record(r)
	})
	if err != nil {
		return err
	}
	return each("SELECT line, document, id, vendor, verdict, force, tier, component, version, pointer FROM findings NOT INDEXED ORDER BY seq", func(rows *sql.Rows) error {
		var f found
		if err := rows.Scan(&f.Line, &f.Document, &f.ID, &f.Vendor, &f.Verdict, &f.Force, &f.Tier, &f.Component, &f.Version, &f.Pointer); err != nil {
			return err
		}
		return a.found(f)
	})
}

// unscreened counts, of the statements with these names, those about a file with a document that
// could not be screened, and those about another file of which a part was not screened.
func (s *store) unscreened(ctx context.Context, names []string) (failed, partly int, err error) {
	known := make(map[string]record)
	err = s.rowsOf(ctx, asker{
		func(r record) error { known[r.Name] = r; return nil },
		func(found) error { return nil },
	})
	for _, name := range names {
		switch r, ok := known[name]; {
		case !ok:
			err = errors.Join(err, fmt.Errorf("%w: it does not have the statement %s", errIndex, name))
		case r.Failed > 0:
			failed++
		case r.unscreened():
			partly++
		}
	}
	return failed, partly, err
}
