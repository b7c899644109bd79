// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/clause76/clause76/internal/jsonstream"
)

const tarBlock = 512

// tar reads a tar archive to its end mark, two blocks of zeros (POSIX.1-2017, pax, "ustar
// Interchange Format"). Package archive/tar and other programs also accept the end of the file.
// But an archive that was cut off between two entries looks the same as one without the two
// blocks, and the format has no number of entries; the checksum of a layer around the archive
// may be that of an archive that was cut off before. So an archive without an end mark is an
// error in addition to its entries. After the end mark there may only be zeros, which fill up a
// record.
func (w *walker) tar(t input) {
	defer w.recovered(t, "tar")
	in := &tarInput{r: t.r}
	r := tar.NewReader(in)
	var links linkSet
	for files := 0; !w.done; {
		h, err := r.Next()
		if err == io.EOF {
			w.tarEnd(t, in, files)
			break
		}
		if err != nil {
			w.fail(t, syntax("the tar archive cannot be read: %w", err))
			break
		}
		m := t.member("tar", h.Name, nil)
		m.archive = &links
		for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
			if err := inField(fmt.Sprintf("the record %q of the tar archive", key), []byte(h.PAXRecords[key])); err != nil {
				w.fail(m, err)
				break
			}
		}
		if h.Typeflag != tar.TypeXGlobalHeader {
			links.add(h.Name, anEntry)
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse:
			files++
			m.r = &bounded{w: w, layer: "tar", in: &counter{n: h.Size}, r: r}
			w.entry(m, h.Name)
		case tar.TypeDir, tar.TypeXGlobalHeader:
			w.countEntry(m)
		case tar.TypeLink:
			links.hard(h.Name, h.Linkname)
			w.countEntry(m)
		case tar.TypeSymlink:
			links.symbolic(h.Name, h.Linkname)
			w.countEntry(m)
		default:
			w.fail(m, syntax("an entry of type %q, which is not a file", h.Typeflag))
		}
		if h.Size > 0 && h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse && !w.done {
			w.fail(m, syntax("an entry of type %q that states a size of %d bytes: tar programs do not agree on where the next entry is", h.Typeflag, h.Size))
		}
		if in.rest(r) != nil {
			continue // Next returns the error too
		}
	}
	w.links(t, "tar", &links)
}

// tarEnd checks the end of the archive.
func (w *walker) tarEnd(t input, in *tarInput, files int) {
	switch end := in.n - in.entries; {
	case end < 0:
		w.fail(t, syntax("the tar archive ends within the padding of its last entry: %w", io.ErrUnexpectedEOF))
		return
	case end == 2*tarBlock && in.zeros >= 2*tarBlock:
	case end == tarBlock && in.zeros >= tarBlock:
		w.fail(t, syntax("the tar archive ends after one block of zeros; expected two: it may have been cut off"))
		return
	default:
		w.fail(t, syntax("the tar archive ends without two blocks of zeros: it may have been cut off between two entries"))
		return
	}
	if files == 0 {
		w.fail(t, syntax("the tar archive holds no files"))
	}
	if err := inField("the padding between the entries of the tar archive", in.padding); err != nil {
		w.fail(t, err)
	}
	var buf [32 << 10]byte
	for !w.done {
		n, err := in.r.Read(buf[:])
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			w.fail(t, syntax("data after the end of the tar archive"))
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			w.fail(t, jsonstream.ReadError(0, err))
			return
		}
	}
}

// A tarInput counts the bytes that are read from a tar archive.
type tarInput struct {
	r       io.Reader
	n       int64
	zeros   int64  // number of zeros at the end of the bytes read
	entries int64  // offset of the end of the entries read, with their padding
	padding []byte // bytes of the padding of entries without zeros at its ends; cut off at maxPacked
}

func (in *tarInput) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	if left := in.entries - in.n; left > 0 && len(in.padding) < maxPacked {
		in.padding = append(in.padding, bytes.Trim(p[:min(int64(n), left)], "\x00")...)
	}
	in.n += int64(n)
	kept := len(bytes.TrimRight(p[:n], "\x00"))
	if kept > 0 {
		in.zeros = 0
	}
	in.zeros += int64(n - kept)
	return n, err
}

// rest reads the rest of the current entry of r, to find the end of its padding.
func (in *tarInput) rest(r *tar.Reader) error {
	_, err := io.Copy(io.Discard, r)
	in.entries = (in.n + tarBlock - 1) / tarBlock * tarBlock
	return err
}
