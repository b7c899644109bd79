// SPDX-License-Identifier: Apache-2.0

// Package scanreport reads reports of programs that extract images: the JSON of binwalk 3 and unblob.
//
// The reports contain the formats in an image, and almost never the vendor. Each find is a
// component without a vendor identity, and its description is a mention. A part of the image that
// the program did not recognize or extract counts as not screened. The extracted files are not in
// the report, and must be screened too.
package scanreport

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Names of the formats in reports.
const (
	NameBinwalk = "binwalk"
	NameUnblob  = "unblob"
)

var (
	binwalk = lazyregexp.New(`^\s*(?:\[\s*)?\{\s*"Analysis"\s*:\s*\{\s*"file_path"`)
	unblob  = lazyregexp.New(`^\s*\[\s*\{\s*"(?:task|reports|__typename__)"`)
	typed   = lazyregexp.New(`"__typename__"\s*:\s*"[A-Za-z]+(?:Report|Problem|Task)"`)
)

// SniffBinwalk reports whether a document that starts with head is a report of binwalk.
func SniffBinwalk(head []byte) bool {
	return bytes.Contains(head, []byte(`"Analysis"`)) && binwalk.Match(head)
}

// SniffUnblob reports whether a document that starts with head is a report of unblob.
func SniffUnblob(head []byte) bool {
	return bytes.Contains(head, []byte(`"__typename__"`)) && unblob.Match(head) && typed.Match(head)
}

// ReadBinwalk returns the finds of binwalk.
func ReadBinwalk(r io.Reader, opts *sbom.Options) *sbom.Document {
	return read(NameBinwalk, r, opts, (*object).binwalk)
}

// ReadUnblob returns the finds of unblob.
func ReadUnblob(r io.Reader, opts *sbom.Options) *sbom.Document {
	return read(NameUnblob, r, opts, (*object).unblob)
}

func read(name string, r io.Reader, opts *sbom.Options, done func(*object, *sbom.Sink) bool) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: name, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		x := &reader{j: jsondoc.NewReader(r, s), format: name, done: done}
		x.value("")
		if err := x.j.End(); err != nil {
			return err
		}
		s.Malformed(sbom.WarnIncomplete, "this is a report about an image; the files that were extracted from the image were not screened with it", vendors.Location{})
		return nil
	})
}

type reader struct {
	j      *jsondoc.Reader
	format string
	done   func(*object, *sbom.Sink) bool
}

// An object is a JSON object in a report, with its strings.
type object struct {
	texts map[string]string
	flags map[string]bool
	at    vendors.Location
}

func (x *reader) value(pointer string) {
	j := x.j
	switch j.Kind() {
	case '[':
		j.Enter('[')
		for i := 0; j.More(); i++ {
			x.value(fmt.Sprintf("%s/%d", pointer, i))
		}
	case '{':
		o := object{texts: make(map[string]string), flags: make(map[string]bool), at: vendors.Location{Pointer: pointer, Offset: j.Offset()}}
		for j.Enter('{'); j.More(); {
			name := string(j.Name())
			if err := format.CheckPolyglot(x.format, name); err != nil && pointer == "" {
				j.Fail(sbom.ErrNotRecognized, err)
			}
			switch j.Kind() {
			case '"':
				if text, ok := j.Text(); ok {
					o.texts[name] = string(text)
				}
			case '{', '[':
				x.value(string(jsontext.Pointer(pointer).AppendToken(name)))
			case 't':
				o.flags[name] = true
				j.Skip()
			default:
				j.Skip()
			}
		}
		if j.Err() == nil && !x.done(&o, j.Sink) {
			j.Fail(sbom.ErrRead, errors.New("stopped"))
		}
	default:
		j.Skip()
	}
}

// component emits a find.
func (o *object) component(s *sbom.Sink, name, description string) bool {
	c := sbom.Component{Ref: o.at.Pointer, Type: "file", Name: name, Location: o.at}
	s.Claim(&c, vendors.Mention, vendors.KindText, description, o.at)
	return s.Emit(c)
}

func (o *object) binwalk(s *sbom.Sink) bool {
	name, description := o.texts["name"], o.texts["description"]
	if name == "" || description == "" {
		return true
	}
	return o.component(s, name, description)
}

func (o *object) unblob(s *sbom.Sink) bool {
	switch o.texts["__typename__"] {
	case "ChunkReport":
		if o.flags["is_encrypted"] {
			s.Malformed(sbom.WarnIncomplete, "a part of the image is encrypted: "+o.texts["handler_name"], o.at)
		}
		return o.component(s, o.texts["handler_name"], o.texts["handler_name"])
	case "FileMagicReport":
		return o.component(s, "file", o.texts["magic"])
	case "UnknownChunkReport":
		s.Malformed(sbom.WarnIncomplete, "a part of the image is in an unknown format", o.at)
	case "ExtractionProblem", "UnknownError", "CalculateChunkExceptionReport", "ExtractCommandFailedReport", "ExtractorDependencyNotFoundReport",
		"ExtractorTimedOut", "MaliciousSymlinkRemoved", "PathTraversalProblem", "LinkExtractionProblem", "SpecialFileExtractionProblem", "MultiFileCollisionReport":
		s.Malformed(sbom.WarnIncomplete, "a part of the image could not be extracted: "+o.texts["__typename__"]+" "+o.texts["problem"], o.at)
	}
	return true
}
