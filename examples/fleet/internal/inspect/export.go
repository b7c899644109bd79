// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/internal/cli"
)

// export writes statements or findings.
func (c *config) export(ctx context.Context) (int, error) {
	switch {
	case len(c.args) > 0:
		return exitUsage, usageError("expected no arguments after the flags; the first is %q", c.args[0])
	case !c.findings && c.out == "":
		return exitUsage, usageError("expected -out FOLDER for the statements, or -findings")
	case !c.findings && c.format != "":
		return exitUsage, usageError("-o is for -findings; statements are JSON")
	}
	v, err := c.view(ctx)
	if err != nil {
		return exitUnread, err
	}
	if v.id == "" {
		return exitUnread, errors.New("there are no results yet")
	}
	if !c.findings {
		return v.exportStatements(ctx)
	}
	out, done, err := c.sink(cmp.Or(c.format, "parquet"))
	if err != nil {
		return exitUnread, err
	}
	s, err := v.search(ctx, out)
	if err = errors.Join(err, out.close(), done()); err != nil {
		return exitUnread, err
	}
	c.warn("wrote %s in %s by %s", cli.Count(int(s.found), "finding"), cli.Count(int(s.searched), "document"), v.by())
	return exitOK, nil
}

// exportStatements writes the statement on each document to a file.
func (v *view) exportStatements(ctx context.Context) (int, error) {
	if err := os.MkdirAll(v.c.out, 0o755); err != nil {
		return exitUnread, err
	}
	root, err := os.OpenRoot(v.c.out)
	if err != nil {
		return exitUnread, err
	}
	defer root.Close()
	n, without, companions := 0, 0, 0
	err = v.statements(ctx, func(d *table.Document) bool { return v.c.document == "" || d.Name == v.c.document }, func(d *table.Document, statement []byte) error {
		switch {
		case len(statement) == 0 && companion(d):
			companions++
			return nil
		case len(statement) == 0:
			without++
			return nil
		}
		name := statementFile(d)
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		n++
		return root.WriteFile(name, statement, 0o644)
	})
	if err != nil {
		return exitUnread, err
	}
	v.c.warn("wrote %s by %s to %s", cli.Count(n, "statement"), v.by(), v.c.out)
	if companions > 0 {
		v.c.warn("%s known companions of documents, such as license texts, and have no statement", are(int64(companions)))
	}
	if without > 0 {
		v.c.warn("%s without a statement: the content was not there, and no digest was submitted", cli.Count(without, "document"))
	}
	if n == 0 || without > 0 {
		return exitUnread, nil
	}
	return exitOK, nil
}

// maxElement bounds an element of the path of an exported file.
const maxElement = 200

// statementFile returns the file of the statement on a document, whatever the name of the document
// is. The first digits of the digest tell apart documents of the same name.
func statementFile(d *table.Document) string {
	var parts []string
	for e := range strings.SplitSeq(d.Name, "/") {
		switch e {
		case "":
			continue
		case ".", "..":
			e = strings.ReplaceAll(e, ".", "%2E")
		default:
			e = url.PathEscape(e)
		}
		if len(e) > maxElement {
			e = e[:maxElement]
		}
		parts = append(parts, e)
	}
	return strings.Join(parts, "/") + "." + d.Document[:min(12, len(d.Document))] + ".intoto.json"
}

