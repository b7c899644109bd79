// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/unpack"
)

const (
	docSyft   = `{"artifacts":[{"name":"agent","version":"1"}],"source":{},"descriptor":{"name":"syft"}}`
	docXML    = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components/></bom>`
	docTag    = "PackageName: agent\nPackageSupplier: Organization: Kaspersky Lab\n"
	docSPDX3  = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","type":"SpdxDocument"}`
	docSpaced = "{\n  \"bomFormat\" : \"CycloneDX\",\n  \"components\" : [ ]\n}\n"
)

// passedOver reports whether a file has no errors, and has only
// companions and what is known.
func passedOver(t *testing.T, name, in string, known ...string) bool {
	t.Helper()
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: name, Reader: strings.NewReader(in)}, nil) {
		if item.Err != nil {
			return false
		}
		data, err := io.ReadAll(item.Reader)
		if err != nil {
			return false
		}
		ok := item.Companion != ""
		for _, k := range known {
			ok = ok || string(data) == k
		}
		if !ok {
			return false
		}
	}
	return true
}

// hiding are forms in which a document can be a value in JSON.
func hiding() map[string]string {
	quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	return map[string]string{
		"object":           docSpaced,
		"SPDX":             `{"spdxVersion":"SPDX-2.3","packages":[]}`,
		"SPDX 3":           docSPDX3,
		"Syft":             docSyft,
		"array":            "[[" + docSpaced + "]]",
		"string":           quoted(docSpaced),
		"string of Syft":   quoted(docSyft),
		"string in string": quoted(quoted(docSpaced)),
		"XML":              quoted(docXML),
		"tag-value":        quoted(docTag),
		"base64":           quoted(base64.StdEncoding.EncodeToString([]byte(docSpaced))),
		"base64 of Syft":   quoted(base64.StdEncoding.EncodeToString([]byte(docSyft))),
		"base64 for URLs":  quoted(base64.RawURLEncoding.EncodeToString([]byte(docXML))),
		"base64 of gzip":   quoted(base64.StdEncoding.EncodeToString([]byte(gzipOf(docSpaced)))),
		"base64 of zip":    quoted(base64.StdEncoding.EncodeToString([]byte(zipOf("a", docSpaced)))),
		"escaped name":     `{"\u0062omFormat":"CycloneDX"}`,
		"name of a member": `{` + quoted(docXML) + `:1}`,
	}
}

// A document in a member that is not read is found, in envelopes and in JSON files that are
// companions.
func TestHiddenMembers(t *testing.T) {
	const provenance = `"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",`
	wrapped := func(payload, signature, more string) string {
		return fmt.Sprintf(`{"payloadType":"application/vnd.in-toto+json","payload":%q,"signatures":[{"sig":"AAAA"%s}]%s}`,
			base64.StdEncoding.EncodeToString([]byte(payload)), signature, more)
	}
	good := statementOf(doc)
	for name, format := range map[string]string{
		"beside a predicate":           strings.TrimSuffix(good, "}") + `,"bom":%s}`,
		"beside provenance":            `{` + provenance + `"subject":[],"predicate":{},"bom":%s}`,
		"in provenance":                `{` + provenance + `"subject":[],"predicate":{"x":{"y":%s}}}`,
		"in a subject":                 `{` + provenance + `"subject":[{"name":"x","annotations":%s}],"predicate":{}}`,
		"beside a payload":             wrapped(good, "", `,"bom":%s`),
		"in a signature":               wrapped(good, `,"x":%s`, ""),
		"beside the envelope":          `{"mediaType":"x","verificationMaterial":{"x":%s},"dsseEnvelope":` + wrapped(good, "", "") + `}`,
		"in a signature's bundle":      `{"mediaType":"x","verificationMaterial":{"x":%s},"messageSignature":{}}`,
		"beside a bundle":              `{"attestations":[{"bundle":` + bundleOf(good) + `,"x":%s}]}`,
		"beside sbom":                  `{"sbom":` + doc + `,"more":%s}`,
		"beside Data":                  `{"Data":` + doc + `,"Timestamp":%s}`,
		"annotation of an index":       `{"schemaVersion":2,"manifests":[],"annotations":{"sbom":%s}}`,
		"label of an image":            `{"architecture":"arm64","os":"linux","config":{"Labels":{"sbom":%s}},"rootfs":{}}`,
		"build information":            `{"Source":"x","Data":{"x":%s}}`,
		"bundle of cosign":             `{"base64Signature":"AA==","rekorBundle":{"x":%s}}`,
		"tags of an image":             `[{"Config":"c","RepoTags":[%s],"Layers":[]}]`,
		"namespace of a document":      `{"documents":[{"filename":"x","documentNamespace":%s}]}`,
		"other predicate, Syft as one": `{` + provenance + `"subject":[],"predicate":%s}`,
	} {
		if harmless := fmt.Sprintf(format, `"harmless"`); name != "other predicate, Syft as one" && name != "build information" && !passedOver(t, "a.json", harmless, doc) {
			t.Errorf("%s: %s is not passed over", name, harmless)
		}
		for form, value := range hiding() {
			if in := fmt.Sprintf(format, value); passedOver(t, "a.json", in, doc) {
				t.Errorf("%s, %s: passed over: %s", name, form, in)
			}
		}
	}
}

