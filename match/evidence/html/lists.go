// SPDX-License-Identifier: Apache-2.0

package html

import (
	"slices"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/sbom"
)

// mostGaps is the number of gaps, and of notices, on the first sheet. The annex has the others.
const mostGaps = 3

// FirstGaps returns the gaps that the first sheet names.
func (v *pageData) FirstGaps() []gap { return view.First(v.Gaps, mostGaps) }

// NoText reports whether all was read and no text applies.
func (v *pageData) NoText() bool { return view.OnlyNoText(v.Report) }

// MoreGaps returns the number of the other gaps.
func (v *pageData) MoreGaps() int { return len(v.Gaps) - len(v.FirstGaps()) }

// ListedGaps returns the gaps that the annex lists.
func (v *pageData) ListedGaps() []gap { return view.First(v.Gaps, most) }

// CutGaps returns the number of gaps that are only in the record.
func (v *pageData) CutGaps() int { return len(v.Gaps) - len(v.ListedGaps()) }

// FirstNotices returns the notices of documents that the first sheet has.
func (v *pageData) FirstNotices() []notice { return view.First(v.Notices, mostGaps) }

// MoreNotices returns the number of the other notices.
func (v *pageData) MoreNotices() int { return len(v.Notices) - len(v.FirstNotices()) }

// ListedNotices returns the notices of documents that the annex lists.
func (v *pageData) ListedNotices() []notice { return view.First(v.Notices, most) }

// CutNotices returns the number of notices that are only in the record.
func (v *pageData) CutNotices() int { return len(v.Notices) - len(v.ListedNotices()) }

// ListedCompanions returns the companions that the annex lists.
func (v *pageData) ListedCompanions() []evidence.File { return view.First(v.Companions, most) }

// CutCompanions returns the number of companions that are only in the record.
func (v *pageData) CutCompanions() int { return len(v.Companions) - len(v.ListedCompanions()) }

// CutFiles returns the number of documents that are only in the record.
func (v *pageData) CutFiles() int { return len(v.Documents) - len(v.Files) }

// AskedNext returns the number of the first question in the annex.
func (v *pageData) AskedNext() int { return len(v.Asked) + 1 }

// Unknown returns the parts without an identity of their vendor that the annex lists.
func (v *pageData) Unknown() []view.UnidentifiedPart {
	named, _ := view.Unidentified(v.Report)
	return view.First(named, most)
}

// Facts reports whether there are facts about a vendor that lead to no verdict.
func (v *pageData) Facts() bool { return len(view.Facts(v.Report)) > 0 }

// Told returns the vendors that there can be facts about: those of findings, and then those that
// there are only observations about.
func (v *pageData) Told() []*vendor {
	all := slices.Clone(v.Vendors)
	for _, f := range view.Facts(v.Report) {
		i := slices.IndexFunc(all, func(o *vendor) bool { return o.Vendor.ID == f.Vendor.ID })
		if i < 0 {
			i = len(all)
			all = append(all, &vendor{Vendor: f.Vendor, Number: i + 1})
		}
		if i >= len(v.Vendors) {
			all[i].Context = append(all[i].Context, f.Context)
		}
	}
	return all
}

// A warned is a document with the warnings that the annex lists.
type warned struct {
	*evidence.Document
	Listed []sbom.Warning
	More   int
}

// Warned returns the documents that there are warnings about.
func (v *pageData) Warned() []warned {
	var all []warned
	budget := most
	for i := range v.Documents {
		d := &v.Documents[i]
		if len(d.Warnings) == 0 || len(all) == most {
			continue
		}
		w := warned{Document: d, Listed: view.First(d.Warnings, min(mostGroup, budget))}
		w.More = len(d.Warnings) - len(w.Listed)
		budget -= len(w.Listed)
		all = append(all, w)
	}
	return all
}
