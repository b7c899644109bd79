// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/vendors"
)

// repeated makes claims that repeat one statement n times.
var repeated = []struct {
	name  string
	claim func(n int) vendors.Claim
}{
	{"qualifiers", func(n int) vendors.Claim { return purl("pkg:generic/x?" + strings.Repeat("vendor=ZTE&", n)) }},
	{"qualifiers with URLs", func(n int) vendors.Claim {
		return purl("pkg:npm/x?" + strings.Repeat("download_url=https://github.com/KasperskyLab/x&", n))
	}},
	{"strangers", func(n int) vendors.Claim {
		return purl("pkg:npm/x?" + strings.Repeat("vcs_url=https://github.com/kaspersky/x&", n))
	}},
	{"segments", func(n int) vendors.Claim { return purl("pkg:generic" + strings.Repeat("/kaspersky", n) + "/x") }},
	{"group", func(n int) vendors.Claim { return id(vendors.KindGroup, strings.Repeat("com.kaspersky.", n)+"x") }},
	{"subject", func(n int) vendors.Claim {
		return id(vendors.KindCertificate, strings.Repeat("O=HUAWEI,", n)+"C=CN")
	}},
	{"name", func(n int) vendors.Claim { return supplier(strings.Repeat("Huawei, ", n)) }},
	{"company", func(n int) vendors.Claim { return supplier(strings.Repeat("Shenzhen ZTE Mobile ", n)) }},
	{"text", func(n int) vendors.Claim {
		return vendors.Claim{Role: vendors.Mention, Kind: vendors.KindText, Value: strings.Repeat("Huawei and Kaspersky, ", n)}
	}},
	{"package URLs in package URLs", func(n int) vendors.Claim { return purl(strings.Repeat("pkg:generic/kaspersky/x?vcs_url=", n)) }},
	{"pages of pages", func(n int) vendors.Claim {
		return ref("https://" + strings.Repeat("pkg.go.dev/", n) + "github.com/kasperskylab/x")
	}},
}

func TestRepeatedEvidenceCountsOnce(t *testing.T) {
	for _, tt := range repeated {
		few := vendors.Bundled().Resolve(today, []vendors.Claim{tt.claim(10)})
		many := vendors.Bundled().Resolve(today, []vendors.Claim{tt.claim(10_000)})
		if len(few.Attributions)+len(few.Unattributed) == 0 {
			t.Errorf("%s: nothing found in the short form", tt.name)
		}
		if len(few.Attributions) != len(many.Attributions) || len(few.Unattributed) != len(many.Unattributed) {
			t.Errorf("%s: %d and %d for 10, %d and %d for 10,000", tt.name, len(few.Attributions), len(few.Unattributed), len(many.Attributions), len(many.Unattributed))
		}
		if n := len(many.Attributions); n > 8 {
			t.Errorf("%s: %d attributions", tt.name, n)
		}
	}
}

func TestValuesNestedTooDeepAreUnread(t *testing.T) {
	for _, tt := range []struct {
		n      int
		unread bool
	}{{1, false}, {3, false}, {5, true}, {1000, true}} {
		value := strings.Repeat("pkg:generic/x?vcs_url=", tt.n) + "https://github.com/KasperskyLab/x"
		if got := examine.Value(vendors.Namespace, vendors.KindPURL, []byte(value)).Unread; got != tt.unread {
			t.Errorf("%d deep: unread %v, want %v", tt.n, got, tt.unread)
		}
		if got := found(purl(value)) != ""; got == tt.unread {
			t.Errorf("%d deep: found %v, want %v", tt.n, got, !tt.unread)
		}
	}
}

// The time grows linearly with the number of claims.
func BenchmarkManyClaims(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		var claims []vendors.Claim
		size := 0
		for i := range n {
			maker := supplier("ZTE")
			maker.Location.Offset = int64(i)
			model := vendors.Claim{Role: vendors.Reference, Kind: vendors.KindProduct, Value: fmt.Sprintf("Blade V%d", i)}
			claims = append(claims, maker, model, product("WeChat 3.9 for Windows"))
			size += len(maker.Value) + len(model.Value) + len("WeChat 3.9 for Windows")
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				vendors.Bundled().Resolve(today, claims)
			}
		})
	}
}

func BenchmarkRepeatedEvidence(b *testing.B) {
	for _, tt := range repeated {
		claims := []vendors.Claim{tt.claim(10_000)}
		b.Run(strings.ReplaceAll(tt.name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(claims[0].Value)))
			for b.Loop() {
				vendors.Bundled().Resolve(today, claims)
			}
		})
	}
}
