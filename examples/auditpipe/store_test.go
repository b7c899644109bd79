// SPDX-License-Identifier: Apache-2.0

package main

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
)

// A site is a store that an attacker without the key can write to.
type site struct {
	t               *testing.T
	private, public string // keys
	dir             string // of bids
	store           string
	lines           []string
}

func newSite(t *testing.T, n int) *site {
	t.Helper()
	x := &site{t: t, dir: bids(t, n), store: filepath.Join(t.TempDir(), "store")}
	x.private, x.public = keyFiles(t)
	x.screen(x.store, x.dir)
	x.lines = strings.Split(strings.TrimSuffix(x.read("log"), "\n"), "\n")
	return x
}

func (x *site) screen(store, dir string) {
	x.t.Helper()
	if status, _, stderr := audit(x.t, "", "screen", "-store", store, "-key", x.private, "-denylist", "2018.06.13", dir); status != exitOK {
		x.t.Fatal(stderr)
	}
}

func (x *site) path(name string) string { return filepath.Join(x.store, filepath.FromSlash(name)) }

func (x *site) read(name string) string {
	x.t.Helper()
	data, err := os.ReadFile(x.path(name))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(data)
}

func (x *site) write(name, text string) { x.t.Helper(); put(x.t, x.path(name), text) }

func (x *site) remove(name string) {
	x.t.Helper()
	if err := os.RemoveAll(x.path(name)); err != nil {
		x.t.Fatal(err)
	}
}

func (x *site) log(lines ...string) { x.write("log", strings.Join(lines, "\n")+"\n") }

// link moves a file or folder elsewhere and puts a link in its place.
func (x *site) link(name string) {
	x.t.Helper()
	to := filepath.Join(x.t.TempDir(), "elsewhere")
	if _, err := os.Lstat(x.path(name)); err != nil {
		put(x.t, to, "")
	} else if err := os.Rename(x.path(name), to); err != nil {
		x.t.Fatal(err)
	}
	if err := os.Symlink(to, x.path(name)); err != nil {
		x.t.Skip(err)
	}
}

// replay copies the statement of the first line to the name for another file, release or day.
func (x *site) replay(digest, release, day string) string {
	x.t.Helper()
	first := x.lines[0]
	r, err := denylist.Open(release)
	if err != nil {
		x.t.Fatal(err)
	}
	other := name(digest, &evidence.Report{Denylist: evidence.Denylist{Digest: r.Digest(), AsOf: day}})
	x.write(recordFile(other), x.read(recordFile(nameIn(first))))
	return lineOf(statementIn(first), other, transcriptIn(first))
}

// signed returns a note that is signed with the key.
func (x *site) signed(key string, lines ...string) string {
	x.t.Helper()
	k, err := loadSigningKey(key)
	if err != nil {
		x.t.Fatal(err)
	}
	text, err := note.Sign(&note.Note{Text: strings.Join(lines, "\n") + "\n"}, k.Notes)
	if err != nil {
		x.t.Fatal(err)
	}
	return string(text)
}

func root(t *testing.T, lines []string) string {
	t.Helper()
	s := &store{known: make(map[string]int)}
	for _, l := range lines {
		more, err := tlog.StoredHashes(int64(len(s.lines)), []byte(l), s.hashes)
		if err != nil {
			t.Fatal(err)
		}
		s.hashes, s.lines = append(s.hashes, more...), append(s.lines, l)
	}
	h, err := s.rootOf(len(lines))
	if err != nil {
		t.Fatal(err)
	}
	return checkpoint.Root(h)
}

func (x *site) sql(query string) {
	x.t.Helper()
	db, err := sql.Open("sqlite", x.path("index.sqlite"))
	if err == nil {
		_, err = db.Exec(query)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		x.t.Fatal(err)
	}
}

// target is the digest of a file with a finding that the attacker wants to be taken as screened.
const target = "2222222222222222222222222222222222222222222222222222222222222222"

