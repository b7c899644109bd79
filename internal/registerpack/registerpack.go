// SPDX-License-Identifier: Apache-2.0

// Package registerpack lets package denylist pack the register of a release, and open it again,
// which only package vendors can do. It has no dependency on package vendors, which sets the two
// functions when it is initialized. The registers are of type *vendors.Register.
//
// A release often has the register that package vendors has too. Then it does not have it a second
// time, but refers to it by its digest.
package registerpack

var (
	// Pack returns the packed form of a register that was read from JSON. If package vendors has the
	// same, it returns only the digest.
	Pack func(register any) (packed []byte, bundled string, err error)
	// Open returns the register of its packed form, or the one in package vendors if it has the
	// digest bundled.
	Open func(packed, bundled string) (register any, err error)
)
