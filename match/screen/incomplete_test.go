// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

const listed = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"pump","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"y"}]}`

// A zip file is read in place, and then from front to back for its digest. An error of that
// reading comes after the documents were screened, and is not ignored: what was found stays,
// and nothing is clear.
func TestLateReadError(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	long := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"x","description":"` + strings.Repeat("x", 200<<10) + `"}]}`
	for _, f := range [][2]string{{"clean.json", long}, {"listed.json", listed}} {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f[0], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, f[1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.ToSlash(filepath.Join(t.TempDir(), "bid.zip"))
	if err := os.WriteFile(path, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, late := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		read := 0
		r := evidence.New(matcher(t, nil), "test", match.NoVerdict)
		r.Finish(screen.Run(ctx, matcher(t, nil), screen.Collect([]string{path}), &screen.Options{Progress: func(n int) {
			if read += n; late && read == archive.Len() {
				cancel() // before the end of the file shows
			}
		}}))
		if len(r.Documents) != 2 || r.Verdict != match.Ban || r.Coverage.Complete == late || (r.ExitStatus() == evidence.ExitUnscreened) != late {
			t.Fatalf("late error %v: %s, %+v, %d documents", late, r.Verdict, r.Coverage, len(r.Documents))
		}
		for i, verdict := range []match.Verdict{match.Clear, match.Ban} {
			if late && i == 0 {
				verdict = match.Inconclusive
			}
			d := r.Documents[i]
			if d.Verdict != verdict || len(d.Findings) != i || d.Complete == late || (d.Error != nil) != late || d.Coverage.Components == 0 {
				t.Errorf("%s, late error %v: %s, complete %v, error %+v, %d findings", d.Path, late, d.Verdict, d.Complete, d.Error, len(d.Findings))
			}
		}
	}
}

// A document that ends in a fault keeps its findings in the record, which follows the schema;
// a transcript of it says that it has a fault, and gives the same record.
func TestFaultKeepsFindings(t *testing.T) {
	dir := t.TempDir()
	cut := listed[:len(listed)-2]
	if err := os.WriteFile(filepath.Join(dir, "cut.json"), []byte(cut), 0o644); err != nil {
		t.Fatal(err)
	}
	var records [2]bytes.Buffer
	var said *sbom.Snapshot
	for i, opts := range []*screen.Options{nil, {Snapshot: func(_ int, tr *sbom.Snapshot) { said = tr }}} {
		r := evidence.New(matcher(t, nil), "test", match.NoVerdict)
		r.Finish(screen.Run(t.Context(), matcher(t, nil), screen.Collect([]string{filepath.ToSlash(dir)}), opts))
		d := r.Documents[0]
		if d.Verdict != match.Ban || r.Verdict != match.Ban || len(d.Findings) != 1 || d.Complete || d.Error == nil || d.Error.Kind != "syntax" || d.Coverage.Components == 0 || d.Coverage.Complete {
			t.Errorf("%+v", d)
		}
		if err := r.WriteJSON(&records[i]); err != nil {
			t.Fatal(err)
		}
		validate(t, "../evidence/schema/report-2.schema.json", records[i].Bytes())
	}
	if !bytes.Equal(records[0].Bytes(), records[1].Bytes()) {
		t.Error("the transcript gives another record")
	}
	if said == nil || said.Fault == "" {
		t.Fatalf("the transcript has no fault: %+v", said)
	}
	if r, err := matcher(t, nil).Check(t.Context(), said.Document()); r != nil || !errors.As(err, new(*match.IncompleteError)) {
		t.Errorf("judged again by its transcript: %+v, %v", r, err)
	}
}
