// SPDX-License-Identifier: Apache-2.0

package denylist

import "github.com/clause76/clause76/internal/pack"

// code reads or writes an instrument. A field that is missing here fails TestPackedFields.
func (in *Instrument) code(c *pack.Coder) {
	pack.Strings(c, &in.ID, &in.Title, &in.Short, &in.Issuer, &in.Jurisdiction, &in.Addressees, &in.URL, &in.Ground, &in.Note, &in.History)
	pack.String(c, &in.Force)
	c.Bool(&in.Binding)
	codeList(c, &in.Bound)
	codeList(c, &in.Advised)
	codeList(c, &in.ThroughContract)
	pack.Slice(c, &in.Events, codeEvent)
	pack.Slice(c, &in.Clauses, codeClause)
	pack.Slice(c, &in.Listings, codeListing)
	pack.Slice(c, &in.Excluded, codeExcluded)
	pack.Slice(c, &in.Context, codeContext)
}

func codeList(c *pack.Coder, list *[]string) { pack.Slice(c, list, pack.String[string]) }

func codeEvent(c *pack.Coder, e *Event) {
	pack.Strings(c, &e.Date, &e.Known)
	pack.Strings(c, &e.Event, &e.Note, &e.Source)
}

func codeClause(c *pack.Coder, cl *Clause) {
	pack.Strings(c, &cl.ID, &cl.Locator, &cl.Language, &cl.Text, &cl.Translation, &cl.Addressees, &cl.Source, &cl.Note, &cl.Digest)
	pack.Strings(c, &cl.Public, &cl.From, &cl.Until)
	c.Bool(&cl.Verified)
	codeList(c, &cl.Bound)
	codeList(c, &cl.Advised)
	codeList(c, &cl.ThroughContract)
	pack.Slice(c, &cl.Versions, func(c *pack.Coder, v *Version) {
		pack.Strings(c, &v.Language, &v.Text, &v.Grade, &v.Source, &v.Note)
	})
}

func codeListing(c *pack.Coder, l *Listing) {
	pack.Strings(c, &l.ID, &l.Clause, &l.Named, &l.In, &l.Basis, &l.Fact, &l.Effect, &l.Depth, &l.Reach, &l.Quote, &l.Verb, &l.VerbEnglish, &l.Note)
	pack.String(c, &l.Vendor)
	pack.String(c, &l.Action)
	pack.Strings(c, &l.Public, &l.From, &l.Until, &l.UntilKnown)
	c.Bool(&l.Verified)
	codeScope(c, &l.Scope)
	pack.Slice(c, &l.Editions, func(c *pack.Coder, e *Edition) {
		pack.Strings(c, &e.From, &e.Public)
		pack.Strings(c, &e.Clause, &e.Named, &e.In, &e.Quote, &e.Verb, &e.VerbEnglish, &e.Reach, &e.Limit, &e.LimitEnglish, &e.Note)
		codeList(c, &e.Exceptions)
	})
}

func codeScope(c *pack.Coder, s *Scope) {
	c.Bool(&s.Software)
	c.Bool(&s.Hardware)
	c.Bool(&s.Services)
	pack.Strings(c, &s.Limit, &s.LimitEnglish)
	codeList(c, &s.Settles)
	codeList(c, &s.Outside)
	codeList(c, &s.Exceptions)
}

func codeExcluded(c *pack.Coder, x *Excluded) {
	pack.Strings(c, &x.ID, &x.Clause, &x.Reason, &x.Note, &x.Source)
	pack.String(c, &x.Vendor)
	pack.Strings(c, &x.Public, &x.Until)
}

func codeContext(c *pack.Coder, x *Context) {
	pack.Strings(c, &x.ID, &x.Text, &x.Source)
	pack.String(c, &x.Vendor)
	pack.String(c, &x.Date)
}
