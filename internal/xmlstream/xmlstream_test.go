// SPDX-License-Identifier: Apache-2.0

package xmlstream_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/xmlstream"
)

func Example() {
	r := xmlstream.NewReader(strings.NewReader(`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><!-- x --><name>Acme &amp; Co</name></bom>`), xmlstream.Limits{})
	for r.Next() != xmlstream.None {
		switch r.Kind() {
		case xmlstream.Start:
			fmt.Printf("%d <%s> of %s\n", r.Offset(), r.Name(), r.Space())
		case xmlstream.Text:
			fmt.Printf("%d %s\n", r.Offset(), r.Text())
		}
	}
	fmt.Println(r.Err())
	// Output:
	// 0 <bom> of http://cyclonedx.org/schema/bom/1.6
	// 59 <name> of http://cyclonedx.org/schema/bom/1.6
	// 65 Acme & Co
	// <nil>
}

// tokens returns the tokens of a document, one on each line.
func tokens(r *xmlstream.Reader) (string, error) {
	var b strings.Builder
	for r.Next() != xmlstream.None {
		switch r.Kind() {
		case xmlstream.Start:
			fmt.Fprintf(&b, "+%s|%s", r.Space(), r.Name())
			for _, a := range r.Attrs() {
				fmt.Fprintf(&b, " %s|%s=%q", a.Space, a.Name, a.Value)
			}
			b.WriteByte('\n')
		case xmlstream.Text:
			fmt.Fprintf(&b, "%q\n", r.Text())
		case xmlstream.End:
			fmt.Fprintf(&b, "-%s|%s\n", r.Space(), r.Name())
		}
	}
	return b.String(), r.Err()
}

// oracle writes the same with encoding/xml.
func oracle(doc string) (string, error) {
	spaces := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ") // of attributes, which it does not normalise
	var b, text strings.Builder
	flush := func() {
		if strings.Trim(text.String(), " \t\r\n") != "" {
			fmt.Fprintf(&b, "%q\n", text.String())
		}
		text.Reset()
	}
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(doc, "\ufeff")))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		token, err := d.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch token := token.(type) {
		case xml.StartElement:
			flush()
			fmt.Fprintf(&b, "+%s|%s", spaces.Replace(token.Name.Space), token.Name.Local)
			for _, a := range token.Attr {
				if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
					continue
				}
				fmt.Fprintf(&b, " %s|%s=%q", spaces.Replace(a.Name.Space), a.Name.Local, spaces.Replace(a.Value))
			}
			b.WriteByte('\n')
		case xml.EndElement:
			flush()
			fmt.Fprintf(&b, "-%s|%s\n", spaces.Replace(token.Name.Space), token.Name.Local)
		case xml.CharData:
			text.Write(token)
		}
	}
}

var sound = []string{
	`<a/>`,
	"\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a b='1' c=\"&lt;&#x4b;\">x<!-- c -->y<![CDATA[<z>]]>&amp;<?pi?>w</a>\n<!-- end -->",
	`<p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1" y="2"><b xmlns=""><c/></b><b/></p:a>`,
	"<a>one\r\ntwo\rthree</a>",
	"<a x='1\n2'> <b> </b> t </a>",
	`<имя>Касперский</имя>`,
}

func TestReader(t *testing.T) {
	for _, doc := range sound {
		want, err := oracle(doc)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(doc), "bytes": iotest.OneByteReader(strings.NewReader(doc))} {
			if got, err := tokens(xmlstream.NewReader(r, xmlstream.Limits{})); got != want || err != nil {
				t.Errorf("%s, %s: %v\ngot\n%swant\n%s", doc, name, err, got, want)
			}
		}
	}
}

// Text that is longer than the buffer is read, with everything that ends a piece of it.
func TestLong(t *testing.T) {
	long := strings.Repeat("0123456789<!--c-->&amp;<![CDATA[<&>]]>", 20_000)
	doc := "<a><b c='" + strings.Repeat("v", 200_000) + "'/>" + long + "<b/>" + strings.Repeat("w", 300_000) + "</a>"
	want, err := oracle(doc)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tokens(xmlstream.NewReader(strings.NewReader(doc), xmlstream.Limits{}))
	if err != nil || got != want {
		t.Errorf("differs: %v, %d bytes, want %d", err, len(got), len(want))
	}
}

