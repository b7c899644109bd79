// SPDX-License-Identifier: Apache-2.0

package devicetree_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
)

// claims returns the claims of a document, one a line, and the number of things not screened.
func claims(t *testing.T, data []byte) (string, int) {
	t.Helper()
	doc := firmware.Open(bytes.NewReader(data), nil)
	out := ""
	for c, err := range doc.Components() {
		if err != nil {
			t.Fatal(err)
		}
		for _, cl := range c.Claims {
			out += fmt.Sprintf("%s: %s %s %q\n", c.Name, cl.Role, cl.Kind, cl.Value)
		}
	}
	return out, doc.Header().Malformed
}

// Any node can name a maker, or have a document in a property.
func TestMakers(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(`{"bomFormat":"CycloneDX"}`))
	z.Close()
	for _, tt := range []struct {
		name, property, value, source, want string
		malformed                           int
	}{
		{"manufacturer", "manufacturer", list("ZTE"), `"ZTE"`, "eth: manufacturer name \"ZTE\"\n", 0},
		{"vendor name", "vendor-name", list("ZTE", "Acme"), `"ZTE", "Acme"`, "eth: manufacturer name \"ZTE\"\neth: manufacturer name \"Acme\"\n", 0},
		{"supplier", "supplier", list("ZTE"), `"ZTE"`, "eth: supplier name \"ZTE\"\n", 0},
		{"package URL", "purl", list("pkg:npm/%40kaspersky/x"), `"pkg:npm/%40kaspersky/x"`, "eth: namespace purl \"pkg:npm/%40kaspersky/x\"\n", 0},
		{"reference to a supplier", "supplier", "\x00\x00\x00\x05", `<5>`, "", 0},
		{"supplier without an end", "supplier", "ZTE", "", "", 1},
		{"PCI", "compatible", list("acme,x", "pci19e5,1822"), `"acme,x", "pci19e5,1822"`, "acme,x: namespace devicetree \"acme,x\"\npci19e5,1822: namespace pci \"19e5\"\n", 0},
		{"USB", "compatible", list("usb5e3,608"), `"usb5e3,608"`, "usb5e3,608: namespace usb \"05e3\"\n", 0},
		{"class of PCI", "compatible", list("pciclass,0604"), `"pciclass,0604"`, "pciclass,0604: namespace devicetree \"pciclass,0604\"\n", 0},
		{"vendor on no known bus", "vendor-id", "\x00\x00\x12\x00", `<0x1200>`, "", 1},
		{"address", "local-mac-address", "\x00\x18\x82\x01\x02\x03", `[00 18 82 010203]`, "eth: namespace oui \"00:18:82:01:02:03\"\n", 0},
		{"address like texts", "mac-address", "\x00\x18\x02\x01\x02\x00", `[001802010200]`, "eth: namespace oui \"00:18:02:01:02:00\"\n", 0},
		{"address as text", "mac-address", list("00:18:82:01:02:03"), `"00:18:82:01:02:03"`, "eth: namespace oui \"00:18:82:01:02:03\"\n", 0},
		{"address to be filled in", "mac-address", "\x00\x00\x00\x00\x00\x00", `[00 00 00 00 00 00]`, "", 0},
		{"local address", "mac-address", "\x02\x18\x82\x01\x02\x03", `[02 18 82 01 02 03]`, "", 0},
		{"short address", "mac-address", "\x00\x18\x82\xff", `[00 18 82 ff]`, "", 1},
		{"another case", "Compatible", list("zte,x"), `"zte,x"`, "", 1},
		{"JSON", "x", list(`{"bomFormat":"CycloneDX"}`), `"{\"bomFormat\":\"CycloneDX\"}"`, "", 1},
		{"XML", "x", `<SoftwareIdentity name="x"/>`, "", "", 1},
		{"packed", "x", packed.String(), fmt.Sprintf("[%x]", packed.Bytes()), "", 1},
		{"tree", "x", string(blob(board)), "", "", 1},
		{"long", "x", strings.Repeat("\xff", 70<<10), "", "", 1},
		{"other", "#size-cells", "\x00\x00\x00\x01", `<1>`, "", 0},
	} {
		got, malformed := claims(t, blob(node{nodes: []node{{name: "eth", props: [][2]string{{tt.property, tt.value}}}}}))
		if got != tt.want || malformed != tt.malformed {
			t.Errorf("%s: %d\n%swant %d\n%s", tt.name, malformed, got, tt.malformed, tt.want)
		}
		if tt.source == "" {
			continue
		}
		got, malformed = claims(t, []byte("/dts-v1/;\n/ { eth { "+tt.property+" = "+tt.source+"; }; };"))
		// JSON counts twice: in the text, and in the value.
		if got != tt.want || (malformed > 0) != (tt.malformed > 0) {
			t.Errorf("%s, source: %d\n%swant %d\n%s", tt.name, malformed, got, tt.malformed, tt.want)
		}
	}
}

