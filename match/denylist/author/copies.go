// SPDX-License-Identifier: Apache-2.0

package author

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

// A Copy is a copy of a text, such as a downloaded page, that the words of clauses were compared
// with. The same address can have more than one copy, if the page changed.
type Copy struct {
	Address   string       `json:"address"`
	MediaType string       `json:"mediaType,omitzero"` // "text/html"; "" if it is not known
	Read      vendors.Date `json:"read"`               // the day on which the words were compared with it
	// Digest is "sha256:" and the SHA-256 of the bytes in hexadecimal. It is "" if nobody kept the
	// copy, as for a page that was only read.
	Digest string `json:"digest,omitzero"`
	// Clauses are the words that are in the copy. Those of a clause are "us-dhs-bod-17-01#action",
	// and those of its version in Spanish "us-dhs-bod-17-01#action es".
	Clauses []string `json:"clauses"`
}

// copiesFile is the JSON of a list's copies.json, which no release contains.
type copiesFile struct {
	Schema string `json:"$schema,omitzero"`
	Note   string `json:"note,omitzero"`
	Copies []Copy `json:"copies"`
}

const (
	copiesName   = "copies.json"
	copiesSchema = "https://github.com/clause76/clause76/match/denylist/author/schema/copies-1.schema.json"
	copiesNote   = "The copies that the words of the clauses were compared with. \"listkeeper check -record\" adds copies with their digests. A copy without a digest was read, whole or in part, and not kept."
)

// Copies reads the record of the copies that the clauses of a list were compared with: copies.json
// beside list.json. A list can do without one, and no release contains it.
func Copies(fsys fs.FS) ([]Copy, error) {
	var file copiesFile
	if err := readJSON(fsys, copiesName, &file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", denylist.ErrRelease, err)
	}
	if err := checkCopies(file.Copies); err != nil {
		err.offset = offsetOf(fsys, file.Copies[err.index].Address)
		return nil, fmt.Errorf("%w: %w", denylist.ErrRelease, &err.fileError)
	}
	return file.Copies, nil
}

// EncodeCopies returns the file copies.json with these copies, sorted. Copies of the same bytes that
// were read on the same day become one, and copies without clauses are left out.
func EncodeCopies(copies []Copy) ([]byte, error) {
	file := copiesFile{Schema: copiesSchema, Note: copiesNote, Copies: []Copy{}}
	copies = slices.Clone(copies)
	slices.SortStableFunc(copies, compareCopies)
	for _, c := range copies {
		c.Clauses = slices.Clone(c.Clauses)
		if last := len(file.Copies) - 1; last >= 0 && compareCopies(file.Copies[last], c) == 0 {
			file.Copies[last].Clauses = append(file.Copies[last].Clauses, c.Clauses...)
		} else if len(c.Clauses) > 0 {
			file.Copies = append(file.Copies, c)
		}
	}
	for i := range file.Copies {
		c := &file.Copies[i]
		slices.Sort(c.Clauses)
		c.Clauses = slices.Compact(c.Clauses)
	}
	if err := checkCopies(file.Copies); err != nil {
		return nil, fmt.Errorf("%w: %w", denylist.ErrRelease, &err.fileError)
	}
	data, err := json.Marshal(&file, jsontext.WithIndent(" "), json.Deterministic(true))
	return append(data, '\n'), err
}

func compareCopies(a, b Copy) int {
	return cmp.Or(strings.Compare(a.Address, b.Address), strings.Compare(string(a.Read), string(b.Read)), strings.Compare(a.Digest, b.Digest))
}

// A copyError is an error in a copy.
type copyError struct {
	fileError
	index int
}

var isDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// checkCopies returns the first error in copies, or nil.
func checkCopies(copies []Copy) *copyError {
	seen := make(map[[2]string]bool)
	for i, c := range copies {
		wrong := func(kind error, format string, args ...any) *copyError {
			return &copyError{fileError{file: copiesName, offset: -1, err: fmt.Errorf("the copy of %q: %s: %w", c.Address, fmt.Sprintf(format, args...), kind)}, i}
		}
		switch {
		case !isAddress.MatchString(c.Address):
			return wrong(denylist.ErrValue, "address is %q; expected an address that begins with https:// or http://", c.Address)
		case !c.Read.IsDay():
			return wrong(denylist.ErrInterval, "read is %q; expected a day, YYYY-MM-DD", c.Read)
		case c.Digest != "" && !isDigest.MatchString(c.Digest):
			return wrong(denylist.ErrDigest, "digest is %q; expected \"sha256:\" and 64 hexadecimal digits in lower case", c.Digest)
		case len(c.Clauses) == 0:
			return wrong(denylist.ErrValue, "no clauses; expected those with words in the copy")
		}
		for _, key := range c.Clauses {
			of := [2]string{key, c.Address}
			if seen[of] {
				return wrong(denylist.ErrDuplicate, "clauses has %q twice; expected each clause in one copy of an address", key)
			}
			seen[of] = true
		}
	}
	return nil
}

// offsetOf returns the offset of the address in copies.json, or -1.
func offsetOf(fsys fs.FS, address string) int64 {
	data, _ := fs.ReadFile(fsys, copiesName)
	return int64(bytes.Index(data, []byte(`"`+address+`"`)))
}

// lintCopies returns what is wrong in copies.json.
func lintCopies(fsys fs.FS) error {
	_, err := Copies(fsys)
	if file := (*fileError)(nil); errors.As(err, &file) {
		return file
	}
	return err
}

// unknownCopies warns of copies of clauses that the list does not have.
func (s *source) unknownCopies(fsys fs.FS) (unknown error) {
	copies, err := Copies(fsys)
	if err != nil {
		return nil // Lint reports it
	}
	known := make(map[string]bool)
	for _, in := range s.instruments {
		for i := range in.Clauses {
			c := &in.Clauses[i]
			known[CopyKey(in, c, nil)] = true
			for j := range c.Versions {
				known[CopyKey(in, c, &c.Versions[j])] = true
			}
		}
	}
	for _, c := range copies {
		for _, key := range c.Clauses {
			if !known[key] {
				unknown = fault.Join(unknown, &fileError{file: copiesName, offset: offsetOf(fsys, c.Address),
					err: fmt.Errorf("the copy of %q is of %q, which is not in the list; expected the id of an instrument, \"#\" and the id of a clause: %w", c.Address, key, errNotRequired)})
			}
		}
	}
	return unknown
}

// CopyKey returns how [Copy.Clauses] names the words of a clause, or of one of its versions if version
// is not nil.
func CopyKey(in *denylist.Instrument, clause *denylist.Clause, version *denylist.Version) string {
	key := in.ID + "#" + clause.ID
	if version != nil {
		key += " " + version.Language
	}
	return key
}

var (
	isAddress = regexp.MustCompile(`^https?://[^\s"]+$`)
	// inSource matches an address, or a commit of a repository with a file in it. The repository and
	// the file are missing if they are those of the commit before.
	inSource = regexp.MustCompile(`https?://[^\s"“”]+|(?:([\w.-]+/[\w.-]+))?@([0-9a-f]{7,40})\b(?:\s+([^\s;,()]+[./][^\s;,()]*))?`)
)

// Addresses returns the addresses of the copies that the source of a clause names, in its order. For
// a file in a repository on GitHub it is the address of the bytes of the file in the commit.
func Addresses(source string) []string {
	var addresses []string
	var repository, file string
	for _, m := range inSource.FindAllStringSubmatch(source, -1) {
		address := trimAddress(m[0])
		if m[2] != "" {
			if m[1] != "" {
				repository, file = m[1], ""
			}
			file = cmp.Or(m[3], file)
			if repository == "" || file == "" {
				continue
			}
			address = "https://github.com/" + repository + "/raw/" + m[2] + "/" + strings.TrimRight(file, ".")
		}
		if isAddress.MatchString(address) && !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// trimAddress removes the punctuation of a sentence from the end of an address.
func trimAddress(address string) string {
	for {
		end := strings.TrimRight(address, ".,;:'’")
		if strings.HasSuffix(end, ")") && strings.Count(end, ")") > strings.Count(end, "(") {
			end = strings.TrimSuffix(end, ")")
		}
		if end == address {
			return address
		}
		address = end
	}
}
