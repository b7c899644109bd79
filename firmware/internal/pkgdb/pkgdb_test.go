// SPDX-License-Identifier: Apache-2.0

package pkgdb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/sbom"
)

// show returns the format of a list, its packages with their claims, and its warnings.
func show(in string) (string, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s", c.Name, c.Version)
		if c.Pedigree {
			b.WriteString(" indirect")
		}
		for _, cl := range c.Claims {
			if got := in[cl.Location.Offset:]; !strings.HasPrefix(got, cl.Value) {
				return "", fmt.Errorf("%q is not at byte %d", cl.Value, cl.Location.Offset)
			}
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
		}
		b.WriteString("\n")
	}
	h := doc.Header()
	return fmt.Sprintf("%s, malformed %d\n%s", h.Format, h.Malformed, b.String()), nil
}

func TestRead(t *testing.T) {
	// Packages that have Section and Description, and one that has no Section.
	several := strings.Repeat("Package: a\nVersion: 1\nSection: x\nDescription: x\n\n", 4) + "Package: a\nVersion: 1\nDescription: x\n\n"
	severalRead := "deb822, malformed 0\n" + strings.Repeat("a 1; mention product a; mention text x\n", 5)
	tests := []struct{ name, in, want string }{
		{"dpkg", "Package: kesl\nStatus: install ok installed\nMaintainer: AO Kaspersky Lab\nVersion: 12\nDescription: Security\n for Linux\n .\n servers\n\n" +
			"Package: old\nStatus: deinstall ok config-files\nVersion: 1\n",
			"deb822, malformed 0\nkesl 12; mention product kesl; author name AO Kaspersky Lab; mention text Security; mention text for Linux; mention text servers\n" +
				"old 1 indirect; mention product old\n"},
		{"opkg with hold and user", "Package: libc\nVersion: 1.2\nStatus: install hold installed\n\nPackage: app\nVersion: 2\nStatus: install user installed\n",
			"deb822, malformed 0\nlibc 1.2; mention product libc\napp 2; mention product app\n"},
		{"a third party's package", "Package: net-agent\nVersion: 1\nVendor: ZTE Corporation\nmaintainer: Build <build@zte.com.cn>\nHomepage: https://www.zte.com.cn/\nCPE-ID: cpe:/a:zte:agent\nOrigin: Example OS\n",
			"deb822, malformed 0\nnet-agent 1; mention product net-agent; supplier name ZTE Corporation; author name Build; author email build@zte.com.cn; homepage url https://www.zte.com.cn/; namespace cpe cpe:/a:zte:agent; distributor name Example OS\n"},
		{"two maintainers", "Package: a\nVersion: 1\nMaintainer: Jo <jo@example.com>, Hisilicon <x@hisilicon.com>\n",
			"deb822, malformed 0\na 1; mention product a; author name Jo; author email jo@example.com; author name Hisilicon; author email x@hisilicon.com\n"},
		{"blank values", "Package: a\nVersion: 1\nMaintainer: (none)\nVendor: \n", "deb822, malformed 0\na 1; mention product a\n"},
		{"a field twice", "Package: a\nVersion: 1\nVendor: Acme\nVendor: ZTE\n", "deb822, malformed 1\na 1; mention product a; supplier name Acme; supplier name ZTE\n"},
		{"a paragraph without a package", "Package: a\nVersion: 1\n\nVersion: 2\nVendor: ZTE\n", "deb822, malformed 1\na 1; mention product a\n 2; supplier name ZTE\n"},
		{"not a field", "Package: a\nVersion: 1\nVendor ZTE\n", "deb822, malformed 1\na 1; mention product a\n"},
		{"two formats", "Package: a\nVersion: 1\nSPDXVersion: SPDX-2.3\nPackageSupplier: Organization: ZTE\n", "deb822, malformed 2\na 1; mention product a\n"},
		{"no line break at the end", "Package: a\nVersion: 1\nMaintainer: B <b@example.org>", "deb822, malformed 0\na 1; mention product a; author name B; author email b@example.org\n"},
		{"a supplier at the end", "Package: a\nVersion: 1\nVendor: Huawei Tech", "deb822, malformed 1\na 1; mention product a; supplier name Huawei Tech\n"},
		{"the last of many paragraphs is shorter", several + "Package: b\nVersion: 1\nSection: x", strings.Replace(severalRead, "malformed 0", "malformed 1", 1) + "b 1; mention product b\n"},
		{"the last of many paragraphs has the fields of the others", several + "Package: b\nVersion: 1\nDescription: x", severalRead + "b 1; mention product b; mention text x\n"},
		{"apk without a line break at the end", "C:Q1abc=\nP:musl\nV:1.2\nA:x86_64\nm:Jo <jo@example.org>\nT:the C library\nF:lib\nR:a", "apk-installed, malformed 0\nmusl 1.2; mention product musl; author name Jo; author email jo@example.org; mention text the C library\n"},
		{"one package, cut off before its maintainer", "C:Q1abc=\nP:musl\nV:1.2\nA:x86_64\nT:the C lib", "apk-installed, malformed 1\nmusl 1.2; mention product musl; mention text the C lib\n"},
		{"two packages, the last cut off", "Package: a\nVersion: 1\nMaintainer: B <b@example.org>\n\nPackage: c\nVersion: 1\nSection: x", "deb822, malformed 1\na 1; mention product a; author name B; author email b@example.org\nc 1; mention product c\n"},
		{"cut off in a maintainer", "Package: a\nVersion: 1\nMaintainer: Huaw", "deb822, malformed 1\na 1; mention product a; author name Huaw\n"},
		{"cut off in a version", "Package: a\nMaintainer: B <b@example.org>\nVersion: 1", "deb822, malformed 1\na 1; mention product a; author name B; author email b@example.org\n"},
		{"cut off", "Package: a\nVersion: 1\nMaintai", "deb822, malformed 2\na 1; mention product a\n"},
		{"CRLF", "Package: a\r\nVersion: 1\r\nVendor: ZTE\r\n\r\nPackage: b\r\nVersion: 2\r\n", "deb822, malformed 0\na 1; mention product a; supplier name ZTE\nb 2; mention product b\n"},
		{"apk", "C:Q1abc=\nP:musl\nV:1.2\nA:x86_64\nm:Jane Doe <jane@hisilicon.com>\nU:https://musl.libc.org/\nT:the C library\nF:lib\nR:a\n\nP:b\nV:2\n",
			"apk-installed, malformed 0\nmusl 1.2; mention product musl; author name Jane Doe; author email jane@hisilicon.com; homepage url https://musl.libc.org/; mention text the C library\nb 2; mention product b\n"},
		{"manifest", "base-files - 1\nbusybox - 1.36.1-1\nkmod-usb-net-huawei-cdc-ncm - 5.15\n",
			"openwrt-manifest, malformed 0\nbase-files 1; mention product base-files\nbusybox 1.36.1-1; mention product busybox\nkmod-usb-net-huawei-cdc-ncm 5.15; mention product kmod-usb-net-huawei-cdc-ncm\n"},
		{"manifest of apk", "base-files 1700~9f3c2ab\nkernel 6.12.51~ab12cd-r1\nzte-tools 1.0_rc2-r3\n",
			"openwrt-manifest, malformed 0\nbase-files 1700~9f3c2ab; mention product base-files\nkernel 6.12.51~ab12cd-r1; mention product kernel\nzte-tools 1.0_rc2-r3; mention product zte-tools\n"},
		{"manifest of apk, of one package", "libc 1.2.5-r4\n", "openwrt-manifest, malformed 0\nlibc 1.2.5-r4; mention product libc\n"},
		{"manifest of apk, a part", "a 1-r1\r\nb 2-r1\r\nc 3-r1\r\n", "openwrt-manifest, malformed 0\na 1-r1; mention product a\nb 2-r1; mention product b\nc 3-r1; mention product c\n"},
		{"manifest without a line break at the end", "base-files - 1\nbusybox - 1\nkmod - 5.1", "openwrt-manifest, malformed 1\nbase-files 1; mention product base-files\nbusybox 1; mention product busybox\nkmod 5.1; mention product kmod\n"},
	}
	for _, tt := range tests {
		if got, err := show(tt.in); err != nil || got != tt.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, got, tt.want)
		}
	}
}

