// SPDX-License-Identifier: Apache-2.0

// Package container reads what a container image says about itself: the configuration, manifest and
// index of the OCI image specification 1.1, and the configuration, manifest and tags of "docker
// save".
//
// The image is the primary component. Its labels and annotations name its vendor, authors and
// source. A label has the meaning that annotations.md of the specification gives it, or that of the
// older Label Schema; any other one that may name a maker counts as not screened. The authors of the image
// and of its layers are authors. The name of the image is a reference, because its owner can have
// copied the image. The layers are not read here: they are files of their own.
package container

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "container-image"

// Sniff reports whether a document that starts with head describes a container image.
func Sniff(head []byte) bool {
	text := strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 4096)]), "\ufeff"), " \t\r\n")
	if strings.HasPrefix(text, "[") { // manifest.json of "docker save"
		object := strings.TrimLeft(text[1:], " \t\r\n")
		seen := members([]byte(object), dockerNames)
		return seen["Config"] && seen["Layers"]
	}
	if isTags(head) {
		return true
	}
	seen := members(head, ociNames)
	any := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return seen[name] })
	}
	return seen["id"] && any("created", "config", "container_config") || seen["schemaVersion"] && any("manifests", "layers") ||
		seen["rootfs"] && any("architecture", "os", "config", "history") ||
		seen["architecture"] && (any("config", "container_config") || seen["os"] && any("created", "history", "author"))
}

var (
	ociNames = set("schemaVersion mediaType artifactType config layers manifests subject annotations architecture os os.version os.features variant " +
		"rootfs history created author container docker_version container_config id parent comment Size moby.buildkit.buildinfo.v1")
	dockerNames = set("Config RepoTags Layers Parent LayerSources")
)

var (
	// repository matches the name of an image with an owner, and imageID the id of one.
	repository = lazyregexp.New(`^[a-z0-9]+(?:[._:-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$`)
	imageID    = lazyregexp.New(`^(?:sha256:)?[0-9a-f]{64}$`)
)

// isTags reports whether a document is the file repositories of "docker save": an object that has
// the ids of images by their tags, by the names of images. At least one name must have an owner,
// because the file has no other mark.
func isTags(head []byte) bool {
	var m map[string]map[string]string
	if json.Unmarshal(bytes.TrimPrefix(head, []byte("\ufeff")), &m) != nil {
		return false
	}
	owned := false
	for name, tags := range m {
		owned = owned || repository.MatchString(name)
		for _, id := range tags {
			if !imageID.MatchString(id) {
				return false
			}
		}
	}
	return owned
}

func set(names string) map[string]bool {
	m := make(map[string]bool)
	for _, name := range strings.Fields(names) {
		m[name] = true
	}
	return m
}

// members returns the members of the object that head begins with, or none if there is another one
// than these.
func members(head []byte, names map[string]bool) map[string]bool {
	seen := make(map[string]bool)
	for name := range jsonstream.TopLevel(head) {
		if !names[name] {
			return nil
		}
		seen[name] = true
	}
	return seen
}

