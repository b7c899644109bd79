// SPDX-License-Identifier: Apache-2.0

// Package uefi reads the EFI System Resource Table in the sysfs of Linux. It has one directory for
// each piece of firmware that can be updated: /sys/firmware/efi/esrt/entries/entry0 and so on
// (Linux, Documentation/ABI/testing/sysfs-firmware-efi-esrt).
//
// Each entry is one piece of firmware. Its class is a GUID that the maker chooses, and that the
// updates for this firmware have too.
package uefi

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Files are the names of the files in an entry.
var Files = []string{"fw_class", "fw_type", "fw_version", "lowest_supported_fw_version", "capsule_flags", "last_attempt_version", "last_attempt_status"}

// IsEntry reports whether a directory is an entry of the table.
func IsEntry(fsys fs.FS, dir string) bool {
	for _, name := range []string{"fw_class", "fw_type", "fw_version"} {
		if _, err := fs.Stat(fsys, path.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// kinds are the types of firmware: UEFI Specification 2.10, 23.4.
var kinds = map[string]string{"1": "system firmware", "2": "device firmware", "3": "UEFI driver"}

var guid = lazyregexp.New(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// Entry emits the firmware of an entry. Locations start with prefix. Entry returns false if the
// caller of the document stopped.
func Entry(s *sbom.Sink, fsys fs.FS, dir, prefix string) bool {
	at := vendors.Location{Pointer: prefix + path.Join(dir, "fw_class")}
	c := sbom.Component{Ref: prefix + dir, Type: "firmware", Name: "firmware", Location: at}
	class, err := field(fsys, path.Join(dir, "fw_class"))
	switch {
	case err == nil && !guid.MatchString(class):
		err = fmt.Errorf("%.100q is not a GUID", class)
		fallthrough
	case err != nil:
		c.Malformed++
		s.Warn(sbom.WarnMalformed, "fw_class was not screened: "+err.Error(), at)
	default:
		s.Claim(&c, vendors.Namespace, vendors.KindGUID, class, at)
	}
	if kind, err := field(fsys, path.Join(dir, "fw_type")); err == nil && kinds[kind] != "" {
		c.Name = kinds[kind]
	}
	if version, err := field(fsys, path.Join(dir, "fw_version")); err == nil {
		c.Version = version
	}
	return s.Emit(c)
}

const maxField = 4096 // bytes: a file in sysfs has at most one page

func field(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxField+1))
	if err == nil && len(data) > maxField {
		err = fmt.Errorf("more than %d bytes", maxField)
	}
	return string(bytes.TrimSpace(data)), err
}
