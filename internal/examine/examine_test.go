// SPDX-License-Identifier: Apache-2.0

package examine_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

func TestValueIsReadNotedOrUnread(t *testing.T) {
	long := strings.Repeat("x", names.MaxLength+1)
	const reference, namespace, supplier, homepage = vendors.Reference, vendors.Namespace, vendors.Supplier, vendors.Homepage
	tests := []struct {
		role  vendors.Role
		kind  vendors.Kind
		value string
		want  string // "role kind", "noted" and "unread"
	}{
		{namespace, vendors.KindPURL, "pkg:npm/left-pad@1", "namespace purl"},
		{namespace, vendors.KindPURL, "pkg:k8s/k8s.io%2Fapiserver@1", "namespace purl noted"},
		{namespace, vendors.KindPURL, "pkg:npm/%2540a/x", "namespace purl noted"},
		{namespace, vendors.KindPURL, "pkg:maven/org.a:b@1", "namespace purl noted"},
		{namespace, vendors.KindPURL, "pkg:/", " noted"},
		{namespace, vendors.KindPURL, "pkg:golang/@", " noted"},
		{namespace, vendors.KindPURL, "pkg:golang/@v1.2", " noted"},
		{namespace, vendors.KindPURL, "NOASSERTION", " noted"},
		{namespace, vendors.KindPURL, "/usr/lib/libz.so", " noted"},
		{namespace, vendors.KindPURL, "https://example.org/x.tgz", "reference url noted"},
		{namespace, vendors.KindPURL, "git@example.org:a/b", "reference url noted"},
		{namespace, vendors.KindPURL, "cpe:2.3:a:b:c", "namespace cpe noted"},
		{namespace, vendors.KindPURL, "pkg:hikvision", "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:", " noted"},
		{namespace, vendors.KindPURL, "npm/left-pad", "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:npm/%zz", "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:gen eric/x", "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:generic/x?vendor=" + long, "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:generic/x?repository_url=https://a%20b/", "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:generic/x?supplier=" + long, "namespace purl noted unread"},
		{namespace, vendors.KindPURL, "pkg:github/a/%2e%2e/b/x", "namespace purl noted"},
		{reference, vendors.KindURL, "https:" + strings.Repeat("//web.archive.org/web/1/https:", 9) + "//a.example", "reference url noted unread"},
		{namespace, vendors.KindCPE, "cpe:2.3:a:b:c:1", "namespace cpe"},
		{namespace, vendors.KindCPE, "cpe:2.3:a", "namespace cpe noted unread"},
		{namespace, vendors.KindCPE, "pkg:npm/x", "namespace purl noted"},
		{reference, vendors.KindURL, "https://example.org/a", "reference url"},
		{reference, vendors.KindURL, "../a/b", "reference url"},
		{reference, vendors.KindURL, "/a/b", "reference url"},
		{reference, vendors.KindURL, "urn:cdx:1", "reference url"},
		{reference, vendors.KindURL, "NONE", ""},
		{reference, vendors.KindURL, "pkg:npm/x", "namespace purl noted"},
		{reference, vendors.KindURL, "https://[2001:db8::1]:80/a", "reference url"},
		{reference, vendors.KindURL, "https://[site]/x", "reference url noted unread"},
		{reference, vendors.KindURL, "see the manual", "reference url noted unread"},
		{reference, vendors.KindURL, "https://kasper\nsky.com", "reference url noted unread"},
		{reference, vendors.KindURL, "https://a.example,https://b.example", "reference url noted unread"},
		{reference, vendors.KindURL, "https://a.example https://b.example", "reference url noted unread"},
		{homepage, vendors.KindURL, "https://" + strings.Repeat("a.", 150) + "org", "homepage url noted unread"},
		{vendors.Mention, vendors.KindURL, "see the manual", "mention url"},
		{supplier, vendors.KindEmail, "a@b.example", "supplier email"},
		{supplier, vendors.KindEmail, "a@" + strings.Repeat("b.", 150) + "org", "supplier email noted unread"},
		{supplier, vendors.KindName, long, "supplier name noted unread"},
		{supplier, vendors.KindName, long[1:], "supplier name"},
		{supplier, vendors.KindName, strings.Repeat("a, ", 255) + "ZTE", "supplier name"},
		{supplier, vendors.KindName, strings.Repeat("a, ", 256) + "ZTE", "supplier name noted unread"},
		{namespace, vendors.KindGroup, long, "namespace group noted unread"},
		{reference, vendors.KindName, long, "reference name noted unread"},
		{vendors.Mention, vendors.KindProduct, long, "mention product noted unread"},
		{vendors.Mention, vendors.KindText, long, "mention text"},
		{vendors.Author, vendors.KindName, long, "author name"},
	}
	for _, tt := range tests {
		e := examine.Value(tt.role, tt.kind, []byte(tt.value))
		got := ""
		if e.Kind != "" {
			got = string(e.Role) + " " + string(e.Kind)
		}
		if e.Note != "" {
			got += " noted"
		}
		if e.Unread {
			got += " unread"
		}
		if got != tt.want {
			t.Errorf("%s %s %.60q: %q, want %q (%s)", tt.role, tt.kind, tt.value, got, tt.want, e.Note)
		}
	}
}
