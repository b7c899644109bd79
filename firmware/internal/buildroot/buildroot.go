// SPDX-License-Identifier: Apache-2.0

// Package buildroot reads what Buildroot lists of the packages of an image (Buildroot
// manual, "Legal notice and licensing" and "Details about packages"):
//
//	buildroot-manifest   manifest.csv and host-manifest.csv of "make legal-info"
//	buildroot-show-info  the JSON of "make show-info"
//
// Neither names a supplier. The CPE of a package is its identifier; names, and the host that
// a source was fetched from, only mention. Packages that are built for the machine that
// builds are not in the image, and say so.
package buildroot

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/clause76/clause76/internal/jsonstream"
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
	firstLine = regexp.MustCompile(`^(?:\xef\xbb\xbf)?"?PACKAGE"?,"?VERSION"?,"?LICENSE"?`)
	entry     = regexp.MustCompile(`^\s*\{\s*"[^"]+"\s*:\s*\{\s*"(?:type|name|virtual|dl_dir|package_dir)"\s*:`)
	kind      = regexp.MustCompile(`"type"\s*:\s*"(?:target|host|rootfs)"`)
)

// SniffManifest reports whether a document that starts with head is a manifest.csv.
func SniffManifest(head []byte) bool { return firstLine.Match(head) }

// SniffShowInfo reports whether a document that starts with head is what show-info prints.
func SniffShowInfo(head []byte) bool {
	return bytes.Contains(head, []byte(`"type"`)) && startsObject(head) && entry.Match(head) && kind.Match(head)
}

// startsObject reports whether the first byte that is no blank is a brace.
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

// component is the component of a row.
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
	if site := get(siteColumn); strings.Contains(site, "://") {
		s.Claim(&c, vendors.Mention, vendors.KindURL, site, at(siteColumn))
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

// A limited reads at most so many bytes, and fails if there are more.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &sbom.Error{Kind: sbom.ErrLimit, Err: errors.New("more bytes of input than allowed")}
	}
	if bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("a NUL byte in text")}
	}
	return n, err
}

// ReadShowInfo returns the packages of what show-info prints.
func ReadShowInfo(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameShowInfo, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		j := jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
		if !j.Enter('{') {
			j.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		}
		for j.More() {
			name := string(j.Name())
			if err := format.CheckPolyglot("Buildroot", name); err != nil {
				j.Fail(sbom.ErrNotRecognized, err)
			}
			info(s, j, name)
		}
		return j.End()
	})
}

// info reads one package.
func info(s *sbom.Sink, j *jsonstream.Reader, key string) {
	c := sbom.Component{Ref: key, Type: "library", Name: key, Location: vendors.Location{Pointer: "/" + key, Offset: j.Offset()}}
	if j.Kind() != '{' {
		s.Malformed(sbom.WarnMalformed, "a package that is no object", c.Location)
		j.Skip()
		return
	}
	for j.Enter('{'); j.More(); {
		name := string(j.Name())
		at := vendors.Location{Pointer: c.Location.Pointer + "/" + name, Offset: j.Offset()}
		switch name {
		case "type", "name", "version", "cpe-id":
		case "downloads":
			downloads(s, &c, j, at.Pointer)
			continue
		default:
			if near := format.SimilarField(name, "cpe-id"); near != "" {
				c.Malformed++
				s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), at)
			}
			j.Skip()
			continue
		}
		if j.Kind() != '"' {
			if j.Kind() != 'n' {
				c.Malformed++
				s.Warn(sbom.WarnMalformed, name+" is no string", at)
			}
			j.Skip()
			continue
		}
		raw, _ := j.Text()
		text := string(raw)
		at.Offset = j.TextOffset()
		switch name {
		case "type":
			c.Pedigree = text == "host"
		case "name":
			c.Name = text
			s.Claim(&c, vendors.Mention, vendors.KindProduct, text, at)
		case "version":
			c.Version = text
		case "cpe-id":
			s.Claim(&c, vendors.Namespace, vendors.KindCPE, text, at)
		}
	}
	if j.Err() == nil && !s.Emit(c) {
		j.Fail(sbom.ErrRead, errors.New("stopped"))
	}
}

// downloads reads where the sources came from: [{"source": …, "uris": [method+url …]}].
func downloads(s *sbom.Sink, c *sbom.Component, j *jsonstream.Reader, pointer string) {
	skip := func(expected string) {
		if j.Kind() != 'n' {
			c.Malformed++
			s.Warn(sbom.WarnMalformed, "expected "+expected+"; it was not screened", vendors.Location{Pointer: pointer, Offset: j.Offset()})
		}
		j.Skip()
	}
	if j.Kind() != '[' {
		skip("a list of downloads")
		return
	}
	j.Enter('[')
	for j.More() {
		if j.Kind() != '{' {
			skip("a download, which is an object")
			continue
		}
		for j.Enter('{'); j.More(); {
			switch name := string(j.Name()); {
			case name != "uris":
				j.Skip()
				continue
			case j.Kind() != '[':
				skip("a list of addresses")
				continue
			}
			for j.Enter('['); j.More(); {
				if j.Kind() != '"' {
					skip("an address")
					continue
				}
				raw, ok := j.Text()
				if !ok {
					continue
				}
				// "https+https://example.org/x", and Buildroot's own mirror
				text := string(raw)
				if i := strings.Index(text, "+"); i >= 0 && i < strings.Index(text, "://") {
					text = text[i+1:]
				}
				if !strings.Contains(text, "sources.buildroot.net") {
					s.Claim(c, vendors.Mention, vendors.KindURL, text, vendors.Location{Pointer: pointer, Offset: j.TextOffset()})
				}
			}
		}
	}
}
