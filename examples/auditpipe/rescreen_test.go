// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

const (
	listedBOM = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"agent","version":"1","supplier":{"name":"Kaspersky Lab"}}]}`
	plainBOM  = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"left-pad","version":"1","supplier":{"name":"Acme"}}]}`
)

// packed returns an archive with entries: a name, then the content.
func packed(t *testing.T, form string, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	var err error
	if form == "zip" {
		w := zip.NewWriter(&b)
		for pair := range slices.Chunk(entries, 2) {
			f, _ := w.Create(pair[0])
			f.Write([]byte(pair[1]))
		}
		err = w.Close()
	} else {
		w := tar.NewWriter(&b)
		for pair := range slices.Chunk(entries, 2) {
			w.WriteHeader(&tar.Header{Name: pair[0], Mode: 0o644, Size: int64(len(pair[1]))})
			w.Write([]byte(pair[1]))
		}
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// verdicts returns the verdicts on documents, by their digests, in the newest statement of a store.
func verdicts(t *testing.T, store string) (string, []string) {
	t.Helper()
	s, err := storeAt(store)
	if err != nil {
		t.Fatal(err)
	}
	defer s.root.Close()
	if _, _, err := s.read(nil); err != nil {
		t.Fatal(err)
	}
	r, err := s.load(s.lines[len(s.lines)-1])
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range r.Documents {
		all = append(all, d.SHA256+" "+d.Verdict.String())
	}
	return r.Denylist.Release + " " + r.Verdict.String(), all
}

// Each document is rescreened with its own snapshot, even if an archive has two entries with the
// same name or the same content.
func TestRescreenEntriesWithTheSameName(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	private, _ := keyFiles(t)
	for name, file := range map[string]string{
		"listed.zip": packed(t, "zip", "a.json", listedBOM, "a.json", plainBOM),
		"plain.zip":  packed(t, "zip", "a.json", plainBOM, "a.json", listedBOM),
		"twice.zip":  packed(t, "zip", "a.json", listedBOM, "a.json", listedBOM, "b.json", plainBOM),
		"listed.tar": packed(t, "tar", "a.json", listedBOM, "a.json", plainBOM),
		"broken.tar": packed(t, "tar", "a.json", listedBOM, "a.json", listedBOM[:len(listedBOM)-9], "a.json", plainBOM),
		"nested.tar": packed(t, "tar", "a.zip", packed(t, "zip", "a.json", listedBOM), "a.zip", packed(t, "zip", "a.json", plainBOM)),
		"nested.zip": packed(t, "zip", "a.tar", packed(t, "tar", "a.json", plainBOM), "a.tar", packed(t, "tar", "a.json", listedBOM)),
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, name), file)
		again, fresh := filepath.Join(dir, "again"), filepath.Join(dir, "fresh")
		audit(t, "", "screen", "-store", again, "-key", private, "-denylist", "2018.06.13", filepath.Join(dir, name))
		_, out, stderr := audit(t, "", "rescreen", "-store", again, "-key", private)
		audit(t, "", "screen", "-store", fresh, "-key", private, filepath.Join(dir, name))
		got, docs := verdicts(t, again)
		want, wantDocs := verdicts(t, fresh)
		if got != want || !strings.HasSuffix(got, " ban") || !slices.Equal(docs, wantDocs) {
			t.Errorf("%s: judged again: %s %q; screened: %s %q\n%s", name, got, docs, want, wantDocs, stderr)
		}
		if strings.Contains(out, "→ nothing") {
			t.Errorf("%s: a finding is lost:\n%s", name, out)
		}
		if n := strings.Count(out, "→ ban"); n != strings.Count(strings.Join(docs, " "), "ban") {
			t.Errorf("%s: %d flips\n%s", name, n, out)
		}
	}
}

// A document without its own snapshot is not rescreened, and nothing is signed about its file.
func TestRescreenNeedsAllSnapshots(t *testing.T) {
	private, _ := keyFiles(t)
	dir, store := t.TempDir(), filepath.Join(t.TempDir(), "store")
	put(t, filepath.Join(dir, "a.zip"), packed(t, "zip", "a.json", listedBOM, "a.json", plainBOM))
	audit(t, "", "screen", "-store", store, "-key", private, "-denylist", "2018.06.13", dir)
	key, err := loadSigningKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := openStore(store, key)
	if err != nil {
		t.Fatal(err)
	}
	defer s.unlock()
	before, err := s.load(s.lines[0])
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.transcripts(transcriptIn(s.lines[0]))
	if err != nil || len(whole) != 2 {
		t.Fatal(whole, err)
	}
	m, err := (&config{}).matcher()
	if err != nil {
		t.Fatal(err)
	}
	x := &pipe{c: &config{}, m: m, s: s}
	missing := slices.Clone(whole)
	missing[0].Said = nil
	for name, said := range map[string]transcripts{"the last only": whole[1:], "in another order": {whole[1], whole[0]}, "the first is missing": missing, "none": {}} {
		text, err := said.pack()
		if err == nil {
			err = s.put(transcriptFile(sumOf(text)), text)
		}
		if err != nil {
			t.Fatal(err)
		}
		digest, _ := digestIn(before)
		if e, err := x.rescreen(context.Background(), &screened{digest, before, sumOf(text)}); err == nil || e.record != nil {
			t.Errorf("%s: a statement of %s", name, e.report.Verdict)
		}
	}
	// The same holds for a document of which only a part was read.
	d := evidence.Document{Path: "a", Error: &evidence.Error{}, Coverage: match.Coverage{Components: 1}}
	if _, err := x.judge(context.Background(), &d, nil); err == nil {
		t.Error("a document without a snapshot was rescreened")
	}
}
