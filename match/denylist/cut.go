// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"sort"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/vendors"
)

// Cut makes the file of a release from sources: instruments/*.json of lists, one
// file an instrument, and one file a vendor of vendorFiles. The release holds what was
// public on its day and nothing later. The same sources give the same bytes.
func Cut(name string, date vendors.Date, predecessor, note string, lists, vendorFiles fs.FS) ([]byte, error) {
	f := releaseFile{Schema: Schema, Release: name, Date: date, Predecessor: predecessor, Note: note}
	files, err := fs.Glob(lists, "instruments/*.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := fs.ReadFile(lists, file)
		if err != nil {
			return nil, err
		}
		var in Instrument
		if err := json.Unmarshal(data, &in, json.RejectUnknownMembers(true)); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRelease, file, err)
		}
		if file != "instruments/"+in.ID+".json" {
			return nil, fmt.Errorf("%w: %s: id is %q; expected the file's name: %w", ErrRelease, file, in.ID, ErrValue)
		}
		if in.known(date) {
			f.Instruments = append(f.Instruments, &in)
		}
	}
	sort.Slice(f.Instruments, func(i, j int) bool { return f.Instruments[i].ID < f.Instruments[j].ID })
	if f.Register, err = registerArray(vendorFiles); err != nil {
		return nil, err
	}
	if _, err := f.release(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, name, err)
	}
	// The register goes on one line: it is there to be exact, not to be read.
	register := f.Register
	f.Register = jsontext.Value(`null`)
	data, err := json.Marshal(&f, jsontext.WithIndent(" "), json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	const slot = `"register": null`
	return append(bytes.Replace(data, []byte(slot), append([]byte(`"register": `), register...), 1), '\n'), nil
}

// known drops what was not public on the day and reports whether anything is left.
func (in *Instrument) known(day vendors.Date) bool {
	in.Events = slices.DeleteFunc(in.Events, func(e Event) bool {
		known := e.Known
		if known == "" {
			known = e.Date
		}
		return known > day
	})
	in.Clauses = slices.DeleteFunc(in.Clauses, func(c Clause) bool { return c.Public > day })
	for i := range in.Clauses {
		in.Clauses[i].Digest = textDigest(in.Clauses[i].Text)
	}
	in.Listings = slices.DeleteFunc(in.Listings, func(l Listing) bool { return l.Public > day })
	for i := range in.Listings {
		l := &in.Listings[i]
		if l.UntilKnown == "" {
			l.UntilKnown = l.Until
		}
		if l.UntilKnown > day {
			l.Until = ""
		}
		l.UntilKnown = ""
	}
	in.Excluded = slices.DeleteFunc(in.Excluded, func(x Excluded) bool { return x.Public > day })
	for i := range in.Excluded {
		if in.Excluded[i].Until > day {
			in.Excluded[i].Until = ""
		}
	}
	in.Context = slices.DeleteFunc(in.Context, func(c Context) bool { return c.Date > day })
	return len(in.Events) > 0
}

// registerArray joins the files of a register to one JSON array, without white
// space.
func registerArray(register fs.FS) (jsontext.Value, error) {
	names, err := fs.Glob(register, "*.json")
	if err != nil {
		return nil, err
	}
	out := []byte{'['}
	for i, name := range names {
		data, err := fs.ReadFile(register, name)
		if err != nil {
			return nil, err
		}
		v := jsontext.Value(data)
		if err := v.Compact(); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRelease, name, err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return append(out, ']'), nil
}
