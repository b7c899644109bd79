// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/words"
)

// copyHosts are hosts that hand on what is at the address in their path: archives of pages, and
// proxies of code hosts. What they hand on counts, and not they.
var copyHosts = words.Set("web.archive.org", "archive.org", "archive.ph", "archive.is", "archive.today", "webcitation.org",
	"ghproxy.com", "mirror.ghproxy.com", "ghproxy.net", "gh-proxy.com", "ghfast.top", "gitclone.com", "r.jina.ai")

// kept returns the place of which another host hands on a copy, if p is on such a host.
func (p place) kept() (place, bool) {
	switch {
	case p.host == "cdn.jsdelivr.net": // jsdelivr.com: "/gh/user/repo@version/file", "/npm/package@version/file"
		if rest, ok := strings.CutPrefix(p.path, "gh/"); ok {
			return place{host: "github.com", path: rest}, true
		}
		if rest, ok := strings.CutPrefix(p.path, "npm/"); ok {
			return place{host: "registry.npmjs.org", path: rest}, true
		}
	case copyHosts[p.host]:
		if inner, ok := p.inner(); ok {
			return inner, true
		}
		rest := p.path
		if after, ok := strings.CutPrefix(rest, "web/"); ok { // "web/20200101000000id_/example.org/x"
			_, rest, _ = strings.Cut(after, "/")
		}
		if host, _, _ := strings.Cut(rest, "/"); strings.IndexByte(host, '.') > 0 {
			inner, ok := readOne(rest)
			return inner, ok && inner.host != ""
		}
	}
	return p, false
}

// inner returns the place of a URL that is in the path of another: "/https://example.org/x". A
// server may have made one of two slashes.
func (p place) inner() (place, bool) {
	path := p.path
	if strings.IndexByte(path, '%') >= 0 && ascii.HasEscape(path, "3a") {
		path = ascii.UnescapeAll(path)
	}
	for rest := path; ; {
		i := strings.Index(rest, ":/")
		if i < 0 {
			return place{}, false
		}
		start := i
		for start > 0 && ascii.Alnum[rest[start-1]] != 0 {
			start--
		}
		if scheme := ascii.Lower(rest[start:i]); scheme == "http" || scheme == "https" || scheme == "git" || scheme == "ssh" {
			inner, ok := readOne(rest[start:])
			return inner, ok && inner.host != ""
		}
		rest = rest[i+len(":/"):]
	}
}

// imageSchemes are those before the references of container images: "docker://owner/name:tag".
var imageSchemes = words.Set("docker", "docker-image", "docker-daemon", "oci", "oci-image", "containers-storage", "podman", "image", "registry")

// readImage reads the reference of a container image. Without a host it is one of Docker Hub,
// where what has no owner is Docker's own (docs.docker.com, image references).
func readImage(ref string) (place, bool) {
	first, rest, more := strings.Cut(ref, "/")
	switch {
	case more && (strings.ContainsAny(first, ".:") || first == "localhost"):
		return readAuthority(ref)
	case !more:
		return place{host: "docker.io", path: "library/" + first}, first != ""
	}
	return place{host: "docker.io", path: first + "/" + rest}, true
}
