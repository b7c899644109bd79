// SPDX-License-Identifier: Apache-2.0

package text

import (
	"cmp"
	"io"
	"strings"

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
	p.line("", "", bold("In all:"), view.Count(len(c.Flips), "verdict")+" changed, "+view.Count(c.Same, "finding")+" stayed as they were.")
	return p.w.Flush()
}

// flip prints one change of a verdict. printed has the changes of the denylist that were printed
// before, by vendor; differently says what else differs between the reports.
func (p *printer) flip(f *evidence.Flip, printed map[string]bool, differently []string) {
	p.blank()
	before, after := verdict(f.Before), verdict(f.After)
	before.text, after.text = cmp.Or(before.text, "nothing"), cmp.Or(after.text, "nothing")
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
