// SPDX-License-Identifier: Apache-2.0

package dn

import (
	"slices"
	"testing"
)

func TestOrganizations(t *testing.T) {
	for _, tt := range []struct {
		subject string
		want    []string
	}{
		{"CN=agent,O=Acme Corp,C=US", []string{"Acme Corp"}},
		{"C = US, ST = Ohio, O = Acme Corp, CN = agent", []string{"Acme Corp"}},
		{"/C=US/ST=Ohio/O=Acme Corp/CN=agent", []string{"Acme Corp"}},
		{"/C=DK/O=Acme A/S/CN=agent", []string{"Acme A/S"}},
		{`CN=agent,O=Acme\, Inc.,C=US`, []string{"Acme, Inc."}},
		{`CN=agent, O="Acme, Inc.", C=US`, []string{"Acme, Inc."}},
		{`O=\41cme \C3\89cole`, []string{"Acme École"}},
		{"O=#0c0441636d65", []string{"Acme"}},
		{"O=#1e0800410063006d0065", []string{"Acme"}},
		{"organizationName=Acme; CN=agent", []string{"Acme"}},
		{"2.5.4.10=Acme+CN=agent", []string{"Acme"}},
		{"OID.2.5.4.10 = Acme", []string{"Acme"}},
		{"o=Acme", []string{"Acme"}},
		{"O=Acme,O=Other", []string{"Acme", "Other"}},
		{"CN=Acme Root,OU=Signing", []string{"Acme Root"}},
		{"C = US\nO = Acme", []string{"Acme"}},
		{"C = US O = Acme Trust CN = Acme CA 1", []string{"Acme Trust"}},
		{"O = Acme, OU = L = x", []string{"Acme"}},
		{"C=US", nil},
		{"", nil},
	} {
		if got := Organizations(tt.subject); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.subject, got, tt.want)
		}
	}
}

func FuzzOrganizations(f *testing.F) {
	for _, s := range []string{`CN=a,O="A, B"`, "/C=DK/O=A/S/CN=x", `O=\`, "O=#0c", `O="`, "O=#1e01ff", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := 0
		for _, name := range Organizations(s) {
			n += len(name)
		}
		if n > 3*len(s) { // at worst, a byte becomes the replacement character
			t.Errorf("%q: %d bytes of names", s, n)
		}
	})
}
