// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"bytes"
	"testing"
)

func TestLine(t *testing.T) {
	for _, tt := range []struct {
		done, total int64
		inBytes     bool
		want        string
	}{
		{0, 4, false, "work   0% |                    | 0 of 4"},
		{1, 4, false, "work  25% |█████               | 1 of 4"},
		{5, 4, false, "work 100% |████████████████████| 5 of 4"},
		{12_600_000, 30_000_000, true, "work  42% |████████            | 12.6 MB of 30.0 MB"},
		{999, -1, true, "work  999 B"},
		{5_000_000_000_000_000, 0, true, "work  5000.0 TB"},
	} {
		if got := line("work", tt.done, tt.total, tt.inBytes); got != tt.want {
			t.Errorf("%d of %d: %q; want %q", tt.done, tt.total, got, tt.want)
		}
	}
}

// The line is written at most ten times a second, and removed at the end.
func TestMeter(t *testing.T) {
	var out bytes.Buffer
	m := &Meter{w: &out, description: "files", total: 1000}
	for range 1000 {
		m.Add(1)
	}
	if n := bytes.Count(out.Bytes(), []byte("\r")); n < 1 || n > 10 {
		t.Errorf("the line was written %d times", n)
	}
	if m.Done(); !bytes.HasSuffix(out.Bytes(), []byte("\r\x1b[K")) {
		t.Error("the line was not removed")
	}
}
