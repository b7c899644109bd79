// SPDX-License-Identifier: Apache-2.0

package cpe_test

import (
	"testing"

	"github.com/clause76/clause76/internal/cpe"
)

func TestBothBindingsAreParsed(t *testing.T) {
	for text, want := range map[string]cpe.Name{
		"cpe:2.3:a:zte:mf258:1":        {Part: "a", Vendor: "zte", Product: "mf258"},
		`cpe:2.3:h:TP-Link:a\:b:*`:     {Part: "h", Vendor: "tp-link", Product: "a:b"},
		"cpe:2.3:*:-:x":                {Product: "x"},
		" cpe:/o:zte:mf258%5ffirmware": {Part: "o", Vendor: "zte", Product: "mf258_firmware"},
		"cpe:/a:zte":                   {Part: "a", Vendor: "zte"},
	} {
		n, ok := cpe.Parse(text)
		if !ok || n.Part != want.Part || n.Vendor != want.Vendor || n.Product != want.Product {
			t.Errorf("%q: %+v, %v, want %+v", text, n, ok, want)
		}
		if !cpe.Valid([]byte(text)) {
			t.Errorf("%q is not valid", text)
		}
	}
	for _, text := range []string{"", "cpe:2.3:a", "cpe:2.3:a:zte", "cpe:/a", "pkg:npm/x"} {
		if n, ok := cpe.Parse(text); ok {
			t.Errorf("%q is parsed: %+v", text, n)
		}
	}
}

func TestVendorPatternsMatchWholeVendors(t *testing.T) {
	for _, tt := range []struct {
		text, vendor string
		want         bool
	}{
		{"cpe:2.3:a:z*e:x", "zte", true},
		{"cpe:2.3:a:z?e:x", "zte", true},
		{"cpe:/a:z%02:x", "zte", true},
		{"cpe:2.3:a:z?:x", "zte", false},
		{"cpe:2.3:a:**t*:x", "zte", true},
	} {
		n, _ := cpe.Parse(tt.text)
		if got := cpe.Match(n.VendorPattern(), tt.vendor); got != tt.want {
			t.Errorf("%q matches %q: %v, want %v", tt.text, tt.vendor, got, tt.want)
		}
		if !cpe.MayHaveVendorPattern([]byte(tt.text)) {
			t.Errorf("%q may have a pattern", tt.text)
		}
	}
	for _, text := range []string{"cpe:2.3:a:zte:x", `cpe:2.3:a:z\*:x`, "cpe:2.3:a:*:x", "cpe:/a:zte:x*"} {
		if n, _ := cpe.Parse(text); n.VendorPattern() != "" {
			t.Errorf("%q has the pattern %q", text, n.VendorPattern())
		}
	}
}
