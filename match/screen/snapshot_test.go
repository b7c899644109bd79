// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// What is screened by a transcript gives the record that the document gives.
func TestTranscript(t *testing.T) {
	paths := []string{"../../testdata/bids", bid(t)}
	if _, err := os.Stat("../../../shared/corpus"); err == nil && !testing.Short() {
		paths = append(paths, "../../../shared/corpus")
	}
	m := matcher(t, nil)
	var texts [2]bytes.Buffer
	n := 0
	for i, opts := range []*screen.Options{nil, {Snapshot: func(int, *sbom.Snapshot) { n++ }}} {
		r := evidence.New(m, "test", match.Ban)
		r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), opts))
		if err := r.WriteJSON(&texts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if n < 5 {
		t.Errorf("%d transcripts", n)
	}
	before, after := strings.Split(texts[0].String(), "\n"), strings.Split(texts[1].String(), "\n")
	for i := range max(len(before), len(after)) {
		if i >= len(before) || i >= len(after) || before[i] != after[i] {
			t.Fatalf("the records differ from line %d on:\n%.600s\n%.600s", i+1, strings.Join(before[i:min(i+1, len(before))], ""), strings.Join(after[i:min(i+1, len(after))], ""))
		}
	}
	t.Logf("%d transcripts", n)
}

// An identifier that the register does not have can contradict one that it has. It has to be in what
// is screened by a snapshot too.
func TestSnapshotKeepsWhatContradicts(t *testing.T) {
	for name, part := range map[string]string{
		"package URL": `"cpe":"cpe:2.3:a:kaspersky:foo:1:*:*:*:*:*:*:*","purl":"pkg:github/acme/foo@1"`,
		"group":       `"cpe":"cpe:2.3:a:kaspersky:foo:1:*:*:*:*:*:*:*","group":"com.acme"`,
		"reference":   `"externalReferences":[{"type":"website","url":"https://www.kaspersky.com"},{"type":"vcs","url":"https://github.com/acme/foo"}]`,
		"supplier":    `"cpe":"cpe:2.3:a:kaspersky:foo:1:*:*:*:*:*:*:*","supplier":{"name":"Acme"}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"application","name":"foo",` + part + `}]}`
			var direct, replayed bytes.Buffer
			m := matcher(t, nil)
			for out, opts := range map[*bytes.Buffer]*screen.Options{&direct: nil, &replayed: {Snapshot: func(int, *sbom.Snapshot) {}}} {
				r := evidence.New(m, "test", match.Ban)
				in := screen.Input{Name: "a.json", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
				r.Finish(screen.Run(context.Background(), m, []screen.Input{in}, opts))
				if err := r.WriteJSON(out); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(direct.String(), "contradict each other") {
				t.Errorf("nothing contradicts: %s", direct.String())
			}
			if direct.String() != replayed.String() {
				t.Errorf("by its snapshot:\n%s", replayed.String())
			}
		})
	}
}
