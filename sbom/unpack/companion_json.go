// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
)

// The JSON files below are indexes of images and of archives of documents. Each has only the
// members that are listed; they describe no parts.

// nameSet returns the set of the words in a text.
func nameSet(names string) map[string]bool {
	m := make(map[string]bool)
	for _, n := range strings.Fields(names) {
		m[n] = true
	}
	return m
}

// lazyNames is nameSet for a long list, which is made into a set on first use.
func lazyNames(names string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool { return nameSet(names) })
}

var (
	// ociNames has the members of the image layout, index, manifest and configuration (OCI
	// image specification 1.1), and of the older configuration of a layer (Docker image
	// specification v1).
	ociNames = nameSet("imageLayoutVersion schemaVersion mediaType artifactType config layers manifests subject annotations " +
		"architecture os os.version os.features variant rootfs history created author container docker_version container_config " +
		"id parent comment Size moby.buildkit.buildinfo.v1")
	dockerNames    = nameSet("Config RepoTags Layers Parent LayerSources")
	buildNames     = nameSet("Source Data") // bsi.json of Microsoft's sbom-tool: information about the build
	yoctoNames     = nameSet("filename documentNamespace sha1")
	signatureNames = nameSet("mediaType verificationMaterial messageSignature")
	cosignNames    = nameSet("base64Signature cert rekorBundle")
	imageID        = lazyregexp.New(`^(?:sha256:)?[0-9a-f]{64}$`)
)

// The kinds of files that describe container images. imageTags is that of the file repositories of
// older versions of "docker save".
const (
	imageDescription = "description of a container image"
	imageTags        = "tags of a container image"
)

