// SPDX-License-Identifier: Apache-2.0

package author

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/registerlint"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

// A Fault is something that is wrong or missing in a list, described for the people who keep it.
type Fault struct {
	File string
	Line int    // from 1; 0 if no single line is wrong
	What string // what is wrong, and what was expected
	Err  error
}

// String writes the fault as "file:line: what".
func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}

// Lint returns everything that is wrong in a list, in order of files and lines: what [Load]
// refuses, the faults of its vendors that package registerlint finds, and those of its record of
// [Copies]. A list without faults loads.
// [Warnings] returns what is not wrong, but missing.
func Lint(fsys fs.FS, base *denylist.Release) []Fault {
	s, err := read(fsys, base)
	if err == nil {
		_, err = s.addTo(base, "")
	}
	var faults []Fault
	for _, e := range append(each(err), each(lintCopies(fsys))...) {
		faults = append(faults, locate(fsys, s.files, e))
	}
	if own, _ := fs.Glob(fsys, "vendors/*.json"); len(own) > 0 {
		if sub, err := fs.Sub(fsys, "vendors"); err == nil {
			for _, e := range registerlint.Lint(sub) {
				faults = append(faults, locate(fsys, s.files, e))
			}
		}
	}
	slices.SortStableFunc(faults, compareFaults)
	return slices.CompactFunc(faults, func(a, b Fault) bool { return a.String() == b.String() })
}

func compareFaults(a, b Fault) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}

// each returns the errors of the entries one by one, or else the error itself; none for nil.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if es := (fault.Errors)(nil); errors.As(err, &es) {
		return es
	}
	return []error{err}
}

// locate finds the file and the line of an error. files maps the ids of instruments to files.
func locate(fsys fs.FS, files map[string]string, err error) Fault {
	f := Fault{File: "list.json", What: err.Error(), Err: err}
	var inFile *fileError
	var inEntry *fault.Error
	switch {
	case errors.Is(err, vendors.ErrRegister):
		f.File, f.What = "vendors", strings.TrimPrefix(f.What, vendors.ErrRegister.Error()+": ")
	case errors.As(err, &inFile):
		f.File, f.What = inFile.file, inFile.err.Error()
		f.Line = inFile.line(fsys)
	case errors.As(err, &inEntry):
		f.File, f.Line = locateEntry(fsys, files, inEntry)
	}
	return f
}

// line returns the line of an error by its offset, or by the name of its member; 0 if it has
// neither.
func (e *fileError) line(fsys fs.FS) int {
	data, _ := fs.ReadFile(fsys, e.file)
	switch {
	case e.offset >= 0 && e.offset <= int64(len(data)):
		return 1 + bytes.Count(data[:e.offset], []byte("\n"))
	case e.member != "":
		return lineOf(data, "", e.member)
	}
	return 0
}

// locateEntry finds the file and the line of an error in an entry, by the id of the entry and
// the name of the member. If no file has the entry, it is in the release that the list extends.
func locateEntry(fsys fs.FS, files map[string]string, e *fault.Error) (file string, line int) {
	id := e.Entry
	if _, clause, _ := strings.Cut(e.Entry, "#"); clause != "" {
		id = clause // in the file, the id of a clause does not contain that of the instrument
	}
	if file = fileOf(fsys, files, e.Entry); file == "" {
		return "list.json", 0
	}
	data, _ := fs.ReadFile(fsys, file)
	return file, lineOf(data, id, e.Member)
}

// fileOf returns the file that has an entry, or "". The id of an entry should start with that
// of its instrument; if it does not, the files are searched for it.
func fileOf(fsys fs.FS, files map[string]string, entry string) string {
	instrument, _, _ := strings.Cut(entry, "#")
	ids := slices.Sorted(maps.Keys(files))
	for _, id := range ids {
		if strings.HasPrefix(entry, id+"/") {
			instrument = id
		}
	}
	if file := files[instrument]; file != "" {
		return file
	}
	for _, id := range ids {
		if data, err := fs.ReadFile(fsys, files[id]); err == nil && lineOf(data, entry, "") > 0 {
			return files[id]
		}
	}
	return ""
}

// lineOf returns the line of the member with this name in the object that has the id, or else
// the line of the id; 0 if there is neither. Without an id, the object is the outermost one.
func lineOf(data []byte, id, member string) int {
	object, idLine := jsontext.Pointer(""), 1
	if id != "" {
		object, idLine = objectWithID(data, id)
	}
	lines := memberLines(data, member)
	if line := lines[object]; line > 0 {
		return line
	}
	nearest := 0 // the member can be deeper in the entry: "limit" is in the scope
	for inside, line := range lines {
		if strings.HasPrefix(string(inside), string(object)+"/") && (nearest == 0 || line < nearest) {
			nearest = line
		}
	}
	return cmp.Or(nearest, idLine)
}

// objectWithID returns the first object that has the id, and the line of the id. If there is
// none, it returns the outermost object and 0.
func objectWithID(data []byte, id string) (object jsontext.Pointer, line int) {
	for x := range objectStrings(data) {
		if !x.isName && x.text == id && x.pointer.LastToken() == "id" {
			return x.pointer.Parent(), x.line()
		}
	}
	return "", 0
}

// memberLines returns the line of the member with this name in each object that has one.
func memberLines(data []byte, member string) map[jsontext.Pointer]int {
	lines := make(map[jsontext.Pointer]int)
	for x := range objectStrings(data) {
		if object := x.pointer.Parent(); x.isName && x.text == member && lines[object] == 0 {
			lines[object] = x.line()
		}
	}
	return lines
}

// An objectString is a string in a JSON object: the name or the value of a member.
type objectString struct {
	text    string
	isName  bool
	pointer jsontext.Pointer // to the member
	before  []byte           // the text up to the end of the string
}

func (x objectString) line() int { return 1 + bytes.Count(x.before, []byte("\n")) }

// objectStrings yields the strings in the objects of a JSON text, up to its end or an error.
func objectStrings(data []byte) iter.Seq[objectString] {
	return func(yield func(objectString) bool) {
		d := jsontext.NewDecoder(bytes.NewReader(data))
		for {
			token, err := d.ReadToken()
			if err != nil {
				return
			}
			kind, n := d.StackIndex(d.StackDepth())
			if kind != '{' || token.Kind() != '"' {
				continue
			}
			if !yield(objectString{token.String(), n%2 == 1, d.StackPointer(), data[:d.InputOffset()]}) {
				return
			}
		}
	}
}
