// SPDX-License-Identifier: Apache-2.0

// Package clause76 screens bills of materials (SBOMs) and device firmware for components from
// vendors named in official procurement restrictions, and cites the text for every finding.
//
//	report, err := clause76.Screen(ctx, []string{"bid/"}, nil)
//	if err != nil {
//		return err
//	}
//	fmt.Println(report.Verdict)
//	for doc, f := range report.Findings() {
//		fmt.Println(doc.Path, f.Component.Name, f.Vendor.Name, f.Citations[0].Quote)
//	}
//
// [Lookup] says which vendor a package URL, a CPE, a URL, an e-mail address or a name belongs
// to, and which texts are about that vendor.
//
// A report is a record that somebody else can check: packages match/evidence and its
// subpackages write, sign and verify it. Its verdict is the strictest action that an
// applicable text asks for about a vendor. A person has to decide on it. It is not legal advice. Only the verdict
// "clear" means that everything was read and nothing was found. What could not be read is in
// the report and never looks like "nothing found".
//
// # Stability
//
// This package, the command line of examples/bidcheck and the schema of the record are kept
// compatible within a major version. The other packages can change in a minor version; see
// CHANGELOG.md.
package clause76

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// ErrNoInput: there is nothing to screen or to look up.
var ErrNoInput = errors.New("clause76: no input")

// Options say what is screened against what. A nil *Options means defaults. Options can be
// used by several goroutines at once if Verifiers and Progress can.
type Options struct {
	// Release is the denylist; default [denylist.Current].
	Release *denylist.Release
	// Lists are folders with custom denylists, each added to the ones before it; see package
	// match/denylist/author for the files in them. A policy for such a report is read with
	// policy.ParseFor and the same release: load the list with author.Load, and set Release instead.
	Lists []fs.FS
	// AsOf is the day for which it is judged which texts are in force; default the date of the
	// denylist.
	AsOf vendors.Date
	// Jurisdictions restricts the texts to those of these jurisdictions ("EU", "US", "NL");
	// default all.
	Jurisdictions []string
	// Buyer is who buys, such as one of [denylist.Buyers]. Texts that speak to others then lead to no
	// verdict; default: texts addressed to anyone count.
	Buyer *denylist.Buyer
	// Purpose is what is bought: CPV codes of the lot, see [match.Options].
	Purpose []string
	// Language asks for the words of the texts in another language beside the original ones, such as
	// "es", where they are known.
	Language string
	// RequireIdentity makes a document inconclusive if a component of it has no vendor identity.
	RequireIdentity bool
	// Verifiers check the signatures of envelopes around documents. Without any, documents in
	// envelopes are marked as not verified.
	Verifiers []dsse.Verifier
	// Tool is the name of the calling program in the report; default "clause76".
	Tool string
	// Jobs is how many files are screened at once; default one for each processor. The report
	// does not depend on it.
	Jobs int
	// MaxItems and MaxBytes bound what is unpacked from archives and other layers of all inputs
	// together: documents (default 250,000) and bytes (default 64 GiB). Inputs after the one
	// that reached a bound are reported as not screened.
	MaxItems int
	MaxBytes int64
	// MaxFindings bounds the findings and observations that the report lists; default 10,000.
	// Further ones are counted.
	MaxFindings int
	// Progress, if it is set, is called with the number of bytes that were read since the last call.
	// Several goroutines may call it.
	Progress func(bytes int)
}

// Screen screens files, and directories with everything in them, and returns the report. "-"
// is not standard input here; see [ScreenReader].
//
// The error is for options that are wrong, for a nil ctx, and for no paths, [ErrNoInput]. A file that cannot
// be read or is in no known format is part of the report, which then is not "clear". If ctx is
// done, what was not screened by then is reported as not read.
func Screen(ctx context.Context, paths []string, opts *Options) (*evidence.Report, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w: no paths; expected files or directories", ErrNoInput)
	}
	for i, path := range paths {
		if path == screen.Stdin {
			paths = append([]string(nil), paths...)
			paths[i] = "./" + path
		}
	}
	return screenInputs(ctx, screen.Collect(paths), opts)
}

