// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A search counts what find has searched.
type search struct {
	searched, incomplete, found int64
	documents                   []*table.Document // with the name of -document
}

// maxNamed bounds the documents with the name of -document.
const maxNamed = 10_000

// find lists findings.
func (c *config) find(ctx context.Context) (int, error) {
	if len(c.args) > 0 {
		return exitUsage, usageError("expected no arguments after the flags; the first is %q", c.args[0])
	}
	if c.verdict != "" {
		var v match.Verdict
		if err := v.UnmarshalText([]byte(c.verdict)); err != nil || v.String() != c.verdict {
			return exitUsage, usageError("-verdict: %q is no verdict; expected ban, exclude or review", c.verdict)
		}
	}
	v, err := c.view(ctx)
	if err != nil {
		return exitUnread, err
	}
	if v.id == "" {
		_, batches, err := v.pending(ctx)
		if err != nil {
			return exitUnread, err
		}
		c.warn("nothing was searched: there are no results yet, and %s without results", count(batches, "submitted batch"))
		return exitUnread, nil
	}
	if err := c.knownVendor(v); err != nil {
		return exitUsage, err
	}
	out, done, err := c.sink(cmp.Or(c.format, "table"))
	if err != nil {
		return exitUnread, err
	}
	s, err := v.search(ctx, out)
	if err = errors.Join(err, out.close()); err != nil {
		return exitUnread, errors.Join(err, done())
	}
	if s.found == 0 && cmp.Or(c.format, "table") == "table" {
		_, err = fmt.Fprintf(c.stdout, "nothing found%s in the records on %s by %s\n", c.what(), cli.Count(int(s.searched), "document"), v.by())
	}
	if err = errors.Join(err, done()); err != nil {
		return exitUnread, err
	}
	return v.report(ctx, s)
}

// what describes what is searched for: " of kaspersky".
func (c *config) what() string {
	s := ""
	if c.verdict != "" {
		s += " with the verdict " + c.verdict
	}
	if c.vendor != "" {
		s += " of " + c.vendor
	}
	return s
}

// knownVendor checks that a release that comes with the library has the vendor. That of a custom
// denylist is not read.
func (c *config) knownVendor(v *view) error {
	if c.vendor == "" || v.screening.Custom != "" {
		return nil
	}
	var ids []string
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			return err
		}
		if r.Register().Vendor(vendors.ID(c.vendor)) != nil {
			return nil
		}
		for x := range r.Register().All() {
			ids = append(ids, string(x.ID))
		}
	}
	hint := ""
	if near := buyer.Nearest(c.vendor, ids); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return usageError("-vendor: the register has no vendor with the id %q%s", c.vendor, hint)
}

// search writes the findings. Without delta statements and a document, the documents are counted by
// the commits, and their rows are not read.
func (v *view) search(ctx context.Context, out sink) (*search, error) {
	s := &search{}
	write := func(wanted func(*table.Finding) bool) error {
		return v.found(ctx, v.c.vendor, func(f *table.Finding) error {
			if !wanted(f) || v.c.verdict != "" && f.Verdict != v.c.verdict {
				return nil
			}
			s.found++
			return out.add(f)
		})
	}
	if len(v.deltas) == 0 && v.c.document == "" {
		for _, x := range v.commits {
			for i := range x.Tables {
				if x.Tables[i].Name == table.Documents {
					s.searched += x.Tables[i].Rows
				}
			}
			s.incomplete += x.Incomplete
		}
		return s, write(func(*table.Finding) bool { return true })
	}
	err := v.each(ctx, func(_ *compact.Commit, d *table.Document) error {
		if v.c.document != "" && d.Name != v.c.document {
			return nil
		}
		s.searched++
		if compact.Incomplete(d) {
			s.incomplete++
		}
		if v.c.document == "" {
			return nil
		}
		if len(s.documents) == maxNamed {
			return fmt.Errorf("more than %d documents have the name %q", maxNamed, v.c.document)
		}
		s.documents = append(s.documents, d)
		return nil
	}, func(isBest func(document, record string) bool) error {
		return write(func(f *table.Finding) bool {
			named := v.c.document == "" || slices.ContainsFunc(s.documents, func(d *table.Document) bool { return d.Record == f.Record })
			return named && isBest(f.Document, f.Record)
		})
	})
	return s, err
}

// report prints what was searched and what could not be searched.
func (v *view) report(ctx context.Context, s *search) (int, error) {
	c := v.c
	how := "the commits are signed by the key"
	if c.notes == nil {
		how = "the signatures of the commits were not checked: give the public key with -key"
	}
	c.warn("searched the records on %s by %s, in %s with %s and the root %s; %s", cli.Count(int(s.searched), "document"), v.by(),
		cli.Count(v.number, "commit"), cli.Count(int(v.last.Totals.Segments), "segment"), checkpoint.Root(v.last.Root), how)
	for _, d := range s.documents {
		c.warn("%s with the SHA-256 digest %s: verdict %s, record %s", d.Name, d.SHA256, d.Verdict, d.Record)
	}
	missing := int64(0)
	if c.document == "" {
		missing = v.last.Totals.Documents - s.searched
	} else if s.searched == 0 {
		c.warn("no document has the name %q", c.document)
	}
	if missing > 0 {
		c.warn("not searched: %s without a record by %s", cli.Count(int(missing), "document"), v.by())
	}
	jobs, batches, err := v.pending(ctx)
	if err != nil {
		return exitUnread, err
	}
	if batches > 0 {
		c.warn("not searched: %s without results yet", count(batches, "submitted batch"))
	}
	if jobs > batches {
		c.warn("not searched: %s of this screening without results yet", cli.Count(int(jobs), "job"))
	}
	if s.incomplete > 0 {
		c.warn("%s could not be screened completely: the unread parts can contain %s", cli.Count(int(s.incomplete), "document"), strings.TrimSpace("components"+c.what()))
	}
	return exit.Status(s.found > 0, s.incomplete > 0 || missing > 0 || jobs+batches > 0 || s.searched == 0), nil
}
