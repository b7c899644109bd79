// SPDX-License-Identifier: Apache-2.0

package devicetree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// maxSource limits the source, which is read into memory.
const maxSource = 16 << 20

// SniffDTS reports whether a document that starts with head is the source of a devicetree:
// it begins with "/dts-v1/;" after comments and preprocessor lines.
func SniffDTS(head []byte) bool {
	x := &source{data: head}
	for {
		switch token, _ := x.next(); token {
		case "/dts-v1/":
			return true
		case "#":
			x.line()
		default:
			return false
		}
	}
}

// ReadDTS returns the device and the parts that the source of a devicetree describes.
func ReadDTS(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameDTS, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxSource)
		if err != nil {
			return err
		}
		fail := func(kind error, offset int, err error) error {
			return &sbom.Error{Offset: int64(offset), Kind: kind, Err: err}
		}
		if !utf8.Valid(data) {
			return fail(sbom.ErrEncoding, 0, nil)
		}
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return fail(sbom.ErrSyntax, i, errors.New("a NUL byte in the source"))
		}
		x := &source{data: data, s: s, c: &collector{s: s, blocks: make(map[string]bool)}}
		if err := x.read(); err != nil && !x.c.stopped {
			return fail(sbom.ErrSyntax, x.at, err)
		}
		return nil
	})
}

// A source is the text of a devicetree that is being read.
type source struct {
	data  []byte
	at    int
	s     *sbom.Sink
	c     *collector
	paths []string // of the open nodes
	begun bool     // there was a node, which can be a node of an overlay
}

// next returns the next token and its offset: a string with its quotes, one of { } ; = , #
// and < > [ ] ( ), or a word; "" at the end.
func (x *source) next() (string, int) {
	for {
		for x.at < len(x.data) && (x.data[x.at] <= ' ') {
			x.at++
		}
		rest := x.data[x.at:]
		switch {
		case bytes.HasPrefix(rest, []byte("//")):
			x.line()
			continue
		case bytes.HasPrefix(rest, []byte("/*")):
			n := bytes.Index(rest[2:], []byte("*/"))
			if n < 0 {
				x.at = len(x.data)
				return "", x.at
			}
			x.at += n + 4
			continue
		case len(rest) == 0:
			return "", x.at
		}
		start := x.at
		switch c := rest[0]; {
		case c == '"':
			for x.at++; x.at < len(x.data) && x.data[x.at] != '"'; x.at++ {
				if x.data[x.at] == '\\' {
					x.at++
				}
			}
			x.at = min(x.at+1, len(x.data))
		case strings.IndexByte("{};=,#<>[]()", c) >= 0:
			x.at++
		default:
			for x.at < len(x.data) && x.data[x.at] > ' ' && strings.IndexByte("{};=<>[]()\"", x.data[x.at]) < 0 {
				x.at++
			}
			x.at = max(x.at, start+1)
		}
		return string(x.data[start:x.at]), start
	}
}

// line skips the rest of a line, with the lines that continue it, and returns it.
func (x *source) line() string {
	start := x.at
	for x.at < len(x.data) {
		n := bytes.IndexByte(x.data[x.at:], '\n')
		if n < 0 {
			x.at = len(x.data)
			break
		}
		x.at += n + 1
		if end := bytes.TrimRight(x.data[start:x.at], "\r\n"); !bytes.HasSuffix(end, []byte("\\")) {
			break
		}
	}
	return string(x.data[start:x.at])
}

var errEnd = errors.New("the source ends too early")

