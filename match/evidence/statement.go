// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	strict "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match/denylist"
)

// Types of a signed record: in-toto Attestation Framework, Statement v1, in a DSSE envelope.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://github.com/clause76/clause76/screening/v1"
	PayloadType   = "application/vnd.in-toto+json"
)

// Errors of signed records, for errors.Is.
var (
	// ErrEnvelope: the input is not a DSSE envelope with an in-toto statement.
	ErrEnvelope = errors.New("evidence: not a signed record")
	// ErrSignature: none of the given keys signed the envelope.
	ErrSignature = errors.New("evidence: the signature is not by a given key")
	// ErrStatement: the signed content is not a statement about a screening.
	ErrStatement = errors.New("evidence: not a statement of a screening")
	// ErrRecord: the record of the statement is not a canonical report.
	ErrRecord = errors.New("evidence: not a canonical record")
	// ErrSubject: the statement's subjects are not the files of its record.
	ErrSubject = errors.New("evidence: the statement is about other files than its record")
	// ErrNoSubject: the report has no file with a digest, so a statement would be about nothing.
	ErrNoSubject = errors.New("evidence: no file with a digest")
	// ErrRelease: the denylist is not that of the record.
	ErrRelease = errors.New("evidence: another denylist than the record's")
)

// A subject is a file that a statement is about.
type subject struct {
	Name string `json:"name"`
	// Digest maps the name of an in-toto digest algorithm to the digest: "sha256" of a file,
	// "dirHash1" of a directory tree.
	Digest map[string]string `json:"digest"`
}

