// SPDX-License-Identifier: Apache-2.0

package devicetree

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
)

// A value is the value of a property in source, as far as it was read.
type value struct {
	list    []string // the texts
	offsets []int
	numbers []byte // the cells and bytes, as in a blob
	at      int    // where the first of them is
	other   bool   // there is something else: a reference, an expression
}

// value reads the value of a property up to its semicolon.
func (x *source) value(name string) error {
	var v value
	bracket := ""
	for text := false; ; {
		token, at := x.next()
		afterText := text
		text = token != "" && token[0] == '"'
		switch {
		case token == "":
			return errEnd
		case afterText && token != "," && token != ";":
			return fmt.Errorf("%q after a string; expected \",\" or \";\"", token)
		case token == ";":
			if len(x.paths) == 0 {
				return errors.New("a property outside of a node")
			}
			return x.property(name, &v)
		case token == "{" || token == "}":
			return fmt.Errorf("%q in a value; expected \";\"", token)
		case text:
			if len(token) < 2 || token[len(token)-1] != '"' {
				return errEnd
			}
			x.text(name, &v, token[1:len(token)-1], at+1)
		case strings.Contains("<>[]", token):
			bracket = token
		case token != ",":
			v.number(bracket, token, at)
		}
		if name == "compatible" && !text && token != "," && token != ";" {
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("compatible has %q, which is not a string; it was not screened", token), x.c.at(x.path(), name, at))
		}
	}
}

// text adds a text between quotation marks to a value. A NUL in it ends a text in the blob.
func (x *source) text(name string, v *value, quoted string, at int) {
	text := unescape(quoted)
	if !utf8.ValidString(text) {
		v.other = true
		x.s.Malformed(sbom.WarnMalformed, name+": "+errStrings.Error(), x.c.at(x.path(), name, at))
		return
	}
	for part := range strings.SplitSeq(text, "\x00") {
		v.list, v.offsets = append(v.list, part), append(v.offsets, at)
	}
}

// number adds a word between brackets to a value: a cell of four bytes, or bytes in hexadecimal.
func (v *value) number(bracket, word string, at int) {
	if len(v.numbers) == 0 {
		v.at = at
	}
	switch bracket {
	case "<":
		if n, err := strconv.ParseUint(word, 0, 32); err == nil {
			v.numbers = binary.BigEndian.AppendUint32(v.numbers, uint32(n))
			return
		}
	case "[":
		if b, err := hex.DecodeString(word); err == nil {
			v.numbers = append(v.numbers, b...)
			return
		}
	}
	v.other = true
}

// property makes claims from the value of a property.
func (x *source) property(name string, v *value) error {
	path := x.path()
	x.c.misspelled(path, name, x.at)
	x.c.texts(path, name, v.list, v.offsets)
	if len(v.numbers) > 0 {
		x.c.unread(path, name, v.numbers, v.at)
		x.c.numbers(path, name, v.numbers, v.at)
	}
	if v.other && name != "compatible" && (name == "model" || addressName(name) || len(v.list) > 0 && format.MayNameMaker(name)) {
		x.s.Malformed(sbom.WarnMalformed, name+" has a value that is neither text nor numbers; it was not screened", x.c.at(path, name, x.at))
	}
	if x.c.stopped {
		return errors.New("stopped")
	}
	return nil
}

// unescape decodes the escapes in a text as the devicetree compiler does (get_escape_char in its
// util.c), and joins lines as the preprocessor does before.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	s = strings.NewReplacer("\\\r\n", "", "\\\n", "").Replace(s)
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		digits := 0
		switch c := s[i]; {
		case c == 'x':
			for digits < 2 && i+1+digits < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i+1+digits]) >= 0 {
				digits++
			}
			n, _ := strconv.ParseUint(s[i+1:i+1+digits], 16, 8)
			out = append(out, byte(n))
			i += digits
		case '0' <= c && c <= '7':
			for digits < 3 && i+digits < len(s) && '0' <= s[i+digits] && s[i+digits] <= '7' {
				digits++
			}
			n, _ := strconv.ParseUint(s[i:i+digits], 8, 16)
			out = append(out, byte(n))
			i += digits - 1
		default:
			if j := strings.IndexByte("abtnvfr", c); j >= 0 {
				c = "\a\b\t\n\v\f\r"[j]
			}
			out = append(out, c)
		}
	}
	return string(out)
}
