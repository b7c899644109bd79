// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// running are directories that have content only on a running system: Filesystem Hierarchy Standard
// 3.0, 3.5 (dev), 3.15 (run), 3.18 (tmp), 6.1.4 (proc), 6.1.7 (sys).
var running = []string{"dev", "proc", "run", "sys", "tmp"}

// link records a symbolic link with a target outside of the directory. A target in the directory is
// read anyway. A file system in an image does not provide the targets of its links, and there is
// nothing outside of it.
func (w *walker) link(p string) {
	fsys, ok := w.fsys.(fs.ReadLinkFS)
	if !ok || path.Base(p) == "subsystem" && slices.ContainsFunc(w.special, func(d directory) bool { return d.path == path.Dir(p) }) {
		return // in sysfs this link leads to the class of the device
	}
	if target, err := fsys.ReadLink(p); err != nil || leadsOut(fsys, p, target) {
		w.outside = append(w.outside, p)
	}
}

// leadsOut reports whether the target of a link is not in the directory. A target that starts with "/"
// is relative to the directory, as it is on the device.
func leadsOut(fsys fs.ReadLinkFS, p, target string) bool {
	if filepath.VolumeName(target) != "" {
		return true
	}
	target = filepath.ToSlash(target)
	if !path.IsAbs(target) {
		to := path.Join(path.Dir(p), target)
		return to == ".." || strings.HasPrefix(to, "../")
	}
	top, _, _ := strings.Cut(strings.TrimPrefix(path.Clean(target), "/"), "/")
	if top == "" || slices.Contains(running, top) {
		return false
	}
	_, err := fsys.Lstat(top)
	return err != nil
}

// reportLinks counts the links with a target outside of the directory as not screened.
func (w *walker) reportLinks() {
	if n := len(w.outside); n > 0 {
		w.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("symbolic links with a target outside of the directory, which was not screened: %d (%s)", n, firstPaths(w.outside)), vendors.Location{Pointer: w.prefix + w.outside[0], Offset: -1})
	}
}
