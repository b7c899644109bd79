// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// A table is a list of products if it has a column for them and one for their number or version.
func TestListsOfProducts(t *testing.T) {
	for header, want := range map[string]bool{
		"Part No,Description,Qty":                      true,
		"Item,Description,Qty,Price":                   true,
		"Designator,Comment,Footprint,Quantity":        true,
		"Reference,Value,Footprint,Datasheet":          true,
		"SKU,Name,Quantity":                            true,
		"Software,Count":                               true,
		"Name,Version":                                 true,
		"Product,Licence count":                        true,
		"Position,Artikel,Menge":                       true,
		"Désignation,Quantité":                         true,
		"Make/Model,Count":                             true,
		"名称,数量":                                        true,
		"Name of the manufacturer of the device":       false, // one column: a list
		"No,Name of the manufacturer of the equipment": true,
		"Proveedor del equipo,Modelo":                  true,
		"Thành phần,Nhà sản xuất":                      true,
		"DECIMAL,HEXADECIMAL,DESCRIPTION":              true, // binwalk --csv
		"Version,Date,Name":                            false,
		"Position,Description,Price":                   false,
		"Requirement,Answer":                           false,
		"Name,Department":                              false,
		"Year,Quantity":                                false,
	} {
		got := walkAs(t, "t.csv", header+"\n"+strings.Repeat("x,", strings.Count(header, ","))+"y\n")
		if strings.Contains(got, "notRecognised") != want {
			t.Errorf("%s: %s", header, got)
		}
	}
}

// Tables in old encodings are read in each of those that may be meant.
func TestTablesInOtherEncodings(t *testing.T) {
	for _, tt := range []struct {
		in   string
		as   encoding.Encoding
		want bool
	}{
		{"组件,版本,供应商\nx,1,y\n", simplifiedchinese.GBK, true},
		{"名,メーカー\nx,y\n", japanese.ShiftJIS, true},
		{"Výrobce;X\nAcme;1\n", charmap.Windows1250, true},
		{"Название;Производитель\nx;y\n", charmap.Windows1251, true},
		{"Straße;Größe\nx;y\n", charmap.Windows1252, false},
	} {
		in, err := tt.as.NewEncoder().String(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := walkAs(t, "t.csv", in); strings.Contains(got, "notRecognised") != tt.want {
			t.Errorf("%s: %s", tt.in, got)
		}
	}
}

// Tables in texts and slides are examined, too. A form with a supplier in it is not a parts list.
func TestTablesInTexts(t *testing.T) {
	for _, tt := range []struct {
		cells []string
		want  bool
	}{
		{[]string{"Component", "Supplier"}, true},
		{[]string{"Product", "Manufacturer"}, true},
		{[]string{"Item", "Qty"}, true},
		{[]string{"Supplier", "Acme GmbH"}, false},
		{[]string{"Version", "Date", "Name"}, false},
	} {
		row := func(open, close string) string { return open + strings.Join(tt.cells, close+open) + close }
		word := zipOf("[Content_Types].xml", "<Types/>", "word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:tbl><w:tr>`+
			row("<w:tc><w:p><w:r><w:t>", "</w:t></w:r></w:p></w:tc>")+"</w:tr></w:tbl></w:body></w:document>")
		slides := zipOf("[Content_Types].xml", "<Types/>", "ppt/presentation.xml", "<p:presentation xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'/>", "ppt/slides/slide1.xml",
			`<p:sld xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'><a:tbl><a:tr>`+row("<a:tc><a:t>", "</a:t></a:tc>")+"</a:tr></a:tbl></p:sld>")
		text := zipOf("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><table:table><table:table-row>`+
			row("<table:table-cell><text:p>", "</text:p></table:table-cell>")+`</table:table-row></table:table></office:document-content>`)
		// In pages and texts, a word for a maker alone is enough.
		page := "<html><body><table><tr>" + row("<td>", "</td>") + "</tr></table></body></html>"
		markdown := "| " + strings.Join(tt.cells, " | ") + " |\n|---|---|\n| x | y |\n"
		for name, in := range map[string]string{"t.html": page, "README.md": markdown} {
			if got := walkAs(t, name, in); !strings.Contains(got, "notRecognised") && tt.want {
				t.Errorf("%s, %q: %s", name, tt.cells, got)
			}
		}
		for name, in := range map[string]string{"t.docx": word, "t.pptx": slides, "t.odt": text} {
			if got := walkAs(t, name, in); strings.Contains(got, "notRecognised") != tt.want {
				t.Errorf("%s, %q: %s", name, tt.cells, got)
			}
		}
	}
}
