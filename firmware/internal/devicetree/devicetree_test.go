// SPDX-License-Identifier: Apache-2.0

package devicetree_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/devicetree"
	"github.com/clause76/clause76/sbom"
)

// A node is a node of a devicetree.
type node struct {
	name  string
	props [][2]string // names and encoded values
	nodes []node
}

// list encodes a list of strings.
func list(texts ...string) string { return strings.Join(texts, "\x00") + "\x00" }

// blob returns a blob of version 17.
func blob(root node) []byte {
	var structure, texts bytes.Buffer
	word := func(n int) { binary.Write(&structure, binary.BigEndian, uint32(n)) }
	pad := func() {
		for structure.Len()%4 != 0 {
			structure.WriteByte(0)
		}
	}
	var write func(node)
	write = func(n node) {
		word(1)
		structure.WriteString(n.name + "\x00")
		pad()
		for _, p := range n.props {
			word(3)
			word(len(p[1]))
			word(texts.Len())
			texts.WriteString(p[0] + "\x00")
			structure.WriteString(p[1])
			pad()
		}
		for _, c := range n.nodes {
			write(c)
		}
		word(2)
	}
	write(root)
	word(9)
	var out bytes.Buffer
	for _, n := range []int{0xd00dfeed, 56 + structure.Len() + texts.Len(), 56, 56 + structure.Len(), 40, 17, 16, 0, texts.Len(), structure.Len()} {
		binary.Write(&out, binary.BigEndian, uint32(n))
	}
	out.Write(make([]byte, 16))
	out.Write(structure.Bytes())
	out.Write(texts.Bytes())
	return out.Bytes()
}

var board = node{props: [][2]string{{"model", list("ZTE MF286")}, {"compatible", list("zte,mf286", "qca,qca9563")}, {"#address-cells", "\x00\x00\x00\x01"}},
	nodes: []node{{name: "soc", nodes: []node{
		{name: "uart@1", props: [][2]string{{"compatible", list("hisilicon,hi6220-uart", "arm,pl011")}}},
		{name: "uart@2", props: [][2]string{{"compatible", list("hisilicon,hi6220-uart", "arm,pl011")}}},
		{name: "bus", props: [][2]string{{"compatible", list("simple-bus")}}},
	}}}}

const source = `// SPDX-License-Identifier: GPL-2.0
/dts-v1/;
#include <dt-bindings/gpio/gpio.h>
/* a { comment */
/ {
	model = "ZTE MF286";
	compatible = "zte,mf286", "qca,qca9563";
	#address-cells = <1>;
	aliases { serial0 = &uart; };
	soc {
		uart: uart@1 {
			compatible = "hisilicon,hi6220-uart", "arm,pl011"; // "huawei,no"
			clocks = <&crg (FOO + 1)>, <&crg 2>;
		};
		uart@2 { compatible = "hisilicon,hi6220-uart"; };
	};
};
&uart { status = "okay"; };
`

const boardText = `qca,qca9563 device: namespace qca,qca9563
hisilicon,hi6220-uart device: namespace hisilicon,hi6220-uart
ZTE MF286 device, subject: reference ZTE MF286, namespace zte,mf286
`

func show(data []byte) (string, *sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	var out []string
	for c, err := range doc.Components() {
		if err != nil {
			return "", nil, err
		}
		line := c.Name + " " + c.Type
		if c.Placement == sbom.Primary {
			line += ", subject"
		}
		for i, cl := range c.Claims {
			if !bytes.HasPrefix(data[cl.Location.Offset:], []byte(cl.Value)) {
				return "", nil, fmt.Errorf("%q is not at byte %d", cl.Value, cl.Location.Offset)
			}
			line += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + cl.Value
		}
		out = append(out, line+"\n")
	}
	h := doc.Header()
	return strings.Join(out, ""), &h, nil
}

func Example() {
	for c, err := range devicetree.Read(bytes.NewReader(blob(board)), nil).Components() {
		fmt.Println(c.Name, c.Claims[0].Value, c.Claims[0].Location.Pointer, err)
	}
	// Output:
	// qca,qca9563 qca,qca9563 /compatible <nil>
	// hisilicon,hi6220-uart hisilicon,hi6220-uart /soc/uart@1/compatible <nil>
	// ZTE MF286 ZTE MF286 /model <nil>
}

