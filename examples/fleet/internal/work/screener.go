// SPDX-License-Identifier: Apache-2.0

// Package work screens jobs: a worker receives a job, screens the documents of its batch, writes
// their records as one segment, announces it, and acknowledges the job.
package work

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Tool is the name of the program in the records of a fleet.
const Tool = "fleet"

// A Screener makes the segments of one screening. It is safe for concurrent use.
type Screener struct {
	m         *match.Matcher
	screening job.Screening
	id        string // of the screening
	signer    dsse.Signer
	program   string
}

// NewScreener returns the screener of a screening. The release is that of the screening.
func NewScreener(s job.Screening, release *denylist.Release, signer dsse.Signer) (*Screener, error) {
	m, err := Matcher(s, release)
	if err != nil {
		return nil, err
	}
	return &Screener{m: m, screening: s, id: s.ID(), signer: signer, program: evidence.New(m, Tool, match.Ban).Tool.Version}, nil
}

// Matcher returns the matcher of a screening.
func Matcher(s job.Screening, release *denylist.Release) (*match.Matcher, error) {
	if release.Digest() != s.Digest {
		return nil, fmt.Errorf("the release %s has the digest %s; the screening is with %s", release.Name(), release.Digest(), s.Digest)
	}
	opts := &match.Options{AsOf: vendors.Date(s.AsOf), Jurisdictions: s.Jurisdictions}
	if s.Buyer != "" {
		buyer, err := denylist.ParseBuyer([]byte(s.Buyer))
		if err != nil {
			return nil, err
		}
		opts.Buyer = buyer
	}
	return match.New(release, opts)
}

// Program returns the version of the program that segments name.
func (s *Screener) Program() string { return s.program }

// RecordKey returns the key of the record of a document under a screening.
func RecordKey(document, screening string) string { return job.Digest("record", document, screening) }

// A Record is what a segment has about one document.
type Record struct {
	Entry   segment.Entry
	Content segment.Content
}

// Screen screens a document of a batch. Content returns its bytes. It returns an error only if
// ctx is done or the record cannot be signed: what cannot be read or understood is in the record.
func (s *Screener) Screen(ctx context.Context, j *job.Job, b *job.Batch, index int, content func() (io.ReadCloser, error)) (*Record, error) {
	d := &b.Documents[index]
	in := screen.Input{Name: screen.UnescapePath(d.Name), Open: content, Bytes: d.Size}
	claims := newClaims(d, j.Batch, index)
	opts := &screen.Options{Jobs: 1, Snapshot: func(_ int, t *sbom.Snapshot) { claims.add(t) }}
	if d.Size > inMemory {
		opts.Snapshot = nil // it would have all components in memory
		claims.full = true
	}
	docs, companions := screen.Run(ctx, s.m, []screen.Input{in}, opts)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.record(ctx, j, b, index, docs, companions, claims)
}

// errCrash is the fault of a document on which the program ended without a result.
var errCrash = errors.New("the program that screened the document ended without a result each time, so that the document was not screened")

// Crashed returns the record of a document on which the program ended without a result.
func (s *Screener) Crashed(ctx context.Context, j *job.Job, b *job.Batch, index int) (*Record, error) {
	r, err := s.unread(ctx, j, b, index, errCrash)
	if err != nil {
		return nil, err
	}
	r.Content.Documents[0].Crashed = true
	return r, nil
}

// The values of the column error of documents with content that is not there, or is not the one that
// was submitted. Other values are kinds of errors of package evidence.
const (
	Missing = "missing"
	Changed = "changed"
)

// Unavailable returns the record of a document without the content that was submitted. The error says
// what is there, and kind is Missing or Changed.
func (s *Screener) Unavailable(ctx context.Context, j *job.Job, b *job.Batch, index int, kind string, why error) (*Record, error) {
	r, err := s.unread(ctx, j, b, index, why)
	if err != nil {
		return nil, err
	}
	r.Content.Documents[0].Error = kind
	return r, nil
}

// unread returns the record of a document of which nothing was screened. It is about the digest that
// was submitted. If none was, there is no statement, because a statement has to be about a digest.
func (s *Screener) unread(ctx context.Context, j *job.Job, b *job.Batch, index int, why error) (*Record, error) {
	d := &b.Documents[index]
	file := evidence.File{Path: d.Name, SHA256: d.SHA256, Bytes: d.Size}
	docs := []evidence.Document{evidence.NewDocument(file, sbom.Header{}, nil, why)}
	c := newClaims(d, j.Batch, index)
	c.full = true
	return s.record(ctx, j, b, index, docs, nil, c)
}

