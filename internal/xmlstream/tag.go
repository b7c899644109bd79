// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/clause76/clause76/internal/jsonstream"
)

// xmlSpace is bound to the prefix xml by definition.
const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// startTag reads the start tag at pos, once all of it is in the buffer.
func (x *Reader) startTag() Kind {
	n, ok := x.tagEnd()
	if !ok {
		return None
	}
	if !x.valid(0, n) {
		return None
	}
	if len(x.opened) == 0 && x.rooted {
		return x.syntax("a second root element")
	}
	x.rooted = true
	tag := x.buf[x.pos+1 : x.pos+n-1]
	if tag, x.empty = bytes.CutSuffix(tag, []byte("/")); len(tag) == 0 || !isName(tag[0]) {
		return x.syntax("\"<\" is not followed by a name")
	}
	i := nameEnd(tag, 0)
	qname := tag[:i]
	if !isQName(qname) {
		return x.syntax("%q is not a name", qname)
	}
	outer := len(x.spaces)
	if !x.attributes(tag, i) {
		return None
	}
	if len(x.opened) >= x.limits.Depth {
		x.Fail(jsonstream.ErrLimit, fmt.Errorf("elements are nested more than %d deep", x.limits.Depth))
		return None
	}
	prefix, local := split(qname)
	space, ok := x.lookup(prefix)
	if !ok {
		return x.syntax("the prefix %q is not declared", prefix)
	}
	x.opened = append(x.opened, element{len(x.open), outer, space})
	x.open = append(x.open, qname...)
	x.name, x.space = local, space
	x.pos += n
	return Start
}

// tagEnd returns the length of the tag at pos. A ">" in quotes does not end it.
func (x *Reader) tagEnd() (int, bool) {
	quote := byte(0)
	for i := 1; ; {
		for n, c := range x.buf[min(x.pos+i, len(x.buf)):] {
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '>':
				return i + n + 1, true
			case c == '"' || c == '\'':
				quote = c
			case c == '<':
				x.pos += i + n
				x.syntax("\"<\" within a tag")
				return 0, false
			}
		}
		i = max(i, len(x.buf)-x.pos)
		if !x.need(i + 1) {
			x.pos = len(x.buf)
			x.syntax("%w", errEOF)
			return 0, false
		}
	}
}

// attributes reads the attributes of a start tag, from byte i of the tag on.
func (x *Reader) attributes(tag []byte, i int) bool {
	x.attrs, x.rawAttrs, x.scratch = x.attrs[:0], x.rawAttrs[:0], x.scratch[:0]
	for {
		start := skipSpace(tag, i)
		if start == len(tag) {
			return x.resolveAttrs()
		}
		var ok bool
		if i, ok = x.attribute(tag, start, start > i); !ok {
			return false
		}
	}
}

// attribute reads the attribute that begins at byte start of a tag, and returns the index
// of the byte after it. spaced means that there is white space before the attribute, as XML
// requires.
func (x *Reader) attribute(tag []byte, start int, spaced bool) (next int, ok bool) {
	end := nameEnd(tag, start)
	name, equals := tag[start:end], skipSpace(tag, end)
	offset := x.place(x.base + int64(x.pos+1+start))
	if !spaced || !isQName(name) || equals == len(tag) || tag[equals] != '=' {
		return 0, x.badAttribute(offset, "expected an attribute")
	}
	quote := skipSpace(tag, equals+1)
	if quote == len(tag) || tag[quote] != '"' && tag[quote] != '\'' {
		return 0, x.badAttribute(offset, "the attribute %s has no quoted value", name)
	}
	n := bytes.IndexByte(tag[quote+1:], tag[quote])
	if n < 0 {
		return 0, x.badAttribute(offset, "the value of the attribute %s has no end", name)
	}
	next = quote + 1 + n + 1
	value, ok := x.attributeValue(tag[quote+1:next-1], name, offset)
	if !ok {
		return 0, false
	}
	prefix, local := split(name)
	x.bind(prefix, local, value)
	x.rawAttrs = append(x.rawAttrs, rawAttr{prefix, local, value, offset})
	return next, true
}

// attributeValue returns what is between the quotes, with its references replaced and its
// white space normalized. A value that needs neither is not copied.
func (x *Reader) attributeValue(raw, name []byte, offset int64) (value []byte, ok bool) {
	if bytes.IndexByte(raw, '<') >= 0 {
		return nil, x.badAttribute(offset, "\"<\" in the value of the attribute %s", name)
	}
	if !bytes.ContainsAny(raw, "&\t\r\n") {
		return raw, true
	}
	from := len(x.scratch)
	if !x.expand(raw, true) {
		return nil, false
	}
	return x.scratch[from:], true
}

// bind records the namespace that an attribute declares, if it declares one.
func (x *Reader) bind(prefix, local, value []byte) {
	switch {
	case prefix == nil && string(local) == "xmlns":
		x.spaces = append(x.spaces, binding{"", string(value)})
	case string(prefix) == "xmlns":
		x.spaces = append(x.spaces, binding{string(local), string(value)})
	}
}

// badAttribute makes a syntax error in an attribute the Reader's error. It returns false.
func (x *Reader) badAttribute(offset int64, format string, args ...any) bool {
	x.failAt(offset, jsonstream.ErrSyntax, fmt.Errorf(format, args...))
	return false
}

