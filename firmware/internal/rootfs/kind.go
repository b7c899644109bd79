// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"io/fs"

	"github.com/clause76/clause76/firmware/internal/smbios"
)

// marks are files that show what kind of directory contains them.
var marks = []struct{ kind, path string }{
	{"root-file-system", "etc/os-release"},
	{"root-file-system", "usr/lib/os-release"},
	{"root-file-system", "etc/openwrt_release"},
	{"root-file-system", "usr/lib/opkg/status"},
	{"root-file-system", "var/lib/opkg/status"},
	{"root-file-system", "var/lib/dpkg/status"},
	{"root-file-system", "lib/apk/db/installed"},
	{"root-file-system", "var/lib/rpm"},
	{"root-file-system", "usr/lib/sysimage/rpm"},
	{"root-file-system", "system/build.prop"},
	{"root-file-system", "default.prop"},
	{"root-file-system", "lib/modules"},
	{"root-file-system", "bin/busybox"},
	{"root-file-system", "etc/inittab"},
	{"sysfs-esrt", "entries/entry0/fw_class"},
	{"redfish-mockup", "redfish/v1/index.json"},
	{"redfish-mockup", "redfish/v1/odata/index.json"},
	{"redfish-mockup", "UpdateService/FirmwareInventory"},
	{"redfish-mockup", "Chassis/index.json"},
	{"redfish-mockup", "Systems/index.json"},
}

// Kind returns the kind of a directory that is one document: "root-file-system", "redfish-mockup",
// "sysfs-dmi" or "sysfs-esrt". It returns "" for a directory of separate documents. Only the names
// of files and directories count. A symbolic link counts even if its target does not exist.
func Kind(fsys fs.FS) string {
	if smbios.IsDirectory(fsys, ".") {
		return "sysfs-dmi"
	}
	for _, m := range marks {
		if _, err := fs.Lstat(fsys, m.path); err == nil {
			return m.kind
		}
	}
	return ""
}
