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
