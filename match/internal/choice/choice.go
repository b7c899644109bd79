// SPDX-License-Identifier: Apache-2.0

// Package choice parses words of closed sets in options and policies. It ignores letter case and
// blanks around a word.
package choice

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/internal/words"
)

// One returns the valid word for a value. For any other value the error names what is chosen and
// lists the valid words, and says which one was probably meant.
func One(what, value string, valid []string) (string, error) {
	trimmed := strings.TrimSpace(value)
	for _, word := range valid {
		if strings.EqualFold(trimmed, word) {
			return word, nil
		}
	}
	hint := ""
	if near := words.Nearest(value, valid); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return "", fmt.Errorf("%s is %q; expected one of %s%s", what, value, strings.Join(valid, ", "), hint)
}

// List returns the valid word for each value. The error also says which value it is, from 1.
func List(what string, values, valid []string) ([]string, error) {
	var out []string
	for i, v := range values {
		word, err := One(fmt.Sprintf("entry %d of %s", i+1, what), v, valid)
		if err != nil {
			return nil, err
		}
		out = append(out, word)
	}
	return out, nil
}
