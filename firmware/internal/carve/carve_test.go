// SPDX-License-Identifier: Apache-2.0

package carve_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/carve"
	"github.com/clause76/clause76/sbom"
)

// noise returns n pseudorandom bytes, which are the same in each run.
func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	data := make([]byte, n)
	r.Read(data)
	data[0] = 0
	return data
}

// tree returns a devicetree blob with the compatible string text in its root.
func tree(text string) []byte {
	word := func(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }
	value := text + "\x00"
	structure := word(word(word(word(word(nil, 1), 0), 3), len(value)), 0)
	structure = append(structure, value...)
	for len(structure)%4 != 0 {
		structure = append(structure, 0)
	}
	structure = word(word(structure, 2), 9)
	const names = "compatible\x00"
	var out []byte
	for _, n := range []int{0xd00dfeed, 56 + len(structure) + len(names), 56, 56 + len(structure), 40, 17, 16, 0, len(names), len(structure)} {
		out = word(out, n)
	}
	return append(append(append(out, make([]byte, 16)...), structure...), names...)
}

// trailer appends a block of fwtool to an image.
func trailer(data []byte, kind byte, block string) []byte {
	if kind == 1 {
		block = strings.Repeat("\x00", 8) + block
	}
	data = append(bytes.Clone(data), block...)
	t := binary.BigEndian.AppendUint32([]byte("FWx0"), ^crc32.ChecksumIEEE(data))
	t = binary.BigEndian.AppendUint32(append(t, kind, 0, 0, 0), uint32(len(block)+16))
	return append(data, t...)
}

const metadata = `{"metadata_version":"1.1","supported_devices":["zte,mf286","mf286"],"version":{"dist":"OpenWrt","version":"23.05.4","target":"ath79/nand","board":"zte_mf286"}}`

