// SPDX-License-Identifier: Apache-2.0

package rpm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"

	"github.com/clause76/clause76/sbom"
)

// An SQLite database has the headers in the table Packages, which is a tree of pages
// (sqlite.org/fileformat2.html). Only this table is read. The latest changes can be in a log,
// which is another file and is not read.
const (
	sqliteMagic    = "SQLite format 3\x00"
	sqliteHeader   = 100
	sqliteInterior = 5
	sqliteLeaf     = 13
	sqliteDepth    = 32
)

var (
	errNoTable = errors.New("the database has no table Packages")
	errRow     = errors.New("invalid record")
)

// sniffSQLite looks in the first page for words of the statement that creates the table.
func sniffSQLite(head []byte) bool {
	return len(head) >= sqliteHeader+12 && bytes.HasPrefix(head, []byte(sqliteMagic)) && bytes.Contains(head, []byte("Packages")) && bytes.Contains(head, []byte("hnum"))
}

type sqlite struct {
	data   []byte
	size   int64 // of a page
	usable int64
	seen   map[int64]bool
}

func eachSQLite(data []byte, f func(blob) error) error {
	size := int64(binary.BigEndian.Uint16(data[16:]))
	if size == 1 {
		size = 64 << 10
	}
	x := &sqlite{data: data, size: size, usable: size - int64(data[20]), seen: make(map[int64]bool)}
	if size < 512 || size&(size-1) != 0 || x.usable < 480 || int64(len(data))%size != 0 {
		return syntax(16, "invalid page size %d in a file of %d bytes", size, len(data))
	}
	root := int64(0)
	err := x.table(1, 0, func(b blob) error {
		values, err := record(b.data)
		if err != nil {
			return syntax(b.offset, "a row of the schema: %v", err)
		}
		if len(values) >= 4 && string(values[0].text) == "table" && string(values[1].text) == "Packages" {
			root = values[3].number
		}
		return nil
	})
	if err != nil {
		return err
	}
	if root == 0 {
		return &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errNoTable}
	}
	return x.table(root, 0, func(b blob) error {
		values, err := record(b.data)
		if err != nil || len(values) < 2 || values[1].text == nil {
			return syntax(b.offset, "a row of Packages: %w", cmp.Or(err, errRow))
		}
		offset := int64(-1)
		if b.offset >= 0 {
			offset = b.offset + values[1].at
		}
		return f(blob{values[1].text, offset})
	})
}

// table calls f with the rows of the table that starts at a page.
func (x *sqlite) table(number int64, depth int, f func(blob) error) error {
	start := (number - 1) * x.size
	if number < 1 || start >= int64(len(x.data)) || depth > sqliteDepth {
		return syntax(0, "a reference to page %d at depth %d; the file has %d pages, and the limit of the depth is %d", number, depth, int64(len(x.data))/x.size, sqliteDepth)
	}
	if x.seen[number] {
		return syntax(start, "two references to page %d", number)
	}
	x.seen[number] = true
	page := x.data[start : start+x.size]
	head := page
	if number == 1 {
		head = page[sqliteHeader:]
	}
	be := binary.BigEndian
	kind, cells := head[0], int(be.Uint16(head[3:]))
	pointers := head[8:]
	if kind == sqliteInterior {
		pointers = head[12:]
	}
	if kind != sqliteInterior && kind != sqliteLeaf || 2*cells > len(pointers) {
		return syntax(start, "invalid page: type %d with %d cells; expected type %d or %d", kind, cells, sqliteInterior, sqliteLeaf)
	}
	for i := range cells {
		at := int64(be.Uint16(pointers[2*i:]))
		if at+4 > x.usable {
			return syntax(start, "a cell at byte %d of a page, which is past its end", at)
		}
		if kind == sqliteInterior {
			if err := x.table(int64(be.Uint32(page[at:])), depth+1, f); err != nil {
				return err
			}
			continue
		}
		b, err := x.payload(page, start, at)
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	if kind == sqliteInterior {
		return x.table(int64(be.Uint32(head[8:])), depth+1, f)
	}
	return nil
}

// payload reads the row in a cell. A long row continues in a chain of overflow pages.
func (x *sqlite) payload(page []byte, start, at int64) (blob, error) {
	total, n := varint(page[at:])
	_, m := varint(page[min(at+n, x.size):])
	at += n + m
	if n == 0 || m == 0 || total < 0 || total > int64(len(x.data)) || at > x.usable {
		return blob{}, syntax(start, "invalid size %d of a row", total)
	}
	local := total
	if most := x.usable - 35; total > most {
		least := (x.usable-12)*32/255 - 23
		if local = least + (total-least)%(x.usable-4); local > most {
			local = least
		}
	}
	if at+local > x.usable || local < total && at+local+4 > x.usable {
		return blob{}, syntax(start, "a row of %d bytes extends past the end of its page", total)
	}
	if local == total {
		return blob{page[at : at+local], start + at}, nil
	}
	data := append(make([]byte, 0, total), page[at:at+local]...)
	next := int64(binary.BigEndian.Uint32(page[at+local:]))
	for int64(len(data)) < total {
		from := (next - 1) * x.size
		if next < 1 || from >= int64(len(x.data)) || x.seen[next] {
			return blob{}, syntax(start, "a row of %d bytes continues on page %d, which does not exist or is already in use", total, next)
		}
		x.seen[next] = true
		p := x.data[from : from+x.usable]
		data = append(data, p[4:min(x.usable, 4+total-int64(len(data)))]...)
		next = int64(binary.BigEndian.Uint32(p))
	}
	return blob{data, -1}, nil
}

// varint reads a number of one to nine bytes, and returns it and its length. The length is 0 if the
// number is invalid.
func varint(b []byte) (v, n int64) {
	for i := 0; i < len(b) && i < 9; i++ {
		if i == 8 {
			return v<<8 | int64(b[i]), 9
		}
		v = v<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, int64(i) + 1
		}
	}
	return 0, 0
}

// A value is a field of a row: a number, or bytes and their offset in the row.
type value struct {
	number int64
	text   []byte
	at     int64
}

// record reads the values of a row: first the types of all values, then the values.
func record(row []byte) ([]value, error) {
	size, n := varint(row)
	if n == 0 || size < n || size > int64(len(row)) {
		return nil, errRow
	}
	types, body := row[n:size], size
	var values []value
	for len(types) > 0 {
		typ, n := varint(types)
		if n == 0 || len(values) > 64 {
			return nil, errRow
		}
		types = types[n:]
		length := int64(0)
		switch {
		case typ >= 12:
			length = (typ - 12) / 2
		case typ <= 4:
			length = typ
		case typ == 5:
			length = 6
		case typ == 6 || typ == 7:
			length = 8
		}
		if length > int64(len(row))-body {
			return nil, errRow
		}
		v := value{at: body}
		if typ >= 12 {
			v.text = row[body : body+length : body+length]
		} else if typ <= 6 {
			for _, b := range row[body : body+length] {
				v.number = v.number<<8 | int64(b)
			}
		}
		if typ == 9 {
			v.number = 1
		}
		body += length
		values = append(values, v)
	}
	return values, nil
}
