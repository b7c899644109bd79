// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
)

// member returns the input for a file in an archive.
func (t input) member(layer, name string, r io.Reader) input {
	m := t.within(layer, r)
	m.name = name
	m.path += "!" + strings.TrimPrefix(name, "./")
	return m
}

// ociBlob matches the names of blobs in an OCI image layout: image-layout.md of the OCI image
// specification 1.1.
var ociBlob = lazyregexp.New(`(?:^|/)blobs/[a-z0-9]+/[0-9a-f]{32,}$`)

var (
	errLayer     = errors.New("a file system layer of a container image; the files in it were not screened")
	errEncrypted = errors.New("the file is encrypted")
)

// entry unpacks a file of an archive. The layers of a container image are an error, because
// they are file systems and not documents.
func (w *walker) entry(m input, name string) {
	if ociBlob.MatchString(name) {
		head := make([]byte, 512)
		n, err := io.ReadFull(m.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			w.fail(m, jsonstream.ReadError(0, err))
			return
		}
		head = head[:n]
		m.r = io.MultiReader(bytes.NewReader(head), m.r)
		if hasMagic(head, 0, fields.GzipMagic) || hasMagic(head, 0, fields.ZstdMagic) || hasMagic(head, fields.TarMagicAt, fields.TarMagic) {
			w.fail(m, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errLayer})
			return
		}
	}
	w.unpack(m)
}

// dahuaMagic is the beginning of zip archives with firmware of Dahua, which have "DH" in place of
// "PK" (signature dahua_zip of binwalk).
const dahuaMagic = "DH\x03\x04"

// dahua unpacks such an archive as a zip archive.
func (w *walker) dahua(t input) {
	if !w.seekable(&t, "a zip archive") {
		return
	}
	t.at = renamed{t.at}
	w.zip(t)
}

// A renamed reader returns "PK" as the first two bytes.
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

func (w *walker) recovered(t input, layer string) {
	if v := recover(); v != nil {
		if w.done { // the caller has panicked
			panic(v)
		}
		w.fail(t, syntax("the %s archive cannot be read: %v", layer, v))
	}
}