func TestRead(t *testing.T) {
	one := blob(board)
	small := blob(node{props: [][2]string{{"compatible", list("huawei,hg556a-b")}}})
	fit := func(kind, compression string, data []byte) []byte {
		return blob(node{props: [][2]string{{"description", list("ZTE image")}}, nodes: []node{
			{name: "images", nodes: []node{{name: "fdt-1", props: [][2]string{{"description", list("tree")}, {"type", list(kind)}, {"compression", list(compression)}, {"data", string(data)}}}}},
			{name: "configurations", nodes: []node{{name: "config-1", props: [][2]string{{"compatible", list("zte,mf286")}, {"fdt", list("fdt-1")}}}}},
		}})
	}
	const fitText = "tree firmware: mention tree\n%sconfig-1 device, subject: namespace zte,mf286\nZTE image firmware, subject: reference ZTE image\n"
	tests := []struct {
		name      string
		data      []byte
		want      string
		malformed int
	}{
		{"a blob", one, boardText, 0},
		{"source", []byte(source), boardText, 0},
		{"a blob with padding", append(bytes.Clone(one), make([]byte, 100)...), boardText, 0},
		{"data after a blob", append(bytes.Clone(one), "ZTE"...), boardText, 1},
		{"two blobs", append(append(bytes.Clone(one), 0, 0, 0), small...), boardText + "devicetree device, subject: namespace huawei,hg556a-b\n", 0},
		{"a string without its NUL byte", blob(node{props: [][2]string{{"compatible", "zte,mf286"}}}), "devicetree device, subject\n", 1},
		{"a FIT image", fit("flat_dt", "none", small), fmt.Sprintf(fitText, "devicetree device, subject: namespace huawei,hg556a-b\n"), 0},
		{"a compressed tree in it", fit("flat_dt", "gzip", small), fmt.Sprintf(fitText, ""), 1},
		{"a kernel in it", fit("kernel", "none", []byte("Linux")), fmt.Sprintf(fitText, ""), 1},
		{"a broken tree in it", fit("flat_dt", "none", small[:len(small)-1]), fmt.Sprintf(fitText, ""), 1},
		{"source that includes a file", []byte("/dts-v1/;\n#include \"hi3660.dtsi\"\n/ { compatible = \"hisilicon,hikey960\"; };\n"), "devicetree device, subject: namespace hisilicon,hikey960\n", 1},
		{"source with a macro", []byte("/dts-v1/;\n/ { compatible = BOARD; };\n"), "devicetree device, subject\n", 1},
	}
	for _, tt := range tests {
		got, h, err := show(tt.data)
		if err != nil || got != tt.want || h.Malformed != tt.malformed {
			t.Errorf("%s: %v, %+v\n%s\nwant\n%s", tt.name, err, h, got, tt.want)
		}
	}
}

// A blob or source that was cut is an error or incomplete. Source has no end marker after the root
// node, so it is cut before the end of that node.
func TestCut(t *testing.T) {
	root := strings.Index(source, "\n};\n") + len("\n};")
	for name, data := range map[string][]byte{"blob": blob(board), "source": []byte(source[:root])} {
		for n := range len(data) {
			if _, h, err := show(data[:n]); err == nil && h.Malformed == 0 {
				t.Errorf("%s: cut at %d, and no error", name, n)
			}
		}
	}
}

// Wrong lengths, offsets and tokens are errors.
func TestMalformedBlob(t *testing.T) {
	data := blob(board)
	for at := 0; at+4 <= len(data); at += 4 {
		for _, word := range []uint32{0, 1, 2, 3, 5, 9, 0x7fffffff, 0x80000000, 0xffffffff, uint32(len(data)), uint32(len(data)) + 1} {
			changed := bytes.Clone(data)
			binary.BigEndian.PutUint32(changed[at:], word)
			show(changed) // no panic and no endless loop
		}
	}
	for name, data := range map[string][]byte{
		"deep": blob(func() node {
			n := node{name: "x"}
			for range 70 {
				n = node{name: "x", nodes: []node{n}}
			}
			return n
		}()),
		"size":   func() []byte { d := blob(board); binary.BigEndian.PutUint32(d[4:], uint32(len(d)+1)); return d }(),
		"old":    func() []byte { d := blob(board); binary.BigEndian.PutUint32(d[20:], 3); return d }(),
		"source": []byte("/dts-v1/;\n/ { compatible = \"zte,mf286\"\n};\n"),
		"JSON":   []byte("/dts-v1/;\n/ { a = \"{\"b\":\"c\"}\"; };\n"),
		"no end": []byte("/dts-v1/;\n/ { soc { compatible = \"zte,mf286\"; };\n"),
		"quote":  []byte("/dts-v1/;\n/ { compatible = \"zte,mf286;\n};\n"),
		"deeper": []byte("/dts-v1/;\n/ " + strings.Repeat("{ a ", 100)),
		"empty":  []byte("/dts-v1/;\n"),
	} {
		if got, _, err := show(data); !errors.Is(err, sbom.ErrSyntax) {
			t.Errorf("%s: %q, %v; want a syntax error", name, got, err)
		}
	}
	big := io.MultiReader(bytes.NewReader(blob(board)), io.LimitReader(zeros{}, 65<<20))
	for _, err := range firmware.Open(big, nil).Components() {
		if err != nil && !errors.Is(err, sbom.ErrLimit) {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// The blob that the devicetree compiler makes from source has the same components as the source.
func TestCompiler(t *testing.T) {
	dtc, err := exec.LookPath("dtc")
	if err != nil {
		t.Skip("the devicetree compiler (dtc) is not installed")
	}
	dir := t.TempDir()
	text := strings.Replace(source, "#include <dt-bindings/gpio/gpio.h>\n", "", 1)
	text = strings.Replace(text, "clocks = <&crg (FOO + 1)>, <&crg 2>;", "", 1)
	in, out := filepath.Join(dir, "a.dts"), filepath.Join(dir, "a.dtb")
	if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command(dtc, "-O", "dtb", "-o", out, in).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	compiled, _, err := show(data)
	if err != nil {
		t.Fatal(err)
	}
	written, _, err := show([]byte(text))
	if err != nil || compiled != written {
		t.Errorf("%v: compiled\n%s\nsource\n%s", err, compiled, written)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(blob(board))
	f.Add([]byte(source))
	f.Add(blob(node{nodes: []node{{name: "images", nodes: []node{{name: "a", props: [][2]string{{"type", list("flat_dt")}, {"data", string(blob(board))}}}}}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for c, err := range firmware.Open(bytes.NewReader(data), nil).Components() {
			if err != nil {
				return
			}
			for _, cl := range c.Claims {
				if o := cl.Location.Offset; o < 0 || o >= int64(len(data)) || cl.Location.Pointer == "" {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
