// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// imageReference is the address of an image in a registry.
var imageReference = makerField{vendors.Reference, vendors.KindURL}

// imageMember reads a member of the metadata of an image, which is the source of a scan. It reports
// whether name is one that it reads.
func (x *syft) imageMember(b *builder, name, at string) bool {
	k := x.j.Kind()
	switch name {
	case "userInput":
		if k != '"' {
			return false
		}
		x.image(b, path{a: at})
	case "tags", "repoDigests":
		if k != '[' {
			return false
		}
		x.j.Enter('[')
		for i := 0; x.j.More(); i++ {
			x.image(b, element(at+"/", i, ""))
		}
	case "config", "manifest":
		if k != '"' {
			return false
		}
		x.encoded(b, at)
	default:
		return false
	}
	return true
}

// image reads the reference of an image: "docker.io/owner/name:tag", "owner/name@sha256:…".
func (x *syft) image(b *builder, at path) {
	text, ok := x.str(b)
	if ref := imageURL(string(text)); ok && ref != "" {
		x.makerValue(b, imageReference, []byte(ref), at, x.j.TextOffset())
	}
}

// registrySources are the schemes of Syft for images that have the name of a registry's image.
var registrySources = []string{"docker:", "podman:", "containerd:", "registry:", "oci-registry:"}

// imageURL returns the reference of an image as a URL, or "" for a file or a folder. A reference
// without a host is to Docker Hub, and gets a scheme that says so.
func imageURL(ref string) string {
	for _, scheme := range registrySources {
		ref = strings.TrimPrefix(ref, scheme)
	}
	ref = strings.TrimLeft(ref, "/ ")
	owner, _, more := strings.Cut(ref, "/")
	switch {
	case !more, strings.HasPrefix(owner, "."), strings.HasSuffix(ref, ".tar"), strings.Contains(owner, "-archive:"), strings.Contains(owner, "-dir:"):
		return "" // an image of Docker itself, or a path
	case strings.ContainsAny(owner, ".:"): // a host
		return ref
	}
	return "docker://" + ref
}

// encoded reads a document of an image in Base64: its configuration or its manifest, with labels and
// annotations.
func (x *syft) encoded(b *builder, at string) {
	text, ok := x.str(b)
	if !ok || len(text) == 0 {
		return
	}
	off := x.j.TextOffset()
	where := vendors.Location{Pointer: x.j.Pointer(), Offset: off}
	data, err := base64.StdEncoding.DecodeString(string(text))
	if err == nil {
		n := len(b.claims)
		inner := &syft{fieldReader: newFieldReader(jsonstream.NewReader(bytes.NewReader(data), x.limits.json()), x.s)}
		inner.metadata(b, at, 0, fieldOf)
		err = inner.j.End()
		inner.j.Close()
		for i := n; i < len(b.claims); i++ {
			b.claims[i].offset = off // of the text that is decoded
		}
	}
	if err != nil {
		b.malformed++
		x.s.Warn(WarnMalformed, "the "+at[strings.LastIndexByte(at, '/')+1:]+" of the image is not JSON in Base64; it was not screened", where)
	}
}

// conanReference reads the reference of a package of Conan, "name/version@user/channel", as the
// package URL that it stands for (conan.io, purl-spec).
func (x *syft) conanReference(b *builder, at string) {
	text, ok := x.str(b)
	if !ok {
		return
	}
	ref, _, _ := strings.Cut(string(text), "#") // the revision
	pkg, owner, ok := strings.Cut(ref, "@")
	user, channel, _ := strings.Cut(owner, "/")
	if !ok || user == "" || user == "_" || strings.ContainsAny(owner, " ?&@") || strings.ContainsAny(pkg, " ?#@:") || strings.Count(pkg, "/") != 1 {
		return
	}
	name, version, _ := strings.Cut(pkg, "/")
	purl := "pkg:conan/" + name + "@" + version + "?user=" + user + "&channel=" + channel
	b.claim(vendors.Reference, vendors.KindPURL, []byte(purl), path{a: at}, x.j.TextOffset())
}
