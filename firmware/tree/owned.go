// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"bufio"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/clause76/clause76/firmware/rpm"
)

// lists are where package managers keep the names of the files that they installed: one
// path a line.
var lists = regexp.MustCompile(`(^|/)lib/(?:dpkg|opkg)/info/[^/]+\.list$`)

// installed is apk's database. "F:" is a directory, "R:" a file in it.
var installed = regexp.MustCompile(`(^|/)lib/apk/db/installed$`)

// rpms are rpm's databases.
var rpms = regexp.MustCompile(`(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Packages|Packages\.db|rpmdb\.sqlite)$`)

// keeping is what package managers, and sysfs, keep for themselves beside that.
var keeping = regexp.MustCompile(`(^|/)lib/(?:dpkg|opkg)/(?:info/(?:format|[^/]+\.(?:list|control|conffiles|md5sums|shlibs|symbols|triggers|provides|templates|config|(?:pre|post)(?:inst|rm)(?:-pkg)?))|status-old|available|lock|arch|diversions|statoverride)$|(^|/)lib/apk/db/(?:lock|scripts\.tar|triggers)$|(^|/)(?:var/lib/rpm|usr/lib/sysimage/rpm)/(?:Basenames|Conflictname|Dirnames|Enhancename|Filetriggername|Group|Installtid|Name|Obsoletename|Providename|Recommendname|Requirename|Sha1header|Sigmd5|Suggestname|Supplementname|Transfiletriggername|Triggername|__db\.[0-9]+|Index\.db|rpmdb\.sqlite-shm|\.rpm\.lock|\.dbenv\.lock)$|(^|/)fw_resource_(?:count|count_max|version)$`)

// owners returns the files that a package of a database says are its own, and the package
// managers' own. What cannot be read of a list owns nothing.
func owners(fsys fs.FS, files []string) map[string]bool {
	owned := make(map[string]bool)
	for _, p := range files {
		switch {
		case lists.MatchString(p):
			root := p[:lists.FindStringIndex(p)[0]]
			each(fsys, p, func(line string) { owned[under(fsys, root, line)] = true })
		case installed.MatchString(p):
			root := p[:installed.FindStringIndex(p)[0]]
			dir := ""
			each(fsys, p, func(line string) {
				if name, ok := strings.CutPrefix(line, "F:"); ok {
					dir = name
				} else if name, ok := strings.CutPrefix(line, "R:"); ok {
					owned[under(fsys, root, dir+"/"+name)] = true
				}
			})
		}
		if rpms.MatchString(p) {
			root := p[:rpms.FindStringIndex(p)[0]]
			if f, err := fsys.Open(p); err == nil {
				_ = rpm.Files(f, func(name string) { owned[under(fsys, root, name)] = true }) // its fault shows when it is read
				f.Close()
			}
		}
		if keeping.MatchString(p) {
			owned[p] = true
		}
	}
	return owned
}

// merged are the directories that are links into usr on many systems, while their
// databases have files in them by their old names.
var merged = regexp.MustCompile(`^/s?bin/|^/lib[0-9a-z]*/`)

// under is the path in the tree of a file that a database names. The database stands in
// root/usr/lib/opkg, root/var/lib/dpkg, root/lib/apk.
func under(fsys fs.FS, root, name string) string {
	top := strings.TrimSuffix(strings.TrimSuffix(root, "usr"), "var")
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
