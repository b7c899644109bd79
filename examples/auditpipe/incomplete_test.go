// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What was read of a document before a fault is judged again by another denylist, and stays
// incomplete.
func TestIncompleteJudgedAgain(t *testing.T) {
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
	// And by the first again: nothing of the other denylist is left.
	if status, out, stderr := audit(t, "", "rescreen", "-store", store, "-key", private, "-denylist", "2018.06.12"); status != exitUnread || !strings.Contains(out, "review → nothing gateway") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// What was not screened shows in the exit status, also if a finding outranks it in the verdict.
func TestExitStatus(t *testing.T) {
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
