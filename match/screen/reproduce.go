// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// Errors of [Reproduce] and [Files], for errors.Is.
var (
	// ErrInput: a file has changed since it was screened, or is missing.
	ErrInput = errors.New("screen: a file is not the recorded one")
	// ErrNotReproduced: the same files, release and options give another record.
	ErrNotReproduced = errors.New("screen: the files give another record")
	// ErrSchema: the record has an older schema, which had other rules for verdicts and their
	// order, so that it cannot be compared with what the files give now.
	ErrSchema = errors.New("screen: the record is of an older schema")
	// ErrKey: the signatures of envelopes in the files were checked with a key that is not
	// given now.
	ErrKey = errors.New("screen: the record was made with a key that is not given")
)

// A State says how a file of a record compares when it is screened again.
type State string

// The states of files.
const (
	Same        State = "same"
	Differs     State = "differs"
	Missing     State = "missing"
	NotScreened State = "not screened again" // it cannot be opened again, as standard input
)

// A File is a file of a record, and how it compares.
type File struct {
	Path   string // as the record has it
	State  State
	Detail string // what differs, or why it was not screened again; "" if it is the same
}

// Reproduce screens the files of a record again, by their paths, with the same release and
// options, and compares the records. The errors are:
//
//   - [evidence.ErrRelease] if the release is not the record's,
//   - [ErrKey] if a key of the record is not among the verifiers,
//   - [ErrInput] with the name of each file that changed or is missing,
//   - [ErrNotReproduced] with the places that differ,
//   - [ErrSchema] if the record has an older schema. Then the release and the files were
//     checked and are the recorded ones, and findings were not compared.
//
// The version of the program and the decision of a policy are not compared. If the record was
// made with another [Options].MaxFindings, the same has to be given.
func Reproduce(ctx context.Context, recorded *evidence.Report, release *denylist.Release, opts *Options) error {
	now, err := again(ctx, recorded, release, opts)
	if err != nil {
		return err
	}
	if err := sameFiles(recorded, now); err != nil {
		return err
	}
	if recorded.SchemaVersion != now.SchemaVersion {
		return fmt.Errorf("%w: %s, and this program writes %s; its files and its denylist are unchanged, its findings were not compared",
			ErrSchema, recorded.SchemaVersion, now.SchemaVersion)
	}
	return same(recorded, now)
}

// Files is [Reproduce] for each file: it looks at all of them, and says what became of each, in
// the order of the record. The error is for what concerns no file alone; it is an
// [ErrNotReproduced] if all files are the same and the record differs all the same.
func Files(ctx context.Context, recorded *evidence.Report, release *denylist.Release, opts *Options) ([]File, error) {
	now, err := again(ctx, recorded, release, opts)
	if err != nil {
		return nil, err
	}
	var files []File
	all := true
	for _, path := range paths(recorded) {
		f := File{Path: path}
		if f.State, f.Detail, err = state(path, recorded, now); err != nil {
			return nil, err
		}
		all = all && f.State == Same
		files = append(files, f)
	}
	if all {
		return files, same(recorded, now)
	}
	return files, nil
}

// state compares what two records say of a file.
func state(path string, recorded, now *evidence.Report) (State, string, error) {
	if path == Stdin {
		return NotScreened, "it was read from standard input", nil
	}
	if _, err := os.Stat(filepath.FromSlash(UnescapePath(path))); err != nil {
		return Missing, err.Error(), nil
	}
	before, after := only(recorded, path), only(now, path)
	if err := sameFiles(before, after); err != nil {
		return Differs, err.Error(), nil
	}
	if recorded.SchemaVersion != now.SchemaVersion {
		return NotScreened, fmt.Sprintf("the file is the same; the record is of schema %s, and findings of an older schema are not compared", recorded.SchemaVersion), nil
	}
	err := same(before, after)
	if errors.Is(err, ErrNotReproduced) {
		return Differs, err.Error(), nil
	}
	return Same, "", err
}

