// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// The part of a document that was read before an error is rescreened, and stays incomplete.
func TestRescreenKeepsIncompleteDocuments(t *testing.T) {
	private, _ := keyFiles(t)
	dir, store := t.TempDir(), filepath.Join(t.TempDir(), "store")
	put(t, filepath.Join(dir, "cut.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"device","name":"gateway","supplier":{"name":"ZTE Corporation"}},{"type":"library","na`)
	if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, "-denylist", "2018.06.13", dir); status != exitUnread || !strings.Contains(stderr, "1 new") {
		t.Fatalf("status %d, %s", status, stderr)
	}
	status, out, stderr := audit(t, "", "rescreen", "-store", store, "-key", private)
	if status != exitUnread || !strings.Contains(out, "nothing → review gateway") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
	// With the first denylist again, nothing of the other one remains.
	if status, out, stderr := audit(t, "", "rescreen", "-store", store, "-key", private, "-denylist", "2018.06.12"); status != exitUnread || !strings.Contains(out, "review → nothing gateway") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// Something that was not screened gives status 3, even if a finding is more severe.
func TestExitStatusShowsWhatWasNotScreened(t *testing.T) {
	private, _ := keyFiles(t)
	const listed = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"agent","supplier":{"name":"Kaspersky Lab"}}]`
	for name, tt := range map[string]struct {
		file         string
		status, find int
	}{
		"a finding":                       {listed + `}`, exitOK, exitOK},
		"a finding and a linked document": {listed + `,"externalReferences":[{"type":"bom","url":"https://example.com/other.cdx.json"}]}`, exitUnread, exitUnread},
		"a finding and a field":           {strings.Replace(listed, `}]`, `},{"type":"library","name":"x","supplier":[]}]`, 1) + `}`, exitUnread, exitUnread},
		"a finding before a fault":        {listed, exitUnread, exitUnread},
		"a finding and no other parts": {`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"agent","supplier":{"name":"Kaspersky Lab"}}}}`,
			exitUnread, exitUnread},
		"a finding beside an unread document": {packed(t, "zip", "a.json", listed+`}`, "b.json", `{"bomFormat":"CycloneDX"`), exitUnread, exitUnread},
		"no finding":                          {plainBOM, exitOK, exitOK},
		"no finding and a linked document":    {plainBOM[:len(plainBOM)-1] + `,"externalReferences":[{"type":"bom","url":"https://example.com/other.cdx.json"}]}`, exitUnread, exitUnread},
	} {
		file, store := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "store")
		put(t, file, tt.file)
		for _, args := range [][]string{{"screen", "-denylist", "2018.06.13", file}, {"screen", "-denylist", "2018.06.13", file}, {"rescreen"}} {
			if status, _, stderr := audit(t, "", append([]string{args[0], "-store", store, "-key", private}, args[1:]...)...); status != tt.status {
				t.Errorf("%s: %s: status %d, want %d\n%s", name, args[0], status, tt.status, stderr)
			}
		}
		if status, out, stderr := audit(t, "", "find", "-store", store, "-vendor", "huawei"); status != tt.find {
			t.Errorf("%s: find: status %d, want %d\n%s%s", name, status, tt.find, out, stderr)
		}
		want := exitFound
		if strings.HasPrefix(name, "no") {
			want = tt.find
		}
		if status, out, stderr := audit(t, "", "find", "-store", store, "-vendor", "kaspersky"); status != want {
			t.Errorf("%s: find: status %d, want %d\n%s%s", name, status, want, out, stderr)
		}
	}
}

// With companion files the exit status is that of bidcheck for the same files.
func TestCompanionFilesDoNotChangeTheStatus(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	private, _ := keyFiles(t)
	m, err := (&config{}).matcher()
	if err != nil {
		t.Fatal(err)
	}
	const licence = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy.\n"
	for name, files := range map[string]map[string]string{
		"a licence":                         {"LICENSE": licence},
		"a licence and a text":              {"LICENSE": licence, "README.md": "# An offer\n\n* one\n* two\n"},
		"companions in an archive":          {"a.zip": packed(t, "zip", "LICENSE", licence)},
		"a document":                        {"a.json": plainBOM},
		"a document beside a licence":       {"LICENSE": licence, "a.json": plainBOM},
		"a document and one in an archive":  {"a.zip": packed(t, "zip", "LICENSE", licence, "a.json", plainBOM), "LICENSE": licence},
		"a finding beside a licence":        {"LICENSE": licence, "a.json": listedBOM},
		"no document beside a licence":      {"LICENSE": licence, "a.json": "{}"},
		"half a document beside a licence":  {"LICENSE": licence, "a.json": plainBOM[:len(plainBOM)-2]},
		"an empty document and a licence":   {"LICENSE": licence, "a.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}`},
		"a binary file that is not read":    {"a.bin": "\x00\x01\x02\x03"},
		"a list that nobody reads, licence": {"LICENSE": licence, "parts.csv": "name,version,supplier\nagent,1,Acme\n"},
	} {
		dir, store := t.TempDir(), filepath.Join(t.TempDir(), "store")
		for path, text := range files {
			put(t, filepath.Join(dir, path), text)
		}
		r := evidence.New(m, "test", match.NoVerdict)
		r.Finish(screen.Run(t.Context(), m, screen.Collect([]string{dir}), nil))
		want := r.ExitStatus()
		for range 2 { // the second time it is in the store
			if status, _, stderr := audit(t, "", "screen", "-store", store, "-key", private, dir); status != want || strings.Count(stderr, "passed over") > len(files) {
				t.Errorf("%s: status %d, want %d\n%s", name, status, want, stderr)
			}
		}
		if status, _, stderr := audit(t, "", "rescreen", "-store", store, "-key", private); status != want {
			t.Errorf("%s: rescreen: status %d, want %d\n%s", name, status, want, stderr)
		}
	}
}
