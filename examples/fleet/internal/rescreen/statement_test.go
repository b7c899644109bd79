// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/match/evidence"
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func newStatement() *Statement {
	from, to := job.Screening{Release: "a", Digest: "h1:a"}, job.Screening{Release: "b", Digest: "h1:b", AsOf: "2024-01-01"}
	return &Statement{
		Program: "v1", Job: job.Job{Tenant: tenant, Batch: digest([]byte("batch")), Screening: from.ID()}, Segment: digest([]byte("segment")), Object: "x/y.seg",
		From: from, To: to, Denylist: evidence.Denylist{Release: "b", Digest: "h1:b", AsOf: "2024-01-01"}, Notices: []notice{{"asOf", "<a>"}},
		Records: 6, Affected: []int{1, 4}, Superseded: []int{0, 2}, Unchanged: 2, Claims: Claims{3, digest([]byte("commit"))},
	}
}

func TestStatement(t *testing.T) {
	key, _ := fleettest.Key(t, "fleet")
	other, _ := fleettest.Key(t, "other")
	signed, err := newStatement().Sign(t.Context(), key.Statements)
	if err != nil {
		t.Fatal(err)
	}
	again, err := newStatement().Sign(t.Context(), key.Statements)
	if err != nil || !bytes.Equal(signed, again) {
		t.Errorf("the bytes differ, or %v", err)
	}
	s, err := Verify(t.Context(), signed, other.StatementVerifier, key.StatementVerifier)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Excepted(); !slices.Equal(got, []int{0, 1, 2, 4}) || s.Segment != newStatement().Segment || s.Object != "x/y.seg" {
		t.Errorf("%+v", s)
	}
	if d, err := ParseDelta(t.Context(), signed, key.StatementVerifier); err != nil || d.Screening != s.To.ID() || d.Segment != s.Segment || !slices.Equal(d.Affected, []int{0, 1, 2, 4}) {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := Verify(t.Context(), signed, other.StatementVerifier); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	// A signed record is no delta statement.
	var e dsse.Envelope
	if err := json.Unmarshal(signed, &e); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"predicate type": {"fleet/delta/v1", "screening/v1"},
		"member":         {`"records":6`, `"records":6,"x":1`},
		"count":          {`"unchanged":2`, `"unchanged":3`},
		"order":          {`[1,4]`, `[4,1]`},
		"both":           {`[0,2]`, `[1,2]`},
		"from":           {`"release":"a"`, `"release":"c"`},
		"denylist":       {`"denylist":{"release":"b"`, `"denylist":{"release":"a"`},
		"digest":         {`{"sha256":"` + newStatement().Segment, `{"sha256":"` + "00"},
	} {
		text := strings.Replace(string(payload), change[0], change[1], 1)
		if text == string(payload) {
			t.Fatal(name, "changes nothing")
		}
		if _, err := parse([]byte(text)); !errors.Is(err, ErrStatement) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e.Payload = base64.StdEncoding.EncodeToString(bytes.Replace(payload, []byte("[1,4]"), []byte("[1,5]"), 1))
	if changed, err := json.Marshal(e); err != nil {
		t.Fatal(err)
	} else if _, err := Verify(t.Context(), changed, key.StatementVerifier); !errors.Is(err, ErrSignature) {
		t.Errorf("changed: %v", err)
	}
	checkSchema(t, payload)
}

// checkSchema checks that the schema has exactly the members of the predicate.
func checkSchema(t *testing.T, payload []byte) {
	t.Helper()
	var schema struct {
		Required   []string
		Properties map[string]json.RawMessage
	}
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var s struct{ Predicate map[string]json.RawMessage }
	if err := json.Unmarshal(payload, &s); err != nil {
		t.Fatal(err)
	}
	for name := range s.Predicate {
		if schema.Properties[name] == nil {
			t.Errorf("the schema does not have %s", name)
		}
	}
	for name := range schema.Properties {
		if s.Predicate[name] == nil {
			t.Errorf("the statement does not have %s", name)
		}
	}
	for _, name := range schema.Required {
		if s.Predicate[name] == nil {
			t.Errorf("the statement does not have %s, which is required", name)
		}
	}
}
