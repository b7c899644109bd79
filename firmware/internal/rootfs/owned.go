// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"archive/tar"
	"bufio"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/clause76/clause76/firmware/internal/pkgdb"
	"github.com/clause76/clause76/firmware/internal/rpm"
)

// The files of package managers, by their places. What comes in front of "lib" is the root
// of the system that the database is about, perhaps with "usr" or "var".
var (
	// debStatus is the database of dpkg or opkg.
	debStatus = regexp.MustCompile(`(^|/)lib/(?:dpkg|opkg)/status$`)
	// debInfo is what they keep for a package: its name, ":" and its architecture if there are
	// packages of several, and the kind of the file.
	debInfo = regexp.MustCompile(`(^|/)lib/(?:dpkg|opkg)/info/([^/]+?)(?::[a-z0-9-]+)?\.(list|control|conffiles|md5sums|shlibs|symbols|triggers|provides|templates|config|(?:pre|post)(?:inst|rm)(?:-pkg)?)$`)
	// debOther is what they keep for all.
	debOther = regexp.MustCompile(`(^|/)lib/(?:dpkg|opkg)/(?:info/format|status-old|available|lock|arch|diversions|statoverride)$`)
	// apkInstalled is apk's database. "P:" is a package, "F:" a directory of it, "R:" a file in that.
	apkInstalled = regexp.MustCompile(`(^|/)lib/apk/db/installed$`)
	apkOther     = regexp.MustCompile(`(^|/)lib/apk/db/(?:lock|scripts\.tar|triggers)$`)
	rpmPackages  = regexp.MustCompile(`(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Packages|Packages\.db|rpmdb\.sqlite)$`)
	rpmOther     = regexp.MustCompile(`(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Basenames|Conflictname|Dirnames|Enhancename|Filetriggername|Group|Installtid|Name|Obsoletename|Providename|Recommendname|Requirename|Sha1header|Sigmd5|Suggestname|Supplementname|Transfiletriggername|Triggername|__db\.[0-9]+|Index\.db|rpmdb\.sqlite-shm|\.rpm\.lock|\.dbenv\.lock)$`)
)

// owners returns the files that belong to installed packages, and those that package managers
// keep beside their databases. A list of files owns them only if the database beside it has
// its package as installed. What a manager keeps for itself has to be beside a database that
// can be read, and has to look like what it is by its name.
func owners(fsys fs.FS, files []string) map[string]bool {
	owned := make(map[string]bool)
	databases := make(map[string]map[string]bool) // directory to packages, and whether each is installed
	for _, p := range files {
		dir := path.Dir(p)
		switch {
		case debStatus.MatchString(p):
			databases[dir] = installedPackages(fsys, p)
		case apkInstalled.MatchString(p):
			databases[dir] = apkFiles(fsys, p, owned)
		case rpmPackages.MatchString(p):
			databases[dir] = rpmFiles(fsys, p, owned)
		}
	}
	for _, p := range files {
		dir := path.Dir(p)
		if m := debInfo.FindStringSubmatch(p); m != nil {
			installed, known := databases[path.Dir(dir)][m[2]]
			if installed && m[3] == "list" {
				top := root(debInfo, p)
				each(fsys, p, func(line string) { owned[under(fsys, top, line)] = true })
			}
			if known && isTextFile(fsys, p) {
				owned[p] = true
			}
		}
		if debOther.MatchString(p) && len(databases[strings.TrimSuffix(dir, "/info")]) > 0 && isTextFile(fsys, p) ||
			apkOther.MatchString(p) && len(databases[dir]) > 0 && (isTextFile(fsys, p) || path.Ext(p) == ".tar" && isArchiveOfTexts(fsys, p)) ||
			rpmOther.MatchString(p) && len(databases[dir]) > 0 && isIndex(fsys, p) {
			owned[p] = true
		}
	}
	return owned
}

// root is the part of a path in front of what a pattern finds, without a slash.
func root(pattern *regexp.Regexp, p string) string { return p[:pattern.FindStringIndex(p)[0]] }

