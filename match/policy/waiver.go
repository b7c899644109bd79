// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/clause76/clause76/internal/words"
	"github.com/clause76/clause76/vendors"
)

// idDigits is the length of the id of a finding. A waiver names at least the first minDigits of it.
const (
	minDigits = 8
	idDigits  = 16
)

// check returns an error for an invalid waiver with the member that it is about, and replaces the
// vendor by its id in the register.
func check(w *Waiver, register *vendors.Register) (member string, err error) {
	switch {
	case strings.TrimSpace(w.Reason) == "":
		return "reason", errors.New("has no reason; expected a text that says why")
	case strings.TrimSpace(w.Author) == "":
		return "author", errors.New("has no author; expected who answers for it")
	case !w.Expires.IsDay():
		return "expires", fmt.Errorf("expires on %q; expected YYYY-MM-DD", w.Expires)
	case w.Finding == "" && w.Vendor == "":
		return "", errors.New("names neither a finding nor a vendor; expected one of them")
	case w.Finding != "" && (len(w.Finding) < minDigits || len(w.Finding) > idDigits || strings.Trim(w.Finding, "0123456789abcdef") != ""):
		return "finding", fmt.Errorf("names the finding %q; expected its id of %d characters (0-9 and a-f) or the first %d or more of them", w.Finding, idDigits, minDigits)
	}
	if w.Vendor != "" {
		id, closest := vendorCalled(register, string(w.Vendor))
		if id == "" {
			return "vendor", fmt.Errorf("names the vendor %q, which the register does not have; the closest that it has is %q", w.Vendor, closest)
		}
		w.Vendor = id
	}
	if _, err := path.Match(w.Document, ""); err != nil {
		return "document", fmt.Errorf("is for the document %q: %w; expected a path with *, ? and []", w.Document, err)
	}
	return "", nil
}

// vendorCalled returns the vendor of the register with this id, in any case; if there is none, the
// id that is closest to it by its own letters or by those of the vendor's name.
func vendorCalled(register *vendors.Register, name string) (id, closest vendors.ID) {
	folded := fold(name)
	least := -1
	for v := range register.All() {
		if fold(string(v.ID)) == folded {
			return v.ID, ""
		}
		if n := min(words.Distance(folded, fold(string(v.ID))), words.Distance(folded, fold(v.Name))); least < 0 || n < least {
			least, closest = n, v.ID
		}
	}
	return "", closest
}

// fold returns a name for comparison, shortened to a length that no name of a vendor has.
func fold(name string) string {
	folded := []rune(strings.ToLower(strings.TrimSpace(name)))
	return string(folded[:min(len(folded), 80)])
}

// waiver returns the first valid waiver for a finding, or -1. It counts the waivers that apply in
// used, and in over those that would apply if they had not expired.
func (p *Policy) waiver(f *Finding, day vendors.Date, used, over []int) int {
	found := -1
	for i := range p.Waivers {
		w := &p.Waivers[i]
		if !covers(w, f) {
			continue
		}
		if !valid(w, day) {
			over[i]++
			continue
		}
		used[i]++
		if found < 0 {
			found = i
		}
	}
	return found
}

// valid reports whether a waiver has not expired on a day. Days that are not written as YYYY-MM-DD
// have no order, so that nothing is valid on them.
func valid(w *Waiver, day vendors.Date) bool { return day.IsDay() && w.Expires >= day }

// covers reports whether a waiver applies to a finding.
func covers(w *Waiver, f *Finding) bool {
	return strings.HasPrefix(f.ID, w.Finding) && (w.Vendor == "" || w.Vendor == f.Vendor.ID) && (w.Component == "" || w.Component == f.Component.Name) &&
		(w.Version == "" || w.Version == f.Component.Version) && (w.Document == "" || ends(f.Document, w.Document))
}

// ends reports whether the last elements of a path match a pattern of as many elements.
func ends(file, pattern string) bool {
	parts := strings.Split(file, "/")
	n := strings.Count(pattern, "/") + 1
	if n > len(parts) {
		return false
	}
	ok, err := path.Match(pattern, strings.Join(parts[len(parts)-n:], "/"))
	return err == nil && ok
}
