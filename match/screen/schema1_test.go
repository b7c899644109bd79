// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// A statement that was signed with a record of schema 1 is verified and read; its files and
// its denylist are checked, and its findings, which other rules made, are not compared.
func TestSchema1(t *testing.T) {
	t.Chdir("testdata/schema1")
	key, err := os.ReadFile("key.pub")
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := keys.LoadVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := os.ReadFile("offer.intoto.json")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := evidence.Verify(t.Context(), envelope, verifier)
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := r.WriteJSON(&written); err != nil || r.SchemaVersion != "1" {
		t.Errorf("schema %s is not written as it was: %v", r.SchemaVersion, err)
	}
	validate(t, "../../../evidence/schema/report-1.schema.json", written.Bytes())
	for i, want := range []struct {
		verdict, gaps string
		complete      bool
		findings      int
	}{
		{"ban", "malformed", true, 1},
		{"inconclusive", "linkedDocuments", true, 0},
		{"inconclusive", "incomplete", false, 0},
		{"clear", "", true, 0},
	} {
		d := r.Documents[i]
		var gaps []string
		for _, g := range d.Gaps {
			gaps = append(gaps, string(g.Kind))
		}
		if got := strings.Join(gaps, " "); d.Verdict.String() != want.verdict || got != want.gaps || d.Complete != want.complete || len(d.Findings) != want.findings {
			t.Errorf("%s: %s, gaps %q, complete %v, %d findings; want %+v", d.Path, d.Verdict, got, d.Complete, len(d.Findings), want)
		}
	}
	r.Options.FailOn = match.NoVerdict
	if got := r.ExitStatus(); got != evidence.ExitUnscreened {
		t.Errorf("status %d", got)
	}

	release, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(t.Context(), r, release, nil); !errors.Is(err, screen.ErrSchema) {
		t.Errorf("screened again: %v, want ErrSchema", err)
	}
	if err := screen.Reproduce(t.Context(), r, denylist.Current(), nil); !errors.Is(err, evidence.ErrRelease) {
		t.Errorf("another release: %v, want ErrRelease", err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if err := os.WriteFile(filepath.Join("offer", "whole.cdx.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(t.Context(), r, release, nil); !errors.Is(err, screen.ErrInput) {
		t.Errorf("another file: %v, want ErrInput", err)
	}

	// What schema 1 has not is not taken for a record of it.
	for _, more := range []string{`"complete": true,`, `"notices": [],`, `"gaps": [],`} {
		changed := bytes.Replace(written.Bytes(), []byte(`"verdict": "ban",
      "error"`), []byte(`"verdict": "ban",
      `+more+`
      "error"`), 1)
		if bytes.Equal(changed, written.Bytes()) {
			t.Fatal("nothing to replace")
		}
		if _, err := evidence.ParseReport(changed); !errors.Is(err, evidence.ErrRecord) {
			t.Errorf("%s in a record of schema 1: %v", more, err)
		}
	}
}

func validate(t testing.TB, schemaFile string, record []byte) {
	t.Helper()
	var s jsonschema.Schema
	var v any
	text, err := os.ReadFile(schemaFile)
	if err := errors.Join(err, json.Unmarshal(text, &s), json.Unmarshal(record, &v)); err != nil {
		t.Fatal(err)
	}
	schema, err := s.Resolve(nil)
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Error(err)
	}
}
