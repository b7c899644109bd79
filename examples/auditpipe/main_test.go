// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// TestMain makes the test program behave as auditpipe if a variable is set, so that a test can
// start it and kill it.
func TestMain(m *testing.M) {
	if os.Getenv("AUDITPIPE_TEST") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func keyFiles(t testing.TB) (private, public string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, public = filepath.Join(dir, "key.pem"), filepath.Join(dir, "key.pub")
	der, _ := x509.MarshalPKCS8PrivateKey(priv)
	put(t, private, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	der, _ = x509.MarshalPKIXPublicKey(pub)
	put(t, public, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	return private, public
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// bids writes n bills of materials. One in ten has a component of Kaspersky, and one of ZTE.
func bids(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		supplier := []string{"Acme", "Kaspersky Lab", "ZTE Corporation"}[map[int]int{1: 1, 2: 2}[i%10]]
		var parts []string
		for j := range 20 {
			parts = append(parts, fmt.Sprintf(`{"type":"library","name":"part-%d-%d","version":"1.%d","supplier":{"name":"Acme"},"purl":"pkg:npm/part-%d-%d@1.%d"}`, i, j, j, i, j, j))
		}
		put(t, filepath.Join(dir, fmt.Sprintf("%03d/bid-%05d.json", i/100, i)),
			fmt.Sprintf(`{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:00000000-0000-4000-8000-%012d","metadata":{"component":{"type":"device","name":"main","supplier":{"name":%q}}},"components":[%s]}`, i, supplier, strings.Join(parts, ",")))
	}
	return dir
}

func audit(t testing.TB, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// state returns the digest of each file of a store, except the index, because the bytes of an
// SQLite file can differ.
func state(t testing.TB, store string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(store, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "index.sqlite") || strings.HasPrefix(d.Name(), "lock") {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(store, p)
		all[filepath.ToSlash(rel)] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestScreenFindRescreenAndVerify(t *testing.T) {
	private, public := keyFiles(t)
	dir, store := bids(t, 30), filepath.Join(t.TempDir(), "store")
	put(t, filepath.Join(dir, "broken.json"), `{"bomFormat":"CycloneDX"`)
	status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, "-denylist", "2018.06.12", dir)
	if status != exitUnread || !strings.Contains(stderr, "31 files: 31 new") || !strings.Contains(stderr, "1 file could not be screened, and 0") {
		t.Fatalf("status %d, %s", status, stderr)
	}
	first := state(t, store)
	checkpoint, err := os.ReadFile(filepath.Join(store, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	earlier := filepath.Join(t.TempDir(), "checkpoint")
	put(t, earlier, string(checkpoint))
	// A second run, with a list of paths, changes nothing, and removes temporary files.
	put(t, filepath.Join(store, "tmp", "left"), "x")
	var list strings.Builder
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			fmt.Fprintln(&list, p)
		}
		return nil
	})
	if status, _, stderr := audit(t, list.String(), "screen", "-store", store, "-key", private, "-denylist", "2018.06.12", "-"); status != exitUnread || !strings.Contains(stderr, "0 new") {
		t.Errorf("status %d, %s", status, stderr)
	}
	if got := state(t, store); fmt.Sprint(got) != fmt.Sprint(first) {
		t.Error("the store changed")
	}
	find := func(vendor string, want int) {
		t.Helper()
		status, out, stderr := audit(t, "", "find", "-store", store, "-vendor", vendor)
		if n := max(0, strings.Count(out, "\n")-1); n != want || status != map[bool]int{true: exitFound, false: exitUnread}[want > 0] || !strings.Contains(stderr, "1 file could not be screened completely") {
			t.Errorf("%s: %d findings, want %d; status %d %s", vendor, n, want, status, stderr)
		}
	}
	find("kaspersky", 3)
	find("huawei", 0)
	for _, args := range [][]string{{store, "kasperski"}, {store + "none", "huawei"}} { // of whom nothing is found either
		if status, _, stderr := audit(t, "", "find", "-store", args[0], "-vendor", args[1]); status == exitOK || status == exitFound || stderr == "" {
			t.Errorf("find %s: status %d, %s", args, status, stderr)
		}
	}
	// The vote on clause 76 changes the verdicts on three documents, which are not read again.
	if err := os.Rename(dir, dir+".gone"); err != nil {
		t.Fatal(err)
	}
	status, out, stderr := audit(t, "", "rescreen", "-store", store, "-key", private, "-denylist", "2018.06.13")
	if status != exitUnread || strings.Count(out, "review → ban main") != 3 || !strings.Contains(stderr, "31 new") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	find("kaspersky", 3)
	if err := os.Remove(filepath.Join(store, "index.sqlite")); err != nil {
		t.Fatal(err)
	}
	find("kaspersky", 3)
	put(t, filepath.Join(store, "index.sqlite"), "no database")
	find("kaspersky", 3)
	if status, out, _ := audit(t, "", "verify", "-store", store, "-key", public, "-since", earlier); status != exitOK || !strings.Contains(out, "62 statements") {
		t.Errorf("status %d, %s", status, out)
	}
	// Rescreening gives the same statements as screening the files.
	if err := os.Rename(dir+".gone", dir); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if status, _, stderr := audit(t, "", "screen", "-store", other, "-key", private, "-denylist", "2018.06.13", dir); status != exitUnread {
		t.Fatal(stderr)
	}
	after := state(t, store)
	for name, sum := range state(t, other) {
		if strings.HasPrefix(name, "records/") && after[name] != sum {
			t.Errorf("%s is another", name)
		}
	}
}

// Only one program can write to a store. A file with another name is still rescreened.
func TestLockAndNames(t *testing.T) {
	private, _ := keyFiles(t)
	dir, store := bids(t, 2), filepath.Join(t.TempDir(), "store")
	if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, "-denylist", "2018.06.12", dir); status != exitOK {
		t.Fatal(stderr)
	}
	unlock, err := lock(filepath.Join(store, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, dir); status != exitUnread || !strings.Contains(stderr, errBusy.Error()) {
		t.Errorf("status %d, %s", status, stderr)
	}
	unlock()
	if err := os.Rename(dir, dir+".moved"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"screen", "-denylist", "2017.09.14", dir + ".moved"}, {"rescreen", "-denylist", "2018.06.13"}} {
		if status, _, stderr := audit(t, "", append([]string{args[0], "-store", store, "-key", private}, args[1:]...)...); status != exitOK {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

func TestVerifyFile(t *testing.T) {
	private, public := keyFiles(t)
	dir, store := bids(t, 3), filepath.Join(t.TempDir(), "store")
	if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, dir); status != exitOK {
		t.Fatal(stderr)
	}
	records, _ := filepath.Glob(filepath.Join(store, "records/*/*.json"))
	status, out, _ := audit(t, "", append([]string{"verify", "-key", public}, records...)...)
	if status != exitOK || strings.Count(out, "screened again: the same, byte for byte") != 3 {
		t.Errorf("status %d\n%s", status, out)
	}
	_, stranger := keyFiles(t)
	if status, out, _ := audit(t, "", "verify", "-key", stranger, records[0]); status != exitFound || !strings.Contains(out, "NOT VERIFIED") {
		t.Errorf("another key: status %d\n%s", status, out)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*/*.json"))
	for _, f := range files {
		put(t, f, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}`)
	}
	if status, out, _ := audit(t, "", "verify", "-key", public, records[0]); status != exitFound || !strings.Contains(out, "a file is not the recorded one") {
		t.Errorf("another file: status %d\n%s", status, out)
	}
	if status, _, _ := audit(t, "", "verify", "-signature-only", "-key", public, records[0]); status != exitOK {
		t.Errorf("the signature alone: status %d", status)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := audit(t, "", "verify", "-key", public, records[0]); status != exitNotAgain || !strings.Contains(out, "missing, so it was not screened again") {
		t.Errorf("no file: status %d\n%s", status, out)
	}
}

func TestVerifyPrintsTheResultForEachFile(t *testing.T) {
	private, public := keyFiles(t)
	text, err := os.ReadFile(private)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := keys.LoadSigner(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"%s"}]}`
	for _, name := range []string{"a.json", "b.json", "c.json", "d\xff.json"} {
		put(t, filepath.Join(dir, "lot", name), fmt.Sprintf(bom, strings.ToValidUTF8(name, "")))
	}
	t.Chdir(dir)
	statement := filepath.Join(t.TempDir(), "s.intoto.json")
	sign := func(change func(*evidence.Report)) {
		t.Helper()
		r := evidence.New(m, "test", match.Ban)
		r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{"lot"}), nil))
		change(r)
		signed, err := r.Sign(context.Background(), signer)
		if err != nil {
			t.Fatal(err)
		}
		put(t, statement, string(signed))
	}
	check := func(what string, status int, args []string, want ...string) {
		t.Helper()
		got, out, stderr := audit(t, "", append(append([]string{"verify", "-key", public}, args...), statement)...)
		if got != status {
			t.Errorf("%s: status %d, want %d\n%s%s", what, got, status, out, stderr)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", what, w, out)
			}
		}
	}
	sign(func(*evidence.Report) {})
	const same = ": screened again: the same, byte for byte"
	check("all there", exitOK, nil, "lot/a.json"+same, "lot/b.json"+same, "lot/c.json"+same, `lot/d\xff.json`+same)
	t.Chdir(t.TempDir())
	check("from another folder", exitNotAgain, nil, "lot/a.json: missing", "lot/b.json: missing", "lot/c.json: missing", `lot/d\xff.json: missing`, "give that folder with -C")
	check("with -C", exitOK, []string{"-C", dir}, "lot/a.json"+same, `lot/d\xff.json`+same)
	check("with -C of nothing", exitNotAgain, []string{"-C", filepath.Join(dir, "none")}, "not screened again")
	check("the signature alone", exitOK, []string{"-signature-only"}, "not screened again")
	t.Chdir(dir)
	if err := os.Remove("lot/a.json"); err != nil {
		t.Fatal(err)
	}
	check("the first is missing", exitNotAgain, nil, "lot/a.json: missing", "lot/b.json"+same, "lot/c.json"+same)
	put(t, "lot/c.json", fmt.Sprintf(bom, "x"))
	check("and another differs", exitFound, nil, "lot/a.json: missing", "lot/b.json"+same, "lot/c.json: differs", `lot/d\xff.json`+same)
	sign(func(r *evidence.Report) { r.Verdict, r.Documents[1].Verdict = match.Review, match.Review })
	check("a document says something else", exitFound, nil, "lot/b.json"+same, `lot/c.json: differs: screen: the files give another record`, `recorded "review", now "clear"`)
	sign(func(r *evidence.Report) { r.Notices = append(r.Notices, sbom.Warning{Kind: "asOf", Message: "x"}) })
	check("the whole says something else", exitFound, nil, "lot/c.json"+same, "NOT VERIFIED", "/notices")
	sign(func(r *evidence.Report) { r.Options.Keys = []string{"sha256:" + strings.Repeat("0", 64)} })
	check("a key that is not given", exitNotAgain, []string{"-document-key", public}, "not screened again", "sha256:00", "-document-key")
	verifier, err := keys.LoadVerifier([]byte(readFile(t, public)))
	if err != nil {
		t.Fatal(err)
	}
	prints, err := keys.Fingerprints(verifier)
	if err != nil {
		t.Fatal(err)
	}
	sign(func(r *evidence.Report) { r.Options.Keys = prints })
	check("a key that is given", exitOK, []string{"-document-key", public}, "lot/b.json"+same)
	sign(func(r *evidence.Report) { r.Denylist.Release = "1999.01.01" })
	check("a release that is not here", exitNotAgain, nil, "not screened again")
	sign(func(r *evidence.Report) { r.Denylist.Digest = "h1:" + strings.Repeat("A", 43) + "=" })
	check("another release by its name", exitFound, nil, "NOT VERIFIED")
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Everything that is changed, removed or added in a store is found, each with its own error.
func TestTamperingIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	private, public := keyFiles(t)
	dir := bids(t, 5)
	stranger, _ := keyFiles(t)
	for name, c := range map[string]struct {
		tamper func(store string, records []string) error
		want   error
	}{
		"nothing":                {func(string, []string) error { return nil }, nil},
		"a statement is gone":    {func(_ string, r []string) error { return os.Remove(r[1]) }, errMissing},
		"a statement is changed": {func(_ string, r []string) error { return flip(r[1], 50) }, errTampered},
		"a statement for another": {func(_ string, r []string) error {
			data, err := os.ReadFile(r[0])
			return errors.Join(err, os.WriteFile(r[1], data, 0o644))
		}, errTampered},
		"a statement more": {func(_ string, r []string) error {
			data, err := os.ReadFile(r[0])
			return errors.Join(err, os.WriteFile(filepath.Join(filepath.Dir(r[0]), strings.Repeat("0", 64)+".intoto.json"), data, 0o644))
		}, errUnlogged},
		"a line is gone":        {func(s string, _ []string) error { return cutLine(filepath.Join(s, "log"), 2) }, errLog},
		"the last line is gone": {func(s string, _ []string) error { return cutLine(filepath.Join(s, "log"), 4) }, errLog},
		"a line is changed":     {func(s string, _ []string) error { return flip(filepath.Join(s, "log"), 3) }, errLog},
		"a transcript is changed": {func(s string, _ []string) error {
			all, _ := filepath.Glob(filepath.Join(s, "transcripts/*/*"))
			err := flip(all[0], 20)
			if status, _, stderr := audit(t, "", "rescreen", "-store", s, "-key", private, "-denylist", "2018.06.13"); status != exitUnread || !strings.Contains(stderr, errTranscript.Error()) {
				t.Errorf("judged by a transcript that was changed: status %d, %s", status, stderr)
			}
			return err
		}, errTranscript},
		"a transcript is gone": {func(s string, _ []string) error { return os.RemoveAll(filepath.Join(s, "transcripts")) }, errTranscript},
		"the checkpoint":       {func(s string, _ []string) error { return flip(filepath.Join(s, "checkpoint"), 20) }, errCheckpoint},
		"no checkpoint":        {func(s string, _ []string) error { return os.Remove(filepath.Join(s, "checkpoint")) }, errCheckpoint},
		"all by another key": {func(s string, _ []string) error {
			if err := os.RemoveAll(s); err != nil {
				return err
			}
			audit(t, "", "screen", "-store", s, "-key", stranger, dir)
			return nil
		}, errCheckpoint},
	} {
		store := filepath.Join(t.TempDir(), "store")
		if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, "-quiet", dir); status != exitOK {
			t.Fatal(stderr)
		}
		records, _ := filepath.Glob(filepath.Join(store, "records/*/*.json"))
		if err := c.tamper(store, records); err != nil {
			t.Fatal(err)
		}
		status, out, _ := audit(t, "", "verify", "-store", store, "-key", public)
		if (status == exitOK) != (c.want == nil) || c.want != nil && !strings.Contains(out, c.want.Error()) {
			t.Errorf("%s: status %d\n%s; want %v", name, status, out, c.want)
		}
	}
	// Nothing is added to a store without its checkpoint.
	long := filepath.Join(t.TempDir(), "long")
	audit(t, "", "screen", "-store", long, "-key", private, bids(t, batch+5))
	if err := os.Remove(filepath.Join(long, "checkpoint")); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := audit(t, "", "screen", "-store", long, "-key", private, dir); status != exitUnread || !strings.Contains(stderr, errCheckpoint.Error()) {
		t.Errorf("no checkpoint: status %d, %s", status, stderr)
	}
	// A store that was replaced by an earlier copy is found with a checkpoint that was kept.
	store := filepath.Join(t.TempDir(), "store")
	audit(t, "", "screen", "-store", store, "-key", private, dir)
	checkpoint, _ := os.ReadFile(filepath.Join(store, "checkpoint"))
	earlier := filepath.Join(t.TempDir(), "checkpoint")
	put(t, earlier, string(checkpoint))
	if err := os.RemoveAll(store); err != nil {
		t.Fatal(err)
	}
	audit(t, "", "screen", "-store", store, "-key", private, bids(t, 3))
	if status, _, _ := audit(t, "", "verify", "-store", store, "-key", public); status != exitOK {
		t.Errorf("by itself it is sound: status %d", status)
	}
	if status, out, _ := audit(t, "", "verify", "-store", store, "-key", public, "-since", earlier); status != exitFound || !strings.Contains(out, errRollback.Error()) {
		t.Errorf("a store put back: status %d\n%s", status, out)
	}
}

func flip(path string, at int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if data[at] == 'a' {
		data[at] = 'b'
	} else {
		data[at] = 'a'
	}
	return os.WriteFile(path, data, 0o644)
}

func cutLine(path string, n int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(data), "\n")
	return os.WriteFile(path, []byte(strings.Join(append(lines[:n:n], lines[n+1:]...), "")), 0o644)
}

func TestWrongUsageIsStatus2(t *testing.T) {
	private, public := keyFiles(t)
	for _, args := range [][]string{
		{}, {"none"}, {"screen"}, {"screen", "-store", "x"}, {"screen", "-store", "x", "-key", public, "x"}, {"screen", "-store", "x", "-key", private, "-denylist", "none", "x"},
		{"screen", "-none"}, {"verify", "-key", public}, {"verify", "-key", "none", "x"}, {"find", "-store", "x"}, {"rescreen", "-key", private}, {"verify", "-store", "x", "-key", public, "y"},
	} {
		if status, out, stderr := audit(t, "", args...); status != exitUsage && !(len(args) > 2 && args[2] == "none") || out != "" || stderr == "" {
			t.Errorf("%q: status %d, %q, %q", args, status, out, stderr)
		}
	}
	if status, _, stderr := audit(t, "", "-help"); status != exitOK || !strings.Contains(stderr, "Examples:") {
		t.Errorf("status %d", status)
	}
	if status, _, stderr := audit(t, "", "screen", "-store", filepath.Join(t.TempDir(), "s"), "-key", private, filepath.Join(t.TempDir(), "none")); status != exitUnread || !strings.Contains(stderr, "1 without a statement") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// A program that is killed at any moment and started again makes the same store.
func TestKilledProgramCanContinue(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGKILL")
	}
	if testing.Short() {
		t.Skip("it takes long")
	}
	const rounds, files = 50, 300
	private, public := keyFiles(t)
	dir := bids(t, files)
	command := func(store string) *exec.Cmd {
		c := exec.Command(os.Args[0], "screen", "-quiet", "-store", store, "-key", private, dir)
		c.Env = append(os.Environ(), "AUDITPIPE_TEST=1")
		return c
	}
	whole := filepath.Join(t.TempDir(), "whole")
	start := time.Now()
	if out, err := command(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(start)
	want := fmt.Sprint(state(t, whole))
	store := filepath.Join(t.TempDir(), "store")
	random := mathrand.New(mathrand.NewPCG(1, 2))
	killed, finished := 0, 0
	for range rounds {
		c := command(store)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(took))), func() { c.Process.Kill() })
		if err := c.Wait(); err == nil {
			// It was done: it has to be the same, and begins anew.
			timer.Stop()
			if got := fmt.Sprint(state(t, store)); got != want {
				t.Fatal("another store than that of a run that nobody killed")
			}
			finished++
			if err := os.RemoveAll(store); err != nil {
				t.Fatal(err)
			}
			continue
		}
		killed++
	}
	if out, err := command(store).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := fmt.Sprint(state(t, store)); got != want {
		t.Error("another store than that of a run that nobody killed")
	}
	if status, out, _ := audit(t, "", "verify", "-store", store, "-key", public); status != exitOK {
		t.Errorf("status %d\n%s", status, out)
	}
	t.Logf("killed %d times, done %d times; a whole run takes %v", killed, finished, took)
	if killed < rounds/4 {
		t.Errorf("killed only %d times in %d rounds", killed, rounds)
	}
}

