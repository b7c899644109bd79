// SPDX-License-Identifier: Apache-2.0

package progress_test

import (
	"bytes"
	"testing"

	"github.com/clause76/clause76/internal/progress"
)

func TestNothingIsShownWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	for _, m := range []*progress.Meter{progress.Files(&out, 3), progress.Bytes(&out, -1, "3 files"), nil} {
		m.Add(1)
		m.Done()
	}
	if out.Len() > 0 {
		t.Errorf("%q was written to an output that is not a terminal", out.String())
	}
}
