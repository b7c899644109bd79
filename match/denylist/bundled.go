// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/words"
)

//go:embed data/history.txt
var history string

// ErrUnknownRelease: there is no release with this name in this package.
var ErrUnknownRelease = errors.New("denylist: unknown release")

// Names returns the names of the releases in this package. They are dates, oldest first, and the
// last one is the current release.
func Names() []string {
	var names []string
	for line := range strings.Lines(history) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	slices.Sort(names) // because some older ones were added later, as reconstructions
	return names
}

// Current returns the newest release in this package. It is read once, on first use.
func Current() *Release { return currentOnce() }

var currentOnce = sync.OnceValue(func() *Release {
	names := Names()
	r, err := Open(names[len(names)-1])
	if err != nil {
		panic("denylist: internal error: " + err.Error())
	}
	return r
})

// Open returns the release in this package with the name, after a check of its digest. For an
// unknown name the error is [ErrUnknownRelease].
func Open(name string) (*Release, error) {
	want := ""
	for line := range strings.Lines(history) {
		if n, sum, ok := strings.Cut(strings.TrimSpace(line), " "); ok && n == name {
			want = sum
		}
	}
	if want == "" {
		hint := ""
		if near := words.Nearest(name, Names()); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return nil, fmt.Errorf("%w: %q; expected one of %s%s", ErrUnknownRelease, name, strings.Join(Names(), ", "), hint)
	}
	if r := openPacked(packedText, name, want); r != nil {
		r.trust = Embedded
		return r, nil
	}
	data, err := readRelease(name)
	if err != nil {
		return nil, err
	}
	r, err := parseWithDigest(name, data, want)
	if err != nil {
		return nil, err
	}
	r.trust = Embedded
	return r, nil
}
