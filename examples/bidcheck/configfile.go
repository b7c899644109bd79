// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/textpos"
)

// maxConfigFile is the size of the largest file of -config.
const maxConfigFile = 1 << 20

// notInConfig are flags that a file of -config cannot set.
var notInConfig = []string{"config", "version"}

// applyConfig sets the flags in the file of -config that were not given on the command line and
// have an effect with the command. The file is JSON with the names of flags:
//
//	{"buyer": "nl-ministry", "jurisdiction": ["EU", "NL"], "policy": "rules/network.json",
//	 "key": ["vendor-a.pem", "vendor-b.pem"], "quiet": true}
func (o *options) applyConfig(fs *flag.FlagSet) error {
	if o.config == "" {
		return nil
	}
	text, err := readAtMost(o.config, maxConfigFile)
	if err != nil {
		return fmt.Errorf("-config: %w", err)
	}
	x := &configFile{path: o.config, text: text, fs: fs}
	values, err := x.parse()
	if err != nil {
		return fmt.Errorf("-config: %w", err)
	}
	for _, v := range values {
		if o.given[v.name] || o.excluded(v.name) {
			continue
		}
		for _, value := range v.values {
			if err := fs.Set(v.name, value); err != nil {
				return fmt.Errorf("-config: %w", x.errorAt(v.offset, "%s is %q: %w", v.name, value, err))
			}
		}
		o.configured[v.name] = true
	}
	return nil
}

// readAtMost reads a file of at most so many bytes.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: the file is larger than %d bytes", path, most)
	}
	return text, err
}

// A configFile is a file of -config.
type configFile struct {
	path string
	text []byte
	fs   *flag.FlagSet
}

// A configValue is a member of a file of -config.
type configValue struct {
	name   string
	values []string
	offset int64
}

// errorAt returns an error with the place in the file.
func (x *configFile) errorAt(offset int64, format string, args ...any) error {
	return fmt.Errorf("%s:%s: %w", x.path, textpos.Name(x.text, offset), fmt.Errorf(format, args...))
}

// parse returns the members of the file in its order.
func (x *configFile) parse() ([]configValue, error) {
	d := jsontext.NewDecoder(bytes.NewReader(x.text))
	if d.PeekKind() != '{' {
		return nil, x.errorAt(0, "expected an object with the names of flags, such as {\"buyer\": \"nl-ministry\"}")
	}
	_, err := d.ReadToken()
	var all []configValue
	for err == nil && d.PeekKind() != '}' {
		var v configValue
		if v, err = x.member(d); err == nil {
			all = append(all, v)
		}
	}
	if err == nil {
		_, err = d.ReadToken()
	}
	if err == nil {
		if _, end := d.ReadToken(); !errors.Is(end, io.EOF) {
			err = x.errorAt(d.InputOffset(), "more text follows the object; expected one object")
		}
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return nil, x.errorAt(syntax.ByteOffset, "%w", syntax.Err)
	}
	return all, err
}

// member reads the next member.
func (x *configFile) member(d *jsontext.Decoder) (v configValue, err error) {
	token, err := d.ReadToken()
	if err != nil {
		return v, err
	}
	v.name = token.String()
	v.offset = d.InputOffset() - int64(len(v.name)) - 2 // of the opening quote, if nothing in the name is escaped
	f := x.fs.Lookup(v.name)
	if f == nil || slices.Contains(notInConfig, v.name) {
		return v, x.errorAt(v.offset, "%q is not a flag that a -config file can set%s", v.name, hintFor(x.fs, v.name))
	}
	kind := d.PeekKind()
	value, err := d.ReadValue()
	if err != nil {
		return v, err
	}
	v.values, err = valuesOf(f, kind, value)
	if err != nil {
		return v, x.errorAt(v.offset, "%s: %w", v.name, err)
	}
	return v, nil
}

// valuesOf returns the values of a member for a flag.
func valuesOf(f *flag.Flag, kind jsontext.Kind, value jsontext.Value) ([]string, error) {
	if isBool(f) {
		if kind != 't' && kind != 'f' {
			return nil, fmt.Errorf("the value is %s; expected true or false", value)
		}
		return []string{string(value)}, nil
	}
	list := []jsontext.Value{value}
	if kind == '[' {
		if !isList(f.Name) {
			return nil, errors.New("the value is a list; expected a string")
		}
		list = nil
		d := jsontext.NewDecoder(bytes.NewReader(value))
		_, err := d.ReadToken()
		for err == nil && d.PeekKind() != ']' {
			var v jsontext.Value
			v, err = d.ReadValue()
			list = append(list, v.Clone())
		}
		if err != nil {
			return nil, err
		}
	}
	var all []string
	for _, v := range list {
		if v.Kind() != '"' {
			return nil, fmt.Errorf("the value is %s; expected a string%s", v, map[bool]string{true: " or a list of strings"}[isList(f.Name)])
		}
		text, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return nil, err
		}
		all = append(all, string(text))
	}
	if isCommaList(f.Name) && len(all) > 1 {
		all = []string{strings.Join(all, ",")}
	}
	return all, nil
}

// excluded reports whether a flag has no effect beside the command or another flag that was given
// on the command line. One of a -config file is then passed over.
func (o *options) excluded(name string) bool {
	for _, m := range o.modes() {
		if m.on && slices.Contains(m.excludes, name) {
			return true
		}
	}
	return o.command != "" && !commandNamed(o.command).uses(name)
}

// isBool reports whether a flag is true or false.
func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// isList reports whether a flag takes several values: it can be given several times, or has a list
// with commas.
func isList(name string) bool { return name == "key" || name == "o" || isCommaList(name) }

func isCommaList(name string) bool { return name == "jurisdiction" || name == "cpv" }
