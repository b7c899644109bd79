// SPDX-License-Identifier: Apache-2.0

// Package buildroot reads the lists that Buildroot writes about the packages in an image (Buildroot
// manual, "Legal notice and licensing" and "Details about packages"):
//
//	buildroot-manifest   manifest.csv and host-manifest.csv of "make legal-info"
//	buildroot-show-info  the JSON of "make show-info"
//
// Neither contains suppliers. The CPE of a package is its identifier. The address of its source is a
// reference, like the download location in SPDX, and its name is a mention. Packages for the
// machine that runs the build are not in the image. In show-info, they are marked as pedigree.
package buildroot

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Names of the formats in reports.
const (
	NameManifest = "buildroot-manifest"
	NameShowInfo = "buildroot-show-info"
)

const (
	packageColumn = "PACKAGE"
	versionColumn = "VERSION"
	siteColumn    = "SOURCE SITE"
)

var (
	firstLine = lazyregexp.New(`^(?:\xef\xbb\xbf)?"?PACKAGE"?,"?VERSION"?,"?LICENSE"?`)
	entry     = lazyregexp.New(`^\s*\{\s*"[^"]+"\s*:\s*\{\s*"(?:type|name|virtual|dl_dir|package_dir)"\s*:`)
	kind      = lazyregexp.New(`"type"\s*:\s*"(?:target|host|rootfs)"`)
)

// SniffManifest reports whether a document that starts with head is a manifest.csv.
func SniffManifest(head []byte) bool { return firstLine.Match(head) }

// SniffShowInfo reports whether a document that starts with head is the output of show-info.
func SniffShowInfo(head []byte) bool {
	return bytes.Contains(head, []byte(`"type"`)) && startsObject(head) && entry.Match(head) && kind.Match(head)
}

// startsObject reports whether the first byte that is not white space is a brace.
func startsObject(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && head[0] == '{'
}

// ReadManifest returns the packages of a manifest.csv.
func ReadManifest(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameManifest, Encoding: "CSV"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := csv.NewReader(&limited{r: r, left: limit(s)})
		in.ReuseRecord = true
		columns := make(map[string]int)
		for n := 0; ; n++ {
			start := in.InputOffset()
			row, err := in.Read()
			switch {
			case err == io.EOF:
				return nil
			case err != nil:
				if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
					return &sbom.Error{Offset: start, Kind: sbom.ErrSyntax, Err: fmt.Errorf("line %d, column %d: %w", bad.Line, bad.Column, bad.Err)}
				}
				return format.ReadError(start, err)
			case n == 0:
				for i, name := range row {
					columns[strings.TrimPrefix(name, "\ufeff")] = i
				}
				continue
			}
			if !s.Emit(component(s, row, columns, n, start)) {
				return nil
			}
		}
	})
}

// component returns the component of row n.
func component(s *sbom.Sink, row []string, columns map[string]int, n int, start int64) sbom.Component {
	get := func(column string) string {
		if i, ok := columns[column]; ok && i < len(row) {
			return row[i]
		}
		return ""
	}
	c := sbom.Component{Type: "library", Name: get(packageColumn), Version: get(versionColumn), Location: vendors.Location{Pointer: fmt.Sprintf("/%d", n), Offset: start}}
	c.Ref = c.Name
	at := func(column string) vendors.Location {
		return vendors.Location{Pointer: c.Location.Pointer + "/" + column, Offset: start}
	}
	if c.Name == "" {
		c.Malformed++
		s.Warn(sbom.WarnMalformed, "a package without a name", c.Location)
	}
	s.Claim(&c, vendors.Mention, vendors.KindProduct, c.Name, at(packageColumn))
	if site := get(siteColumn); strings.Contains(site, "://") || strings.Contains(site, "@") && strings.Contains(site, ":") {
		downloaded(s, &c, site, at(siteColumn))
	}
	return c
}

const defaultLimit = 256 << 20

func limit(s *sbom.Sink) int64 {
	if n := s.Limits().Bytes; n > 0 {
		return n
	}
	return defaultLimit
}

// A limited reads text of a limited number of bytes, and fails if there are more.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &sbom.Error{Kind: sbom.ErrLimit, Err: errors.New("more bytes of input than the limit")}
	}
	if bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("a NUL byte in text")}
	}
	return n, err
}

// ReadShowInfo returns the packages that show-info lists.
func ReadShowInfo(r io.Reader, opts *sbom.Options) *sbom.Document {
	return jsondoc.New(NameShowInfo, r, opts, func(x *jsondoc.Reader) {
		for name := range x.Root("Buildroot") {
			readPackage(x, name)
		}
	})
}

// packageFields are the members of a package. The member "type" states whether the package is for the
// machine that runs the build.
var packageFields = format.Table{
	"name":    {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"version": {To: format.Version},
	"cpe-id":  {Role: vendors.Namespace, Kind: vendors.KindCPE, Guard: true},
	"type":    {},
}

func readPackage(x *jsondoc.Reader, key string) {
	c := sbom.Component{Ref: key, Type: "library", Name: key, Location: x.At("/" + key)}
	if !x.Require('{', nil, c.Location) {
		return
	}
	for x.Enter('{'); x.More(); {
		name := string(x.Name())
		pointer := c.Location.Pointer + "/" + name
		field, known := packageFields[name]
		switch {
		case known:
			text, at, ok := x.String(&c, pointer)
			if !ok {
				continue
			}
			if name == "type" {
				c.Pedigree = text == "host"
			}
			field.Read(x.Sink, &c, text, at)
		case name == "downloads":
			downloads(x, &c, pointer)
		default:
			packageFields.Unknown(x.Sink, &c, name, x.At(pointer))
			x.Skip()
		}
	}
	x.Emit(c)
}

// downloads reads the addresses of the sources: [{"source": …, "uris": [method+url …]}].
func downloads(x *jsondoc.Reader, c *sbom.Component, pointer string) {
	if !x.Expect('[', c, x.At(pointer)) {
		return
	}
	for x.Enter('['); x.More(); {
		if !x.Expect('{', c, x.At(pointer)) {
			continue
		}
		for x.Enter('{'); x.More(); {
			if string(x.Name()) != "uris" {
				x.Skip()
				continue
			}
			if !x.Expect('[', c, x.At(pointer)) {
				continue
			}
			for x.Enter('['); x.More(); {
				if text, at, ok := x.String(c, pointer); ok {
					downloaded(x.Sink, c, text, at)
				}
			}
		}
	}
}

// downloaded adds the address of a source, "https+https://example.org/x" or
// "git@example.org:owner/x", unless it is Buildroot's own mirror.
func downloaded(s *sbom.Sink, c *sbom.Component, address string, at vendors.Location) {
	if i := strings.Index(address, "+"); i >= 0 && i < strings.Index(address, "://") {
		address = address[i+1:]
	}
	if !strings.Contains(address, "sources.buildroot.net") {
		s.Claim(c, vendors.Reference, vendors.KindURL, address, at)
	}
}