// open opens the files in an image.
func open(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document {
	return firmware.OpenAt(r, at, size, opts)
}

func show(r io.Reader, data []byte) (string, *sbom.Header, error) {
	doc := firmware.Open(r, nil)
	var parts []string
	for c, err := range doc.Components() {
		if err != nil {
			return "", nil, err
		}
		part := strings.TrimSpace(c.Name + " " + c.Version)
		for i, cl := range c.Claims {
			if !bytes.HasPrefix(data[cl.Location.Offset:], []byte(cl.Value)) {
				return "", nil, fmt.Errorf("%q is not at byte %d", cl.Value, cl.Location.Offset)
			}
			part += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + cl.Value
		}
		parts = append(parts, part)
	}
	h := doc.Header()
	return strings.Join(parts, "; "), &h, nil
}

func Example() {
	data := trailer(noise(1000), 1, metadata)
	for c, err := range carve.Read(carve.Source{Reader: bytes.NewReader(data)}, nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// zte_mf286 23.05.4 <nil>
	// namespace devicetree zte,mf286 /trailer/1/supported_devices/0
	// reference product mf286 /trailer/1/supported_devices/1
	// reference product zte_mf286 /trailer/1/version/board
}

func TestRead(t *testing.T) {
	const (
		device = "zte_mf286 23.05.4: namespace zte,mf286, reference mf286, reference zte_mf286"
		board  = "devicetree: namespace huawei,hg556a-b"
	)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	blob := tree("huawei,hg556a-b")
	far := noise(3 << 20)
	signed := trailer(trailer(noise(500), 1, metadata), 0, "untrusted comment: signature")
	flip := func(data []byte, at int) []byte { data = bytes.Clone(data); data[at] ^= 1; return data }
	tests := []struct {
		name      string
		data      []byte
		want      string
		malformed int
	}{
		{"metadata", trailer(noise(500), 1, metadata), device, 1},
		{"metadata and a signature", signed, device, 1},
		{"metadata at the end of a large image", trailer(far, 1, metadata), device, 1},
		{"a devicetree and nothing else", join([]byte{0}, blob, []byte{0xff, 0}), board, 0},
		{"a devicetree at a high offset", join(far, blob, noise(10)), board, 1},
		{"a devicetree across the end of the buffer", join(noise(1<<20-20), blob, noise(1<<20)), board, 1},
		{"two devicetrees and metadata", trailer(join(noise(100), blob, noise(1<<20), tree("hisilicon,x")), 1, metadata), board + "; devicetree: namespace hisilicon,x; " + device, 1},
		{"an image that does not match the checksum in its trailer", flip(signed, 7), device, 3},
		{"metadata that is not JSON", trailer(noise(500), 1, "{"), "", 2},
		{"a devicetree that is cut off", join(noise(100), blob, blob[:60]), board, 2},
		{"a devicetree with a broken token", join(noise(10), blob, flip(blob, 59)), board, 2},
	}
	for _, tt := range tests {
		for _, r := range []io.Reader{bytes.NewReader(tt.data), iotest.HalfReader(bytes.NewReader(tt.data))} {
			got, h, err := show(r, tt.data)
			if err != nil || got != tt.want || h.Malformed != tt.malformed || h.Format != carve.Name {
				t.Errorf("%s: %s, %v, %+v; want %s", tt.name, got, err, h, tt.want)
			}
		}
	}
}

// An image in which nothing is found is not recognized, and never clear.
func TestNothing(t *testing.T) {
	for name, data := range map[string][]byte{
		"noise":           noise(3 << 20),
		"a byte":          {0},
		"only a magic":    append(noise(100), 0xd0, 0x0d, 0xfe, 0xed),
		"magics":          bytes.Repeat([]byte{0xd0, 0x0d, 0xfe, 0xed}, 1<<18)[1:],
		"a trailer's end": append(noise(100), "FWx0"...),
	} {
		if name == "magics" {
			data[0] = 0
		}
		if got, _, err := show(bytes.NewReader(data), data); !errors.Is(err, sbom.ErrNotRecognized) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	want := errors.New("broken")
	r := io.MultiReader(bytes.NewReader(noise(2<<20)), iotest.ErrReader(want))
	if _, _, err := show(r, nil); !errors.Is(err, want) || !errors.Is(err, sbom.ErrRead) {
		t.Errorf("a reader that fails: %v", err)
	}
	opts := &sbom.Options{Bytes: 1000}
	for n, kind := range map[int]error{1000: sbom.ErrNotRecognized, 1001: sbom.ErrLimit} {
		for _, err := range firmware.Open(bytes.NewReader(noise(n)), opts).Components() {
			if !errors.Is(err, kind) {
				t.Errorf("%d bytes: %v; want %v", n, err, kind)
			}
		}
	}
}

// A changed byte in a trailer causes no panic, and an image that was cut is an error.
func TestBrokenTrailer(t *testing.T) {
	data := trailer(noise(300), 1, metadata)
	for at := len(data) - 16; at < len(data); at++ {
		for _, b := range []byte{0, 1, 0x7f, 0xff} {
			changed := bytes.Clone(data)
			changed[at] = b
			show(bytes.NewReader(changed), changed)
		}
	}
	for n := range data {
		if got, h, err := show(bytes.NewReader(data[:n]), data); err == nil {
			t.Errorf("cut at %d: %s, %+v", n, got, h)
		}
	}
}

// BenchmarkScan scans a gigabyte of noise as a stream.
func BenchmarkScan(b *testing.B) {
	data := noise(64 << 20)
	b.SetBytes(1 << 30)
	b.ReportAllocs()
	for b.Loop() {
		r := io.MultiReader(func() (rs []io.Reader) {
			for range 16 {
				rs = append(rs, bytes.NewReader(data))
			}
			return rs
		}()...)
		for _, err := range carve.Read(carve.Source{Reader: r, Open: open}, nil).Components() {
			if !errors.Is(err, sbom.ErrNotRecognized) {
				b.Fatal(err)
			}
		}
	}
}
