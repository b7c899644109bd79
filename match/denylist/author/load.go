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
// instrument-1.schema.json, vendor-1.schema.json and copies-1.schema.json.
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
	s, err := read(fsys, base)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", denylist.ErrRelease, err)
	}
	digest, err := listDigest(fsys, base)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", denylist.ErrRelease, s.list.List, err)
	}
	return s.addTo(base, digest)
}

// source is the content of the files of a list.
type source struct {
	list        listFile
	instruments []*denylist.Instrument
	files       map[string]string // of the instruments, by their ids
	register    *vendors.Register // with the vendors of the base
}

// addTo returns the list added to base, which may be nil.
func (s *source) addTo(base *denylist.Release, digest string) (*denylist.Release, error) {
	return base.Extend(s.list.List, s.list.Date, digest, s.instruments, s.register)
}

// read reads the files of a list. With an error it returns what it has read so far.
func read(fsys fs.FS, base *denylist.Release) (*source, error) {
	s := &source{files: make(map[string]string)}
	if err := s.readList(fsys); err != nil {
		return s, err
	}
	if err := s.readInstruments(fsys); err != nil {
		return s, err
	}
	var err error
	s.register, err = listRegister(fsys, base)
	return s, err
}

// readList reads list.json.
func (s *source) readList(fsys fs.FS) error {
	if err := readJSON(fsys, "list.json", &s.list); err != nil {
		return err
	}
	if !validName(s.list.List) {
		return &fileError{file: "list.json", offset: -1, member: "list",
			err: fmt.Errorf("list is %q; expected lower-case letters, digits, dots and hyphens: %w", s.list.List, denylist.ErrValue)}
	}
	if !s.list.Date.IsDay() {
		return &fileError{file: "list.json", offset: -1, member: "date",
			err: fmt.Errorf("date is %q; expected a day, YYYY-MM-DD: %w", s.list.Date, denylist.ErrInterval)}
	}
	return nil
}

// readInstruments reads the files of the instruments, and returns the errors of all of them.
func (s *source) readInstruments(fsys fs.FS) error {
	names, err := fs.Glob(fsys, "instruments/*.json")
	if err != nil {
		return err
	}
	var faults error
	for _, name := range names {
		var in denylist.Instrument
		if err := readJSON(fsys, name, &in); err != nil {
			faults = fault.Join(faults, err)
			continue
		}
		if name != "instruments/"+in.ID+".json" {
			faults = fault.Join(faults, &fileError{file: name, offset: -1, member: "id",
				err: fmt.Errorf("id is %q; expected the file's name: %w", in.ID, denylist.ErrValue)})
		}
		s.files[in.ID] = name
		s.instruments = append(s.instruments, &in)
	}
	return faults
}

// listRegister merges the vendors of the list with those of base.
func listRegister(fsys fs.FS, base *denylist.Release) (*vendors.Register, error) {
	own, err := fs.Glob(fsys, "vendors/*.json")
	if err != nil {
		return nil, err
	}
	switch {
	case len(own) == 0 && base == nil:
		return nil, fmt.Errorf("vendors: no files, and the list does not extend a release: %w", denylist.ErrVendor)
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

// A fileError is an error in a file. The offset is -1 if it is not known.
type fileError struct {
	file   string
	offset int64
	member string // the member that is wrong; "" if it is not a single one
	err    error
}

func (e *fileError) Error() string { return e.file + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// readJSON reads a file with one JSON value.
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

// listDigest returns the h1 digest of the files of a list and of a file with the digest of base;
// see [dirhash.Hash1].
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
