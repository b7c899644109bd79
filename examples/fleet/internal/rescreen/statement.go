// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	strict "github.com/go-json-experiment/json"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/match/evidence"
)

// PredicateType is the type of the predicate of a delta statement. Its schema is [Schema].
const PredicateType = "https://github.com/clause76/clause76/fleet/delta/v1"

// Schema is the JSON Schema of the predicate.
//
//go:embed delta-1.schema.json
var Schema []byte

// Errors of delta statements, for errors.Is.
var (
	// ErrStatement: it is not a delta statement, or one that contradicts itself.
	ErrStatement = errors.New("not a delta statement")
	// ErrSignature: none of the given keys signed it.
	ErrSignature = errors.New("the signature is not by a given key")
)

// maxStatement bounds a statement in bytes.
const maxStatement = 1 << 20

// says is what each statement says, for a reader who has nothing but the statement.
const says = "Under the screening \"to\", each record of this segment on a document that is neither affected nor superseded has the same verdict, findings, observations and gaps. " +
	"What a record has about its screening (denylist, options, buyer, notices) is that of \"to\" and of this statement."

// A Statement says that the records of a segment are also right under another screening, except
// those on some documents.
//
// Of what a record has, only its head is then different: the denylist, the options and the buyer,
// which are those of the screening To, and the notices about the whole screening, which are those
// of the statement.
type Statement struct {
	Program string `json:"program"` // its version, which is that of the segment too
	Says    string `json:"says"`    // in words
	// Job is that of the segment, and Segment the SHA-256 digest of its object, in hex. Object is its
	// key in the bucket.
	Job     job.Job `json:"job"`
	Segment string  `json:"-"` // the subject
	Object  string  `json:"-"`

	From job.Screening `json:"from"` // of the segment
	To   job.Screening `json:"to"`
	// Denylist and Notices are those of each record under To.
	Denylist evidence.Denylist `json:"denylist"`
	Notices  []notice          `json:"notices,omitempty"`

	Records int `json:"records"` // in the segment
	// Affected are the indexes in the batch, in ascending order, of the documents that are screened
	// again. Superseded are those of which another record is newer, or the one that counts: the statement
	// says nothing about them. Unchanged is the number of the others, for which the records are right.
	Affected   []int `json:"affected,omitempty"`
	Superseded []int `json:"superseded,omitempty"`
	Unchanged  int   `json:"unchanged"`
	// Claims is where the claims were read: the tables up to a commit.
	Claims Claims `json:"claims"`
}

// Claims names the tables with the claims by the last commit: it has the digests of the files of
// its own, and is chained to those before.
type Claims struct {
	Commit int64  `json:"commit"` // its number
	SHA256 string `json:"sha256"` // of its object, in hex
}

