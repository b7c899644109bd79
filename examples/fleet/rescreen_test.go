// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRescreen applies newer releases, an older one and a custom denylist to what was screened.
func TestRescreen(t *testing.T) {
	c := serve(t)
	bids := filepath.Join("..", "..", "testdata", "bids")
	contains(t, fleet(t, exitUnread, "rescreen", "-quiet", "2018.06.13"), "the tables have no documents")
	fleet(t, exitOK, "submit", "-quiet", "-release", "2018.06.12", bids)
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, exitSeverer, "rescreen", "-quiet", "2018.06.13"), "of 9 documents in the tables, 0 have a record under it", "1 delta statement written", "from denylist release 2018.06.12", "→", "Kaspersky")
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, exitOK, "audit", "-signatures", "-log"), "on 9 documents")
	contains(t, fleet(t, 1, "find", "-release", "2018.06.13"), "Kaspersky", "searched the records on 9 documents")
	// Again, and back: nothing is left to do, and what changed is printed again.
	contains(t, fleet(t, exitSeverer, "rescreen", "-quiet", "2018.06.13"), "0 are screened again", "0 jobs queued", "Kaspersky")
	contains(t, fleet(t, exitOK, "rescreen", "-quiet", "2018.06.12"), "0 are screened again", "0 jobs queued", "Kaspersky")
	list := filepath.Join("..", "..", "testdata", "lists", "ministry")
	contains(t, fleet(t, -1, "rescreen", "-quiet", "-denylist", list), "+ministry")
	fleet(t, -1, "rescreen", "-quiet", "-buyer", "eu-institution", "2026.11.30")
	contains(t, fleet(t, exitUnread, "rescreen", "-quiet", "-detach", "-as-of", "2024-01-01", "2026.11.30"), "status -wait")
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, -1, "audit", "-signatures", "-log"), "on 9 documents")
	for _, args := range [][]string{{}, {"2018.06.13", "x"}, {"none"}, {"-denylist", list, "2018.06.13"}} {
		fleet(t, exitUsage, append([]string{"rescreen"}, args...)...)
	}
	// A delta statement that was changed is found.
	paths, err := filepath.Glob(filepath.Join(c.data, "bucket", "default", "deltas", "*", "*", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatal(len(paths), err)
	}
	data, err := os.ReadFile(paths[0])
	if err == nil {
		err = os.WriteFile(paths[0], []byte(strings.Replace(string(data), "a", "b", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	contains(t, fleet(t, 1, "audit", "-signatures"), "delta")
}