func TestErrors(t *testing.T) {
	limits := xmlstream.Limits{Bytes: 500, Depth: 4, String: 100}
	for _, tc := range []struct {
		doc    string
		kind   error
		offset int64
	}{
		{"", jsonstream.ErrSyntax, 0},
		{"<a>", jsonstream.ErrSyntax, 3},
		{"<a><b></a>", jsonstream.ErrSyntax, 6},
		{"<a/><b/>", jsonstream.ErrSyntax, 4},
		{"<!DOCTYPE a><a/>", jsonstream.ErrSyntax, 0},
		{"<!DOCTYPE a SYSTEM 'a.dtd'><a/>", jsonstream.ErrSyntax, 0},
		{"<?xml version='1.0'?>\n<!DOCTYPE a >\n<a/>", jsonstream.ErrSyntax, 22},
		{"<a><!DOCTYPE a></a>", jsonstream.ErrSyntax, 3},
		{"<a/>x", jsonstream.ErrSyntax, 4},
		{"x<a/>", jsonstream.ErrSyntax, 0},
		{`<!DOCTYPE a [<!ENTITY k "v">]><a>&k;</a>`, jsonstream.ErrSyntax, 0},
		{"<a>&k;</a>", jsonstream.ErrSyntax, 3},
		{"<a>&#0;</a>", jsonstream.ErrSyntax, 3},
		{"<a>\x00</a>", jsonstream.ErrSyntax, 3},
		{"<a>\xff</a>", jsonstream.ErrEncoding, 3},
		{"<a b='1' b='2'/>", jsonstream.ErrDuplicate, 9},
		{"<a b=1/>", jsonstream.ErrSyntax, 3},
		{"<a b='<'/>", jsonstream.ErrSyntax, 3},
		{"<p:a/>", jsonstream.ErrSyntax, 0},
		{"<a xmlns:x='u' x:='1'/>", jsonstream.ErrSyntax, 15},
		{"<a xmlns:x='u' x:y:z='1'/>", jsonstream.ErrSyntax, 15},
		{"<a xmlns:x='u'><x:/></a>", jsonstream.ErrSyntax, 15},
		{"<1/>", jsonstream.ErrSyntax, 0},
		{"<a>]]></a>", jsonstream.ErrSyntax, 3},
		{"<a> <?xml version='1.0'?></a>", jsonstream.ErrSyntax, 4},
		{"<?xml version='1.0' encoding='UTF-7'?><a/>", jsonstream.ErrEncoding, 0},
		{"<a><a><a><a><a/></a></a></a></a>", jsonstream.ErrLimit, 12},
		{"<a>" + strings.Repeat("x", 200) + "</a>", jsonstream.ErrLimit, 3},
		{"<a>" + strings.Repeat("<b/>", 200) + "</a>", jsonstream.ErrLimit, 0},
	} {
		_, err := tokens(xmlstream.NewReader(iotest.OneByteReader(strings.NewReader(tc.doc)), limits))
		var at *jsonstream.Error
		if !errors.Is(err, tc.kind) || !errors.As(err, &at) || tc.offset > 0 && at.Offset != tc.offset {
			t.Errorf("%.40q: %v; want %v at %d", tc.doc, err, tc.kind, tc.offset)
		}
	}
	_, err := tokens(xmlstream.NewReader(iotest.ErrReader(errors.New("gone")), limits))
	if !errors.Is(err, jsonstream.ErrRead) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// Documents in single-byte encodings are read, with the offsets of their bytes.
func TestCharsets(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		offset         int64 // of the element z
	}{
		{"ISO-8859-1", "<a b='\xe9'>M\xfcller<z/></a>", "é Müller", 15},
		{"iso_8859-1", "<a b='x'>\xe9\xe9<z/></a>", "x éé", 11},
		{"latin1", "<a b='x'>\xe9\xe9<z/></a>", "x éé", 11},
		{"windows-1252", "<a b='\x84x\x93'>\x80<z/></a>", "„x“ €", 12},
		{"CP1252", "<a b='x'>\x80<z/></a>", "x €", 10},
		{"windows-1251", "<a b='x'>\xca\xe0\xf1\xef\xe5\xf0\xf1\xea\xe8\xe9<z/></a>", "x Касперский", 19},
		{"KOI8-R", "<a b='x'>\xeb<z/></a>", "x К", 10},
		{"ISO-8859-5", "<a b='x'>\xba<z/></a>", "x К", 10},
		{"ISO-8859-15", "<a b='x'>\xa4<z/></a>", "x €", 10},
	} {
		head := `<?xml version="1.0" encoding="` + tt.name + `"?>`
		pad := "<!--" + strings.Repeat("\xe9", 100_000) + "-->"
		if tt.name == "KOI8-R" {
			pad = ""
		}
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(head + pad + tt.in), "bytes": iotest.OneByteReader(strings.NewReader(head + pad + tt.in))} {
			x := xmlstream.NewReader(r, xmlstream.Limits{})
			got, at := "", int64(0)
			for x.Next() != xmlstream.None {
				switch {
				case x.Kind() == xmlstream.Text:
					got += " " + string(x.Text())
				case x.Kind() == xmlstream.Start && string(x.Name()) == "a":
					got += string(x.Attrs()[0].Value)
				case x.Kind() == xmlstream.Start:
					at = x.Offset()
				}
			}
			if want := int64(len(head)+len(pad)) + tt.offset; x.Err() != nil || got != tt.want || at != want {
				t.Errorf("%s, %s: %q at %d, want %q at %d; %v", tt.name, name, got, at, tt.want, want, x.Err())
			}
		}
	}
	for _, tt := range []struct {
		name, doc string
		offset    int64
	}{
		{"another encoding", `<?xml version="1.0" encoding="UTF-7"?><a/>`, 0},
		{"more than one byte a character", `<?xml version="1.0" encoding="GB18030"?><a/>`, 0},
		{"a byte order mark of UTF-8", "\ufeff<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", 3},
		{"not in the encoding", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\xe9\x81</a>", 49},
		{"UTF-8 all the same", `<?xml version="1.0" encoding="ISO-8859-1"?><a>Müller</a>`, 57},
		{"control character", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9\x01</a>", 47},
	} {
		x := xmlstream.NewReader(strings.NewReader(tt.doc), xmlstream.Limits{})
		for x.Next() != xmlstream.None {
		}
		var e *jsonstream.Error
		if !errors.As(x.Err(), &e) || e.Offset != tt.offset {
			t.Errorf("%s: %v, want an error at byte %d", tt.name, x.Err(), tt.offset)
		}
	}
}

// A document without an error has the content that encoding/xml reads.
func FuzzReader(f *testing.F) {
	for _, doc := range sound {
		f.Add(doc)
	}
	f.Add("<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe9'>\xfc</a>")
	f.Add("<?xml version='1.0' encoding='windows-1251'?><a>\xca\xb8</a>")
	f.Add("<a><b></a>")
	f.Add(`<a xmlns:x="u" x:b="1"/>`)
	f.Add(`<a xmlns:x="u" x:="1"/>`)
	f.Add("<a xmlns:x=\"u\r\r\r\" x:b=\"1\r\n2\"/>")
	f.Fuzz(func(t *testing.T, doc string) {
		got, err := tokens(xmlstream.NewReader(strings.NewReader(doc), xmlstream.Limits{}))
		bytewise, bytewiseErr := tokens(xmlstream.NewReader(iotest.OneByteReader(strings.NewReader(doc)), xmlstream.Limits{}))
		if got != bytewise || fmt.Sprint(err) != fmt.Sprint(bytewiseErr) {
			t.Errorf("read byte by byte: %s%v\notherwise: %s%v", bytewise, bytewiseErr, got, err)
		}
		if err != nil {
			return
		}
		want, oracleErr := oracle(doc)
		if oracleErr == nil && got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	doc := "<bom>" + strings.Repeat(`<component type="library" bom-ref="a"><name>left-pad</name><version>1.0</version><purl>pkg:npm/left-pad@1.0</purl></component>`, 10_000) + "</bom>"
	b.Run("xmlstream", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			r := xmlstream.NewReader(strings.NewReader(doc), xmlstream.Limits{})
			for r.Next() != xmlstream.None {
			}
			if r.Err() != nil {
				b.Fatal(r.Err())
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			d := xml.NewDecoder(strings.NewReader(doc))
			for {
				if _, err := d.Token(); err != nil {
					break
				}
			}
		}
	})
}
