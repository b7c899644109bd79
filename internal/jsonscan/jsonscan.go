// SPDX-License-Identifier: Apache-2.0

// Package jsonscan checks a JSON value in memory and lists its tokens in one pass, so that a reader
// walks through the value, and past what it does not need, without looking at the text again.
//
// It exists because no library does this with the checks that package jsonstream makes: those that
// pass over values fast ([encoding/json] decoders with raw messages, simdjson and its like) do not
// find duplicate names, and jsontext, which finds them, reads every token again to walk through the
// value. So this is a scanner for the usual case only: it accepts what jsontext accepts, and where
// it finds a fault, or an object with very many members, it leaves the value to jsontext,
// which also knows the right error. The text has to be valid UTF-8.
package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// A Token is an object, an array, a string (also the name of a member) or another scalar.
type Token struct {
	Start, End uint32 // in the text; End is after the closing bracket, quote or last byte
	next       uint32 // the token after it and all that is inside it; escaped is a flag
}

const escaped = 1 << 31

// Next returns the index of the token that follows the token and what is inside it.
func (t *Token) Next() int { return int(t.next &^ escaped) }

// Escaped reports whether a string has escapes.
func (t *Token) Escaped() bool { return t.next&escaped != 0 }

// A Result says how a scan ended.
type Result uint8

const (
	Complete Result = iota // the text begins with a value, which was checked
	Short                  // the text ends inside the value
	Other                  // there is a fault, or something that the scanner leaves to others
)

// A Scanner scans values. The zero Scanner is ready; it keeps its memory from value to value.
type Scanner struct {
	// Watch reports whether to list the name of a member in Watched. It is asked for names of
	// WatchMin to WatchMax bytes. It may be nil. Names with half a character are listed too, because
	// what was lost is not known.
	Watch              func(name []byte) bool
	WatchMin, WatchMax int

	// Of the value that was scanned last:
	Tokens  []Token
	Watched []uint32 // indexes in Tokens of names; not more than maxWatched, see MoreWatched
	Escapes bool     // a string has escapes
	Depth   int      // how deep objects and arrays are nested
	Longest int      // bytes of the longest string, with its quotes

	stack []frame
	known dictionary
	names []uint64 // a digest of each name of the objects that are open
	spans []span
	text  []byte

	decoded []byte // the names that have escapes
}

// A span is the place of a name in the text, or in decoded.
type span struct{ from, to uint32 }

const inDecoded = 1 << 31 // a flag of from

// A frame is an object or array that is open.
type frame struct {
	token int32
	names int32  // where its names begin in names and spans; -1 for an array
	ids   uint64 // its names that are in the dictionary
	seen  uint64 // a filter for the others
}

const (
	maxNames   = 128 // members of one object; duplicates among more are left to jsontext
	maxWatched = 64
	maxDepth   = 9999    // jsontext stops at 10,000
	maxText    = 1 << 30 // an index fits into a Token
	maxKept    = 1 << 15 // tokens for which memory is kept
)

// MoreWatched reports whether there may be more names than Watched has.
func (s *Scanner) MoreWatched() bool { return len(s.Watched) >= maxWatched }

// Scan scans the value, an object or array, that text begins with. outer is the number of objects and
// arrays around it. If the result is Complete, n is the length of the value.
func (s *Scanner) Scan(text []byte, outer int) (n int, result Result) {
	if cap(s.Tokens) > maxKept {
		s.Tokens, s.names, s.spans = nil, nil, nil
	}
	s.Tokens, s.Watched, s.stack, s.names, s.spans = s.Tokens[:0], s.Watched[:0], s.stack[:0], s.names[:0], s.spans[:0]
	s.Escapes, s.Depth, s.Longest, s.text, s.decoded = false, 0, 0, text, s.decoded[:0]
	if len(text) == 0 {
		return 0, Short
	}
	if len(text) > maxText || text[0] != '{' && text[0] != '[' {
		return 0, Other
	}
	n, result = s.value(0, maxDepth-outer)
	s.text = nil
	return n, result
}

