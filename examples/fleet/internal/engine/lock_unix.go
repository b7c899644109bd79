// SPDX-License-Identifier: Apache-2.0

//go:build unix

package engine

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes a file that only one process can have. It is free again when the process ends.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