type inToto struct {
	Type          string          `json:"_type"`
	Subject       []subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// Sign returns the statement as an in-toto statement in a DSSE envelope, in JSON. With a key of
// Ed25519 the same statement has the same bytes.
func (s *Statement) Sign(ctx context.Context, signer dsse.Signer) ([]byte, error) {
	s.Says = says
	if err := s.check(); err != nil {
		return nil, err
	}
	predicate, err := encode(s)
	if err != nil {
		return nil, err
	}
	payload, err := encode(inToto{evidence.StatementType, []subject{{s.Object, map[string]string{"sha256": s.Segment}}}, PredicateType, predicate})
	if err != nil {
		return nil, err
	}
	x, err := dsse.NewEnvelopeSigner(signer)
	if err != nil {
		return nil, err
	}
	envelope, err := x.SignPayload(ctx, evidence.PayloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("signing a delta statement: %w", err)
	}
	out, err := json.Marshal(envelope)
	return append(out, '\n'), err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// Verify checks that one of the keys signed a delta statement, and returns it. It does not read the
// segment: the caller compares its digest with Segment.
func Verify(ctx context.Context, signed []byte, keys ...dsse.Verifier) (*Statement, error) {
	if len(signed) > maxStatement {
		return nil, fmt.Errorf("%w: it has %d bytes; expected at most %d", ErrStatement, len(signed), maxStatement)
	}
	var e dsse.Envelope
	if err := strict.Unmarshal(signed, &e, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	if e.PayloadType != evidence.PayloadType {
		return nil, fmt.Errorf("%w: the payload has the type %q; expected %q", ErrStatement, e.PayloadType, evidence.PayloadType)
	}
	v, err := dsse.NewEnvelopeVerifier(keys...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if _, err := v.Verify(ctx, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	payload, err := e.DecodeB64Payload()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	return parse(payload)
}

// parse reads the signed statement.
func parse(payload []byte) (*Statement, error) {
	var x inToto
	if err := strict.Unmarshal(payload, &x, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	if x.Type != evidence.StatementType || x.PredicateType != PredicateType {
		return nil, fmt.Errorf("%w: type %q, predicate %q; expected %q, %q", ErrStatement, x.Type, x.PredicateType, evidence.StatementType, PredicateType)
	}
	if len(x.Subject) != 1 || len(x.Subject[0].Digest) != 1 {
		return nil, fmt.Errorf("%w: it has %d subjects; expected one, with a SHA-256 digest", ErrStatement, len(x.Subject))
	}
	s := &Statement{}
	if err := strict.Unmarshal(x.Predicate, s, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	s.Object, s.Segment = x.Subject[0].Name, x.Subject[0].Digest["sha256"]
	return s, s.check()
}

// check checks that the parts of a statement agree.
func (s *Statement) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrStatement}, args...)...)
	}
	if err := s.Job.Check(); err != nil {
		return bad("%w", err)
	}
	to := s.To.ID()
	switch {
	case s.From.ID() != s.Job.Screening:
		return bad("the screening \"from\" is %s, and that of the job %s", s.From.ID(), s.Job.Screening)
	case to == s.Job.Screening:
		return bad("it is from a screening to itself")
	case s.Denylist.Release != s.To.Release || s.Denylist.Digest != s.To.Digest:
		return bad("the denylist is %s %s, and that of the screening \"to\" %s %s", s.Denylist.Release, s.Denylist.Digest, s.To.Release, s.To.Digest)
	case len(s.Segment) != 64 || len(s.Claims.SHA256) != 64:
		return bad("expected SHA-256 digests of the segment and of the commit, 64 digits in hex")
	case s.Says != says:
		return bad("it says %q; expected %q", s.Says, says)
	case s.Records < 1 || s.Records > job.MaxDocuments || s.Unchanged < 0 || len(s.Affected)+len(s.Superseded)+s.Unchanged != s.Records:
		return bad("%d records, %d affected, %d superseded, %d unchanged", s.Records, len(s.Affected), len(s.Superseded), s.Unchanged)
	}
	seen := make(map[int]bool)
	for _, list := range [...][]int{s.Affected, s.Superseded} {
		for i, n := range list {
			if n < 0 || n >= job.MaxDocuments || i > 0 && n <= list[i-1] || seen[n] {
				return bad("the indexes %v are not in ascending order between 0 and %d, each once", list, job.MaxDocuments-1)
			}
			seen[n] = true
		}
	}
	return nil
}

// Excepted returns the indexes in the batch of the documents for which the statement does not say
// that the record is right, in ascending order.
func (s *Statement) Excepted() []int {
	all := make([]int, 0, len(s.Affected)+len(s.Superseded))
	a, b := s.Affected, s.Superseded
	for len(a)+len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && a[0] < b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}

// ParseDelta verifies a delta statement and returns what a compactor and an audit need of it.
// It is the function of the options of package compact.
func ParseDelta(ctx context.Context, signed []byte, keys ...dsse.Verifier) (*compact.DeltaStatement, error) {
	s, err := Verify(ctx, signed, keys...)
	if err != nil {
		return nil, err
	}
	return &compact.DeltaStatement{Job: s.Job, Segment: s.Segment, Screening: s.To.ID(), Affected: s.Excepted()}, nil
}