// ScreenReader screens what r holds: a document, or an archive, an image or an envelope with
// documents. name is its path in the report. For the error, see [Screen]; a nil r is an
// [ErrNoInput]. An r that panics could not be read.
func ScreenReader(ctx context.Context, name string, r io.Reader, opts *Options) (*evidence.Report, error) {
	if r == nil {
		return nil, fmt.Errorf("%w: the reader is nil", ErrNoInput)
	}
	return screenInputs(ctx, []screen.Input{screen.FromReader(name, r)}, opts)
}

// ScreenFS screens the files of a file system. A root file system, or another directory that
// describes one device, is one document. For the error, see [Screen]; a nil fsys is an
// [ErrNoInput].
func ScreenFS(ctx context.Context, fsys fs.FS, opts *Options) (*evidence.Report, error) {
	if fsys == nil {
		return nil, fmt.Errorf("%w: the file system is nil", ErrNoInput)
	}
	return screenInputs(ctx, screen.CollectFS(fsys), opts)
}

// ScreenDocument screens a document that the program holds, such as one of package
// sbom/adapter. name is its path in the report, which has no digest of it, so that the report
// cannot be signed. For the error, see [Screen]; a nil doc is an [ErrNoInput].
func ScreenDocument(ctx context.Context, name string, doc *sbom.Document, opts *Options) (*evidence.Report, error) {
	if doc == nil {
		return nil, fmt.Errorf("%w: the document is nil", ErrNoInput)
	}
	if ctx == nil {
		return nil, errNoContext
	}
	m, err := opts.matcher()
	if err != nil {
		return nil, err
	}
	report, err := opts.report(m)
	if err != nil {
		return nil, err
	}
	src := evidence.File{Path: screen.EscapePath(name)}
	result, err := m.Check(ctx, doc)
	report.Finish([]evidence.Document{evidence.NewDocument(src, doc.Header(), result, err)}, nil)
	return report, nil
}

var errNoContext = errors.New("clause76: the context is nil; expected context.Background() or another one")

// screenInputs screens inputs and returns the report.
func screenInputs(ctx context.Context, inputs []screen.Input, opts *Options) (*evidence.Report, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	m, err := opts.matcher()
	if err != nil {
		return nil, err
	}
	report, err := opts.report(m)
	if err != nil {
		return nil, err
	}
	o := &screen.Options{}
	if opts != nil {
		o = &screen.Options{Jobs: opts.Jobs, Verifiers: opts.Verifiers, MaxItems: opts.MaxItems, MaxBytes: opts.MaxBytes, MaxFindings: opts.MaxFindings, Progress: opts.Progress}
	}
	report.Finish(screen.Run(ctx, m, inputs, o))
	return report, nil
}

// report returns an empty report.
func (o *Options) report(m *match.Matcher) (*evidence.Report, error) {
	tool := "clause76"
	if o == nil {
		return evidence.New(m, tool, match.Review), nil
	}
	if o.Tool != "" {
		tool = o.Tool
	}
	report := evidence.New(m, tool, match.Review)
	var err error
	report.Options.Keys, err = keys.Fingerprints(o.Verifiers...)
	return report, err
}

// matcher returns the matcher of the options.
func (o *Options) matcher() (*match.Matcher, error) {
	if o == nil {
		return match.New(denylist.Current(), nil)
	}
	release := o.Release
	if release == nil {
		release = denylist.Current()
	}
	for i, list := range o.Lists {
		if list == nil {
			return nil, fmt.Errorf("%w: Lists[%d] is nil", match.ErrOptions, i)
		}
		var err error
		if release, err = author.Load(list, release); err != nil {
			return nil, err
		}
	}
	return match.New(release, &match.Options{AsOf: o.AsOf, Jurisdictions: o.Jurisdictions, Buyer: o.Buyer, Purpose: o.Purpose, Language: o.Language, RequireIdentity: o.RequireIdentity})
}
