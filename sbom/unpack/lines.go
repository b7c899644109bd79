// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
)

// maxFirstLine limits the search for the end of the first line.
const maxFirstLine = 16 << 20

// lines recognizes JSON Lines, the form in which attestations are downloaded: the first line is a
// document or envelope in JSON, and another object follows it. A first line that is longer than
// head is read into memory for that. A document in many lines, or in a single line, is not JSON
// Lines.
func (w *walker) lines(t *input, head *[]byte) (func(*walker, input), error) {
	text := bytes.TrimPrefix(*head, []byte("\ufeff"))
	if start := bytes.TrimLeft(text, " \t\r\n"); len(start) == 0 || start[0] != '{' {
		return nil, nil
	}
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(*head) == headSize && bytes.IndexByte(text, '\n') < 0 {
		whole := bytes.Clone(*head)
		skipped := len(whole) - len(text)
		rest := t.r
		if _, err := io.CopyN(io.Discard, rest, int64(len(whole))); err != nil {
			return nil, jsonstream.ReadError(0, err)
		}
		room := min(maxFirstLine, w.opts.Limits.Memory-w.inMemory)
		for int64(len(whole)) < room {
			from := len(whole)
			whole = slices.Grow(whole, int(min(room-int64(from), max(headSize, int64(from)))))
			n, err := io.ReadFull(rest, whole[from:min(cap(whole), int(room))])
			whole = whole[:from+n]
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return nil, jsonstream.ReadError(0, err)
			}
			if err != nil || bytes.IndexByte(whole[from:], '\n') >= 0 {
				break
			}
		}
		w.inMemory += int64(len(whole))
		t.r = io.MultiReader(bytes.NewReader(whole), rest)
		*head, text = whole[:headSize], whole[skipped:]
	}
	line, rest, found := bytes.Cut(text, []byte("\n"))
	if end := bytes.TrimRight(line, " \t\r"); !bytes.HasSuffix(end, []byte("}")) {
		return nil, nil // not a whole object: most documents have many lines
	}
	if rest = bytes.TrimLeft(rest, " \t\r\n"); !found || len(rest) == 0 || rest[0] != '{' || !jsontext.Value(line).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return nil, nil
	}
	if first := line[:min(len(line), headSize)]; envelope(first) == nil && !w.opts.Recognized(first) {
		return nil, nil // other records: one document, which is not recognized
	}
	return (*walker).jsonLines, nil
}

var errNoObject = errors.New("a line that is not a JSON object, in a file with one JSON object per line")

// jsonLines unpacks each line as a document or envelope.
func (w *walker) jsonLines(t input) {
	in := bufio.NewReaderSize(t.r, headSize)
	held := w.inMemory
	for n := 1; !w.done; n++ {
		line, err := w.line(in)
		if err != nil && err != io.EOF {
			w.fail(t, err)
			return
		}
		w.inMemory = held + int64(len(line))
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			m := t.within("json-lines", bytes.NewReader(line))
			m.path += "!" + strconv.Itoa(n)
			m.name, m.document = "", true
			if line[0] == '{' {
				w.unpack(m)
			} else {
				w.fail(m, &sbom.Error{Kind: sbom.ErrSyntax, Err: errNoObject})
			}
		}
		if err == io.EOF {
			return
		}
	}
}

// line reads a line.
func (w *walker) line(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case int64(len(line)) > w.opts.Limits.Memory-w.inMemory:
			return nil, limit("a line of more than %d bytes", w.opts.Limits.Memory)
		case err == nil, err == io.EOF:
			return line, err
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, jsonstream.ReadError(0, err)
		}
	}
}
