// SPDX-License-Identifier: Apache-2.0

package protowire_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	oracle "google.golang.org/protobuf/encoding/protowire"

	"github.com/clause76/clause76/internal/protowire"
)

// All functions return what those of the protobuf module return, for random bytes that are often
// tags, lengths and groups.
func TestOracle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		var b []byte
		for range random.IntN(12) {
			switch random.IntN(5) {
			case 0:
				b = oracle.AppendTag(b, oracle.Number(1+random.IntN(20)), oracle.Type(random.IntN(8)))
			case 1:
				b = oracle.AppendVarint(b, random.Uint64()>>random.IntN(64))
			case 2:
				b = append(b, 0x0b, 0x0c) // an empty group
			case 3:
				b = append(b, 0x8c, 0x80, 0x00) // the end of a group, longer than it needs to be
			default:
				b = append(b, byte(random.IntN(256)))
			}
		}
		same(t, b, int32(1+random.IntN(3)), int8(random.IntN(8)))
	}
	for _, b := range [][]byte{nil, bytes.Repeat([]byte{0x80}, 12), bytes.Repeat([]byte{0xff}, 12), append(bytes.Repeat([]byte{0xff}, 9), 1), append(bytes.Repeat([]byte{0xff}, 9), 2),
		bytes.Repeat([]byte{0x0b}, 10_000), bytes.Repeat([]byte{0x0b}, 10_003)} {
		for typ := range int8(8) {
			same(t, b, 1, typ)
		}
	}
}

func same(t *testing.T, b []byte, number int32, typ int8) {
	t.Helper()
	v1, n1 := protowire.ConsumeVarint(b)
	v2, n2 := oracle.ConsumeVarint(b)
	num1, typ1, tag1 := protowire.ConsumeTag(b)
	num2, typ2, tag2 := oracle.ConsumeTag(b)
	b1, m1 := protowire.ConsumeBytes(b)
	b2, m2 := oracle.ConsumeBytes(b)
	g1, k1 := protowire.ConsumeGroup(protowire.Number(number), b)
	g2, k2 := oracle.ConsumeGroup(oracle.Number(number), b)
	f1 := protowire.ConsumeFieldValue(protowire.Number(number), protowire.Type(typ), b)
	f2 := oracle.ConsumeFieldValue(oracle.Number(number), oracle.Type(typ), b)
	if v1 != v2 || n1 != n2 || int32(num1) != int32(num2) || int8(typ1) != int8(typ2) || tag1 != tag2 ||
		!bytes.Equal(b1, b2) || m1 != m2 || !bytes.Equal(g1, g2) || k1 != k2 || f1 != f2 {
		t.Fatalf("%x as field %d of type %d differs: varint %d, %d; tag %d, %d; bytes %d, %d; group %d, %d; value %d, %d", b, number, typ, n1, n2, tag1, tag2, m1, m2, k1, k2, f1, f2)
	}
	for _, n := range []int{n1, tag1, m1, k1, f1} {
		got, want := protowire.ParseError(n), oracle.ParseError(n)
		if (got == nil) != (want == nil) || got != nil && got.Error() != strings.ReplaceAll(want.Error(), "\u00a0", " ") {
			t.Fatalf("error %d: %q; want %q", n, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for shift := range 64 {
		for _, v := range []uint64{0, 1 << shift, 1<<shift - 1, math.MaxUint64 >> shift} {
			if got, want := protowire.SizeVarint(v), oracle.SizeVarint(v); got != want {
				t.Errorf("%d: %d; want %d", v, got, want)
			}
		}
	}
	if protowire.SizeTag(protowire.MaxValidNumber) != oracle.SizeTag(oracle.MaxValidNumber) || protowire.SizeBytes(200) != oracle.SizeBytes(200) {
		t.Error("the size of a tag or of bytes differs")
	}
	if !errors.Is(protowire.ParseError(-1), io.ErrUnexpectedEOF) {
		t.Error("a text that is cut short is no unexpected end")
	}
}
