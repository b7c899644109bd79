// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"math/rand/v2"
	"testing"

	"github.com/clause76/clause76/internal/purl"
)

// A package URL of the usual form is read without a note, and has no qualifiers.
func TestUsualIsReadWithoutANote(t *testing.T) {
	pieces := []string{"pkg:", "npm/", "maven/", "golang/", "PKG:", "/", "a", "B", "com.x", ".", "..", "-", "_", "%40", "@", "@1.0", ":", "?a=b", "#s", "%2F", "%", " ", "é", "+", "~", "x@y"}
	random := rand.New(rand.NewPCG(1, 2))
	usual := 0
	for range 300_000 {
		s := ""
		if random.IntN(4) > 0 {
			s = "pkg:" + pieces[1+random.IntN(3)]
		}
		for range random.IntN(6) {
			s += pieces[random.IntN(len(pieces))]
		}
		if !purl.IsUsual([]byte(s)) {
			continue
		}
		usual++
		if p, note, ok := purl.ParseTolerant(s); !ok || note != "" || p.Qualifiers != "" {
			t.Fatalf("%q: %+v, note %q, read: %v", s, p, note, ok)
		}
	}
	if usual < 1000 {
		t.Errorf("only %d of the usual form", usual)
	}
	for _, s := range []string{"pkg:npm/%40babel/core@7.1.0", "pkg:maven/org.apache.commons/commons-lang3@3.1", "pkg:golang/github.com/a/b@v1.2.3", "pkg:pypi/requests"} {
		if !purl.IsUsual([]byte(s)) {
			t.Errorf("%q is not of the usual form", s)
		}
	}
}
