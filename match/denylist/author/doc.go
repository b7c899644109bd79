// SPDX-License-Identifier: Apache-2.0

// Package author is for people who keep a denylist. It reads a custom denylist from a folder,
// finds its mistakes by file and line, builds the file of a release and signs it.
//
//	release, err := author.Load(os.DirFS("lists/ministry"), denylist.Current())
//
// A program that only screens needs package denylist, and [Load] if it has a custom list.
package author
