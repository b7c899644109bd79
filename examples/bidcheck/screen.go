// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"sync"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
)

// screenAll screens the inputs, several at once. The records are in the order of
// the inputs.
func screenAll(ctx context.Context, c *config, inputs []input, stdin io.Reader, m *meter) []evidence.Document {
	docs := make([]evidence.Document, len(inputs))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(c.jobs, len(inputs)) {
		workers.Go(func() {
			for i := range next {
				docs[i] = screen(ctx, c, inputs[i], stdin, m)
			}
		})
	}
	for i := range inputs {
		next <- i
	}
	close(next)
	workers.Wait()
	return docs
}

// screen screens one input.
func screen(ctx context.Context, c *config, in input, stdin io.Reader, m *meter) evidence.Document {
	src := evidence.Source{Path: in.path}
	if in.err != nil {
		return evidence.Failed(src, sbom.Header{}, unreadable(in.err))
	}
	r := stdin
	if in.path != "-" {
		f, err := os.Open(in.path)
		if err != nil {
			return evidence.Failed(src, sbom.Header{}, unreadable(err))
		}
		defer f.Close()
		r = f
	}
	t := &tally{r: r, hash: sha256.New(), meter: m}
	doc := firmware.Open(t, nil)
	result, err := c.matcher.Check(ctx, doc)
	// The digest is of the whole file, also where reading stopped early; except of
	// what may have no end.
	if err == nil || !errors.Is(err, sbom.ErrLimit) || in.path != "-" {
		if _, copyErr := io.Copy(io.Discard, t); copyErr == nil {
			src.SHA256 = hex.EncodeToString(t.hash.Sum(nil))
		} else if err == nil {
			err = unreadable(copyErr)
		}
	}
	src.Bytes = t.n
	if err != nil {
		return evidence.Failed(src, doc.Header(), err)
	}
	return evidence.Screened(src, result)
}

func unreadable(err error) error {
	return &sbom.Error{Kind: sbom.ErrRead, Err: err}
}

// A tally passes bytes on, counting and hashing them.
type tally struct {
	r     io.Reader
	hash  hash.Hash
	n     int64
	meter *meter
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.hash.Write(p[:n])
	t.n += int64(n)
	t.meter.add(n)
	return n, err
}
