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
	"slices"
	"sync"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/peel"
)

// screenAll screens the inputs, several at once. The records are in the order of
// the inputs.
func screenAll(ctx context.Context, c *config, inputs []input, stdin io.Reader, m *meter) []evidence.Document {
	docs := make([][]evidence.Document, len(inputs))
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
	return slices.Concat(docs...)
}

// screen screens the documents of one input.
func screen(ctx context.Context, c *config, in input, stdin io.Reader, m *meter) []evidence.Document {
	src := evidence.Source{Path: in.path}
	if in.err != nil {
		return []evidence.Document{evidence.Failed(src, sbom.Header{}, unreadable(in.err))}
	}
	t := &tally{r: stdin, hash: sha256.New(), meter: m}
	from := peel.Source{Path: in.path, Reader: t}
	if in.path != "-" {
		f, err := os.Open(in.path)
		if err != nil {
			return []evidence.Document{evidence.Failed(src, sbom.Header{}, unreadable(err))}
		}
		defer f.Close()
		t.r = f
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			from.At, from.Size = f, info.Size()
		}
	}
	var found []screened
	endless := false // what may have no end is not read on for its digest
	for item := range peel.Walk(ctx, from, &peel.Options{Verifiers: c.verifiers}) {
		one := c.document(ctx, item)
		endless = endless || in.path == "-" && errors.Is(one.err, sbom.ErrLimit)
		found = append(found, one)
	}
	var failed error
	if !endless {
		if _, failed = io.Copy(io.Discard, t); failed == nil {
			src.SHA256 = hex.EncodeToString(t.hash.Sum(nil))
		}
	}
	src.Bytes = t.n
	docs := make([]evidence.Document, len(found))
	for i := range found {
		if found[i].err == nil && failed != nil {
			found[i].err = unreadable(failed)
		}
		docs[i] = found[i].record(src)
	}
	return docs
}

// screened is what came of one document.
type screened struct {
	item   peel.Item
	src    evidence.Source // of the document in its container
	header sbom.Header
	result *match.Result
	err    error
}

// document screens one document.
func (c *config) document(ctx context.Context, item peel.Item) screened {
	s := screened{item: item, src: evidence.Source{Path: item.Path}, err: item.Err}
	if s.err != nil {
		return s
	}
	t := &tally{r: item.Reader}
	if len(item.Layers) > 0 { // else the digest of the file is enough
		t.hash = sha256.New()
	}
	doc := firmware.Open(t, nil)
	s.result, s.err = c.matcher.Check(ctx, doc)
	s.header = doc.Header()
	// The digest is of the whole document, also where reading stopped early.
	if t.hash != nil && (s.err == nil || !errors.Is(s.err, sbom.ErrLimit)) {
		if _, err := io.Copy(io.Discard, t); err == nil {
			s.src.SHA256 = hex.EncodeToString(t.hash.Sum(nil))
		} else if s.err == nil {
			s.err = unreadable(err)
		}
	}
	s.src.Bytes = t.n
	return s
}

// record returns the record of a document in a file.
func (s *screened) record(file evidence.Source) evidence.Document {
	src := file
	if len(s.item.Layers) > 0 {
		src = s.src
	}
	src.Path = s.item.Path
	var d evidence.Document
	if s.err != nil {
		d = evidence.Failed(src, s.header, s.err)
	} else {
		if s.item.Unverified {
			s.result.Header.Warnings = append(s.result.Header.Warnings, sbom.Warning{Kind: sbom.WarnUnverified,
				Message: "the document came out of a signed envelope whose signature was not checked; give its key with -key"})
		}
		d = evidence.Screened(src, s.result)
	}
	if len(s.item.Layers) > 0 {
		d.Container = &evidence.Container{Path: file.Path, SHA256: file.SHA256, Bytes: file.Bytes, Layers: s.item.Layers}
	}
	return d
}

func unreadable(err error) error { return sbom.ReadError(0, err) }

// A tally passes bytes on, counting and hashing them.
type tally struct {
	r     io.Reader
	hash  hash.Hash
	n     int64
	meter *meter
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if t.hash != nil {
		t.hash.Write(p[:n])
	}
	t.n += int64(n)
	t.meter.add(n)
	return n, err
}
