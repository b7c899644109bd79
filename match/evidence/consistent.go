// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/internal/cpv"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// summarize returns the verdict and the coverage of the report that follow from its documents.
func (r *Report) summarize() (match.Verdict, match.Coverage) {
	verdict := match.Clear
	total := match.Coverage{Complete: len(r.Documents) > 0}
	for i := range r.Documents {
		d := &r.Documents[i]
		verdict = max(verdict, d.Verdict, r.least(d))
		total.Add(d.Coverage)
	}
	if total.Components == 0 {
		verdict = max(verdict, match.Inconclusive)
	}
	return verdict, total
}

// least returns the mildest verdict that a document can have: that of its worst finding, listed or
// not, and at least inconclusive if something was not screened.
func (r *Report) least(d *Document) match.Verdict {
	v := d.worst()
	if len(r.GapsOf(d)) > 0 {
		v = max(v, match.Inconclusive)
	}
	return v
}

// worst returns the verdict of the worst finding of the document, listed or not.
func (d *Document) worst() match.Verdict {
	v := match.NoVerdict
	if d.Unlisted != nil {
		v = d.Unlisted.Verdict
	}
	for i := range d.Findings {
		v = max(v, d.Findings[i].Verdict)
	}
	return v
}

// consistent returns an error if a value of the report does not follow from others, or is not of
// its form: a record that somebody changed, or made by other means, is not evidence.
//
// A record of schema 1 has fewer members, and the programs that wrote it had other rules for
// inconclusive documents; those rules are not checked.
func (r *Report) consistent() error {
	errs := []error{r.wellFormed()}
	for i := range r.Documents {
		if err := r.consistentDocument(&r.Documents[i]); err != nil {
			errs = append(errs, fmt.Errorf("document %d, %q: %w", i+1, r.Documents[i].Path, err))
		}
		if len(errs) > 10 {
			break
		}
	}
	verdict, coverage := r.summarize()
	switch {
	case r.SchemaVersion == schema1:
		if r.Verdict < r.worst() {
			errs = append(errs, fmt.Errorf("the verdict is %q; its documents have %q", r.Verdict, r.worst()))
		}
	case r.Verdict != verdict:
		errs = append(errs, fmt.Errorf("the verdict is %q; from the documents it is %q", r.Verdict, verdict))
	case r.Coverage != coverage:
		errs = append(errs, fmt.Errorf("the coverage is %+v; from the documents it is %+v", r.Coverage, coverage))
	}
	return errors.Join(append(errs, r.consistentPolicy())...)
}

// wellFormed checks the members of the report that describe the screening.
func (r *Report) wellFormed() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(!vendors.Date(r.Denylist.AsOf).IsDay(), "the day judged by is %q; expected YYYY-MM-DD", r.Denylist.AsOf)
	bad(!strings.HasPrefix(r.Denylist.Digest, "h1:"), "the digest of the denylist is %q; expected one that starts with \"h1:\"", r.Denylist.Digest)
	for _, code := range r.Purpose {
		_, err := cpv.Parse(code)
		bad(err != nil, "purpose: %w", err)
	}
	for _, key := range r.Options.Keys {
		bad(!isDigest(key), "the key %q; expected \"sha256:\" and 64 hexadecimal digits", key)
	}
	if r.Buyer != nil {
		errs = append(errs, r.Buyer.Check())
	}
	for i := range r.Companions {
		bad(!r.Companions[i].wellFormed(), "companion %d, %q: the SHA-256 or the size is not one", i+1, r.Companions[i].Path)
	}
	return errors.Join(errs...)
}

func (r *Report) consistentDocument(d *Document) error {
	least := d.worst()
	if d.Error != nil {
		least = max(least, match.Inconclusive)
	}
	if r.SchemaVersion != schema1 {
		least = max(least, r.least(d))
	}
	file := File{SHA256: d.SHA256, Bytes: d.Bytes}
	switch c, u := d.Coverage, d.Unlisted; {
	case d.Verdict < least:
		return fmt.Errorf("the verdict is %q; by its findings and by what was not screened it is at least %q", d.Verdict, least)
	case min(c.Components, c.Identified, c.Unidentified, c.WithSupplier, c.WithPURL, c.Malformed, c.Undecided) < 0:
		return fmt.Errorf("a number of the coverage is negative: %+v", c)
	case u != nil && (min(u.Findings, u.Observations) < 0 || (u.Findings > 0) != (u.Verdict != match.NoVerdict)):
		return fmt.Errorf("the numbers of what is not listed contradict each other: %+v", *u)
	case !file.wellFormed(), d.Container != nil && !d.Container.wellFormed():
		return errors.New("the SHA-256 or the size is not one")
	}
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Verdict < match.Review {
			return fmt.Errorf("finding %s: the verdict is %q; expected review or a more severe one", f.ID, f.Verdict)
		}
	}
	for i := range d.Observations {
		if f := &d.Observations[i]; f.Verdict != match.NoVerdict {
			return fmt.Errorf("observation %s: the verdict is %q; expected none", f.ID, f.Verdict)
		}
	}
	return nil
}

// consistentPolicy checks the decision of a policy: it is about all findings, and follows from its
// reasons.
func (r *Report) consistentPolicy() error {
	p := r.Policy
	if p == nil {
		return nil
	}
	findings := 0
	for range r.Findings() {
		findings++
	}
	gaps := false
	for range r.NotScreened() {
		gaps = true
		break
	}
	switch n := len(p.Fails) + len(p.Waived) + len(p.OutOfPolicy); {
	case p.Pass != passes(p):
		return fmt.Errorf("policy: pass is %t; with %d findings that fail and %d requirements that are not met it is %t", p.Pass, len(p.Fails), len(p.Gaps), passes(p))
	case n != findings:
		return fmt.Errorf("policy: it decides about %d findings; the record has %d", n, findings)
	case gaps && len(p.Gaps)+len(p.Unscreened) == 0:
		return errors.New("policy: it does not say what was not screened")
	case !p.Day.IsDay():
		return fmt.Errorf("policy: the day is %q; expected YYYY-MM-DD", p.Day)
	}
	return nil
}

// passes reports whether nothing fails by the decision of a policy.
func passes(p *policy.Decision) bool { return len(p.Fails) == 0 && len(p.Gaps) == 0 }

// worst returns the most severe verdict of the report, its documents and their findings.
func (r *Report) worst() match.Verdict {
	v := r.Verdict
	for i := range r.Documents {
		v = max(v, r.Documents[i].Verdict, r.Documents[i].worst())
	}
	return v
}

// wellFormed reports whether the SHA-256 of the file, if there is one, and the size can be true.
func (f *File) wellFormed() bool {
	return f.Bytes >= 0 && (f.SHA256 == "" || isHex(f.SHA256))
}

func isDigest(s string) bool {
	digits, ok := strings.CutPrefix(s, "sha256:")
	return ok && isHex(digits)
}

// isHex reports whether a text is a SHA-256 in lower-case hexadecimal.
func isHex(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && strings.ToLower(s) == s
}
