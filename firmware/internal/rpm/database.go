// SPDX-License-Identifier: Apache-2.0

package rpm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/adler32"

	"github.com/clause76/clause76/sbom"
)

func syntax(at int64, format string, args ...any) error {
	return &sbom.Error{Offset: at, Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
}

// An ndb database has a header, slots of 16 bytes, and blocks of 16 bytes that the slots refer to
// (rpm, lib/backend/ndb/rpmpkg.c). Numbers are little-endian.
const (
	ndbMagic     = "RpmP"
	ndbSlot      = "Slot"
	ndbBlob      = "BlbS"
	ndbEnd       = "BlbE"
	ndbTail      = 12
	ndbPage      = 4096
	ndbBlock     = 16
	ndbSlotsFrom = 32
)

func sniffNDB(head []byte) bool {
	return len(head) >= ndbPage && bytes.HasPrefix(head, []byte(ndbMagic))
}

func eachNDB(data []byte, f func(blob) error) error {
	le := binary.LittleEndian
	pages := int64(le.Uint32(data[12:]))
	if version := le.Uint32(data[4:]); version != 0 {
		return &sbom.Error{Offset: 4, Kind: sbom.ErrVersion, Err: fmt.Errorf("ndb version %d; only 0 is supported", version)}
	}
	if pages < 1 || pages*ndbPage > int64(len(data)) {
		return syntax(12, "%d pages of slots in a file of %d bytes", pages, len(data))
	}
	for at := int64(ndbSlotsFrom); at < pages*ndbPage; at += 16 {
		slot := data[at:]
		if string(slot[:4]) != ndbSlot {
			return syntax(at, "expected the magic of a slot")
		}
		id, start := le.Uint32(slot[4:]), int64(le.Uint32(slot[8:]))*ndbBlock
		if id == 0 {
			continue
		}
		if start+16 > int64(len(data)) {
			return syntax(at, "a slot refers to byte %d of %d", start, len(data))
		}
		head := data[start:]
		size := int64(le.Uint32(head[12:]))
		if string(head[:4]) != ndbBlob || le.Uint32(head[4:]) != id || size > int64(len(head))-16 {
			return syntax(start, "expected the blob of package %d", id)
		}
		// The last block ends with a tail that has the checksum. Zeros are between the package and the tail.
		checked := (16+size+ndbTail+ndbBlock-1)/ndbBlock*ndbBlock - ndbTail
		if checked+ndbTail > int64(len(head)) {
			return syntax(start, "package %d extends past the end of the database", id)
		}
		tail := head[checked:]
		if string(tail[8:ndbTail]) != ndbEnd || le.Uint32(tail[4:]) != uint32(size) {
			return syntax(start+checked, "expected the tail of package %d", id)
		}
		if sum := adler32.Checksum(head[:checked]); le.Uint32(tail) != sum {
			return syntax(start+checked, "package %d has the checksum %08x; expected %08x", id, sum, le.Uint32(tail))
		}
		if err := f(blob{head[16 : 16+size], start + 16}); err != nil {
			return err
		}
	}
	return nil
}

// A Berkeley DB database is a hash table: pages with entries. A long value is in a chain of other
// pages (Berkeley DB, src/dbinc/db_page.h).
const (
	berkeleyMagicAt  = 12
	berkeleyMagic    = 0x061561
	berkeleyHeader   = 26
	berkeleyUnsorted = 2
	berkeleyOverflow = 7
	berkeleySorted   = 13
	berkeleyInPage   = 1 // an entry that holds its value
	berkeleyOffPage  = 3 // an entry that refers to a chain of pages
)

// berkeleyOrder returns the byte order of a hash table, or nil if head does not begin one.
func berkeleyOrder(head []byte) binary.ByteOrder {
	if len(head) >= 512 {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if order.Uint32(head[berkeleyMagicAt:]) == berkeleyMagic {
				return order
			}
		}
	}
	return nil
}

func sniffBerkeley(head []byte) bool { return berkeleyOrder(head) != nil }

func eachBerkeley(data []byte, f func(blob) error) error {
	x, err := openBerkeley(data)
	if err != nil {
		return err
	}
	for number := int64(1); number <= x.last; number++ {
		page := x.page(number)
		if page[25] != berkeleySorted && page[25] != berkeleyUnsorted {
			continue
		}
		if err := x.eachValue(number, f); err != nil {
			return err
		}
	}
	return nil
}