func TestRefused(t *testing.T) {
	const dpkg = "Package: a\nVersion: 1\n"
	tests := []struct {
		name, in string
		kind     error
	}{
		{"not UTF-8", dpkg + "Vendor: \xff\n", sbom.ErrEncoding},
		{"a NUL byte", dpkg + "Vendor: a\x00b\n", sbom.ErrSyntax},
		{"an endless line", dpkg + "Vendor: " + strings.Repeat("x", 1<<17), sbom.ErrLimit},
		{"a manifest with lines of both forms", "a - 1\nb - 1\nc - 1\n" + strings.Repeat("d - 1\n", 20) + "e 1\n", sbom.ErrNotRecognized},
		{"two words in each line", "apples 12\npears 4\nplums 7\n", sbom.ErrNotRecognized},
		{"two words in each line, one of them a package", "base-files 1\nZTE 7\n", sbom.ErrNotRecognized},
		{"a package and a sentence", "base-files 1\nlibc is here\n", sbom.ErrNotRecognized},
		{"two revisions", "a 1-r1\nb 2-r1\n", sbom.ErrNotRecognized},
		{"a long manifest of apk with another line", "base-files 1\n" + strings.Repeat("d 1\n", 20000) + "vendor ZTE\n", sbom.ErrSyntax},
		{"a manifest with another line", "a - 1\nb - 1\nc - 1\n" + strings.Repeat("d - 1\n", 20) + "vendor ZTE\n", sbom.ErrSyntax},
		{"a letter", "Dear Sir,\nPackage: a\nVersion: 1\n", sbom.ErrNotRecognized},
		{"two lines", "a - 1\nb - 2\n", sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		if got, err := show(tt.in); !errors.Is(err, tt.kind) {
			t.Errorf("%s: %q, %v; want %v", tt.name, got, err, tt.kind)
		}
	}
}
