// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

func TestReferencesResolveByNameOrDigest(t *testing.T) {
	m := matcher(t, nil)
	check := func(doc string) *match.Result {
		t.Helper()
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(doc), nil))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	const serial = "3e671687-395b-41f5-a30f-a58921a69b79"
	const target = `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:` + serial + `","version":3,"components":[{"type":"library","name":"x"}]}`
	const spdx = `{"spdxVersion":"SPDX-2.3","documentNamespace":"https://example.com/other","packages":[{"name":"x"}]}`
	refer := func(link string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"y"}],"externalReferences":[{"type":"bom",` + link + `}]}`
	}
	digests := map[string]string{"sha256": "aa", "sha1": "bb"}
	for _, tt := range []struct {
		name, doc string
		want      match.Verdict
	}{
		{"BOM-Link", refer(`"url":"urn:cdx:` + serial + `/3"`), match.Clear},
		{"BOM-Link to a component", refer(`"url":"urn:cdx:` + serial + `/3#x"`), match.Clear},
		{"another version", refer(`"url":"urn:cdx:` + serial + `/2"`), match.Inconclusive},
		{"serial number", refer(`"url":"urn:uuid:` + serial + `"`), match.Clear},
		{"digest", refer(`"url":"https://example.com/x","hashes":[{"alg":"SHA-256","content":"AA"}]`), match.Clear},
		{"name and digest", refer(`"url":"urn:uuid:` + serial + `","hashes":[{"alg":"SHA-1","content":"bb"},{"alg":"MD5","content":"0"}]`), match.Clear},
		{"name, another digest", refer(`"url":"urn:uuid:` + serial + `","hashes":[{"alg":"SHA-1","content":"cc"}]`), match.Inconclusive},
		{"one digest right, one wrong", refer(`"url":"x","hashes":[{"alg":"SHA-256","content":"aa"},{"alg":"SHA-1","content":"cc"}]`), match.Inconclusive},
		{"elsewhere", refer(`"url":"https://example.com/x"`), match.Inconclusive},
		{"of a component", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"y","externalReferences":[{"type":"bom","url":"urn:cdx:` + serial + `/3"}]}]}`, match.Clear},
		{"SPDX", `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-y","name":"y","downloadLocation":"NONE"}],"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-o","spdxDocument":"https://example.com/other","checksum":{"algorithm":"SHA1","checksumValue":"dd"}}]}`, match.Clear},
	} {
		r := check(tt.doc)
		if r.Verdict != match.Inconclusive {
			t.Errorf("%s: alone %v", tt.name, r.Verdict)
		}
		docs := []screen.Screened{{Path: "a", Result: r}, {Path: "unread"}, {Path: "b", Digests: digests, Result: check(target)},
			{Path: "c", Digests: map[string]string{"sha1": "dd"}, Result: check(spdx)}}
		screen.ResolveReferences(m, docs)
		if r.Verdict != tt.want || len(r.Header.Warnings) != 1 || (r.Header.Warnings[0].Kind == sbom.WarnLinkedDocument) != (tt.want == match.Clear) {
			t.Errorf("%s: %v, want %v; %v", tt.name, r.Verdict, tt.want, r.Header.Warnings)
		}
	}
}

// A reference to a document that was not read, or one beyond the references that are kept, stays.
func TestReferencesWithoutTargetStayUnresolved(t *testing.T) {
	m := matcher(t, nil)
	doc := `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:1","components":[{"name":"y","type":"library"}],"externalReferences":[` +
		strings.Repeat(`{"type":"bom","url":"urn:uuid:1"},`, 1500) + `{"type":"bom","url":"urn:uuid:2"}]}`
	r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(doc), nil))
	if err != nil {
		t.Fatal(err)
	}
	screen.ResolveReferences(m, []screen.Screened{{Path: "a", Result: r}})
	if r.Verdict != match.Inconclusive || r.Header.UnresolvedRefs != 501 {
		t.Errorf("%v, %d external", r.Verdict, r.Header.UnresolvedRefs)
	}
}

