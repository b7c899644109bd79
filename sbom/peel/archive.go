// SPDX-License-Identifier: Apache-2.0

package peel

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/clause76/clause76/sbom"
)

// member is a file in an archive.
func (t thing) member(layer, name string, r io.Reader) thing {
	m := t.within(layer, r)
	m.path += "!" + strings.TrimPrefix(name, "./")
	return m
}

// ociBlob is the name of what an OCI image layout keeps: image-layout.md of the OCI
// image specification 1.1.
var ociBlob = regexp.MustCompile(`(?:^|/)blobs/[a-z0-9]+/[0-9a-f]{32,}$`)

var (
	errLayer     = errors.New("a file system layer of a container image; the files in it were not screened")
	errOffice    = errors.New("an office document, not an archive of documents")
	errEncrypted = errors.New("the file is encrypted")
)

func (w *walker) tar(t thing) {
	defer w.recovered(t, "tar")
	r := tar.NewReader(t.r)
	files := 0
	for !w.done {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			w.fail(t, syntax("the tar archive cannot be read: %w", err))
			return
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse:
			files++
			m := t.member("tar", h.Name, nil)
			m.r = &bounded{w: w, layer: "tar", in: &counter{n: h.Size}, r: r}
			w.entry(m, h.Name)
		case tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeLink:
		case tar.TypeSymlink: // what it leads to is screened where it is, if it is here
		default:
			w.fail(t.member("tar", h.Name, nil), syntax("an entry of type %q, which is no file", h.Typeflag))
		}
	}
	if files == 0 && !w.done {
		w.fail(t, syntax("the tar archive holds no files"))
	}
	// Behind the archive's end are zeros, to the end of the layer around it.
	var buf [32 << 10]byte
	for !w.done {
		n, err := t.r.Read(buf[:])
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			w.fail(t, syntax("data behind the end of the tar archive"))
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			w.fail(t, sbom.ReadError(0, err))
			return
		}
	}
}

// entry goes on with a file of an archive. The layers of a container image hold file
// systems, not documents.
func (w *walker) entry(m thing, name string) {
	blob := ociBlob.MatchString(name)
	switch base := path.Base(name); {
	case blob, base == "oci-layout", base == "index.json":
		head := make([]byte, headSize)
		n, err := io.ReadFull(m.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			w.fail(m, sbom.ReadError(0, err))
			return
		}
		whole := n < headSize
		head = head[:n]
		m.r = io.MultiReader(bytes.NewReader(head), m.r)
		switch {
		case whole && ociJSON(head):
			return
		case blob && (bytes.HasPrefix(head, []byte("\x1f\x8b")) || bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) || n > 262 && string(head[257:262]) == "ustar"):
			w.fail(m, &sbom.Error{Kind: sbom.ErrNotRecognised, Err: errLayer})
			return
		}
	}
	w.peel(m)
}

// ociNames are the members of the files that hold an image together: image layout,
// index, manifest and configuration (OCI image specification 1.1).
var ociNames = func() map[string]bool {
	m := make(map[string]bool)
	for _, n := range strings.Fields("imageLayoutVersion schemaVersion mediaType artifactType config layers manifests subject annotations " +
		"architecture os os.version os.features variant rootfs history created author container docker_version container_config parent id moby.buildkit.buildinfo.v1") {
		m[n] = true
	}
	return m
}()

// ociJSON reports whether a whole file is one of those. They describe no parts. A
// file with any other member is not passed over.
func ociJSON(file []byte) bool {
	m, err := members(file)
	if err != nil {
		return false
	}
	for name := range m {
		if !ociNames[name] {
			return false
		}
	}
	return m["imageLayoutVersion"] != nil || m["manifests"] != nil || m["layers"] != nil && m["config"] != nil || m["rootfs"] != nil
}

func (w *walker) zip(t thing) {
	defer w.recovered(t, "zip")
	at, size := t.at, t.size
	if at == nil {
		data, ok := w.memory(t, "a zip archive")
		if !ok {
			return
		}
		at, size = bytes.NewReader(data), int64(len(data))
	}
	r, err := zip.NewReader(at, size)
	if err != nil {
		w.fail(t, syntax("the zip archive cannot be read: %w", err))
		return
	}
	files := 0
	for _, f := range r.File {
		if f.Name == "[Content_Types].xml" { // ECMA-376, part 2
			w.fail(t, &sbom.Error{Kind: sbom.ErrNotRecognised, Err: errOffice})
			return
		}
	}
	for _, f := range r.File {
		if w.done {
			return
		}
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 && f.CompressedSize64 == 0 {
			continue // a directory; with content it is a file that others may unpack
		}
		files++
		m := t.member("zip", f.Name, nil)
		if f.Flags&1 != 0 {
			w.fail(m, &sbom.Error{Kind: sbom.ErrRead, Err: errEncrypted})
			continue
		}
		body, err := f.Open()
		if err != nil {
			w.fail(m, syntax("the file cannot be unpacked: %w", err))
			continue
		}
		m.r = &bounded{w: w, layer: "zip", in: &counter{n: int64(f.CompressedSize64)}, r: body}
		w.entry(m, f.Name)
		body.Close()
	}
	if files == 0 {
		w.fail(t, syntax("the zip archive holds no files"))
	}
}

// dahuaMagic is what zip archives of Dahua's firmware start with, in the place of "PK" (as
// binwalk's signature dahua_zip has it).
const dahuaMagic = "DH\x03\x04"

// dahua unpacks such an archive as the zip archive that it else is.
func (w *walker) dahua(t thing) {
	if t.at == nil {
		data, ok := w.memory(t, "a zip archive")
		if !ok {
			return
		}
		t.at, t.size = bytes.NewReader(data), int64(len(data))
	}
	t.at = renamed{t.at}
	w.zip(t)
}

// renamed reads "PK" in the first two bytes.
type renamed struct{ io.ReaderAt }

func (r renamed) ReadAt(p []byte, offset int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, offset)
	for i := range n {
		if at := offset + int64(i); at < 2 {
			p[i] = "PK"[at]
		} else {
			break
		}
	}
	return n, err
}

func (w *walker) recovered(t thing, layer string) {
	if v := recover(); v != nil {
		if w.done { // not of the archive's reader
			panic(v)
		}
		w.fail(t, syntax("the %s archive cannot be read: %v", layer, v))
	}
}