// The bus of a device says which vendor has a number.
func TestVendorIDs(t *testing.T) {
	for _, tt := range []struct{ path, name, id, want string }{
		{"pci@1f", "vendor-id", "0x19e5", "namespace pci \"19e5\""},
		{"pcie@1f", "vendor-id", "0x1200", "namespace pci \"1200\""}, // two zero bytes, like texts
		{"pci@1f", "subsystem-vendor-id", "0x19e5", "reference pci \"19e5\""},
		{"pci@1f { usb@1", "vendor-id", "0x12d1", "namespace usb \"12d1\""},
	} {
		got, malformed := claims(t, []byte("/dts-v1/;\n/ { "+tt.path+" { eth { "+tt.name+" = <"+tt.id+">; }; };"+strings.Repeat(" };", strings.Count(tt.path, "{"))+" };"))
		if got != "eth: "+tt.want+"\n" || malformed > 0 {
			t.Errorf("%s, %s: %s, %d; want %s", tt.path, tt.name, got, malformed, tt.want)
		}
	}
}

// The system of SMBIOS data for U-Boot is the device.
func TestSMBIOS(t *testing.T) {
	got, _ := claims(t, []byte(`/dts-v1/; / { compatible = "acme,x"; smbios { compatible = "u-boot,sysinfo-smbios"; smbios {
		system { manufacturer = "ZTE"; product = "MF286"; }; baseboard { manufacturer = "Acme"; }; }; }; };`))
	want := `u-boot,sysinfo-smbios: namespace devicetree "u-boot,sysinfo-smbios"
baseboard: manufacturer name "Acme"
devicetree: namespace devicetree "acme,x"
devicetree: manufacturer name "ZTE"
devicetree: reference product "MF286"
`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// A document outside of the tree of a blob counts as not screened.
func TestOutside(t *testing.T) {
	data := blob(node{props: [][2]string{{`x"bomFormat":"CycloneDX"`, ""}}}) // in the strings
	if _, malformed := claims(t, data); malformed != 1 {
		t.Errorf("%d; want 1", malformed)
	}
}

// Escapes in source are decoded as the devicetree compiler does.
func TestEscapes(t *testing.T) {
	for text, want := range map[string]string{
		`\x68isilicon,x`: `"hisilicon,x"`, `\150isilicon,x`: `"hisilicon,x"`, `hisi\x6cicon,x`: `"hisilicon,x"`, `\hisilicon,x`: `"hisilicon,x"`,
		"his\\\nilicon,x": `"hisilicon,x"`, "his\\\r\nilicon,x": `"hisilicon,x"`, `acme,\"\\\t`: `"acme,\"\\\t"`, `acme,\1234`: `"acme,S4"`,
	} {
		got, malformed := claims(t, []byte("/dts-v1/;\n/ { compatible = \""+text+"\"; };"))
		if want = "devicetree: namespace devicetree " + want + "\n"; got != want || malformed > 0 {
			t.Errorf("%q: %s, %d; want %s", text, got, malformed, want)
		}
	}
	if got, _ := claims(t, []byte(`/dts-v1/; / { compatible = "acme,x\0zte,y"; };`)); !strings.Contains(got, `"zte,y"`) {
		t.Errorf("a NUL in a text: %s", got)
	}
	if _, malformed := claims(t, []byte(`/dts-v1/; / { compatible = "acme,x\xff"; };`)); malformed != 1 {
		t.Errorf("not UTF-8: %d; want 1", malformed)
	}
	if _, _, err := show([]byte("/dts-v1/; / { compati\\\nble = \"zte,x\"; };")); err == nil {
		t.Error("a name in two lines: no error")
	}
}
