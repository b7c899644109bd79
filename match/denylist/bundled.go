// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/vendors"
)

//go:embed data/releases/*.json
var releases embed.FS

//go:embed data/list.json data/instruments/*.json
var sources embed.FS

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

// Sources returns the files that releases are cut from, as a list that [Load] and [Lint]
// read without a base.
func Sources() fs.FS { return sourceFS{} }

// sourceFS has the instruments of this package and, in vendors, the bundled register.
type sourceFS struct{}

func (sourceFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "vendors" {
		return vendors.BundledData().Open(".")
	}
	if file, ok := strings.CutPrefix(name, "vendors/"); ok {
		return vendors.BundledData().Open(file)
	}
	return sources.Open(path.Join("data", name))
}
