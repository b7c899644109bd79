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

// A Subject is a file that a statement is about.
type Subject struct {
	Name string `json:"name"`
	// Digest maps the name of an in-toto digest algorithm to the digest: "sha256" of a file,
	// "dirHash1" of a directory tree.
	Digest map[string]string `json:"digest"`
}

// Subjects returns the files of the report that have a digest, in order of their names, each
// once. For documents in a container it returns the container.
func (r *Report) Subjects() []Subject {
	var all []Subject
	known := make(map[string]bool)
	for _, d := range r.Documents {
		s := Subject{Name: d.Path, Digest: map[string]string{"sha256": d.SHA256}}
		if d.Encoding == "files" {
			s.Digest = map[string]string{"dirHash1": d.SHA256}
		}
		if c := d.Container; c != nil {
			s = Subject{Name: c.Path, Digest: map[string]string{"sha256": c.SHA256}}
		}
		for _, digest := range s.Digest {
			if digest != "" && !known[s.Name] {
				known[s.Name] = true
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b Subject) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Statement returns the in-toto statement of the report: its subjects are the files, its
// predicate the canonical report, byte for byte. The error is [ErrNoSubject] if no file
// has a digest.
func (r *Report) Statement() ([]byte, error) {
	subjects := r.Subjects()
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
	return fmt.Appendf(nil, `{"_type":%q,"subject":%s,"predicateType":%q,"predicate":%s}`,
		StatementType, bytes.TrimSpace(list.Bytes()), PredicateType, bytes.TrimSpace(record.Bytes())), nil
}

// Sign returns the statement of the report in a DSSE envelope, in JSON, signed by each signer. A
// signer is a key from a file, see [LoadSigner], or a client of a signing service.
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

// A Verified is a signed record after its signature, form and subjects were checked.
type Verified struct {
	Report *Report
	Record []byte   // the canonical report, byte for byte
	Keys   []string // the ids of the keys that signed it
}

// Verify checks that one of the keys signed an envelope ([ErrSignature]), that it holds a
// statement about a screening ([ErrEnvelope], [ErrStatement]) with a canonical record
// ([ErrRecord]), and that the statement is about the files of the record ([ErrSubject]).
// It proves who signed the record. To check that the record is correct, screen the files again.
func Verify(ctx context.Context, envelope []byte, verifiers ...dsse.Verifier) (*Verified, error) {
	var e dsse.Envelope
	if err := strict.Unmarshal(envelope, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	if err := exactNames(envelope); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	if e.PayloadType != PayloadType || len(e.Signatures) == 0 {
		return nil, fmt.Errorf("%w: an envelope of %q with %d signatures; expected %q", ErrEnvelope, e.PayloadType, len(e.Signatures), PayloadType)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, fmt.Errorf("%w: the payload: %w", ErrEnvelope, err)
	}
	if len(verifiers) == 0 {
		return nil, fmt.Errorf("%w: no key was given", ErrSignature)
	}
	v, err := dsse.NewEnvelopeVerifier(verifiers...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	accepted, err := v.Verify(ctx, &e)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	out := &Verified{}
	for _, k := range accepted {
		out.Keys = append(out.Keys, k.KeyID)
	}
	slices.Sort(out.Keys)
	return out, out.statement(payload)
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

// statement parses the signed statement and checks its subjects.
func (v *Verified) statement(payload []byte) error {
	var s struct {
		Type          string          `json:"_type"`
		Subject       []Subject       `json:"subject"`
		PredicateType string          `json:"predicateType"`
		Predicate     json.RawMessage `json:"predicate"`
	}
	if err := strict.Unmarshal(payload, &s, strict.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", ErrStatement, err)
	}
	if s.Type != StatementType || s.PredicateType != PredicateType {
		return fmt.Errorf("%w: type %q, predicate %q; expected %q, %q", ErrStatement, s.Type, s.PredicateType, StatementType, PredicateType)
	}
	v.Record = append(s.Predicate, '\n')
	report, err := ParseReport(v.Record)
	if err != nil {
		return err
	}
	v.Report = report
	want, err := json.Marshal(report.Subjects())
	if err != nil {
		return err
	}
	got, err := json.Marshal(s.Subject)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: %s; the record is about %s", ErrSubject, short(got), short(want))
	}
	return nil
}

func short(b []byte) string {
	if len(b) > 300 {
		return string(b[:300]) + "…"
	}
	return string(b)
}

// ParseReport parses a canonical report. Anything but the exact bytes that [Report.WriteJSON]
// writes is an [ErrRecord]. It also parses reports of schema 1. They keep their SchemaVersion and
// are written as schema 1; their documents are complete if they have no error.
func ParseReport(record []byte) (*Report, error) {
	var head struct {
		SchemaVersion string `json:"schemaVersion"`
	}
	if err := strict.Unmarshal(record, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	r, v1 := &Report{}, &reportV1{}
	var err error
	switch head.SchemaVersion {
	case SchemaVersion:
		err = strict.Unmarshal(record, r, strict.RejectUnknownMembers(true))
	case schema1:
		err = strict.Unmarshal(record, v1, strict.RejectUnknownMembers(true))
		r = v1.report()
	default:
		err = fmt.Errorf("schema version %q; expected %q or %q", head.SchemaVersion, SchemaVersion, schema1)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	var again bytes.Buffer
	if err := r.WriteJSON(&again); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if at := firstDifference(again.Bytes(), record); at >= 0 {
		return nil, fmt.Errorf("%w: at byte %d it is not as this program writes it", ErrRecord, at)
	}
	r.attribute()
	return r, nil
}

// attribute sets the vendors of attributions, which the record has only once for each finding.
func (r *Report) attribute() {
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, fs := range [...][]Finding{d.Findings, d.Observations} {
			for j := range fs {
				for k := range fs[j].Attributions {
					fs[j].Attributions[k].Vendor = fs[j].Vendor.ID
				}
			}
		}
	}
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
	if r.Denylist.Release != release.Name() || r.Denylist.Digest != release.Digest() {
		return fmt.Errorf("%w: %s %s; the record has %s %s", ErrRelease, release.Name(), release.Digest(), r.Denylist.Release, r.Denylist.Digest)
	}
	return nil
}