// A document that was not read to its end was not screened: a reference to it stays. Its own
// references are resolved, and it stays inconclusive.
func TestReferenceToIncompleteDocumentStaysUnresolved(t *testing.T) {
	m := matcher(t, nil)
	whole := func(serial, other string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:` + serial + `","externalReferences":[{"type":"bom","url":"urn:uuid:` + other + `"}],"components":[{"type":"library","name":"y"}]}`
	}
	a, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(whole("1", "2")), nil))
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(strings.TrimSuffix(whole("2", "1"), "}")), nil))
	var incomplete *match.IncompleteError
	if r != nil || !errors.As(err, &incomplete) {
		t.Fatalf("result %+v, error %v; want no result and an IncompleteError", r, err)
	}
	b := incomplete.Result
	screen.ResolveReferences(m, []screen.Screened{{Path: "a", Result: a}, {Path: "b", Result: b}})
	if a.Verdict != match.Inconclusive || a.Header.UnresolvedRefs != 1 {
		t.Errorf("the link to the incomplete document: %v, %d external", a.Verdict, a.Header.UnresolvedRefs)
	}
	if b.Verdict != match.Inconclusive || b.Header.UnresolvedRefs != 0 {
		t.Errorf("the incomplete document: %v, %d external", b.Verdict, b.Header.UnresolvedRefs)
	}
}

// A document that only refers to others counts as screened if all of them were, and one has
// components.
func TestDocumentOfReferencesOnlyIsScreenedWithItsTargets(t *testing.T) {
	m := matcher(t, nil)
	doc := func(name string, packages int, links ...string) screen.Screened {
		t.Helper()
		var refs, parts []string
		for i, l := range links {
			refs = append(refs, fmt.Sprintf(`{"externalDocumentId":"DocumentRef-%d","spdxDocument":"https://example.com/%s"}`, i, l))
		}
		for i := range packages {
			parts = append(parts, fmt.Sprintf(`{"SPDXID":"SPDXRef-%d","name":"p","downloadLocation":"NONE"}`, i))
		}
		text := `{"spdxVersion":"SPDX-2.2","documentNamespace":"https://example.com/` + name + `","externalDocumentRefs":[` + strings.Join(refs, ",") + `],"packages":[` + strings.Join(parts, ",") + `],
			"relationships":[{"spdxElementId":"DocumentRef-0:SPDXRef-0","relationshipType":"AMENDS","relatedSpdxElement":"SPDXRef-DOCUMENT"}]}`
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(text), nil))
		if err != nil {
			t.Fatal(err)
		}
		return screen.Screened{Path: name, Result: r}
	}
	for _, tt := range []struct {
		name string
		docs []screen.Screened
		want string // verdicts of the documents that link
	}{
		{"to parts", []screen.Screened{doc("run", 0, "a", "b"), doc("a", 1), doc("b", 2)}, "clear"},
		{"to a document that only links", []screen.Screened{doc("image", 0, "run"), doc("run", 0, "a"), doc("a", 1)}, "clear clear"},
		{"one is not there", []screen.Screened{doc("run", 0, "a", "b"), doc("a", 1)}, "inconclusive"},
		{"what it links to links to one that is not there", []screen.Screened{doc("image", 0, "run"), doc("run", 0, "a")}, "inconclusive inconclusive"},
		{"what it links to links to parts, and to one that is not there", []screen.Screened{doc("image", 0, "run"), doc("run", 0, "a", "b"), doc("a", 1)}, "inconclusive inconclusive"},
		{"to each other", []screen.Screened{doc("x", 0, "y"), doc("y", 0, "x")}, "inconclusive inconclusive"},
		{"to itself", []screen.Screened{doc("x", 0, "x"), doc("y", 1)}, "inconclusive"},
		{"to nothing", []screen.Screened{doc("run", 0, "a"), doc("a", 0)}, "inconclusive"},
	} {
		screen.ResolveReferences(m, tt.docs)
		var got []string
		for _, d := range tt.docs {
			if len(d.Result.Header.DocumentRefs) > 0 {
				got = append(got, d.Result.Verdict.String())
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// Findings that are not listed keep the verdict when references are resolved afterwards.
func TestUnlistedFindingsCountAfterResolving(t *testing.T) {
	const doc = `{"bomFormat":"CycloneDX","specVersion":"1.6","externalReferences":[{"type":"bom","url":"https://example.org/bom"}],
		"components":[{"type":"application","name":"k","supplier":{"name":"Kaspersky Lab"}}]}`
	m := matcher(t, nil)
	r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(doc), nil))
	if err != nil || r.Verdict != match.Ban {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := r.Limit(0); err == nil {
		t.Error("no error")
	}
	screen.ResolveReferences(m, []screen.Screened{{Path: "a", Result: r}})
	if r.Verdict != match.Ban || len(r.Findings) != 0 || len(r.Gaps) != 2 {
		t.Errorf("%s, gaps %+v", r.Verdict, r.Gaps)
	}
}
