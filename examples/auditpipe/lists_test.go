// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// signed screens a file with a release and writes a signed statement.
func signed(t *testing.T, release *denylist.Release, file, private, to string) {
	t.Helper()
	m, err := match.New(release, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "test", match.Review)
	r.Finish(screen.Run(t.Context(), m, screen.Collect([]string{file}), nil))
	pem, err := os.ReadFile(private)
	if err != nil {
		t.Fatal(err)
	}
	var signer dsse.Signer
	if signer, err = keys.LoadSigner(pem); err != nil {
		t.Fatal(err)
	}
	data, err := r.Sign(t.Context(), signer)
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, string(data))
}

// A statement by a custom list is verified with the folder of the list, and one by a release that
// is not in the program with its file. Another list does not do.
func TestVerifyWithAList(t *testing.T) {
	private, public := keyFiles(t)
	dir := t.TempDir()
	file, list, release := filepath.Join(dir, "a.json"), filepath.Join(dir, "ministry"), filepath.Join(dir, "2099.01.01.json")
	own, foreign := filepath.Join(dir, "own.intoto.json"), filepath.Join(dir, "foreign.intoto.json")
	put(t, file, listedBOM)
	if err := os.CopyFS(list, os.DirFS("../../testdata/lists/ministry")); err != nil {
		t.Fatal(err)
	}
	custom, err := author.Load(os.DirFS(list), denylist.Current())
	if err != nil {
		t.Fatal(err)
	}
	signed(t, custom, file, private, own)
	data, err := os.ReadFile("../../match/denylist/data/releases/2018.06.13.json")
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte(`"release": "2018.06.13"`), []byte(`"release": "2099.01.01"`), 1)
	put(t, release, string(data))
	later, err := denylist.Parse("2099.01.01", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed(t, later, file, private, foreign)
	verify := func(name string, status int, want string, args ...string) {
		t.Helper()
		got, out, stderr := audit(t, "", append([]string{"verify", "-key", public}, args...)...)
		if got != status || !strings.Contains(out+stderr, want) {
			t.Errorf("%s: status %d, want %d and %q\n%s%s", name, got, status, want, out, stderr)
		}
	}
	const same = "screened again: the same, byte for byte"
	verify("a custom list", exitOK, same, "-denylist", list, own)
	verify("no list", exitNotAgain, "with -denylist", own)
	verify("the file of a release", exitOK, same, "-denylist", release, foreign)
	verify("no file of a release", exitNotAgain, "with -denylist", foreign)
	verify("a list for a release", exitNotAgain, "which is no custom list", "-denylist", list, foreign)
	verify("a release for a list", exitNotAgain, "not screened again: -denylist", "-denylist", release, own)
	verify("no such file", exitNotAgain, "not screened again: -denylist", "-denylist", filepath.Join(dir, "none"), own)
	verify("a store", exitUsage, "-denylist is for screening files again", "-denylist", list, "-store", dir)
	order := filepath.Join(list, "instruments", "xx-order-7.json")
	text, err := os.ReadFile(order)
	if err != nil {
		t.Fatal(err)
	}
	put(t, order, strings.Replace(string(text), "Order 7 on office equipment", "Order 7 on equipment", 1))
	verify("a changed list", exitNotAgain, "the record has", "-denylist", list, own)
}
