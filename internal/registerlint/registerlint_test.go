// SPDX-License-Identifier: Apache-2.0

package registerlint_test

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/internal/registerlint"
	"github.com/clause76/clause76/vendors"
)

func TestBundledRegisterHasNoFaults(t *testing.T) {
	for _, err := range registerlint.Lint(vendors.Bundled().Files()) {
		t.Error(err)
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
		"unsorted kinds":   {file("x", "", `{"kind": "domain", "values": ["example.com"], "unverified": true, "source": "m"}, {"kind": "name", "values": ["Example Works"], "source": "a"}`, ""), "not in order after"},
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
		err := errors.Join(registerlint.Lint(fsys)...)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, vendors.ErrRegister) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}
