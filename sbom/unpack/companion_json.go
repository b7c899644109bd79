// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The JSON files that hold images and archives of documents together. Each has the members
// that are listed and no other; they describe no parts.

func nameSet(names string) map[string]bool {
	m := make(map[string]bool)
	for _, n := range strings.Fields(names) {
		m[n] = true
	}
	return m
}

var (
	// ociNames are the members of the image layout, index, manifest and configuration (OCI
	// image specification 1.1), and of the older configuration of a layer (Docker image
	// specification v1).
	ociNames = nameSet("imageLayoutVersion schemaVersion mediaType artifactType config layers manifests subject annotations " +
		"architecture os os.version os.features variant rootfs history created author container docker_version container_config " +
		"id parent comment Size moby.buildkit.buildinfo.v1")
	dockerNames    = nameSet("Config RepoTags Layers Parent LayerSources")
	buildNames     = nameSet("Source Data") // of Microsoft's sbom-tool: bsi.json, what it knows of the build
	yoctoNames     = nameSet("filename documentNamespace sha1")
	signatureNames = nameSet("mediaType verificationMaterial messageSignature")
	cosignNames    = nameSet("base64Signature cert rekorBundle")
	imageID        = regexp.MustCompile(`^(?:sha256:)?[0-9a-f]{64}$`)
)

func jsonStarts(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// within reports whether all members are of a set.
func within(m map[string]jsontext.Value, names map[string]bool) bool {
	for name := range m {
		if !names[name] {
			return false
		}
	}
	return true
}

// jsonReason says which of these files a whole file is, or "". None of them has a bill of
// materials in a member.
func jsonReason(data []byte, t *thing) (string, error) {
	reason := jsonKind(data, t)
	if reason != "" {
		if at, mark := hiddenInJSON(data); mark != "" {
			return "", marked(fmt.Sprintf("the member %q of a companion (%s)", at, reason), mark)
		}
	}
	return reason, nil
}

func jsonKind(data []byte, t *thing) string {
	if m, err := members(data); err == nil {
		has := func(names ...string) bool {
			for _, n := range names {
				if m[n] == nil {
					return false
				}
			}
			return true
		}
		base := path.Base(t.name)
		switch {
		case within(m, ociNames) && (has("manifests") || has("layers", "config")):
			t.expectBlobs(m)
			return "description of a container image"
		case within(m, ociNames) && has("imageLayoutVersion"):
			if t.archive != nil { // in a folder, it may be by itself
				t.expect("index.json")
			}
			return "description of a container image"
		case within(m, ociNames) && has("rootfs"):
			return "description of a container image"
		case base == "json" && inTar(t) && within(m, ociNames):
			return "description of a container image"
		case base == "repositories" && inTar(t) && isRepositories(m):
			return "tags of a container image"
		case within(m, buildNames) && has("Source", "Data") && m["Source"].Kind() == '"' && isStrings(m["Data"]):
			return "build information of sbom-tool"
		case len(m) == 1 && has("documents"):
			return yoctoIndex(m["documents"], t)
		case within(m, signatureNames) && has("verificationMaterial", "messageSignature"):
			return "signature (Sigstore bundle)"
		case within(m, cosignNames) && has("base64Signature"):
			return "signature (cosign bundle)"
		}
		return ""
	}
	return dockerManifest(data, t)
}

// isStrings reports whether a value is an object of strings.
func isStrings(v jsontext.Value) bool {
	var m map[string]string
	return v.Kind() == '{' && json.Unmarshal(v, &m) == nil
}

// isRepositories reports whether all members are tags with the id of an image each.
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

// yoctoIndex recognizes the list of the documents in an archive that OpenEmbedded's
// create-spdx makes. Each must be there.
func yoctoIndex(v jsontext.Value, t *thing) string {
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

// dockerManifest recognizes manifest.json of "docker save". The files that it names must
// be there.
func dockerManifest(data []byte, t *thing) string {
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
	return "description of a container image"
}

// A descriptor is how the OCI formats refer to a blob (OCI image specification 1.1, descriptor.md).
type descriptor struct {
	Digest string          `json:"digest"`
	Data   *jsontext.Value `json:"data"` // the blob itself, which was searched with the rest
}

// digestForm is a digest of one of the registered algorithms.
var digestForm = regexp.MustCompile(`^(sha(?:256|512)):([0-9a-f]{64}(?:[0-9a-f]{64})?)$`)

// emptyBlob is the digest of "{}", which manifests name that have no configuration. Few tools
// store it.
const emptyBlob = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

// expectBlobs says that the manifests of an index, or the configuration and layers of a
// manifest, must be where an image layout has them: in the folder blobs beside its index.
func (t *thing) expectBlobs(m map[string]jsontext.Value) {
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

// expect says that t names another file beside it: of its archive, where it has to be found, or
// else for the caller to look for.
func (t *thing) expect(file string) {
	if t.archive != nil {
		t.archive.named(t.name, path.Join(path.Dir(t.name), file))
	} else {
		t.names = append(t.names, file)
	}
}