// only is a record of the documents in one file.
func only(r *evidence.Report, path string) *evidence.Report {
	out := &evidence.Report{}
	for _, d := range r.Documents {
		if fileOf(&d) == path {
			out.Documents = append(out.Documents, d)
		}
	}
	for _, c := range r.Companions {
		if c.Path == path || c.In == path {
			out.Companions = append(out.Companions, c)
		}
	}
	return out
}

// again makes the record of the files of a record again.
func again(ctx context.Context, recorded *evidence.Report, release *denylist.Release, opts *Options) (*evidence.Report, error) {
	if recorded == nil {
		return nil, fmt.Errorf("%w: it is nil", evidence.ErrRecord)
	}
	if err := recorded.CheckRelease(release); err != nil {
		return nil, err
	}
	m, err := match.New(release, &match.Options{AsOf: vendors.Date(recorded.Denylist.AsOf), Jurisdictions: recorded.Options.Jurisdictions,
		Buyer: recorded.Buyer, Purpose: recorded.Purpose, Language: recorded.Options.Language, RequireIdentity: recorded.Options.RequireIdentity})
	if err != nil {
		return nil, err
	}
	var with Options
	if opts != nil {
		with = *opts
	}
	if with.Verifiers, err = recordedKeys(recorded, with.Verifiers); err != nil {
		return nil, err
	}
	now := evidence.New(m, recorded.Tool.Name, recorded.Options.FailOn)
	now.Tool, now.Bid, now.Policy, now.Options.Keys = recorded.Tool, recorded.Bid, recorded.Policy, recorded.Options.Keys
	now.Denylist.Trust = recorded.Denylist.Trust // for which reason it was trusted then; it is the same release, see CheckRelease
	files := paths(recorded)
	for i := range files {
		files[i] = filepath.FromSlash(UnescapePath(files[i]))
	}
	now.Finish(Run(ctx, m, Collect(files), &with))
	return now, ctx.Err()
}

// recordedKeys are those of the verifiers that the record was made with.
func recordedKeys(recorded *evidence.Report, given []dsse.Verifier) ([]dsse.Verifier, error) {
	var all []dsse.Verifier
	for _, want := range recorded.Options.Keys {
		i := slices.IndexFunc(given, func(v dsse.Verifier) bool {
			got, err := keys.Fingerprints(v)
			return err == nil && got[0] == want
		})
		if i < 0 {
			return nil, fmt.Errorf("%w: %s", ErrKey, want)
		}
		all = append(all, given[i])
	}
	return all, nil
}

// same compares two records byte for byte.
func same(recorded, now *evidence.Report) error {
	var a, b bytes.Buffer
	if err := errors.Join(recorded.WriteJSON(&a), now.WriteJSON(&b)); err != nil {
		return err
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		return nil
	}
	list, err := differences(a.Bytes(), b.Bytes(), 20)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w:\n  %s", ErrNotReproduced, strings.Join(list, "\n  "))
}

// paths are the files of a record, each once.
func paths(r *evidence.Report) []string {
	var all []string
	for i := range r.Documents {
		all = append(all, fileOf(&r.Documents[i]))
	}
	for _, c := range r.Companions {
		if c.In != "" {
			all = append(all, c.In)
		} else {
			all = append(all, c.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fileOf is the file that a document is or is in.
func fileOf(d *evidence.Document) string {
	if d.Container != nil {
		return d.Container.Path
	}
	return d.Path
}

// sameFiles compares the digests of the files.
func sameFiles(recorded, now *evidence.Report) error {
	digests := make(map[string]string)
	for _, s := range now.Files() {
		digests[s.Path] = "sha256:" + s.SHA256
	}
	for _, c := range now.Companions {
		digests[c.Path] = "sha256:" + c.SHA256
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
	for _, s := range recorded.Files() {
		compare(s.Path, "sha256:"+s.SHA256)
	}
	for _, c := range recorded.Companions {
		if c.In == "" {
			compare(c.Path, "sha256:"+c.SHA256)
		}
	}
	return errors.Join(errs...)
}
