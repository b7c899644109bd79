// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/words"
)

//go:embed data/releases/*.json
var releases embed.FS

//go:embed data/history.txt
var history string

// ErrUnknownRelease: there is no release with this name in this package.
var ErrUnknownRelease = errors.New("denylist: unknown release")

// A cut is a line of history.txt.
type cut struct {
	name, digest string
	supersedes   string // the release that this one corrects, or ""
}

// cuts are the lines of history.txt, in their order.
var cuts = sync.OnceValue(func() []cut { return parseHistory(history) })

// parseHistory reads the text of history.txt: on each line the name of a release, its digest and,
// for a correction, the name of the release that it corrects. A line that starts with # is a comment.
func parseHistory(text string) []cut {
	var all []cut
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) >= 2 && !strings.HasPrefix(f[0], "#") {
			c := cut{name: f[0], digest: f[1]}
			if len(f) > 2 {
				c.supersedes = f[2]
			}
			all = append(all, c)
		}
	}
	return all
}

// lastCorrection returns the name of the release that corrects the one with the digest. If that one
// was corrected too, it is the last one. Without a correction it is "".
func lastCorrection(all []cut, digest string) string {
	found := ""
	i := slices.IndexFunc(all, func(c cut) bool { return c.digest == digest })
	for range all { // no more often, so that a mistake in the history cannot make this endless
		if i < 0 {
			break
		}
		name := all[i].name
		if i = slices.IndexFunc(all, func(c cut) bool { return c.supersedes == name }); i >= 0 {
			found = all[i].name
		}
	}
	return found
}

// SupersededBy returns the name of the release in this package that corrects this one, or "". If
// that one was corrected too, it is the last one. Its [Release.Note] says what was wrong. A release
// that was read from a file is recognized by its digest, and a custom denylist by the release that
// it extends.
func (r *Release) SupersededBy() string { return lastCorrection(cuts(), cmp.Or(r.extends, r.digest)) }

// Names returns the names of the releases in this package. They are dates, oldest first, and the
// last one is the current release. A release that corrects one of the same day has its name with a
// number, and follows it: "2018.06.12.1". [Release.SupersededBy] tells which were corrected.
func Names() []string {
	var names []string
	for _, c := range cuts() {
		names = append(names, c.name)
	}
	slices.SortFunc(names, compareNames) // because some older ones were added later
	return names
}

// compareNames compares names of releases part by part, numbers as numbers.
func compareNames(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		i, errI := strconv.Atoi(x)
		j, errJ := strconv.Atoi(y)
		if errI != nil || errJ != nil {
			return strings.Compare(x, y)
		}
		return cmp.Compare(i, j)
	})
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

// Open returns the release in this package with the name, after a check of its digest. A release
// that was corrected opens as it was made; see [Release.SupersededBy]. For an unknown name the error
// is [ErrUnknownRelease].
func Open(name string) (*Release, error) {
	i := slices.IndexFunc(cuts(), func(c cut) bool { return c.name == name })
	if i < 0 {
		hint := ""
		if near := words.Nearest(name, Names()); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return nil, fmt.Errorf("%w: %q; expected one of %s%s", ErrUnknownRelease, name, strings.Join(Names(), ", "), hint)
	}
	data, err := fs.ReadFile(releases, "data/releases/"+name+".json")
	if err != nil {
		return nil, err
	}
	r, err := parseWithDigest(name, data, cuts()[i].digest)
	if err != nil {
		return nil, err
	}
	r.trust = Embedded
	return r, nil
}
