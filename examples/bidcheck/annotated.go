// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/annotate"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// writeAnnotated writes annotated copies of the documents with findings into a folder, by
// the names of their files. It says which documents cannot be annotated.
func (c *config) writeAnnotated(r *evidence.Report, stderr io.Writer) error {
	if c.annotate == "" {
		return nil
	}
	if err := os.MkdirAll(c.annotate, 0o755); err != nil {
		return err
	}
	used := make(map[string]string)
	var errs []error
	for i := range r.Documents {
		d := &r.Documents[i]
		if len(d.Findings) == 0 {
			continue
		}
		if d.Container != nil {
			fmt.Fprintf(stderr, "bidcheck: -annotate: %s is in an archive or envelope; unpack it first\n", text.Printable(d.Path))
			continue
		}
		if d.Path == screen.Stdin {
			fmt.Fprintf(stderr, "bidcheck: -annotate: %v\n", errStdin)
			continue
		}
		name := path.Base(d.Path)
		if other, twice := used[name]; twice {
			errs = append(errs, fmt.Errorf("-annotate: %s and %s have one name", other, d.Path))
			continue
		}
		used[name] = d.Path
		document, err := os.ReadFile(filepath.FromSlash(screen.UnescapePath(d.Path)))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		to := output{path: filepath.Join(c.annotate, name)}
		if sameFile(to.path, filepath.FromSlash(screen.UnescapePath(d.Path))) {
			errs = append(errs, fmt.Errorf("-annotate: the folder %s is that of %s, which would be overwritten", c.annotate, d.Path))
			continue
		}
		err = to.to(nil, func(w io.Writer) error { return annotate.Write(w, r, &annotate.Options{Content: document, Record: d}) })
		switch {
		case errors.Is(err, annotate.ErrForm):
			fmt.Fprintf(stderr, "bidcheck: -annotate: %s: %s\n", text.Printable(d.Path), text.PrintableLines(err.Error()))
		case err != nil:
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
