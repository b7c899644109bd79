// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/clause76/clause76/internal/lazyregexp"
)

// maxSearched limits the length of PDF documents and PNG images, which are read into memory to
// search their compressed parts, and maxStreams the unpacked length of these parts.
const (
	maxSearched = 64 << 20
	maxStreams  = 256 << 20
	searchCost  = 1 << 10 // bytes that count for each attempt to unpack
)

// A PDF document with an attached file has a stream of the type EmbeddedFile, or the entry EF in a
// file specification (ISO 32000-1, 7.11). Any character of a name can be written as # and its
// code (7.3.5).
var (
	pdfEmbedded = pdfName("EmbeddedFile")
	pdfEF       = lazyregexp.New(pdfName("EF").String() + `(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*(?:<<|[0-9]+[\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+R)`)
	pdfObjects  = pdfName("ObjStm")
	pdfEncrypt  = lazyregexp.New(pdfName("Encrypt").String() + `[\x00\t\n\f\r ]*(?:<<|[0-9]+[\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+R)`)
	pdfStream   = lazyregexp.New(`stream\r?\n`)
)

// pdfName matches a name in all its spellings.
func pdfName(name string) *lazyregexp.Regexp {
	pattern := "/"
	for _, c := range []byte(name) {
		code := hex.EncodeToString([]byte{c})
		pattern += "(?:" + string(c) + "|#(?i:" + code + "))"
	}
	return lazyregexp.New(pattern)
}

var (
	errPacked    = errors.New("it has objects that are encrypted or packed in a way that is not read: files may be attached to it")
	errManyBytes = errors.New("it is too long to be searched for what is attached to it or packed in it")
)

// pdfSearch returns an error if a PDF document or its compressed streams have attached files or marks
// of a bill of materials. The objects that attach files can be in object streams (7.5.7).
func pdfSearch(data []byte) error {
	if pdfEmbedded.Match(data) || pdfEF.Match(data) {
		return errEmbedded
	}
	encrypted := pdfEncrypt.Match(data)
	left := int64(maxStreams)
	for at := 0; ; {
		m := pdfStream.FindIndex(data[at:])
		if m == nil {
			return nil
		}
		from, start := at, at+m[0]
		at += m[1]
		if bytes.HasSuffix(data[:start], []byte("end")) {
			continue
		}
		objects := pdfObjects.Match(data[from:start])
		s := markScan{}
		err := windows(data[at:], &left, func(inner []byte, first bool, err error) error {
			start := bytes.TrimLeft(inner, "\x00\t\n\f\r ")
			if objects && (encrypted || err != nil || first && len(start) > 0 && (start[0] < '0' || start[0] > '9')) {
				return errPacked
			}
			if pdfEmbedded.Match(inner) || pdfEF.Match(inner) {
				return errEmbedded
			}
			if mark := s.look(inner); mark != "" {
				return marked("a stream of the document", mark)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

const (
	// windowSize is the length of unpacked data that is in memory at once.
	windowSize = 8 << 20
	// windowOverlap is the length of the end of a window that is searched again with the
	// next one. If the window ends within base64, that is searched again from its start, up to
	// longBase64: more than what is unpacked from it.
	windowOverlap = 64 << 10
	longBase64    = 6 << 20
)

// windows unpacks zlib data and calls look with each piece of it. With the last piece, look gets
// the error that ended the data. windows subtracts the unpacked length from left, and returns an
// error if that is used up.
func windows(data []byte, left *int64, look func(piece []byte, first bool, err error) error) error {
	*left -= searchCost
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		if *left <= 0 {
			return errManyBytes
		}
		return look(nil, true, err)
	}
	buf := make([]byte, 0, 64<<10)
	for first := true; ; first = false {
		for err == nil && len(buf) < windowSize {
			buf = slices.Grow(buf, min(max(len(buf), 512), windowSize-len(buf)))
			var n int
			n, err = r.Read(buf[len(buf):min(cap(buf), windowSize)])
			buf = buf[:len(buf)+n]
			if *left -= int64(n); *left <= 0 {
				return errManyBytes
			}
		}
		end := err
		if end == io.EOF {
			end = nil
		}
		if fault := look(buf, first, end); fault != nil || err != nil {
			return fault
		}
		buf = append(buf[:0], buf[len(buf)-overlap(buf):]...)
	}
}

// overlap returns the length of the end of a window that is searched again.
func overlap(window []byte) int {
	n := 0
	for n < longBase64 && n < len(window) && (base64Digit[window[len(window)-1-n]] || bytes.IndexByte([]byte("\r\n\t "), window[len(window)-1-n]) >= 0) {
		n++
	}
	if n == longBase64 {
		return windowOverlap // the start of this base64 was examined
	}
	return max(n, windowOverlap)
}

// pngSearch searches the texts of a PNG image (PNG Specification, third edition, 11.3.3). Data after
// the last chunk is an error.
func pngSearch(data []byte) error {
	left := int64(maxStreams)
	for at := 8; at < len(data); {
		n := int64(len(data) - at) // to the end, if it is not a chunk
		body := data[at:]
		if len(body) >= 12 {
			if size := int64(be32(body)); size <= int64(len(body)-12) {
				n = size + 12
			}
		}
		at += int(n)
		switch kind := string(body[min(4, len(body)):min(8, len(body))]); {
		case kind == "IEND" && at < len(data):
			return errEnd
		case kind == "IDAT" && at < len(data):
			continue
		}
		if err := searchPacked(body, int(n), &left); err != nil {
			return err
		}
	}
	return nil
}

// searchPacked returns an error if zlib data that begins in the first n bytes of a piece has marks of
// a bill of materials. The data may continue after these bytes, if the image is not valid.
func searchPacked(piece []byte, n int, left *int64) error {
	for i := 0; i < n && i+2 < len(piece); i++ {
		if !isZlib(piece[i:]) {
			continue
		}
		err := windows(piece[i:], left, func(inner []byte, _ bool, _ error) error {
			if mark := hidden(inner); mark != "" {
				return marked("a text of the image", mark)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
