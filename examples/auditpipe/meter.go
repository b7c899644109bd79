// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A meter shows the progress of long work on a terminal. A nil meter shows nothing.
type meter struct {
	bar *progressbar.ProgressBar
}

func newMeter(c *config, files int) *meter {
	f, ok := c.stderr.(*os.File)
	if c.quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &meter{progressbar.NewOptions(files, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription("files"), progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(20), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
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
