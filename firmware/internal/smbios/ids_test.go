// SPDX-License-Identifier: Apache-2.0

package smbios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
)

// The numbers of vendors are claims, in the forms of dmidecode and in lists.
func TestIDs(t *testing.T) {
	for line, want := range map[string]string{
		"\tidVendor: 0x12d1":                "usb 12d1",
		"\t\tidVendor: 0x12d1":              "usb 12d1",
		"\tVendorID: 0x19e5":                "pci 19e5",
		"\tVendor ID: 0x19E5":               "pci 19E5",
		"\tSubVendorID: 0x19e5":             "pci 19e5",
		"\tVendor ID: 0x00:0x00:0x07:0xdb":  "pen 2011",
		"\tManufacturer ID: 0x07DB":         "pen 2011",
		"\tManufacturer ID: 2011":           "pen 2011",
		"\tManufacturer ID: Bank 1, Hex 01": "",
		"\tVendor ID: INTC":                 "", // of a TPM
		"\tVendorID: 0xffff":                "",
		"\tidProduct: 0x12d1":               "",
	} {
		in := table3 + system + "Handle 0x0005, DMI type 42, 27 bytes\nManagement Controller Host Interface\n\tDevice Type: USB\n" + line + "\n\n" + end
		got := ""
		for c, err := range firmware.Open(strings.NewReader(in), nil).Components() {
			if err != nil {
				t.Fatal(err)
			}
			for _, cl := range c.Claims {
				if c.Name != "NS-42" {
					got += fmt.Sprint(cl.Kind, " ", cl.Value)
				}
			}
		}
		if got != want {
			t.Errorf("%q: %q; want %q", line, got, want)
		}
	}
}
