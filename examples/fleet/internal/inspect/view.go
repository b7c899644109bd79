// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/match/denylist"
)

// A view is the results of one screening: the rows of its own commits, and those of earlier
// screenings that delta statements say are also right.
type view struct {
	c         *config
	id        string // of the screening
	screening *job.Screening
	commits   []*compact.Commit // with rows of the view, without their segments
	last      *compact.Link     // the newest commit; nil if there is none
	number    int               // of commits
	segments  map[string]int64  // in commits, by screening
	deltas    map[string]covered
	passes    int
}

// covered is what a delta statement says about a segment, by the id of its job.
type covered struct{ affected []int }

// passDocuments is how many documents a pass has in memory if there are delta statements.
const passDocuments = 2 << 20

// view reads the commits and selects the screening.
func (c *config) view(ctx context.Context) (*view, error) {
	v := &view{c: c, deltas: make(map[string]covered), passes: 1, segments: make(map[string]int64)}
	var all []*compact.Commit
	with := make(map[string]bool) // screenings with results
	delta := make(map[string]bool)
	for l, err := range compact.Chain(ctx, c.store, c.tenant, nil, c.notes) {
		if err != nil {
			return nil, err
		}
		v.last = l
		v.number++
		with[l.Screening] = true
		v.segments[l.Screening] += int64(len(l.Segments))
		if len(l.Deltas) > 0 {
			delta[l.Screening] = true
		}
		light := *l.Commit
		light.Segments, light.Deltas = nil, nil
		all = append(all, &light)
	}
	if err := v.choose(ctx, with); err != nil || v.id == "" {
		return v, err
	}
	bases := map[string]bool{v.id: true}
	if delta[v.id] {
		if err := v.readDeltas(ctx, bases); err != nil {
			return nil, err
		}
		v.passes = int(v.last.Totals.Documents/passDocuments) + 1
	}
	for _, x := range all {
		if bases[x.Screening] && len(x.Tables) > 0 {
			v.commits = append(v.commits, x)
		}
	}
	return v, nil
}

// readDeltas reads the delta statements of the screening, and the screenings of their segments.
func (v *view) readDeltas(ctx context.Context, bases map[string]bool) error {
	for l, err := range compact.Chain(ctx, v.c.store, v.c.tenant, nil, v.c.notes) {
		if err != nil {
			return err
		}
		if l.Screening != v.id {
			continue
		}
		for i := range l.Deltas {
			d := &l.Deltas[i]
			bases[d.Job.Screening] = true
			v.deltas[d.Job.ID()] = covered{d.Affected}
		}
	}
	return nil
}

// choose selects the screening: the one of -screening, or the newest one that the other flags
// are about. It leaves the id empty if there are no results at all.
func (v *view) choose(ctx context.Context, with map[string]bool) error {
	c := v.c
	if len(with) == 0 {
		return nil
	}
	who, err := buyerText(c.buyer)
	if err != nil {
		return err
	}
	type candidate struct {
		id string
		s  *job.Screening
	}
	var all []candidate
	var names []string
	for o, err := range c.store.List(ctx, c.tenant+"/screenings/") {
		if err != nil {
			return err
		}
		id := strings.TrimSuffix(path.Base(o.Key), ".json")
		if !with[id] {
			continue
		}
		s, err := work.ReadScreening(ctx, c.store, c.tenant, id)
		if err != nil {
			return err
		}
		names = append(names, "by denylist "+s.Release+asOfText(s)+" with the id "+id)
		text, err := sameBuyer(s.Buyer)
		if err != nil {
			return err
		}
		switch {
		case c.screening != "" && c.screening != id,
			c.screening == "" && (c.release != "" && s.Release != c.release || c.asOf != "" && asOf(s) != c.asOf || text != who):
			continue
		}
		all = append(all, candidate{id, s})
	}
	if len(all) == 0 {
		return usageError("there are no results of such a screening; there are results of screenings %s", strings.Join(names, "; "))
	}
	newest := func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.s.Release, b.s.Release), cmp.Compare(asOf(a.s), asOf(b.s)))
	}
	slices.SortStableFunc(all, newest)
	chosen := all[len(all)-1]
	if n := len(all); n > 1 && newest(all[n-2], chosen) == 0 {
		return usageError("there are several screenings by denylist %s%s; choose one with -screening: %s", chosen.s.Release, asOfText(chosen.s), strings.Join(names, "; "))
	}
	v.id, v.screening = chosen.id, chosen.s
	return nil
}

// asOf returns the day of a screening: that of an embedded release if it has none.
func asOf(s *job.Screening) string {
	if s.AsOf != "" {
		return s.AsOf
	}
	if s.Custom == "" {
		if r, err := denylist.Open(s.Release); err == nil {
			return string(r.Date())
		}
	}
	return ""
}

