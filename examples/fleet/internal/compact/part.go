// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"context"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// A part is what a commit is made of.
type part struct {
	c                  *Compactor
	generation         int32
	segments           []Segment
	deltas             []Delta
	records, documents map[string]bool // that are new
	claimed            map[string]bool // ids of claims that are new
	newDocuments       int64
	content            int // about how many bytes of memory the rows and claims have
	rows               []table.Document
	findings           []table.Finding
	claims             [][]table.Claim // of each segment, in order
}

// add reads a segment and adds what no earlier one has.
func (p *part) add(ctx context.Context, r *job.Result) error {
	s, err := p.c.load(ctx, r)
	if err != nil {
		return err
	}
	defer s.Close()
	var records, documents, claims []string
	for _, e := range s.Index.Entries {
		records, documents = append(records, e.Record), append(documents, e.Document)
		claims = append(claims, claimsID(e.Document, s.Index.Program))
	}
	recorded, err := p.c.state.has(bucketRecords, records...)
	if err != nil {
		return err
	}
	known, err := p.c.state.has(bucketDocuments, documents...)
	if err != nil {
		return err
	}
	claimed, err := p.c.state.has(bucketClaims, claims...)
	if err != nil {
		return err
	}
	out := Segment{Job: r.Job, SHA256: s.SHA256, Bytes: s.Bytes, Documents: len(records), Program: s.Index.Program}
	for i, e := range s.Index.Entries {
		if recorded[i] || p.records[e.Record] {
			out.Dropped = append(out.Dropped, e.Index)
		}
		is, indexed := known[i] || p.documents[e.Document], s.Content.Documents[i].Indexed
		if !is {
			p.newDocuments++
		}
		// The claims of an earlier record count if they are all claims, and read by the same version.
		if claimed[i] || p.claimed[claims[i]] || is && !indexed {
			out.Known = append(out.Known, e.Index)
		}
		p.records[e.Record], p.documents[e.Document] = true, true
		p.claimed[claims[i]] = p.claimed[claims[i]] || indexed
	}
	p.segments = append(p.segments, out)
	p.content += rowBytes*(len(s.Content.Documents)+len(s.Content.Findings)) + claimBytes*len(s.Content.Claims)
	rows := RowsOf(s.Content, &out, p.generation)
	p.rows = append(p.rows, rows.Documents...)
	p.findings = append(p.findings, rows.Findings...)
	if len(rows.Claims) > 0 {
		p.claims = append(p.claims, rows.Claims)
	}
	return nil
}

// RowsOf returns the rows of a segment that are in the tables, and sets their generation.
func RowsOf(c *segment.Content, s *Segment, generation int32) *segment.Content {
	out := &segment.Content{}
	has := func(list []int, index int32) bool {
		_, ok := slices.BinarySearch(list, int(index))
		return ok
	}
	for _, row := range c.Documents {
		if !has(s.Dropped, row.Index) {
			row.Generation = generation
			out.Documents = append(out.Documents, row)
		}
	}
	for _, row := range c.Findings {
		if !has(s.Dropped, row.Index) {
			row.Generation = generation
			out.Findings = append(out.Findings, row)
		}
	}
	for _, row := range c.Claims {
		if !has(s.Known, row.Index) {
			out.Claims = append(out.Claims, row)
		}
	}
	return out
}

// Incomplete reports whether a document was not screened completely.
func Incomplete(d *table.Document) bool { return d.Gaps > 0 || d.Crashed || d.Error != "" }
