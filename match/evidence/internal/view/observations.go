// SPDX-License-Identifier: Apache-2.0

package view

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
)

// An Observed is a group of observations with the same vendor, reason and texts.
type Observed struct {
	First     Part
	Documents int // in how many documents they are
	Parts     int // how many there are
	last      *evidence.Document
	names     []string // each once
	named     map[string]bool
}

// Observations returns the observations of documents in groups, in the order of the report.
func Observations(documents []evidence.Document) []*Observed {
	var all []*Observed
	index := make(map[string]*Observed)
	for i := range documents {
		d := &documents[i]
		for j := range d.Observations {
			o := &d.Observations[j]
			key := string(o.Vendor.ID) + "\x00" + string(o.Reason) + "\x00" + o.Note + "\x00" + ListKey(o.Citations)
			g := index[key]
			if g == nil {
				g = &Observed{First: Part{d, o}, named: make(map[string]bool)}
				index[key] = g
				all = append(all, g)
			}
			if g.last != d {
				g.last = d
				g.Documents++
			}
			g.Parts++
			if name := Component(&o.Component); !g.named[name] {
				g.named[name] = true
				g.names = append(g.names, name)
			}
		}
	}
	return all
}

// Names returns how many parts there are if there are several, and their names, each once, of which
// at most n are written out.
func (g *Observed) Names(n int) string {
	s := strings.Join(g.names[:min(n, len(g.names))], ", ")
	if more := len(g.names) - n; more > 0 {
		s += fmt.Sprintf(" and %d other names", more)
	}
	if g.Parts == 1 {
		return s
	}
	return Count(g.Parts, "part") + ": " + s
}

// Line returns the group in words: the vendor, the reason, some of the parts, and the texts.
func (g *Observed) Line(b *denylist.Buyer) string {
	const most = 20
	o := g.First.Finding
	s := fmt.Sprintf("no part of the verdict: %s, %s (%s): %s", o.Vendor.Name, ReasonWords(o.Reason), o.Reason, g.Names(most))
	if o.Note != "" {
		s += "; " + o.Note
	}
	for i := range o.Citations {
		c := &o.Citations[i]
		s += "; " + Name(c.Citation) + " (" + ForceWords(c.Binds()) + ", " + Addressed(b, c) + ")"
		if c.CappedBy != "" {
			s += ": " + c.CappedBy
		}
	}
	return s
}
