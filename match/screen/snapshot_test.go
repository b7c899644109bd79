// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"context"
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
