// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/clause76/clause76/match/screen"
)

// A meter shows the progress of long work on a terminal. A nil meter shows nothing.
type meter struct {
	bar *progressbar.ProgressBar
}

// newMeter returns a meter for inputs if w is a terminal, and nil otherwise.
func newMeter(w io.Writer, quiet bool, inputs []screen.Input) *meter {
	f, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	total, files := int64(0), 0
	for _, in := range inputs {
		files += max(in.Files, 1)
		if in.Name == screen.Stdin {
			total = -1 // not known
		}
		if total >= 0 {
			total += in.Bytes
		}
	}
	return &meter{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(fmt.Sprintf("%d files", files)),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

func (m *meter) add(n int) {
	if m != nil {
		_ = m.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

func (m *meter) done() {
	if m != nil {
		_ = m.bar.Finish()
	}
}
