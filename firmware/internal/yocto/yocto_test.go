// SPDX-License-Identifier: Apache-2.0

package yocto_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/yocto"
	"github.com/clause76/clause76/sbom"
)

const (
	manifest = "base-files qemux86_64 3.0.14\nbusybox core2_64 1.36.1\nhuawei-modem-tools all 1.0\n"
	licenses = "PACKAGE NAME: base-files\nPACKAGE VERSION: 3.0.14\nRECIPE NAME: base-files\nLICENSE: GPL-2.0-only\n\nPACKAGE NAME: busybox\nPACKAGE VERSION: 1.36.1\nRECIPE NAME: busybox\nLICENSE: GPL-2.0-only\n\n"
)

func Example() {
	for c, err := range yocto.ReadManifest(strings.NewReader(manifest), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
	}
	// Output:
	// base-files 3.0.14 <nil>
	// busybox 1.36.1 <nil>
	// huawei-modem-tools 1.0 <nil>
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, in, format, want string
		malformed              int
		err                    error
	}{
		{"manifest", manifest, yocto.NameManifest, "base-files 3.0.14, busybox 1.36.1, huawei-modem-tools 1.0", 0, nil},
		{"a last line without a newline", manifest[:len(manifest)-1], yocto.NameManifest, "base-files 3.0.14, busybox 1.36.1, huawei-modem-tools 1.0", 1, nil},
		{"a line of another format", manifest + strings.Repeat("a all 1\n", 20) + "vendor: Huawei\n", "", "", 0, sbom.ErrSyntax},
		{"prose", "to be or\nnot to be\nthat is the\n", "", "", 0, sbom.ErrNotRecognized},
		{"licenses", licenses, yocto.NameLicenses, "base-files 3.0.14, busybox 1.36.1", 0, nil},
		{"an unknown label", licenses + "VENDOR: Huawei\n", "", "", 0, sbom.ErrSyntax},
		{"a line without a label", "PACKAGE NAME: a\nRECIPE NAME: a\n" + strings.Repeat("\n", 3) + "x", "", "", 0, sbom.ErrSyntax},
	} {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		var got []string
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err == nil {
				got = append(got, c.Name+" "+c.Version)
			}
		}
		if h := doc.Header(); !errors.Is(failed, tt.err) || failed == nil && (strings.Join(got, ", ") != tt.want || h.Malformed != tt.malformed || h.Format != tt.format) {
			t.Errorf("%s: %q, %+v, %v; want %s", tt.name, got, h, failed, tt.want)
		}
	}
}
