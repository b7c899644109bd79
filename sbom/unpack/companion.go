// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
)

// Companions are files of known kinds that accompany documents. The kind of a file is recognized by
// its content; its name counts only if the content is not enough. A file in a format that is
// screened is never a companion, and neither is one with other content after its end. A file that
// is in neither table is a document or an error.

// A streamedKind is recognized by its first bytes, and checked by its last bytes after reading.
type streamedKind struct {
	reason string
	starts func(head []byte) bool
	ends   func(e *ending, tail []byte) bool
	search func(data []byte) error // checks the whole file, which is read into memory; may be nil
}

// A wholeKind is recognized by the whole file, which is read into memory. reason returns the kind,
// or "". An error explains why a file that looks like a companion is not one.
type wholeKind struct {
	starts func(head []byte) bool
	reason func(data []byte, t *input) (string, error)
}

func prefix(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

var streamedKinds = []streamedKind{
	{"PDF document", prefix("%PDF-"), pdfEnds, pdfSearch},
	{"PNG image", prefix("\x89PNG\r\n\x1a\n"), func(_ *ending, tail []byte) bool {
		return bytes.HasSuffix(tail, []byte("\x00\x00\x00\x00IEND\xae\x42\x60\x82"))
	}, pngSearch},
	{"JPEG image", prefix("\xff\xd8\xff"), func(_ *ending, tail []byte) bool {
		return bytes.HasSuffix(bytes.TrimRight(tail, "\x00"), []byte("\xff\xd9"))
	}, nil},
	{"GIF image", prefix("GIF87a"), gifEnds, nil},
	{"GIF image", prefix("GIF89a"), gifEnds, nil},
	{"WebP image", func(head []byte) bool { return len(head) > 12 && string(head[:4])+string(head[8:12]) == "RIFFWEBP" }, riffEnds, nil},
	{"Finder settings of macOS (.DS_Store)", prefix("\x00\x00\x00\x01Bud1"), func(_ *ending, tail []byte) bool { return !endsInText(tail) }, nil},
}

// wholeKinds are tried in order.
var wholeKinds = []wholeKind{
	{prefix(appleDouble), appleDoubleReason},
	{prefix(oleMagic), oleReason},
	{prefix(rtfMagic), rtfReason},
	{prefix("\x30\x82"), certificateReason},
	{jsonStarts, jsonReason},
	{svgMark.Match, svgReason},
	{htmlMark.Match, htmlReason},
	{isText, checksumsReason},
	{isText, versionReason},
	{isText, tableReason},
	{isText, proseReason},
	{func([]byte) bool { return true }, signatureReason},
}

// maxWhole limits the length of a file that is read into memory to find its kind.
const maxWhole = 16 << 20

// Marks of a bill of materials in a text, and of its parts.
var (
	documentMark = lazyregexp.New(`(?i)["']?(?:bomFormat|spdxVersion|SPDXID)["']?\s*[:=]|` +
		regexp.QuoteMeta(fields.CycloneDXNamespace) + `|` + regexp.QuoteMeta(fields.SPDXNamespace) + `|<(?:\w+:)?` + fields.SWIDElement)
	partsMark = lazyregexp.New(`(?i)\bpkg:[a-z][a-z0-9.+-]*/\S|\bcpe:(?:2\.3:|/)[aho]:`)
)

// emitCompanion yields a companion. Its Reader fails at a mark of a bill of materials.
func (w *walker) emitCompanion(t input, reason string, r io.Reader) {
	office := strings.HasPrefix(reason, officeReason) // an archive itself
	r = &markReader{r: r, what: reason, scan: markScan{packed: true, binary: !office}}
	w.emit(Item{Path: t.path, Layers: t.layers, Companion: reason, Names: t.names, Reader: r, Unverified: t.unverified})
}

// companion yields t and returns true if it is a companion.
func (w *walker) companion(t *input, head []byte) (bool, error) {
	if len(head) == 0 {
		if holdsDocuments(t.name) {
			return false, notRead(errEmpty)
		}
		w.emitCompanion(*t, "empty file", t.r)
		return true, nil
	}
	// RTF is not JSON, although it begins with a brace. A description of a container image is a
	// companion unless it says who made the image.
	if w.opts.Recognized(head) && !bytes.HasPrefix(head, []byte(rtfMagic)) && !describesImage(head, t) {
		return false, nil
	}
	for i := range streamedKinds {
		if k := &streamedKinds[i]; k.starts(head) {
			if err := w.search(t, k); err != nil {
				return false, err
			}
			w.emitCompanion(*t, k.reason, &ending{kind: k, r: t.r})
			return true, nil
		}
	}
	data, whole, err := w.peek(t, maxWhole)
	if err != nil || !whole {
		return false, err
	}
	for _, k := range wholeKinds {
		if !k.starts(data) {
			continue
		}
		reason, err := k.reason(data, t)
		if err != nil {
			return false, err
		}
		if reason != "" {
			if mark := hidden(data); mark != "" {
				return false, marked("a companion ("+reason+")", mark)
			}
			w.emitCompanion(*t, reason, bytes.NewReader(data))
			return true, nil
		}
	}
	return false, nil
}

// search checks the whole of t, if its kind requires that.
func (w *walker) search(t *input, k *streamedKind) error {
	if k.search == nil {
		return nil
	}
	data, whole, err := w.peek(t, maxSearched)
	if err != nil {
		return err
	}
	if whole {
		err = k.search(data)
	} else {
		err = errManyBytes
	}
	if err != nil && !errors.As(err, new(*sbom.Error)) {
		err = k.fault(0, err)
	}
	return err
}

// peek reads all of t, if it has at most most bytes. t can be read again.
func (w *walker) peek(t *input, most int64) (data []byte, whole bool, err error) {
	room := min(most, w.opts.Limits.Memory-w.inMemory)
	rest := t.r
	data, err = io.ReadAll(io.LimitReader(rest, room+1))
	if err != nil {
		return nil, false, jsonstream.ReadError(0, err)
	}
	w.inMemory += int64(len(data))
	t.r = io.MultiReader(bytes.NewReader(data), rest)
	return data, int64(len(data)) <= room, nil
}

// documentForms has the extensions of documents and of archives of documents. An empty file with
// such an extension was cut off, and a text with one is not a text for people.
var documentForms = nameSet(".json .jsonl .ndjson .jsonld .xml .spdx .spdx3 .rdf .yaml .yml .toml .cdx .bom .sbom .tag .tv .cbor .coswid .proto .textproto .bin .swidtag .swid .csv .tsv .ods .xls .xlsx " +
	".zip .tar .gz .tgz .bz2 .tbz .xz .txz .zst .tzst .cab .rpm .deb .ipk .apk .exe .dll .ko .img .dtb .dts .inf .manifest .mib .snmprec .intoto .sigstore .bundle")

// holdsDocuments reports whether a file of this name should be a document.
func holdsDocuments(name string) bool {
	base := strings.ToLower(path.Base(name))
	return documentForms[path.Ext(base)] || name == "-" || name == "" || strings.Contains(base, "bom") || strings.Contains(base, "spdx") || strings.Contains(base, "cyclonedx")
}

// inTar reports whether t is in a tar archive, like the files of "docker save".
func inTar(t *input) bool {
	for _, l := range t.layers {
		if l == "tar" {
			return true
		}
	}
	return false
}

// tailSize is the length of the end of a file that is examined: the maximum length of the end record
// and comment of a zip archive.
const tailSize = zipMaxEnd

// An ending reads a companion, and fails at its end if a file of its kind does not end so.
type ending struct {
	kind *streamedKind
	r    io.Reader
	head [8]byte
	tail []byte
	n    int64
	err  error
}

var (
	errEmpty    = errors.New("the file is empty; a file with this name should be a document")
	errEnd      = errors.New("it does not end like such a file: other data may follow")
	errArchive  = errors.New("it ends as a zip archive does, which was not read")
	errEmbedded = errors.New("files are attached to it, which were not read")
)

func (e *ending) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.r.Read(p)
	if e.n < int64(len(e.head)) {
		copy(e.head[e.n:], p[:n])
	}
	e.n += int64(n)
	e.tail = append(e.tail, p[:n]...)
	if len(e.tail) > 4*tailSize {
		e.tail = append(e.tail[:0], e.tail[len(e.tail)-tailSize:]...)
	}
	if err == io.EOF {
		switch tail := e.tail[max(0, len(e.tail)-tailSize):]; {
		case bytes.Contains(tail, []byte(zipEnd)):
			err = e.kind.fault(e.n, errArchive)
		case !e.kind.ends(e, tail):
			err = e.kind.fault(e.n, errEnd)
		}
	}
	e.err = err
	return n, err
}

