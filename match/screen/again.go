// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// Errors of screening again, for errors.Is.
var (
	// ErrInput: a file is not what it was when it was screened, or is not there.
	ErrInput = errors.New("screen: another file than the record's")
	// ErrDiffers: the same files, release and options give another record.
	ErrDiffers = errors.New("screen: the files give another record")
	// ErrSchema: the record is of an older schema, under which verdicts and their order were
	// others, so that what the files give now cannot be compared with it.
	ErrSchema = errors.New("screen: the record is of an older schema")
)

// Again screens the files of a record again, by their paths, with the same release and
// options, and compares. A release that is not the record's is an [evidence.ErrRelease],
// a file that changed or is gone an [ErrInput] that names it, and a record that differs
// an [ErrDiffers] that says where. The version of the program is not compared. Records are
// compared within a schema only: of one of an older schema the release and the files are
// checked, and if they are the record's, the error is an [ErrSchema].
func Again(ctx context.Context, recorded *evidence.Report, release *denylist.Release, opts *Options) error {
	if err := recorded.CheckRelease(release); err != nil {
		return err
	}
	m, err := match.New(release, &match.Options{AsOf: vendors.Date(recorded.Denylist.AsOf), Jurisdictions: recorded.Options.Jurisdictions, RequireIdentity: recorded.Options.RequireIdentity})
	if err != nil {
		return err
	}
	failOn, err := evidence.ParseFailOn(recorded.Options.FailOn)
	if err != nil {
		return fmt.Errorf("%w: %w", evidence.ErrRecord, err)
	}
	now := evidence.New(m, recorded.Tool.Name, failOn)
	now.Tool, now.Bid = recorded.Tool, recorded.Bid
	now.Finish(Run(ctx, m, Collect(paths(recorded)), opts))
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := sameFiles(recorded, now); err != nil {
		return err
	}
	if recorded.SchemaVersion != now.SchemaVersion {
		return fmt.Errorf("%w: %s, and this program writes %s; its files and its denylist are unchanged, its findings were not compared",
			ErrSchema, recorded.SchemaVersion, now.SchemaVersion)
	}
	var a, b bytes.Buffer
	if err := errors.Join(recorded.WriteJSON(&a), now.WriteJSON(&b)); err != nil {
		return err
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		return nil
	}
	list, err := evidence.Differences(a.Bytes(), b.Bytes(), 20)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w:\n  %s", ErrDiffers, strings.Join(list, "\n  "))
}

// paths are the files of a record, each once.
func paths(r *evidence.Report) []string {
	var all []string
	for _, d := range r.Documents {
		if d.Container != nil {
			all = append(all, d.Container.Path)
		} else {
			all = append(all, d.Path)
		}
	}
	for _, c := range r.Companions {
		if c.File != "" {
			all = append(all, c.File)
		} else {
			all = append(all, c.Path)
		}
	}
	return all
}

// sameFiles compares the digests of the files.
func sameFiles(recorded, now *evidence.Report) error {
	digests := make(map[string]string)
	for _, s := range now.Subjects() {
		digests[s.Name] = fmt.Sprint(s.Digest)
	}
	for _, c := range now.Companions {
		digests[c.Path] = c.SHA256
	}
	var errs []error
	compare := func(name, digest string) {
		switch got, ok := digests[name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("%w: %s cannot be read; recorded %s", ErrInput, name, digest))
		case got != digest:
			errs = append(errs, fmt.Errorf("%w: %s has %s; recorded %s", ErrInput, name, got, digest))
		}
	}
	for _, s := range recorded.Subjects() {
		compare(s.Name, fmt.Sprint(s.Digest))
	}
	for _, c := range recorded.Companions {
		if c.File == "" {
			compare(c.Path, c.SHA256)
		}
	}
	return errors.Join(errs...)
}
