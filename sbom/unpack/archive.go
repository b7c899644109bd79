// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
)

// member is a file in an archive.
func (t thing) member(layer, name string, r io.Reader) thing {
	m := t.within(layer, r)
	m.name = name
	m.path += "!" + strings.TrimPrefix(name, "./")
	return m
}

// ociBlob is the name of what an OCI image layout keeps: image-layout.md of the OCI
// image specification 1.1.
var ociBlob = regexp.MustCompile(`(?:^|/)blobs/[a-z0-9]+/[0-9a-f]{32,}$`)

var (
	errLayer     = errors.New("a file system layer of a container image; the files in it were not screened")
	errEncrypted = errors.New("the file is encrypted")
)

// entry goes on with a file of an archive. The layers of a container image hold file
// systems, not documents.
func (w *walker) entry(m thing, name string) {
	if ociBlob.MatchString(name) {
		head := make([]byte, 512)
		n, err := io.ReadFull(m.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			w.fail(m, jsonstream.ReadError(0, err))
			return
		}
		head = head[:n]
		m.r = io.MultiReader(bytes.NewReader(head), m.r)
		if bytes.HasPrefix(head, []byte("\x1f\x8b")) || bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) || n > 262 && string(head[257:262]) == "ustar" {
			w.fail(m, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errLayer})
			return
		}
	}
	w.unpack(m)
}

// dahuaMagic is what zip archives of Dahua's firmware start with, in the place of "PK" (as
// binwalk's signature dahua_zip has it).
const dahuaMagic = "DH\x03\x04"

// dahua unpacks such an archive as the zip archive that it else is.
func (w *walker) dahua(t thing) {
	if !w.seekable(&t, "a zip archive") {
		return
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