func (k *streamedKind) fault(offset int64, err error) error {
	return &sbom.Error{Offset: offset, Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("the file starts as a %s, but may be more than that: %w", k.reason, err)}
}

// endsInText reports whether a binary file ends in a text that may be JSON or XML.
func endsInText(tail []byte) bool {
	tail = bytes.TrimRight(tail, " \t\r\n\x00")
	text := tail[len(bytes.TrimRightFunc(tail, func(r rune) bool { return r >= ' ' && r < 0x7f || r == '\t' || r == '\r' || r == '\n' })):]
	return len(text) >= 12 && bytes.ContainsAny(text[len(text)-1:], "}]>")
}

// pdfEnds reports whether only white space follows the last end mark (ISO 32000-1, 7.5.5).
func pdfEnds(_ *ending, tail []byte) bool {
	i := bytes.LastIndex(tail, []byte("%%EOF"))
	return i >= 0 && len(bytes.Trim(tail[i+5:], " \t\r\n\x00\x1a")) == 0
}

func gifEnds(_ *ending, tail []byte) bool { return bytes.HasSuffix(tail, []byte("\x00;")) }

// riffEnds compares the length of a RIFF file with the length that it states.
func riffEnds(e *ending, _ []byte) bool {
	n := int64(le32(e.head[4:])) + 8
	return e.n == n || e.n == n+n%2
}

