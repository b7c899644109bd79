// SPDX-License-Identifier: Apache-2.0

// Package exit has the exit statuses of the command line programs.
package exit

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// Status returns the exit status of a program that screens. A finding takes precedence over
// something that was not screened.
func Status(found, unscreened bool) int {
	switch {
	case found:
		return evidence.ExitFound
	case unscreened:
		return evidence.ExitUnscreened
	}
	return evidence.ExitClear
}

// ParseFailOn parses the least severe verdict that a program fails on, in upper or lower case:
// "ban", "exclude", "review", "inconclusive", or "never", for which it returns [match.NoVerdict].
func ParseFailOn(word string) (match.Verdict, error) {
	const never = "never"
	lower := strings.ToLower(strings.TrimSpace(word))
	if lower == never {
		return match.NoVerdict, nil
	}
	var v match.Verdict
	if err := v.UnmarshalText([]byte(lower)); err != nil || v < match.Inconclusive {
		return match.NoVerdict, fmt.Errorf("the verdict to fail on is %q; expected one of ban, exclude, review, inconclusive, %s", word, never)
	}
	return v, nil
}
