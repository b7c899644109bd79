// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/clause76/clause76/vendors"
)

//go:embed schema/*.json
var schemas embed.FS

// Schemas returns the JSON Schemas of the files of a list: list-1.schema.json,
// instrument-1.schema.json and vendor-1.schema.json.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemas, "schema")
	if err != nil {
		panic("denylist: internal error: " + err.Error())
	}
	return sub
}

// listFile is the JSON of a list's list.json.
type listFile struct {
	Schema string       `json:"$schema,omitzero"`
	List   string       `json:"list"`
	Date   vendors.Date `json:"date"`
	Note   string       `json:"note,omitzero"`
}

// Load reads a list of one's own from a folder: list.json with its name and day,
// instruments/<id>.json, and vendors/<id>.json for vendors, or more about vendors, that
// base does not have. CONTRIBUTING.md and [Schemas] describe the files. The list is
// layered over base, a release or another list: nothing of base is changed or left out.
// Without a base (nil) it stands by itself.
//
// The result is named after both ("2026.11.24+ministry"), its day is the later of the
// two, and its digest covers the files of the list and the digest of base. Every error
// wraps [ErrRelease]; see [Lint] for errors with lines.
func Load(fsys fs.FS, base *Release) (*Release, error) {
	list, _, instruments, reg, err := read(fsys, base)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	r, err := list.over(base, instruments, reg)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, list.List, err)
	}
	r.trust = Own
	if r.digest, err = listDigest(fsys, base); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, list.List, err)
	}
	return r, nil
}

// over assembles the list and its base.
func (list *listFile) over(base *Release, instruments []*Instrument, reg *vendors.Register) (*Release, error) {
	name, date := list.List, list.Date
	if base != nil {
		name, date = base.name+"+"+name, max(date, base.date)
		instruments = append(base.Instruments(), instruments...)
	}
	return assemble(name, date, instruments, reg)
}

// read reads the files of a list. files maps the ids of instruments to files.
func read(fsys fs.FS, base *Release) (list listFile, files map[string]string, instruments []*Instrument, reg *vendors.Register, err error) {
	fail := func(err error) (listFile, map[string]string, []*Instrument, *vendors.Register, error) {
		return list, files, nil, nil, err
	}
	if err := readJSON(fsys, "list.json", &list); err != nil {
		return fail(err)
	}
	if !validName(list.List) {
		return fail(&fileError{"list.json", -1, wrong(ErrValue, "list", "list is %q; expected lower-case letters, digits, dots and hyphens", list.List)})
	}
	if err := day("date", list.Date); err != nil {
		return fail(&fileError{"list.json", -1, err})
	}
	names, err := fs.Glob(fsys, "instruments/*.json")
	if err != nil {
		return fail(err)
	}
	files = make(map[string]string)
	var faults error
	for _, name := range names {
		var in Instrument
		if err := readJSON(fsys, name, &in); err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		if name != "instruments/"+in.ID+".json" {
			faults = errors.Join(faults, &fileError{name, -1, wrong(ErrValue, "id", "id is %q; expected the file's name", in.ID)})
		}
		files[in.ID] = name
		instruments = append(instruments, &in)
	}
	if faults != nil {
		return fail(faults)
	}
	if reg, err = listRegister(fsys, base); err != nil {
		return fail(err)
	}
	return list, files, instruments, reg, nil
}

// listRegister merges the vendors of the list with those of base.
func listRegister(fsys fs.FS, base *Release) (*vendors.Register, error) {
	own, err := fs.Glob(fsys, "vendors/*.json")
	if err != nil {
		return nil, err
	}
	switch {
	case len(own) == 0 && base == nil:
		return nil, fmt.Errorf("vendors: no files, and no release that the list is layered over: %w", ErrVendor)
	case len(own) == 0:
		return base.register, nil
	}
	sub, err := fs.Sub(fsys, "vendors")
	if err != nil {
		return nil, err
	}
	reg, err := vendors.Load(sub)
	if err != nil || base == nil {
		return reg, err
	}
	return vendors.Merge(base.register, reg)
}

// A fileError is a fault in a file; offset is -1 if it is not known.
type fileError struct {
	file   string
	offset int64
	err    error
}

func (e *fileError) Error() string { return e.file + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

func readJSON(fsys fs.FS, name string, v any) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return &fileError{name, -1, err}
	}
	err = json.Unmarshal(data, v, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	offset := int64(-1)
	if e := (*jsontext.SyntacticError)(nil); errors.As(err, &e) {
		offset = e.ByteOffset
	} else if e := (*json.SemanticError)(nil); errors.As(err, &e) {
		offset = e.ByteOffset
	}
	return &fileError{name, offset, err}
}

func validName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// listDigest is the dirhash h1 of the files of a list, and of a line with the digest of
// what it is layered over.
func listDigest(fsys fs.FS, base *Release) (string, error) {
	const baseName = "base"
	var names []string
	for _, pattern := range []string{"list.json", "instruments/*.json", "vendors/*.json"} {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return "", err
		}
		names = append(names, found...)
	}
	if base != nil {
		names = append(names, baseName)
	}
	return dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		if name == baseName {
			return io.NopCloser(strings.NewReader(base.digest + "\n")), nil
		}
		return fsys.Open(name)
	})
}

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
func Lint(fsys fs.FS, base *Release) []Fault {
	list, files, instruments, reg, err := read(fsys, base)
	if err == nil {
		_, err = list.over(base, instruments, reg)
	}
	var faults []Fault
	for _, e := range flatten(err) {
		faults = append(faults, locate(fsys, files, e))
	}
	if own, _ := fs.Glob(fsys, "vendors/*.json"); len(own) > 0 {
		if sub, err := fs.Sub(fsys, "vendors"); err == nil {
			for _, e := range flatten(vendors.Lint(sub)) {
				faults = append(faults, locate(fsys, files, e))
			}
		}
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return slices.CompactFunc(faults, func(a, b Fault) bool { return a.String() == b.String() })
}

// locate finds the line of a fault: by its offset, or by the id of its entry and the
// name of its member.
func locate(fsys fs.FS, files map[string]string, err error) Fault {
	f := Fault{File: "list.json", What: err.Error(), Err: err}
	if errors.Is(err, vendors.ErrRegister) {
		f.File, f.What = "vendors", strings.TrimPrefix(f.What, vendors.ErrRegister.Error()+": ")
		return f
	}
	member := ""
	if m := (*memberError)(nil); errors.As(err, &m) {
		member = m.member
	}
	if e := (*fileError)(nil); errors.As(err, &e) {
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
	e := (*EntryError)(nil)
	if !errors.As(err, &e) {
		return f
	}
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