func jsonStarts(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// within reports whether all members are in a set.
func within(m map[string]jsontext.Value, names map[string]bool) bool {
	for name := range m {
		if !names[name] {
			return false
		}
	}
	return true
}

// jsonReason returns which of these files a file is, or "". If a member may have a bill of
// materials, it is an error.
func jsonReason(data []byte, t *input) (string, error) {
	reason := jsonKind(data, t)
	if reason != "" {
		if at, mark := hiddenInJSON(data); mark != "" {
			return "", marked(fmt.Sprintf("the member %q of a companion (%s)", at, reason), mark)
		}
		name := makerLabel(data, ofImage(reason))
		switch {
		case ofImage(reason) && (name != "" || namedOwner(data, reason == imageTags) != ""):
			return "", nil // a document, which says who made the image
		case name != "":
			return "", notRead(fmt.Errorf("it is a %s with the member %.100q, which may say who made something and was not screened", reason, name))
		}
	}
	return reason, nil
}

// describesImage reports whether the first members of a JSON file are those of a file of an image.
func describesImage(head []byte, t *input) bool {
	if !jsonStarts(head) {
		return false
	}
	names := ociNames
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if head[0] == '[' {
		head, names = bytes.TrimLeft(head[1:], " \t\r\n"), dockerNames
	} else if path.Base(t.name) == "repositories" {
		return inTar(t)
	}
	n := 0
	for name := range jsonstream.TopLevel(head) {
		if !names[name] {
			return false
		}
		n++
	}
	return n > 0
}

// ofImage reports whether a kind of file describes a container image.
func ofImage(reason string) bool { return reason == imageDescription || reason == imageTags }

// imageMakers are labels and members of images that name a maker, beside those of [fields.MayNameMaker].
var imageMakers = nameSet("author authors maintainer maintainers owner url source vcs-url repository org.opencontainers.image.authors org.opencontainers.image.url " +
	"org.opencontainers.image.source org.label-schema.url org.label-schema.vcs-url")

// makerLabel returns the name of a member, at any place in a JSON value, that names a maker and has
// a text, or "". With image, the labels and annotations of container images are among them.
func makerLabel(data []byte, image bool) string {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	namesMaker := func(name string) bool {
		return fields.MayNameMaker(name) || image && imageMakers[strings.ToLower(name)]
	}
	name := "" // of the member that the next value, or the elements of the current array, belong to
	for {
		t, err := d.ReadToken()
		if err != nil {
			return ""
		}
		kind, n := d.StackIndex(d.StackDepth())
		switch {
		case t.Kind() == '[':
			continue
		case t.Kind() == '{' && namesMaker(name):
			return name
		case t.Kind() == '"' && kind == '{' && n%2 == 1:
			name = t.String()
			continue
		case t.Kind() == '"' && strings.TrimSpace(t.String()) != "":
			variable, _, _ := strings.Cut(t.String(), "=")
			if namesMaker(name) || image && name == "Env" && fields.MayNameMaker(variable) {
				return name
			}
		}
		if kind != '[' || t.Kind() == ']' {
			name = ""
		}
	}
}

func jsonKind(data []byte, t *input) string {
	m, err := members(data)
	if err != nil {
		return dockerManifest(data, t)
	}
	if kind := imageKind(m, t); kind != "" {
		return kind
	}
	switch {
	case within(m, buildNames) && hasAll(m, "Source", "Data") && m["Source"].Kind() == '"' && isStrings(m["Data"]):
		return "build information of sbom-tool"
	case len(m) == 1 && hasAll(m, "documents"):
		return yoctoIndex(m["documents"], t)
	case within(m, signatureNames) && hasAll(m, "verificationMaterial", "messageSignature"):
		return "signature (Sigstore bundle)"
	case within(m, cosignNames) && hasAll(m, "base64Signature"):
		return "signature (cosign bundle)"
	}
	return ""
}

// imageKind recognizes the files of container images, except for the manifest of "docker save".
func imageKind(m map[string]jsontext.Value, t *input) string {
	base := path.Base(t.name)
	oci := within(m, ociNames)
	switch {
	case oci && (hasAll(m, "manifests") || hasAll(m, "layers", "config")):
		t.expectBlobs(m)
		return imageDescription
	case oci && hasAll(m, "imageLayoutVersion"):
		if t.archive != nil { // in a folder, it may be the only file
			t.expect("index.json")
		}
		return imageDescription
	case oci && hasAll(m, "rootfs"), oci && base == "json" && inTar(t):
		return imageDescription
	case base == "repositories" && inTar(t) && isRepositories(m):
		return imageTags
	}
	return ""
}

// hasAll reports whether an object has all of the members.
func hasAll(m map[string]jsontext.Value, names ...string) bool {
	for _, n := range names {
		if m[n] == nil {
			return false
		}
	}
	return true
}

// isStrings reports whether a value is an object of strings.
func isStrings(v jsontext.Value) bool {
	var m map[string]string
	return v.Kind() == '{' && json.Unmarshal(v, &m) == nil
}

// isRepositories reports whether all members are objects with tags and the ids of images.
func isRepositories(m map[string]jsontext.Value) bool {
	for _, v := range m {
		var tags map[string]string
		if json.Unmarshal(v, &tags) != nil {
			return false
		}
		for _, id := range tags {
			if !imageID.MatchString(id) {
				return false
			}
		}
	}
	return true
}

// yoctoIndex recognizes the list of documents in an archive of OpenEmbedded's create-spdx. The
// archive must have each of them.
func yoctoIndex(v jsontext.Value, t *input) string {
	var list []map[string]string
	if json.Unmarshal(v, &list) != nil || len(list) == 0 {
		return ""
	}
	for _, d := range list {
		for name := range d {
			if !yoctoNames[name] {
				return ""
			}
		}
		if d["filename"] == "" || d["documentNamespace"] == "" {
			return ""
		}
	}
	for _, d := range list {
		t.expect(d["filename"])
	}
	return "index of SPDX documents"
}

// dockerManifest recognizes manifest.json of "docker save". The archive must have the files that
// it names.
func dockerManifest(data []byte, t *input) string {
	var list []map[string]jsontext.Value
	if json.Unmarshal(data, &list) != nil || len(list) == 0 {
		return ""
	}
	var files []string
	for _, m := range list {
		var config string
		var layers []string
		if !within(m, dockerNames) || json.Unmarshal(m["Config"], &config) != nil || json.Unmarshal(m["Layers"], &layers) != nil || config == "" {
			return ""
		}
		files = append(append(files, config), layers...)
	}
	for _, f := range files {
		t.expect(f)
	}
	return imageDescription
}

// A descriptor is a reference to a blob (OCI image specification 1.1, descriptor.md).
type descriptor struct {
	Digest string          `json:"digest"`
	Data   *jsontext.Value `json:"data"` // the blob itself, which jsonReason has searched
}

// digestForm matches a digest of a registered algorithm.
var digestForm = lazyregexp.New(`^(sha(?:256|512)):([0-9a-f]{64}(?:[0-9a-f]{64})?)$`)

// emptyBlob is the digest of "{}", which manifests without a configuration refer to. Few tools
// store that blob.
const emptyBlob = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

// expectBlobs records that the manifests of an index, or the configuration and layers of a
// manifest, must be in the folder blobs next to the index, as in an image layout.
func (t *input) expectBlobs(m map[string]jsontext.Value) {
	var blobs []descriptor
	for _, name := range []string{"manifests", "layers", "blobs"} {
		var list []descriptor
		if m[name] != nil && json.Unmarshal(m[name], &list) != nil {
			list = []descriptor{{Digest: "a blob of its " + name + " that cannot be read"}}
		}
		blobs = append(blobs, list...)
	}
	if m["config"].Kind() == '{' && m["layers"] != nil {
		var config descriptor
		if json.Unmarshal(m["config"], &config) != nil || config.Digest != "" {
			blobs = append(blobs, config)
		}
	}
	folder := "blobs"
	if ociBlob.MatchString(t.name) {
		folder = ".."
	}
	for _, b := range blobs {
		name := cmp.Or(b.Digest, "a blob without a digest")
		if form := digestForm.FindStringSubmatch(name); form != nil {
			name = path.Join(folder, form[1], form[2])
		}
		if b.Data == nil && b.Digest != emptyBlob {
			t.expect(name)
		}
	}
}

// expect records that t refers to another file next to it: in its archive, which must have it, or
// outside of archives, where the caller checks it.
func (t *input) expect(file string) {
	if t.archive != nil {
		t.archive.named(t.name, path.Join(path.Dir(t.name), file))
	} else {
		t.names = append(t.names, file)
	}
}
