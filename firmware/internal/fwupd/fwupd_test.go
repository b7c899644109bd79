// SPDX-License-Identifier: Apache-2.0

package fwupd_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/fwupd"
	"github.com/clause76/clause76/sbom"
)

const update = `<?xml version="1.0" encoding="UTF-8"?>
<component type="firmware">
  <id>com.huawei.matebook.firmware</id>
  <name>MateBook BIOS</name>
  <provides><firmware type="flashed">0df4aa3f-2706-51d4-9296-80119e47f1e1</firmware></provides>
  <url type="homepage">https://consumer.huawei.com/</url>
  <developer_name>Huawei Technologies Co., Ltd.</developer_name>
  <releases><release version="1.30" date="2026-01-01"><description><p>Mends the developer's name.</p></description></release></releases>
  <requires>
    <firmware compare="regex" version="USB:0x12D1|DMI:HUAWEI">vendor-id</firmware>
    <firmware compare="ge" version="0.1.2">bootloader</firmware>
    <hardware>6de5d951-d755-576b-bd09-c5cf66b27234</hardware>
  </requires>
</component>
`

func Example() {
	for c, err := range fwupd.ReadMetainfo(strings.NewReader(update), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// MateBook BIOS 1.30 <nil>
	// namespace group com.huawei.matebook.firmware /component/id
	// mention product MateBook BIOS /component/name
	// namespace guid 0df4aa3f-2706-51d4-9296-80119e47f1e1 /component/provides/firmware
	// homepage url https://consumer.huawei.com/ /component/url
	// supplier name Huawei Technologies Co., Ltd. /component/developer_name
	// namespace usb 12D1 /component/requires/firmware
	// manufacturer name HUAWEI /component/requires/firmware
	// reference guid 6de5d951-d755-576b-bd09-c5cf66b27234 /component/requires/hardware
}

func show(in string) (string, int, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var parts []string
	for c, err := range doc.Components() {
		if err != nil {
			return "", 0, err
		}
		part := c.Name
		for i, cl := range c.Claims {
			part += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + cl.Value
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; "), doc.Header().Malformed, nil
}

func TestMetainfo(t *testing.T) {
	wrap := func(inner string) string { return `<component type="firmware">` + inner + `</component>` }
	tests := []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"a catalog", `<components>` + wrap(`<id>a.b</id>`) + wrap(`<id>c.d</id><developer id="com.zte"><name>ZTE</name></developer>`) + `</components>`,
			"a.b: namespace a.b; c.d: namespace c.d, namespace com.zte, supplier ZTE", 0, nil},
		{"an application in a catalog", `<components>` + wrap(`<id>a.b</id>`) + `<component type="desktop"><developer_name>ZTE</developer_name></component></components>`, "a.b: namespace a.b", 1, nil},
		{"a vendor id of an unknown authority", wrap(`<id>a.b</id><requires><firmware compare="regex" version="NEWBUS:0x12D1|USB:0x19D2">vendor-id</firmware><firmware compare="ge" version="1:2.3"/></requires>`), "a.b: namespace a.b, namespace 19D2", 1, nil},
		{"names in other languages", wrap(`<id>a.b</id><name>A</name><name xml:lang="de">B</name>`), "A: namespace a.b, mention A, mention B", 0, nil},
		{"a field in another case", wrap(`<id>a.b</id><Developer_Name>ZTE</Developer_Name>`), "a.b: namespace a.b", 1, nil},
		{"cut off", update[:len(update)-5], "", 0, sbom.ErrSyntax},
		{"a document type", `<!DOCTYPE x [<!ENTITY a "b">]>` + wrap(``), "", 0, sbom.ErrNotRecognized},
		{"an application", `<component type="desktop"><id>a</id></component>`, "", 0, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		if got, malformed, err := show(tt.in); !errors.Is(err, tt.err) || tt.err == nil && (got != tt.want || malformed != tt.malformed) {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.name, got, malformed, err, tt.want)
		}
	}
}

func TestDevices(t *testing.T) {
	tests := []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"a computer", `{"Devices":[
			{"Name":"4G Modem","DeviceId":"1","Guid":["aa","bb"],"Vendor":"Huawei","VendorId":"USB:0x12D1|OUI:202BC1","Version":"1","InstanceIds":["USB\\VID_12D1&PID_1506"]},
			{"Name":"SSD","DeviceId":"2","Guid":"cc","VendorId":"NVME:0x144D","Plugin":"nvme","InstanceIds":["NVME\\VEN_144D&DEV_A808"]},
			{"Name":"System Firmware","DeviceId":"3","VendorId":"DMI:Dell Inc.","Releases":[{"Vendor":"ZTE"}]}]}`,
			"4G Modem: reference 4G Modem, namespace aa, namespace bb, manufacturer Huawei, namespace 12D1, namespace 202BC1, namespace 12D1; " +
				"SSD: reference SSD, namespace cc, namespace 144D, namespace 144D; /Devices/2/Releases/0: supplier ZTE; System Firmware: reference System Firmware, manufacturer Dell Inc.", 0, nil},
		{"releases", `{"Devices":[{"DeviceId":"1","Releases":[{"Name":"BIOS","AppstreamId":"com.zte.bios","Version":"2","Homepage":"https://zte.com.cn"},{"vendor":"ZTE","Publisher":"ZTE"},"ZTE"]},{"DeviceId":"2","Releases":{"Vendor":"ZTE"}}]}`,
			"BIOS: mention BIOS, namespace com.zte.bios, homepage https://zte.com.cn; /Devices/0/Releases/1; 1; 2", 4, nil},
		{"vendor ids of unknown authorities", `{"Devices":[{"DeviceId":"1","VendorId":"NEWBUS:0x12D1"},{"DeviceId":"2","VendorIds":["0x12D1",""]}]}`, "1; 2", 2, nil},
		{"values that are not devices", `{"Devices":[null,{"DeviceId":"1","Vendor":7}]}`, "1", 2, nil},
		{"an array in an array", `{"Devices":[{"DeviceId":"1","Vendor":[["ZTE"],"Acme"]},{"DeviceId":"2","Vendor":"ZTE"}]}`, "1: manufacturer Acme; 2: manufacturer ZTE", 1, nil},
		{"a field in another case", `{"Devices":[{"DeviceId":"1","vendor":"ZTE"}]}`, "1", 1, nil},
		{"devices that are not an array", `{"Devices":{"DeviceId":"1"}}`, "", 1, nil},
		{"cut off", `{"Devices":[{"DeviceId":"1","Vendor":"ZTE"}]`, "", 0, sbom.ErrSyntax},
		{"a vendor twice", `{"Devices":[{"DeviceId":"1","Vendor":"Acme","Vendor":"ZTE"}]}`, "", 0, sbom.ErrDuplicate},
		{"devices of another format", `{"Devices":[{"id":1}]}`, "", 0, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		if got, malformed, err := show(tt.in); !errors.Is(err, tt.err) || tt.err == nil && (got != tt.want || malformed != tt.malformed) {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.name, got, malformed, err, tt.want)
		}
	}
}
