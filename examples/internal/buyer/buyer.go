// SPDX-License-Identifier: Apache-2.0

// Package buyer finds the buyer that a command line names.
package buyer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/words"
	"github.com/clause76/clause76/match/denylist"
)

// Open returns the buyer of -buyer: the one with a name, in any letter case, or the one in a
// file. A file has the ending .json, or a folder in its path.
func Open(value string) (*denylist.Buyer, error) {
	if strings.HasSuffix(strings.ToLower(value), ".json") || strings.ContainsAny(value, `/\`) {
		data, err := os.ReadFile(filepath.FromSlash(value))
		if err != nil {
			return nil, err
		}
		b, err := denylist.ParseBuyer(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", value, err)
		}
		return b, nil
	}
	return Named(value)
}

// Named returns the buyer of the denylist package with a name, in any letter case.
func Named(name string) (*denylist.Buyer, error) {
	all := denylist.Buyers()
	var names []string
	for i := range all {
		if strings.EqualFold(all[i].Name, strings.TrimSpace(name)) {
			return &all[i], nil
		}
		names = append(names, all[i].Name)
	}
	hint := ""
	if near := Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %s? ", near)
	}
	return nil, fmt.Errorf("there is no buyer %q; %s\"bidcheck buyers\" lists those that there are, and a file (.json) can describe another one", name, hint)
}

// Nearest returns the name that was probably meant: the one that differs least, or else the
// first that begins with the value; "" if there is none.
func Nearest(value string, names []string) string {
	if near := words.Nearest(value, names); near != "" {
		return near
	}
	value = strings.ToLower(strings.TrimSpace(value))
	i := slices.IndexFunc(names, func(name string) bool { return len(value) > 1 && strings.HasPrefix(name, value) })
	if i < 0 {
		return ""
	}
	return names[i]
}
