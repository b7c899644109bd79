// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/internal/smbios"
	"github.com/clause76/clause76/firmware/internal/uefi"
	"github.com/clause76/clause76/internal/lazyregexp"
)

// Bounds of a field of sysfs.
const (
	maxPage  = 4096 // a file in sysfs has at most one page
	maxValue = 256  // real SMBIOS tables have shorter strings
)

// forms are patterns of the content of some files in sysfs, by name. All others are one line of text.
var forms = map[string]*lazyregexp.Regexp{
	"bios_date":           lazyregexp.New(`^(\d\d/\d\d/\d{2}(\d\d)?)?$`),
	"bios_release":        lazyregexp.New(`^\d+\.\d+$`),
	"ec_firmware_release": lazyregexp.New(`^\d+\.\d+$`),
	"chassis_type":        lazyregexp.New(`^\d+$`),
	"modalias":            lazyregexp.New(`^dmi:`),
	"uevent":              lazyregexp.New(`^([A-Z][A-Z0-9_]*=[^\n]*(\n|$))*$`),
}

// setting is the pattern of a file in the directory "power", and of a number in the ESRT.
var setting = lazyregexp.New(`^[A-Za-z0-9_ ./:-]{0,64}$`)

// power are the files in the directory "power" that sysfs has for every device.
var power = []string{"async", "autosuspend_delay_ms", "control", "runtime_active_kids", "runtime_active_time", "runtime_enabled", "runtime_status", "runtime_suspended_time", "runtime_usage"}

// counts are the files next to the entries of the ESRT.
var counts = []string{"fw_resource_count", "fw_resource_count_max", "fw_resource_version"}

// specialDirectory records a directory in which the files are fields of one device.
func (w *walker) specialDirectory(dir string) {
	add := func(dir string, form *lazyregexp.Regexp, names ...string) {
		for _, name := range names {
			w.fields[path.Join(dir, name)] = form
			if own := forms[name]; own != nil && form == nil {
				w.fields[path.Join(dir, name)] = own
			}
		}
	}
	switch {
	case smbios.IsDirectory(w.fsys, dir):
		w.special = append(w.special, directory{dir, smbios.Directory})
		add(dir, nil, smbios.Files...)
	case uefi.IsEntry(w.fsys, dir):
		w.special = append(w.special, directory{dir, uefi.Entry})
		add(dir, setting, uefi.Files...)
		add(path.Join(dir, "../.."), setting, counts...)
	default:
		return
	}
	add(path.Join(dir, "power"), setting, power...)
}

// field reports whether a file is a field in a special directory. Its path must be the path of a
// field, and its content must match the pattern of that field and must not be a document in a known
// format. Any other file is read as usual. A field is part of the digest of the directory, unless
// only root can read it, such as a serial number.
func (w *walker) field(j *job) bool {
	form, ok := w.fields[j.path]
	if !ok {
		return false
	}
	f, err := w.fsys.Open(j.path)
	if errors.Is(err, fs.ErrPermission) {
		j.unread = true
		return true
	}
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPage+1))
	if err != nil { // sysfs returns an error for a field that the device does not have
		j.unread = true
		return errors.Is(err, fs.ErrPermission) || len(data) == 0
	}
	if len(data) > maxPage || !isText(data) || !isValue(bytes.TrimSpace(data), form) || w.opts.Open(bytes.NewReader(data), nil, 0, nil).Header().Format != "" {
		return false
	}
	j.sum = sha256.Sum256(data)
	return true
}

// isValue reports whether text matches form or, if form is nil, is one line.
func isValue(text []byte, form *lazyregexp.Regexp) bool {
	if form != nil {
		return form.Match(text)
	}
	return len(text) <= maxValue && bytes.IndexByte(text, '\n') < 0
}

// isText reports whether data is text: UTF-8 without control characters, apart from those
// that separate lines, columns and pages.
func isText(data []byte) bool {
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if !isTextRune(r, n) {
			return false
		}
		data = data[n:]
	}
	return true
}

// isTextRune reports whether a character, as package utf8 decodes it from n bytes, may occur in
// a text.
func isTextRune(r rune, n int) bool {
	return (r != utf8.RuneError || n > 1) && (!unicode.IsControl(r) || strings.ContainsRune("\t\n\r\f", r))
}
