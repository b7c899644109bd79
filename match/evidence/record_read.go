// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"errors"
	"fmt"
	"slices"

	strict "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// An entries is a list of a record. An entry that has nothing, or the id of another, is an error as
// soon as it is read: a hostile list of millions of empty entries takes no memory.
type entries[T any] []T

// An entry of a list checks that it has what makes it one.
type entry interface{ check() error }

// An identified entry has an id, and no other entry of its list has the same.
type identified interface{ id() string }

// UnmarshalJSONFrom reads the list, or null.
func (e *entries[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '[' {
		if dec.PeekKind() == 'n' {
			return dec.SkipValue()
		}
		return errors.New("expected a list")
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	ids := make(map[string]bool)
	for n := 1; dec.PeekKind() != ']'; n++ {
		var v T
		if err := strict.UnmarshalDecode(dec, &v); err != nil {
			return err
		}
		if x, ok := any(&v).(entry); ok {
			if err := x.check(); err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
		}
		if x, ok := any(&v).(identified); ok {
			switch id := x.id(); {
			case id == "":
				return fmt.Errorf("entry %d: an empty id", n)
			case ids[id]:
				return fmt.Errorf("entry %d: the id %q, which an entry before it has", n, id)
			default:
				ids[id] = true
			}
		}
		*e = append(*e, v)
	}
	_, err := dec.ReadToken()
	return err
}

func (v *vendor) id() string    { return string(v.ID) }
func (s *source) id() string    { return s.ID }
func (c *citations) id() string { return c.ID }
func (f *finding) id() string   { return f.ID }

func (t *text) id() string {
	if t.Citation == nil {
		return ""
	}
	return t.Listing
}

func (c *citation) check() error    { return needs(c.Listing != "", "a listing") }
func (c *component) check() error   { return needs(*c != component{}, "a component") }
func (a *attribution) check() error { return needs(*a != attribution{}, "an attribution") }
func (c *companion) check() error   { return needs(c.Path != "" || c.Reason != "", "a path") }
func (d *document) check() error {
	return errors.Join(needs(d.Coverage != nil, "its coverage"), needs(d.Verdict != match.NoVerdict || d.Path != "", "a path or a verdict"))
}

// needs returns an error that says what is missing unless it is there.
func needs(there bool, what string) error {
	if there {
		return nil
	}
	return fmt.Errorf("it is empty; expected %s", what)
}

// parseRecord parses the record of schema 2.
func parseRecord(record []byte) (*Report, error) {
	var v recordV2
	if err := strict.Unmarshal(record, &v, strict.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	r := &Report{SchemaVersion: v.SchemaVersion, Tool: struct{ Name, Version string }(v.Tool), Denylist: v.Denylist, Bid: v.Bid, Buyer: v.Buyer, Purpose: v.Purpose, Verdict: v.Verdict,
		Policy: v.Policy, Coverage: v.Coverage}
	for _, c := range v.Companions {
		r.Companions = append(r.Companions, File(c))
	}
	for _, n := range v.Notices {
		r.Notices = append(r.Notices, sbom.Warning{Kind: n.Kind, Message: n.Message})
	}
	var err error
	if r.Options, err = v.Options.options(); err != nil {
		return nil, err
	}
	x, err := v.index()
	if err != nil {
		return nil, err
	}
	x.room = maxReferred*len(record) + 1<<20
	for i := range v.Documents {
		d := &v.Documents[i]
		out := Document{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes, Container: d.Container, Format: d.Format, SpecVersion: d.SpecVersion, Encoding: d.Encoding,
			Verdict: d.Verdict, Complete: d.Complete, Error: d.Error, Gaps: d.Gaps, Notices: d.Notices, Warnings: d.Warnings, Coverage: *d.Coverage, Unlisted: d.Unlisted}
		for _, u := range d.Unidentified {
			out.Unidentified = append(out.Unidentified, match.Component(u))
		}
		seen := make(map[string]*match.Finding)
		if out.Findings, err = x.findings(d.Findings, seen); err == nil {
			out.Observations, err = x.findings(d.Observations, seen)
		}
		if err != nil {
			return nil, fmt.Errorf("document %d, %q: %w", i+1, d.Path, err)
		}
		r.Documents = append(r.Documents, out)
	}
	return r, nil
}

func (o *options) options() (Options, error) {
	failOn, err := parseFailOn(o.FailOn)
	return Options{Jurisdictions: o.Jurisdictions, Language: o.Language, RequireIdentity: o.RequireIdentity, FailOn: failOn, Keys: o.Keys}, err
}

// A recordIndex finds what the findings of a record refer to.
type recordIndex struct {
	vendors map[vendors.ID]*vendor
	lists   map[string][]match.Citation
	notes   map[string]string // of lists
	sources map[string]string // text by id
	room    int               // how many bytes of components and attributions can be referred to
}

// maxReferred bounds how many times its size a record has with all references written in full. A
// component has few findings and observations of one vendor, so that no real record comes near it;
// a hostile one has thousands that refer to one large component.
const maxReferred = 100

func (v *recordV2) index() (*recordIndex, error) {
	x := &recordIndex{make(map[vendors.ID]*vendor), make(map[string][]match.Citation), make(map[string]string), make(map[string]string), 0}
	for _, s := range v.Sources {
		x.sources[s.ID] = s.Text
	}
	for i := range v.Vendors {
		x.vendors[v.Vendors[i].ID] = &v.Vendors[i]
	}
	texts := make(map[string]*denylist.Citation)
	for _, t := range v.Texts {
		texts[t.Listing] = t.Citation
	}
	for _, l := range v.Citations {
		x.notes[l.ID] = l.Note
		for _, c := range l.List {
			if texts[c.Listing] == nil {
				return nil, fmt.Errorf("citations %q: the listing %q is not in texts", l.ID, c.Listing)
			}
			x.lists[l.ID] = append(x.lists[l.ID], match.Citation{Citation: texts[c.Listing], Verdict: c.Verdict, Speaks: c.Speaks, Inferred: c.Inferred,
				CappedBy: c.CappedBy, SettledBy: c.SettledBy, VerdictIfPartsReached: c.VerdictIfPartsReached})
		}
	}
	return x, nil
}

// findings returns findings of a record with what they refer to. Findings with the same citations
// share one list. seen has those of the document so far by their ids.
func (x *recordIndex) findings(fs []finding, seen map[string]*match.Finding) ([]Finding, error) {
	all := make([]Finding, 0, len(fs)) // seen has pointers into it
	for i := range fs {
		f := &fs[i]
		v, cs := x.vendors[f.Vendor], x.lists[f.Citations]
		same := seen[f.Finding]
		switch {
		case v == nil:
			return nil, fmt.Errorf("finding %s: the vendor %q is not in vendors", f.ID, f.Vendor)
		case cs == nil && f.Citations != "":
			return nil, fmt.Errorf("finding %s: the list %q is not in citations", f.ID, f.Citations)
		case f.Note != "" && f.Citations != "":
			return nil, fmt.Errorf("finding %s: a note beside the citations, which have it", f.ID)
		case seen[f.ID] != nil:
			return nil, fmt.Errorf("finding %s: another finding before it has this id", f.ID)
		case f.Finding != "" && same == nil:
			return nil, fmt.Errorf("finding %s: no finding %q is before it", f.ID, f.Finding)
		case (f.Finding == "") != (f.Component != nil):
			return nil, fmt.Errorf("finding %s: expected a component or a finding with the component", f.ID)
		}
		out := match.Finding{Verdict: f.Verdict, Reason: f.Reason, Note: f.Note + x.notes[f.Citations], Tier: f.Tier, Vendor: match.Vendor{ID: v.ID, Name: v.Name}, Citations: slices.Clip(cs)}
		if same != nil {
			if x.room -= size(same); x.room < 0 {
				return nil, fmt.Errorf("finding %s: with what is referred to so far, the record is more than %d times its size", f.ID, maxReferred)
			}
			out.Component, out.Attributions = same.Component, same.Attributions
		} else {
			out.Component = match.Component(*f.Component)
			var err error
			if out.Attributions, err = x.attributions(f, v.ID); err != nil {
				return nil, err
			}
		}
		if f.Verdict != match.NoVerdict || f.Citations != "" || f.Reason == match.NoListing {
			out.Context = v.Context
		}
		all = append(all, Finding{f.ID, out})
		seen[f.ID] = &all[len(all)-1].Finding
	}
	return all, nil
}

func (x *recordIndex) attributions(f *finding, vendor vendors.ID) ([]vendors.Attribution, error) {
	var all []vendors.Attribution
	for _, a := range f.Attributions {
		if _, ok := x.sources[a.Source]; !ok && a.Source != "" {
			return nil, fmt.Errorf("finding %s: the source %q is not in sources", f.ID, a.Source)
		}
		all = append(all, vendors.Attribution{Vendor: vendor, Tier: a.Tier, Claim: vendors.Claim{Role: a.Role, Kind: a.Kind, Value: a.Value, Location: a.Location},
			Rule: a.Rule, Matched: a.Matched, Source: x.sources[a.Source], Member: a.Member, Caveat: a.Caveat})
	}
	return all, nil
}

// size returns about how many bytes the component and the attributions of a finding take.
func size(f *match.Finding) int {
	c := &f.Component
	n := len(c.Ref) + len(c.Type) + len(c.Group) + len(c.Name) + len(c.Version) + len(c.PURL) + len(c.CanonicalPURL) + len(c.Location.Pointer)
	for i := range f.Attributions {
		a := &f.Attributions[i]
		n += len(a.Value) + len(a.Location.Pointer) + len(a.Matched) + len(a.Member) + len(a.Caveat)
	}
	return n
}
