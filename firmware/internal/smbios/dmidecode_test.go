// SPDX-License-Identifier: Apache-2.0

package smbios_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/smbios"
	"github.com/clause76/clause76/sbom"
)

// show reads a text and returns a line for each component, with its makers.
func show(in string) (string, sbom.Header, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s", c.Location.Pointer, c.Name)
		for _, cl := range c.Claims {
			if cl.Role.IsOrigin() {
				fmt.Fprintf(&b, " of %s", cl.Value)
			}
			if at := cl.Location.Offset; !strings.HasPrefix(in[at:], cl.Value) {
				fmt.Fprintf(&b, " which is not at %d", at)
			}
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

const (
	head3  = "# dmidecode 3.6\nGetting SMBIOS data from sysfs.\nSMBIOS 3.4.0 present.\n"
	table3 = head3 + "# SMBIOS implementations newer than version 3.3.0 are not\n# fully supported by this version of dmidecode.\nTable at 0x7A3F2000.\n\n"
	system = "Handle 0x0100, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Nordwind Systems\n\tProduct Name: NS-42\n\tSKU Number: 7\n\n"
	board  = "Handle 0x0200, DMI type 2, 15 bytes\nBase Board Information\n\tManufacturer: ZTE\n\tProduct Name: ZB7\n\tFeatures:\n\t\tManufacturer: none\n\n"
	end    = "Handle 0x7F00, DMI type 127, 4 bytes\nEnd Of Table\n\n"

	ofSystem = "/System Information/0x0100 NS-42 of Nordwind Systems\n"
	ofBoard  = "/Base Board Information/0x0200 ZB7 of ZTE\n"
)

func TestDMIDecode(t *testing.T) {
	spaces := func(s string) string { return strings.ReplaceAll(s, "\t", "    ") }
	for _, tt := range []struct {
		name, in, want     string
		malformed, notices int
		err                error
	}{
		{"a table of SMBIOS 3", table3 + system + board + end, ofSystem + ofBoard, 0, 0, nil},
		{"with CRLF", strings.ReplaceAll(table3+system+board+end, "\n", "\r\n"), ofSystem + ofBoard, 0, 0, nil},
		{"no newline at the end", strings.TrimSpace(table3 + system + board + end), ofSystem + ofBoard, 0, 1, nil},
		{"without its end", table3 + system + board, ofSystem + ofBoard, 1, 0, nil},
		{"a correct number of structures", head3 + "2 structures occupying 90 bytes.\nTable at 0x000E0000.\n\n" + system + board, ofSystem + ofBoard, 0, 0, nil},
		{"fewer structures than the header states", head3 + "3 structures occupying 90 bytes.\nTable at 0x000E0000.\n\n" + system + board, ofSystem + ofBoard, 0, 0, sbom.ErrSyntax},
		{"found in EFI", "# dmidecode 3.5\n# SMBIOS entry point at 0x5f2\nFound SMBIOS entry point in EFI, reading table from /dev/mem.\nSMBIOS 2.8 present.\n2 structures occupying 90 bytes.\nTable at 0x5F3.\n\n" + system + end, ofSystem, 0, 0, nil},
		{"several devices in one structure", table3 + "Handle 0x0003, DMI type 40, 18 bytes\nAdditional Information 1\n\tString: a\nAdditional Information 2\n\tString: b\n\n" + system + end, ofSystem, 0, 0, nil},
		{"blanks instead of tabs", spaces(table3 + system + board + end), ofSystem + ofBoard, 0, 0, nil},
		{"a blank before the colon", strings.Replace(table3+system+board+end, "Manufacturer:", "Manufacturer :", 1), ofSystem + ofBoard, 0, 0, nil},
		{"a tab before the colon", strings.ReplaceAll(table3+system+board+end, "Manufacturer:", "Manufacturer\t:"), ofSystem + ofBoard, 0, 0, nil},
		{"another case", strings.ReplaceAll(table3+system+board+end, "Manufacturer:", "manufacturer:"), ofSystem + ofBoard, 0, 0, nil},
		{"invisible characters in the name of a field", strings.ReplaceAll(table3+system+board+end, "Manufacturer:", "Manu\u200bfacturer:"), ofSystem + ofBoard, 0, 0, nil},
		{"a value on the next line", strings.ReplaceAll(table3+system+board+end, "Manufacturer: ", "Manufacturer:\n\t\t"), ofSystem + ofBoard, 0, 0, nil},
		{"no colon", table3 + system + strings.TrimSuffix(board, "\n") + "\tManufacturer = ZTE\n\n" + end, ofSystem + ofBoard, 1, 0, nil},
		{"another field of a maker", table3 + system + strings.TrimSuffix(board, "\n") + "\tChip Vendor: ZTE\n\tidVendor: 0x19D2\n\tModule Manufacturer ID: Bank 1, Hex 0x2C\n\n" + end, ofSystem + ofBoard, 1, 0, nil},
		{"a maker in a list", table3 + system + strings.TrimSuffix(board, "\n") + "\tFeatures:\n\t\tVendor: ZTE\n\n" + end, ofSystem + ofBoard, 1, 0, nil},
		{"one type", head3 + "\n" + board, ofBoard, 0, 1, nil},
		{"one type, cut off in it", head3 + "\n" + strings.TrimSuffix(board, "\n"), ofBoard, 1, 0, nil},
		{"one type, cut off before its fields", head3 + "\nHandle 0x0200, DMI type 2, 15 bytes\nBase Board Information\n", "/Base Board Information/0x0200 Base Board Information\n", 1, 0, nil},
		{"-q, cut off", "System Information\n\tManufacturer: Nordwind Systems\n\nBase Board Information\n\tProduct Name: ZB7\n", "/System Information/1 System Information of Nordwind Systems\n/Base Board Information/2 ZB7\n", 1, 0, nil},
		{"several types", head3 + "\n" + system + board, ofSystem + ofBoard, 0, 1, nil},
		{"one type without a head", board, ofBoard, 0, 1, nil},
		{"several types without a head", system + board, ofSystem + ofBoard, 1, 0, nil},
		{"a table from a dump file, cut off", head3 + "Reading SMBIOS/DMI data from file table.bin.\n\n" + system + board, ofSystem + ofBoard, 1, 0, nil},
		{"-q", "System Information\n\tManufacturer: Nordwind Systems\n\tProduct Name: NS-42\n\nBase Board Information\n\tManufacturer: ZTE\n\tProduct Name: ZB7\n\n",
			"/System Information/1 NS-42 of Nordwind Systems\n/Base Board Information/2 ZB7 of ZTE\n", 0, 1, nil},
		{"-u", head3 + "\nHandle 0x0200, DMI type 2, 15 bytes\n\tHeader and Data:\n\t\t02 0F 00 02 02 01 00 00 00 00 00 00 00 0A 00\n\tStrings:\n\t\t5A 42 37 00\n\t\tZB7\n\t\t5A 54 45 00\n\t\tZTE\n\n", "//0x0200 ZB7 of ZTE\n", 0, 1, nil},
		{"-u, with quotes", head3 + "\nHandle 0x0200, DMI type 2, 15 bytes\n\tHeader and Data:\n\t\t02 0F 00 02 01 00 00 00\n\tStrings:\n\t\t5A 54 45 00\n\t\t\"ZTE\"\n\n", "//0x0200  of ZTE\n", 0, 1, nil},
		{"-u, without the string of the maker", head3 + "\nHandle 0x0200, DMI type 2, 15 bytes\n\tHeader and Data:\n\t\t02 0F 00 02 03 01 00 00\n\tStrings:\n\t\t5A 42 37 00\n\t\tZB7\n\n", "//0x0200 ZB7\n", 1, 1, nil},
		{"bytes of a type without a maker", table3 + "Handle 0x00F0, DMI type 221, 9 bytes\nOEM-specific Type\n\tHeader and Data:\n\t\tDD 09 F0 00 01 01 00 00 00\n\tStrings:\n\t\tZTE\n\n" + end, "", 0, 0, nil},
		{"a maker in a structure of another type", table3 + "Handle 0x0030, DMI type 30, 6 bytes\nOut-of-band Remote Access\n\tManufacturer Name: ZTE\n\n" + end, "/Out-of-band Remote Access/0x0030 Out-of-band Remote Access of ZTE\n", 0, 0, nil},
		{"a broken table", table3 + system + "Invalid entry length (0). DMI table is broken! Stop.\n", ofSystem, 1, 0, nil},
		{"a broken table with a number of structures", head3 + "9 structures occupying 90 bytes.\n\n" + system + "Wrong DMI structures count: 9 announced, only 1 decoded.\nInvalid entry length (2). DMI table is broken! Stop.\n", ofSystem, 1, 0, nil},
		{"a wrong count", head3 + "9 structures occupying 90 bytes.\n\n" + system + "Wrong DMI structures count: 9 announced, only 1 decoded.\n", ofSystem, 1, 0, nil},
		{"a wrong length, before the structures", head3 + "9 structures occupying 90 bytes.\n\nWrong DMI structures length: 90 bytes announced, only 60 bytes available.\n" + system, ofSystem, 1, 0, nil},
		{"a wrong length, and the end", table3 + system + end + "Wrong DMI structures length: 90 bytes announced, structures occupy 60 bytes.\n", ofSystem, 0, 0, nil},
		{"a structure that is cut off", table3 + strings.Replace(system, "\tSKU Number: 7\n", "\t<TRUNCATED>\n", 1) + end, ofSystem, 1, 0, nil},
		{"an unexpected line", table3 + system + "agent: ZTE\n" + end, ofSystem, 1, 0, nil},
		{"two tables", table3 + system + end + table3 + system + board + end, ofSystem + "/System Information/table 2/0x0100 NS-42 of Nordwind Systems\n/Base Board Information/table 2/0x0200 ZB7 of ZTE\n", 0, 0, nil},
		{"two tables, the first without its end", table3 + system + table3 + board + end, ofSystem + "/Base Board Information/table 2/0x0200 ZB7 of ZTE\n", 1, 0, nil},
		{"two tables, the first cut off", head3 + "3 structures occupying 90 bytes.\n\n" + system + table3 + board + end, ofSystem + "/Base Board Information/table 2/0x0200 ZB7 of ZTE\n", 0, 0, sbom.ErrSyntax},
		{"two tables, the second empty", table3 + system + end + table3, ofSystem, 0, 0, sbom.ErrSyntax},
		{"blanks in blank lines", " \n" + strings.ReplaceAll(table3+system+end, "\n\n", "\n \n\t\n"), ofSystem, 0, 0, nil},
		{"a text that is not a table", "System Information\nsome text: x\n", "", 0, 0, sbom.ErrNotRecognized},
	} {
		got, h, err := show(tt.in)
		if got != tt.want || !errors.Is(err, tt.err) || h.Malformed != tt.malformed || len(h.Notices) != tt.notices || err == nil && h.Format != smbios.Name {
			t.Errorf("%s: malformed %d, %d notices, %v, error %v\n%swant:\n%s", tt.name, h.Malformed, len(h.Notices), h.Warnings, err, got, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(table3 + system + board + end + head3 + "\n" + system))
	f.Add([]byte("Base Board Information\n  Manufacturer: ZTE\n"))
	f.Add([]byte(head3 + "\nHandle 0x0200, DMI type 2, 15 bytes\n\tHeader and Data:\n\t\t02 0F 00 02 01 00\n\tStrings:\n\t\t\"ZTE\"\n"))
	f.Add([]byte(head3 + "\n" + system + "Wrong DMI structures count: 9 announced, only 1 decoded.\nInvalid entry length (2). DMI table is broken! Stop.\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for c, err := range smbios.Read(bytes.NewReader(data), nil).Components() {
			if err != nil {
				return
			}
			for _, cl := range c.Claims {
				if at := cl.Location.Offset; at < 0 || at > int64(len(data)) || !bytes.HasPrefix(data[at:], []byte(cl.Value)) {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