// labels are the labels and annotations with a meaning. The vendor of an image distributes it.
var labels = format.Table{
	"vendor":                                 {Role: vendors.Supplier, Kind: vendors.KindName},
	"maintainer":                             {Role: vendors.Author, Kind: vendors.KindName},
	"maintainers":                            {Role: vendors.Author, Kind: vendors.KindName},
	"author":                                 {Role: vendors.Author, Kind: vendors.KindName},
	"authors":                                {Role: vendors.Author, Kind: vendors.KindName},
	"owner":                                  {Role: vendors.Reference, Kind: vendors.KindName},
	"name":                                   {Role: vendors.Mention, Kind: vendors.KindProduct},
	"summary":                                {Role: vendors.Mention, Kind: vendors.KindText},
	"description":                            {Role: vendors.Mention, Kind: vendors.KindText},
	"url":                                    {Role: vendors.Homepage, Kind: vendors.KindURL},
	"vcs-url":                                {Role: vendors.Reference, Kind: vendors.KindURL},
	"org.opencontainers.image.vendor":        {Role: vendors.Supplier, Kind: vendors.KindName},
	"org.opencontainers.image.authors":       {Role: vendors.Author, Kind: vendors.KindName},
	"org.opencontainers.image.url":           {Role: vendors.Homepage, Kind: vendors.KindURL},
	"org.opencontainers.image.source":        {Role: vendors.Reference, Kind: vendors.KindURL},
	"org.opencontainers.image.documentation": {Role: vendors.Mention, Kind: vendors.KindURL},
	"org.opencontainers.image.title":         {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"org.opencontainers.image.description":   {Role: vendors.Mention, Kind: vendors.KindText},
	"org.opencontainers.image.base.name":     {Role: vendors.Mention, Kind: vendors.KindText},
	"org.label-schema.vendor":                {Role: vendors.Supplier, Kind: vendors.KindName},
	"org.label-schema.url":                   {Role: vendors.Homepage, Kind: vendors.KindURL},
	"org.label-schema.vcs-url":               {Role: vendors.Reference, Kind: vendors.KindURL},
	"org.label-schema.name":                  {Role: vendors.Mention, Kind: vendors.KindProduct},
	"source":                                 {Role: vendors.Reference, Kind: vendors.KindURL},
	"repository":                             {Role: vendors.Reference, Kind: vendors.KindURL},
	"org.label-schema.description":           {Role: vendors.Mention, Kind: vendors.KindText},
}

// names are the members and annotations that have the name of the image: of "docker save", of OCI
// (annotations.md), of containerd and of cosign.
var names = set("RepoTags org.opencontainers.image.ref.name io.containerd.image.name dev.cosignproject.cosign/imageRef")

// Read returns the image.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return jsondoc.New(Name, r, opts, func(x *jsondoc.Reader) {
		i := &image{x: x, c: sbom.Component{Ref: "image", Type: "container", Name: "container image", Placement: sbom.Primary, Location: x.At("")}}
		switch x.Kind() {
		case '{', '[':
			i.value("", "", "")
		default:
			x.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object or array"))
		}
		x.Emit(i.c)
	})
}

// An image is the image that is being read.
type image struct {
	x *jsondoc.Reader
	c sbom.Component
}

// value reads a value: that of the member name of the object in the member parent. The elements of an
// array have the name of the array.
func (i *image) value(pointer, parent, name string) {
	x := i.x
	switch x.Kind() {
	case '{':
		x.Enter('{')
		for x.More() {
			member := string(x.Name())
			if repository.MatchString(member) && parent == "" && name == "" && strings.Contains(member, "/") { // the file repositories
				i.named(member, x.At(pointer+"/"+pointerEscapes.Replace(member)))
			}
			i.value(pointer+"/"+pointerEscapes.Replace(member), name, member)
		}
	case '[':
		x.Enter('[')
		for n := 0; x.More(); n++ {
			i.value(pointer+"/"+strconv.Itoa(n), parent, name)
		}
	case '"':
		if text, at, ok := x.String(&i.c, pointer); ok {
			i.text(parent, name, text, at)
		}
	default:
		x.Skip()
	}
}

// text makes a claim from a text.
func (i *image) text(parent, name, text string, at vendors.Location) {
	s, lower := i.x.Sink, strings.ToLower(name)
	label := strings.EqualFold(parent, "Labels") || parent == "annotations"
	switch f, known := labels[lower]; {
	case names[name]:
		i.named(text, at)
	case label && known && f.Kind == vendors.KindName:
		s.Contact(&i.c, f.Role, text, at)
	case label && known:
		f.Read(s, &i.c, text, at)
	case name == "Env" && !label: // "VENDOR=Acme"; anybody can define variables
		if key, value, _ := strings.Cut(text, "="); format.MayNameMaker(key) {
			at.Offset += int64(len(key) + 1)
			s.Contact(&i.c, vendors.Author, value, at)
		}
	case name == "Image" && strings.HasSuffix(strings.ToLower(parent), "config"): // the image that it was made from
		s.Claim(&i.c, vendors.Mention, vendors.KindText, text, at)
	case name == "author" && !label:
		s.Contact(&i.c, vendors.Author, text, at)
	case strings.TrimSpace(text) != "" && (format.MayNameMaker(name) || format.MayNameMaker(parent) || parent == "author"):
		format.UnknownMaker(s, &i.c, name, at)
	}
}

// pointerEscapes are those of RFC 6901.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// named makes a claim from the name of the image: "acme/app:1", "ghcr.io/acme/app". The scheme
// tells it from other places.
func (i *image) named(name string, at vendors.Location) {
	if strings.Contains(name, "/") {
		i.x.Sink.Claim(&i.c, vendors.Reference, vendors.KindURL, "docker://"+strings.TrimSpace(name), at)
	}
	if i.c.Name == "container image" {
		i.c.Name = name
	}
}
