// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
)

// Statements for different buyers or purposes have different names, those without both the name that
// they always had.
func TestNameDependsOnTheBuyer(t *testing.T) {
	plain := evidence.Report{Denylist: evidence.Denylist{Digest: "h1:x", AsOf: "2026-11-30"}}
	names := map[string]string{name("d", &plain): "plain"}
	if want := sumOf([]byte("d\nh1:x\n[\"2026-11-30\",null,false]\n")); names[want] == "" {
		t.Errorf("the name without a buyer changed")
	}
	for what, change := range map[string]func(*evidence.Report){
		"buyer": func(r *evidence.Report) { r.Buyer = &denylist.Buyer{Name: "a", Title: "A", Codes: []string{"public"}} },
		"its codes": func(r *evidence.Report) {
			r.Buyer = &denylist.Buyer{Name: "a", Title: "A", Codes: []string{"eu.institutions"}}
		},
		"purpose":    func(r *evidence.Report) { r.Purpose = []string{"32420000"} },
		"other keys": func(r *evidence.Report) { r.Options.Keys = []string{"sha256:x"} },
	} {
		r := plain
		change(&r)
		if n := name("d", &r); names[n] != "" {
			t.Errorf("%s: the name of %s", what, names[n])
		} else {
			names[n] = what
		}
	}
}

// A store can have statements for several buyers on a file. Each command uses those for its buyer.
func TestBuyersInAStore(t *testing.T) {
	private, public := keyFiles(t)
	dir := t.TempDir()
	store, file := filepath.Join(dir, "store"), filepath.Join(dir, "a.json")
	put(t, file, listedBOM)
	run := func(want int, says string, args ...string) {
		t.Helper()
		status, out, stderr := audit(t, "", append(args, "-store", store)...)
		if status != want || !strings.Contains(out+stderr, says) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", args, status, want, says, out, stderr)
		}
	}
	screen := func(says string, args ...string) {
		t.Helper()
		status, out, stderr := audit(t, "", append(append([]string{"screen", "-store", store, "-key", private}, args...), file)...)
		if status != exitOK || !strings.Contains(stderr, says) {
			t.Errorf("%v: status %d\n%s%s", args, status, out, stderr)
		}
	}
	screen("1 new in the store", "-buyer", "private-company")
	screen("0 new in the store", "-buyer", "Private-company")
	// The statement is for a buyer to which few texts speak, and is no answer for others.
	run(exitUnread, "not searched: 1 file without a statement for no buyer in particular", "find", "-key", public, "-vendor", "kaspersky")
	screen("1 new in the store")
	run(exitFound, "ban", "find", "-key", public, "-vendor", "kaspersky")
	run(exitFound, "review", "find", "-key", public, "-vendor", "kaspersky", "-buyer", "private-company")
	run(exitUnread, "for the buyer eu-institution", "find", "-key", public, "-vendor", "kaspersky", "-buyer", "eu-institution")
	run(exitOK, "The buyer was not given, and is now eu-institution", "rescreen", "-key", private, "-buyer", "eu-institution")
	run(exitOK, "0 new in the store", "rescreen", "-key", private, "-buyer", "eu-institution")
	run(exitFound, "", "find", "-key", public, "-vendor", "kaspersky", "-buyer", "eu-institution")
	run(exitOK, "3 statements, all signed", "verify", "-key", public)
	run(exitUsage, "did you mean eu-institution?", "find", "-vendor", "kaspersky", "-buyer", "eu-institutions")
	run(exitUsage, "did you mean kaspersky?", "find", "-vendor", "kasperski")
}
