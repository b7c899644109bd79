// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// A form is one in which a report can be written.
type form struct {
	name   string
	ending string // of files that are written in it
	write  func(ctx context.Context, c *config, r *evidence.Report, w io.Writer) error
}

// forms are those of -format, in the order of the help. A file whose name ends in several
// of them is of the longest.
var forms = []form{
	{"table", ".txt", func(_ context.Context, c *config, r *evidence.Report, w io.Writer) error {
		return text.Write(w, r, tableOptions(w))
	}},
	{"json", ".json", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error { return r.WriteJSON(w) }},
	{"html", ".html", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return html.Write(w, r, nil)
	}},
	{"sarif", ".sarif", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return sarif.Write(w, r, &sarif.Options{Open: openFile})
	}},
	{"csv", ".csv", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error { return csv.Write(w, r, nil) }},
	{"markdown", ".md", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return markdown.Write(w, r, nil)
	}},
	{"junit", ".xml", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return junit.Write(w, r, nil)
	}},
	{"oscal", ".oscal.json", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return oscal.Write(w, r, nil)
	}},
	{"intoto", ".intoto.json", func(ctx context.Context, c *config, r *evidence.Report, w io.Writer) error {
		envelope, err := r.Sign(ctx, c.signer)
		if err == nil {
			_, err = w.Write(envelope)
		}
		return err
	}},
}

// openFile opens a file of a report, if it can be read twice.
func openFile(path string) (io.ReadCloser, error) {
	if path == screen.Stdin {
		return nil, errStdin
	}
	name := filepath.FromSlash(screen.UnescapePath(path))
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, errors.New("not a regular file"))
	}
	return os.Open(name)
}

var errStdin = errors.New("it came from standard input, which can be read only once")

// formNames are the names of all forms.
func formNames() string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func formCalled(name string) (form, bool) {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// An output is a file to write, or standard output, and its form.
type output struct {
	path string // "" is standard output
	form form
}

// outputs says where to write in which form. A -format that is given is that of standard
// output or of the only file; otherwise a file's ending tells.
func outputs(format string, paths []string) ([]output, error) {
	given, ok := formCalled(format)
	if format != "" && !ok {
		return nil, fmt.Errorf("-format is %q; expected %s", format, formNames())
	}
	if len(paths) == 0 {
		if format == "" {
			given = forms[0]
		}
		return []output{{"", given}}, nil
	}
	var all []output
	for _, p := range paths {
		best := formOf(p)
		switch {
		case p == "" || p == screen.Stdin:
			return nil, fmt.Errorf("-o %q is no file; expected a name that ends in %s, or no -o for standard output", p, endings())
		case format != "" && (len(paths) == 1 || best.name == ""):
			best = given
		case best.name == "":
			return nil, fmt.Errorf("-o %s: its ending is that of no form; expected %s, or -format with %s", p, endings(), formNames())
		}
		if i := slices.IndexFunc(all, func(o output) bool { return sameFile(o.path, p) }); i >= 0 {
			return nil, fmt.Errorf("-o %s and -o %s are one file", all[i].path, p)
		}
		all = append(all, output{p, best})
	}
	return all, nil
}

// formOf is the form of a file by its ending, in any case; the zero form if there is none.
func formOf(path string) form {
	name := strings.ToLower(path)
	if base, ok := strings.CutSuffix(name, ".sarif.json"); ok { // SARIF 2.1.0, 3.2, has both
		name = base + ".sarif"
	}
	best := form{}
	for _, f := range forms {
		if strings.HasSuffix(name, f.ending) && len(f.ending) > len(best.ending) {
			best = f
		}
	}
	return best
}

// endings are those of all forms.
func endings() string {
	var all []string
	for _, f := range forms {
		all = append(all, f.ending)
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// sameFile reports whether two paths are one file: by its place, which need not have a file yet,
// or as a link to it.
func sameFile(a, b string) bool {
	place := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			return filepath.Clean(path)
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(dir, filepath.Base(path))
		}
		return path
	}
	if place(a) == place(b) {
		return true
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && x.Mode().IsRegular() && os.SameFile(x, y)
}

// overwrites returns an error if an output is one of the files to screen: it would be lost.
func (c *config) overwrites() error {
	paths := c.paths
	if c.bid != nil {
		paths = append(slices.Clone(paths), c.bid.paths...)
	}
	for _, o := range c.outputs {
		for _, p := range paths {
			if info, err := os.Stat(p); o.path != "" && err == nil && info.Mode().IsRegular() && sameFile(o.path, p) {
				return fmt.Errorf("-o %s is the file %s that is to be screened", o.path, p)
			}
		}
	}
	return nil
}

// writeReport writes the report to all outputs, or the explanation that was asked for.
func (c *config) writeReport(ctx context.Context, r *evidence.Report, stdout io.Writer) error {
	if c.explain != "" {
		return c.outputs[0].to(stdout, func(w io.Writer) error {
			return text.WriteExplanation(w, r, c.explain, c.matcher.Release().Register(), tableOptions(w))
		})
	}
	var errs []error
	for _, o := range c.outputs {
		errs = append(errs, o.to(stdout, func(w io.Writer) error { return o.form.write(ctx, c, r, w) }))
	}
	return errors.Join(errs...)
}

// to calls write with where the output goes. A file is there whole or not at all.
func (o output) to(stdout io.Writer, write func(io.Writer) error) error {
	if o.path == "" {
		return write(stdout)
	}
	if info, err := os.Stat(o.path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		f, err := os.OpenFile(o.path, os.O_WRONLY, 0) // a device or a pipe
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(o.path), "."+filepath.Base(o.path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), o.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// tableOptions suit what is written to: a terminal has colours and a width.
func tableOptions(w io.Writer) *text.Options {
	opts := &text.Options{}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		opts.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" // no-color.org
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			opts.Width = min(width, 120)
		}
	}
	return opts
}
