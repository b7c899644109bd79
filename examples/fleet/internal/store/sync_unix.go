// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package store

import "errors"

// sync makes the entries of a folder durable.
func (f *folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
