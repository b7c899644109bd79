// SPDX-License-Identifier: Apache-2.0

package packages_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/sbom"
)

// show writes what is read of a list: its format, the packages with their claims, and
// what was odd.
func show(in string) (string, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s", c.Name, c.Version)
		if c.Indirect {
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
		{"no package", "Package: a\nVersion: 1\n\nVersion: 2\nVendor: ZTE\n", "deb822, malformed 1\na 1; mention product a\n 2; supplier name ZTE\n"},
		{"not a field", "Package: a\nVersion: 1\nVendor ZTE\n", "deb822, malformed 1\na 1; mention product a\n"},
		{"two formats", "Package: a\nVersion: 1\nSPDXVersion: SPDX-2.3\nPackageSupplier: Organization: ZTE\n", "deb822, malformed 2\na 1; mention product a\n"},
		{"cut off", "Package: a\nVersion: 1\nMaintai", "deb822, malformed 2\na 1; mention product a\n"},
		{"line ends of Windows", "Package: a\r\nVersion: 1\r\nVendor: ZTE\r\n\r\nPackage: b\r\nVersion: 2\r\n", "deb822, malformed 0\na 1; mention product a; supplier name ZTE\nb 2; mention product b\n"},
		{"apk", "C:Q1abc=\nP:musl\nV:1.2\nA:x86_64\nm:Jane Doe <jane@hisilicon.com>\nU:https://musl.libc.org/\nT:the C library\nF:lib\nR:a\n\nP:b\nV:2\n",
			"apk-installed, malformed 0\nmusl 1.2; mention product musl; author name Jane Doe; author email jane@hisilicon.com; homepage url https://musl.libc.org/; mention text the C library\nb 2; mention product b\n"},
		{"manifest", "base-files - 1\nbusybox - 1.36.1-1\nkmod-usb-net-huawei-cdc-ncm - 5.15\n",
			"openwrt-manifest, malformed 0\nbase-files 1; mention product base-files\nbusybox 1.36.1-1; mention product busybox\nkmod-usb-net-huawei-cdc-ncm 5.15; mention product kmod-usb-net-huawei-cdc-ncm\n"},
		{"manifest cut off", "base-files - 1\nbusybox - 1\nkmod - 5.1", "openwrt-manifest, malformed 1\nbase-files 1; mention product base-files\nbusybox 1; mention product busybox\nkmod 5.1; mention product kmod\n"},
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
		{"a manifest with something else", "a - 1\nb - 1\nc - 1\n" + strings.Repeat("d - 1\n", 20) + "vendor ZTE\n", sbom.ErrSyntax},
		{"a letter", "Dear Sir,\nPackage: a\nVersion: 1\n", sbom.ErrNotRecognised},
		{"two lines", "a - 1\nb - 2\n", sbom.ErrNotRecognised},
	}
	for _, tt := range tests {
		if got, err := show(tt.in); !errors.Is(err, tt.kind) {
			t.Errorf("%s: %q, %v; want %v", tt.name, got, err, tt.kind)
		}
	}
}