// Files returns the files of the report that have a digest, in order of their paths, each once.
// For documents in a container it returns the container. A signed record is about these files.
func (r *Report) Files() []File {
	var all []File
	known := make(map[string]bool)
	for _, d := range r.Documents {
		f := File{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes}
		if c := d.Container; c != nil {
			f = File{Path: c.Path, SHA256: c.SHA256, Bytes: c.Bytes}
		}
		if f.SHA256 != "" && !known[f.Path] {
			known[f.Path] = true
			all = append(all, f)
		}
	}
	sorting.Func(all, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// subjects returns the files of the report as subjects of a statement.
func (r *Report) subjects() []subject {
	trees := make(map[string]bool) // the path of a directory tree is that of its document
	for i := range r.Documents {
		if d := &r.Documents[i]; d.Encoding == "files" && d.Container == nil {
			trees[d.Path] = true
		}
	}
	var all []subject
	for _, f := range r.Files() {
		algorithm := "sha256"
		if trees[f.Path] {
			algorithm = "dirHash1"
		}
		all = append(all, subject{f.Path, map[string]string{algorithm: f.SHA256}})
	}
	return all
}

// Statement returns the in-toto statement of the report: its subjects are the files, its
// predicate the canonical report, byte for byte. The error is [ErrNoSubject] if no file
// has a digest, and another one if [Verify] would refuse the statement: a report that was not made
// by [New] and [Report.Finish] can contradict itself.
func (r *Report) Statement() ([]byte, error) {
	r = recordable(r)
	subjects := r.subjects()
	if len(subjects) == 0 {
		return nil, ErrNoSubject
	}
	var record bytes.Buffer
	if err := r.WriteJSON(&record); err != nil {
		return nil, err
	}
	var list bytes.Buffer
	e := json.NewEncoder(&list)
	e.SetEscapeHTML(false)
	if err := e.Encode(subjects); err != nil {
		return nil, err
	}
	statement := fmt.Appendf(nil, `{"_type":%q,"subject":%s,"predicateType":%q,"predicate":%s}`,
		StatementType, bytes.TrimSpace(list.Bytes()), PredicateType, bytes.TrimSpace(record.Bytes()))
	if _, err := parseStatement(statement); err != nil {
		return nil, fmt.Errorf("evidence: the statement of this report could not be verified: %w", err)
	}
	return statement, nil
}

// Sign returns the statement of the report in a DSSE envelope, in JSON, signed by each signer. A
// signer is a key of go-securesystemslib's package signerverifier, or a client of a signing service.
func (r *Report) Sign(ctx context.Context, signers ...dsse.Signer) ([]byte, error) {
	statement, err := r.Statement()
	if err != nil {
		return nil, err
	}
	s, err := dsse.NewEnvelopeSigner(signers...)
	if err != nil {
		return nil, err
	}
	envelope, err := s.SignPayload(ctx, PayloadType, statement)
	if err != nil {
		return nil, fmt.Errorf("evidence: signing: %w", err)
	}
	out, err := json.Marshal(envelope)
	return append(out, '\n'), err
}

// Verify checks that one of the keys signed an envelope ([ErrSignature]), that it holds a
// statement about a screening ([ErrEnvelope], [ErrStatement]) with a canonical record
// ([ErrRecord]), and that the statement is about the files of the record ([ErrSubject]).
// It returns the report and the ids of the keys that signed it. That proves who signed the record.
// To check that the record is correct, screen the files again.
func Verify(ctx context.Context, envelope []byte, verifiers ...dsse.Verifier) (*Report, []string, error) {
	var e dsse.Envelope
	if err := strict.Unmarshal(envelope, &e); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	if err := exactNames(envelope); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	if e.PayloadType != PayloadType || len(e.Signatures) == 0 {
		return nil, nil, fmt.Errorf("%w: an envelope of %q with %d signatures; expected %q", ErrEnvelope, e.PayloadType, len(e.Signatures), PayloadType)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the payload: %w", ErrEnvelope, err)
	}
	if len(verifiers) == 0 {
		return nil, nil, fmt.Errorf("%w: no key was given", ErrSignature)
	}
	v, err := dsse.NewEnvelopeVerifier(verifiers...)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	accepted, err := v.Verify(ctx, &e)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	var keys []string
	for _, k := range accepted {
		keys = append(keys, k.KeyID)
	}
	slices.Sort(keys)
	r, err := parseStatement(payload)
	if err != nil {
		return nil, nil, err
	}
	return r, keys, nil
}

// exactNames returns an error if a member name of an envelope differs from a standard name only
// in case, because readers that ignore case would verify another payload. Members with
// other names are ignored, as the standard requires.
func exactNames(envelope []byte) error {
	type object map[string]jsontext.Value
	exact := func(o object, names ...string) error {
		for got := range o {
			for _, name := range names {
				if got != name && strings.EqualFold(got, name) {
					return fmt.Errorf("a member %q; expected %q", got, name)
				}
			}
		}
		return nil
	}
	var e object
	err := strict.Unmarshal(envelope, &e)
	if err == nil {
		err = exact(e, "payload", "payloadType", "signatures")
	}
	if err != nil {
		return err
	}
	var signatures []object
	if err := strict.Unmarshal(e["signatures"], &signatures); err != nil {
		return err
	}
	for _, s := range signatures {
		if err := exact(s, "keyid", "sig"); err != nil {
			return err
		}
	}
	return nil
}

// parseStatement parses the signed statement and checks its subjects.
func parseStatement(payload []byte) (*Report, error) {
	var s struct {
		Type          string          `json:"_type"`
		Subject       []subject       `json:"subject"`
		PredicateType string          `json:"predicateType"`
		Predicate     json.RawMessage `json:"predicate"`
	}
	if err := strict.Unmarshal(payload, &s, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	if s.Type != StatementType || s.PredicateType != PredicateType {
		return nil, fmt.Errorf("%w: type %q, predicate %q; expected %q, %q", ErrStatement, s.Type, s.PredicateType, StatementType, PredicateType)
	}
	report, err := ParseReport(append(s.Predicate, '\n'))
	if err != nil {
		return nil, err
	}
	want, err := json.Marshal(report.subjects())
	if err != nil {
		return nil, err
	}
	got, err := json.Marshal(s.Subject)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(got, want) {
		return nil, fmt.Errorf("%w: %s; the record is about %s", ErrSubject, short(got), short(want))
	}
	return report, nil
}

func short(b []byte) string {
	if len(b) > 300 {
		return string(b[:300]) + "…"
	}
	return string(b)
}

// ParseReport parses the record of a report. Anything but the exact bytes that [Report.WriteJSON]
// writes is an [ErrRecord]. It also parses reports of schema 1. They keep their SchemaVersion and
// are written as schema 1; their documents are complete if they have no error.
func ParseReport(record []byte) (*Report, error) {
	r := new(Report)
	if err := r.UnmarshalJSON(record); err != nil {
		return nil, err
	}
	// The record is compared while it is written again, and not kept: what a hostile record is
	// written as can be many times its size.
	again := &sameWriter{want: record}
	err := r.WriteJSON(again)
	if err == nil && again.at < len(record) {
		err = errDifferent
	}
	switch {
	case errors.Is(err, errDifferent):
		return nil, fmt.Errorf("%w: at byte %d it is not as this program writes it", ErrRecord, again.at)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return r, nil
}

var errDifferent = errors.New("another text")

// A sameWriter accepts only what it wants, in order, up to the first difference.
type sameWriter struct {
	want []byte
	at   int // how many bytes were written and are the same
}

func (w *sameWriter) Write(p []byte) (int, error) {
	n := firstDifference(p, w.want[w.at:min(len(w.want), w.at+len(p))])
	if n >= 0 {
		w.at += n
		return n, errDifferent
	}
	w.at += len(p)
	return len(p), nil
}

// UnmarshalJSON parses a record that may have been formatted in another way since it was written.
// Use [ParseReport] for a record that is evidence. An unknown or missing entry is an [ErrRecord],
// and so is a value that does not follow from the rest of the record, such as a verdict that is
// milder than a finding.
func (r *Report) UnmarshalJSON(record []byte) error {
	var head struct {
		SchemaVersion string `json:"schemaVersion"`
	}
	if err := strict.Unmarshal(record, &head); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	parse := parseRecord
	switch head.SchemaVersion {
	case SchemaVersion:
	case schema1:
		parse = parseSchema1
	default:
		return fmt.Errorf("%w: schema version %q; expected %q or %q", ErrRecord, head.SchemaVersion, SchemaVersion, schema1)
	}
	parsed, err := parse(record)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if err := parsed.consistent(); err != nil {
		return fmt.Errorf("%w: it contradicts itself: %w", ErrRecord, err)
	}
	*r = *parsed
	return nil
}

// firstDifference returns where two texts differ, or -1.
func firstDifference(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// CheckRelease returns an [ErrRelease] with the difference if the record was made with another
// release.
func (r *Report) CheckRelease(release *denylist.Release) error {
	if release == nil {
		return fmt.Errorf("%w: it is nil; the record has %s %s", ErrRelease, r.Denylist.Release, r.Denylist.Digest)
	}
	if r.Denylist.Release != release.Name() || r.Denylist.Digest != release.Digest() {
		return fmt.Errorf("%w: %s %s; the record has %s %s", ErrRelease, release.Name(), release.Digest(), r.Denylist.Release, r.Denylist.Digest)
	}
	return nil
}
