// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/publicsuffix"

	"github.com/clause76/clause76/vendors"
)

func TestLintBundled(t *testing.T) {
	if err := vendors.Lint(vendors.BundledData()); err != nil {
		t.Error(err)
	}
}

// The domains of the register are what can be registered: not a suffix that others
// share, and not a part of somebody's site.
func TestDomainsAreRegistrable(t *testing.T) {
	for v := range vendors.Bundled().All() {
		for _, id := range v.Identifiers {
			if id.Kind != "domain" {
				continue
			}
			if d, err := publicsuffix.EffectiveTLDPlusOne(id.Value); err != nil || d != id.Value {
				t.Errorf("%s: %s is not a registrable domain, but part of %q (%v)", v.ID, id.Value, d, err)
			}
		}
	}
}

// file is the file of a vendor with one thing of each sort.
func file(id, members, identifiers, exclusions string) string {
	return fmt.Sprintf(`{"id": %q, "name": "X", "sources": {"a": "a source", "m": "not sourced"}, "members": [%s], "identifiers": [%s], "exclusions": [%s]}`,
		id, members, identifiers, exclusions)
}

func TestLint(t *testing.T) {
	const ok = `{"kind": "name", "values": ["Example Works"], "source": "a"}, {"kind": "domain", "values": ["example.com"], "unverified": true, "source": "m"}`
	tests := map[string]struct{ files, want string }{
		"nothing wrong":    {file("x", "", ok, ""), ""},
		"two families":     {file("x", "", ok, "") + "\n" + file("y", "", ok, ""), "also claimed by x"},
		"short name":       {file("x", "", `{"kind": "name", "values": ["ABC"], "source": "a"}, {"kind": "domain", "values": ["abc.com"], "unverified": true, "source": "m"}`, ""), "fewer than four letters"},
		"short but common": {file("x", "", `{"kind": "name", "values": ["ABC"], "common": true, "source": "a"}, {"kind": "domain", "values": ["abc.com"], "unverified": true, "source": "m"}`, ""), ""},
		"short with form":  {file("x", "", `{"kind": "name", "values": ["ABC Ltd"], "source": "a"}, {"kind": "domain", "values": ["abc.com"], "unverified": true, "source": "m"}`, ""), ""},
		"undated sale":     {file("x", "", ok, `{"kind": "name", "value": "Y Ltd", "reason": "formerMember", "note": "sold", "source": "a"}`), "expected the day from which it is one"},
		"undated business": {file("x", `{"id": "b", "name": "B", "relation": "business", "source": "a"}`, `{"kind": "name", "values": ["Business B"], "member": "b", "source": "a"}, {"kind": "domain", "values": ["b.com"], "unverified": true, "source": "m"}`, ""), "changed hands, without a date"},
		"unknown relation": {file("x", `{"id": "b", "name": "B", "relation": "cousin", "source": "a"}`, ok, ""), "relation (one of"},
		"no source":        {file("x", "", `{"kind": "name", "values": ["Example Works"], "source": "b"}`, ""), `source "b" is not in sources`},
		"not verified":     {file("x", "", `{"kind": "name", "values": ["Example Works"], "source": "a"}, {"kind": "domain", "values": ["example.com"], "source": "m"}`, ""), "expected unverified"},
		"unsorted kinds":   {file("x", "", `{"kind": "domain", "values": ["example.com"], "unverified": true, "source": "m"}, {"kind": "name", "values": ["Example Works"], "source": "a"}`, ""), "not in order behind"},
		"unsorted values":  {file("x", "", `{"kind": "name", "values": ["Works B", "Works A"], "source": "a"}, {"kind": "domain", "values": ["example.com"], "unverified": true, "source": "m"}`, ""), "values are not in order"},
		"unused source":    {file("x", "", `{"kind": "name", "values": ["Example Works"], "source": "a"}`, ""), `nothing cites "m"`},
		"bad pnp":          {file("x", "", `{"kind": "name", "values": ["Example Works"], "source": "a"}, {"kind": "pnp", "values": ["abc"], "unverified": true, "source": "m"}`, ""), "three upper-case letters"},
	}
	var names []string
	for name := range tests {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c := tests[name]
		fsys := make(fstest.MapFS)
		for i, data := range strings.Split(c.files, "\n") {
			fsys[string(rune('x'+i))+".json"] = &fstest.MapFile{Data: []byte(data)}
		}
		err := vendors.Lint(fsys)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, vendors.ErrRegister) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// What the register has, by kind and family.
func TestRegisterSize(t *testing.T) {
	kinds := make(map[string][3]int) // all, verified, families
	families, members, exclusions := 0, 0, 0
	for v := range vendors.Bundled().All() {
		families++
		members += len(v.Members)
		exclusions += len(v.Exclusions)
		seen := make(map[string]bool)
		for _, id := range v.Identifiers {
			n := kinds[id.Kind]
			n[0]++
			if id.Verified && id.Weak == "" {
				n[1]++
			}
			if !seen[id.Kind] {
				n[2]++
			}
			seen[id.Kind] = true
			kinds[id.Kind] = n
		}
	}
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	sort.Strings(names)
	t.Logf("%d families, %d members, %d exclusions", families, members, exclusions)
	t.Logf("%-20s %8s %20s %9s", "kind", "values", "not weak, verified", "families")
	total := 0
	for _, k := range names {
		t.Logf("%-20s %8d %20d %9d", k, kinds[k][0], kinds[k][1], kinds[k][2])
		total += kinds[k][0]
	}
	if families < 30 || total < 3000 {
		t.Errorf("%d families and %d identifiers: something was lost", families, total)
	}
}