// Whatever an attacker without the key does to a store, the next screen and rescreen end with an
// error and sign nothing, and verify and find report it.
func TestAttacksAreFoundAndNothingIsSigned(t *testing.T) {
	const release, day = "2018.06.13", "2018-06-13"
	type attack struct {
		name string
		do   func(x *site)
		want error
	}
	var all []attack
	add := func(want error, name string, do func(x *site)) { all = append(all, attack{name, do, want}) }

	add(errLog, "a statement under another file's name", func(x *site) { x.log(append(x.lines, x.replay(target, release, day))...) })
	add(errLog, "a statement under another release's name", func(x *site) { x.log(append(x.lines, x.replay(digestOfFirst(x), "2026.11.24", "2026-11-24"))...) })
	add(errLog, "a statement under another day's name", func(x *site) { x.log(append(x.lines, x.replay(digestOfFirst(x), release, "2019-01-01"))...) })
	add(errLog, "a statement of another store", func(x *site) {
		other := &site{t: x.t, private: x.private, dir: bids(x.t, 12), store: filepath.Join(x.t.TempDir(), "other")}
		other.screen(other.store, other.dir)
		lines := strings.Split(other.read("log"), "\n")
		for _, l := range lines[8:12] {
			if l != "" && !slices.Contains(x.lines, l) {
				x.write(recordFile(nameIn(l)), other.read(recordFile(nameIn(l))))
				x.write(transcriptFile(transcriptIn(l)), other.read(transcriptFile(transcriptIn(l))))
				x.lines = append(x.lines, l)
			}
		}
		x.log(x.lines...)
	})
	add(errLog, "a line twice", func(x *site) { x.log(append(x.lines, x.lines[3])...) })
	add(errLog, "two lines swapped", func(x *site) { x.lines[1], x.lines[2] = x.lines[2], x.lines[1]; x.log(x.lines...) })
	add(errLog, "a line that points at the statement of another", func(x *site) {
		x.lines[1] = lineOf(statementIn(x.lines[2]), nameIn(x.lines[1]), transcriptIn(x.lines[1]))
		x.log(x.lines...)
	})
	add(errLog, "a line with another transcript", func(x *site) {
		x.lines[1] = lineOf(statementIn(x.lines[1]), nameIn(x.lines[1]), transcriptIn(x.lines[2]))
		x.log(x.lines...)
	})
	add(errLog, "a line with a path", func(x *site) {
		x.log(append(x.lines, lineOf(statementIn(x.lines[0]), "../../../../"+strings.Repeat("a", 52), transcriptIn(x.lines[0])))...)
	})
	add(errLog, "no log", func(x *site) { x.remove("log") })
	add(errLog, "a log with half a line more", func(x *site) { x.write("log", x.read("log")+x.lines[0][:70]) })
	for _, cut := range []int{0, 1, 100, 194, 195, 1000, -195, -196, -1} {
		add(errLog, fmt.Sprintf("a log cut at %d", cut), func(x *site) {
			text := x.read("log")
			if cut < 0 {
				text = text[:len(text)+cut]
			} else {
				text = text[:cut]
			}
			x.write("log", text)
		})
	}

	add(errCheckpoint, "no checkpoint", func(x *site) { x.remove("checkpoint") })
	add(errCheckpoint, "no checkpoint, no index, and a line and its statement less", func(x *site) {
		x.remove("checkpoint")
		x.remove("index.sqlite")
		x.remove("index.sqlite.note")
		x.remove(recordFile(nameIn(x.lines[9])))
		x.log(x.lines[:9]...)
	})
	add(errCheckpoint, "nothing but the records", func(x *site) {
		for _, name := range []string{"checkpoint", "log", "index.sqlite", "index.sqlite.note", "transcripts", "lock", "tmp"} {
			x.remove(name)
		}
	})
	add(errCheckpoint, "an empty checkpoint", func(x *site) { x.write("checkpoint", "") })
	add(errCheckpoint, "a checkpoint by another key, of a shorter log", func(x *site) {
		stranger, _ := keyFiles(x.t)
		x.log(x.lines[:9]...)
		x.write("checkpoint", x.signed(stranger, origin, "9", root(x.t, x.lines[:9])))
	})
	add(errCheckpoint, "the index's note for a checkpoint", func(x *site) { x.write("checkpoint", x.read("index.sqlite.note")) })
	add(errLog, "a checkpoint of another store", func(x *site) {
		other := filepath.Join(x.t.TempDir(), "other")
		x.screen(other, bids(x.t, 3))
		x.write("checkpoint", (&site{t: x.t, store: other}).read("checkpoint"))
	})
	add(errTampered, "the checkpoint and the log of another store", func(x *site) {
		other := &site{t: x.t, private: x.private, dir: bids(x.t, 12), store: filepath.Join(x.t.TempDir(), "other")}
		other.screen(other.store, other.dir)
		for _, name := range []string{"checkpoint", "log"} {
			x.write(name, other.read(name))
		}
		x.remove("index.sqlite")
		x.remove("index.sqlite.note")
	})

	line := func(x *site) string { return x.replay(target, release, day) }
	add(errPending, "lines that a stranger announces", func(x *site) {
		stranger, _ := keyFiles(x.t)
		x.write("pending", x.signed(stranger, pendingHead, "10", root(x.t, x.lines), line(x)))
		x.log(append(x.lines, line(x))...)
	})
	add(errPending, "lines that nobody signed", func(x *site) {
		x.write("pending", pendingHead+"\n10\n"+root(x.t, x.lines)+"\n"+line(x)+"\n")
		x.log(append(x.lines, line(x))...)
	})
	add(errPending, "lines other than those announced", func(x *site) {
		x.write("pending", x.signed(x.private, pendingHead, "10", root(x.t, x.lines), x.lines[0]))
		x.log(append(x.lines, line(x))...)
	})
	add(errPending, "an announcement from another log", func(x *site) {
		x.write("pending", x.signed(x.private, pendingHead, "10", root(x.t, x.lines[:9]), line(x)))
		x.log(append(x.lines, line(x))...)
	})
	add(errPending, "a checkpoint for an announcement", func(x *site) {
		x.write("pending", x.read("checkpoint"))
		x.log(append(x.lines, line(x))...)
	})

	for _, name := range []string{"records", "transcripts", "tmp", "log", "checkpoint", "index.sqlite", "index.sqlite.note", "lock", "pending", "stray"} {
		add(errNotPlain, "a link for "+name, func(x *site) { x.link(name) })
	}
	add(errNotPlain, "a link for the store", func(x *site) {
		if err := os.Rename(x.store, x.store+".real"); err != nil {
			x.t.Fatal(err)
		}
		if err := os.Symlink(x.store+".real", x.store); err != nil {
			x.t.Skip(err)
		}
	})

	for i, a := range all {
		if testing.Short() && i%12 != 0 {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			x := newSite(t, 10)
			x.t = t
			more := bids(t, 15)
			a.do(x)
			before := snapshot(t, x.store)
			for _, args := range [][]string{{"screen", more}, {"rescreen"}} {
				status, _, stderr := audit(t, "", append([]string{args[0], "-quiet", "-store", x.store, "-key", x.private, "-denylist", "2018.06.12"}, args[1:]...)...)
				if status != exitUnread || !strings.Contains(stderr, a.want.Error()) {
					t.Errorf("%s: status %d, %s; want %v", args[0], status, stderr, a.want)
				}
			}
			if after := snapshot(t, x.store); after != before {
				t.Errorf("something was written:\n%s\n%s", before, after)
			}
			if status, out, stderr := audit(t, "", "verify", "-store", x.store, "-key", x.public); status != exitFound && status != exitUnread || strings.Contains(out, "all signed") {
				t.Errorf("verify: status %d, %s%s", status, out, stderr)
			}
			for _, key := range [][]string{{}, {"-key", x.public}} {
				status, out, stderr := audit(t, "", append([]string{"find", "-store", x.store, "-vendor", "kaspersky"}, key...)...)
				// What is announced is not searched; without a key no signature is checked.
				if noticed := a.want != errPending && (len(key) > 0 || a.want != errCheckpoint); noticed && status != exitUnread || status == exitOK {
					t.Errorf("find %v: status %d, %s%s", key, status, out, stderr)
				}
			}
		})
	}
}

