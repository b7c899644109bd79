// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/clause76/clause76/internal/pack"
)

// The files of the releases are compressed together, because they have most of their words in
// common: that makes them more than fifteen times smaller. "go generate ./match/denylist" does it after a release is
// cut, and a test compares the archive with the files.

//go:embed data/releases.zst
var archive string

// mostArchive bounds the bytes of all releases.
const mostArchive = 64 << 20

// readArchive returns the archive. Its sections are the name of a release and its file, in turn.
var readArchive = sync.OnceValues(func() (*pack.File, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostArchive))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	data, err := d.DecodeAll([]byte(archive), nil)
	if err != nil {
		return nil, err
	}
	return pack.Open(string(data))
})

// readRelease returns the file of a release in this package.
func readRelease(name string) ([]byte, error) {
	f, err := readArchive()
	if err != nil {
		return nil, fmt.Errorf("denylist: the archive of the releases: %w; run: go generate ./match/denylist", err)
	}
	for i := 0; f.Section(i) != ""; i += 2 {
		if f.Section(i) == name {
			return []byte(f.Section(i + 1)), nil
		}
	}
	return nil, fmt.Errorf("denylist: release %s is not in the archive of the releases; run: go generate ./match/denylist", name)
}

// archiveOf returns the archive of files of releases.
func archiveOf(names []string, read func(name string) ([]byte, error)) ([]byte, error) {
	var w pack.Writer
	for _, name := range names {
		data, err := read(name)
		if err != nil {
			return nil, err
		}
		w.Section([]byte(name))
		w.Section(data)
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	defer e.Close()
	return e.EncodeAll(w.Bytes(), nil), nil
}