// value scans a value and all that is in it.
func (s *Scanner) value(i, maxDepth int) (int, Result) {
	text := s.text
	for {
		if i = blank(text, i); i >= len(text) {
			return 0, Short
		}
		switch c := text[i]; c {
		case '"':
			end, esc := s.str(i)
			if end <= 0 {
				return 0, Result(-end)
			}
			next := uint32(len(s.Tokens) + 1)
			if esc {
				next |= escaped
			}
			s.Tokens = append(s.Tokens, Token{uint32(i), uint32(end), next})
			i = end
		case '{', '[':
			if len(s.stack) >= maxDepth {
				return 0, Other
			}
			names := int32(-1)
			if c == '{' {
				names = int32(len(s.names))
			}
			s.stack = append(s.stack, frame{token: int32(len(s.Tokens)), names: names})
			s.Depth = max(s.Depth, len(s.stack))
			s.Tokens = append(s.Tokens, Token{Start: uint32(i)})
			if i = blank(text, i+1); i >= len(text) {
				return 0, Short
			}
			switch {
			case text[i] == c+2: // the closing bracket
			case c == '[':
				continue
			default:
				if i = s.name(i); i <= 0 {
					return 0, Result(-i)
				}
				continue
			}
		default:
			end := scalar(text, i)
			if end <= 0 {
				return 0, Result(-end)
			}
			s.Tokens = append(s.Tokens, Token{uint32(i), uint32(end), uint32(len(s.Tokens) + 1)})
			i = end
		}
		i = s.after(i)
		if len(s.stack) == 0 {
			return i, Complete
		}
		if i <= 0 {
			return 0, Result(-i)
		}
	}
}

// after scans what follows a value, up to the next one or the end of the outermost. A result that is
// not positive is a negative Result.
func (s *Scanner) after(i int) int {
	text := s.text
	for {
		if i = blank(text, i); i >= len(text) {
			return -int(Short)
		}
		top := &s.stack[len(s.stack)-1]
		switch c := text[i]; {
		case c == ',' && top.names < 0:
			return i + 1
		case c == ',':
			if i = blank(text, i+1); i >= len(text) {
				return -int(Short)
			}
			return s.name(i)
		case c == ']' && top.names < 0, c == '}' && top.names >= 0:
			i++
			t := &s.Tokens[top.token]
			t.End, t.next = uint32(i), uint32(len(s.Tokens))
			if top.names >= 0 {
				s.names, s.spans = s.names[:top.names], s.spans[:top.names]
			}
			if s.stack = s.stack[:len(s.stack)-1]; len(s.stack) == 0 {
				return i
			}
		default:
			return -int(Other)
		}
	}
}

// name scans the name of a member and the colon after it. A result that is not positive is a
// negative Result.
func (s *Scanner) name(i int) int {
	if e := s.known.expected(s.text[i:]); e != nil { // the usual case
		end := i + len(e.raw)
		if !s.addKnown(e) {
			return -int(Other)
		}
		s.Longest = max(s.Longest, len(e.raw)-len(":"))
		s.Tokens = append(s.Tokens, Token{uint32(i), uint32(end - len(":")), uint32(len(s.Tokens) + 1)})
		return end
	}
	if s.text[i] != '"' {
		return -int(Other)
	}
	end, esc := s.str(i)
	if end <= 0 {
		return end
	}
	next := uint32(len(s.Tokens) + 1)
	at, name := span{uint32(i + 1), uint32(end - 1)}, s.text[i+1:end-1]
	if esc {
		next |= escaped
		var half bool
		if at, name, half = s.decode(s.text[i:end]); half {
			s.watch()
		}
	}
	if !s.add(name, at) {
		return -int(Other)
	}
	s.Tokens = append(s.Tokens, Token{uint32(i), uint32(end), next})
	if end = blank(s.text, end); end >= len(s.text) {
		return -int(Short)
	}
	if s.text[end] != ':' {
		return -int(Other)
	}
	return end + 1
}

// addKnown records a name of the dictionary, which is that of the next token. It reports whether it
// is new in the innermost object.
func (s *Scanner) addKnown(e *entry) bool {
	top := &s.stack[len(s.stack)-1]
	bit := uint64(1) << (e.id - 1)
	if top.ids&bit != 0 {
		return false
	}
	top.ids |= bit
	s.known.last = e.id
	if e.watched {
		s.watch()
	}
	return true
}

// isWatched reports whether a name is to be listed, and watch lists that of the next token.
func (s *Scanner) isWatched(name []byte) bool {
	return s.Watch != nil && len(name) >= s.WatchMin && len(name) <= s.WatchMax && s.Watch(name)
}

func (s *Scanner) watch() {
	if len(s.Watched) < maxWatched {
		s.Watched = append(s.Watched, uint32(len(s.Tokens)))
	}
}

// decode decodes the escapes of a name. One of half a character becomes U+FFFD, as for jsontext; half
// reports whether there is one.
func (s *Scanner) decode(quoted []byte) (at span, name []byte, half bool) {
	from := len(s.decoded)
	var err error
	s.decoded, err = jsontext.AppendUnquote(s.decoded, quoted)
	return span{uint32(from) | inDecoded, uint32(len(s.decoded))}, s.decoded[from:], err != nil
}