func asOfText(s *job.Screening) string {
	if day := asOf(s); day != "" {
		return " as of " + day
	}
	return ""
}

// buyerText returns the JSON of the buyer with a name or in a file; "" without one.
func buyerText(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	b, err := buyer.Open(name)
	if err != nil {
		return "", usageError("-buyer: %v", err)
	}
	data, err := json.Marshal(b)
	return string(data), err
}

// sameBuyer returns the JSON of a buyer as buyerText does.
func sameBuyer(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	b, err := denylist.ParseBuyer([]byte(text))
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(b)
	return string(data), err
}

// right reports whether a row is right under the screening of the view.
func (v *view) right(screening, segment string, index int32) bool {
	if screening == v.id {
		return true
	}
	d, ok := v.deltas[segment]
	if !ok {
		return false
	}
	_, affected := slices.BinarySearch(d.affected, int(index))
	return !affected
}

// A best row is the newest one on a document that is right.
type best struct {
	generation int32
	own        bool // of the screening itself
	record     string
}

// documents calls a function with the newest right row on each document, and then, if it is not nil,
// another function after each pass over a part of the documents, with a test for the records of
// the pass.
func (v *view) each(ctx context.Context, document func(*compact.Commit, *table.Document) error, after func(isBest func(document, record string) bool) error) error {
	for pass := range v.passes {
		newest := make(map[string]best)
		mine := func(key string) bool { return v.passes == 1 || inPass(key, pass, v.passes) }
		if len(v.deltas) > 0 {
			err := v.rows(ctx, func(_ *compact.Commit, d *table.Document) error {
				if !mine(d.Document) {
					return nil
				}
				now := best{d.Generation, d.Screening == v.id, d.Record}
				was, ok := newest[d.Document]
				if !ok || now.own && !was.own || now.own == was.own && now.generation > was.generation {
					newest[d.Document] = now
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		isBest := func(document, record string) bool {
			return mine(document) && (len(v.deltas) == 0 || newest[document].record == record)
		}
		err := v.rows(ctx, func(x *compact.Commit, d *table.Document) error {
			if !isBest(d.Document, d.Record) {
				return nil
			}
			return document(x, d)
		})
		if err == nil && after != nil {
			err = after(isBest)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inPass reports whether a digest in hex belongs to a pass.
func inPass(digest string, pass, passes int) bool {
	n := 0
	for i := range min(len(digest), 8) {
		n = n*31 + int(digest[i])
	}
	return n%passes == pass
}

// rows calls a function with each right row on a document.
func (v *view) rows(ctx context.Context, f func(*compact.Commit, *table.Document) error) error {
	for _, x := range v.commits {
		for i := range x.Tables {
			if x.Tables[i].Name != table.Documents {
				continue
			}
			for d, err := range compact.ReadTable[table.Document](ctx, v.c.store, x, &x.Tables[i]) {
				if err == nil && v.right(d.Screening, d.Segment, d.Index) {
					err = f(x, d)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// found calls a function with each right finding, only those of a vendor if there is one.
func (v *view) found(ctx context.Context, vendor string, f func(*table.Finding) error) error {
	var where []table.Where
	if vendor != "" {
		where = append(where, table.Where{Column: "vendor", Value: vendor})
	}
	for _, x := range v.commits {
		for i := range x.Tables {
			t := &x.Tables[i]
			if t.Name != table.Findings || vendor != "" && !slices.Contains(t.Vendors, vendor) {
				continue
			}
			for row, err := range compact.ReadTable[table.Finding](ctx, v.c.store, x, t, where...) {
				if err == nil && (vendor == "" || row.Vendor == vendor) && v.right(row.Screening, row.Segment, row.Index) {
					err = f(row)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// pending counts the jobs of the screening without a segment in a commit, and the batches without
// one under any screening.
func (v *view) pending(ctx context.Context) (jobs, batches int64, err error) {
	if v.id != "" {
		if jobs, err = v.count(ctx, "/jobs/"+v.id+"/"); err != nil {
			return 0, 0, err
		}
		jobs -= v.segments[v.id]
	}
	batches, err = v.count(ctx, "/batches/")
	if v.last != nil {
		batches -= v.last.Totals.Batches
	}
	return max(jobs, 0), max(batches, 0), err
}

// count counts the JSON objects in a folder.
func (v *view) count(ctx context.Context, folder string) (n int64, err error) {
	for o, err := range v.c.store.List(ctx, v.c.tenant+folder) {
		if err != nil {
			return 0, err
		}
		if strings.HasSuffix(o.Key, ".json") {
			n++
		}
	}
	return n, nil
}

// by describes the screening: "denylist 2018.06.13 as of 2018-06-13".
func (v *view) by() string {
	return fmt.Sprintf("denylist %s%s", v.screening.Release, asOfText(v.screening))
}
