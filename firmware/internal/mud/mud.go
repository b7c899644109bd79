// SPDX-License-Identifier: Apache-2.0

// Package mud reads manufacturer usage descriptions (RFC 8520), in which a manufacturer states which
// network access its device needs, and the extension of RFC 9472, which states where the bill of
// materials of the device is.
//
// The device is the primary component. Its mfg-name is the manufacturer, and so is the authority of
// its mud-url, by which access lists identify manufacturers (RFC 8520, section 8). Other texts are
// mentions. A bill of materials that the file refers to is a document that was not read, even if
// only the device itself can provide it.
package mud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "mud"

const container = "ietf-mud:mud"

// Sniff reports whether a document that starts with head is a MUD file.
func Sniff(head []byte) bool {
	if !bytes.Contains(head, []byte("ietf-mud")) {
		return false
	}
	for name := range jsonstream.TopLevel(head) {
		switch name {
		case container, "ietf-access-control-list:acls", "ietf-access-control-list:access-lists":
			return true
		case "bomFormat", "spdxVersion", "@context":
			return false
		}
	}
	return false
}

// fields are the leaves of the container that describe the device.
var fields = format.Table{
	"mfg-name":      {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"model-name":    {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
	"systeminfo":    {Role: vendors.Mention, Kind: vendors.KindText},
	"mud-url":       {Role: vendors.Manufacturer, Kind: vendors.KindURL},
	"documentation": {Role: vendors.Mention, Kind: vendors.KindURL},
	"firmware-rev":  {To: format.Version},
}

// Read returns the device of a MUD file.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return jsondoc.New(Name, r, opts, func(x *jsondoc.Reader) {
		found := false
		for name := range x.Root("MUD") {
			if name != container {
				unknown(x, nil, name, "", container)
				continue
			}
			found = true
			device(x)
		}
		if !found && x.Err() == nil {
			x.Fail(sbom.ErrNotRecognized, errors.New("a JSON object without "+container))
		}
	})
}

// device reads the container.
func device(x *jsondoc.Reader) {
	const pointer = "/" + container
	c := sbom.Component{Ref: "device", Type: "device", Name: "device", Placement: sbom.Primary, Location: x.At(pointer)}
	if !x.Enter('{') {
		x.Fail(sbom.ErrSyntax, errors.New("expected an object"))
		return
	}
	for x.More() {
		name := string(x.Name())
		field, known := fields[name]
		switch {
		case known:
			if text, at, ok := x.String(&c, pointer+"/"+name); ok {
				field.Read(x.Sink, &c, text, at)
			}
		case slices.Contains(transparencyNames, name):
			transparency(x, &c, pointer+"/"+name)
		default:
			unknown(x, &c, name, pointer+"/"+name, "mfg-name", "mud-url", "ietf-mud-transparency:transparency")
		}
	}
	x.Emit(c)
}

// unknown skips a member that the format does not have. It counts as not screened if its name is
// similar to a known one, or if it may say who made the device.
func unknown(x *jsondoc.Reader, c *sbom.Component, name, pointer string, known ...string) {
	at := x.At(pointer)
	switch like := similar(name, known); {
	case x.Kind() == 'n':
	case like != "":
		format.NotField(x.Sink, c, name, like, at)
	case format.MayNameMaker(name):
		format.UnknownMaker(x.Sink, c, name, at)
	}
	x.Skip()
}

// similar returns the known name that another parser may take an unknown name for, or "". Prefixes
// are not compared: the prefix of a module may be missing, or in other letters.
func similar(name string, known []string) string {
	for _, k := range known {
		// SimilarField ignores the prefix of the unknown name, but not that of a known name.
		if format.SimilarField(":"+name, k[strings.LastIndexByte(k, ':')+1:]) != "" {
			return k
		}
	}
	return ""
}

// transparencyNames are the names that files use for the container of RFC 9472.
var transparencyNames = []string{"mudtx:transparency", "ietf-mud-transparency:transparency", "transparency", "sboms"}

// transparency reads the references to bills of materials (RFC 9472, section 3).
func transparency(x *jsondoc.Reader, c *sbom.Component, pointer string) {
	switch x.Kind() {
	case '{':
		for x.Enter('{'); x.More(); {
			name := string(x.Name())
			switch inner := pointer + "/" + name; name {
			case "sbom-url", "sbom-archive-list":
				if url, at, ok := x.String(c, inner); ok {
					x.Sink.AddDocumentRef(sbom.DocumentRef{URL: url, Location: at})
				}
			case "sbom-local-well-known", "contact-info":
				at := x.At(inner)
				if text, _, ok := x.String(c, inner); ok {
					x.Sink.Malformed(sbom.WarnIncomplete, "the bill of materials is only available from the device or on request ("+text+"), and was not screened", at)
				}
			case "sboms":
				transparency(x, c, inner)
			default:
				unknown(x, c, name, inner, "sboms", "sbom-url")
			}
		}
	case '[':
		x.Enter('[')
		for i := 0; x.More(); i++ {
			transparency(x, c, fmt.Sprintf("%s/%d", pointer, i))
		}
	default:
		x.Malformed(c, "expected an object or an array", x.At(pointer))
		x.Skip()
	}
}
