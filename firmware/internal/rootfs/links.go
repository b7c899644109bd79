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

// link takes note of a symbolic link that leads out of the tree. Those within are to files
// that are read anyway. A file system in an image has no outside, and says nothing of where
// its links lead.
func (w *walker) link(p string) {
	fsys, ok := w.fsys.(fs.ReadLinkFS)
	if !ok || path.Base(p) == "subsystem" && slices.ContainsFunc(w.special, func(d directory) bool { return d.path == path.Dir(p) }) {
		return // that of sysfs leads to the kind of the device
	}
	if target, err := fsys.ReadLink(p); err != nil || leadsOut(fsys, p, target) {
		w.outside = append(w.outside, p)
	}
}

// leadsOut reports whether a link is to something that is not in the tree. One that starts with
// "/" starts at the root of the tree, as on the device.
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

// reportLinks says which links lead out.
func (w *walker) reportLinks() {
	if n := len(w.outside); n > 0 {
		w.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("%d links lead out of the tree, as %s: what they lead to was not screened",
			n, strings.Join(w.outside[:min(n, 3)], ", ")), vendors.Location{Pointer: w.prefix + w.outside[0], Offset: -1})
	}
}
