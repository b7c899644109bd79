// SPDX-License-Identifier: Apache-2.0

package author

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A Fault is something that is wrong in a list, in words for those who keep it.
type Fault struct {
	File string
	Line int    // from 1; 0 if it is no single line
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

// Lint returns all that is wrong in a list, in order of files and lines: what [Load]
// refuses, and what [vendors.Lint] says of its vendors. None means that it loads.
func Lint(fsys fs.FS, base *denylist.Release) []Fault {
	list, files, instruments, reg, err := read(fsys, base)
	if err == nil {
		_, err = list.over(base, instruments, reg, "")
	}
	var faults []Fault
	for _, e := range each(err) {
		faults = append(faults, locate(fsys, files, e))
	}
	if own, _ := fs.Glob(fsys, "vendors/*.json"); len(own) > 0 {
		if sub, err := fs.Sub(fsys, "vendors"); err == nil {
			if joined, ok := vendors.Lint(sub).(interface{ Unwrap() []error }); ok {
				for _, e := range joined.Unwrap() {
					faults = append(faults, locate(fsys, files, e))
				}
			}
		}
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return slices.CompactFunc(faults, func(a, b Fault) bool { return a.String() == b.String() })
}

// each returns the errors of the entries one by one, or else the error itself.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if es := (denylist.EntryErrors)(nil); errors.As(err, &es) {
		return es
	}
	return []error{err}
}

// locate finds the line of a fault: by its offset, or by the id of its entry and the
// name of its member.
func locate(fsys fs.FS, files map[string]string, err error) Fault {
	f := Fault{File: "list.json", What: err.Error(), Err: err}
	if errors.Is(err, vendors.ErrRegister) {
		f.File, f.What = "vendors", strings.TrimPrefix(f.What, vendors.ErrRegister.Error()+": ")
		return f
	}
	if e := (*fileError)(nil); errors.As(err, &e) {
		member := e.member
		f.File, f.What = e.file, e.err.Error()
		data, _ := fs.ReadFile(fsys, f.File)
		switch {
		case e.offset >= 0 && e.offset <= int64(len(data)):
			f.Line = 1 + bytes.Count(data[:e.offset], []byte("\n"))
		case member != "":
			f.Line = lineOf(data, "", member)
		}
		return f
	}
	e := (*denylist.EntryError)(nil)
	if !errors.As(err, &e) {
		return f
	}
	member := e.Member
	instrument, clause, _ := strings.Cut(e.Entry, "#")
	for id := range files { // an entry's id starts with that of its instrument, or is anywhere
		if id == instrument || strings.HasPrefix(e.Entry, id+"/") {
			instrument = id
		}
	}
	f.File = files[instrument]
	if f.File == "" {
		for _, name := range files {
			if data, err := fs.ReadFile(fsys, name); err == nil && lineOf(data, e.Entry, "") > 0 {
				f.File = name
			}
		}
	}
	if f.File == "" { // of the release that the list is layered over
		f.File = "list.json"
		return f
	}
	data, _ := fs.ReadFile(fsys, f.File)
	id := e.Entry
	if clause != "" {
		id = clause
	}
	f.Line = lineOf(data, id, member)
	return f
}

// lineOf returns the line of the member with this name in the object that has the id, or
// else that of the id; 0 if there is neither.
func lineOf(data []byte, id, member string) int {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	line := func() int { return 1 + bytes.Count(data[:d.InputOffset()], []byte("\n")) }
	found, parent := 0, jsontext.Pointer("")
	if id == "" {
		found = 1
	}
	members := make(map[jsontext.Pointer]int) // lines of members called so, by their object
	for {
		token, err := d.ReadToken()
		if err != nil {
			break
		}
		kind, n := d.StackIndex(d.StackDepth())
		if kind != '{' || token.Kind() != '"' {
			continue
		}
		p := d.StackPointer()
		switch object := p.Parent(); {
		case n%2 == 1 && token.String() == member:
			if members[object] == 0 {
				members[object] = line()
			}
		case n%2 == 0 && p.LastToken() == "id" && token.String() == id && found == 0:
			found, parent = line(), object
		}
	}
	for object, at := range members {
		if object == parent || id == "" && object == "" {
			return at
		}
	}
	best := 0 // a member deeper in the entry: "limit" in its scope
	for object, at := range members {
		if strings.HasPrefix(string(object), string(parent)+"/") && (best == 0 || at < best) {
			best = at
		}
	}
	return cmp.Or(best, found)
}
