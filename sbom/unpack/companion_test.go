// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/clause76/clause76/sbom/format"

	"github.com/clause76/clause76/sbom/unpack"
)

const (
	pdf    = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
	png    = "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR-----\x00\x00\x00\x00IEND\xae\x42\x60\x82"
	jpeg   = "\xff\xd8\xff\xe0\x00\x10JFIF\x00----\xff\xd9"
	gif    = "GIF89a\x01\x00\x01\x00\x00\x00\x00,----\x00;"
	riff   = "RIFF\x0c\x00\x00\x00WEBPVP8 ----"
	sha    = "0f343b0931126a20f133d67c2b018a3b5e1c1d9e3a1b6e1f0c8d7a6b5c4d3e2f"
	letter = "Dear Sir or Madam,\n\nplease find enclosed our offer for the routers that you asked for in May.\nWe look forward to hearing from you.\n\nYours faithfully,\nJ. Doe\n"
)

// appleDouble is a file with the attributes of another file on macOS.
func appleDouble(id uint32, value, after string) string {
	b := append([]byte("\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "), 0, 1)
	for _, n := range []uint32{id, 38, uint32(len(value))} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b) + value + after
}

// ole has the streams of a compound file.
func ole(streams ...string) string {
	b := []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 512))
	for _, s := range streams {
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		b = append(b, make([]byte, 16)...)
	}
	return string(b)
}

func sheet(cells ...string) string {
	text := ""
	for _, c := range cells {
		text += "<si><t>" + c + "</t></si>"
	}
	return zipOf("[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>", "xl/sharedStrings.xml", "<sst>"+text+"</sst>")
}

func odf(kind, text string) string {
	return zipOf("mimetype", "application/vnd.oasis.opendocument."+kind, "content.xml", `<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><p>`+text+"</p></o:document-content>", "META-INF/manifest.xml", "<x/>")
}