// A berkeley is a hash table of Berkeley DB.
type berkeley struct {
	data  []byte
	order binary.ByteOrder
	size  int64 // bytes in a page
	last  int64 // number of the last page
}

// openBerkeley reads the first page, which describes the table.
func openBerkeley(data []byte) (*berkeley, error) {
	order := berkeleyOrder(data)
	x := &berkeley{data: data, order: order, size: int64(order.Uint32(data[20:])), last: int64(order.Uint32(data[32:]))}
	if x.size < 512 || x.size > 64<<10 || x.size&(x.size-1) != 0 {
		return nil, syntax(20, "invalid page size %d", x.size)
	}
	if data[24] != 0 {
		return nil, syntax(24, "the database is encrypted")
	}
	if (x.last+1)*x.size > int64(len(data)) {
		return nil, syntax(32, "%d pages of %d bytes in a file of %d bytes", x.last+1, x.size, len(data))
	}
	return x, nil
}

func (x *berkeley) page(number int64) []byte {
	return x.data[number*x.size : (number+1)*x.size]
}

// eachValue calls f with the packages in a page. Its entries are a key, the value of this key, the
// next key, and so on.
func (x *berkeley) eachValue(number int64, f func(blob) error) error {
	entries := int64(x.order.Uint16(x.page(number)[20:]))
	if berkeleyHeader+2*entries > x.size {
		return syntax(number*x.size, "a page has too many entries: %d", entries)
	}
	if entries%2 != 0 {
		return syntax(number*x.size, "a page has %d entries; expected pairs of a key and a value", entries)
	}
	for i := int64(0); i < entries; i += 2 {
		b, ok, err := x.value(number, i)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

// value returns the value of the key in entry i. ok is false if the value is not a package: key 0
// has the number of the latest package.
func (x *berkeley) value(number, i int64) (b blob, ok bool, err error) {
	_, key, err := x.entry(number, i)
	if err != nil {
		return b, false, err
	}
	at, value, err := x.entry(number, i+1)
	if err != nil {
		return b, false, err
	}
	switch {
	case value[0] == berkeleyOffPage && len(value) >= 12:
		b.offset = -1
		b.data, err = x.chain(int64(x.order.Uint32(value[4:])), int64(x.order.Uint32(value[8:])))
		return b, err == nil, err
	case value[0] != berkeleyInPage || key[0] != berkeleyInPage:
		return b, false, syntax(number*x.size+at, "an entry of type %d; expected %d or %d", value[0], berkeleyInPage, berkeleyOffPage)
	}
	isKey0 := len(bytes.Trim(key[1:], "\x00")) == 0
	return blob{value[1:], number*x.size + at + 1}, !isKey0, nil
}

// entry returns an entry of a page, which has at least one byte, its type, and its offset in the
// page. The first entry is at the end of the page, and each next one is before the previous one.
func (x *berkeley) entry(number, i int64) (at int64, e []byte, err error) {
	page, end := x.page(number), x.size
	at = int64(x.order.Uint16(page[berkeleyHeader+2*i:]))
	if i > 0 {
		end = int64(x.order.Uint16(page[berkeleyHeader+2*(i-1):]))
	}
	if at < berkeleyHeader || at >= end || end > x.size {
		return at, nil, syntax(number*x.size, "invalid offsets of an entry: bytes %d to %d of a page", at, end)
	}
	return at, page[at:end], nil
}

// chain returns a value of a given length. It is in a chain of pages that starts with page number.
func (x *berkeley) chain(number, length int64) ([]byte, error) {
	if length > int64(len(x.data)) {
		return nil, syntax(number*x.size, "a value of %d bytes, which is more than the database has", length)
	}
	value := make([]byte, 0, length)
	for int64(len(value)) < length {
		if number <= 0 || number > x.last {
			return nil, syntax(number*x.size, "a value of %d bytes continues on page %d; the last page is %d", length, number, x.last)
		}
		page := x.page(number)
		used := int64(x.order.Uint16(page[22:]))
		if page[25] != berkeleyOverflow || used == 0 || used > x.size-berkeleyHeader {
			return nil, syntax(number*x.size, "expected an overflow page of a value")
		}
		value = append(value, page[berkeleyHeader:berkeleyHeader+used]...)
		number = int64(x.order.Uint32(page[16:]))
	}
	return value[:length], nil
}
