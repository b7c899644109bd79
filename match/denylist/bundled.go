// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed data/releases/*.json
var releases embed.FS

//go:embed data/history.txt
var history string

// ErrUnknownRelease: this package does not have the release.
var ErrUnknownRelease = errors.New("denylist: unknown release")

// Names returns the names of the releases that come with this package, which are dates,
// oldest first. The last is the current one.
func Names() []string {
	var names []string
	for line := range strings.Lines(history) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	slices.Sort(names) // older ones were cut later, as reconstructions
	return names
}

// Current returns the newest release that comes with this package. It is read on
// first use, once.
func Current() *Release { return currentOnce() }

var currentOnce = sync.OnceValue(func() *Release {
	names := Names()
	r, err := Open(names[len(names)-1])
	if err != nil {
		panic("denylist: internal error: " + err.Error())
	}
	return r
})

// Open returns a release that comes with this package. Its digest is checked
// against the one recorded when it was cut. An unknown name is an
// [ErrUnknownRelease].
func Open(name string) (*Release, error) {
	want := ""
	for line := range strings.Lines(history) {
		if n, sum, ok := strings.Cut(strings.TrimSpace(line), " "); ok && n == name {
			want = sum
		}
	}
	if want == "" {
		return nil, fmt.Errorf("%w: %q; there are %s", ErrUnknownRelease, name, strings.Join(Names(), ", "))
	}
	data, err := fs.ReadFile(releases, "data/releases/"+name+".json")
	if err != nil {
		return nil, err
	}
	r, err := checked(name, data, want)
	if err != nil {
		return nil, err
	}
	r.trust = Embedded
	return r, nil
}
