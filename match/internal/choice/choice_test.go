// SPDX-License-Identifier: Apache-2.0

package choice_test

import (
	"fmt"
	"testing"

	"github.com/clause76/clause76/match/internal/choice"
)

func Example() {
	valid := []string{"ban", "phaseOut"}
	fmt.Println(choice.List("actions", []string{" Ban", "PHASEOUT"}, valid))
	fmt.Println(choice.List("actions", []string{"ban", "bans"}, valid))
	// Output:
	// [ban phaseOut] <nil>
	// [] entry 2 of actions is "bans"; expected one of ban, phaseOut; did you mean "ban"?
}

func TestOne(t *testing.T) {
	for value, want := range map[string]string{"ban": "ban", "\tBAN ": "ban", "": "", "ba": "", "banned": "", "b an": ""} {
		if got, err := choice.One("failOn", value, []string{"ban"}); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", value, got, err, want)
		}
	}
}
