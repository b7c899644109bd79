// SPDX-License-Identifier: Apache-2.0

package android_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/android"
	"github.com/clause76/clause76/sbom"
)

func TestOTA(t *testing.T) {
	const whole = "ota-required-cache=0\nota-type=BLOCK\npost-build=ZTE/P635F33/ZTE_T620:6.0/MRA58K/20160728:user/release-keys\npost-build-incremental=20160728\npre-device=ZTE_T620|P635F33\n"
	for _, tt := range []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"whole", whole, "ZTE_T620|P635F33 20160728: reference ZTE, reference ZTE_T620, reference P635F33", 0, nil},
		{"cut in a line", whole[:len(whole)-3], "ZTE_T620|P635F 20160728: reference ZTE, reference ZTE_T620, reference P635F", 1, nil},
		{"a line that is not a property", whole + strings.Repeat("a=1\n", 20_000) + "Huawei\n", "ZTE_T620|P635F33 20160728: reference ZTE, reference ZTE_T620, reference P635F33", 1, nil},
		{"another format", "ota-type=BLOCK\na\n", "", 0, sbom.ErrNotRecognized},
	} {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		got := ""
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err != nil {
				break
			}
			var claims []string
			for _, cl := range c.Claims {
				claims = append(claims, string(cl.Role)+" "+cl.Value)
				if !strings.Contains(tt.in[cl.Location.Offset:], cl.Value) {
					t.Errorf("%s: %q is not after byte %d", tt.name, cl.Value, cl.Location.Offset)
				}
			}
			got = c.Name + " " + c.Version + ": " + strings.Join(claims, ", ")
		}
		if h := doc.Header(); !errors.Is(failed, tt.err) || failed == nil && (got != tt.want || h.Malformed != tt.malformed || h.Format != android.NameOTA) {
			t.Errorf("%s: %q, %+v, %v; want %s", tt.name, got, h, failed, tt.want)
		}
	}
}
