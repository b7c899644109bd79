// SPDX-License-Identifier: Apache-2.0

package firmware

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	sbomformat "github.com/clause76/clause76/sbom/format"
)

// detectSlowly is detect without what makes it fast: every format is asked.
func detectSlowly(head []byte) string {
	for i := range formats {
		if formats[i].sniff(head) {
			return formats[i].name
		}
	}
	return ""
}

// What makes detection fast changes no result, with the documents of all formats.
func TestDetectIsAsSlowDetection(t *testing.T) {
	n := 0
	for _, dir := range []string{"testdata", "internal", "../sbom", "../testdata", "../match/testdata", "../../shared/corpus", "../../shared/cases"} {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // ../shared is not everywhere
			}
			f, err := os.Open(path)
			if err != nil {
				return nil
			}
			defer f.Close()
			head := make([]byte, headSize)
			read, _ := f.Read(head)
			head = head[:read]
			n++
			if fast, slow := Detect(head), detectSlowly(head); fast != slow {
				t.Errorf("%s: %q; every format asked: %q", path, fast, slow)
			}
			return nil
		})
	}
	t.Logf("%d files", n)
}

// A document of two formats is an error whichever of them is asked first.
func TestPolyglots(t *testing.T) {
	for _, tt := range []struct{ in, format string }{
		{`{"bomFormat":"CycloneDX","specVersion":"1.6","Devices":[{"DeviceId":"x"}]}`, "CycloneDX"},
		{`{"Devices":[{"DeviceId":"x"}],"bomFormat":"CycloneDX","specVersion":"1.6"}`, "fwupd-devices"},
		{`{"spdxVersion":"SPDX-2.3","Devices":[{"Plugin":"x"}]}`, "SPDX"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.6","profiles":{}}`, "CycloneDX"},
		{`{"profiles":{},"bomFormat":"CycloneDX","specVersion":"1.6"}`, "openwrt-profiles"},
		{`{"version_number":"1","target":"x","bomFormat":"CycloneDX","specVersion":"1.6"}`, "openwrt-profiles"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.6","ietf-mud:mud":{}}`, "CycloneDX"},
		{`{"ietf-mud:mud":{},"bomFormat":"CycloneDX","specVersion":"1.6"}`, "mud"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.6","@odata.id":"/redfish/v1","@odata.type":"#Chassis.v1.Chassis","Name":"x"}`, "CycloneDX"},
		{`{"@odata.id":"/redfish/v1","@odata.type":"#Chassis.v1.Chassis","Name":"x","bomFormat":"CycloneDX","specVersion":"1.6"}`, "CycloneDX"},
		{`{"Analysis":{"file_path":"x"},"bomFormat":"CycloneDX","specVersion":"1.6"}`, "binwalk"},
		{`{"x":{"type":"target"},"bomFormat":"CycloneDX","specVersion":"1.6"}`, "buildroot-show-info"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.6","spdxVersion":"SPDX-2.3"}`, "CycloneDX"},
		{`{"spdxVersion":"SPDX-2.3","bomFormat":"CycloneDX","specVersion":"1.6"}`, "SPDX"},
	} {
		doc := Open(strings.NewReader(tt.in), nil)
		format := doc.Header().Format
		var fault error
		for _, err := range doc.Components() {
			fault = err
		}
		if format != tt.format || fault == nil {
			t.Errorf("%s: %s, %v; want %s and an error", tt.in, format, fault, tt.format)
		}
	}
}

// bills are the beginnings of common documents, which are not compared with the device formats.
func TestBillsAreRecognizedByTheirFirstMembers(t *testing.T) {
	for in, want := range map[string]bool{
		`{"bomFormat":"CycloneDX"`:                                              true,
		"\ufeff{ \"$schema\":\"x\",\n\"bomFormat\":\"CycloneDX\"":               true,
		`{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3"`:                 true,
		`{"serialNumber":"x","version":1,"specVersion":"1.6","bomFormat":"C"`:   true,
		`{"bomFormat":{"type":"target"}`:                                        false,
		`{"name":"x","architecture":"amd64","bomFormat":"CycloneDX"`:            false,
		`{"metadata":{"type":"target","bomFormat":"x"},"bomFormat":"CycloneDX"`: false,
		`{"SPDXID":"x"`: false,
		`{}`:            false,
	} {
		if got := isBill([]byte(in)); got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, in := range []string{`{"bomFormat":"CycloneDX","specVersion":"1.6","Devices":[{"DeviceId":"x"}]}`, `{"profiles":{},"target":"x"}`, " \n[{\"Config\":\"x\",\"Layers\":[]}]",
		"Package: x\nVersion: 1\n", "{:\nPackage: x\nVersion: 1\n", "<a:b\nPackage: x\nVersion: 1\n", "[Version]\nSignature=\"$Windows NT$\"\n", "P:x\nV:1\nA:x86_64\n", "ID=x\n", "iso.3.6.1.2.1.1.1.0 = STRING: \"x\"\n",
		"<component type=\"firmware\"/>", "\f{\"Analysis\":{\"file_path\":\"x\"}}", "/dts-v1/;", "Parameter,Value\nDevice.DeviceInfo.x,y\n", "a - 1\nb - 2\nc - 3\n"} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		fast, slow := Detect(head), detectSlowly(head)
		if fast == slow || sbomformat.Detect(head) != "" && slow == "fwupd-devices" {
			return // bomFormat comes before Devices: the reader of the bill of materials refuses Devices
		}
		// Some sniffers accept white space that JSON does not have: then the reader refuses it.
		for i := range formats {
			if formats[i].name == slow {
				for _, err := range formats[i].read(strings.NewReader(string(head)), &sbom.Options{}).Components() {
					if err != nil {
						return
					}
				}
			}
		}
		t.Errorf("%q; every format asked: %q", fast, slow)
	})
}
