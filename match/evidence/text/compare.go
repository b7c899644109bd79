// SPDX-License-Identifier: Apache-2.0

package text

import (
	"cmp"
	"io"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// WriteComparison writes the comparison of two reports.
func WriteComparison(w io.Writer, c *evidence.Comparison, opts *Options) error {
	p := newPrinter(w, opts)
	p.line("", "", "clause76: from denylist release "+c.Before.Release+", as of "+c.Before.AsOf+", to "+c.After.Release+", as of "+c.After.AsOf)
	p.line("", "", "A finding is for a person to decide on. It is no legal advice.")
	p.notices(c.Notices)
	path, printed := "", make(map[string]bool)
	for i := range c.Flips {
		f := &c.Flips[i]
		if f.Path != path {
			path = f.Path
			p.rule(path)
		}
		p.flip(f, printed, c.Differently)
	}
	p.notScreened(c.NotScreened)
	p.blank()
	p.line("", "", bold("In all:"), changed(c)+", "+stayed(c.Same)+".")
	return p.w.Flush()
}

// changed returns how many verdicts changed, and how many changed only their force.
func changed(c *evidence.Comparison) string {
	force := 0
	for i := range c.Flips {
		if f := &c.Flips[i]; f.Before == f.After {
			force++
		}
	}
	s := view.Count(len(c.Flips)-force, "verdict") + " changed"
	if force > 0 {
		s += ", " + view.Count(force, "verdict") + " by another force"
	}
	return s
}

func stayed(n int) string {
	if n == 1 {
		return "1 finding stayed as it was"
	}
	return view.Count(n, "finding") + " stayed as they were"
}

// flip prints one change of a verdict. printed has the changes of the denylist that were printed
// before, by vendor; differently says what else differs between the reports.
func (p *printer) flip(f *evidence.Flip, printed map[string]bool, differently []string) {
	p.blank()
	before, after := verdict(f.Before), verdict(f.After)
	before.text, after.text = cmp.Or(before.text, "nothing"), cmp.Or(after.text, "nothing")
	if f.BeforeBinds != f.AfterBinds && f.Before != match.NoVerdict && f.After != match.NoVerdict {
		before.text += " (" + view.ForceWords(f.BeforeBinds) + ")"
		after.text += " (" + view.ForceWords(f.AfterBinds) + ")"
	}
	p.line("", "        ", before, "→", after, bold(view.Component(&f.Component)), "— "+f.Vendor.Name)
	for _, x := range f.Changes {
		key := string(f.Vendor.ID) + x.What
		if printed[key] {
			p.line("  ", "    ", cmp.Or(x.Entry, "register"), "(as above)")
			continue
		}
		printed[key] = true
		p.line("  ", "    ", x.What)
		p.line("    ", "    ", "because: "+x.Why)
	}
	if len(f.Changes) == 0 {
		why := strings.Join(differently, "; ")
		p.line("  ", "    ", "no entry of the denylist that this finding cites changed: "+cmp.Or(why, "the options differ"))
	}
}
