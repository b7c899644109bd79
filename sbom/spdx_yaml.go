// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/clause76/clause76/internal/jsonstream"
)

// maxYAML limits a document in YAML, which is read in memory.
const maxYAML = 64 << 20

// readSPDXYAML reads SPDX YAML, which is SPDX JSON in the syntax of YAML. Anchors, aliases and
// further documents are errors: JSON has none, and parsers differ.
func readSPDXYAML(r io.Reader, s *Sink) error {
	l := s.Limits()
	x := newSPDX(jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		data, err := l.readAll(r, maxYAML)
		if err != nil {
			return err
		}
		return writeYAML(w, data, l.depth())
	}), s)
	x.open = true
	return x.read()
}

// writeYAML writes the JSON form of one YAML document.
func writeYAML(w *jsonstream.Writer, data []byte, depth int) (err error) {
	defer func() { // the parser has panicked on hostile input before
		if p := recover(); p != nil {
			if e, ok := p.(error); ok && strings.HasPrefix(e.Error(), "yaml:") {
				err = &Error{Kind: ErrSyntax, Err: fmt.Errorf("not valid YAML: %w", e)}
				return
			}
			panic(p)
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(data))
	var root, more yaml.Node
	if err := d.Decode(&root); err != nil {
		return &Error{Kind: ErrSyntax, Err: fmt.Errorf("not valid YAML: %w", err)}
	}
	if err := d.Decode(&more); err != io.EOF {
		return &Error{Kind: ErrSyntax, Err: errors.New("more than one YAML document")}
	}
	y := &yamlWriter{w: w, depth: depth, lines: lineStarts(data), size: int64(len(data))}
	return y.node(&root, 0)
}

type yamlWriter struct {
	w     *jsonstream.Writer
	depth int
	lines []int64 // offsets of the lines
	size  int64
}

func lineStarts(data []byte) []int64 {
	starts := []int64{0}
	for i, b := range data {
		if b == '\n' || b == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			starts = append(starts, int64(i+1))
		}
	}
	return starts
}

// offset returns the offset of a node. The parser counts columns in characters, so the offset is
// too small after characters of more than one byte.
func (y *yamlWriter) offset(n *yaml.Node) int64 {
	if n.Line < 1 || n.Line > len(y.lines) {
		return 0
	}
	return min(y.lines[n.Line-1]+int64(max(n.Column-1, 0)), y.size)
}

func (y *yamlWriter) node(n *yaml.Node, depth int) error {
	fail := func(kind error, format string, args ...any) error {
		return &Error{Offset: y.offset(n), Kind: kind, Err: fmt.Errorf(format, args...)}
	}
	if depth > y.depth {
		return fail(ErrLimit, "nested more than %d deep", y.depth)
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return fail(ErrSyntax, "an anchor or alias, which SPDX does not use")
	}
	if !agreesWithTag(n) {
		return fail(ErrSyntax, "the tag %s gives a value another meaning than its text has; expected no tag", quote(n.Tag))
	}
	y.w.At(y.offset(n))
	switch n.Kind {
	case yaml.DocumentNode:
		return y.node(n.Content[0], depth)
	case yaml.SequenceNode:
		y.w.Begin('[')
		for _, c := range n.Content {
			if err := y.node(c, depth+1); err != nil {
				return err
			}
		}
		y.w.End(']')
	case yaml.MappingNode:
		y.w.Begin('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Tag == "!!merge" || !agreesWithTag(key) {
				return fail(ErrSyntax, "a key that is not a plain string")
			}
			y.w.At(y.offset(key))
			y.w.Name([]byte(key.Value))
			if err := y.node(n.Content[i+1], depth+1); err != nil {
				return err
			}
		}
		y.w.End('}')
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			y.w.Null()
			break
		}
		// "no", "1.0" and dates are read as strings, which is what their authors meant.
		y.w.Text([]byte(n.Value))
	}
	return nil
}

// agreesWithTag reports whether a value means the same without the tag that the document gives
// it, or is a string by its tag. Parsers decode "!!binary", drop the value of "!!null", and
// differ about tags that they do not know.
func agreesWithTag(n *yaml.Node) bool {
	if n.Style&yaml.TaggedStyle == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return true
	}
	untagged := *n
	untagged.Tag, untagged.Style = "", n.Style&^yaml.TaggedStyle
	return untagged.ShortTag() == n.Tag
}
