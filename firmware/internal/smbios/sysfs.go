// SPDX-License-Identifier: Apache-2.0

package smbios

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// dmi are the files of /sys/class/dmi/id (Linux, Documentation/ABI/testing/sysfs-devices,
// drivers/firmware/dmi-id.c) that name a maker or a product, by the part that they describe.
var dmi = []struct {
	ref, typ             string
	vendor, name, number string
	other                []string
}{
	{"system", "device", "sys_vendor", "product_name", "product_version", []string{"product_family", "product_sku"}},
	{"board", "device", "board_vendor", "board_name", "board_version", nil},
	{"chassis", "device", "chassis_vendor", "", "chassis_version", nil},
	{"bios", "firmware", "bios_vendor", "", "bios_version", nil},
}

// Files are the names of the files in /sys/class/dmi/id: those that Directory reads, and others
// with numbers, dates and serials, which it does not read.
var Files = []string{
	"sys_vendor", "product_name", "product_version", "product_family", "product_sku", "board_vendor", "board_name", "board_version",
	"chassis_vendor", "chassis_version", "bios_vendor", "bios_version",
	"product_serial", "product_uuid", "board_serial", "board_asset_tag", "chassis_serial", "chassis_asset_tag", "chassis_type", "bios_date", "bios_release",
	"ec_firmware_release", "modalias", "uevent",
}

// IsDirectory reports whether a directory is /sys/class/dmi/id or a copy of it.
func IsDirectory(fsys fs.FS, dir string) bool {
	known := 0
	for _, name := range []string{"sys_vendor", "product_name", "board_vendor", "board_name", "bios_vendor", "chassis_vendor", "modalias"} {
		if _, err := fs.Stat(fsys, path.Join(dir, name)); err == nil {
			known++
		} else if known == 0 && name == "board_vendor" {
			return false // three missing files show that almost every other directory is not a copy
		}
	}
	return known >= 3
}

// Directory emits the components of /sys/class/dmi/id or a copy of it. Locations start with prefix.
// Directory returns false if the caller of the document stopped.
func Directory(s *sbom.Sink, fsys fs.FS, dir, prefix string) bool {
	for _, part := range dmi {
		c := sbom.Component{Ref: prefix + path.Join(dir, part.ref), Type: part.typ, Name: part.ref, Location: vendors.Location{Pointer: prefix + path.Join(dir, part.vendor)}}
		if part.ref == "system" {
			c.Placement = sbom.Primary
		}
		present := part.ref == "system"
		field := func(name string, role vendors.Role, kind vendors.Kind) string {
			at := vendors.Location{Pointer: prefix + path.Join(dir, name)}
			if name == "" {
				return ""
			}
			text, found, err := line(fsys, path.Join(dir, name))
			if err != nil {
				c.Malformed++
				s.Warn(sbom.WarnMalformed, "the file was not screened: "+err.Error(), at)
				return ""
			}
			present = present || found
			if !found || names.Placeholder(text) {
				return ""
			}
			if role != "" {
				s.Claim(&c, role, kind, text, at)
			}
			return text
		}
		c.Group = field(part.vendor, vendors.Manufacturer, vendors.KindName)
		if name := field(part.name, vendors.Reference, vendors.KindProduct); name != "" {
			c.Name = name
		}
		for _, name := range part.other {
			field(name, vendors.Mention, vendors.KindText)
		}
		c.Version = field(part.number, "", "")
		if !present && c.Malformed == 0 {
			continue // a copy may lack files
		}
		if !s.Emit(c) {
			return false
		}
	}
	return true
}

const maxLine = 4096 // bytes: a file in sysfs has at most one page

// line reads a file of one line. A missing file is not an error.
func line(fsys fs.FS, name string) (text string, found bool, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		if _, err := fs.Stat(fsys, name); err != nil {
			return "", false, nil
		}
		return "", false, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxLine+1))
	switch data = bytes.TrimSuffix(data, []byte("\n")); {
	case err != nil:
		return "", false, err
	case len(data) > maxLine:
		return "", false, fmt.Errorf("more than %d bytes", maxLine)
	case bytes.IndexByte(data, '\n') >= 0:
		return "", false, fmt.Errorf("more than one line")
	}
	// A name of a maker with U+FFFD counts as one that could not be read.
	return strings.ToValidUTF8(string(bytes.TrimSpace(data)), "\ufffd"), true, nil
}
