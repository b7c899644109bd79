// SPDX-License-Identifier: Apache-2.0

package weburl

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/words"
)

// copyHosts are hosts that serve copies of the address in their path: archives of pages, and
// proxies of code hosts. The address counts, and not the host.
var copyHosts = words.Set("web.archive.org", "archive.org", "archive.ph", "archive.is", "archive.today", "webcitation.org",
	"ghproxy.com", "mirror.ghproxy.com", "ghproxy.net", "gh-proxy.com", "ghfast.top", "gitclone.com", "r.jina.ai")

// original returns the place that p is a copy of, if its host serves copies.
func (p Place) original() (Place, bool) {
	switch {
	case p.Host == "cdn.jsdelivr.net": // jsdelivr.com: "/gh/user/repo@version/file", "/npm/package@version/file"
		if rest, ok := strings.CutPrefix(p.Path, "gh/"); ok {
			return Place{Host: "github.com", Path: rest}, true
		}
		if rest, ok := strings.CutPrefix(p.Path, "npm/"); ok {
			return Place{Host: "registry.npmjs.org", Path: rest}, true
		}
	case copyHosts[p.Host]:
		if inner, ok := p.Embedded(); ok {
			return inner, true
		}
		rest := p.Path
		if after, ok := strings.CutPrefix(rest, "web/"); ok { // "web/20200101000000id_/example.org/x"
			_, rest, _ = strings.Cut(after, "/")
		}
		if host, _, _ := strings.Cut(rest, "/"); strings.IndexByte(host, '.') > 0 {
			inner, ok := parseOne(rest)
			return inner, ok && inner.Host != ""
		}
	}
	return p, false
}

// Embedded returns the place of a URL in the path of another: "/https://example.org/x". Some
// servers write one slash instead of two.
func (p Place) Embedded() (Place, bool) {
	path := p.Path
	if strings.IndexByte(path, '%') >= 0 && ascii.HasEscape(path, "3a") {
		path = ascii.UnescapeAll(path)
	}
	for rest := path; ; {
		i := strings.Index(rest, ":/")
		if i < 0 {
			return Place{}, false
		}
		start := i
		for start > 0 && ascii.Alnum[rest[start-1]] != 0 {
			start--
		}
		if scheme := ascii.Lower(rest[start:i]); scheme == "http" || scheme == "https" || scheme == "git" || scheme == "ssh" {
			inner, ok := parseOne(rest[start:])
			return inner, ok && inner.Host != ""
		}
		rest = rest[i+len(":/"):]
	}
}

// maxInQuery is the number of URLs in the query of another that are read.
const maxInQuery = 4

// InQuery returns the places of the URLs in the query or fragment of a URL: "?url=https://example.org/x".
// They are the arguments of a proxy, a redirection or a form.
func InQuery(s string) (places []Place) {
	start := strings.IndexAny(s, "?#")
	if start < 0 {
		return nil
	}
	for parameter := range strings.FieldsFuncSeq(ascii.UnescapeAll(s[start:]), func(r rune) bool { return strings.ContainsRune("?#&;=, \t\r\n\"'<>", r) }) {
		if !strings.Contains(parameter, "://") && !ascii.HasPrefixFold(parameter, "www.") {
			continue
		}
		if len(places) == maxInQuery {
			break
		}
		if p, ok := Parse(parameter); ok && p.Host != "" {
			places = append(places, p)
		}
	}
	return places
}

// imageSchemes are the schemes of references of container images: "docker://owner/name:tag".
var imageSchemes = words.Set("docker", "docker-image", "docker-daemon", "oci", "oci-image", "containers-storage", "podman", "image", "registry")

// parseImage reads the reference of a container image. Without a host it is on Docker Hub, where
// images without an owner are Docker's own (docs.docker.com, image references).
func parseImage(ref string) (Place, bool) {
	first, rest, more := strings.Cut(ref, "/")
	switch {
	case more && (strings.ContainsAny(first, ".:") || first == "localhost"):
		return parseAuthority(ref)
	case !more:
		return Place{Host: "docker.io", Path: "library/" + first}, first != ""
	}
	return Place{Host: "docker.io", Path: first + "/" + rest}, true
}
