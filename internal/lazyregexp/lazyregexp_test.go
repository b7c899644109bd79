// SPDX-License-Identifier: Apache-2.0

package lazyregexp_test

import (
	"testing"

	"github.com/clause76/clause76/internal/lazyregexp"
)

func TestNew(t *testing.T) {
	r := lazyregexp.New(`a(b+)`)
	if !r.MatchString("xabb") || r.MatchString("a") || r.String() != "a(b+)" {
		t.Error("a pattern does not match what it should")
	}
	if got := r.ReplaceAllString("abb ab", "$1"); got != "bb b" {
		t.Errorf("got %q", got)
	}
}

// A test finds a wrong pattern, although nothing uses it.
func TestWrong(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	lazyregexp.New(`(`)
}
