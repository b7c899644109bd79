// SPDX-License-Identifier: Apache-2.0

package osrelease_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/osrelease"
	"github.com/clause76/clause76/sbom"
)

func Example() {
	file := "NAME=\"NewStart Server\"\nID=newstart\nVERSION_ID=7\nVENDOR_NAME='ZTE Corporation'\n"
	for c, err := range osrelease.Read(strings.NewReader(file), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer, claim.Location.Offset)
		}
	}
	// Output:
	// NewStart Server 7 <nil>
	// mention product NewStart Server /NAME 6
	// mention product newstart /ID 26
	// supplier name ZTE Corporation /VENDOR_NAME 61
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"OpenWrt for a device", "NAME=\"OpenWrt\"\nID=\"openwrt\"\nOPENWRT_DEVICE_MANUFACTURER=\"ZTE\"\nOPENWRT_DEVICE_PRODUCT=\"MF286\"\n",
			"OpenWrt: mention OpenWrt, mention openwrt; MF286: manufacturer ZTE, reference MF286", 0, nil},
		{"LEDE", "ID=lede\nLEDE_DEVICE_MANUFACTURER=\"LEDE\"\n", "lede: mention lede; : manufacturer LEDE", 0, nil},
		{"openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='23.05'\nDISTRIB_DESCRIPTION='OpenWrt 23.05'\n", "OpenWrt 23.05: mention OpenWrt, mention OpenWrt 23.05", 0, nil},
		{"escapes and comments", "# made by a tool\n\nNAME=\"A \\\"B\\\"\"\nHOME_URL=https://hikvision.com/\n", "A \"B\": mention A \"B\", homepage https://hikvision.com/", 0, nil},
		{"VENDOR", "ID=a\nVENDOR='Huawei Technologies'\n", "a: mention a, supplier Huawei Technologies", 0, nil},
		{"another case", "ID=a\nvendor_name=\"ZTE\"\nVERSION_VENDOR=\n", "a: mention a", 1, nil},
		{"other variables", "ID=a\nBUILD_VENDOR=ZTE\nMANUFACTURER=ZTE\nBUILD_ID=ZTE\n", "a: mention a", 2, nil},
		{"set twice", "ID=a\nVENDOR_NAME=ZTE\nVENDOR_NAME=Acme\n", "a: mention a, supplier ZTE, supplier Acme", 1, nil},
		{"no line break at the end", "ID=a\nVENDOR_NAME=\"Hua\"", "a: mention a, supplier Hua", 0, nil},
		{"no line break after a value without quotes", "VENDOR_NAME=Hua\nID=a", "a: supplier Hua, mention a", 1, nil},
		{"cut off", "ID=a\nVENDOR_NAME=Hua", "a: mention a, supplier Hua", 1, nil},
		{"an open quote", "ID=a\nVENDOR_NAME=\"Huawei\nX=1\n", "", 0, sbom.ErrSyntax},
		{"text after a quote", "ID=a\nVENDOR_NAME=\"Hua\"wei\n", "", 0, sbom.ErrSyntax},
		{"a command", "ID=a\necho hello\n", "", 0, sbom.ErrNotRecognized},
		{"a command after many lines", "ID=a\n" + strings.Repeat("X=1\n", 20_000) + "echo hello\n", "", 0, sbom.ErrSyntax},
		{"a file of other variables", "PATH=/bin\n", "", 0, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		var parts []string
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err != nil {
				break
			}
			var claims []string
			for _, cl := range c.Claims {
				claims = append(claims, string(cl.Role)+" "+cl.Value)
			}
			parts = append(parts, strings.TrimSpace(c.Name+" "+c.Version)+": "+strings.Join(claims, ", "))
		}
		if got := strings.Join(parts, "; "); got != tt.want || !errors.Is(failed, tt.err) || tt.err == nil && doc.Header().Malformed != tt.malformed {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.name, got, doc.Header().Malformed, failed, tt.want)
		}
	}
}
