// SPDX-License-Identifier: Apache-2.0

package author

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/clause76/clause76/vendors"
)

//go:embed data/list.json data/copies.json data/earlier.json data/instruments/*.json
var sources embed.FS

// Sources returns the files that releases are made from, as a list that [Load] and [Lint]
// read without a base.
func Sources() fs.FS { return sourceFS{} }

// sourceFS contains the instruments of this package and, in vendors, the bundled register.
type sourceFS struct{}

func (sourceFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "vendors" {
		return vendors.Bundled().Files().Open(".")
	}
	if file, ok := strings.CutPrefix(name, "vendors/"); ok {
		return vendors.Bundled().Files().Open(file)
	}
	return sources.Open(path.Join("data", name))
}
