// SPDX-License-Identifier: Apache-2.0

package segment_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// encode returns a segment with some statements, one of them larger than a block, and its content.
func encode(t testing.TB) ([]byte, job.Job, []segment.Entry, *segment.Content) {
	t.Helper()
	k, _ := fleettest.Key(t, "worker")
	j := job.Job{Tenant: "t", Batch: strings.Repeat("ab", 32), Screening: strings.Repeat("cd", 32)}
	var entries []segment.Entry
	content := &segment.Content{}
	for i, size := range []int{100, 0, segment.MaxBlock + 1, 5} {
		key := job.Digest(fmt.Sprint(i))
		entries = append(entries, segment.Entry{Index: 3 * i, Document: key, Record: "r", Statement: bytes.Repeat([]byte{byte('a' + i)}, size)})
		content.Documents = append(content.Documents, table.Document{Document: key, Index: int32(3 * i), Verdict: "clear"})
		for _, value := range []string{"", "shared", "öäü", fmt.Sprint("own ", i)} {
			content.Claims = append(content.Claims, table.Claim{Role: "component", Kind: "name", Value: value, Document: key, Batch: j.Batch, Index: int32(3 * i)})
		}
	}
	slices.SortFunc(content.Claims, table.CompareClaims)
	data, err := segment.Encode(t.Context(), k.Statements, j, "v1", entries, content)
	if err != nil {
		t.Fatal(err)
	}
	return data, j, entries, content
}

func TestEncodeAndRead(t *testing.T) {
	data, j, entries, want := encode(t)
	again, _, _, _ := encode(t)
	if !bytes.Equal(data, again) {
		t.Error("the same entries have different bytes")
	}
	r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Index.Job.ID() != j.ID() || r.Index.Program != "v1" || r.Statements() != 3 {
		t.Errorf("index %+v", r.Index)
	}
	for i := range r.Index.Entries {
		statement, err := r.Statement(&r.Index.Entries[i])
		if err != nil || !bytes.Equal(statement, entries[i].Statement) {
			t.Errorf("statement %d: %d bytes, %v", i, len(statement), err)
		}
	}
	got, err := r.Content()
	if err != nil || !reflect.DeepEqual(got.Claims, want.Claims) || !reflect.DeepEqual(got.Documents, want.Documents) {
		t.Errorf("content %+v, %v", got, err)
	}
	mine, _ := fleettest.Key(t, "worker")
	other, _ := fleettest.Key(t, "other")
	if err := r.Verify(t.Context(), other.StatementVerifier, mine.StatementVerifier); err != nil {
		t.Error(err)
	}
	if err := r.Verify(t.Context(), other.StatementVerifier); !errors.Is(err, segment.ErrBad) {
		t.Errorf("verified with another key: %v", err)
	}
}

// TestChangedBytes: a change of any byte, and any end, is an error of the index, of a block or of the
// signature.
func TestChangedBytes(t *testing.T) {
	data, _, _, _ := encode(t)
	k, _ := fleettest.Key(t, "worker")
	readAll := func(data []byte) error {
		r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		for i := range r.Statements() {
			if _, err := r.Block(i); err != nil {
				return err
			}
		}
		_, err = r.Content()
		return errors.Join(err, r.Verify(t.Context(), k.StatementVerifier))
	}
	if err := readAll(data); err != nil {
		t.Fatal(err)
	}
	for at := 16; at < len(data); at += 1 + len(data)/500 { // after the magic at the start
		bad := slices.Clone(data)
		bad[at] ^= 0x10
		if err := readAll(bad); !errors.Is(err, segment.ErrBad) {
			t.Errorf("byte %d changed: %v", at, err)
		}
		if err := readAll(data[:at]); !errors.Is(err, segment.ErrBad) {
			t.Errorf("cut at %d: %v", at, err)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	k, _ := fleettest.Key(t, "worker")
	claim := func(value string, index int32) table.Claim {
		return table.Claim{Role: "component", Kind: "name", Value: value, Document: "d", Batch: "b", Index: index}
	}
	for name, claims := range map[string][]table.Claim{
		"order":  {claim("b", 0), claim("a", 0)},
		"twice":  {claim("a", 0), claim("a", 0)},
		"entry":  {claim("a", 1)},
		"before": {claim("a", -1)},
		"batch":  {{Document: "d", Batch: "other"}},
	} {
		_, err := segment.Encode(t.Context(), k.Statements, job.Job{Batch: "b"}, "", []segment.Entry{{Document: "d"}}, &segment.Content{Claims: claims})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
