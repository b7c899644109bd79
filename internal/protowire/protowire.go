// SPDX-License-Identifier: Apache-2.0

// Package protowire reads the wire format of protobuf. It is what this module needs of
// google.golang.org/protobuf/encoding/protowire, with the same names and results. That package reads
// the program's own file when the program starts, to choose one of two kinds of spaces in its error
// messages: so the record of a document that cannot be read would depend on how the program was built.
package protowire

import (
	"errors"
	"io"
	"math/bits"
)

// A Number is the number of a field.
type Number int32

// The valid numbers of fields.
const (
	MinValidNumber Number = 1
	MaxValidNumber Number = 1<<29 - 1
)

// maxDepth bounds groups in groups.
const maxDepth = 10000

// A Type is how a field is written.
type Type int8

// The types.
const (
	VarintType     Type = 0
	Fixed64Type    Type = 1
	BytesType      Type = 2
	StartGroupType Type = 3
	EndGroupType   Type = 4
	Fixed32Type    Type = 5
)

// Negative lengths are errors.
const (
	_ = -iota
	codeTruncated
	codeFieldNumber
	codeOverflow
	codeReserved
	codeEndGroup
	codeDepth
)

var (
	errFieldNumber = errors.New("proto: invalid field number")
	errOverflow    = errors.New("proto: variable length integer overflow")
	errReserved    = errors.New("proto: cannot parse reserved wire type")
	errEndGroup    = errors.New("proto: mismatching end group marker")
	errParse       = errors.New("proto: parse error")
)

// ParseError returns the error for a length that is negative, nil for others.
func ParseError(n int) error {
	switch {
	case n >= 0:
		return nil
	case n == codeTruncated:
		return io.ErrUnexpectedEOF
	case n == codeFieldNumber:
		return errFieldNumber
	case n == codeOverflow:
		return errOverflow
	case n == codeReserved:
		return errReserved
	case n == codeEndGroup:
		return errEndGroup
	}
	return errParse
}

// ConsumeVarint returns a number at the start of b and its length, which is negative for an error.
func ConsumeVarint(b []byte) (v uint64, n int) {
	const most = 10 // bytes
	for i := range most {
		if i == len(b) {
			return 0, codeTruncated
		}
		c := b[i]
		if i == most-1 && c > 1 {
			return 0, codeOverflow
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, codeOverflow
}

// ConsumeTag returns the number and type of a field at the start of b and the length of both, which
// is negative for an error.
func ConsumeTag(b []byte) (Number, Type, int) {
	v, n := ConsumeVarint(b)
	if n < 0 {
		return 0, 0, n
	}
	number := Number(-1) // larger than a Number can be
	if v>>3 <= 1<<31-1 {
		number = Number(v >> 3)
	}
	if number < MinValidNumber {
		return 0, 0, codeFieldNumber
	}
	return number, Type(v & 7), n
}

// ConsumeBytes returns bytes at the start of b, after their length, and the length of both, which is
// negative for an error.
func ConsumeBytes(b []byte) (v []byte, n int) {
	m, n := ConsumeVarint(b)
	switch {
	case n < 0:
		return nil, n
	case m > uint64(len(b)-n):
		return nil, codeTruncated
	}
	return b[n:][:m], n + int(m)
}

// ConsumeFieldValue returns the length of the value of a field after its tag, which is negative for an
// error.
func ConsumeFieldValue(number Number, typ Type, b []byte) int {
	return consumeValue(number, typ, b, maxDepth)
}

func consumeValue(number Number, typ Type, b []byte, depth int) (n int) {
	fixed := func(size int) int {
		if len(b) < size {
			return codeTruncated
		}
		return size
	}
	switch typ {
	case VarintType:
		_, n = ConsumeVarint(b)
		return n
	case Fixed32Type:
		return fixed(4)
	case Fixed64Type:
		return fixed(8)
	case BytesType:
		_, n = ConsumeBytes(b)
		return n
	case StartGroupType:
		return consumeGroup(number, b, depth)
	case EndGroupType:
		return codeEndGroup
	}
	return codeReserved
}

// consumeGroup returns the length of the fields of a group and of the tag at its end.
func consumeGroup(number Number, b []byte, depth int) int {
	if depth < 0 {
		return codeDepth
	}
	for from := len(b); ; {
		inner, typ, n := ConsumeTag(b)
		if n < 0 {
			return n
		}
		b = b[n:]
		if typ == EndGroupType {
			if inner != number {
				return codeEndGroup
			}
			return from - len(b)
		}
		if n = consumeValue(inner, typ, b, depth-1); n < 0 {
			return n
		}
		b = b[n:]
	}
}

// ConsumeGroup returns the fields of a group without the tag at its end, and the length of both, which
// is negative for an error.
func ConsumeGroup(number Number, b []byte) (v []byte, n int) {
	if n = consumeGroup(number, b, maxDepth); n < 0 {
		return nil, n
	}
	b = b[:n]
	for len(b) > 0 && b[len(b)-1]&0x7f == 0 { // the tag can have more bytes than it needs
		b = b[:len(b)-1]
	}
	return b[:len(b)-SizeTag(number)], n
}

// SizeVarint returns the length of a number.
func SizeVarint(v uint64) int { return 1 + (bits.Len64(v|1)-1)/7 }

// SizeTag returns the length of the tag of a field.
func SizeTag(number Number) int { return SizeVarint(uint64(number) << 3) }

// SizeBytes returns the length of n bytes with their length.
func SizeBytes(n int) int { return SizeVarint(uint64(n)) + n }
