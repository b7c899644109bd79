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

// A form is a format of the report.
type form struct {
	name   string
	title  string // for people
	ending string // of the names of files
	write  func(ctx context.Context, c *config, r *evidence.Report, w io.Writer) error
	letter func(w io.Writer, r *evidence.Report) error // nil if a letter cannot be written in it
}

// forms are the formats of -format, in the order of the help text.
var forms = []form{
	{"table", "text", ".txt", func(_ context.Context, c *config, r *evidence.Report, w io.Writer) error {
		opts := tableOptions(w)
		opts.Details = c.opts.details
		return text.Write(w, r, opts)
	}, nil},
	{"json", "JSON", ".json", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error { return r.WriteJSON(w) }, nil},
	{"html", "HTML", ".html", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return html.Write(w, r, nil)
	}, func(w io.Writer, r *evidence.Report) error { return html.WriteLetter(w, r, nil) }},
	{"sarif", "SARIF", ".sarif", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return sarif.Write(w, r, &sarif.Options{Open: openFile})
	}, nil},
	{"csv", "CSV", ".csv", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error { return csv.Write(w, r, nil) }, nil},
	{"csv-citations", "CSV of citations", ".citations.csv", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return csv.Write(w, r, &csv.Options{Citations: true})
	}, nil},
	{"markdown", "Markdown", ".md", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return markdown.Write(w, r, nil)
	}, func(w io.Writer, r *evidence.Report) error { return text.WriteLetter(w, r, nil) }},
	{"junit", "JUnit XML", ".xml", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return junit.Write(w, r, nil)
	}, nil},
	{"oscal", "OSCAL", ".oscal.json", func(_ context.Context, _ *config, r *evidence.Report, w io.Writer) error {
		return oscal.Write(w, r, nil)
	}, nil},
	{"intoto", "signed statement", ".intoto.json", func(ctx context.Context, c *config, r *evidence.Report, w io.Writer) error {
		envelope, err := r.Sign(ctx, c.signer)
		if err == nil {
			_, err = w.Write(envelope)
		}
		return err
	}, nil},
}

// openFile opens a file that was screened, for a view that quotes from it.
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

var errStdin = errors.New("it was read from standard input, which can be read only once")

// formNames returns the names of all forms: "table, json … or intoto".
func formNames() string { return alternatives(func(f form) string { return f.name }) }

// endings returns the endings of all forms: ".txt, .json … or .intoto.json".
func endings() string { return alternatives(func(f form) string { return f.ending }) }

func alternatives(word func(form) string) string {
	var words []string
	for _, f := range forms {
		words = append(words, word(f))
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func formNamed(name string) (form, bool) {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// An output is a file or standard output, and the form in which the report is written to it.
type output struct {
	path string // "" for standard output
	form form
}

// outputs returns where to write the report, and in which form. The format is that of standard
// output or of the only file. With several files, it is that of files with an unknown ending.
func outputs(format string, paths []string) ([]output, error) {
	given, ok := formNamed(format)
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
			return nil, fmt.Errorf("-o %q is not a file; expected a name that ends in %s, or no -o for standard output", p, endings())
		case format != "" && (len(paths) == 1 || best.name == ""):
			best = given
		case best.name == "":
			return nil, fmt.Errorf("-o %s: the ending is not that of a format; expected %s, or -format with %s", p, endings(), formNames())
		}
		if i := slices.IndexFunc(all, func(o output) bool { return sameFile(o.path, p) }); i >= 0 {
			return nil, fmt.Errorf("-o %s and -o %s are the same file", all[i].path, p)
		}
		all = append(all, output{p, best})
	}
	return all, nil
}

// formOf returns the form with the longest ending that the name of a file has, in any letter
// case, or the zero form.
func formOf(path string) form {
	name := strings.ToLower(path)
	if base, ok := strings.CutSuffix(name, ".sarif.json"); ok { // SARIF 2.1.0, section 3.2, allows both endings
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

// sameFile reports whether two paths lead to the same file, directly or by links. The file need
// not exist yet.
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

// checkInputsStay returns an error if an output is one of the files to screen, which would be
// lost.
func (c *config) checkInputsStay() error {
	all := c.outputs
	if d := c.opts.decision; d != "" {
		if i := slices.IndexFunc(all, func(o output) bool { return o.path != "" && sameFile(o.path, d) }); i >= 0 {
			return fmt.Errorf("-decision %s and -o %s are the same file", d, all[i].path)
		}
		all = append(slices.Clone(all), output{path: d})
	}
	for _, o := range all {
		for _, p := range c.inputPaths() {
			if info, err := os.Stat(p); o.path != "" && err == nil && info.Mode().IsRegular() && sameFile(o.path, p) {
				return fmt.Errorf("the output %s is the file %s, which is to be screened and would be overwritten", o.path, p)
			}
		}
	}
	return nil
}

// write calls write with the output. A file is written completely or not at all.
func (o output) write(stdout io.Writer, write func(io.Writer) error) error {
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
	return writeFile(o.path, 0o644, write)
}

// writeFile writes a file completely or not at all: to a temporary file, which is then renamed.
func writeFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// tableOptions returns colors and the width for a terminal, and neither for other outputs.
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
