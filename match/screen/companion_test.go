// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

const clean = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"pump"}]}`

const offer = "%PDF-1.7\ntrailer << >>\n%%EOF\n"

func packed(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// folder writes files, and returns where.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		p := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(files[i+1]), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.ToSlash(dir)
}

func record(t testing.TB, r *evidence.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What lies beside documents is listed, decides nothing, and is compared when a bid is screened
// again.
func TestCompanions(t *testing.T) {
	dir := folder(t, "b.cdx.json", clean, "offer/offer.pdf", offer, "README", "An offer.\n", "__MACOSX/._b.cdx.json", "\x00\x05\x16\x07\x00\x02\x00\x00", "LICENSE", clean,
		"a.zip", packed(t, "readme.md", "An offer.\n", "sbom.json", clean))
	m := matcher(t, nil)
	r := report(t, m, dir)
	var got []string
	for _, c := range r.Companions {
		if len(c.SHA256) != 64 || c.Bytes == 0 {
			t.Errorf("%+v", c)
		}
		got = append(got, strings.TrimPrefix(c.Path, dir+"/")+" "+strings.TrimPrefix(c.In, dir+"/")+": "+c.Reason)
	}
	want := "README : text for people, __MACOSX/._b.cdx.json : file attributes of macOS (AppleDouble), a.zip!readme.md a.zip: text for people, offer/offer.pdf : PDF document"
	if s := strings.Join(got, ", "); s != want || r.Verdict != match.Clear || len(r.Documents) != 3 {
		t.Errorf("%s, %d documents beside\n%s\nwant\n%s", r.Verdict, len(r.Documents), s, want)
	}
	sum := sha256.Sum256([]byte(offer))
	if c := r.Companions[3]; c.SHA256 != hex.EncodeToString(sum[:]) || c.Bytes != int64(len(offer)) {
		t.Errorf("%+v", c)
	}
	if err := screen.Reproduce(t.Context(), r, denylist.Current(), nil); err != nil {
		t.Errorf("screened again: %v", err)
	}
	if err := os.WriteFile(dir+"/README", []byte("Another offer.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(t.Context(), r, denylist.Current(), nil); !errors.Is(err, screen.ErrInput) || !strings.Contains(err.Error(), "README") {
		t.Errorf("a companion that changed: %v", err)
	}
}

// Nothing but companions is nothing that was screened; and what only starts like one, or cannot
// be read to its end, is an error.
func TestNoCompanion(t *testing.T) {
	m := matcher(t, nil)
	if r := report(t, m, folder(t, "offer.pdf", offer, "a.zip", packed(t, "README", "An offer.\n"))); r.Verdict != match.Inconclusive || len(r.Documents) != 0 || len(r.Companions) != 2 {
		t.Errorf("%s, %d documents, %d companions", r.Verdict, len(r.Documents), len(r.Companions))
	} else if err := screen.Reproduce(t.Context(), r, denylist.Current(), nil); err != nil {
		t.Errorf("screened again: %v", err)
	}
	for name, content := range map[string]string{"offer.pdf": offer + clean, "a.zip": packed(t, "offer.pdf", offer+clean), "parts.csv": "Supplier,Part\n", "sbom.json": ""} {
		r := report(t, m, folder(t, name, content, "b.json", clean))
		if r.Verdict != match.Inconclusive || len(r.Documents) != 2 || len(r.Companions) != 0 {
			t.Errorf("%s: %s, %d documents, %d companions", name, r.Verdict, len(r.Documents), len(r.Companions))
		}
	}
	const index = `{"documents":[{"filename":"b.json","documentNamespace":"urn:b","sha1":"00"},{"filename":"c.json","documentNamespace":"urn:c","sha1":"00"}]}`
	if r := report(t, m, folder(t, "index.json", index, "b.json", clean, "c.json", clean)); r.Verdict != match.Clear {
		t.Errorf("an index: %s", r.Verdict)
	}
	if r := report(t, m, folder(t, "index.json", index, "b.json", clean)); r.Verdict != match.Inconclusive || r.Documents[1].Error == nil || !strings.Contains(r.Documents[1].Error.Message, "c.json") {
		t.Errorf("an index of what is not there: %s", r.Verdict)
	}
	late := io.MultiReader(strings.NewReader(offer), iotest.ErrReader(errors.New("the line broke")))
	docs, companions := screen.Run(t.Context(), m, screen.Collect([]string{"-"}), &screen.Options{Stdin: late})
	if len(docs) != 1 || docs[0].Error == nil || !strings.Contains(docs[0].Error.Message, "the line broke") || len(companions) != 0 {
		t.Errorf("a late error: %+v %+v", docs, companions)
	}
}

// What archives may take is shared by all inputs, in their order: neither the number of workers
// nor which of them is ready first changes the record.
func TestSharedBounds(t *testing.T) {
	var files []string
	for i := range 12 {
		var inside []string
		for j := range 20 {
			inside = append(inside, fmt.Sprintf("%d.json", j), clean)
		}
		files = append(files, fmt.Sprintf("%02d.zip", i), packed(t, inside...), fmt.Sprintf("%02d.json", i), clean)
	}
	dir := folder(t, files...)
	m := matcher(t, nil)
	for _, opts := range []screen.Options{{MaxItems: 70}, {MaxBytes: int64(70 * len(clean))}} {
		first := ""
		for _, jobs := range []int{1, 3, 8} {
			opts.Jobs = jobs
			r := evidence.New(m, "test", match.Ban)
			r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{dir}), &opts))
			limits, read := 0, 0
			for _, d := range r.Documents {
				switch {
				case d.Error == nil:
					read++
				case d.Error.Kind == "limit":
					limits++
				}
			}
			// The fourth archive goes beyond the bound; what comes after it is left out.
			if read != 4*20+4 || limits != 2*8 || r.Verdict != match.Inconclusive {
				t.Errorf("%d jobs: %d read, %d left out, %s", jobs, read, limits, r.Verdict)
			}
			if s := record(t, r); first == "" {
				first = s
			} else if s != first {
				t.Errorf("%d jobs give another record", jobs)
			}
		}
	}
}
