// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	strict "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
)

// name returns the name of the statement on a file that a report is of. Statements have the same
// name if the bytes of the file, the release, the options, the buyer and the purpose are the same.
func name(digest string, r *evidence.Report) string {
	by, o := &r.Denylist, &r.Options
	var jurisdictions []string
	if len(o.Jurisdictions) > 0 {
		jurisdictions = o.Jurisdictions
	}
	list := []any{by.AsOf, jurisdictions, o.RequireIdentity}
	if len(o.Keys) > 0 {
		list = append(list, o.Keys)
	}
	if a := audience(r); a != "" {
		list = append(list, map[string]string{"audience": a})
	}
	options, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings and booleans can always be marshaled
	}
	return sumOf(fmt.Appendf(nil, "%s\n%s\n%s\n", digest, by.Digest, options))
}

// audience returns for whom and for what a report was made, as a text that differs for each buyer
// and purpose: "" without both.
func audience(r *evidence.Report) string {
	if r.Buyer == nil && len(r.Purpose) == 0 {
		return ""
	}
	text, err := json.Marshal(struct {
		Buyer   *denylist.Buyer `json:"buyer,omitempty"`
		Purpose []string        `json:"purpose,omitempty"`
	}{r.Buyer, r.Purpose})
	if err != nil {
		panic(err) // strings can always be marshaled
	}
	return string(text)
}

func recordFile(name string) string { return "records/" + name[:2] + "/" + name + ".intoto.json" }
func transcriptFile(digest string) string {
	return "transcripts/" + digest[:2] + "/" + digest + ".json.zst"
}

// intact returns an error if the statement with this name is missing or has another digest.
func (s *store) intact(name, digest string) error {
	_, err := s.statement(lineOf(digest, name, ""))
	return err
}

// statement reads the statement of a line of the log.
func (s *store) statement(line string) ([]byte, error) {
	data, err := s.file(recordFile(nameIn(line)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", errMissing, nameIn(line))
	}
	if err != nil {
		return nil, err
	}
	if sumOf(data) != statementIn(line) {
		return nil, fmt.Errorf("%w: %s", errTampered, nameIn(line))
	}
	return data, nil
}

// load reads the report in the statement of a line of the log. It checks that the statement has
// the digest and the name of the line, and its signature if there is a key.
func (s *store) load(line string) (*evidence.Report, error) {
	data, err := s.statement(line)
	if err != nil {
		return nil, err
	}
	var report *evidence.Report
	if s.verify != nil {
		report, _, err = evidence.Verify(context.Background(), data, s.verify)
	} else {
		report, err = unsigned(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nameIn(line), err)
	}
	digest, err := digestIn(report)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nameIn(line), err)
	}
	if want := name(digest, report); want != nameIn(line) {
		return nil, fmt.Errorf("%w: %s; expected %s", errName, nameIn(line), want)
	}
	return report, nil
}

// unsigned reads the report in a statement without a check of the signature.
func unsigned(envelope []byte) (*evidence.Report, error) {
	var e dsse.Envelope
	if err := strict.Unmarshal(envelope, &e); err != nil {
		return nil, err
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, err
	}
	var s struct {
		Predicate jsontext.Value `json:"predicate"`
	}
	if err := strict.Unmarshal(payload, &s); err != nil {
		return nil, err
	}
	return evidence.ParseReport(append(s.Predicate, '\n'))
}

// digestIn returns the digest of the file that a report is about.
func digestIn(r *evidence.Report) (string, error) {
	files := r.Files()
	if len(files) != 1 {
		return "", fmt.Errorf("the statement is about %d files with a digest; expected one", len(files))
	}
	return files[0].SHA256, nil
}

// A transcript is the snapshot of a document, with its path and digest. The path alone does not
// identify the document, because an archive can have two entries with the same name.
type transcript struct {
	Path   string         `json:"path"` // inside the file
	SHA256 string         `json:"sha256"`
	Said   *sbom.Snapshot `json:"said"` // nil if nothing was read of the document
}

// transcripts are the transcripts of all documents of a record, in their order.
type transcripts []transcript

// newTranscripts returns the transcripts of the documents in a file. The documents are in the
// order of screening, and so are the keys of snapshots; the result is in the order of the record.
func newTranscripts(file string, screened []evidence.Document, snapshots map[int]*sbom.Snapshot) transcripts {
	order := make([]int, len(screened))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(screened[a].Path, screened[b].Path) })
	all := make(transcripts, 0, len(order))
	for _, i := range order {
		all = append(all, transcript{strings.TrimPrefix(screened[i].Path, file), screened[i].SHA256, snapshots[i]})
	}
	return all
}

// fit checks that there is a transcript for each document of a record, in the same order.
func (t transcripts) fit(file string, docs []evidence.Document) error {
	if len(t) != len(docs) {
		return fmt.Errorf("%w: it has %d documents, and the record has %d", errTranscript, len(t), len(docs))
	}
	for i, d := range docs {
		if t[i].SHA256 != d.SHA256 || t[i].Path != strings.TrimPrefix(d.Path, file) {
			return fmt.Errorf("%w: its document %d is not %s", errTranscript, i+1, d.Path)
		}
	}
	return nil
}

var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0))
)

// pack compresses the transcripts.
func (t transcripts) pack() ([]byte, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return packer.EncodeAll(text, nil), nil
}

// packed reads the compressed transcript with a digest.
func (s *store) packed(digest string) ([]byte, error) {
	data, err := s.file(transcriptFile(digest))
	if errors.Is(err, fs.ErrNotExist) || err == nil && sumOf(data) != digest {
		return nil, fmt.Errorf("%w: %s", errTranscript, digest)
	}
	return data, err
}

// transcripts reads the transcripts with a digest.
func (s *store) transcripts(digest string) (transcripts, error) {
	packed, err := s.packed(digest)
	if err != nil {
		return nil, err
	}
	text, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	var t transcripts
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("%w: %s: %w; if an older version of auditpipe made the store, screen the files into a new store", errTranscript, digest, err)
	}
	return t, nil
}