// installedPackages returns the packages of a database of dpkg or opkg, and whether each is
// installed. Of a database that is broken, those ahead of the fault; it is reported when the
// file is read as a document.
func installedPackages(fsys fs.FS, name string) map[string]bool {
	f, err := fsys.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := bufio.NewReader(f)
	if start, _ := head.Peek(64 << 10); !pkgdb.SniffDeb822(start) {
		return nil
	}
	found := make(map[string]bool)
	for c, err := range pkgdb.ReadDeb822(head, nil).Components() {
		if err != nil {
			break
		}
		if c.Name != "" {
			found[c.Name] = found[c.Name] || !c.Indirect // one package can be there for two architectures
		}
	}
	return found
}

// apkFiles takes the files of the packages of apk's database, and returns the packages.
func apkFiles(fsys fs.FS, name string, owned map[string]bool) map[string]bool {
	found := make(map[string]bool)
	top, pkg, dir := root(apkInstalled, name), "", ""
	each(fsys, name, func(line string) {
		key, value, _ := strings.Cut(line, ":")
		switch {
		case line == "":
			pkg, dir = "", ""
		case key == "P":
			pkg = value
			found[pkg] = true
		case key == "F":
			dir = value
		case key == "R" && pkg != "":
			owned[under(fsys, top, dir+"/"+value)] = true
		}
	})
	return found
}

// rpmFiles takes the files of the packages of a database of rpm, and returns the packages.
func rpmFiles(fsys fs.FS, name string, owned map[string]bool) map[string]bool {
	f, err := fsys.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	found := make(map[string]bool)
	top := root(rpmPackages, name)
	// A fault of the database is reported when it is read as a document.
	_ = rpm.Files(f, func(file string) {
		found[file] = true
		owned[under(fsys, top, file)] = true
	})
	return found
}

// merged are the directories that are links into usr on many systems, while their
// databases have files in them by their old names.
var merged = regexp.MustCompile(`^/s?bin/|^/lib[0-9a-z]*/`)

// under is the path in the tree of a file that a database names. The database is in
// root/usr/lib/opkg, root/var/lib/dpkg, root/lib/apk.
func under(fsys fs.FS, root, name string) string {
	top := root
	if base := path.Base(root); base == "usr" || base == "var" {
		top = path.Dir(root)
	}
	name = path.Clean("/" + name)
	if dir := merged.FindString(name); dir != "" {
		info, err := fs.Lstat(fsys, strings.TrimPrefix(path.Join(top, dir), "/"))
		if err != nil || !info.IsDir() {
			name = "/usr" + name
		}
	}
	return strings.TrimPrefix(path.Join(top, name), "/")
}

// each calls f with the lines of a file.
func each(fsys fs.FS, name string, f func(string)) {
	file, err := fsys.Open(name)
	if err != nil {
		return
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for in.Scan() {
		f(in.Text())
	}
}

// isTextFile reports whether a file is text from its start to its end.
func isTextFile(fsys fs.FS, name string) bool {
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return isTextStream(f)
}

func isTextStream(r io.Reader) bool {
	in := bufio.NewReader(r)
	for {
		switch r, n, err := in.ReadRune(); {
		case err != nil:
			return err == io.EOF
		case !isTextRune(r, n):
			return false
		}
	}
}

// isArchiveOfTexts reports whether a file is a tar archive of nothing but texts.
func isArchiveOfTexts(fsys fs.FS, name string) bool {
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	in := tar.NewReader(f)
	for {
		switch _, err := in.Next(); {
		case err != nil:
			return err == io.EOF
		case !isTextStream(in):
			return false
		}
	}
}

// isIndex reports whether a file is an index or a lock of rpm. Those of Berkeley DB have a
// number at byte 12, and the first file that processes share has one at its start; the others
// have none. Those of ndb start with "RpmX" or "RpmI", and SQLite's shared memory with its version,
// 3007000, in the order of bytes of the machine.
func isIndex(fsys fs.FS, name string) bool {
	if dir, base := path.Split(name); strings.HasPrefix(base, "__db.") {
		name = dir + "__db.001"
	}
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(f, head)
	if n < len(head) {
		return n == 0
	}
	switch string(head[:4]) {
	case "RpmX", "RpmI", "\x97\x08\x12\x00", "\x00\x12\x08\x97", "\x18\xe2\x2d\x00", "\x00\x2d\xe2\x18":
		return true
	}
	switch string(head[12:]) {
	case "\x61\x15\x06\x00", "\x00\x06\x15\x61", "\x62\x31\x05\x00", "\x00\x05\x31\x62":
		return true
	}
	return false
}
