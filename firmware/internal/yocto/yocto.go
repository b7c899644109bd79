// SPDX-License-Identifier: Apache-2.0

// Package yocto reads the lists of the packages in an image that the Yocto Project builds (Yocto
// Project Reference Manual, "Images" and "Licenses"):
//
//	yocto-manifest          the manifest of an image: name, architecture, version
//	yocto-license-manifest  license.manifest: name, version, recipe, license
//
// Neither contains suppliers or identifiers, so the name of a package is its only claim, and only a
// mention. The formats have no end marker: a list that was cut between two packages looks like a
// complete one.
package yocto

import (
	"errors"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Names of the formats in reports.
const (
	NameManifest = "yocto-manifest"
	NameLicenses = "yocto-license-manifest"
)

var (
	row = lazyregexp.New(`^[a-z0-9][a-z0-9+._-]* [a-z0-9][a-z0-9_.-]* [0-9a-zA-Z][^ \t]*$`)
	// known matches a line with a known architecture. Every image has such a package, at least "all".
	known = lazyregexp.New(`^\S+ (?:all|noarch|aarch64\w*|arm\w*|cortex\w*|core2_\w+|x86_64\w*|i[3-6]86\w*|mips\w*|ppc\w*|powerpc\w*|riscv\w*|qemu\w*) `)
	label = lazyregexp.New(`^(PACKAGE NAME|PACKAGE VERSION|RECIPE NAME|RECIPE VERSION|LICENSE|FILES|VERSION): ?(.*)$`)
)

// SniffManifest reports whether a document that starts with head is the manifest of an image. The
// format has no magic, so it checks the first 20 lines.
func SniffManifest(head []byte) bool {
	n, sure := 0, false
	for line := range lines.Head(head) {
		if n++; n > 20 {
			break
		}
		if !row.MatchString(line) {
			return false
		}
		sure = sure || known.MatchString(line)
	}
	return n >= 3 && sure
}

// SniffLicenses reports whether a document that starts with head is a license.manifest.
func SniffLicenses(head []byte) bool {
	for line := range lines.Head(head) {
		if line != "" {
			return strings.HasPrefix(line, "PACKAGE NAME: ") && strings.Contains(string(head), "\nRECIPE NAME: ")
		}
	}
	return false
}

// ReadManifest returns the packages of the manifest of an image.
func ReadManifest(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameManifest, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			if in.Text() == "" {
				continue
			}
			if !row.MatchString(in.Text()) {
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected a line \"name architecture version\"")}
			}
			f := strings.Fields(in.Text())
			c := sbom.Component{Ref: f[0], Type: "application", Name: f[0], Version: f[2], Location: vendors.Location{Pointer: "/" + f[0], Offset: in.Offset()}}
			s.Claim(&c, vendors.Mention, vendors.KindProduct, c.Name, c.Location)
			if !s.Emit(c) {
				return nil
			}
		}
		return in.End(s)
	})
}

// ReadLicenses returns the packages of a license.manifest.
func ReadLicenses(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameLicenses, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := lines.NewReader(r, s.Limits().Bytes)
		var c *sbom.Component
		emit := func() bool {
			whole := c
			c = nil
			return whole == nil || s.Emit(*whole)
		}
		for in.Next() {
			if in.Text() == "" {
				continue
			}
			m := label.FindStringSubmatch(in.Text())
			if m == nil {
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected a line \"LABEL: value\"; the labels are PACKAGE NAME, PACKAGE VERSION, RECIPE NAME, RECIPE VERSION, LICENSE, FILES and VERSION")}
			}
			at := vendors.Location{Pointer: "/" + m[2], Offset: in.Offset() + int64(len(in.Text())-len(m[2]))}
			switch {
			case m[1] == "PACKAGE NAME":
				if !emit() {
					return nil
				}
				c = &sbom.Component{Ref: m[2], Type: "application", Name: m[2], Location: at}
				s.Claim(c, vendors.Mention, vendors.KindProduct, m[2], at)
			case c == nil:
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected the line \"PACKAGE NAME: name\" of a package first")}
			case m[1] == "PACKAGE VERSION":
				c.Version = m[2]
			}
		}
		if err := in.End(s); err != nil {
			return err
		}
		emit()
		return nil
	})
}