// read reads statements: nodes, and the properties in them.
func (x *source) read() error {
	var words []string // of the statement so far
	for !x.c.stopped {
		token, at := x.next()
		var err error
		switch token {
		case "":
			return x.finish(words)
		case "#":
			if !x.directive(at) {
				words = append(words, token)
			}
		case "{":
			err = x.begin(lastOf(words), at)
			words = nil
		case "}":
			err = x.end()
		case ";":
			words = nil
		case "=":
			err = x.value(lastOf(words))
			words = nil
		case "/include/", "/incbin/":
			x.included(at, token)
			words = append(words, token)
		default:
			words = append(words, token)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish handles the end of the text. words are those of a statement that has no end.
func (x *source) finish(words []string) error {
	if len(x.paths) > 0 || len(words) > 0 {
		return errEnd
	}
	if !x.begun {
		return errors.New("the source has no node; expected \"/ {\"")
	}
	if x.c.root.Ref != "" { // an overlay may consist of other nodes only
		x.c.end("/")
	}
	return nil
}

// lastOf returns the last word, or "". It is the name of a node or property: words before it
// are labels and directives.
func lastOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// startsLine reports whether there are only blanks between the start of a line and an offset in it.
func (x *source) startsLine(at int) bool {
	for at--; at >= 0 && x.data[at] != '\n'; at-- {
		if x.data[at] > ' ' {
			return false
		}
	}
	return true
}

// directive skips a line of the preprocessor. It reports whether the "#" at offset at begins
// one: the name of a property can begin with "#" too, as in "#address-cells".
func (x *source) directive(at int) bool {
	if x.at < len(x.data) && len(x.paths) > 0 && !x.startsLine(at) {
		return false
	}
	word, _ := x.next()
	switch word {
	case "include":
		x.included(at, "#include"+strings.TrimRight(x.line(), "\r\n"))
	case "define", "undef", "ifdef", "ifndef", "if", "else", "elif", "endif", "error", "pragma", "line":
		x.line()
	default:
		x.at = at + 1
		return false
	}
	return true
}

// included counts an included file as not screened. The included file of a chip may be the only one
// that names the maker of the chip.
func (x *source) included(at int, what string) {
	if strings.Contains(what, "dt-bindings/") {
		return // these files define numbers and name no makers
	}
	x.s.Malformed(sbom.WarnIncomplete, "an included file was not screened: "+strings.TrimSpace(what), vendors.Location{Offset: int64(at)})
}

// begin opens a node: "/", "label: name@1" or "&label". name is the word before the "{".
func (x *source) begin(name string, at int) error {
	switch {
	case len(x.paths) >= maxDepth:
		return fmt.Errorf("nodes are nested more than %d deep", maxDepth)
	case name == "":
		return errors.New("a node without a name")
	case len(x.paths) == 0 && name == "/":
		x.paths = append(x.paths, "/")
		if !x.begun {
			x.begun = true
			x.c.begin("/", at)
		}
		return nil
	case len(x.paths) == 0 && strings.HasPrefix(name, "&"):
		x.begun = true
		x.paths = append(x.paths, "/"+name)
	case len(x.paths) == 0:
		return fmt.Errorf("a node %q outside of the root node", name)
	default:
		path := x.paths[len(x.paths)-1]
		if path != "/" {
			path += "/"
		}
		x.paths = append(x.paths, path+name)
	}
	x.c.begin(x.paths[len(x.paths)-1], at)
	return nil
}

// end closes a node.
func (x *source) end() error {
	if len(x.paths) == 0 {
		return errors.New("the end of a node that did not begin")
	}
	if token, _ := x.next(); token != ";" {
		return fmt.Errorf("%q after a node; expected \";\"", token)
	}
	path := x.path()
	x.paths = x.paths[:len(x.paths)-1]
	if path == "/" && len(x.paths) == 0 {
		return nil // more of the root may follow, so finish reports its end
	}
	x.c.end(path)
	return nil
}

// value reads the value of a property up to its semicolon.
func (x *source) value(name string) error {
	var list []string
	var offsets []int
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
			x.c.texts(x.path(), name, list, offsets)
			if x.c.stopped {
				return errors.New("stopped")
			}
			return nil
		case token == "{" || token == "}":
			return fmt.Errorf("%q in a value; expected \";\"", token)
		case token[0] == '"':
			if len(token) < 2 || token[len(token)-1] != '"' {
				return errEnd
			}
			list, offsets = append(list, token[1:len(token)-1]), append(offsets, at+1)
		case name == "compatible" && token != ",":
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("compatible has %q, which is not a string; it was not screened", token), x.c.at(x.path(), name, at))
		}
	}
}

// path returns the path of the innermost open node.
func (x *source) path() string {
	if len(x.paths) == 0 {
		return "/"
	}
	return x.paths[len(x.paths)-1]
}
