// SPDX-License-Identifier: Apache-2.0

//go:build !race

package screen_test

import (
	"runtime"
	"testing"

	"github.com/clause76/clause76/match/screen"
)

// A small document needs little memory: no buffer is made for each one. (With the race detector,
// pools drop some of what they get.)
func TestSmallDocumentsTakeLittleMemory(t *testing.T) {
	const runs, most = 200, 30_000
	m := matcher(t, nil)
	for _, form := range smallForms[:2] {
		inputs := smallInputs(1, form.make(20))
		var before, after runtime.MemStats
		screen.Run(t.Context(), m, inputs, nil)
		runtime.ReadMemStats(&before)
		for range runs {
			screen.Run(t.Context(), m, inputs, nil)
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / runs; n > most {
			t.Errorf("%s: %d bytes a document; want at most %d", form.name, n, most)
		}
	}
}