// statements calls a function with the statements on the documents that are wanted. A segment is
// opened once for the documents of a commit, and a block is read once for those next to each other.
func (v *view) statements(ctx context.Context, wanted func(*table.Document) bool, f func(*table.Document, []byte) error) error {
	var rows []*table.Document
	var of *compact.Commit
	flush := func() error {
		slices.SortStableFunc(rows, func(a, b *table.Document) int {
			return cmp.Or(cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Index, b.Index))
		})
		r := &statementReader{v: v}
		for _, d := range rows {
			statement, err := r.read(ctx, d)
			if err == nil {
				err = f(d, statement)
			}
			if err != nil {
				return err
			}
		}
		rows = rows[:0]
		return nil
	}
	err := v.each(ctx, func(x *compact.Commit, d *table.Document) error {
		if x != of {
			if err := flush(); err != nil {
				return err
			}
			of = x
		}
		if wanted(d) {
			rows = append(rows, d)
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	return flush()
}

// A statementReader reads statements that are next to each other.
type statementReader struct {
	v     *view
	id    string // of the job of the open segment
	r     *segment.Reader
	block int
	raw   []byte
}

// read returns the statement on the document of a row.
func (r *statementReader) read(ctx context.Context, d *table.Document) ([]byte, error) {
	if r.id != d.Segment {
		if err := r.open(ctx, d); err != nil {
			return nil, err
		}
	}
	for i := range r.r.Index.Entries {
		e := &r.r.Index.Entries[i]
		if e.Record != d.Record {
			continue
		}
		if e.Block != r.block || r.raw == nil {
			raw, err := r.r.Block(e.Block)
			if err != nil {
				return nil, err
			}
			r.block, r.raw = e.Block, raw
		}
		statement := r.raw[e.Offset : e.Offset+e.Size]
		return statement, e.Check(statement)
	}
	return nil, fmt.Errorf("the segment %s has no record %s on %q", d.Segment, d.Record, d.Name)
}

func (r *statementReader) open(ctx context.Context, d *table.Document) error {
	c := r.v.c
	key := store.SegmentPath(c.tenant, d.Screening, d.Segment)
	o, err := c.store.Stat(ctx, key)
	if err != nil {
		return err
	}
	s, err := segment.NewReader(&store.ReaderAt{Context: ctx, Store: c.store, Key: key}, o.Size)
	if err == nil && c.statements != nil {
		err = s.Verify(ctx, c.statements)
	}
	if err == nil && s.Index.Job.ID() != d.Segment {
		err = fmt.Errorf("%w: it is the segment of job %s", segment.ErrBad, s.Index.Job.ID())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	r.id, r.r, r.raw = d.Segment, s, nil
	return nil
}

// record prints the statement on a document.
func (c *config) record(ctx context.Context) (int, error) {
	if len(c.args) != 1 {
		return exitUsage, usageError("expected one DOCUMENT: its name or its key")
	}
	v, err := c.view(ctx)
	if err != nil {
		return exitUnread, err
	}
	if v.id == "" {
		return exitUnread, errors.New("there are no results yet")
	}
	name := c.args[0]
	var all []*table.Document
	err = v.each(ctx, func(_ *compact.Commit, d *table.Document) error {
		if d.Name == name || d.Document == name {
			if len(all) == maxNamed {
				return fmt.Errorf("more than %d documents have the name %q", maxNamed, name)
			}
			all = append(all, d)
		}
		return nil
	}, nil)
	switch {
	case err != nil:
		return exitUnread, err
	case len(all) == 0:
		return exitUnread, fmt.Errorf("no document with a record by %s has the name or the key %q", v.by(), name)
	case len(all) > 1:
		var keys []string
		for _, d := range all {
			keys = append(keys, fmt.Sprintf("%s with the SHA-256 digest %s", d.Document, d.SHA256))
		}
		return exitUsage, usageError("%s have the name %q; give one of their keys: %s", cli.Count(len(all), "document"), name, strings.Join(keys, "; "))
	}
	statement, err := (&statementReader{v: v}).read(ctx, all[0])
	if err != nil {
		return exitUnread, err
	}
	if len(statement) == 0 && companion(all[0]) {
		return exitUnread, fmt.Errorf("there is no statement on %q: it is a known companion of documents, such as a license text", name)
	}
	if len(statement) == 0 {
		return exitUnread, fmt.Errorf("there is no statement on %q: its content was not there (%s), and no digest was submitted", name, all[0].Error)
	}
	_, err = c.stdout.Write(append(statement[:len(statement):len(statement)], '\n'))
	return exitOK, err
}
