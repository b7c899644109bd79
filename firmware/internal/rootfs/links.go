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

// running are directories that only a running system fills: Filesystem Hierarchy Standard
// 3.0, 3.5 (dev), 3.15 (run), 3.18 (tmp), 6.1.4 (proc), 6.1.7 (sys).
var running = []string{"dev", "proc", "run", "sys", "tmp"}

// link records a symbolic link that leads out of the tree. A link inside the tree leads to a
// file that is read anyway. Nothing is outside a file system in an image, and such a file
// system does not tell the targets of its links.
func (w *walker) link(p string) {
	fsys, ok := w.fsys.(fs.ReadLinkFS)
	if !ok || path.Base(p) == "subsystem" && slices.ContainsFunc(w.special, func(d directory) bool { return d.path == path.Dir(p) }) {
		return // in sysfs this link leads to the class of the device
	}
	if target, err := fsys.ReadLink(p); err != nil || leadsOut(fsys, p, target) {
		w.outside = append(w.outside, p)
	}
}

// leadsOut reports whether the target of a link is not in the tree. A target that starts with
// "/" is relative to the root of the tree, as on the device.
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

// reportLinks reports the links that lead out of the tree.
func (w *walker) reportLinks() {
	if n := len(w.outside); n > 0 {
		w.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("%d links lead out of the tree, as %s: what they lead to was not screened",
			n, strings.Join(w.outside[:min(n, 3)], ", ")), vendors.Location{Pointer: w.prefix + w.outside[0], Offset: -1})
	}
}