// resolveAttrs finds the namespaces of attributes. A duplicate attribute is an error.
func (x *Reader) resolveAttrs() bool {
	if len(x.rawAttrs) > 1000 {
		x.Fail(jsonstream.ErrLimit, fmt.Errorf("more than 1000 attributes of one element"))
		return false
	}
	for i, a := range x.rawAttrs {
		for _, b := range x.rawAttrs[:i] {
			if bytes.Equal(a.name, b.name) && bytes.Equal(a.prefix, b.prefix) {
				x.failAt(a.offset, jsonstream.ErrDuplicate, fmt.Errorf("%q", a.name))
				return false
			}
		}
		if string(a.prefix) == "xmlns" || len(a.prefix) == 0 && string(a.name) == "xmlns" {
			continue
		}
		space := ""
		if len(a.prefix) > 0 {
			var ok bool
			if space, ok = x.lookup(a.prefix); !ok {
				x.failAt(a.offset, jsonstream.ErrSyntax, fmt.Errorf("the prefix %q is not declared", a.prefix))
				return false
			}
		}
		x.attrs = append(x.attrs, Attr{space, a.name, a.value, a.offset})
	}
	return true
}

// lookup returns the namespace that a prefix is bound to.
func (x *Reader) lookup(prefix []byte) (string, bool) {
	for i := len(x.spaces) - 1; i >= 0; i-- {
		if x.spaces[i].prefix == string(prefix) {
			return x.spaces[i].space, x.spaces[i].space != "" || len(prefix) == 0
		}
	}
	if string(prefix) == "xml" {
		return xmlSpace, true
	}
	return "", len(prefix) == 0
}

// endTag reads the end tag at pos.
func (x *Reader) endTag() Kind {
	n, ok := x.tagEnd()
	if !ok {
		return None
	}
	name := bytes.TrimRight(x.buf[x.pos+2:x.pos+n-1], " \t\r\n")
	if len(x.opened) == 0 || !bytes.Equal(name, x.open[x.opened[len(x.opened)-1].name:]) {
		return x.syntax("the end tag </%.100s> matches no start tag", name)
	}
	_, x.name = split(name)
	x.pos += n
	x.closed()
	return End
}

// closed removes the innermost element from the list of open elements.
func (x *Reader) closed() {
	top := x.opened[len(x.opened)-1]
	x.opened = x.opened[:len(x.opened)-1]
	x.open = x.open[:top.name]
	x.spaces = x.spaces[:top.spaces]
	x.space = top.space
	x.attrs = x.attrs[:0]
}

// skipSpace returns the index of the first byte from i on that is not white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

// nameEnd returns the index after the name that begins at i.
func nameEnd(b []byte, i int) int {
	for i < len(b) && isName(b[i]) {
		i++
	}
	return i
}

// isQName reports whether a name is a local name, alone or with one prefix before it
// (Namespaces in XML 1.0, section 4). Parsers disagree about other names.
func isQName(name []byte) bool {
	prefix, local := split(name)
	starts := func(b []byte) bool {
		return len(b) > 0 && b[0] != ':' && b[0] != '-' && b[0] != '.' && (b[0] < '0' || b[0] > '9')
	}
	return starts(local) && (prefix == nil || starts(prefix)) && bytes.IndexByte(local, ':') < 0
}

// split divides a qualified name into prefix and local name.
func split(qname []byte) (prefix, local []byte) {
	if i := bytes.IndexByte(qname, ':'); i > 0 {
		return qname[:i], qname[i+1:]
	}
	return nil, qname
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": "\""}

// expand appends raw to scratch. References are replaced, and line ends become line
// feeds; in the value of an attribute all white space becomes spaces.
func (x *Reader) expand(raw []byte, attribute bool) bool {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '&':
			n := bytes.IndexByte(raw[i:], ';')
			if n < 0 || n > 32 {
				x.syntax("\"&\" is not part of a reference")
				return false
			}
			name := string(raw[i+1 : i+n])
			if !x.reference(name) {
				x.syntax("the reference &%s; is not known", name)
				return false
			}
			i += n
		case attribute && isSpace(c):
			if c == '\r' && i+1 < len(raw) && raw[i+1] == '\n' {
				continue // a line end is one character (XML 1.0, 2.11)
			}
			x.scratch = append(x.scratch, ' ')
		case c == '\r':
			if i+1 == len(raw) || raw[i+1] != '\n' {
				x.scratch = append(x.scratch, '\n')
			}
		default:
			x.scratch = append(x.scratch, c)
		}
	}
	return true
}

// reference appends the character that a reference means to scratch.
func (x *Reader) reference(name string) bool {
	if s, ok := entities[name]; ok {
		x.scratch = append(x.scratch, s...)
		return true
	}
	digits, base := "", 10
	switch {
	case len(name) > 2 && name[:2] == "#x":
		digits, base = name[2:], 16
	case len(name) > 1 && name[0] == '#':
		digits = name[1:]
	default:
		return false
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !isChar(rune(n)) {
		return false
	}
	x.scratch = append(x.scratch, string(rune(n))...)
	return true
}
