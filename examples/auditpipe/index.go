// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	_ "modernc.org/sqlite" // the driver, without C

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

const schema = `
CREATE TABLE IF NOT EXISTS meta (lines INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS records (line INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, release TEXT NOT NULL, asOf TEXT NOT NULL, verdict TEXT NOT NULL, failed INTEGER NOT NULL, malformed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS findings (line INTEGER NOT NULL, document TEXT NOT NULL, id TEXT NOT NULL, vendor TEXT NOT NULL, verdict TEXT NOT NULL, tier TEXT NOT NULL, component TEXT NOT NULL, version TEXT NOT NULL, pointer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS findings_vendor ON findings (vendor);
CREATE INDEX IF NOT EXISTS records_digest ON records (digest);
`

// lock holds a lock until it is given back or the program ends, however that is: it is that of
// a database, which works alike on all systems.
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

// openIndex opens the index of a store.
func (s *store) openIndex() (*sql.DB, error) {
	db, err := sql.Open("sqlite", s.path("index.sqlite"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err = db.Exec(schema); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// index takes the lines of the log into the index that it does not have. An index that cannot
// be read, or that has more than the log, is made anew.
func (s *store) index() error {
	err := s.takeIn()
	if err == nil {
		return nil
	}
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(s.path("index.sqlite" + end))
	}
	return s.takeIn()
}

func (s *store) takeIn() error {
	db, err := s.openIndex()
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	n := 0
	if err := tx.QueryRow("SELECT lines FROM meta").Scan(&n); errors.Is(err, sql.ErrNoRows) {
		_, err = tx.Exec("INSERT INTO meta VALUES (0)")
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if n > len(s.lines) {
		return fmt.Errorf("the index has %d lines, the log %d", n, len(s.lines))
	}
	record, err := tx.Prepare("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	finding, err := tx.Prepare("INSERT INTO findings VALUES (?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	for ; n < len(s.lines); n++ {
		_, r, err := s.load(s.lines[n])
		if err != nil {
			return err
		}
		failed := 0
		for _, d := range r.Documents {
			if d.Error != nil {
				failed++
			}
		}
		if _, err := record.Exec(n, nameIn(s.lines[n]), digestIn(r), r.Denylist.Release, r.Denylist.AsOf, r.Verdict, failed, r.Coverage.Malformed); err != nil {
			return err
		}
		for _, d := range r.Documents {
			for _, f := range d.Findings {
				if _, err := finding.Exec(n, d.Path, f.ID, f.Vendor.ID, f.Verdict, f.Tier, f.Component.Name, f.Component.Version, f.Component.Location.Pointer); err != nil {
					return err
				}
			}
		}
	}
	if _, err := tx.Exec("UPDATE meta SET lines = ?", n); err != nil {
		return err
	}
	return tx.Commit()
}

// unscreened counts the statements with these names that are on files with a document that
// could not be screened, and on others of which a part could not be read.
func (s *store) unscreened(names []string) (failed, malformed int, err error) {
	db, err := s.openIndex()
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	rows, err := db.Query("SELECT name, failed FROM records WHERE failed > 0 OR malformed > 0")
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	known := make(map[string]int)
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return 0, 0, err
		}
		known[name] = n
	}
	for _, name := range names {
		switch n, ok := known[name]; {
		case n > 0:
			failed++
		case ok:
			malformed++
		}
	}
	return failed, malformed, rows.Err()
}

// findCommand lists the documents with findings of a vendor, by the newest statement on each.
func findCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || c.vendor == "" || len(c.paths) > 0 {
		return exitUsage, usageError("give the folder of the store with -store and a vendor with -vendor, and no path")
	}
	if denylist.Current().Register().Vendor(vendors.ID(c.vendor)) == nil {
		return exitUsage, usageError("no vendor has the id %q", c.vendor)
	}
	if _, err := os.Stat(c.store); err != nil {
		return exitUnread, err
	}
	s, err := readStore(c.store)
	if err != nil {
		return exitUnread, err
	}
	if err := s.index(); err != nil {
		return exitUnread, err
	}
	db, err := s.openIndex()
	if err != nil {
		return exitUnread, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT f.verdict, f.tier, f.component, f.version, f.document, r.release FROM findings f JOIN records r ON r.line = f.line
		WHERE f.vendor = ? AND r.line = (SELECT max(line) FROM records WHERE digest = r.digest) AND (? = '' OR r.release = ?)
		ORDER BY f.document, f.pointer, f.id`, c.vendor, c.denylist, c.denylist)
	if err != nil {
		return exitUnread, err
	}
	defer rows.Close()
	out := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	n := 0
	for rows.Next() {
		var verdict, tier, component, version, document, release string
		if err := rows.Scan(&verdict, &tier, &component, &version, &document, &release); err != nil {
			return exitUnread, err
		}
		if n++; n == 1 {
			fmt.Fprintln(out, "VERDICT\tTIER\tPART\tDOCUMENT\tDENYLIST")
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", verdict, tier, plain(component+" "+version), plain(document), release)
	}
	if err := errors.Join(rows.Err(), out.Flush()); err != nil {
		return exitUnread, err
	}
	unread := 0
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM records r WHERE (failed > 0 OR malformed > 0)
		AND r.line = (SELECT max(line) FROM records WHERE digest = r.digest) AND (? = '' OR r.release = ?)`, c.denylist, c.denylist).Scan(&unread)
	if err != nil {
		return exitUnread, err
	}
	if unread > 0 {
		fmt.Fprintf(c.stderr, "auditpipe: %d files could not be screened in whole: what could not be read of them could be the vendor's\n", unread)
	}
	switch {
	case n > 0:
		return exitFound, nil
	case unread > 0:
		return exitUnread, nil
	}
	return exitOK, nil
}
