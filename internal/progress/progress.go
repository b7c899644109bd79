// SPDX-License-Identifier: Apache-2.0

// Package progress shows the progress of long work on a terminal. It shows nothing if the
// output is not a terminal.
package progress

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Meter shows how much of the work is done. A nil Meter shows nothing.
type Meter struct {
	bar *progressbar.ProgressBar
}

// Files returns a Meter for work on a number of files.
func Files(w io.Writer, files int) *Meter {
	return newMeter(w, int64(files), "files", progressbar.OptionShowCount())
}

// Bytes returns a Meter for work on a number of bytes, which is -1 if it is not known.
func Bytes(w io.Writer, bytes int64, description string) *Meter {
	return newMeter(w, bytes, description, progressbar.OptionShowBytes(true))
}

func newMeter(w io.Writer, total int64, description string, unit progressbar.Option) *Meter {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &Meter{progressbar.NewOptions64(total, unit,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(description),
		progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// Add reports that n more files or bytes are done.
func (m *Meter) Add(n int) {
	if m != nil {
		_ = m.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

// Done removes the bar from the terminal.
func (m *Meter) Done() {
	if m != nil {
		_ = m.bar.Finish()
	}
}
