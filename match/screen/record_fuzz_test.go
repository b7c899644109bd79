// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// What is read as a record, of either schema, is written as it was.
func FuzzParseReport(f *testing.F) {
	var now bytes.Buffer
	if err := report(f, matcher(f, nil), "../../testdata/bids/clean").WriteJSON(&now); err != nil {
		f.Fatal(err)
	}
	f.Add(now.Bytes())
	f.Add(schema1Record(f))
	f.Fuzz(func(t *testing.T, record []byte) {
		r, err := evidence.ParseReport(record)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := r.WriteJSON(&again); err != nil || !bytes.Equal(again.Bytes(), record) {
			t.Errorf("written otherwise than read: %v", err)
		}
		r.NotScreened()
	})
}

// schema1Record is the record in the statement of schema 1.
func schema1Record(t testing.TB) []byte {
	t.Helper()
	var envelope struct {
		Payload string `json:"payload"`
	}
	var statement struct {
		Predicate json.RawMessage `json:"predicate"`
	}
	data, err := os.ReadFile("testdata/schema1/offer.intoto.json")
	if err == nil {
		err = json.Unmarshal(data, &envelope)
	}
	var payload []byte
	if err == nil {
		payload, err = base64.StdEncoding.DecodeString(envelope.Payload)
	}
	if err == nil {
		err = json.Unmarshal(payload, &statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	record := append([]byte(nil), statement.Predicate...)
	record = append(record, '\n')
	if _, err := evidence.ParseReport(record); err != nil {
		t.Fatal(err)
	}
	return record
}