// digestOfFirst returns the digest of the file that the first statement is about.
func digestOfFirst(x *site) string {
	x.t.Helper()
	r, err := unsigned([]byte(x.read(recordFile(nameIn(x.lines[0])))))
	if err != nil {
		x.t.Fatal(err)
	}
	digest, err := digestIn(r)
	if err != nil {
		x.t.Fatal(err)
	}
	return digest
}

// snapshot returns everything that is signed in a store, and its links.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir+string(filepath.Separator), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "index.sqlite") || strings.HasPrefix(d.Name(), "lock") {
			return err
		}
		data, _ := os.ReadFile(p)
		fmt.Fprintf(&b, "%s %s %s\n", p, d.Type(), sumOf(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// If tmp is a link, the folder that it leads to is not emptied.
func TestLinkForTmpIsRefused(t *testing.T) {
	x := newSite(t, 2)
	elsewhere := t.TempDir()
	put(t, filepath.Join(elsewhere, "precious"), "x")
	x.remove("tmp")
	if err := os.Symlink(elsewhere, x.path("tmp")); err != nil {
		t.Skip(err)
	}
	if status, _, _ := audit(t, "", "screen", "-store", x.store, "-key", x.private, x.dir); status != exitUnread {
		t.Errorf("status %d", status)
	}
	if _, err := os.Stat(filepath.Join(elsewhere, "precious")); err != nil {
		t.Error(err)
	}
}

func TestLinksInRecordsAndTranscriptsAreRefused(t *testing.T) {
	for _, of := range []string{"statement", "folder of a statement"} {
		x := newSite(t, 3)
		name := recordFile(nameIn(x.lines[1]))
		if of != "statement" {
			name = filepath.ToSlash(filepath.Dir(filepath.FromSlash(name)))
		}
		x.link(name)
		for _, args := range [][]string{{"verify", "-key", x.public}, {"find", "-vendor", "huawei"}, {"rescreen", "-key", x.private, "-denylist", "2018.06.12"}, {"screen", "-key", x.private, "-denylist", "2018.06.13", x.dir}} {
			if status, out, stderr := audit(t, "", append([]string{args[0], "-store", x.store}, args[1:]...)...); status == exitOK || !strings.Contains(out+stderr, errNotPlain.Error()) {
				t.Errorf("a link for a %s: %s: status %d, %s%s", of, args[0], status, out, stderr)
			}
		}
	}
}

// A statement with the name of another file is an error even if the log is signed, as an earlier
// version of this program would have done.
func TestSignedReplayIsFound(t *testing.T) {
	x := newSite(t, 3)
	lines := append(x.lines, x.replay(target, "2018.06.13", "2018-06-13"))
	x.log(lines...)
	x.write("checkpoint", x.signed(x.private, origin, "4", root(t, lines)))
	for _, args := range [][]string{{"verify", "-key", x.public}, {"find", "-vendor", "huawei"}, {"rescreen", "-key", x.private, "-denylist", "2018.06.12"}, {"screen", "-key", x.private, bids(t, 5)}} {
		if status, out, stderr := audit(t, "", append([]string{args[0], "-store", x.store}, args[1:]...)...); status == exitOK || !strings.Contains(out+stderr, errName.Error()) {
			t.Errorf("%s: status %d, %s%s", args[0], status, out, stderr)
		}
	}
}

// A log with a name twice is an error even if it is signed.
func TestDuplicateNameIsFound(t *testing.T) {
	x := newSite(t, 3)
	lines := append(x.lines, x.lines[1])
	x.log(lines...)
	x.write("checkpoint", x.signed(x.private, origin, "4", root(t, lines)))
	for _, args := range [][]string{{"verify", "-key", x.public}, {"find", "-vendor", "huawei"}, {"screen", "-key", x.private, x.dir}} {
		if status, out, stderr := audit(t, "", append([]string{args[0], "-store", x.store}, args[1:]...)...); status == exitOK || !strings.Contains(out+stderr, "line 4 has the name of line 2") {
			t.Errorf("%s: status %d, %s%s", args[0], status, out, stderr)
		}
	}
}

// A file that has a statement already is not screened again, but the statement must be intact.
func TestExistingStatementMustBeIntact(t *testing.T) {
	for want, tamper := range map[error]func(x *site, name string){
		errMissing:  func(x *site, name string) { x.remove(name) },
		errTampered: func(x *site, name string) { x.write(name, x.read(recordFile(nameIn(x.lines[0])))) },
	} {
		x := newSite(t, 3)
		tamper(x, recordFile(nameIn(x.lines[1])))
		if status, _, stderr := audit(t, "", "screen", "-store", x.store, "-key", x.private, "-denylist", "2018.06.13", x.dir); status != exitUnread || !strings.Contains(stderr, want.Error()) || !strings.Contains(stderr, "1 without a statement") {
			t.Errorf("status %d, %s; want %v", status, stderr, want)
		}
	}
}

// A rollback to an earlier signed state is found only with a checkpoint that was kept elsewhere.
// This is by design, and the help text says so.
func TestRollbackIsFoundWithAnEarlierCheckpoint(t *testing.T) {
	x := newSite(t, 3)
	old := t.TempDir()
	if err := os.CopyFS(old, os.DirFS(x.store)); err != nil {
		t.Fatal(err)
	}
	x.screen(x.store, bids(t, 10))
	kept := filepath.Join(t.TempDir(), "checkpoint")
	put(t, kept, x.read("checkpoint"))
	if status, out, _ := audit(t, "", "verify", "-store", x.store, "-key", x.public, "-since", kept); status != exitOK {
		t.Error(out)
	}
	if status, out, _ := audit(t, "", "verify", "-store", old, "-key", x.public); status != exitOK || !strings.Contains(out, "-since") {
		t.Errorf("status %d, %s", status, out)
	}
	if status, out, _ := audit(t, "", "verify", "-store", old, "-key", x.public, "-since", kept); status != exitFound || !strings.Contains(out, errRollback.Error()) {
		t.Errorf("status %d, %s", status, out)
	}
	if !strings.Contains(usage, "-since") {
		t.Error("the help does not say it")
	}
}

func TestNewStoreHasASignedCheckpointOfNoLines(t *testing.T) {
	private, public := keyFiles(t)
	k, err := loadSigningKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "a", "store")
	s, begun, err := openStore(dir, k)
	if err != nil || !begun {
		t.Fatal(begun, err)
	}
	s.unlock()
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if n, _, err := openCheckpoint(text, k.NoteVerifier); n != 0 || err != nil {
		t.Error(n, err)
	}
	if status, out, _ := audit(t, "", "verify", "-store", dir, "-key", public); status != exitOK || !strings.Contains(out, ": 0 statements") {
		t.Errorf("status %d, %s", status, out)
	}
	if status, out, _ := audit(t, "", "find", "-store", dir, "-vendor", "huawei"); status != exitUnread || !strings.Contains(out, "nothing found of huawei in the statements on 0 files") {
		t.Errorf("status %d, %s", status, out)
	}
	// A folder with other files does not become a store.
	other := t.TempDir()
	put(t, filepath.Join(other, "letter.txt"), "x")
	if _, _, err := openStore(other, k); !errors.Is(err, errCheckpoint) {
		t.Error(err)
	}
	// A run was killed while it made the store.
	for _, left := range []string{"tmp/checkpoint", "lock"} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, filepath.FromSlash(left)), "")
		if s, begun, err := openStore(dir, k); err != nil || !begun {
			t.Error(left, begun, err)
		} else {
			s.unlock()
		}
	}
}

