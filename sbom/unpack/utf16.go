// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
)

// utf16Of returns the byte order of text in UTF-16, by its byte order mark or by the zero byte of
// its first character, as in early specifications of JSON and XML. It does not recognize UTF-32.
func utf16Of(head []byte) (order binary.ByteOrder, mark bool) {
	switch {
	case len(head) < 4, head[2] == 0 && head[3] == 0:
		return nil, false
	case head[0] == 0xff && head[1] == 0xfe:
		return binary.LittleEndian, true
	case head[0] == 0xfe && head[1] == 0xff:
		return binary.BigEndian, true
	case head[1] == 0 && head[3] == 0 && bytes.IndexByte([]byte("{<[S# \t\r\n\"'"), head[0]) >= 0:
		return binary.LittleEndian, false
	case head[0] == 0 && head[2] == 0 && bytes.IndexByte([]byte("{<[S# \t\r\n\"'"), head[1]) >= 0:
		return binary.BigEndian, false
	}
	return nil, false
}

func (w *walker) utf16(t input, order binary.ByteOrder, mark bool) {
	name := "utf-16le"
	if order == binary.ByteOrder(binary.BigEndian) {
		name = "utf-16be"
	}
	in := &counter{r: t.r}
	w.unpack(t.within(name, &bounded{w: w, layer: name, in: in, r: &utf16Reader{r: in, order: order, skip: mark}}))
}

// A utf16Reader converts UTF-16 text to UTF-8. Half a surrogate pair is an error.
type utf16Reader struct {
	r     io.Reader
	order binary.ByteOrder
	skip  bool // the text begins with a byte order mark
	in    [4096]byte
	have  int // bytes of in
	n     int64
	out   []byte
	err   error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 && u.err == nil {
		n, err := u.r.Read(u.in[u.have:])
		u.have += n
		u.err = err
		u.decode(err == io.EOF)
	}
	if len(u.out) == 0 {
		return 0, u.err
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) decode(last bool) {
	i := 0
	u.out = u.out[:0]
	for i+1 < u.have {
		r := rune(u.order.Uint16(u.in[i:]))
		size := 2
		if utf16.IsSurrogate(r) {
			if i+3 >= u.have && !last {
				break
			}
			var low rune
			if i+3 < u.have {
				low = rune(u.order.Uint16(u.in[i+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				u.fail(i, "half a surrogate pair")
				return
			}
			size = 4
		}
		if !(u.skip && u.n == 0 && i == 0) {
			u.out = utf8.AppendRune(u.out, r)
		}
		i += size
	}
	if last && i < u.have {
		u.fail(i, "half a character at the end")
		return
	}
	u.n += int64(i)
	u.have = copy(u.in[:], u.in[i:u.have])
}

func (u *utf16Reader) fail(i int, what string) {
	u.err = &sbom.Error{Kind: sbom.ErrEncoding, Err: fmt.Errorf("%s at byte %d of the UTF-16 text", what, u.n+int64(i))}
	u.out = nil
}