// nameAt returns a name that add has recorded.
func (s *Scanner) nameAt(at span) []byte {
	if at.from&inDecoded != 0 {
		return s.decoded[at.from&^inDecoded : at.to]
	}
	return s.text[at.from:at.to]
}

// add records a name, which is that of the next token. It reports whether it is new in the innermost
// object. It also returns false if the object has too many names.
func (s *Scanner) add(name []byte, at span) bool {
	digest := digestOf(name)
	if e := s.known.find(s, name, digest); e != nil {
		s.known.expect(e)
		return s.addKnown(e)
	}
	if s.isWatched(name) {
		s.watch()
	}
	s.known.last = 0
	top := &s.stack[len(s.stack)-1]
	bit := uint64(1) << (digest * spread >> 58)
	if top.seen&bit != 0 {
		for k, other := range s.names[top.names:] {
			if other != digest {
				continue
			}
			if bytes.Equal(s.nameAt(s.spans[int(top.names)+k]), name) {
				return false
			}
		}
	}
	if len(s.names)-int(top.names) >= maxNames {
		return false
	}
	top.seen |= bit
	s.names = append(s.names, digest)
	s.spans = append(s.spans, at)
	return true
}

const spread = 0x9e3779b97f4a7c15

// digestOf returns a digest of a name.
func digestOf(name []byte) uint64 {
	digest := uint64(len(name))
	if len(name) >= 8 {
		return (digest<<56 ^ binary.LittleEndian.Uint64(name)) + binary.LittleEndian.Uint64(name[len(name)-8:])<<1
	}
	for _, b := range name {
		digest = digest<<8 | uint64(b)
	}
	return digest
}

// str scans the string at i and returns its end. A result that is not positive is a negative Result.
func (s *Scanner) str(i int) (end int, esc bool) {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	text, from := s.text, i
	for i++; ; {
		for {
			if i+8 > len(text) {
				for i < len(text) && text[i] != '"' && text[i] != '\\' && text[i] >= ' ' {
					i++
				}
				break
			}
			w := binary.LittleEndian.Uint64(text[i:])
			quote, slash := w^ones*'"', w^ones*'\\'
			// The lowest bit that is set belongs to the first quote, backslash or control character. All
			// three have the high bits of w.
			if m := ((quote - ones) | (slash - ones) | (w - ones*' ')) &^ w & highs; m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		switch {
		case i >= len(text):
			return -int(Short), false
		case text[i] == '"':
			i++
			s.Longest = max(s.Longest, i-from)
			s.Escapes = s.Escapes || esc
			return i, esc
		case text[i] != '\\':
			return -int(Other), false
		}
		esc = true
		n := escape(text[i:])
		if n <= 0 {
			return n, false
		}
		i += n
	}
}

// escape returns the length of the escape that s begins with, or a negative Result. An escape of half
// a character is one.
func escape(s []byte) int {
	if len(s) < 2 {
		return -int(Short)
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) < 6 {
			return -int(Short)
		}
		for _, c := range s[2:6] {
			if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
				return -int(Other)
			}
		}
		return 6
	}
	return -int(Other)
}

// blank returns the index of the first byte from i that is not white space.
func blank(text []byte, i int) int {
	for i < len(text) && text[i] <= ' ' && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// scalar returns the end of the number or literal at i, or a negative Result. What follows it is not
// checked, except that there is something.
func scalar(text []byte, i int) int {
	for _, literal := range [...]string{"true", "false", "null"} {
		if text[i] != literal[0] {
			continue
		}
		switch rest := text[i:]; {
		case len(rest) <= len(literal):
			return -int(Short)
		case string(rest[:len(literal)]) != literal:
			return -int(Other)
		}
		return i + len(literal)
	}
	if text[i] == '-' {
		i++
	}
	digits := func() bool {
		from := i
		for i < len(text) && '0' <= text[i] && text[i] <= '9' {
			i++
		}
		return i > from
	}
	from := i
	sound := digits() && (text[from] != '0' || i == from+1)
	if sound && i < len(text) && text[i] == '.' {
		i++
		sound = digits()
	}
	if sound && i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		sound = digits()
	}
	switch {
	case i >= len(text):
		return -int(Short)
	case !sound:
		return -int(Other)
	}
	return i
}

// Emptied returns a Scanner for another document, with the memory of s. It knows no names and watches
// for none, because what is watched for is kept with the names.
func (s *Scanner) Emptied() Scanner {
	clear(s.known.entries)
	return Scanner{Tokens: s.Tokens[:0], Watched: s.Watched[:0], stack: s.stack[:0], names: s.names[:0], spans: s.spans[:0], decoded: s.decoded[:0],
		known: dictionary{entries: s.known.entries[:0]}}
}
