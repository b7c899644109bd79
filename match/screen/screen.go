// SPDX-License-Identifier: Apache-2.0

// Package screen screens files, directories, archives and images, and returns a record of each
// document in them, for a report.
//
//	inputs := screen.Collect([]string{"bid/"})
//	report := evidence.New(m, "my program", match.Ban)
//	report.Finish(screen.Run(ctx, m, inputs, nil))
//
// Package unpack extracts the documents from a file; the path of a document in the report says
// in which file and entry it is. A directory that is a root file system, or describes one device
// in another way, is one document. A document that cannot be read to its end is a record with
// an error and with the findings made before it. Companion files (checksums, licenses, images)
// are listed and not screened. Records do not depend on how many files are screened at once.
//
// [Reproduce] and [Files] screen the files of a record again and compare.
package screen

import (
	"context"
	"io"
	"runtime"
	"sort"
	"sync/atomic"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
)

// Options set how inputs are screened. A nil *Options means defaults.
type Options struct {
	// Jobs is how many files are screened at once; default one for each processor.
	Jobs int
	// Verifiers check the signatures of envelopes around documents. Without any, such
	// documents are marked as not verified. With some, an envelope that was signed by none of
	// their keys is an error.
	Verifiers []dsse.Verifier
	// Stdin is what the input [Stdin] is read from; default nothing.
	Stdin io.Reader
	// MaxItems and MaxBytes bound what is unpacked from archives and other layers of all inputs
	// together: documents and companions (default 250,000) and their bytes (default 64 GiB).
	// Inputs after the one that reached a bound are not screened, and each is a record with an
	// error. Package unpack bounds what is unpacked from one input.
	MaxItems int
	MaxBytes int64
	// MaxFindings bounds the findings and observations that the records of all inputs list
	// together; default 10,000. Those of the first inputs are listed, and further ones are
	// counted in the records of their documents, see [match.Unlisted].
	MaxFindings int
	// Snapshot, if it is set, receives the snapshot of each document that was screened, see
	// [sbom.Snapshot], after all inputs were screened. n is the index of the document among
	// those that [Run] returns: paths do not identify documents, because an archive can have two
	// entries of one name. A document that could not be read to its end gives what was read
	// before the fault, and one of which nothing was read gives none. One goroutine calls
	// Snapshot, in the order of the documents. All components of all documents are in memory.
	Snapshot func(n int, t *sbom.Snapshot)
	// Progress, if it is set, is called with the number of bytes that were read since the last call.
	// Several goroutines may call it.
	Progress func(bytes int)
}

type screener struct {
	m    *match.Matcher
	opts Options
	sha1 atomic.Bool  // a document so far refers to another one by its SHA-1 digest
	busy atomic.Int32 // inputs that are screened now
}

// workers returns how many goroutines may read one document, so that all inputs that are screened now
// have no more than Jobs.
func (x *screener) workers() int {
	return min(x.opts.Jobs, runtime.GOMAXPROCS(0)) / max(1, int(x.busy.Load()))
}

// Run screens the inputs, several at once. It returns the records of the documents in the order
// of the inputs, and the companion files in the order of their paths. If ctx is done, each
// document that was not screened by then is a record with an error.
func Run(ctx context.Context, m *match.Matcher, inputs []Input, opts *Options) ([]evidence.Document, []evidence.File) {
	x := &screener{m: m}
	if opts != nil {
		x.opts = *opts
	}
	x.opts.setDefaults()
	if with := m.Options(); with.MaxFindings > x.opts.MaxFindings { // one document may list all of them
		with.MaxFindings = x.opts.MaxFindings
		if bounded, err := match.New(m.Release(), &with); err == nil { // no error: these are the options of m
			x.m = bounded
		}
	}
	found := x.all(ctx, inputs)
	x.resolve(ctx, inputs, found)
	missing(found)
	var docs []evidence.Document
	var companions []evidence.File
	for i := range found {
		for j := range found[i].docs {
			d := &found[i].docs[j]
			if d.said != nil {
				x.opts.Snapshot(len(docs), d.said)
			}
			docs = append(docs, d.record(&found[i]))
		}
		companions = append(companions, found[i].companions...)
	}
	sort.SliceStable(companions, func(i, j int) bool { return companions[i].Path < companions[j].Path })
	return docs, companions
}

func (o *Options) setDefaults() {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.MaxItems <= 0 {
		o.MaxItems = 250_000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 30
	}
	if o.MaxFindings <= 0 {
		o.MaxFindings = 10_000
	}
	if o.Stdin == nil {
		o.Stdin = eof{}
	}
	if o.Progress == nil {
		o.Progress = func(int) {}
	}
}
