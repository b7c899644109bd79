// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// makers returns the claims of a document, without the names of its components.
func makers(t *testing.T, text string) (string, sbom.Header) {
	t.Helper()
	doc := sbom.NewReader(strings.NewReader(text), nil)
	var said []string
	for c, err := range doc.Components() {
		if err != nil {
			t.Fatal(err)
		}
		for _, claim := range c.Claims {
			if claim.Kind != vendors.KindProduct {
				said = append(said, fmt.Sprintf("%s %s %s", claim.Role, claim.Kind, claim.Value))
			}
		}
	}
	return strings.Join(said, "; "), doc.Header()
}

// The makers in Syft's fields for each kind of package, and in the labels of the image, are claims.
func TestSyftMakers(t *testing.T) {
	for _, tt := range []struct{ metadata, source, want string }{
		{`"metadata":{"VersionResources":[{"key":"CompanyName","value":"Acme"},{"key":"FileVersion","value":"1"}]}`, ``, "manufacturer name Acme"},
		{`"metadata":{"manifest":{"sections":[[{"key":"Bundle-Vendor","value":"Acme"}]]}}`, ``, "manufacturer name Acme"},
		{`"metadata":{"maintainer":"Acme <a@acme.example>"}`, ``, "author name Acme; author email a@acme.example"},
		{`"metadata":{"packager":"Acme"}`, ``, "author name Acme"},
		{`"metadata":{"vendor":"Acme"}`, ``, "manufacturer name Acme"},
		{`"metadata":{"authors":[{"name":"Acme","email":"a@acme.example","homepage":"https://acme.example","role":"x"}],"source":{"type":"git","url":"https://acme.example/x.git"}}`, ``,
			"author name Acme; author email a@acme.example; homepage url https://acme.example; reference url https://acme.example/x.git"},
		{`"metadata":{"package":{"vendorName":"Acme"},"title":5}`, ``, "manufacturer name Acme"},
		{`"cpes":[{"value":"cpe:2.3:a:acme:a:1:*:*:*:*:*:*:*","source":"x"}]`, ``, "namespace cpe cpe:2.3:a:acme:a:1:*:*:*:*:*:*:*"},
		{``, `"metadata":{"labels":{"org.opencontainers.image.vendor":"Acme","x":"Other"}}`, "supplier name Acme"},
		{``, `"metadata":{"labels":{"MAINTAINER":"Acme <a@acme.example>"}}`, "author name Acme; author email a@acme.example"},
		{``, `"target":{"labels":{"org.opencontainers.image.source":"https://example.org/x","org.opencontainers.image.url":"https://acme.example"}}`, "reference url https://example.org/x; homepage url https://acme.example"},
		{``, `"target":"/folder"`, ""},
		{``, `"metadata":{"userInput":"registry:docker.io/acme/x:1","tags":["acme/x:1","x"],"repoDigests":["ghcr.io/acme/x@sha256:00"]}`,
			"reference url docker.io/acme/x:1; reference url docker://acme/x:1; reference url ghcr.io/acme/x@sha256:00"},
		{``, `"metadata":{"userInput":"./acme/x.tar","tags":[]}`, ""},
		{``, `"metadata":{"config":"` + base64.StdEncoding.EncodeToString([]byte(`{"config":{"Labels":{"vendor":"Acme"}}}`)) + `","manifest":"` +
			base64.StdEncoding.EncodeToString([]byte(`{"annotations":{"org.opencontainers.image.vendor":"Acme"}}`)) + `"}`, "supplier name Acme; supplier name Acme"},
		{`"metadata":{"resolved":"https://registry.npmjs.org/@acme/x/-/x-1.tgz"}`, ``, "reference url https://registry.npmjs.org/@acme/x/-/x-1.tgz"},
		{`"metadata":{"ref":"x/1@acme/stable#0123"}`, ``, "reference purl pkg:conan/x@1?user=acme&channel=stable"},
		{`"metadata":{"ref":"x/1@"}`, ``, ""},
		{`"metadata":{"ref":"refs/heads/main"}`, ``, ""},
		{``, `"metadata":{"labels":null}`, ""},
	} {
		artifact, source := `{"name":"a"`, `{"name":"image"`
		if tt.metadata != "" {
			artifact += "," + tt.metadata
		}
		if tt.source != "" {
			source += "," + tt.source
		}
		got, h := makers(t, `{"artifacts":[`+artifact+`}],"source":`+source+`}}`)
		if got != tt.want || h.Malformed != 0 || h.NoParts {
			t.Errorf("%s %s: %q, malformed %d, no parts %v; want %q", tt.metadata, tt.source, got, h.Malformed, h.NoParts, tt.want)
		}
	}
	if _, h := makers(t, `{"artifacts":[],"source":{"name":"image"}}`); !h.NoParts {
		t.Error("a list without artifacts is not one that lists no parts")
	}
}

// Properties of CycloneDX in which tools write makers are claims.
func TestVendorProperties(t *testing.T) {
	for name, want := range map[string]string{
		"syft:cpe23":               "namespace cpe cpe:2.3:a:acme:a:1:*:*:*:*:*:*:*",
		"syft:metadata:maintainer": "author name Acme; author email a@acme.example",
		"cdx:device:manufacturer":  "manufacturer name Acme",
		"syft:metadata:homepage":   "homepage url https://acme.example",
		"x":                        "mention text Acme",
	} {
		value := "Acme"
		switch {
		case strings.Contains(want, " cpe "):
			value = "cpe:2.3:a:acme:a:1:*:*:*:*:*:*:*"
		case strings.Contains(want, "email"):
			value = "Acme <a@acme.example>"
		case strings.Contains(want, " url "):
			value = "https://acme.example"
		}
		got, _ := makers(t, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","properties":[{"name":"`+name+`","value":"`+value+`"}]}]}`)
		if got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
}

// The distribution of an image is a component with the fields of os-release.
func TestSyftDistro(t *testing.T) {
	const doc = `{"artifacts":[{"name":"a"}],"distro":{"prettyName":"Acme OS 1","name":"Acme OS","id":"acme","idLike":["debian"],"versionID":"1","homeURL":"https://acme.example","supportURL":"https://s.acme.example","cpeName":"cpe:/o:acme:os:1"}}`
	const want = `/artifacts/0 "a" "" subject=false malformed=0
  mention product "a" at /artifacts/0/name
/distro "Acme OS" "1" subject=false malformed=0
  mention product "Acme OS 1" at /distro/prettyName
  mention product "Acme OS" at /distro/name
  mention product "acme" at /distro/id
  mention text "debian" at /distro/idLike/0
  homepage url "https://acme.example" at /distro/homeURL
  homepage url "https://s.acme.example" at /distro/supportURL
  namespace cpe "cpe:/o:acme:os:1" at /distro/cpeName
`
	if got := claims(t, []byte(doc)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := claims(t, []byte(`{"artifacts":[{"name":"a"}],"distro":{}}`)); strings.Contains(got, "distro") {
		t.Errorf("a distribution without fields: %s", got)
	}
}
