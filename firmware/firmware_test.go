// SPDX-License-Identifier: Apache-2.0

package firmware_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func read(doc *sbom.Document) (cs []sbom.Component, err error) {
	for c, err := range doc.Components() {
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/bids/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// claims returns the claims of a component, a line each.
func claims(c sbom.Component) string {
	var b strings.Builder
	for _, cl := range c.Claims {
		fmt.Fprintf(&b, "%s %s %q %s\n", cl.Role, cl.Kind, cl.Value, cl.Location.Pointer)
	}
	return b.String()
}

func TestOpenDetectsFormats(t *testing.T) {
	for name, format := range map[string]string{
		"router-tender/profiles.json":           "openwrt-profiles",
		"clean/notebook.dmidecode.txt":          "dmidecode",
		"clean/reporting.spdx.json":             "SPDX",
		"router-tender/branch-gateway.cdx.json": "CycloneDX",
	} {
		doc := firmware.Open(bytes.NewReader(fixture(t, name)), nil)
		if cs, err := read(doc); err != nil || len(cs) == 0 || doc.Header().Format != format {
			t.Errorf("%s: format %q, %d components, error %v; want %s", name, doc.Header().Format, len(cs), err, format)
		}
	}
	for _, in := range []string{"", "hello", "{}", "null", `{"target":"x"}`, "\x7fELF"} {
		if _, err := read(firmware.Open(strings.NewReader(in), nil)); !errors.Is(err, sbom.ErrNotRecognized) {
			t.Errorf("%q: error %v, want ErrNotRecognized", in, err)
		}
	}
}

func TestOpenWrt(t *testing.T) {
	cs, err := read(firmware.Open(bytes.NewReader(fixture(t, "router-tender/profiles.json")), nil))
	if err != nil || len(cs) != 6 {
		t.Fatalf("%d devices, error %v; want 6", len(cs), err)
	}
	want := `reference product "zte_mf286" /profiles/zte_mf286
namespace devicetree "zte,mf286" /profiles/zte_mf286/supported_devices/0
manufacturer name "ZTE" /profiles/zte_mf286/titles/0/vendor
reference product "MF286" /profiles/zte_mf286/titles/0/model
`
	// In the fixture, titles come after supported_devices, and model before vendor.
	want = strings.Replace(want, "manufacturer name \"ZTE\" /profiles/zte_mf286/titles/0/vendor\nreference product \"MF286\" /profiles/zte_mf286/titles/0/model\n",
		"reference product \"MF286\" /profiles/zte_mf286/titles/0/model\nmanufacturer name \"ZTE\" /profiles/zte_mf286/titles/0/vendor\n", 1)
	if got := claims(cs[0]); got != want {
		t.Errorf("claims:\n%swant:\n%s", got, want)
	}
	if c := cs[0]; c.Placement != sbom.Primary || c.Type != "device" || c.Category != "telecommunicationsEquipment" || c.Name != "MF286" {
		t.Errorf("device %+v", c)
	}
	for _, c := range cs {
		for _, cl := range c.Claims {
			if strings.HasPrefix(cl.Value, "kmod-") {
				t.Errorf("a package became a claim: %+v", cl)
			}
		}
	}
}

func TestOpenWrtOldTitles(t *testing.T) {
	cs, err := read(firmware.Open(strings.NewReader(`{"metadata_version":1,"target":"x","profiles":{"hg/e":{"titles":[{"title":"Huawei E970"}],"supported_devices":["e970"]}}}`), nil))
	if err != nil {
		t.Fatal(err)
	}
	want := "reference product \"hg/e\" /profiles/hg~1e\nreference product \"Huawei E970\" /profiles/hg~1e/titles/0/title\nreference product \"e970\" /profiles/hg~1e/supported_devices/0\n"
	if got := claims(cs[0]); got != want {
		t.Errorf("claims:\n%swant:\n%s", got, want)
	}
}

// A name with a lost character counts once, whether it is that of a vendor or a title.
func TestOpenWrtLostCharacters(t *testing.T) {
	for _, field := range []string{"vendor", "title"} {
		doc := firmware.Open(strings.NewReader(`{"metadata_version":1,"target":"x","profiles":{"a":{"titles":[{"`+field+`":"Hua\ufffdei"}]}}}`), nil)
		if _, err := read(doc); err != nil {
			t.Fatal(err)
		}
		if h := doc.Header(); h.Malformed != 1 || len(h.Warnings) != 1 {
			t.Errorf("%s: malformed %d, warnings %v; want one of each", field, h.Malformed, h.Warnings)
		}
	}
}

func TestDMIDecode(t *testing.T) {
	data := fixture(t, "clean/notebook.dmidecode.txt")
	cs, err := read(firmware.Open(bytes.NewReader(data), nil))
	if err != nil {
		t.Fatal(err)
	}
	// The empty memory slot is not a component.
	if len(cs) != 5 {
		t.Errorf("%d components, want 5", len(cs))
	}
	for _, c := range cs {
		if subject := c.Location.Pointer == "/System Information/0x0001"; (c.Placement == sbom.Primary) != subject {
			t.Errorf("%s: placement %d", c.Location.Pointer, c.Placement)
		}
		for _, cl := range c.Claims {
			if !bytes.HasPrefix(data[cl.Location.Offset:], []byte(cl.Value)) {
				t.Errorf("%s: byte %d does not start %q", cl.Location.Pointer, cl.Location.Offset, cl.Value)
			}
			if strings.Contains(cl.Value, "O.E.M.") {
				t.Errorf("a placeholder became a claim: %+v", cl)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	dmi := string(fixture(t, "clean/notebook.dmidecode.txt"))
	owrt := string(fixture(t, "router-tender/profiles.json"))
	tests := []struct {
		name, in string
		kind     error
	}{
		{"dmidecode cut between structures", dmi[:strings.Index(dmi, "Handle 0x0004")], sbom.ErrSyntax},
		{"dmidecode without structures", "# dmidecode 3.5\nno SMBIOS tables\n", sbom.ErrSyntax},
		{"dmidecode with bad UTF-8", strings.Replace(dmi, "HONOR", "HON\xffOR", 1), sbom.ErrEncoding},
		{"dmidecode with a NUL", strings.Replace(dmi, "HONOR", "HON\x00OR", 1), sbom.ErrSyntax},
		{"dmidecode with an endless line", dmi + strings.Repeat("x", 1<<17), sbom.ErrLimit},
		{"profiles.json cut", owrt[:len(owrt)/2], sbom.ErrSyntax},
		{"profiles.json with two profiles", `{"target":"x","metadata_version":1,"profiles":{"a":{},"a":{}}}`, sbom.ErrDuplicate},
		{"profiles.json without profiles", `{"target":"x","metadata_version":1}`, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		if cs, err := read(firmware.Open(strings.NewReader(tt.in), nil)); !errors.Is(err, tt.kind) || cs != nil {
			t.Errorf("%s: %d components, error %v; want %v", tt.name, len(cs), err, tt.kind)
		}
	}
}

// A value that cannot be read is counted, and the rest of the manifest is kept.
func TestCounted(t *testing.T) {
	dmi := string(fixture(t, "clean/notebook.dmidecode.txt"))
	owrt := func(rest string) string { return `{"metadata_version":1,"target":"x","profiles":{` + rest + `}}` }
	_, structures, _ := strings.Cut(dmi, "\n\n")
	structures = "# dmidecode 3.5\n\n" + structures[:strings.Index(structures, "Handle 0x0004")]
	for name, in := range map[string]string{
		"a title is a string":        owrt(`"a":{"titles":["ZTE MF286"]}`),
		"titles is a string":         owrt(`"a":{"titles":"ZTE MF286"}`),
		"a profile is null":          owrt(`"b":{},"a":null`),
		"neither a count nor an end": structures,
		"one field many times":       strings.Replace(dmi, "\tManufacturer: HONOR\n", strings.Repeat("\tManufacturer: HONOR\n", 4097), 1),
	} {
		doc := firmware.Open(strings.NewReader(in), nil)
		cs, err := read(doc)
		if h := doc.Header(); err != nil || len(cs) == 0 || h.Malformed == 0 {
			t.Errorf("%s: %d components, %d malformed, error %v", name, len(cs), h.Malformed, err)
		}
	}
}

// Manifests that tools wrote are read to their end, and name the makers of their devices.
func TestManifests(t *testing.T) {
	found, hits := manifests(t, "testdata/devices")
	if found["dmidecode"] != 2 || found["openwrt-profiles"] != 1 || hits["huawei"] < 2 || hits["zte"] < 2 {
		t.Errorf("files %v, attributions %v", found, hits)
	}
}

// TestCorpus does the same with real manifests, if the corpus is available.
func TestCorpus(t *testing.T) {
	const dir = "../../shared/corpus"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not available")
	}
	found, hits := manifests(t, dir)
	t.Log(found, hits)
	if found["dmidecode"] < 50 || found["openwrt-profiles"] < 100 || hits["huawei"] == 0 || hits["zte"] == 0 {
		t.Errorf("files %v, attributions %v", found, hits)
	}
}

// manifests reads the manifests in a directory, and counts them by format and by attribution.
func manifests(t *testing.T, dir string) (map[string]int, map[vendors.ID]int) {
	t.Helper()
	found := make(map[string]int)
	hits := make(map[vendors.ID]int)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Base(path) != "profiles.json" && !strings.Contains(path, "linuxhw+DMI") && !strings.HasSuffix(path, ".dmidecode.txt") || strings.HasSuffix(path, ".md") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || filepath.Base(path) == "LICENSE" || !bytes.Contains(data, []byte("DMI type")) && filepath.Base(path) != "profiles.json" {
			return err
		}
		doc := firmware.Open(bytes.NewReader(data), nil)
		cs, err := read(doc)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		found[doc.Header().Format]++
		for _, c := range cs {
			for _, a := range vendors.Bundled().Resolve("2026-11-23", c.Claims).Attributions {
				if a.Tier >= vendors.Declared {
					hits[a.Vendor]++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, hits
}

// archive returns a cpio archive with one file.
func archive(name, text string) string {
	var b strings.Builder
	for _, e := range [][2]string{{name, text}, {"TRAILER!!!", ""}} {
		fmt.Fprintf(&b, "070701%08x%08x%032x%08x%032x%08x%08x%s\x00", 1, 0o100644, 0, len(e[1]), 0, len(e[0])+1, 0, e[0])
		b.WriteString(strings.Repeat("\x00", -b.Len()&3) + e[1])
		b.WriteString(strings.Repeat("\x00", -b.Len()&3))
	}
	return b.String()
}

// Reading must not panic, and the location of each claim must be in the document.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"clean/notebook.dmidecode.txt", "router-tender/profiles.json"} {
		f.Add(fixture(f, name))
	}
	f.Add([]byte("Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: ZTE\n"))
	f.Add([]byte(`{"target":"x","version_code":"y","profiles":{"a":{"title":"ZTE","titles":[{"vendor":1}]}}}`))
	f.Add([]byte("Package: kesl\nStatus: install ok installed\nMaintainer: AO Kaspersky Lab <support@kaspersky.com>\nVersion: 12\n"))
	f.Add([]byte("C:Q1=\nP:musl\nV:1\nm:A <a@hisilicon.com>\n"))
	f.Add([]byte("a - 1\nb - 2\nc - 3\n"))
	f.Add([]byte("NAME=\"OpenWrt\"\nID=openwrt\nOPENWRT_DEVICE_MANUFACTURER='ZTE'\n"))
	f.Add([]byte("ro.build.id=1\nro.product.brand=ZTE\nro.product.manufacturer=ZTE\nro.build.fingerprint=ZTE/a/b\n"))
	f.Add([]byte("/dts-v1/;\n/ { compatible = \"zte,mf286\", \"qca,qca9563\"; soc { compatible = \"hisilicon,x\"; }; };\n"))
	f.Add([]byte(".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.39165.1.1\n.1.3.6.1.2.1.2.2.1.6.1 = STRING: 0:1:2:3:4:5\n"))
	f.Add([]byte("SNMPv2-MIB::sysDescr.0 = STRING: ZTE\nof\nSNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.3902\nTimeout: No Response from x\n"))
	f.Add([]byte("iso.3.6.1.2.1.47.1.1.1.1.12.1 = Hex-STRING: 5A 54 \n45 00 \nentPhysicalMfgName[\"a b\"] = STRING: ZTE"))
	f.Add([]byte("base-files 1~a-r1\nzte-tools 2-r1\n"))
	f.Add([]byte("Parameter,Object,Value\nDeviceID.Manufacturer,,ZTE\n"))
	f.Add([]byte(`{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","Manufacturer":"ZTE","Oem":{"Huawei":{}}}`))
	f.Add([]byte(`{"Devices":[{"DeviceId":"1","Vendor":"ZTE","VendorId":"USB:0x19D2","InstanceIds":["USB\\VID_19D2&PID_0001"]}]}`))
	f.Add([]byte(`<component type="firmware"><id>com.zte.x</id><developer_name>ZTE</developer_name></component>`))
	f.Add([]byte(`<DeviceInfo xmlns="http://www.hikvision.com/ver20/XMLSchema"><manufacturer>hikvision</manufacturer></DeviceInfo>`))
	f.Add([]byte(`<A xmlns="http://www.hikvision.com/ver20/XMLSchema"><B><model>x</model><MACAddress>44:19:b6:0:1:2</MACAddress></B></A>`))
	f.Add([]byte(`<GetDeviceInformationResponse><Manufacturer>Dahua</Manufacturer></GetDeviceInformationResponse>`))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00{\"supported_devices\":[\"zte,mf286\"]}FWx0\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x39"))
	// A devicetree blob, and a kernel module: an ELF object with one section.
	f.Add([]byte("\xd0\x0d\xfe\xed\x00\x00\x00\x67\x00\x00\x00\x38\x00\x00\x00\x5c\x00\x00\x00\x28\x00\x00\x00\x11\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00\x24" +
		strings.Repeat("\x00", 16) + "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x06\x00\x00\x00\x00zte,a\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x09compatible\x00"))
	f.Add(append([]byte("\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x28\x00\x01\x00\x00\x00"), make([]byte, 200)...))
	f.Add([]byte(`{"ietf-mud:mud":{"mud-url":"https://x","mfg-name":"ZTE","ietf-mud-transparency:transparency":{"sboms":[{"sbom-url":"https://y"}]}}}`))
	f.Add([]byte("\"PACKAGE\",\"VERSION\",\"LICENSE\",\"SOURCE SITE\"\n\"a\",\"1\",\"x\",\"https://hisilicon.com\"\n"))
	f.Add([]byte(`{"a":{"type":"target","cpe-id":"cpe:2.3:a:zte:a:1:*:*:*:*:*:*:*","downloads":[{"uris":["https+https://zte.com.cn"]}]}}`))
	f.Add([]byte("base-files all 1\nzte-tools core2_64 2\nc all 3\n"))
	f.Add([]byte("PACKAGE NAME: a\nPACKAGE VERSION: 1\nRECIPE NAME: a\n\n"))
	f.Add([]byte("[Version]\nSignature=\"$Windows NT$\"\nProvider=%P%\n[m]\n%D%=i,UEFI\\RES_{0A6D2F2D-DBC8-4C3E-9B1D-3B8C1A2B3C4D}\n[Strings]\nP=\"ZTE\"\nD=x\n"))
	f.Add([]byte("ota-type=BLOCK\npost-build=ZTE/a/b:6\npre-device=ZTE_T620\n"))
	f.Add([]byte(`[{"Analysis":{"file_path":"f","file_map":[{"name":"x","description":"ZTE"}]}}]`))
	f.Add([]byte(`[{"task":{"__typename__":"Task"},"reports":[{"magic":"ZTE","__typename__":"FileMagicReport"}]}]`))
	f.Add([]byte("SBOM\xd6\xba\x2e\xac\xa3\xe6\x7a\x52\xaa\xee\x3b\xaf\x01\x17\x00\x12\x00\x00\x00\xa3\x00\x61t\x01\x61n\x02\xa2\x18\x1f\x63ZTE\x18\x21\x02"))
	f.Add([]byte("\xd8\x6b\xa1\x03\x58\x28\xa2\x02\x01\x03\x58\x21\xa1\x04\x58\x1d\x82\x14\xa1\x01\x50\xd8\x73\x02\x18\x72\xd0\x55\xbe\x8a\xe7\x67\x08\x65\x88\x69\xe6"))
	f.Add([]byte("TlvInfo\x00\x01\x00\x0b\x2b\x03ZTE\xfe\x04\x00\x00\x00\x00"))
	f.Add([]byte("\xf0\x18\x87\x8c\xcb\x7d\x49\x43\x98\x00\xa0\x2f\x05\x9a\xca\x02\x01\x3e\x00" + strings.Repeat("\x00", 13) + "\x08\x00\x01\x00\x01\x14\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02\x00\xe5\x19\x00\x00\x00\x00\x00\x00"))
	// A package in an ndb database of rpm.
	header := "\x00\x00\x00\x02\x00\x00\x00\x06\x00\x00\x03\xe8\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x03\xf3\x00\x00\x00\x06\x00\x00\x00\x02\x00\x00\x00\x01a\x00ZTE\x00"
	f.Add([]byte("RpmP\x00\x00\x00\x00\x00\x00\x00\x00\x01" + strings.Repeat("\x00", 19) + "Slot\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + strings.Repeat("Slot"+strings.Repeat("\x00", 12), 253) +
		"BlbS\x01\x00\x00\x00\x00\x00\x00\x00\x2e\x00\x00\x00" + header + "\x00\x00\x00\x00\x00\x00\xe0\x04\xaa\xb4\x2e\x00\x00\x00\x42\x6c\x62\x45"))
	f.Add([]byte("\xed\xab\xee\xdb" + strings.Repeat("\x00", 92) + "\x8e\xad\xe8\x01\x00\x00\x00\x00" + header + "\x00\x00" + "\x8e\xad\xe8\x01\x00\x00\x00\x00" + header + "payload"))
	for _, name := range []string{"etc/os-release", "x.img"} { // a file system, and a file system in a file system
		f.Add([]byte(archive(name, "ID=x\nVENDOR_NAME=ZTE\n")))
		f.Add([]byte(archive(name, archive("b", "ID=x\nVENDOR_NAME=ZTE\n"))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for c, err := range firmware.Open(bytes.NewReader(data), &sbom.Options{Depth: 64, Components: 1000}).Components() {
			if err != nil {
				return
			}
			for _, cl := range c.Claims {
				// An offset is in the file of the pointer. It is -1 if the file is packed.
				o, own := cl.Location.Offset, !strings.Contains(cl.Location.Pointer, "#")
				if o < -1 || own && o >= int64(len(data)) || cl.Location.Pointer == "" {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
