// SPDX-License-Identifier: Apache-2.0

package devicetree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of a flattened tree.
const (
	maxDepth = 64
	maxNodes = 1 << 20
)

const (
	magic      = 0xd00dfeed
	headerSize = 40

	beginNode = 1
	endNode   = 2
	prop      = 3
	nop       = 4
	end       = 9
)

// A fault is an error in a tree, with its offset.
type fault struct {
	offset int64
	err    error
}

func (f *fault) Error() string { return f.err.Error() }

func bad(offset int, format string, args ...any) error {
	return &fault{int64(offset), fmt.Errorf(format, args...)}
}

// A visitor receives the nodes and properties of a tree, in their order.
type visitor interface {
	begin(path string, offset int) bool // false to stop
	property(path, name string, value []byte, offset int)
	end(path string) bool
}

// walk reads the flattened tree at the start of data (Devicetree Specification
// 0.4, chapter 5) and returns its size.
func walk(data []byte, v visitor) (int, error) {
	if len(data) < headerSize || binary.BigEndian.Uint32(data) != magic {
		return 0, bad(0, "expected the header of a devicetree blob")
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(data[4*i:])) }
	total, structure, texts, version := word(1), word(2), word(3), word(5)
	textSize, structureSize := word(8), word(9)
	if total < headerSize || total > len(data) {
		return 0, bad(4, "totalsize is %d; the data has %d bytes", total, len(data))
	}
	switch {
	case version < 16:
		return 0, bad(20, "version %d; expected 16 or later", version)
	case version < 17:
		structureSize = total - structure
	}
	if texts > total || textSize > total-texts {
		return 0, bad(12, "the strings block is not in the blob")
	}
	if structure < headerSize || structure%4 != 0 || structure > total || structureSize > total-structure {
		return 0, bad(8, "the structure block is not in the blob")
	}
	w := &walker{data: data[:structure+structureSize], texts: data[texts : texts+textSize], at: structure, v: v}
	return total, w.tree()
}

type walker struct {
	data, texts []byte
	at          int
	v           visitor
	paths       []string // of the open nodes
	nodes       int
}

func (w *walker) word() (uint32, error) {
	if len(w.data)-w.at < 4 {
		return 0, bad(w.at, "the structure block ends too early")
	}
	word := binary.BigEndian.Uint32(w.data[w.at:])
	w.at += 4
	return word, nil
}

func (w *walker) tree() error {
	for {
		at := w.at
		token, err := w.word()
		if err != nil {
			return err
		}
		switch token {
		case nop:
		case beginNode:
			if more, err := w.begin(at); err != nil || !more {
				return err
			}
		case endNode:
			if len(w.paths) == 0 {
				return bad(at, "the end of a node that did not begin")
			}
			path := w.paths[len(w.paths)-1]
			w.paths = w.paths[:len(w.paths)-1]
			if !w.v.end(path) {
				return nil
			}
		case prop:
			if err := w.property(at); err != nil {
				return err
			}
		case end:
			if len(w.paths) > 0 || w.nodes == 0 {
				return bad(at, "the tree ends before its nodes end, or has no nodes")
			}
			return nil
		default:
			return bad(at, "token %#x; expected one of 1, 2, 3, 4 and 9", token)
		}
	}
}

func (w *walker) begin(at int) (bool, error) {
	n := bytes.IndexByte(w.data[w.at:], 0)
	switch {
	case n < 0 || n > 255:
		return false, bad(at, "the name of a node does not end with a NUL byte, or has more than 255 bytes")
	case len(w.paths) == 0 && w.nodes > 0:
		return false, bad(at, "a second root node")
	case len(w.paths) >= maxDepth:
		return false, bad(at, "nodes are nested more than %d deep", maxDepth)
	case w.nodes >= maxNodes:
		return false, bad(at, "more than %d nodes", maxNodes)
	}
	name := w.data[w.at : w.at+n]
	if !utf8.Valid(name) {
		return false, bad(at, "the name of a node is not UTF-8")
	}
	path := "/"
	if len(w.paths) > 0 {
		path = w.paths[len(w.paths)-1]
		if path != "/" {
			path += "/"
		}
		path += string(name)
	}
	w.at = min(len(w.data), (w.at+n+1+3)&^3)
	w.nodes++
	w.paths = append(w.paths, path)
	return w.v.begin(path, at), nil
}

func (w *walker) property(at int) error {
	length, err := w.word()
	if err != nil {
		return err
	}
	name, err := w.word()
	if err != nil {
		return err
	}
	if len(w.paths) == 0 {
		return bad(at, "a property outside of a node")
	}
	if int64(length) > int64(len(w.data)-w.at) {
		return bad(at, "a property of %d bytes; the structure block has %d left", length, len(w.data)-w.at)
	}
	if int64(name) >= int64(len(w.texts)) {
		return bad(at, "the name of a property is at byte %d of the strings block, which has %d bytes", name, len(w.texts))
	}
	n := bytes.IndexByte(w.texts[name:], 0)
	if n < 0 {
		return bad(at, "the name of a property does not end with a NUL byte")
	}
	w.v.property(w.paths[len(w.paths)-1], string(w.texts[name:int(name)+n]), w.data[w.at:w.at+int(length)], w.at)
	w.at = min(len(w.data), (w.at+int(length)+3)&^3)
	return nil
}

var errStrings = errors.New("expected texts that end with NUL bytes")

// texts splits a value of type <stringlist> into strings and returns their offsets.
func texts(value []byte, offset int) (list []string, offsets []int, err error) {
	if len(value) == 0 || value[len(value)-1] != 0 || !utf8.Valid(value) {
		return nil, nil, errStrings
	}
	for len(value) > 0 {
		n := bytes.IndexByte(value, 0)
		list, offsets = append(list, string(value[:n])), append(offsets, offset)
		value, offset = value[n+1:], offset+n+1
	}
	return list, offsets, nil
}
