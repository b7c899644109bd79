// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"archive/tar"
	"bufio"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/clause76/clause76/firmware/internal/pkgdb"
	"github.com/clause76/clause76/firmware/internal/rpm"
	"github.com/clause76/clause76/internal/lazyregexp"
)

// Paths of the files of package managers. The part before "lib" is the root of the system that the
// database describes, and "usr" or "var" if the database is there.
var (
	// debStatus is the database of dpkg or opkg.
	debStatus = lazyregexp.New(`(^|/)lib/(?:dpkg|opkg)/status$`)
	// debInfo is a file about one package. Its name is the package, ":" and the architecture if there
	// are several, and the kind of the file.
	debInfo = lazyregexp.New(`(^|/)lib/(?:dpkg|opkg)/info/([^/]+?)(?::[a-z0-9-]+)?\.(list|control|conffiles|md5sums|shlibs|symbols|triggers|provides|templates|config|(?:pre|post)(?:inst|rm)(?:-pkg)?)$`)
	// debOther is a file about all packages.
	debOther = lazyregexp.New(`(^|/)lib/(?:dpkg|opkg)/(?:info/format|status-old|available|lock|arch|diversions|statoverride)$`)
	// apkInstalled is the database of apk. "P:" is a package, "F:" a directory of the package, "R:" a
	// file in the directory.
	apkInstalled = lazyregexp.New(`(^|/)lib/apk/db/installed$`)
	apkOther     = lazyregexp.New(`(^|/)lib/apk/db/(?:lock|scripts\.tar|triggers)$`)
	rpmPackages  = lazyregexp.New(`(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Packages|Packages\.db|rpmdb\.sqlite)$`)
	rpmOther     = lazyregexp.New(`(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Basenames|Conflictname|Dirnames|Enhancename|Filetriggername|Group|Installtid|Name|Obsoletename|Providename|Recommendname|Requirename|Sha1header|Sigmd5|Suggestname|Supplementname|Transfiletriggername|Triggername|__db\.[0-9]+|Index\.db|rpmdb\.sqlite-shm|\.rpm\.lock|\.dbenv\.lock)$`)
)

// owners returns the files that belong to installed packages, and the files of package managers. A
// file belongs to a package if the file list of the package contains it, and the database says
// that the package is installed. A file of a package manager must be next to a database that can
// be read, and its content must have the format that its name implies.
func owners(fsys fs.FS, files []string) map[string]bool {
	o := &ownership{fsys: fsys, owned: make(map[string]bool), databases: make(map[string]map[string]bool)}
	for _, p := range files {
		o.readDatabase(p)
	}
	// A file list counts only if the database has its package, so the databases are read first.
	for _, p := range files {
		o.readInfo(p)
		if o.isManagers(p) {
			o.owned[p] = true
		}
	}
	return o.owned
}

// An ownership collects the files that belong to packages and package managers.
type ownership struct {
	fsys  fs.FS
	owned map[string]bool
	// databases maps the directory of a database to its packages. The value of a package is true if
	// it is installed.
	databases map[string]map[string]bool
}

// readDatabase reads a file that has the path of a database. The databases of apk and rpm contain
// the file lists.
func (o *ownership) readDatabase(p string) {
	switch dir := path.Dir(p); {
	case debStatus.MatchString(p):
		o.databases[dir] = installedPackages(o.fsys, p)
	case apkInstalled.MatchString(p):
		o.databases[dir] = apkFiles(o.fsys, p, o.owned)
	case rpmPackages.MatchString(p):
		o.databases[dir] = rpmFiles(o.fsys, p, o.owned)
	}
}

// readInfo reads a file of dpkg or opkg about one package. One kind of these files is the list of the
// files of the package.
func (o *ownership) readInfo(p string) {
	m := debInfo.FindStringSubmatch(p)
	if m == nil {
		return
	}
	pkg, kind := m[2], m[3]
	installed, known := o.databases[path.Dir(path.Dir(p))][pkg]
	if installed && kind == "list" {
		top := root(debInfo, p)
		each(o.fsys, p, func(line string) { o.owned[under(o.fsys, top, line)] = true })
	}
	if known && isTextFile(o.fsys, p) {
		o.owned[p] = true
	}
}

// isManagers reports whether a file is a file of a package manager about all packages.
func (o *ownership) isManagers(p string) bool {
	dir := path.Dir(p)
	hasPackages := func(dir string) bool { return len(o.databases[dir]) > 0 }
	switch {
	case debOther.MatchString(p) && hasPackages(strings.TrimSuffix(dir, "/info")):
		return isTextFile(o.fsys, p)
	case apkOther.MatchString(p) && hasPackages(dir):
		return isTextFile(o.fsys, p) || path.Ext(p) == ".tar" && isArchiveOfTexts(o.fsys, p)
	case rpmOther.MatchString(p) && hasPackages(dir):
		return isIndex(o.fsys, p)
	}
	return false
}

// root returns the part of a path before the match of a pattern, without a slash at its end.
func root(pattern *lazyregexp.Regexp, p string) string { return p[:pattern.FindStringIndex(p)[0]] }

// installedPackages returns the packages of a database of dpkg or opkg, and whether each is
// installed. If the database is malformed, it returns the packages before the error. The error is
// reported when the file is read as a document.
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
			found[c.Name] = found[c.Name] || !c.Pedigree // a package can have an entry for each architecture
		}
	}
	return found
}

// apkFiles adds the files of the packages in a database of apk to owned, and returns the packages.
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

// rpmFiles adds the files of the packages in a database of rpm to owned. It returns these files, so
// that the caller can see that the database has packages.
func rpmFiles(fsys fs.FS, name string, owned map[string]bool) map[string]bool {
	f, err := fsys.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	found := make(map[string]bool)
	top := root(rpmPackages, name)
	// An error of the database is reported when it is read as a document.
	_ = rpm.Files(f, func(file string) {
		found[file] = true
		owned[under(fsys, top, file)] = true
	})
	return found
}

// merged matches files in directories that are links into /usr on many systems. Databases still
// contain the old paths.
var merged = lazyregexp.New(`^/s?bin/|^/lib[0-9a-z]*/`)

// under returns the path of a file that a database names. root is the part of the path of the
// database before "lib", such as "x/usr" for x/usr/lib/opkg and "x" for x/lib/apk.
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

// isTextFile reports whether a file is text up to its end.
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

// isArchiveOfTexts reports whether a file is a tar archive that contains only text files.
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

// isIndex reports whether a file is an index or a lock file of rpm. Files of Berkeley DB have a
// magic number at byte 12. Its shared memory files are __db.001 and so on, and only the first has
// a magic number, at its start. Files of ndb start with "RpmX" or "RpmI". The shared memory of
// SQLite starts with its version, 3007000, in the byte order of the machine.
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
