// SPDX-License-Identifier: Apache-2.0

package windows_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/windows"
	"github.com/clause76/clause76/sbom"
)

const updateINF = `; an update of firmware
[Version]
Signature   = "$WINDOWS NT$"
Provider    = %Provider%
Class       = Firmware
ClassGuid   = {f2e7dd72-6468-4e36-b6f1-6488f42c1b52}
DriverVer   = 01/02/2024,1.2.3.4
[Manufacturer]
%MfgName%   = Firmware,NTamd64
[Firmware.NTamd64]
%FirmwareDesc% = Firmware_Install,UEFI\RES_{0A6D2F2D-DBC8-4C3E-9B1D-3B8C1A2B3C4D}
[Firmware_AddReg]
HKR,,FirmwareId,,{0A6D2F2D-DBC8-4C3E-9B1D-3B8C1A2B3C4D}
[Strings]
Provider     = "Huawei Device; Co., Ltd."
MfgName      = "Huawei"
FirmwareDesc = "MateBook System Firmware" ; a comment
`

func showINF(in string) (string, sbom.Header, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return "", doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s %s", c.Type, c.Name, c.Version)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
			if at := int(cl.Location.Offset); !strings.HasPrefix(strings.ToLower(in[at:]), strings.ToLower(cl.Value)) && cl.Kind != "guid" && cl.Kind != "pci" && cl.Kind != "product" {
				fmt.Fprintf(&b, " is not at %d", at)
			}
		}
	}
	return b.String(), doc.Header(), nil
}

func ExampleReadINF() {
	for c, err := range windows.ReadINF(strings.NewReader(updateINF), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value)
		}
	}
	// Output:
	// MateBook System Firmware 1.2.3.4 <nil>
	// publisher name Huawei Device; Co., Ltd.
	// manufacturer name Huawei
	// namespace guid 0a6d2f2d-dbc8-4c3e-9b1d-3b8c1a2b3c4d
	// mention product MateBook System Firmware
}

func TestINF(t *testing.T) {
	const head = "[Version]\nSignature=\"$Windows NT$\"\n"
	many, manyRead := "", "" // more ids than a real line has
	for i := range 20 {
		many += fmt.Sprintf(",PCI\\VEN_19%02X", i)
		manyRead += fmt.Sprintf("; mention pci 19%02x", i)
	}
	for _, tt := range []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"whole", updateINF, "firmware MateBook System Firmware 1.2.3.4; publisher name Huawei Device; Co., Ltd.; manufacturer name Huawei; namespace guid 0a6d2f2d-dbc8-4c3e-9b1d-3b8c1a2b3c4d; mention product MateBook System Firmware", 0, nil},
		{"CRLF", strings.ReplaceAll(head+"Provider=ZTE\n", "\n", "\r\n"), "device-driver driver ; publisher name ZTE", 0, nil},
		{"a continued line", head + "Provider=\\\nZTE\n", "device-driver driver ; publisher name ZTE", 0, nil},
		{"a continued last line", head + "Provider=ZTE\\\n", "device-driver driver ", 1, nil},
		{"a driver for devices of another vendor", head + "Provider=Acme\n[m]\n%x%=i,PCI\\VEN_19E5&DEV_1822\n[Strings]\nx=\"Adapter\"\n", "device-driver driver ; publisher name Acme; mention pci 19e5", 0, nil},
		{"an undefined string", head + "Provider=%X%\n", "device-driver driver ", 1, nil},
		{"a string with two values", head + "Provider=%X%\n[Strings]\nX=a1\nX=ZTE\n", "device-driver driver ; publisher name a1", 1, nil},
		{"a string in several languages", head + "Provider=%X%\n[Manufacturer]\n%X%=m\n[Strings]\nX=Acme\n[Strings.0804]\nX=\"中兴\"\n[Strings.0407]\nX=Acme\n",
			"device-driver driver ; publisher name Acme; publisher name 中兴; manufacturer name Acme; manufacturer name 中兴", 0, nil},
		{"many devices in one line", head + "Provider=Acme\n[m]\nx=i" + many + "\n", "device-driver driver ; publisher name Acme" + manyRead, 0, nil},
		{"no signature", "[Version]\nProvider=ZTE\n", "", 0, sbom.ErrNotRecognized},
		{"a NUL byte after many lines", head + strings.Repeat("; x\n", 30_000) + "Provider=\x00\n", "", 0, sbom.ErrSyntax},
	} {
		got, h, err := showINF(tt.in)
		if !errors.Is(err, tt.err) || err == nil && (got != tt.want || h.Malformed != tt.malformed) {
			t.Errorf("%s: %s, malformed %d, error %v; want %s", tt.name, got, h.Malformed, err, tt.want)
		}
	}
}

// A file that a maker of firmware wrote is read to its end.
func TestINFOfAnUpdate(t *testing.T) {
	data, err := os.ReadFile("testdata/update.inf")
	if err != nil {
		t.Fatal(err)
	}
	const want = "firmware Notebook System Firmware 1.14 1.14.0.0; publisher name ZTE Corporation; publisher name 中兴通讯; manufacturer name ZTE Corporation; namespace guid 5c1e8d5a-5b1a-4b0e-9c51-0f1d1f6a7b10; mention product Notebook System Firmware 1.14"
	if got, h, err := showINF(string(data)); err != nil || got != want || h.Malformed != 0 {
		t.Errorf("%s %+v %v; want %s", got, h, err, want)
	}
}

func TestINFCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.FromSlash("../../../../shared/corpus/fwupd+lvfs-website/*/*/*.inf"))
	if len(files) == 0 {
		t.Skip("the corpus is not available")
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, h, err := showINF(string(data))
		t.Logf("%s: %s %v %v", f, got, h.Warnings, err)
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}
