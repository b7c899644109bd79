// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/sbom/unpack"
)

// The false clean matrix: every document that is known to name a listed vendor, in
// every format, under every evasion, ends as a finding, as inconclusive or as an
// error. It never ends as clear.

const evaded = "Kaspersky Lab"

// positives are the documents. Each names the vendor once, as a supplier or maker.
func positives(t *testing.T) map[string]string {
	tag, err := cbor.Marshal(cbor.Tag{Number: 1398229316, Content: map[int]any{0: "t", 1: "agent", 12: 0, 2: map[int]any{31: evaded, 33: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	uswid := append(tag[5:], 0)[:len(tag)-5]
	onie := fmt.Sprintf("TlvInfo\x00\x01\x00%c\x2b%c%s\xfe\x04", len(evaded)+8, len(evaded), evaded)
	onie = string(binary.BigEndian.AppendUint32([]byte(onie), crc32.ChecksumIEEE([]byte(onie))))
	return map[string]string{
		"MUD":            `{"ietf-mud:mud":{"mud-url":"https://example.com","mfg-name":"` + evaded + `","model-name":"Box"}}`,
		"INF":            "[Version]\nSignature=\"$Windows NT$\"\nProvider=%P%\n[Strings]\nP=\"" + evaded + "\"\n",
		"uSWID":          "SBOM\xd6\xba\x2e\xac\xa3\xe6\x7a\x52\xaa\xee\x3b\xaf\x01\x17\x00" + string(rune(len(uswid))) + "\x00\x00\x00" + string(uswid),
		"TlvInfo":        onie,
		"CycloneDX JSON": `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"suite"}},"components":[{"type":"library","name":"a"},{"type":"application","name":"agent","version":"1","supplier":{"name":"` + evaded + `"}}]}`,
		"publisher":      `{"bomFormat":"CycloneDX","specVersion":"1.2","components":[{"type":"application","publisher":"` + evaded + `","name":"agent"}]}`,
		"nested":         `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"application","name":"x","components":[{"type":"library","name":"y","manufacturer":{"name":"` + evaded + `"}}]}]}`,
		"service":        `{"bomFormat":"CycloneDX","specVersion":"1.4","services":[{"name":"scan","provider":{"name":"` + evaded + `"}}]}`,
		"CycloneDX XML":  `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>a</name></component><component type="application"><supplier><name>` + evaded + `</name></supplier><name>agent</name></component></components></bom>`,
		"SPDX JSON":      `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a"},{"SPDXID":"SPDXRef-b","name":"agent","supplier":"Organization: ` + evaded + `"}]}`,
		"originator":     `{"spdxVersion":"SPDX-2.2","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-b","name":"agent","originator":"Organization: ` + evaded + ` (x@example.com)"}]}`,
		"SPDX tag-value": "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b\n\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\n\nPackageName: agent\nSPDXID: SPDXRef-b\nPackageSupplier: Organization: " + evaded + "\nPackageDownloadLocation: NONE\n",
		"SPDX YAML":      "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\ndocumentDescribes: [SPDXRef-b]\npackages:\n- SPDXID: SPDXRef-a\n  name: a\n  downloadLocation: NONE\n- SPDXID: SPDXRef-b\n  name: agent\n  supplier: 'Organization: " + evaded + "'\n  downloadLocation: NONE\n",
		"SPDX XML":       `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><name>a</name></packages><packages><name>agent</name><supplier>Organization: ` + evaded + `</supplier></packages></Document>`,
		"SPDX RDF":       `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="x#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument><Package rdf:about="x#b"><name>agent</name><supplier>Organization: ` + evaded + `</supplier></Package></rdf:RDF>`,
		"SPDX 3":         `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:b","name":"agent","suppliedBy":"urn:k"},{"type":"Organization","spdxId":"urn:k","name":"` + evaded + `"}]}`,
		"SPDX 3, inline": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:b","name":"agent","originatedBy":[{"type":"Organization","spdxId":"urn:k","name":"` + evaded + `"}]}]}`,
		"SWID":           `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="agent" tagId="t"><Entity name="` + evaded + `" role="softwareCreator"/></SoftwareIdentity>`,
		"CoSWID":         string(tag),
		"Syft":           `{"artifacts":[{"name":"a"},{"name":"agent","metadata":{"vendor":"` + evaded + `"}}],"source":{"name":"x"}}`,
		"dmidecode":      "# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.0 present.\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: " + evaded + "\n\tProduct Name: Box\n\nHandle 0x0002, DMI type 127, 4 bytes\nEnd Of Table\n",
		"protobuf":       "\x0a\x031.6\x2a\x18\x22\x0f\x0a\x0d" + evaded + "\x42\x05agent",
		"protobuf text":  "spec_version: \"1.6\"\ncomponents {\n  supplier {\n    name: \"" + evaded + "\"\n  }\n  name: \"agent\"\n}\n",
		"OpenWrt":        `{"arch_packages":"x","profiles":{"a":{"titles":[{"vendor":"` + evaded + `","model":"Box"}],"supported_devices":["a,b"]}}}`,
		"dpkg":           "Package: agent\nStatus: install ok installed\nVendor: " + evaded + "\nVersion: 1\n",
		"os-release":     "NAME=Agent\nID=agent\nVENDOR_NAME=\"" + evaded + "\"\n",
		"build.prop":     "ro.build.id=1\nro.product.model=Box\nro.product.manufacturer=" + evaded + "\n",
		"Redfish":        `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","Manufacturer":"` + evaded + `"}`,
		"metainfo":       `<?xml version="1.0"?><component type="firmware"><id>a.b</id><developer_name>` + evaded + `</developer_name></component>`,
		"fwupd":          `{"Devices":[{"DeviceId":"1","Vendor":"` + evaded + `"}]}`,
		"SNMP":           ".1.3.6.1.2.1.1.1.0 = STRING: \"Box\"\n.1.3.6.1.2.1.47.1.1.1.1.12.1 = STRING: \"" + evaded + "\"\n",
		"ONVIF":          `<s:Envelope xmlns:s="x"><s:Body><GetDeviceInformationResponse><Manufacturer>` + evaded + `</Manufacturer></GetDeviceInformationResponse></s:Body></s:Envelope>`,
		"ISAPI":          `<DeviceInfo xmlns="http://www.example.com/ver20/XMLSchema"><manufacturer>` + evaded + `</manufacturer></DeviceInfo>`,
		"TR-069":         "Parameter,Object,Value\nDeviceID.Manufacturer,false,\"" + evaded + "\"\n",
		"purl":           `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"agent","purl":"pkg:npm/%40kaspersky/agent@1"}]}`,
		"purl in SPDX":   `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-b","name":"agent","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/%40kaspersky/agent@1"}]}]}`,
		"CPE":            `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"agent","cpe":"cpe:2.3:a:kaspersky:agent:1:*:*:*:*:*:*:*"}]}`,
	}
}

// endless are lists of lines that have no end: between two lines, nothing shows that more
// lines are missing.
var endless = map[string]bool{"os-release": true, "build.prop": true, "SNMP": true, "TR-069": true, "INF": true}

// letters are ways to write the vendor's name.
var letters = map[string]string{
	"as it is":            evaded,
	"upper case":          "KASPERSKY LAB",
	"white space":         "  Kaspersky   Lab ",
	"legal form":          "Kaspersky Lab, JSC",
	"no-break space":      "Kaspersky\u00a0Lab",
	"homoglyph":           "K\u0430spersky Lab",
	"homoglyphs":          "\u041aaspersky L\u0430b",
	"Greek capital":       "\u039aaspersky Lab",
	"Kelvin sign":         "\u212aaspersky Lab",
	"long s":              "Ka\u017fper\u017fky Lab",
	"full width":          "\uff2b\uff41\uff53\uff50\uff45\uff52\uff53\uff4b\uff59 Lab",
	"zero width space":    "Kas\u200bpersky Lab",
	"zero width joiner":   "Kas\u200dpersky Lab",
	"soft hyphen":         "Kas\u00adpersky Lab",
	"word joiner":         "Kas\u2060persky Lab",
	"byte order mark":     "Kas\ufeffpersky Lab",
	"bidi override":       "\u202dKaspersky Lab\u202c",
	"bidi isolate":        "Kasper\u2066sky\u2069 Lab",
	"combining mark":      "Ka\u0301spersky Lab",
	"accent":              "K\u00e1spersky Lab",
	"misspelt":            "Kapersky Lab",
	"transposed":          "Kasprsky Lab",
	"squashed":            "KasperskyLab",
	"hyphen":              "Kaspersky-Lab",
	"Cyrillic":            "\u041b\u0430\u0431\u043e\u0440\u0430\u0442\u043e\u0440\u0438\u044f \u041a\u0430\u0441\u043f\u0435\u0440\u0441\u043a\u043e\u0433\u043e",
	"variation selector":  "Kas\ufe0fpersky Lab",
	"tag characters":      "Kas\U000e0020persky Lab",
	"bad UTF-8":           "Kas\xffpersky Lab",
	"overlong UTF-8":      "\xc1\x8baspersky Lab",
	"half a surrogate":    "Kas\xed\xa0\x80persky Lab",
	"truncated character": "Kaspersky Lab\xe2\x80",
	"NUL":                 "Kas\x00persky Lab",
	"mathematical":        "\U0001d40aaspersky Lab",
}

// asTree marks a document that is a file in a directory.
const asTree = "a file in a directory:"

// wrappings are what can be around a document.
var wrappings = map[string]func(string) string{
	"plain":           func(s string) string { return s },
	"in a directory":  func(s string) string { return asTree + s },
	"UTF-8 mark":      func(s string) string { return "\ufeff" + s },
	"gzip":            gzipOf,
	"gzip twice":      func(s string) string { return gzipOf(gzipOf(s)) },
	"zstd":            zstdOf,
	"UTF-16LE":        func(s string) string { return "\xff\xfe" + utf16Of(binary.LittleEndian, s) },
	"UTF-16BE":        func(s string) string { return "\xfe\xff" + utf16Of(binary.BigEndian, s) },
	"UTF-16LE, plain": func(s string) string { return utf16Of(binary.LittleEndian, s) },
	"UTF-32LE":        func(s string) string { return "\xff\xfe\x00\x00" + utf32Of(s) },
	"sbom":            func(s string) string { return `{"sbom":` + jsonOf(s) + `}` },
	"statement": func(s string) string {
		return `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://example.com","predicate":` + jsonOf(s) + `}`
	},
	"statement, predicate first": func(s string) string {
		return `{"predicate":` + jsonOf(s) + `,"predicateType":"https://example.com","_type":"https://in-toto.io/Statement/v1"}`
	},
	"DSSE": func(s string) string {
		return `{"payload":"` + base64.StdEncoding.EncodeToString([]byte(s)) + `","payloadType":"x","signatures":[{"sig":"AA=="}]}`
	},
	"DSSE in gzip": func(s string) string {
		return gzipOf(`{"payload":"` + base64.URLEncoding.EncodeToString([]byte(s)) + `","payloadType":"x","signatures":[]}`)
	},
	"dmidecode in front": func(s string) string {
		return "# dmidecode 3.4\nSMBIOS 3.0 present.\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Acme\n\nHandle 0x0002, DMI type 127, 4 bytes\nEnd Of Table\n\n" + s
	},
	"a file system": cpioOf,
	"a file system in an image": func(s string) string {
		return "\x00kernel" + strings.Repeat("\x00", 505) + cpioOf(s) + "behind"
	},
	"packages in front":   func(s string) string { return "Package: a\nVersion: 1\n\n" + s },
	"packages around":     func(s string) string { return "Package: a\nVersion: 1\n" + s + "\n" },
	"apk in front":        func(s string) string { return "P:a\nV:1\nA:x\n" + s },
	"a manifest in front": func(s string) string { return strings.Repeat("a - 1\n", 30) + s },
	"os-release in front": func(s string) string { return "ID=a\n" + s },
	"properties in front": func(s string) string { return strings.Repeat("ro.build.id=1\n", 10) + s },
	"a walk in front":     func(s string) string { return ".1.3.6.1.2.1.1.5.0 = STRING: \"x\"\n" + s },
	"a table in front":    func(s string) string { return "Parameter,Value\nDeviceID.x,\"" + s },
	"source in front":     func(s string) string { return "/dts-v1/;\n/ { };\n" + s },
	"a tree in front":     func(s string) string { return "\xd0\x0d\xfe\xed\x00\x00\x00\x40" + s },
	"garbage after":       func(s string) string { return s + "\x01garbage" },
	"document after":      func(s string) string { return s + s },
	"empty in front":      func(s string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}` + s },
	"cut gzip":            func(s string) string { z := gzipOf(s); return z[:len(z)-5] },
	"white space ahead":   func(s string) string { return strings.Repeat(" \n", 40_000) + s },
	"100 KB of comment":   func(s string) string { return "<!--" + strings.Repeat("x", 100_000) + "-->" + s },
}

// Compressors are used again, because a new one takes a megabyte.
var (
	gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}
	zstdWriter  = sync.OnceValue(func() *zstd.Encoder { w, _ := zstd.NewWriter(nil); return w })
)

func gzipOf(s string) string {
	var b bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func zstdOf(s string) string { return string(zstdWriter().EncodeAll([]byte(s), nil)) }

// cpioOf is a file system with the document as a file, see package volume.
func cpioOf(s string) string {
	var b strings.Builder
	for _, f := range [][2]string{{"etc/x", s}, {"TRAILER!!!", ""}} {
		fmt.Fprintf(&b, "070701%08x%08x%032x%08x%032x%08x%08x%s\x00", 1, 0o100644, 0, len(f[1]), 0, len(f[0])+1, 0, f[0])
		b.WriteString(strings.Repeat("\x00", -b.Len()&3) + f[1])
		b.WriteString(strings.Repeat("\x00", -b.Len()&3))
	}
	return b.String()
}

func utf16Of(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func utf32Of(s string) string {
	var b []byte
	for _, r := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return string(b)
}

// jsonOf is s if it is JSON, and else a JSON string of it.
func jsonOf(s string) string {
	if json.Valid([]byte(s)) {
		return s
	}
	b, _ := json.Marshal(s)
	return string(b)
}

// ending says what becomes of a document: the worst of what is in it.
func ending(m *match.Matcher, doc string) string {
	if tree, ok := strings.CutPrefix(doc, asTree); ok {
		r, err := m.Check(context.Background(), firmware.OpenFS(context.Background(), fstest.MapFS{"usr/x": {Data: []byte(tree)}}, nil))
		if err != nil {
			return "error"
		}
		return r.Verdict.String()
	}
	worst, any := match.NoVerdict, false
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: "sbom", Reader: strings.NewReader(doc)}, &unpack.Options{Recognized: recognized}) {
		if item.Err != nil {
			return "error"
		}
		if item.Companion != "" { // it shows at its end whether it is one, see package screen
			if _, err := io.Copy(io.Discard, item.Reader); err != nil {
				return "error"
			}
			continue
		}
		any = true
		r, err := m.Check(context.Background(), firmware.Open(item.Reader, nil))
		if err == nil {
			_, err = io.Copy(io.Discard, item.Reader)
		}
		if err != nil {
			return "error"
		}
		worst = max(worst, r.Verdict)
	}
	if !any {
		return "nothing"
	}
	return worst.String()
}

// recognized reports whether a document that starts with head is of a format that is read.
func recognized(head []byte) bool {
	return format.Detect(head) != "" || firmware.Detect(head) != ""
}

// edits are changes to the syntax of a document that another parser may read
// otherwise, or not notice.
func edits(doc string) map[string]string {
	out := make(map[string]string)
	key := regexp.MustCompile(`"([@A-Za-z_]+)":`)
	if strings.HasPrefix(doc, "{") {
		for i, at := range key.FindAllStringSubmatchIndex(doc, -1) {
			name := doc[at[2]:at[3]]
			put := func(what, s string) {
				out[fmt.Sprintf("%s of member %d (%s)", what, i, name)] = doc[:at[0]] + s + doc[at[1]:]
			}
			put("upper case", `"`+strings.ToUpper(name)+`":`)
			put("lower case", `"`+strings.ToLower(name)+`":`)
			put("title case", `"`+strings.ToUpper(name[:1])+name[1:]+`":`)
			put("long s", `"`+strings.Replace(name, "s", "ſ", 1)+`":`)
			put("space", `" `+name+`":`)
			put("escape", fmt.Sprintf(`"\u%04x%s":`, name[0], name[1:]))
			put("null before", `"`+name+`":null,"`+name+`":`)
			put("escaped twin", fmt.Sprintf(`"\u%04x%s":"x","%s":`, name[0], name[1:], name))
			put("in a list", `"`+name+`":[`)
			put("number", `"`+name+`":0,"x":`)
		}
		for i, at := range regexp.MustCompile(`\[`).FindAllStringIndex(doc, -1) {
			for _, s := range []string{"null,", "0,", `"",`, "{},", "[],", strings.Repeat("[", 600)} {
				out[fmt.Sprintf("%.6q at list %d", s, i)] = doc[:at[1]] + s + doc[at[1]:]
			}
		}
		for what, members := range map[string]string{
			"CycloneDX": `"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"ok"}]`,
			"SPDX":      `"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-x","name":"ok","downloadLocation":"NONE"}]`,
			"SPDX 3":    `"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","name":"ok"}]`,
			"Syft":      `"artifacts":[{"name":"ok"}]`,
			"OpenWrt":   `"profiles":{"ok":{"titles":[{"vendor":"Acme","model":"Box"}]}},"arch_packages":"x","target":"y"`,
			"fwupd":     `"Devices":[{"DeviceId":"1","Name":"ok"}]`,
			"Redfish":   `"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d"`,
			"sbom":      `"sbom":{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"ok"}]}`,
			"far sbom":  `"sbom":{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"ok","description":"` + strings.Repeat("x", 70_000) + `"}]}`,
			"payload":   `"payloadType":"x","payload":"eyJib21Gb3JtYXQiOiJDeWNsb25lRFgifQ=="`,
			"predicate": `"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicate":{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"ok"}]}`,
		} {
			out[what+" in front"] = "{" + members + "," + doc[1:]
			out[what+" after"] = doc[:len(doc)-1] + "," + members + "}"
		}
		out["name is an object"] = strings.ReplaceAll(doc, `"`+evaded+`"`, `{"x":"`+evaded+`"}`)
		out["name is a list"] = strings.ReplaceAll(doc, `"`+evaded+`"`, `["`+evaded+`"]`)
		out["escapes"] = strings.ReplaceAll(doc, evaded, `\u004b\u0061spersky\u0020Lab`)
		out["percent"] = strings.ReplaceAll(doc, "%40kaspersky", "%40%6baspersky")
		out["percent, not decodable"] = strings.ReplaceAll(doc, "%40kaspersky", "%4kaspersky%zz")
		out["Kelvin sign in a purl"] = strings.ReplaceAll(doc, "%40kaspersky", "%40%E2%84%AAaspersky")
		out["slash in a purl"] = strings.ReplaceAll(doc, "%40kaspersky/", "%40kaspersky%2F")
		out["Cyrillic in a CPE"] = strings.ReplaceAll(doc, "a:kaspersky:", "a:k\u0430spersky:")
		out["escapes in a CPE"] = strings.ReplaceAll(doc, "a:kaspersky:", `a:\\kas\\persky:`)
		out["upper case of a CPE"] = strings.ReplaceAll(doc, "cpe:2.3:a:kaspersky:", "CPE:2.3:A:KASPERSKY:")
		out["zero width in a CPE"] = strings.ReplaceAll(doc, "a:kaspersky:", "a:kas\u200bpersky:")
		out["other binding"] = strings.ReplaceAll(doc, "cpe:2.3:a:kaspersky:", "cpe:/a:kaspers%6by:")
		out["other mark of a CPE"] = strings.ReplaceAll(doc, "cpe:2.3:a:", "cpe:2.4:a:")
		out["upper case of a purl"] = strings.ReplaceAll(doc, "pkg:npm/%40kaspersky", "PKG:NPM/@KASPERSKY")
	}
	if strings.HasPrefix(doc, "<") {
		for i, at := range regexp.MustCompile(`<(/?)([A-Za-z:]+)`).FindAllStringSubmatchIndex(doc, -1) {
			name, slash := doc[at[4]:at[5]], doc[at[2]:at[3]]
			put := func(what, s string) {
				out[fmt.Sprintf("%s of tag %d (%s%s)", what, i, slash, name)] = doc[:at[0]] + s + doc[at[1]:]
			}
			put("upper case", "<"+slash+strings.ToUpper(name))
			put("comment before", "<!-- x --><"+slash+name)
			put("text before", "x<"+slash+name)
			put("doctype before", `<!DOCTYPE x><`+slash+name)
			if slash == "" {
				put("twin", "<"+name+"/><"+name)
				both := strings.Replace(doc[:at[0]]+"\x01"+name+doc[at[1]:], "</"+name+">", "</\x01"+name+">", 1)
				out[fmt.Sprintf("other case of element %d (%s)", i, name)] = strings.ReplaceAll(strings.Replace(both, "\x01"+name, "<"+strings.ToUpper(name[:1])+name[1:], 1), "\x01"+name, strings.ToUpper(name[:1])+name[1:])
			}
		}
		out["comment"] = strings.ReplaceAll(doc, "Kaspersky", "Kas<!-- x -->persky")
		out["CDATA"] = strings.ReplaceAll(doc, "Kaspersky", "Kas<![CDATA[persky]]>")
		out["element"] = strings.ReplaceAll(doc, "Kaspersky", "Kas<b>per</b>sky")
		out["reference"] = strings.ReplaceAll(doc, "Kaspersky", "&#75;aspersky")
		out["unknown entity"] = strings.ReplaceAll(doc, "Kaspersky", "&k;aspersky")
		out["defined entity"] = strings.Replace(strings.ReplaceAll(doc, "Kaspersky", "&k;"), "<", `<!DOCTYPE x [<!ENTITY k "Kaspersky">]><`, 1)
		out["encoding"] = `<?xml version="1.0" encoding="UTF-7"?>` + doc
	}
	if strings.HasPrefix(doc, "SPDX") || strings.HasPrefix(doc, "spdx") {
		for i, line := range strings.SplitAfter(doc, "\n") {
			tag, value, found := strings.Cut(line, ":")
			if !found {
				continue
			}
			put := func(what, s string) {
				lines := strings.SplitAfter(doc, "\n")
				lines[i] = s
				out[fmt.Sprintf("%s of line %d (%s)", what, i, tag)] = strings.Join(lines, "")
			}
			put("upper case", strings.ToUpper(tag)+":"+value)
			put("twin", line+tag+": x\n")
			put("twin before", tag+": x\n"+line)
			put("no colon", tag+value)
			put("comment sign", "#\n"+line)
			put("CR", strings.ReplaceAll(line, "\n", "\r"))
			put("CR LF", strings.ReplaceAll(line, "\n", "\r\n"))
			put("tab", "\t"+line)
			put("text", tag+": <text>"+strings.TrimSpace(value)+"</text>\n")
			put("open text", tag+": <text>"+strings.TrimSpace(value)+"\n")
		}
	}
	return out
}

func TestFalseCleanMatrix(t *testing.T) {
	m := matcher(t, "", nil)
	cells, counts := 0, make(map[string]int)
	var mu sync.Mutex
	check := func(t *testing.T, what string, make func() string) {
		if !sampled(what) {
			return
		}
		doc := make()
		got := ending(m, doc)
		mu.Lock()
		cells++
		counts[got]++
		mu.Unlock()
		if got == "clear" || got == "nothing" {
			t.Errorf("%s: %s\n%.2000s", what, got, doc)
		}
	}
	for name, doc := range positives(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ending(m, doc); got != "ban" && got != "review" {
				t.Errorf("%s: %s, want a finding", name, got)
			}
			for wrap, around := range wrappings {
				check(t, name+", "+wrap, func() string { return around(doc) })
				for how, value := range letters {
					if strings.Contains(doc, evaded) && name != "CoSWID" && name != "uSWID" && name != "TlvInfo" && name != "protobuf" {
						check(t, name+", "+wrap+", "+how, func() string { return around(strings.ReplaceAll(doc, evaded, value)) })
					}
				}
			}
			for how, edited := range edits(doc) {
				check(t, name+", "+how, func() string { return edited })
				check(t, name+", "+how+", gzip", func() string { return gzipOf(edited) })
			}
			for i := range len(doc) {
				if endless[name] && i > 0 && doc[i-1] == '\n' {
					continue
				}
				check(t, fmt.Sprintf("%s, cut at byte %d", name, i), func() string { return doc[:i] })
			}
			zipped := gzipOf(doc)
			for i := range len(zipped) {
				check(t, fmt.Sprintf("%s, gzip cut at byte %d", name, i), func() string { return zipped[:i] })
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d cells: %v", cells, counts) })
}