// A document in a companion is found, at any place that its format has.
func TestHiddenInCompanions(t *testing.T) {
	utf16 := utf16Of(binary.LittleEndian, docSpaced)
	wide := utf16Of(binary.BigEndian, docSpaced)
	for name, frame := range map[string][2]string{
		"a.pdf":     {strings.TrimSuffix(pdf, "%%EOF\n"), "\n%%EOF\n"},
		"b.pdf":     {pdf, "\n%%EOF\n"},
		".DS_Store": {"\x00\x00\x00\x01Bud1\x00\x00\x10\x00", "\x00\x00\xff"},
		"a.png":     {"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR-----tEXt", "\x00\x00\x00\x00IEND\xae\x42\x60\x82"},
		"a.jpg":     {strings.TrimSuffix(jpeg, "\xff\xd9") + "\xff\xfe", "\xff\xd9"},
		"b.jpg":     {jpeg, "\xff\xd9"},
		"a.gif":     {strings.TrimSuffix(gif, "\x00;"), "\x00;"},
		"a.doc":     {ole("WordDocument"), "\x00\x00\xff"},
		"a.svg":     {`<svg xmlns="http://www.w3.org/2000/svg"><!--`, "--></svg>"},
		"a.html":    {"<html><body><pre>", "</pre></body></html>"},
		"README":    {"# An offer\n\n", "\n"},
		"a.asc":     {"-----BEGIN PGP SIGNATURE-----\nComment: ", "\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"},
		"a.minisig": {"untrusted comment: ", "\nRWQf6LRCGA9i53mlYecO4IzT\n"},
		"a.sha256":  {sha + "  ", "\n"},
	} {
		if !passedOver(t, name, frame[0]+"harmless"+frame[1]) {
			t.Errorf("%s: a harmless one is not passed over", name)
		}
		for form, hidden := range map[string]string{
			"JSON": docSpaced, "one line": doc, "Syft": docSyft, "XML": docXML, "tag-value": docTag, "UTF-16": utf16, "UTF-16, big-endian": wide,
			"base64": base64.StdEncoding.EncodeToString([]byte(docSpaced)), "SPDX 3": docSPDX3,
			"after much text": strings.Repeat("-", 200_000) + doc, "across two windows": strings.Repeat("-", 64<<10-20) + doc,
		} {
			if passedOver(t, name, frame[0]+hidden+frame[1]) {
				t.Errorf("%s, %s: passed over", name, form)
			}
		}
	}
	for name, frame := range map[string][2]string{
		"a.pdf":     {strings.TrimSuffix(pdf, "%%EOF\n"), "\n%%EOF\n"},
		".DS_Store": {"\x00\x00\x00\x01Bud1\x00\x00\x10\x00", "\x00\x00\xff"},
		"a.jpg":     {jpeg, "\xff\xd9"},
		"a.gif":     {gif, "\x00;"},
	} {
		for form, hidden := range map[string]string{"gzip": gzipOf(docSpaced), "zip": zipOf("a", doc), "zstd": zstdOf(doc), "xz": "\xfd7zXZ\x00", "bzip2": "BZh91AY&SY", "gzip across two windows": strings.Repeat("-", 64<<10-90) + gzipOf(doc)} {
			if passedOver(t, name, frame[0]+hidden+frame[1]) {
				t.Errorf("%s, %s: passed over", name, form)
			}
		}
		if !passedOver(t, name, frame[0]+"\x1f\x8b\x08\x00\x28\xb5\x2f\xfd\xff\xff"+gzipOf("harmless")+frame[1]) {
			t.Errorf("%s: a harmless one is not passed over", name)
		}
	}
	for name, in := range map[string]string{
		"entities.svg": `<svg><desc>{&quot;bomFormat&quot;: &quot;CycloneDX&quot;}</desc></svg>`,
		"escaped.html": `<html><script>x="{\"bomFormat\": 1}"</script></html>`,
		"hex.html":     `<html><script>{"\u0062omFormat": 1}</script></html>`,
		"number.html":  `<html><pre>{&#34;&#98;omFormat&#34;: 1}</pre></html>`,
		"url.html":     `<html><a href="data:,%7B%22bomFormat%22%3A1%7D">x</a></html>`,
		"data.svg":     `<svg><image href="data:application/json;base64,` + base64.StdEncoding.EncodeToString([]byte(docSyft)) + `"/></svg>`,
		"zip.svg":      `<svg><image href="data:;base64,` + base64.StdEncoding.EncodeToString([]byte(zipOf("a", doc))) + `"/></svg>`,
		"LICENSE":      "# An offer\n\n" + strings.Join(strings.SplitAfter(base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", 60)+docSyft)), "IC"), "") + "\n",
		"quoted.md":    "# An offer that we made you in the week before last, as was agreed between us.\n\n> PackageName: agent\n> PackageVersion: 1\n",
		"README.md":    "# An offer\n\n* PackageName : agent\n* PackageOriginator: Organization: Kaspersky Lab\n",
	} {
		if passedOver(t, name, in) {
			t.Errorf("%s: passed over: %s", name, in)
		}
	}
}

// Parts of PDF and PNG files.
const pdfFilter, pdfObjects = "/Filter /FlateDecode", "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"

func zlibOf(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func pdfWith(objects ...string) string {
	return strings.Replace(pdf, "trailer", strings.Join(objects, "\n")+"\ntrailer", 1)
}

func pdfStream(dictionary, content string) string {
	return "5 0 obj\n<< " + dictionary + " >>\nstream\n" + content + "\nendstream\nendobj"
}

func pngChunk(kind, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + kind + body + "-CRC"
}

func pngOf(chunks ...string) string {
	return "\x89PNG\r\n\x1a\n" + pngChunk("IHDR", strings.Repeat("-", 13)) + strings.Join(chunks, "") + "\x00\x00\x00\x00IEND\xae\x42\x60\x82"
}

// Files attached to a PDF document, and data compressed in an image or RTF document, are found.
func TestPackedInCompanions(t *testing.T) {
	for name, in := range map[string]string{
		"PDF":                 pdfWith(pdfStream(pdfFilter, zlibOf("BT (an offer) Tj ET")), pdfStream(pdfObjects, zlibOf("2 0 << /Type /Page /F (x) >>"))),
		"PDF, other streams":  pdfWith(pdfStream("/Filter /DCTDecode", jpeg), pdfStream(pdfFilter, "no zlib")),
		"PDF, encrypted":      pdfWith("<< /Encrypt 3 0 R >>", pdfStream(pdfFilter, "no zlib")),
		"PNG":                 pngOf(pngChunk("zTXt", "Comment\x00\x00"+zlibOf("made by hand")), pngChunk("IDAT", zlibOf("1"))),
		"RTF with a picture":  `{\rtf1 {\pict ` + hex.EncodeToString([]byte(png)) + `} f\'fcr Sie}`,
		"PNG of another kind": png,
	} {
		if !passedOver(t, "f", in) {
			t.Errorf("%s: not passed over", name)
		}
	}
	for name, in := range map[string]string{
		"PDF, EF":                    pdfWith("<< /Type /Filespec /F (k) /EF << /F 5 0 R >> >>"),
		"PDF, EF elsewhere":          pdfWith("<< /F (k) /EF 6 0 R >>"),
		"PDF, EF after a comment":    pdfWith("<< /F (k) /EF%x\n<< /F 5 0 R >> >>"),
		"PDF, EmbeddedFile":          pdfWith("<< /Type /EmbeddedFile >>"),
		"PDF, names in codes":        pdfWith("<< /Type /#45mbedded#46ile >>"),
		"PDF, EF in codes":           pdfWith("<< /F (k) /E#46 << /F 5 0 R >> >>"),
		"PDF, in an object stream":   pdfWith(pdfStream(pdfObjects, zlibOf("2 0 << /F (k) /EF << /F 5 0 R >> >>"))),
		"PDF, objects of two layers": pdfWith(pdfStream("/Type /ObjStm /Filter [/FlateDecode /FlateDecode]", zlibOf(zlibOf("2 0 << /EF << /F 5 0 R >> >>")))),
		"PDF, objects in hex":        pdfWith(pdfStream("/Type /Obj#53tm /Filter [/ASCIIHexDecode /FlateDecode]", hex.EncodeToString([]byte(zlibOf("2 0 << >>"))))),
		"PDF, encrypted objects":     pdfWith("<< /Encrypt 3 0 R >>", pdfStream(pdfObjects, zlibOf("2 0 << >>"))),
		"PDF, in a stream":           pdfWith(pdfStream(pdfFilter, zlibOf(doc))),
		"PNG, zTXt":                  pngOf(pngChunk("zTXt", "Comment\x00\x00"+zlibOf(doc))),
		"PNG, iTXt":                  pngOf(pngChunk("iTXt", "x\x00\x01\x00\x00\x00"+zlibOf(docSyft))),
		"PNG, twice":                 pngOf() + pngOf(),
		"PNG, no chunks":             strings.Replace(png, "-----", "---"+zlibOf(doc), 1),
		"RTF, codes":                 `{\rtf1 ` + strings.ReplaceAll(strings.ReplaceAll(docSpaced, "{", `\'7b`), "m", `\'6d`) + ` {` + `}}`,
		"RTF, picture":               `{\rtf1 {\pict ` + hex.EncodeToString([]byte(docXML)) + `}}`,
		"RTF, gzip":                  `{\rtf1 {\pict ` + hex.EncodeToString([]byte(gzipOf(docXML))) + `}}`,
	} {
		if passedOver(t, "f", in) {
			t.Errorf("%s: passed over", name)
		}
	}
}

// It does not matter how much text is in front of a document.
func TestFarInPackedCompanions(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for name, in := range map[string]string{
		"PNG, after much text":      pngOf(pngChunk("zTXt", "x\x00\x00"+zlibOf(strings.Repeat(" ", 20<<20)+doc))),
		"PNG, across two pieces":    pngOf(pngChunk("zTXt", "x\x00\x00"+zlibOf(strings.Repeat(" ", 8<<20-5)+doc))),
		"PNG, base64 across pieces": pngOf(pngChunk("zTXt", "x\x00\x00"+zlibOf(strings.Repeat(" ", 8<<20-100)+base64.StdEncoding.EncodeToString([]byte(gzipOf(doc)))))),
		"PDF, far within a stream":  pdfWith(pdfStream(pdfFilter, zlibOf(strings.Repeat(" ", 20<<20)+doc))),
	} {
		if passedOver(t, "f", in) {
			t.Errorf("%s: passed over", name)
		}
	}
}

// Parts lists are found in pages, tables and texts of any layout.
func TestPartsLists(t *testing.T) {
	page := func(body string) string { return "<!DOCTYPE html>\n<html><body>" + body + "</body></html>\n" }
	const prose = "# An offer\n\nThis is our offer for the routers, which you asked for in May of this year.\n\n"
	for _, tt := range []struct {
		name, in string
		passed   bool
	}{
		{"a.html", page("<table><tr><th>Position<th>Price<tr><td>Router<td>1.200,00</table><dl><dt>Version<dd>1.0</dl>"), true},
		{"b.html", page("<p>The vendor of each component is known.</p><ul><li>Vendor</li><li>Components</li></ul><a>Supplier</a><a>Component</a>"), true},
		{"c.html", page("<table><tr><td>Router of the last year, which is out of sale<td>1.2.3</table>"), true},
		{"no end tags.html", page("<table><tr><th>Supplier<th>Name<tr><td>Acme<td>x</table>"), false},
		{"no end tags of cells.html", page("<TABLE><TR><TD>Component<TD>Version</TR><TR><TD>x<TD>1</TR></TABLE>"), false},
		{"a row far down.html", page("<table>" + strings.Repeat("<tr><td>1<td>Router", 2000) + "<tr><td>Vendor<td>Name</table>"), false},
		{"no header.html", page("<table><tr><td>Acme<td>x<td>1.0.1</table>"), false},
		{"list.html", page("<dl><dt>Component<dd>x<dt>Supplier<dd>Acme</dl>"), false},
		{"grid.html", page("<div><div>Supplier</div><div>Component</div></div><div><div>Acme</div><div>x</div></div>"), false},
		{"text.html", page("<pre>Supplier,Component,Version\nAcme,x,1\n</pre>"), false},
		{"entities.html", page("<table><tr><td>Vend&#111;r<td>Name</table>"), false},
		{"script.html", page(`<script type="application/json">` + docSyft + `</script>`), false},
		{"a.csv", "Offer of May 2026,\n\nPosition,Description,Price\n1,Router,100\n2,Switch,1.234.567\n", true},
		{"b.csv", "Requirement,Text,Met\n1.2.3,It has two ports,yes\n1.2.4,It is black,yes\n", true},
		{"c.csv", "Host,Address,Since\nrouter,192.168.1.1,01.02.2026\n", true},
		{"no header.csv", "Acme,agent,1.0.1\nAcme,widget,2.3.4\n", false},
		{"no header, short versions.csv", "Acme;agent;1\nAcme;widget;2\n", false},
		{"one column.csv", "Kaspersky Lab\nAcme\n", false},
		{"unknown header.csv", "Firmenbezeichnung,Ding,Stand\nAcme,agent,1.0.1\nAcme,widget,v2.1.0-rc1\n", false},
		{"words around.csv", "\"Supplier name (legal)\",\"What\"\nAcme,agent\n", false},
		{"joined.csv", "Herstellername;Ding\nAcme;agent\n", false},
		{"make.csv", "Item,Make,Model\nCamera,Acme,X1\n", false},
		{"company.csv", "Thing,Company\nAgent,Acme\n", false},
		{"developer.csv", "Application,Developer\nAgent,Acme\n", false},
		{"éditeur.csv", "Désignation;Éditeur;Quantité\nAgent;Acme;2\n", false},
		{"marque.csv", "Équipement;Marque\nCaméra;Acme\n", false},
		{"marca.csv", "Dispositivo;Marca\nTelecamera;Acme\n", false},
		{"casa.csv", "Prodotto;Casa produttrice\nTelecamera;Acme\n", false},
		{"marke.csv", "Bezeichnung;Marke\nKamera;Acme\n", false},
		{"anbieter.csv", "Produkt;Anbieter\nAgent;Acme\n", false},
		{"merk.csv", "Artikel;Merk\nCamera;Acme\n", false},
		{"make.html", page("<table><tr><th>Item<th>Make<tr><td>Camera<td>Acme</table>"), false},
		{"made by.csv", "\"Made by\",\"Thing\"\nAcme,agent\n", false},
		{"carriage returns.csv", "Thing,Supplier\rx,Acme\r", false},
		{"broken word.csv", "\"Sup\nplier\",\"Thing\"\nAcme,agent\n", false},
		{"other separator.csv", "Supplier^Thing\nAcme^agent\n", false},
		{"README", prose + "Version: 1.0\nLicense: MIT\nAuthor: J. Doe\n", true},
		{"NOTICE", prose + docTag, false},
		{"LICENSE", prose + "PackageName: agent\nPackageVersion: 1\n", false},
		{"README.md", prose + "    PackageOriginator : Organization: Acme\n", false},
		{"CHANGELOG", prose + "Component: agent\nSupplier: Acme\n", false},
		{"HISTORY.md", prose + "* **Package Name**: agent\n* **Vendor**: Acme\n", false},
		{"letter.txt", letter + docTag, false},
	} {
		if got := passedOver(t, tt.name, tt.in); got != tt.passed {
			t.Errorf("%s: passed over %v, want %v: %s", tt.name, got, tt.passed, tt.in)
		}
	}
}

// A file that would take long to search is an error.
func TestSearchIsLimited(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for name, in := range map[string]string{
		"a.gif":  "GIF89a" + strings.Repeat("\x1f\x8b\x08\x00", 100_000) + "\x00;",
		"b.gif":  "GIF89a" + strings.Repeat("\x28\xb5\x2f\xfd", 100_000) + "\x00;",
		"README": strings.Repeat(strings.Repeat("H4sIAAAAAAAA", 4)+".\n", 100_000),
	} {
		if passedOver(t, name, in) {
			t.Errorf("%s: passed over", name)
		}
	}
}

// A text that only mentions bills of materials is a companion.
func TestHarmlessWords(t *testing.T) {
	for name, in := range map[string]string{
		"README.md": "# An offer\n\nThe artifacts: these are in the folder. A descriptor of each is beside it, and its bomFormat and SPDXID are given.\nSee https://cyclonedx.org/ and https://spdx.org/licenses/.\n",
		"a.html":    "<html><body>SPDX-License-Identifier: MIT, packageName: x</body></html>",
		"a.json":    `{"schemaVersion":2,"manifests":[],"annotations":{"a":"` + strings.Repeat("QUJD", 40) + `","artifacts":"1","b":"the descriptor"}}`,
	} {
		if !passedOver(t, name, in) {
			t.Errorf("%s: not passed over", name)
		}
	}
}
