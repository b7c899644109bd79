// SPDX-License-Identifier: Apache-2.0

// Package progress shows the progress of long work on a terminal. It shows nothing if the
// output is not a terminal.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A Meter shows how much of the work is done, in one line that it writes again and again. A nil
// Meter shows nothing. It is safe for concurrent use.
type Meter struct {
	w           io.Writer
	description string
	inBytes     bool
	total       int64 // -1 if it is not known

	mu    sync.Mutex
	done  int64
	next  time.Time // when the line is written again
	shown bool
}

const (
	interval = 100 * time.Millisecond
	barWidth = 20
)

// Files returns a Meter for work on a number of files.
func Files(w io.Writer, files int) *Meter {
	return newMeter(w, &Meter{description: "files", total: int64(files)})
}

// Bytes returns a Meter for work on a number of bytes, which is -1 if it is not known.
func Bytes(w io.Writer, bytes int64, description string) *Meter {
	return newMeter(w, &Meter{description: description, total: bytes, inBytes: true})
}

func newMeter(w io.Writer, m *Meter) *Meter {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	m.w = w
	return m
}

// Add reports that n more files or bytes are done.
func (m *Meter) Add(n int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += int64(n)
	if now := time.Now(); !now.Before(m.next) {
		m.next, m.shown = now.Add(interval), true
		_, _ = io.WriteString(m.w, "\r"+line(m.description, m.done, m.total, m.inBytes)+"\x1b[K") // a line that cannot be drawn is no reason to stop
	}
}

// Done removes the line from the terminal.
func (m *Meter) Done() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		_, _ = io.WriteString(m.w, "\r\x1b[K")
	}
}

// line returns what is shown: "3 files  42% |████████            | 12.6 MB of 30.0 MB".
func line(description string, done, total int64, inBytes bool) string {
	amount := func(n int64) string {
		if inBytes {
			return size(n)
		}
		return fmt.Sprint(n)
	}
	if total <= 0 {
		return description + "  " + amount(done)
	}
	shown := min(done, total) // a file can grow while it is read
	full := int(shown * barWidth / total)
	return fmt.Sprintf("%s %3d%% |%s%s| %s of %s", description, shown*100/total, strings.Repeat("█", full), strings.Repeat(" ", barWidth-full), amount(done), amount(total))
}

// size returns a number of bytes in words: "12.6 MB".
func size(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, i := float64(n)/1000, 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
