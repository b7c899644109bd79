// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom"
)

// seekable makes an input readable at any offset, if necessary by reading it into memory.
func (w *walker) seekable(t *input, what string) bool {
	if t.at != nil {
		return true
	}
	data, ok := w.memory(*t, what)
	if !ok {
		return false
	}
	t.at, t.size = bytes.NewReader(data), int64(len(data))
	return true
}

// zip reads the entries of the central directory. Bytes that do not belong to an entry, which
// another program might unpack, are an error in addition, see [zipDirectory].
func (w *walker) zip(t input) {
	if !w.seekable(&t, "a zip archive") {
		return
	}
	z, err := readZip(t.at, t.size, w.opts.Limits.Memory, w.itemsLeft())
	if err != nil {
		w.fail(t, err)
		return
	}
	known, files := w.office(t, z), 0
	var links linkSet
	for i := range z.entries {
		e := &z.entries[i]
		if w.done {
			return
		}
		links.add(e.name, anEntry)
		m := t.member("zip", e.name, nil)
		m.archive = &links
		if e.fault != "" {
			w.fail(t, syntax("the zip archive can be read in two ways: of the entry %q, %s", e.name, e.fault))
		}
		if known(e.name) {
			w.officePart(z, e, m, &links)
			files++
		} else if !w.zipEntry(z, e, m, &links) {
			files++
		}
	}
	w.links(t, "zip", &links)
	if z.field != nil && z.extra == "" {
		w.fail(t, z.field)
	}
	switch n, first, err := z.unnamed(); {
	case w.done:
	case err != nil:
		w.fail(t, err)
	case n > 0:
		w.fail(t, &sbom.Error{Offset: first, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the zip archive has %d bytes, the first at byte %d, that its central directory does not name: others may unpack files from them", n, first)})
	case z.extra != "":
		w.fail(t, syntax("%s", z.extra))
	case files == 0:
		w.fail(t, syntax("the zip archive holds no files"))
	}
}

// zipEntry unpacks an entry, and reports whether it is a directory or link.
func (w *walker) zipEntry(z *zipDirectory, e *zipEntry, m input, links *linkSet) (passed bool) {
	switch {
	case e.flags&(zipEncrypted|zipStrong|zipMaskedHeaders) != 0:
		w.fail(m, &sbom.Error{Kind: sbom.ErrRead, Err: errEncrypted})
		return false
	case e.method != 0 && e.method != 8:
		w.fail(m, syntax("the file is packed by method %d, which is not read", e.method))
		return false
	}
	body := &bounded{w: w, layer: "zip", in: &counter{n: e.packed}, r: z.open(e)}
	directory := strings.HasSuffix(e.name, "/") && e.size == 0 // one with content is a file that other programs may unpack
	if !directory && e.mode&unixTypeMask != unixSymbolicLink {
		m.r = body
		w.entry(m, e.name)
		return false
	}
	target, err := io.ReadAll(io.LimitReader(body, maxTarget+1))
	switch {
	case err != nil:
		w.fail(m, err)
	case len(target) > maxTarget:
		w.fail(m, syntax("a symbolic link to a name of more than %d bytes", maxTarget))
	default:
		if !directory {
			links.symbolic(e.name, string(target))
		}
		w.countEntry(m)
	}
	return true
}

// maxTarget limits the target of a link, like PATH_MAX of Linux.
const maxTarget = 4096

// open returns a reader of the content of an entry. At its end, the content is compared with the
// central directory, and there must be no packed data left.
func (z *zipDirectory) open(e *zipEntry) io.Reader {
	in := bufio.NewReaderSize(io.NewSectionReader(z.at, e.data, e.packed), int(min(32<<10, max(16, e.packed))))
	b := &zipBody{e: e, packed: in, r: in, sum: crc32.NewIEEE()}
	if e.method == 8 {
		b.r = flate.NewReader(in)
	}
	return b
}

type zipBody struct {
	e      *zipEntry
	packed *bufio.Reader // flate reads it byte by byte, and no further than necessary
	r      io.Reader
	sum    hash.Hash32
	n      int64
}

func (b *zipBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	b.sum.Write(p[:n])
	switch {
	case b.n > b.e.size || err == io.EOF && b.n < b.e.size:
		return 0, syntax("the file has %d bytes or more; the central directory of the zip archive states %d", b.n, b.e.size)
	case err != io.EOF:
		return n, err
	case b.sum.Sum32() != b.e.crc:
		return 0, syntax("the checksum of the file does not match")
	}
	if _, more := b.packed.Peek(1); more == nil {
		return 0, syntax("packed data after the end of the file's own: others may unpack files from it")
	}
	return n, err
}
