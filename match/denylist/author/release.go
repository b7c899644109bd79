// SPDX-License-Identifier: Apache-2.0

package author

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// releaseFile is the JSON of a release, see [denylist.Parse].
type releaseFile struct {
	Schema      string                 `json:"schema"`
	Release     string                 `json:"release"`
	Date        vendors.Date           `json:"date"`
	Predecessor string                 `json:"predecessor,omitzero"`
	Supersedes  string                 `json:"supersedes,omitzero"`
	Note        string                 `json:"note"`
	Instruments []*denylist.Instrument `json:"instruments"`
	Context     []denylist.Context     `json:"context,omitempty"`
	Register    jsontext.Value         `json:"register"`
}

// A Cut says what release is made of the sources.
type Cut struct {
	Name        string
	Date        vendors.Date // the release contains what was public on it
	Predecessor string       // the name of the release before, or ""
	// Supersedes is the name of a release of the same day that this one corrects, or "". Note then has
	// to say why.
	Supersedes string
	Note       string
}

// BuildRelease returns the file of a release, made from sources: instruments/*.json in lists,
// with one file per instrument, earlier.json there, which says what our own words about them were
// on earlier days, and *.json in vendorFiles, with one file per vendor. The
// release contains what was public on its day and nothing later. The same sources give the
// same bytes. Every error wraps [denylist.ErrRelease], except errors of the file systems.
func BuildRelease(cut Cut, lists, vendorFiles fs.FS) ([]byte, error) {
	f := releaseFile{Schema: denylist.Schema, Release: cut.Name, Date: cut.Date, Predecessor: cut.Predecessor, Supersedes: cut.Supersedes, Note: cut.Note}
	earlier, err := readEarlier(lists)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(lists, "instruments/*.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := fs.ReadFile(lists, file)
		if err != nil {
			return nil, err
		}
		var in denylist.Instrument
		if err := json.Unmarshal(data, &in, json.RejectUnknownMembers(true)); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", denylist.ErrRelease, file, err)
		}
		if file != "instruments/"+in.ID+".json" {
			return nil, fmt.Errorf("%w: %s: id is %q; expected the file's name: %w", denylist.ErrRelease, file, in.ID, denylist.ErrValue)
		}
		if err := asBefore(&in, earlier[in.ID], cut.Date); err != nil {
			return nil, err
		}
		delete(earlier, in.ID)
		if truncateTo(&in, cut.Date) {
			f.Instruments = append(f.Instruments, &in)
		} else {
			f.Context = append(f.Context, in.Context...) // it belongs to the vendor
		}
	}
	if ids := slices.Sorted(maps.Keys(earlier)); len(ids) > 0 {
		return nil, fmt.Errorf("%w: earlier.json: there is no instrument %q: %w", denylist.ErrRelease, ids[0], denylist.ErrReference)
	}
	sort.Slice(f.Instruments, func(i, j int) bool { return f.Instruments[i].ID < f.Instruments[j].ID })
	if f.Register, err = registerArray(vendorFiles); err != nil {
		return nil, err
	}
	// The register goes on one line, because programs read it and people do not.
	register := f.Register
	f.Register = jsontext.Value(`null`)
	data, err := json.Marshal(&f, jsontext.WithIndent(" "), json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	const slot = `"register": null`
	data = append(bytes.Replace(data, []byte(slot), append([]byte(`"register": `), register...), 1), '\n')
	if _, err := denylist.Parse(cut.Name, data, nil); err != nil {
		return nil, err
	}
	return data, nil
}

// truncateTo removes what was not public on the day, and reports whether anything is left.
func truncateTo(in *denylist.Instrument, day vendors.Date) bool {
	in.Events = slices.DeleteFunc(in.Events, func(e denylist.Event) bool {
		known := e.Known
		if known == "" {
			known = e.Date
		}
		return known > day
	})
	in.Clauses = slices.DeleteFunc(in.Clauses, func(c denylist.Clause) bool { return c.Public > day })
	for i := range in.Clauses {
		c := &in.Clauses[i]
		c.Digest = c.TextDigest()
		if c.Until > day {
			c.Until = ""
		}
	}
	in.Listings = slices.DeleteFunc(in.Listings, func(l denylist.Listing) bool { return l.Public > day })
	for i := range in.Listings {
		l := &in.Listings[i]
		if l.UntilKnown == "" {
			l.UntilKnown = l.Until
		}
		if l.UntilKnown > day {
			l.Until = ""
		}
		l.UntilKnown = ""
		l.Editions = slices.DeleteFunc(l.Editions, func(e denylist.Edition) bool { return cmp.Or(e.Public, e.From) > day })
	}
	in.Excluded = slices.DeleteFunc(in.Excluded, func(x denylist.Excluded) bool { return x.Public > day })
	for i := range in.Excluded {
		if in.Excluded[i].Until > day {
			in.Excluded[i].Until = ""
		}
	}
	in.Context = slices.DeleteFunc(in.Context, func(c denylist.Context) bool { return c.Date > day })
	return len(in.Events) > 0
}

// registerArray joins the files of a register into one JSON array, without white space.
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
			return nil, fmt.Errorf("%w: %s: %w", denylist.ErrRelease, name, err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return append(out, ']'), nil
}
