// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/clause76/clause76/internal/annotate"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// writeAnnotated writes annotated copies of the documents with findings into the folder of
// -annotate, and prints which documents cannot be annotated.
func (s *session) writeAnnotated(r *evidence.Report) error {
	folder := s.opts.annotate
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	names := make(map[string]string) // the documents, by the names of their copies
	var errs []error
	for i := range r.Documents {
		d := &r.Documents[i]
		if len(d.Findings) == 0 {
			continue
		}
		if d.Container != nil {
			s.warn("-annotate: %s is in an archive or envelope; unpack it first", text.Printable(d.Path))
			continue
		}
		if d.Path == screen.Stdin {
			s.warn("-annotate: %v", errStdin)
			continue
		}
		name := path.Base(d.Path)
		if other, used := names[name]; used {
			errs = append(errs, fmt.Errorf("-annotate: %s and %s have the same name; annotate them one by one", other, d.Path))
			continue
		}
		names[name] = d.Path
		copied := filepath.Join(folder, name)
		err := annotateCopy(r, d, copied)
		switch {
		case err == nil && !s.opts.quiet:
			fmt.Fprintf(s.stderr, "wrote %s (annotated copy)\n", text.Printable(copied))
		case errors.Is(err, annotate.ErrCannotAnnotate):
			s.warn("-annotate: %s: %v", text.Printable(d.Path), err)
		case err != nil:
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// annotateCopy writes an annotated copy of a document to another file.
func annotateCopy(r *evidence.Report, d *evidence.Document, to string) error {
	from := filepath.FromSlash(screen.UnescapePath(d.Path))
	document, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if sameFile(to, from) {
		return fmt.Errorf("-annotate: %s is in the folder for the annotated copies and would be overwritten; give another folder", d.Path)
	}
	return output{path: to}.write(nil, func(w io.Writer) error {
		return annotate.Annotate(w, r, document, d)
	})
}
