// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"io"

	"github.com/clause76/clause76/internal/jsonstream"
)

// Options bound what a reader accepts. A zero field means its default, and nil Options mean
// all defaults. A document that exceeds a limit ends in an [ErrLimit] that names the limit.
type Options struct {
	Bytes      int64 // length of a document; default 4 GiB
	Depth      int   // nesting of objects and arrays; default 512
	String     int64 // length of one string; default 16 MiB
	Component  int   // bytes of claims of one component; default 16 MiB
	Components int   // number of components; default 20,000,000
	Claims     int   // number of claims of one component; default 4,096

	// Workers, if it is set, is asked from time to time how many goroutines may read the components of
	// a long document, that of the caller included. Documents in JSON of which claims are dropped are
	// read in this way, so the function of [Document.Keep] must then be safe for
	// concurrent use. Results do not depend on it.
	Workers func() int

	ahead aheadSizes // defaults, except in tests
}

// withDefaults returns the options with defaults for the limits that only this package
// enforces. Those of the encodings have theirs in packages jsonstream and xmlstream.
func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	set := func(limit *int, value int) {
		if *limit <= 0 {
			*limit = value
		}
	}
	set(&out.Component, 16<<20)
	set(&out.Components, 20_000_000)
	set(&out.Claims, 4096)
	out.ahead.setDefaults()
	return out
}

// readAll reads the rest of r, for encodings that are read in memory. More than limit bytes, or
// than o.Bytes, is an [ErrLimit].
func (o Options) readAll(r io.Reader, limit int64) ([]byte, error) {
	return jsonstream.ReadAll(r, min(limit, o.bytes()))
}

func (o Options) bytes() int64 {
	if o.Bytes <= 0 {
		return jsonstream.DefaultBytes
	}
	return o.Bytes
}

func (o Options) depth() int {
	if o.Depth <= 0 {
		return jsonstream.DefaultDepth
	}
	return o.Depth
}

func (o Options) string() int64 {
	if o.String <= 0 {
		return jsonstream.DefaultString
	}
	return o.String
}

func (o Options) json() jsonstream.Limits {
	return jsonstream.Limits{Bytes: o.Bytes, Depth: o.Depth, String: o.String}
}