// appleDouble is the magic and version of AppleDouble files (RFC 1740, appendix A), which have the
// attributes of another file on macOS.
const appleDouble = "\x00\x05\x16\x07\x00\x02\x00\x00"

// appleDoubleReason requires entries that fill the file, none of which is the content of a file.
func appleDoubleReason(data []byte, _ *input) (string, error) {
	const reason = "file attributes of macOS (AppleDouble)"
	const header, entry = 26, 12
	if len(data) <= header {
		return reason, nil // no more than the header
	}
	n := int(binary.BigEndian.Uint16(data[24:]))
	end := int64(header + entry*n)
	if end > int64(len(data)) {
		return "", nil
	}
	for i := range n {
		e := data[header+entry*i:]
		id, offset, length := binary.BigEndian.Uint32(e), int64(binary.BigEndian.Uint32(e[4:])), int64(binary.BigEndian.Uint32(e[8:]))
		if id == 1 || offset+length > int64(len(data)) {
			return "", nil
		}
		end = max(end, offset+length)
	}
	if len(bytes.Trim(data[end:], "\x00")) > 0 || bytes.Contains(data, []byte(zipEnd)) || endsInText(data) {
		return "", nil
	}
	return reason, nil
}

// versionReason recognizes the file VERSION of each layer from "docker save" (Docker image
// specification v1).
func versionReason(data []byte, t *input) (string, error) {
	if path.Base(t.name) == "VERSION" && inTar(t) && string(bytes.TrimSpace(data)) == "1.0" {
		return "version of a container image's layer", nil
	}
	return "", nil
}
