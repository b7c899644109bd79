// SPDX-License-Identifier: Apache-2.0

package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
)

// A recorder is a test that keeps what it is told.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper()                        {}
func (r *recorder) Errorf(format string, a ...any) { r.said += fmt.Sprintf(format, a...) }
func (r *recorder) Fatal(a ...any)                 { r.said += fmt.Sprint(a...) }

func TestADifferenceIsShown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.golden")
	if err := os.WriteFile(file, []byte("a\nb\nc\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	same, other := &recorder{TB: t}, &recorder{TB: t}
	golden.Check(same, file, []byte("a\nb\nc\n"))
	golden.Check(other, file, []byte("a\nB\nc\n"))
	if same.said != "" || !strings.Contains(other.said, "\n-b\n+B\n") {
		t.Errorf("equal: %q; different: %q", same.said, other.said)
	}
}
