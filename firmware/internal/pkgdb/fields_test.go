// SPDX-License-Identifier: Apache-2.0

package pkgdb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
)

// claimsOf returns the claims of a text, except for names of products, and the number of malformed
// fields.
func claimsOf(t *testing.T, in string) string {
	t.Helper()
	doc := firmware.Open(strings.NewReader(in), nil)
	var out []string
	for c, err := range doc.Components() {
		if err != nil {
			t.Fatalf("%v\n%s", err, in)
		}
		for _, cl := range c.Claims {
			if cl.Kind != "product" {
				out = append(out, fmt.Sprintf("%s %s %s", cl.Role, cl.Kind, cl.Value))
			}
		}
	}
	return fmt.Sprintf("%s malformed=%d: %s", doc.Header().Format, doc.Header().Malformed, strings.Join(out, "; "))
}

func TestMakerFields(t *testing.T) {
	for field, want := range map[string]string{
		"Vendor: Huawei\n Technologies":                             "malformed=0: supplier name Huawei Technologies",
		"Vendor:\n Huawei Technologies":                             "malformed=0: supplier name Huawei Technologies",
		"Vendor:\fHuawei":                                           "malformed=0: supplier name Huawei",
		"Supplier: Huawei":                                          "malformed=0: supplier name Huawei",
		"XB-Manufacturer: Huawei":                                   "malformed=0: manufacturer name Huawei",
		"Uploaders: A <a@example.org>,\n Huawei <b@huawei.com>":     "malformed=0: author name A; author email a@example.org; author name Huawei; author email b@huawei.com",
		"Vcs-Git: https://github.com/huawei/x.git -b main [debian]": "malformed=0: reference url https://github.com/huawei/x.git",
		"Vcs-Browser: https://github.com/huawei/x\nVcs-Git: https://github.com/huawei/x.git": "malformed=0: reference url https://github.com/huawei/x; reference url https://github.com/huawei/x.git",
		"Vcs-Git: \u00a0":     "malformed=0: ",
		"Chip-Vendor: Huawei": "malformed=1: ",
		"Vendor : Huawei":     "malformed=1: ",
		"\vVendor: Huawei":    "malformed=1: ",
		"Section: Huawei":     "malformed=0: ",
	} {
		if got := claimsOf(t, "Package: a\nVersion: 1\n"+field+"\nArchitecture: all\n\n"); got != "deb822 "+want {
			t.Errorf("%q: %s, want %s", field, got, want)
		}
	}
}

// The control file of a source package, signed or not.
func TestSourcePackage(t *testing.T) {
	const text = "Format: 3.0 (quilt)\nSource: kesl\nBinary: kesl\nVersion: 12-1\nMaintainer: Acme <a@acme.example>\nUploaders: Huawei <b@huawei.com>\n" +
		"Vcs-Git: https://github.com/huawei/x.git\nFiles:\n d41d8cd98f00b204e9800998ecf8427e 0 kesl_12.orig.tar.gz\n"
	const claims = "author name Acme; author email a@acme.example; author name Huawei; author email b@huawei.com; reference url https://github.com/huawei/x.git"
	const begin, signature = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n", "\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
	for _, tt := range []struct{ name, in, want string }{
		{"not signed", text, "malformed=0: " + claims},
		{"signed", begin + text + signature, "malformed=0: " + claims},
		{"without a line break at the end", strings.TrimSpace(begin + text + signature), "malformed=0: " + claims},
		{"escaped dashes", begin + strings.Replace(text, "Binary:", "- Binary:", 1) + signature, "malformed=0: " + claims},
		{"text after the signature", begin + text + signature + "Vendor: ZTE\n", "malformed=1: " + claims},
		{"signature cut off", begin + text + signature[:40] + "\n", "malformed=1: " + claims},
		{"without a signature", begin + text, "malformed=1: " + claims},
	} {
		if got := claimsOf(t, tt.in); got != "deb822 "+tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := claimsOf(t, text+"\n"); !strings.HasPrefix(got, "deb822 malformed=0") {
		t.Error(got)
	}
}
