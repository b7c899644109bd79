// SPDX-License-Identifier: Apache-2.0

package author

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

//go:embed schema/*.json
var schemas embed.FS

// Schemas returns the JSON Schemas of the files of a list: list-1.schema.json,
// instrument-1.schema.json and vendor-1.schema.json.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemas, "schema")
	if err != nil {
		panic("author: internal error: " + err.Error())
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

// Load reads a custom denylist from a folder: list.json with its name and day,
// instruments/<id>.json, and vendors/<id>.json for vendors, or facts about vendors, that base
// does not have. CONTRIBUTING.md and [Schemas] describe the files. The list is added to base,
// which is a release or another custom denylist; nothing in base is changed or left out.
// Without a base (nil) the result has only the entries of the list.
//
// The result is named after both ("2026.11.24+ministry"), its day is the later of the two, and
// its digest covers the files of the list and the digest of base. Every error wraps
// [denylist.ErrRelease]; [Lint] gives the same errors with lines.
func Load(fsys fs.FS, base *denylist.Release) (*denylist.Release, error) {
	list, _, instruments, reg, err := read(fsys, base)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", denylist.ErrRelease, err)
	}
	digest, err := listDigest(fsys, base)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", denylist.ErrRelease, list.List, err)
	}
	return list.over(base, instruments, reg, digest)
}

// over returns the list added to base.
func (list *listFile) over(base *denylist.Release, instruments []*denylist.Instrument, reg *vendors.Register, digest string) (*denylist.Release, error) {
	c := denylist.Content{Name: list.List, Date: list.Date, Digest: digest, Instruments: instruments, Register: reg}
	if base != nil {
		c.Name, c.Date = base.Name()+"+"+list.List, max(list.Date, base.Date())
		c.Instruments = append(base.Instruments(), instruments...)
	}
	return denylist.New(c)
}

// read reads the files of a list. files maps the ids of instruments to files.
func read(fsys fs.FS, base *denylist.Release) (list listFile, files map[string]string, instruments []*denylist.Instrument, reg *vendors.Register, err error) {
	fail := func(err error) (listFile, map[string]string, []*denylist.Instrument, *vendors.Register, error) {
		return list, files, nil, nil, err
	}
	if err := readJSON(fsys, "list.json", &list); err != nil {
		return fail(err)
	}
	if !validName(list.List) {
		return fail(&fileError{file: "list.json", offset: -1, member: "list",
			err: fmt.Errorf("list is %q; expected lower-case letters, digits, dots and hyphens: %w", list.List, denylist.ErrValue)})
	}
	if !list.Date.IsDay() {
		return fail(&fileError{file: "list.json", offset: -1, member: "date",
			err: fmt.Errorf("date is %q; expected a day, YYYY-MM-DD: %w", list.Date, denylist.ErrInterval)})
	}
	names, err := fs.Glob(fsys, "instruments/*.json")
	if err != nil {
		return fail(err)
	}
	files = make(map[string]string)
	var faults fault.Errors
	for _, name := range names {
		var in denylist.Instrument
		if err := readJSON(fsys, name, &in); err != nil {
			faults = append(faults, err)
			continue
		}
		if name != "instruments/"+in.ID+".json" {
			faults = append(faults, &fileError{file: name, offset: -1, member: "id",
				err: fmt.Errorf("id is %q; expected the file's name: %w", in.ID, denylist.ErrValue)})
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
func listRegister(fsys fs.FS, base *denylist.Release) (*vendors.Register, error) {
	own, err := fs.Glob(fsys, "vendors/*.json")
	if err != nil {
		return nil, err
	}
	switch {
	case len(own) == 0 && base == nil:
		return nil, fmt.Errorf("vendors: no files, and no release that the list is layered over: %w", denylist.ErrVendor)
	case len(own) == 0:
		return base.Register(), nil
	}
	sub, err := fs.Sub(fsys, "vendors")
	if err != nil {
		return nil, err
	}
	reg, err := vendors.Load(sub)
	if err != nil || base == nil {
		return reg, err
	}
	return base.Register().Merge(reg)
}

// A fileError is a fault in a file; offset is -1 if it is not known.
type fileError struct {
	file   string
	offset int64
	member string // the member that is wrong; "" if it is not a single one
	err    error
}

func (e *fileError) Error() string { return e.file + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

func readJSON(fsys fs.FS, name string, v any) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return &fileError{file: name, offset: -1, err: err}
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
	return &fileError{file: name, offset: offset, err: err}
}

func validName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// listDigest returns the dirhash h1 of the files of a list and of a line with the digest of
// base.
func listDigest(fsys fs.FS, base *denylist.Release) (string, error) {
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
			return io.NopCloser(strings.NewReader(base.Digest() + "\n")), nil
		}
		return fsys.Open(name)
	})
}