func BenchmarkStore(b *testing.B) {
	private, _ := keyFiles(b)
	const n = 1000
	dir := bids(b, n)
	b.Run("screen", func(b *testing.B) {
		for b.Loop() {
			if status, _, stderr := audit(b, "", "screen", "-store", filepath.Join(b.TempDir(), "s"), "-key", private, "-denylist", "2018.06.12", dir); status != exitOK {
				b.Fatal(stderr)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	})
	b.Run("rescreen", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			store := filepath.Join(b.TempDir(), "s")
			audit(b, "", "screen", "-store", store, "-key", private, "-denylist", "2018.06.12", dir)
			b.StartTimer()
			if status, _, stderr := audit(b, "", "rescreen", "-store", store, "-key", private, "-denylist", "2018.06.13"); status != exitOK {
				b.Fatal(stderr)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "files/s")
	})
}

// The help texts fit a terminal, and are read before they change.
func TestHelp(t *testing.T) {
	help := func(args ...string) string {
		t.Helper()
		status, out, text := audit(t, "", args...)
		if status != exitOK || out != "" {
			t.Errorf("%q: status %d, output %q", args, status, out)
		}
		return text
	}
	all := help("-help")
	used := make(map[string]bool)
	for _, command := range []string{"screen", "rescreen", "find", "verify"} {
		all += "\n$ auditpipe " + command + " -help\n\n" + help(command, "-help")
		for _, name := range flagsOf[command] {
			used[name] = true
		}
	}
	for line := range strings.Lines(all) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	golden.Check(t, "testdata/help.txt", []byte(all))
	(&config{}).flagSet("screen").VisitAll(func(f *flag.Flag) {
		if !used[f.Name] {
			t.Errorf("-%s is in no help text", f.Name)
		}
		delete(used, f.Name)
	})
	if len(used) > 0 {
		t.Errorf("there are no flags %v", used)
	}
}

func TestVersionNamesModuleAndDenylist(t *testing.T) {
	list := denylist.Current()
	if status, out, stderr := audit(t, "", "-version"); status != exitOK || stderr != "" || !strings.HasPrefix(out, "auditpipe ") || !strings.Contains(out, "denylist "+list.Name()+" ("+list.Digest()+")") {
		t.Errorf("status %d, %q, %q", status, out, stderr)
	}
}
