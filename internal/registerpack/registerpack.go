// SPDX-License-Identifier: Apache-2.0

// Package registerpack lets package denylist pack the register of a release, and open it again,
// which only package vendors can do. It has no dependency on package vendors, which sets the two
// functions when it is initialized. The registers are of type *vendors.Register.
package registerpack

var (
	// Pack returns the packed form of a register that was read from JSON.
	Pack func(register any) ([]byte, error)
	// Open returns the register of its packed form.
	Open func(packed string) (register any, err error)
)
