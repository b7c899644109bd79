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
)

const schema = `
CREATE TABLE IF NOT EXISTS meta (lines INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS records (line INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, release TEXT NOT NULL, asOf TEXT NOT NULL, verdict TEXT NOT NULL);
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
	record, err := tx.Prepare("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?)")
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
		if _, err := record.Exec(n, nameIn(s.lines[n]), digestIn(r), r.Denylist.Release, r.Denylist.AsOf, r.Verdict); err != nil {
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

// findCommand lists the documents with findings of a vendor, by the newest statement on each.
func findCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || c.vendor == "" || len(c.paths) > 0 {
		return exitUsage, usageError("give the folder of the store with -store and a vendor with -vendor, and no path")
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
	if n > 0 {
		return exitFound, nil
	}
	return exitOK, nil
}
