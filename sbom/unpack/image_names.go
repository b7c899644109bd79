// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// imageNames are the members of the files of an image archive that have the name of the image, or a
// list of names: of "docker save", of OCI (annotations.md), of containerd and of cosign.
var imageNames = nameSet("RepoTags org.opencontainers.image.ref.name io.containerd.image.name dev.cosignproject.cosign/imageRef")

// namedOwner returns the first name of an image, at any place in a JSON value, that has an owner, or "".
// The owner can be the maker of the image, and this is the only place in the archive that says who it is.
// repositories means that the names of members are names of images.
func namedOwner(data []byte, repositories bool) string {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	member := "" // the member that the next text, or list of texts, belongs to
	for {
		t, err := d.ReadToken()
		if err != nil {
			return ""
		}
		kind, n := d.StackIndex(d.StackDepth())
		switch {
		case t.Kind() == '"' && kind == '{' && n%2 == 1:
			if member = t.String(); repositories && d.StackDepth() == 1 && imageOwner(member) {
				return member
			}
		case t.Kind() == '"':
			if name := t.String(); imageNames[member] && imageOwner(name) {
				return name
			}
			if kind == '{' {
				member = ""
			}
		case t.Kind() != '[':
			member = ""
		}
	}
}

// imageOwner reports whether the name of an image has an owner: a namespace, or a registry other than
// Docker's, where images without a namespace are Docker's own. A tag alone has none.
func imageOwner(name string) bool {
	first, rest, more := strings.Cut(strings.TrimSpace(name), "/")
	switch host := strings.ToLower(first); {
	case !more:
		return false
	case host == "docker.io", host == "index.docker.io", host == "registry-1.docker.io", host == "localhost", strings.HasPrefix(host, "localhost:"):
		return imageOwner(rest)
	case host == "library":
		return strings.Contains(rest, "/")
	}
	return rest != ""
}
