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

// The form "ndb": a header, slots of 16 bytes, and blocks of 16 bytes that they refer to
// (rpm, lib/backend/ndb/rpmpkg.c). Numbers have their little end first.
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
		return &sbom.Error{Offset: 4, Kind: sbom.ErrVersion, Err: fmt.Errorf("ndb of version %d; 0 is read", version)}
	}
	if pages < 1 || pages*ndbPage > int64(len(data)) {
		return syntax(12, "%d pages of slots in %d bytes", pages, len(data))
	}
	for at := int64(ndbSlotsFrom); at < pages*ndbPage; at += 16 {
		slot := data[at:]
		if string(slot[:4]) != ndbSlot {
			return syntax(at, "expected a slot")
		}
		id, start := le.Uint32(slot[4:]), int64(le.Uint32(slot[8:]))*ndbBlock
		if id == 0 {
			continue
		}
		if start+16 > int64(len(data)) {
			return syntax(at, "a package at byte %d of %d", start, len(data))
		}
		head := data[start:]
		size := int64(le.Uint32(head[12:]))
		if string(head[:4]) != ndbBlob || le.Uint32(head[4:]) != id || size > int64(len(head))-16 {
			return syntax(start, "expected package %d", id)
		}
		// A tail with the checksum ends the last block; zeros fill what is between it and the package.
		checked := (16+size+ndbTail+ndbBlock-1)/ndbBlock*ndbBlock - ndbTail
		if checked+ndbTail > int64(len(head)) {
			return syntax(start, "package %d goes on after the end of the database", id)
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

// Berkeley DB, a hash table: pages of entries, whose values are in chains of pages of their
// own (Berkeley DB, src/dbinc/db_page.h).
const (
	berkeleyMagicAt  = 12
	berkeleyMagic    = 0x061561
	berkeleyHeader   = 26
	berkeleyUnsorted = 2
	berkeleyOverflow = 7
	berkeleySorted   = 13
	berkeleyInPage   = 1 // a value that is in the page
	berkeleyOffPage  = 3 // one that is in a chain
)

// berkeleyOrder is the order of bytes, or nil if it is no hash table.
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
	order := berkeleyOrder(data)
	size := int64(order.Uint32(data[20:]))
	if size < 512 || size > 64<<10 || size&(size-1) != 0 {
		return syntax(20, "pages of %d bytes", size)
	}
	if data[24] != 0 {
		return syntax(24, "the database is encrypted")
	}
	last := int64(order.Uint32(data[32:]))
	if (last+1)*size > int64(len(data)) {
		return syntax(32, "%d pages of %d bytes in %d bytes", last+1, size, len(data))
	}
	for page := int64(1); page <= last; page++ {
		p := data[page*size : (page+1)*size]
		if p[25] != berkeleySorted && p[25] != berkeleyUnsorted {
			continue
		}
		entries := int64(order.Uint16(p[20:]))
		if berkeleyHeader+2*entries > size {
			return syntax(page*size, "a page of %d entries", entries)
		}
		// Entries fill a page from its end: each ends where the one before it starts.
		entry := func(i int64) (at int64, e []byte, err error) {
			at, end := int64(order.Uint16(p[berkeleyHeader+2*i:])), size
			if i > 0 {
				end = int64(order.Uint16(p[berkeleyHeader+2*(i-1):]))
			}
			if at < berkeleyHeader || at >= end || end > size {
				return at, nil, syntax(page*size, "an entry from byte %d to %d of a page", at, end)
			}
			return at, p[at:end], nil
		}
		if entries%2 != 0 {
			return syntax(page*size, "a page of %d entries, which are keys and values", entries)
		}
		for i := int64(0); i < entries; i += 2 {
			_, key, err := entry(i)
			if err != nil {
				return err
			}
			at, value, err := entry(i + 1)
			if err != nil {
				return err
			}
			b := blob{value[1:], page*size + at + 1}
			switch {
			case value[0] == berkeleyOffPage && len(value) >= 12:
				if b.data, err = chain(data, order, size, last, int64(order.Uint32(value[4:])), int64(order.Uint32(value[8:]))); err != nil {
					return err
				}
				b.offset = -1
			case value[0] != berkeleyInPage || key[0] != berkeleyInPage:
				return syntax(page*size+at, "an entry of type %d", value[0])
			case len(bytes.Trim(key[1:], "\x00")) == 0: // key 0 has the number that was given last
				continue
			}
			if err := f(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// chain joins the pages of a value of a length.
func chain(data []byte, order binary.ByteOrder, size, last, page, length int64) ([]byte, error) {
	if length > int64(len(data)) {
		return nil, syntax(page*size, "a value of %d bytes", length)
	}
	value := make([]byte, 0, length)
	for int64(len(value)) < length {
		if page <= 0 || page > last {
			return nil, syntax(page*size, "a value of %d bytes goes on at page %d of %d", length, page, last)
		}
		p := data[page*size : (page+1)*size]
		used := int64(order.Uint16(p[22:]))
		if p[25] != berkeleyOverflow || used == 0 || used > size-berkeleyHeader {
			return nil, syntax(page*size, "expected a page of a value")
		}
		value = append(value, p[berkeleyHeader:berkeleyHeader+used]...)
		page = int64(order.Uint32(p[16:]))
	}
	return value[:length], nil
}