// A run that was killed after any byte that it writes when it adds lines is finished by the next
// one, with the same result.
func TestInterruptedRunIsFinished(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	x := newSite(t, 3)
	k, err := loadSigningKey(x.private)
	if err != nil {
		t.Fatal(err)
	}
	before := t.TempDir()
	if err := os.CopyFS(before, os.DirFS(x.store)); err != nil {
		t.Fatal(err)
	}
	more := bids(t, 6)
	x.screen(x.store, more)
	want := fmt.Sprint(state(t, x.store))
	log, old := x.read("log"), 3*195
	pending := x.signed(x.private, append([]string{pendingHead, "3", root(t, x.lines)}, strings.Split(strings.TrimSuffix(log[old:], "\n"), "\n")...)...)
	for n := old; n <= len(log); n += 49 {
		for _, done := range []bool{false, true} {
			if done && n < len(log) {
				continue
			}
			dir := filepath.Join(t.TempDir(), "store")
			if err := os.CopyFS(dir, os.DirFS(before)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"records", "transcripts"} {
				os.RemoveAll(filepath.Join(dir, name))
				if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(x.path(name))); err != nil {
					t.Fatal(err)
				}
			}
			put(t, filepath.Join(dir, "log"), log[:n])
			put(t, filepath.Join(dir, "pending"), pending)
			if done {
				put(t, filepath.Join(dir, "checkpoint"), x.read("checkpoint"))
			} else if n > old {
				if status, _, stderr := audit(t, "", "find", "-store", dir, "-vendor", "huawei"); status != exitUnread || !strings.Contains(stderr, "has not finished") {
					t.Errorf("find: status %d, %s", status, stderr)
				}
				if status, out, _ := audit(t, "", "verify", "-store", dir, "-key", x.public); status != exitFound {
					t.Errorf("verify: status %d, %s", status, out)
				}
			}
			s, _, err := openStore(dir, k)
			if err != nil {
				t.Fatalf("at byte %d: %v", n, err)
			}
			s.unlock()
			x.screen(dir, more)
			if got := fmt.Sprint(state(t, dir)); got != want {
				t.Errorf("at byte %d another store", n)
			}
		}
	}
}