// record signs the report about a document, and makes its rows.
func (s *Screener) record(ctx context.Context, j *job.Job, b *job.Batch, index int, docs []evidence.Document, companions []evidence.File, claims *claims) (*Record, error) {
	d := &b.Documents[index]
	report := evidence.New(s.m, Tool, match.Ban)
	report.Finish(docs, companions)
	statement, err := report.Sign(ctx, s.signer)
	if errors.Is(err, evidence.ErrNoSubject) {
		// Nothing was read, and no digest was submitted. The row has the error.
		statement, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	key := d.Key()
	r := &Record{Entry: segment.Entry{Index: index, Document: key, Record: RecordKey(key, s.id), Statement: statement}}
	r.Content.Claims = claims.rows()
	rows := Rows(&s.screening, j, d, &r.Entry, report)
	r.Content.Documents, r.Content.Findings = rows.Documents, rows.Findings
	r.Content.Documents[0].Indexed = !claims.full
	return r, nil
}

// Rows returns the rows of the record of a document, without its claims.
func Rows(s *job.Screening, j *job.Job, d *job.Document, e *segment.Entry, report *evidence.Report) *segment.Content {
	c := &segment.Content{}
	row := table.Document{
		Document: e.Document, Record: e.Record, Release: s.Release, Screening: j.Screening,
		Name: d.Name, SHA256: d.SHA256, Bytes: d.Size, Batch: j.Batch, Index: int32(e.Index), Segment: j.ID(),
		Verdict: report.Verdict.String(), Documents: int32(len(report.Documents)),
		Components: int64(report.Coverage.Components), Identified: int64(report.Coverage.Identified),
	}
	if files := report.Files(); len(files) == 1 {
		row.SHA256, row.Bytes = files[0].SHA256, files[0].Bytes
	}
	var formats []string
	for i := range report.Documents {
		doc := &report.Documents[i]
		row.Findings += int32(len(doc.Findings))
		row.Observed += int32(len(doc.Observations))
		row.Gaps += int32(len(report.GapsOf(doc)))
		if doc.Format != "" && !slices.Contains(formats, doc.Format) {
			formats = append(formats, doc.Format)
		}
		if doc.Error != nil && row.Error == "" {
			row.Error = doc.Error.Kind
		}
		for k := range doc.Findings {
			c.Findings = append(c.Findings, finding(s, j, e, doc, &doc.Findings[k]))
		}
	}
	slices.Sort(formats)
	row.Formats = strings.Join(formats, ",")
	c.Documents = []table.Document{row}
	return c
}

// finding returns the row of a finding, with its first citation, which decides its verdict.
func finding(s *job.Screening, j *job.Job, e *segment.Entry, doc *evidence.Document, f *evidence.Finding) table.Finding {
	row := table.Finding{
		Document: e.Document, Record: e.Record, Release: s.Release, Screening: j.Screening, Segment: j.ID(), Index: int32(e.Index),
		Path: doc.Path, ID: f.ID, Vendor: string(f.Vendor.ID), VendorName: f.Vendor.Name, Verdict: f.Verdict.String(), Tier: f.Tier.String(),
		Component: f.Component.Name, Version: f.Component.Version, PURL: f.Component.PURL, Pointer: f.Component.Location.Pointer,
	}
	if len(f.Citations) > 0 && f.Citations[0].Citation != nil {
		c := f.Citations[0].Citation
		row.Instrument, row.Clause, row.Jurisdiction, row.Force, row.Status = string(c.Instrument), string(c.Clause), c.Jurisdiction, string(c.Force), string(c.Status)
	}
	return row
}

// claims are the distinct claims of a document.
type claims struct {
	of    table.Claim // document, batch and index
	known map[claim]bool
	full  bool // the document has claims that are not here, or may have
}

type claim struct{ role, kind, value string }

// maxClaims bounds the distinct claims of a document.
const maxClaims = 1 << 20

func newClaims(d *job.Document, batch string, index int) *claims {
	return &claims{of: table.Claim{Document: d.Key(), Batch: batch, Index: int32(index)}, known: make(map[claim]bool)}
}

func (c *claims) add(t *sbom.Snapshot) {
	for i := range t.Components {
		for _, x := range t.Components[i].Claims {
			k := claim{string(x.Role), string(x.Kind), x.Value}
			if len(c.known) >= maxClaims && !c.known[k] {
				c.full = true
				return
			}
			c.known[k] = true
		}
	}
}

// rows returns the claims in any order; Encode sorts those of a segment.
func (c *claims) rows() []table.Claim {
	rows := make([]table.Claim, 0, len(c.known))
	for k := range c.known {
		row := c.of
		row.Role, row.Kind, row.Value = k.role, k.kind, k.value
		rows = append(rows, row)
	}
	return rows
}

// Encode returns the segment of a job with the records of its documents, in the order of the
// batch.
func (s *Screener) Encode(ctx context.Context, j job.Job, records []*Record) ([]byte, error) {
	slices.SortFunc(records, func(a, b *Record) int { return cmp.Compare(a.Entry.Index, b.Entry.Index) })
	var entries []segment.Entry
	var content segment.Content
	for _, r := range records {
		entries = append(entries, r.Entry)
		content.Documents = append(content.Documents, r.Content.Documents...)
		content.Findings = append(content.Findings, r.Content.Findings...)
		content.Claims = append(content.Claims, r.Content.Claims...)
	}
	slices.SortFunc(content.Claims, table.CompareClaims)
	return segment.Encode(ctx, s.signer, j, s.program, entries, &content)
}
