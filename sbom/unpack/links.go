// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"hash/maphash"
	"path"
	"strings"
)

// A linkSet has the links and the names of an archive. The target of a link within the archive is
// read there. Any other target was not screened, so such a link is an error, as in a tree of
// files.
type linkSet struct {
	seed  maphash.Seed
	names map[uint64]entryKind // by the hash of the name, because there can be many
	found []link
}

// An entryKind is the kind of entry that a name in an archive has.
type entryKind byte

const (
	onlyInNames entryKind = iota // a directory without an entry of its own
	anEntry
	aLink
)

type link struct {
	name, target string // target from the archive's root
	shown        string // target as written
	hard         bool
	file         bool // it is not a link but a file that refers to another one
}

// maxLinks limits the links that are kept until the end of the archive.
const maxLinks = 100_000

func (l *linkSet) hash(name string) uint64 {
	if l.names == nil {
		l.seed = maphash.MakeSeed()
		l.names = map[uint64]entryKind{maphash.String(l.seed, "/"): onlyInNames}
	}
	return maphash.String(l.seed, name)
}

// clean returns a name from the root of the archive.
func clean(name string) string { return path.Clean("/" + strings.ReplaceAll(name, `\`, "/")) }

// add records an entry, and the directories around it.
func (l *linkSet) add(name string, kind entryKind) {
	p := clean(name)
	h := l.hash(p)
	l.names[h] = kind
	for p != "/" {
		p = path.Dir(p)
		h = l.hash(p)
		if _, ok := l.names[h]; ok {
			return
		}
		l.names[h] = onlyInNames
	}
}

// symbolic records a symbolic link. Its target is relative to the directory of the link, or with
// "/" to the root of the archive, as on the device.
func (l *linkSet) symbolic(name, target string) {
	to := target
	if !strings.HasPrefix(target, "/") {
		to = path.Join(path.Dir(clean(name))[1:], target)
	}
	l.add(name, aLink)
	l.keep(link{name: name, target: to, shown: target})
}

// hard records a hard link to another entry.
func (l *linkSet) hard(name, target string) {
	l.keep(link{name: name, target: path.Clean(strings.TrimPrefix(target, "/")), shown: target, hard: true})
}

// named records a file that refers to another one in the archive.
func (l *linkSet) named(name, target string) {
	l.keep(link{name: name, target: path.Clean(strings.TrimPrefix(target, "/")), shown: target, hard: true, file: true})
}

func (l *linkSet) keep(k link) {
	if len(l.found) <= maxLinks {
		l.found = append(l.found, k)
	}
}

// outside reports whether the target of a link is not in the archive. A target below another link
// is left to that link.
func (l *linkSet) outside(k link) bool {
	if k.target == ".." || strings.HasPrefix(k.target, "../") || len(k.target) > 1 && k.target[1] == ':' {
		return true
	}
	p := clean(k.target)
	if kind, ok := l.names[l.hash(p)]; ok && (!k.hard || kind != onlyInNames) {
		return false
	}
	if top, _, _ := strings.Cut(p[1:], "/"); strings.HasPrefix(k.target, "/") && running[top] && k.ofSystem() {
		return false
	}
	for p != "/" {
		p = path.Dir(p)
		if l.names[l.hash(p)] == aLink {
			return false
		}
	}
	return true
}

// running has the directories that only a running system fills: Filesystem Hierarchy Standard
// 3.0, 3.5 (dev), 3.15 (run), 3.18 (tmp), 6.1.4 (proc), 6.1.7 (sys).
var running = map[string]bool{"dev": true, "proc": true, "run": true, "sys": true, "tmp": true}

// systemFolders has the directories of a root file system with links to such directories.
var systemFolders = nameSet("bin dev etc home lib lib32 lib64 libexec mnt opt overlay root rom run sbin srv sys tmp usr var www")

// ofSystem reports whether a link belongs to a root file system and not to a document. Next to
// documents, a link to a file that only a running system has is a document that was left out.
func (k *link) ofSystem() bool {
	if k.target == "/dev/null" {
		return !holdsDocuments(k.name)
	}
	if strings.Contains(path.Base(k.target), ".") && (holdsDocuments(k.target) || holdsDocuments(k.name)) {
		return false
	}
	for _, folder := range strings.Split(clean(k.name)[1:], "/") {
		if systemFolders[folder] {
			return true
		}
	}
	return false
}

// links reports the links with a target outside of the archive.
func (w *walker) links(t input, layer string, l *linkSet) {
	if w.done {
		return
	}
	n, first := 0, link{}
	for _, k := range l.found {
		if l.outside(k) {
			if n++; n == 1 {
				first = k
			}
		}
	}
	switch {
	case len(l.found) > maxLinks:
		w.fail(t, limit("more than %d links in an archive", maxLinks))
	case n > 0 && first.file:
		w.fail(t.member(layer, first.name, nil), syntax("it names %q, which is not in the archive, and was not screened; %d such files or links are missing", first.shown, n))
	case n > 0:
		w.fail(t.member(layer, first.name, nil), syntax("a link to %q, which is not in the archive, and was not screened; there are %d such links", first.shown, n))
	}
}