// Whatever is done to the index, find reports what the statements contain, and what it searched.
func TestFindDoesNotTrustTheIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for name, tamper := range map[string]func(x *site){
		"nothing":          func(*site) {},
		"deleted":          func(x *site) { x.remove("index.sqlite") },
		"note deleted":     func(x *site) { x.remove("index.sqlite.note") },
		"both deleted":     func(x *site) { x.remove("index.sqlite"); x.remove("index.sqlite.note") },
		"garbage":          func(x *site) { x.write("index.sqlite", "no database") },
		"empty":            func(x *site) { x.write("index.sqlite", "") },
		"findings deleted": func(x *site) { x.sql("DELETE FROM findings") },
		"another vendor":   func(x *site) { x.sql("UPDATE findings SET vendor = 'acme'") },
		"another verdict":  func(x *site) { x.sql("UPDATE findings SET verdict = 'review'") },
		"records deleted":  func(x *site) { x.sql("DELETE FROM records") },
		"a newer record": func(x *site) {
			x.sql("UPDATE records SET digest = (SELECT digest FROM records WHERE line = 1) WHERE line = 9")
		},
		"tables dropped": func(x *site) { x.sql("DROP TABLE findings") },
		"a view": func(x *site) {
			x.sql("DROP TABLE findings; CREATE VIEW findings AS SELECT 1 seq, 1 line, '' document, '' id, '' vendor, '' verdict, '' tier, '' component, '' version, '' pointer WHERE 0")
		},
		"of another store": func(x *site) {
			other := &site{t: x.t, private: x.private, dir: bids(x.t, 1), store: filepath.Join(x.t.TempDir(), "other")}
			other.screen(other.store, other.dir)
			x.write("index.sqlite", other.read("index.sqlite"))
		},
		"emptied, with a note by another key": func(x *site) {
			x.sql("DELETE FROM findings")
			stranger, _ := keyFiles(x.t)
			lines := strings.Split(x.read("index.sqlite.note"), "\n")
			x.write("index.sqlite.note", x.signed(stranger, lines[:5]...))
		},
	} {
		for _, key := range []bool{false, true} {
			x := newSite(t, 10)
			tamper(x)
			var with []string
			if key {
				with = []string{"-key", x.public}
			}
			status, out, stderr := audit(t, "", append([]string{"find", "-store", x.store, "-vendor", "kaspersky"}, with...)...)
			if strings.Contains(name, "another key") && key {
				if status != exitUnread || !strings.Contains(stderr, errIndex.Error()) {
					t.Errorf("%s: status %d, %s", name, status, stderr)
				}
				continue
			}
			if status != exitFound || strings.Count(out, "kaspersky")+strings.Count(out, "bid-00001.json") == 0 || strings.Count(out, "\n") != 2 {
				t.Errorf("%s, key %v: status %d, %s%s", name, key, status, out, stderr)
			}
			for _, want := range []string{"searched 10 files in a log of 10 statements with the root " + root(t, x.lines), "10 by denylist 2018.06.13 as of 2018-06-13"} {
				if !strings.Contains(stderr, want) {
					t.Errorf("%s: no %q in %s", name, want, stderr)
				}
			}
			// And the next run makes it again.
			if name != "emptied, with a note by another key" {
				x.screen(x.store, x.dir)
				if status, out, _ := audit(t, "", "verify", "-store", x.store, "-key", x.public); status != exitOK {
					t.Errorf("%s: %s", name, out)
				}
			}
		}
	}
}

