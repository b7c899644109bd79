// SPDX-License-Identifier: Apache-2.0

//go:build cgo

package duckdb

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// write writes a file of a table, as a compactor places it.
func write[T table.Row](t *testing.T, path string, rows ...T) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := table.NewWriter[T](f)
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDuckDBReadsTheTables runs the queries of the README.
func TestDuckDBReadsTheTables(t *testing.T) {
	dir := t.TempDir()
	for part, release := range []string{"2018.06.13", "2024.07.24", "our list: 1"} {
		folder := filepath.Join(dir, "findings", "release="+map[bool]string{true: release, false: "our%20list%3A%201"}[part < 2])
		write(t, filepath.Join(folder, "part-00000001.parquet"),
			table.Finding{Document: "d1", Record: fmt.Sprint("r1", part), Release: release, Generation: int32(part), Vendor: "kaspersky", Verdict: "ban", Component: "ключ", Index: 1},
			table.Finding{Document: "d2", Record: fmt.Sprint("r2", part), Release: release, Generation: int32(part), Vendor: "zte", Verdict: "review"})
		write(t, filepath.Join(dir, "documents", "release="+release, "part-00000001.parquet"),
			table.Document{Document: "d1", Release: release, Name: "a.json", Bytes: 1 << 40, Crashed: part == 1})
	}
	write(t, filepath.Join(dir, "claims", "part-00000001.parquet"), table.Claim{Role: "component", Kind: "name", Value: "x", Document: "d1"})
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]string{
		`SELECT count(*) FROM '` + dir + `/findings/*/*.parquet'`:                                                                         "6",
		`SELECT count(*) FROM '` + dir + `/findings/*/*.parquet' WHERE vendor = 'kaspersky' AND component = 'ключ'`:                       "3",
		`SELECT count(*) FROM read_parquet('` + dir + `/findings/*/*.parquet', hive_partitioning=false) WHERE release LIKE 'our list: _'`: "2",
		`SELECT count(DISTINCT release) FROM read_parquet('` + dir + `/documents/*/*.parquet', hive_partitioning=true)`:                   "3",
		`SELECT bytes FROM '` + dir + `/documents/*/*.parquet' WHERE crashed`:                                                             "1099511627776",
		`SELECT value FROM '` + dir + `/claims/*.parquet' WHERE role = 'component' AND kind = 'name'`:                                     "x",
		`SELECT max(generation) FROM '` + dir + `/findings/*/*.parquet'`:                                                                  "2",
		`SELECT value FROM parquet_kv_metadata('` + dir + `/claims/*.parquet') WHERE key = 'clause76.fleet.table'`:                        "claims",
	} {
		var got any
		if err := db.QueryRowContext(t.Context(), query).Scan(&got); err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if b, ok := got.([]byte); ok {
			got = string(b)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v; expected %s", query, got, want)
		}
	}
}