// A companion is recognized by its content, or by its name if the content is not enough. A file with
// additional content is an error.
func TestCompanions(t *testing.T) {
	unhex := func(s string) string {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	ecdsa := unhex("3045022100" + strings.Repeat("8f", 32) + "0220" + strings.Repeat("1f", 32))
	certificate := unhex("3082010f" + "30820102" + "0481ff" + strings.Repeat("00", 255) + "300306012a" + "030200ff")
	docx := zipOf("[Content_Types].xml", "<Types/>", "_rels/.rels", "<x/>", "word/document.xml", "<x/>", "word/media/a.png", png)
	const unread = "notRecognised"
	for _, tt := range []struct{ name, in, want string }{
		{"offer.pdf", pdf, "PDF document"},
		{"offer.json", pdf, "PDF document"}, // the content decides
		{"a.png", png, "PNG image"},
		{"a.jpg", jpeg, "JPEG image"},
		{"a.jpg", jpeg + "\x00\x00", "JPEG image"},
		{"a.gif", gif, "GIF image"},
		{"a.webp", riff, "WebP image"},
		{"a.svg", `<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"><path d="M0"/></svg>` + "\n", "SVG image"},
		{".DS_Store", "\x00\x00\x00\x01Bud1\x00\x00\x10\x00", "Finder settings of macOS (.DS_Store)"},
		{"._a.json", appleDouble(9, "Finder", ""), "file attributes of macOS (AppleDouble)"},
		{"a.doc", ole("Root Entry", "WordDocument"), "office document (Word)"},
		{"a.ppt", ole("PowerPoint Document"), "office document (PowerPoint)"},
		{"a.docx", docx, "office document (Word)"},
		{"a.odt", odf("text", "an offer"), "office document (OpenDocument text)"},
		{"a.rtf", `{\rtf1\ansi {\b an offer}\}}` + "\n", "RTF document"},
		{"a.html", "<!DOCTYPE html>\n<html><body><p>an offer</p></body></html>\n", "HTML page"},
		{"a.html", "<html><body>" + strings.Repeat("Ⱥ", 60) + "</body></html>\n", "HTML page"}, // letters that are longer in lower case
		{"empty.txt", "", "empty file"},
		{"a.json.sha256", sha + "\n", "checksum file"},
		{"a.json.sha256", strings.ToUpper(sha), "checksum file"},
		{"SHA256SUMS", sha + "  a.json\n" + sha + " *b.json\n", "checksum file"},
		{"a.sums", "SHA256 (a.json) = " + sha + "\n", "checksum file"},
		{"a.asc", "-----BEGIN PGP SIGNATURE-----\nComment: x\n\niQEzBAABCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n", "signature or key (PGP)"},
		{"a.sig", "\x88\x20" + strings.Repeat("x", 32), "signature (PGP)"},
		{"a.sig", ecdsa, "signature (ECDSA)"},
		{"a.sig", base64.StdEncoding.EncodeToString([]byte(ecdsa)) + "\n", "signature or certificate (base64)"},
		{"a.sig", strings.Repeat("\xfe", 256), "signature (Ed25519 or RSA)"},
		{"a.minisig", "untrusted comment: signature\nRWQf6LRCGA9i53mlYecO4IzT\ntrusted comment: timestamp:1\nx0P9\n", "signature (minisign)"},
		{"a.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate or public key (PEM)"},
		{"a.crt", certificate, "certificate (X.509)"},
		{"a.crt", certificate + "x", "document"},
		{"a.sigstore.json", `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"messageSignature":{}}`, "signature (Sigstore bundle)"},
		{"bsi.json", `{"Source":"Local","Data":{"build":"7"}}`, "build information of sbom-tool"},
		{"config.json", `{"architecture":"arm64","os":"linux","config":{"Labels":{"vendor":"","color":"red"}},"rootfs":{"type":"layers"}}`, "description of a container image"},
		{"prices.csv", "Position,Description,Price\n1,Router,100\n", "table without the columns of a parts list"},
		{"prices.xlsx", sheet("Position", "Description", "Price"), "office document (Excel)"},
		{"README.md", "# An offer\n* one\n* two\n", "text for people"},
		{"LICENSE", "Do as you like", "text for people"},
		{"LICENSE-MIT.txt", "Do as you like", "text for people"},
		{"letter.txt", letter, "text for people"},
		{"Anschreiben.txt", "Sehr geehrte Damen und Herren,\n\nanbei erhalten Sie unser Angebot für die Lieferung der Router, die Sie im Mai angefragt haben.\n", "text for people"},

		{"LICENSE", doc, "doc"}, // a document under another name is a document
		{"README.md", doc, "doc"},
		{"._a.json", doc, "doc"},
		{"a.sha256", doc, "doc"},
		{"a.pdf", doc, "doc"},

		{"a.pdf", pdf + zipOf("a.json", doc), unread},
		{"a.pdf", pdf + doc, unread},
		{"a.pdf", pdf[:20], unread},
		{"a.pdf", strings.Replace(pdf, "/Catalog", "/EmbeddedFile", 1), unread},
		{"a.pdf", strings.Repeat(" ", 3) + pdf, "document"},
		{"a.pdf", "%PDF-1.7\nSPDXVersion: SPDX-2.3\n%%EOF", "document"},
		{"a.png", png + "x", unread},
		{"a.jpg", jpeg + doc, unread},
		{"a.jpg", jpeg + zipOf("a.json", doc), unread},
		{"a.jpg", jpeg + zipWith("", "\xff\xd9", entry{name: "a.json", body: doc}), unread},
		{"a.gif", gif + doc, unread},
		{"a.webp", riff + doc, unread},
		{"a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><metadata><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/></metadata></svg>`, unread},
		{"a.svg", `<svg></svg>` + doc, unread},
		{".DS_Store", "\x00\x00\x00\x01Bud1" + doc, unread},
		{"._a", appleDouble(1, "content", ""), "document"},
		{"._a", appleDouble(9, "Finder", doc), "document"},
		{"a.xls", ole("Root Entry", "Workbook"), unread},
		{"a.doc", ole("WordDocument", "Workbook"), unread},
		{"a.msi", ole("Root Entry"), "document"},
		{"a.doc", ole("WordDocument") + doc, "document"},
		{"a.rtf", `{\rtf1 an offer}` + doc, "document"},
		{"a.rtf", `{\rtf1 {\object x}}`, unread},
		{"a.html", "<html><body><table><tr><th>Component</th><th>Version</th></tr></table></body></html>", unread},
		{"a.html", "<html><body>pkg:npm/left-pad@1.3.0</body></html>", unread},
		{"a.html", "<html><body></body></html>" + doc, unread},
		{"sbom.json", "", unread},
		{"sbom.txt", "", unread},
		{"a.tar.gz", "", unread},
		{"-", "", unread},
		{"a.sums", sha + "\nKaspersky Endpoint Security 12\n", "document"},
		{"a.asc", "-----BEGIN PGP SIGNED MESSAGE-----\n\nSPDX\n-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n", "document"},
		{"a.asc", "-----BEGIN PGP SIGNATURE-----\n\nname: left-pad\n-----END PGP SIGNATURE-----\n", "document"},
		{"a.pem", "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "document"},
		{"a.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + doc, "document"},
		{"a.sig", "\x88\x21" + strings.Repeat("x", 32), "document"},
		{"a.txt", strings.Repeat("\xfe", 256), "document"},
		{"a.sig", base64.StdEncoding.EncodeToString([]byte(doc)), "document"},
		{"bsi.json", `{"Source":"Local","Data":{"components":{}}}`, "document"},
		{"bsi.json", `{"Source":"Local","Data":{},"parts":[]}`, "document"},
		{"index.json", `{"schemaVersion":2,"manifests":[],"annotations":{"org.opencontainers.image.vendor":"Acme"}}`, unread},
		{"config.json", `{"architecture":"arm64","os":"linux","config":{"Labels":{"vendor":"Acme"}},"rootfs":{"type":"layers"}}`, unread},
		{"parts.csv", "No,Supplier,Qty\n1,Acme,2\n", unread},
		{"parts.csv", "\ufeffPos;Hersteller;Menge\n", unread},
		{"parts.csv", "Offer of May\n\nComponent,Version\n", unread},
		{"parts.csv", `"Package Name","licenseDeclared"` + "\n", unread},
		{"parts.csv", `"packageName","packageVersion"` + "\n", unread},
		{"parts.csv", "componentName,componentVersion\n", unread},
		{"parts.csv", "x,pkg:npm/left-pad@1.3.0\n", unread},
		{"parts.tsv", "Package\tLicense\n", unread},
		{"parts.csv", "Vy\u0301robce;X\nAcme;1\n", unread}, // an accent of its own
		{"parts.csv", "Mfgr,Model\nAcme,x\n", unread},
		{"parts.csv", "Firmware supplier,Device\nAcme,x\n", unread},
		{"parts.csv", "Компонент;Версия;Примечание\nx;1;y\n", unread},
		{"parts.csv", "Название;Производитель\nx;Acme\n", unread},
		{"parts.csv", "Bileşen;Üretici\nx;Acme\n", unread},
		{"parts.csv", "名称,供应商名称\nx,Acme\n", unread},
		{"parts.csv", "组件,版本\nx,1\n", unread},
		{"parts.csv", "品名,メーカー名\nx,Acme\n", unread},
		{"parts.csv", "이름,제조사\nx,Acme\n", unread},
		{"parts.csv", "版本,日期\nx,May\n", "table without the columns of a parts list"}, // the history of a document
		{"parts.txt", "Package,License,Version\n", unread},
		{"parts.xlsx", sheet("No", "Manufacturer", "Qty"), unread},
		{"parts.xlsx", sheet("No", "cpe:2.3:a:acme:x:1:*:*:*:*:*:*:*"), unread},
		{"parts.xlsx", zipOf("[Content_Types].xml", "", "xl/workbook.xml", ""), unread},
		{"parts.xlsb", zipOf("[Content_Types].xml", "", "xl/workbook.bin", ""), unread},
		{"parts.ods", odf("spreadsheet", "Vendor"), unread},
		{"README.md", "| Vendor | Part |\n|---|---|\n| Acme | x |\n", unread},
		{"README.md", "It has pkg:npm/left-pad@1.3.0 in it.\n", "document"},
		{"README.json", "words", "document"},
		{"a.txt", "left-pad 1.3.0\nlodash 4.17.21\n", "document"},
		{"a.txt", "Name: left-pad\nMaker: Acme, which is a company that makes such things.\n\nName: lodash\nMaker: Acme, which is a company that makes such things.\n", "document"},
		{"a.txt", "this product has in it left-pad 1.3.0 and lodash 4.17.21 and express 4.18.2.\n", "document"},
		{"a.txt", "+left-pad by Acme is a library that is used in this product.\n", "document"},
		{"a.txt", "- left-pad by Acme is a library that is used in this product.\n- lodash by Acme is another one.\n", "document"},
	} {
		got := ""
		for item := range unpack.Walk(context.Background(), unpack.Source{Path: tt.name, Reader: strings.NewReader(tt.in)}, nil) {
			var data []byte
			err := item.Err
			if err == nil {
				data, err = io.ReadAll(item.Reader)
			}
			switch {
			case err != nil:
				got = format.ErrorKind(err)
			case item.Companion != "":
				if got = item.Companion; string(data) != tt.in {
					t.Errorf("%s: the bytes of a companion differ", tt.name)
				}
			case string(data) == doc:
				got = "doc"
			default:
				got = "document"
			}
		}
		if got != tt.want {
			t.Errorf("%s %.60q:\n got %s\nwant %s", tt.name, tt.in, got, tt.want)
		}
	}
}

// A table without a header is an error if several rows look like those of a parts list. sheets are
// the same table in the forms of spreadsheets.
func TestTablesWithoutHeader(t *testing.T) {
	sheets := func(rows [][]string) map[string]string {
		csv, inline, shared, strs, ods, n := "", "", "", "", "", 0
		for _, row := range rows {
			csv += strings.Join(row, ";") + "\n"
			inline, shared, ods = inline+"<row>", shared+"<row>", ods+"<table:table-row>"
			for i, c := range row {
				ref := string(rune('A' + i))
				inline += `<c r="` + ref + `1" t="inlineStr"><is><t>` + c + `</t></is></c>`
				shared += fmt.Sprintf(`<c r="%s1" t="s"><f>A1&amp;"x"</f><v>%d</v></c>`, ref, n)
				strs += "<si><r><t>" + c + "</t></r></si>"
				ods += `<table:table-cell><text:p>` + c + `</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"/>`
				n++
			}
			inline, shared, ods = inline+"</row>", shared+"</row>", ods+"</table:table-row>"
		}
		xlsx := func(data, strs string) string {
			return zipOf("[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>", "xl/worksheets/a.xml", "<worksheet><sheetData>"+`<row><c r="A1"><v>1</v></c></row>`+"</sheetData></worksheet>",
				"xl/worksheets/b.xml", "<worksheet><sheetData>"+data+"</sheetData></worksheet>", "xl/sharedStrings.xml", "<sst>"+strs+"</sst>")
		}
		return map[string]string{"t.csv": csv, "inline.xlsx": xlsx(inline, ""), "t.xlsx": xlsx(shared, strs),
			"t.ods": zipOf("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="t" xmlns:text="p"><table:table>`+ods+`</table:table></office:document-content>`, "META-INF/manifest.xml", "<x/>")}
	}
	type table = [][]string
	for _, tt := range []struct {
		name  string
		rows  table
		parts bool
	}{
		{"versions", table{{"agent", "1.2.3"}, {"scanner", "2.0.1"}, {"kernel", "6.1.2"}}, true},
		{"versions under a title", table{{"Offer", "of May"}, {"agent", "1.2.3"}, {"scanner", "2.0.1"}, {"kernel", "6.1.2"}}, true},
		{"companies", table{{"agent", "Acme GmbH"}, {"scanner", "Beta Ltd."}, {"kernel", "Gamma, Inc."}}, true},
		{"companies first, with gaps", table{{"Acme GmbH", "agent"}, {"Acme GmbH", "scanner"}, {"", "filter"}, {"Gamma, Inc.", "kernel"}, {"AO Delta", "driver"}}, true},
		{"companies with a header for something else", table{{"Site", "Customer"}, {"Ulm", "Acme GmbH"}, {"Bonn", "Beta Ltd."}, {"Riga", "Gamma, Inc."}}, false},
		{"two companies", table{{"Ulm", "Acme GmbH"}, {"Bonn", "Beta Ltd."}}, false},
		{"some companies", table{{"Ulm", "Acme GmbH"}, {"Bonn", "Smith"}, {"Riga", "Beta Ltd."}, {"Paris", "Jones"}, {"Rome", "Brown"}, {"Graz", "Gamma, Inc."}, {"Oslo", "Berg"}}, false},
		{"companies and amounts", table{{"Acme GmbH", "about 3"}, {"Beta Ltd.", "2.50"}, {"Gamma, Inc.", "1.00"}}, false},
		{"places", table{{"North", "Fresno, CA"}, {"South", "Denver, CO"}, {"East", "Paris, KY"}}, false},
		{"sections", table{{"No", "Demand", "Answer"}, {"1.1.1", "Encryption", "yes"}, {"1.1.2", "Logging", "yes"}, {"1.2.1", "Updates", "yes"}}, false},
		{"dates", table{{"What", "When"}, {"start", "01.02.2026"}, {"middle", "01.03.2026"}, {"end", "01.04.2026"}}, false},
		{"text", table{{"a", "An answer in words"}, {"b", "Another answer in words"}, {"c", "No answer"}}, false},
	} {
		for name, in := range sheets(tt.rows) {
			if got := walkAs(t, name, in); strings.Contains(got, "notRecognised") != tt.parts {
				t.Errorf("%s, %s: %s", tt.name, name, got)
			}
		}
	}
	for name, cells := range map[string][]string{
		"strings without rows": {"Acme", "agent", "1.0.1", "Acme", "scanner", "2.0.1"},
		"a header in pieces":   {"Sup</t><t>plier", "x"},
	} {
		if got := walkAs(t, "t.xlsx", sheet(cells...)); !strings.Contains(got, "notRecognised") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// walkAs returns what a file of a name is: its kind as a companion, or the kind of error.
func walkAs(t *testing.T, name, in string) (got string) {
	t.Helper()
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: name, Reader: strings.NewReader(in)}, nil) {
		if item.Err != nil {
			got += format.ErrorKind(item.Err) + " "
			continue
		}
		if _, err := io.Copy(io.Discard, item.Reader); err != nil {
			got += format.ErrorKind(err) + " "
			continue
		}
		got += item.Companion + " "
	}
	return got
}

// Documents and unknown files among the parts of an office document are unpacked.
func TestOfficeParts(t *testing.T) {
	in := zipOf("[Content_Types].xml", "<Types/>", "word/document.xml", "<x/>", "word/embeddings/a.xlsx", sheet("Supplier"), "word/embeddings/o.bin", ole("Workbook"), "sbom.json", doc, "word/payload.json", doc)
	want := "f : office document (Word)\nf!word/embeddings/a.xlsx zip: notRecognised\nf!word/embeddings/o.bin zip: notRecognised\nf!sbom.json zip: doc\nf!word/payload.json zip: doc"
	if got := walk(t, in, nil, false); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// An archive of "docker save" or OpenEmbedded must have the files that its index names.
func TestArchiveDescriptions(t *testing.T) {
	const config = `{"architecture":"arm64","os":"linux","rootfs":{"type":"layers"}}`
	manifest := `[{"Config":"c.json","RepoTags":["x:1"],"Layers":["l/layer.tar"]}]`
	index := `{"documents":[{"filename":"p.spdx.json","documentNamespace":"urn:p","sha1":"00"}]}`
	const image = " tar: description of a container image\n"
	for _, tt := range []struct{ name, in, want string }{
		{"docker save", tarOf("manifest.json", manifest, "c.json", config, "l/VERSION", "1.0", "l/json", `{"id":"x","parent":"y"}`, "l/layer.tar", tarOf("p.json", doc), "repositories", `{"x":{"1":"`+sha+`"}}`),
			"f!manifest.json" + image + "f!c.json" + image + "f!l/VERSION tar: version of a container image's layer\nf!l/json" + image + "f!l/layer.tar!p.json tar+tar: doc\nf!repositories tar: tags of a container image"},
		{"a layer that is not there", tarOf("manifest.json", manifest, "c.json", config), "f!manifest.json" + image + "f!c.json" + image + "f!manifest.json tar: syntax"},
		{"a manifest with something else", tarOf("manifest.json", `[{"Config":"c.json","Layers":[],"components":[]}]`), "f!manifest.json tar: 49 bytes"},
		{"tags of something else", tarOf("repositories", `{"x":{"1":"Acme"}}`), "f!repositories tar: 18 bytes"},
		{"VERSION elsewhere", zipOf("VERSION", "1.0"), "f!VERSION zip: 3 bytes"},
		{"OpenEmbedded", tarOf("p.spdx.json", doc, "index.json", index), "f!p.spdx.json tar: doc\nf!index.json tar: index of SPDX documents"},
		{"a document that is not there", tarOf("index.json", index), "f!index.json tar: index of SPDX documents\nf!index.json tar: syntax"},
		{"an index with something else", tarOf("index.json", strings.Replace(index, `"sha1"`, `"supplier"`, 1)), fmt.Sprintf("f!index.json tar: %d bytes", len(index)+4)},
	} {
		if got := walk(t, tt.in, nil, false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// The name of an image can have its owner, which no other place in an archive has.
func TestNamesOfImages(t *testing.T) {
	for name, owned := range map[string]bool{
		"x": false, "x:1": false, "library/x:1": false, "docker.io/library/x:1": false, "docker.io/x": false, "localhost/x:1": false,
		"localhost:5000/x": false, "1.0": false, "": false, "<none>:<none>": false,
		"acme/x:1": true, "docker.io/acme/x:1": true, "localhost/acme/x": true, "ghcr.io/acme/x:1": true, "registry.acme.example/x:1": true,
	} {
		for form, in := range map[string]string{
			"docker": tarOf("manifest.json", `[{"Config":"c.json","RepoTags":["x:1","`+name+`"],"Layers":[]}]`, "c.json", doc),
			"OCI":    tarOf("index.json", `{"schemaVersion":2,"manifests":[],"annotations":{"a":["x"],"org.opencontainers.image.ref.name":"`+name+`"}}`),
			"tags":   tarOf("repositories", `{"x":{"1":"`+sha+`"},"`+name+`":{"1":"`+sha+`"}}`),
		} {
			if got := walk(t, in, nil, false); strings.Contains(got, "notRecognised") != owned {
				t.Errorf("%s, %q: %s", form, name, got)
			}
		}
	}
}

// An image layout must have the blobs that its index and manifests name.
func TestBlobsOfLayout(t *testing.T) {
	digest := func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }
	blob := func(s string) string { return `{"mediaType":"x","digest":"sha256:` + digest(s) + `","size":1}` }
	const config = `{"architecture":"arm64","os":"linux","rootfs":{"type":"layers"}}`
	manifest := `{"schemaVersion":2,"config":` + blob(config) + `,"layers":[` + blob(doc) + `]}`
	empty := `{"schemaVersion":2,"config":` + blob("{}") + `,"layers":[` + blob(doc) + `]}`
	inline := `{"schemaVersion":2,"config":` + blob("{}") + `,"layers":[{"digest":"sha256:` + digest("x") + `","data":"eA=="}]}`
	layout := func(manifests string, blobs ...string) []string {
		files := []string{"oci-layout", `{"imageLayoutVersion":"1.0.0"}`, "index.json", `{"schemaVersion":2,"manifests":[` + manifests + `]}`}
		for _, b := range blobs {
			files = append(files, "blobs/sha256/"+digest(b), b)
		}
		return files
	}
	for _, tt := range []struct {
		name  string
		files []string
		whole bool
	}{
		{"whole", layout(blob(manifest), manifest, config, doc), true},
		{"no configuration", layout(blob(empty), empty, doc), true},
		{"a blob in its descriptor", layout(blob(inline), inline), true},
		{"no layer", layout(blob(manifest), manifest, config), false},
		{"no manifest", layout(blob(manifest)+","+blob(empty), manifest, config, doc), false},
		{"no configuration, though it is named", layout(blob(manifest), manifest, doc), false},
		{"no index", append(layout("", manifest, config, doc)[:2], "x.json", doc), false},
		{"a digest of another form", layout(`{"digest":"md5:00"}`), false},
		{"no digest", layout(`{}`), false},
		{"a list of something else", layout(`"x"`), false},
	} {
		for form, in := range map[string]string{"tar": tarOf(tt.files...), "zip": zipOf(tt.files...)} {
			if got := passedOver(t, "f", in, doc); got != tt.whole {
				t.Errorf("%s, %s: whole %v, want %v: %s", tt.name, form, got, tt.whole, walk(t, in, nil, false))
			}
		}
	}
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: "index.json", Reader: strings.NewReader(layout(blob(manifest))[3])}, nil) {
		if got, want := fmt.Sprint(item.Names), "[blobs/sha256/"+digest(manifest)+"]"; got != want {
			t.Errorf("a file by itself names %s, want %s", got, want)
		}
	}
}

// A file in a format that the caller recognizes is not a companion.
func TestRecognized(t *testing.T) {
	opts := &unpack.Options{Recognized: func(head []byte) bool { return bytes.HasPrefix(head, []byte("Dear")) }}
	if got, want := walk(t, letter, opts, false), fmt.Sprintf("f : %d bytes", len(letter)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A file with the name of a part of an office document is a part only if its content is one.
func TestOfficePartsByContent(t *testing.T) {
	const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	const word = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p>an offer</w:p></w:document>`
	docx := func(more ...string) string {
		return zipOf(append([]string{"[Content_Types].xml", types, "word/document.xml", word}, more...)...)
	}
	odt := func(more ...string) string {
		return zipOf(append([]string{"mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>`}, more...)...)
	}
	xlsx := func(name string, cells ...string) string {
		const space = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
		return zipOf("[Content_Types].xml", types, "xl/workbook.xml", "<workbook"+space+"/>", name, "<sst"+space+"><si><t>"+strings.Join(cells, "</t></si><si><t>")+"</t></si></sst>",
			"xl/worksheets/sheet1.xml", "<worksheet"+space+`><c t="s"><v>0</v></c></worksheet>`)
	}
	for name, in := range map[string]string{
		"docx":                    docx("word/media/a.png", png, "word/media/b.emf", strings.Repeat("\x01", 40)+" EMF", "word/printerSettings/printerSettings1.bin", "\x01\x02", "word/vbaProject.bin", ole("VBA"), "customXml/item1.xml", `<form xmlns="urn:x">7</form>`),
		"docx, UTF-16":            docx("word/a.xml", utf16Of(binary.LittleEndian, word)),
		"odt":                     odt("Pictures/a.png", png, "Pictures/", "", "layout-cache", "\x01", "meta.xml", ""),
		"xlsx":                    xlsx("xl/sharedStrings.xml", "Position", "Price"),
		"xlsx, strings elsewhere": xlsx("xl/s.xml", "Position", "Price"),
	} {
		if !passedOver(t, "f", in) {
			t.Errorf("%s: not passed over", name)
		}
	}
	for name, in := range map[string]string{
		"no content types":         zipOf("[Content_Types].xml", "", "word/document.xml", word, "word/product.xml", docXML),
		"CycloneDX as the text":    zipOf("[Content_Types].xml", types, "word/document.xml", docXML),
		"CycloneDX in XML":         docx("word/product.cdx.xml", docXML),
		"of a user":                docx("customXml/item1.xml", docXML),
		"JSON as a picture":        docx("word/media/a.png", doc),
		"UTF-16":                   docx("word/a.xml", utf16Of(binary.BigEndian, doc)),
		"an archive as a picture":  docx("word/media/a.jpeg", zipOf("a", doc)),
		"gzip":                     docx("word/media/a.bin", gzipOf(doc)),
		"base64":                   docx("word/a.xml", strings.Replace(word, "an offer", base64.StdEncoding.EncodeToString([]byte(docSyft)), 1)),
		"in settings of a printer": docx("word/printerSettings/printerSettings1.bin", "\x01\x02"+utf16Of(binary.LittleEndian, doc)),
		"after a picture":          docx("word/media/a.png", png+gzipOf(doc)),
		"a table":                  docx("word/a.xml", "Supplier,Component\nAcme,x\n"),
		"XML of another kind":      docx("word/a.xml", `<parts><part maker="Acme"/></parts>`),
		"a binary of another kind": docx("word/a.bin", "\x07\x08"),
		"an archive in a text":     odt("Pictures/more.zip", zipOf("a", doc)),
		"JSON in a text":           odt("layout-cache", doc),
		"settings":                 odt("settings.xml", docXML),
		"strings elsewhere":        xlsx("xl/strings.xml", "Supplier", "Component"),
		"strings anywhere":         xlsx("customXml/item1.xml", "Supplier", "Component"),
		"no strings":               zipOf("[Content_Types].xml", types, "xl/workbook.xml", "<workbook/>", "xl/worksheets/sheet1.xml", `<worksheet><c t="s"><v>0</v></c></worksheet>`),
	} {
		if passedOver(t, "f", in) {
			t.Errorf("%s: passed over", name)
		}
	}
}