// A signed index that differs from the signed statements is an error.
func TestSignedIndexMustMatchTheStatements(t *testing.T) {
	x := newSite(t, 3)
	lines := strings.Split(x.read("index.sqlite.note"), "\n")
	lines[4] = strings.Repeat("0", 128)
	x.write("index.sqlite.note", x.signed(x.private, lines[:5]...))
	for _, args := range [][]string{{"find", "-key", x.public, "-vendor", "huawei"}, {"screen", "-key", x.private, x.dir}, {"verify", "-key", x.public}} {
		if status, out, stderr := audit(t, "", append([]string{args[0], "-store", x.store}, args[1:]...)...); status == exitOK || !strings.Contains(out+stderr, errIndex.Error()) {
			t.Errorf("%s: status %d, %s%s", args[0], status, out, stderr)
		}
	}
}

// If nothing is found, find prints that, and what it did not search.
func TestFindPrintsWhatItDidNotSearch(t *testing.T) {
	x := newSite(t, 3)
	status, out, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "huawei", "-key", x.public)
	if status != exitOK || !strings.HasPrefix(out, "nothing found of huawei in the statements on 3 files by denylist 2018.06.13 as of ") || !strings.Contains(stderr, "signed by the key") {
		t.Errorf("status %d, %s%s", status, out, stderr)
	}
	if _, _, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "huawei"); !strings.Contains(stderr, "was not checked") {
		t.Error(stderr)
	}
	if status, _, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "huawei", "-denylist", "2018.06.12"); status != exitUnread || !strings.Contains(stderr, "not searched: 3 files without a statement by denylist 2018.06.12") {
		t.Errorf("status %d, %s", status, stderr)
	}
	if status, _, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "huawei", "-denylist", "none"); status != exitUsage {
		t.Errorf("status %d, %s", status, stderr)
	}
	_, stranger := keyFiles(t)
	if status, _, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "huawei", "-key", stranger); status != exitUnread || !strings.Contains(stderr, errCheckpoint.Error()) {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// A rescreening with an older release, or as of an earlier day, does not hide what the newest found.
func TestFindAnswersByNewestRelease(t *testing.T) {
	x := newSite(t, 2)
	for _, args := range [][]string{{"-denylist", "2017.09.14"}, {"-denylist", "2018.06.13", "-as-of", "2016-01-01"}} {
		if status, _, stderr := audit(t, "", append([]string{"rescreen", "-store", x.store, "-key", x.private}, args...)...); !strings.Contains(stderr, "2 new in the store") {
			t.Fatalf("%s: status %d, %s", args, status, stderr)
		}
		status, out, stderr := audit(t, "", "find", "-store", x.store, "-vendor", "kaspersky", "-key", x.public)
		if status != exitFound || !strings.Contains(out, "2018.06.13") || !strings.Contains(stderr, "by denylist 2018.06.13 as of ") {
			t.Errorf("after %s: status %d, %s%s", args, status, out, stderr)
		}
	}
	if status, out, _ := audit(t, "", "find", "-store", x.store, "-vendor", "kaspersky", "-denylist", "2017.09.14"); strings.Contains(out, "2018.06.13") {
		t.Errorf("an older release on demand: status %d, %s", status, out)
	}
}

// The name of a statement depends on the day and the keys: another day is another statement.
func TestNameDependsOnDayAndKeys(t *testing.T) {
	x := newSite(t, 2)
	for _, args := range [][]string{{"screen", x.dir}, {"rescreen"}} {
		day := map[string]string{"screen": "2018-07-01", "rescreen": "2018-08-01"}[args[0]]
		if status, _, stderr := audit(t, "", append([]string{args[0], "-store", x.store, "-key", x.private, "-denylist", "2018.06.13", "-as-of", day}, args[1:]...)...); status != exitOK || !strings.Contains(stderr, "2 new in the store") {
			t.Errorf("%s: status %d, %s", args[0], status, stderr)
		}
	}
	if status, _, stderr := audit(t, "", "screen", "-store", x.store, "-key", x.private, "-denylist", "2018.06.13", "-document-key", x.public, x.dir); status != exitOK || !strings.Contains(stderr, "2 new in the store") {
		t.Errorf("status %d, %s", status, stderr)
	}
	if status, out, _ := audit(t, "", "verify", "-store", x.store, "-key", x.public); status != exitOK {
		t.Error(out)
	}
	a, b := evidence.Denylist{Digest: "d", AsOf: "2018-06-13"}, evidence.Options{FailOn: match.Ban}
	name := func(digest string, by evidence.Denylist, o evidence.Options) string {
		return name(digest, &evidence.Report{Denylist: by, Options: o})
	}
	first := name(target, a, b)
	for what, other := range map[string]string{
		"the release": name(target, evidence.Denylist{Digest: "e", AsOf: a.AsOf}, b), "the day": name(target, evidence.Denylist{Digest: "d", AsOf: "2018-06-14"}, b),
		"jurisdictions": name(target, a, evidence.Options{Jurisdictions: []string{"EU"}}), "identity": name(target, a, evidence.Options{RequireIdentity: true}),
		"keys": name(target, a, evidence.Options{Keys: []string{"sha256:x"}}), "the file": name(strings.Repeat("3", 64), a, b),
	} {
		if other == first {
			t.Errorf("%s is no part of the name", what)
		}
	}
}

// A signed note of one kind cannot replace one of another kind.
func TestNotesOfDifferentKindsCannotBeExchanged(t *testing.T) {
	x := &site{t: t}
	x.private, _ = keyFiles(t)
	k, err := loadSigningKey(x.private)
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range []string{pendingHead, indexHead, "", origin + " ", "another.store"} {
		text := x.signed(x.private, head, "0", root(t, nil))
		for _, v := range []note.Verifier{nil, k.NoteVerifier} {
			if _, _, err := openCheckpoint([]byte(text), v); !errors.Is(err, errCheckpoint) {
				t.Errorf("%q is taken for a checkpoint: %v", head, err)
			}
		}
	}
}

func FuzzNotes(f *testing.F) {
	sum := base64.StdEncoding.EncodeToString(make([]byte, 32))
	f.Add([]byte(origin + "\n0\n" + sum + "\n\n— x AAAA\n"))
	f.Add([]byte(pendingHead + "\n01\n" + sum + "\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if n, _, err := openCheckpoint(text, nil); err == nil && n < 0 {
			t.Errorf("%d lines", n)
		}
	})
}
