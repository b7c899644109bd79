// SPDX-License-Identifier: Apache-2.0

// Package suit reads SUIT manifests, which instruct small devices to fetch, check and start
// firmware. A manifest names the vendor and the class of the devices that the firmware is for
// (RFC 9019, RFC 9124 and draft-ietf-suit-manifest, which defines the CBOR keys).
//
// Each manifest is a primary component. A vendor identifier is a UUID of version 5 made from a
// domain name of the vendor. The register computes the UUIDs of its domains to recognize them.
// The text section names the vendor, its domain and the model. Signatures are not checked.
// Payloads and manifests in the envelope are not read and count as not screened.
package suit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "suit"

// magic is the CBOR tag 107.
const magic = "\xd8\x6b"

// Bounds.
const (
	maxBytes    = 64 << 20
	maxCommands = 100_000
	maxNested   = 16
)

// Keys of the envelope, of the manifest, and of the common section of its components.
const (
	keyManifest = 3
	keyCommon   = 3
	keySequence = 4
	keyText     = 23
)

// sequences are the keys of command sequences in a manifest.
var sequences = []uint64{7, 8, 9, 11, 15, 16, 18, 20, 24}

// Commands that contain command sequences, and commands that set parameters.
const (
	tryEach     = 15
	runSequence = 32
	setParam    = 19
	override    = 20
)

// Parameters.
const (
	vendorID = 1
	classID  = 2
)

var mode = func() cbor.DecMode {
	m, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 32, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 16}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// Sniff reports whether a document that starts with head is an envelope: a map with the tag, or a
// map in which the authentication wrapper comes first and starts with a digest.
func Sniff(head []byte) bool {
	if len(head) > 2 && bytes.HasPrefix(head, []byte(magic)) {
		return head[2]>>5 == 5
	}
	return len(head) > 8 && head[0]>>5 == 5 && head[1] == 2 && head[2] == 0x58 && head[4]>>5 == 4 && string(head[5:8]) == "\x58\x24\x82"
}

// Read returns the product of a manifest.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "CBOR"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		var envelope map[any]cbor.RawMessage
		if err := mode.Unmarshal(bytes.TrimPrefix(data, []byte(magic)), &envelope); err != nil {
			return syntax("the envelope", err)
		}
		x := &reader{s: s, data: data, c: sbom.Component{Ref: "manifest", Type: "firmware", Name: "SUIT manifest", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/manifest"}}}
		var payloads []string
		for key := range envelope {
			if name, ok := key.(string); ok {
				payloads = append(payloads, name)
			}
		}
		slices.Sort(payloads)
		for _, name := range payloads {
			s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("the payload or manifest %.100q in the envelope was not screened", name), vendors.Location{Pointer: "/" + name, Offset: -1})
		}
		var wrapped []byte
		if err := mode.Unmarshal(envelope[uint64(keyManifest)], &wrapped); err != nil {
			return syntax("/manifest", err)
		}
		return x.manifest(wrapped, envelope[uint64(keyText)])
	})
}

func syntax(pointer string, err error) error {
	return &sbom.Error{Pointer: pointer, Offset: -1, Kind: sbom.ErrSyntax, Err: err}
}

type reader struct {
	s        *sbom.Sink
	data     []byte
	c        sbom.Component
	commands int
	seen     []string // identifiers, each once
}

// at returns the location of a value. Its offset is known only if the bytes of the value occur once
// in the document.
func (x *reader) at(pointer string, value []byte) vendors.Location {
	l := vendors.Location{Pointer: pointer, Offset: -1}
	if i := bytes.Index(x.data, value); i >= 0 && bytes.LastIndex(x.data, value) == i {
		l.Offset = int64(i)
	}
	return l
}

func (x *reader) bad(pointer, message string) {
	x.c.Malformed++
	x.s.Warn(sbom.WarnMalformed, message, vendors.Location{Pointer: pointer, Offset: -1})
}

func (x *reader) manifest(data []byte, text cbor.RawMessage) error {
	var m map[any]cbor.RawMessage
	if err := mode.Unmarshal(data, &m); err != nil {
		return syntax("/manifest", err)
	}
	var version uint64
	if err := mode.Unmarshal(m[uint64(2)], &version); err == nil {
		x.c.Version = strconv.FormatUint(version, 10)
	}
	var wrapped []byte
	if err := mode.Unmarshal(m[uint64(keyCommon)], &wrapped); err != nil {
		return syntax("/manifest/common", err)
	}
	var common map[any]cbor.RawMessage
	if err := mode.Unmarshal(wrapped, &common); err != nil {
		return syntax("/manifest/common", err)
	}
	if raw, ok := common[uint64(keySequence)]; ok {
		if err := x.sequence(raw, "/manifest/common/shared-sequence", 0); err != nil {
			return err
		}
	}
	for _, key := range sequences {
		raw, ok := m[key]
		var digest []cbor.RawMessage
		if !ok {
			continue
		}
		if mode.Unmarshal(raw, &digest) == nil { // severed: only its digest is in the manifest
			x.s.Malformed(sbom.WarnIncomplete, "a severed member of the manifest (only its digest is in the manifest) was not screened", vendors.Location{Pointer: "/manifest/" + strconv.FormatUint(key, 10)})
			continue
		}
		if err := x.sequence(raw, "/manifest/"+strconv.FormatUint(key, 10), 0); err != nil {
			return err
		}
	}
	var severed []cbor.RawMessage
	if mode.Unmarshal(m[uint64(keyText)], &severed) == nil && len(text) == 0 {
		x.s.Malformed(sbom.WarnIncomplete, "the severed text section of the manifest is missing, and was not screened", vendors.Location{Pointer: "/manifest/text", Offset: -1})
	}
	for i, raw := range []cbor.RawMessage{m[uint64(keyText)], text} {
		if err := x.text(raw, []string{"/manifest/text", "/text"}[i]); err != nil {
			return err
		}
	}
	x.s.Emit(x.c)
	return nil
}

// sequence reads a command sequence: a byte string that contains a list of commands and arguments.
func (x *reader) sequence(raw cbor.RawMessage, pointer string, depth int) error {
	var wrapped []byte
	var list []cbor.RawMessage
	if err := mode.Unmarshal(raw, &wrapped); err != nil {
		return syntax(pointer, err)
	}
	if err := mode.Unmarshal(wrapped, &list); err != nil {
		return syntax(pointer, err)
	}
	if len(list)%2 != 0 || depth > maxNested {
		return syntax(pointer, fmt.Errorf("%d commands and arguments at depth %d; expected pairs, and a depth of at most %d", len(list), depth, maxNested))
	}
	for i := 0; i < len(list); i += 2 {
		if x.commands++; x.commands > maxCommands {
			return &sbom.Error{Pointer: pointer, Offset: -1, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d commands", maxCommands)}
		}
		var command int64
		if err := mode.Unmarshal(list[i], &command); err != nil {
			return syntax(pointer, err)
		}
		here := pointer + "/" + strconv.Itoa(i/2)
		var err error
		switch command {
		case setParam, override:
			err = x.parameters(list[i+1], here)
		case runSequence:
			err = x.sequence(list[i+1], here, depth+1)
		case tryEach:
			var each []cbor.RawMessage
			if err = mode.Unmarshal(list[i+1], &each); err != nil {
				return syntax(here, err)
			}
			for j, one := range each {
				if one[0] == 0xf6 { // nil, which is an alternative without commands
					continue
				}
				if err = x.sequence(one, here+"/"+strconv.Itoa(j), depth+1); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parameters reads the identifiers in a map of parameters.
func (x *reader) parameters(raw cbor.RawMessage, pointer string) error {
	var m map[any]cbor.RawMessage
	if err := mode.Unmarshal(raw, &m); err != nil {
		return syntax(pointer, err)
	}
	for _, p := range []struct {
		key  uint64
		name string
		role vendors.Role
	}{{vendorID, "vendor-id", vendors.Namespace}, {classID, "class-id", vendors.Mention}} {
		value, ok := m[p.key]
		if !ok {
			continue
		}
		var id []byte
		at := pointer + "/" + p.name
		if err := mode.Unmarshal(value, &id); err != nil || len(id) != 16 {
			var pen cbor.Tag // a private enterprise number, RFC 9090
			if n := []byte(nil); mode.Unmarshal(value, &pen) == nil && pen.Number == 112 && p.role == vendors.Namespace {
				if n, ok = pen.Content.([]byte); ok && x.enterprise(n, at) {
					continue
				}
			}
			x.bad(at, "the "+p.name+" is neither a UUID nor a private enterprise number; it was not screened")
			continue
		}
		guid := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
		if !slices.Contains(x.seen, p.name+guid) {
			x.seen = append(x.seen, p.name+guid)
			x.s.Claim(&x.c, p.role, vendors.KindGUID, guid, x.at(at, id))
		}
	}
	return nil
}

// enterprise reads a private enterprise number, which is a relative object identifier with one arc.
// It returns false if the number is invalid.
func (x *reader) enterprise(arc []byte, pointer string) bool {
	n := uint64(0)
	for i, b := range arc {
		if n = n<<7 | uint64(b&0x7f); n > 1<<32 || b&0x80 == 0 != (i == len(arc)-1) {
			return false
		}
	}
	if len(arc) > 0 {
		x.s.Claim(&x.c, vendors.Namespace, vendors.KindPEN, strconv.FormatUint(n, 10), vendors.Location{Pointer: pointer, Offset: -1})
	}
	return len(arc) > 0
}

// texts are the members of the text section for a component, by their CBOR keys.
var texts = map[uint64]struct {
	name string
	role vendors.Role
	kind vendors.Kind
}{
	1: {"vendor-name", vendors.Manufacturer, vendors.KindName},
	2: {"model-name", vendors.Reference, vendors.KindProduct},
	3: {"vendor-domain", vendors.Reference, vendors.KindURL},
	4: {"model-info", vendors.Mention, vendors.KindText},
}

// text reads the text section. It is a map of languages to maps of component identifiers to texts.
func (x *reader) text(raw cbor.RawMessage, pointer string) error {
	if len(raw) == 0 {
		return nil
	}
	var wrapped []byte
	var digest []cbor.RawMessage
	if mode.Unmarshal(raw, &digest) == nil { // severed; manifest counts it if the envelope does not have it
		return nil
	}
	if err := mode.Unmarshal(raw, &wrapped); err != nil {
		return syntax(pointer, err)
	}
	return x.about(wrapped, pointer, 0, false)
}

// about reads a map of texts, or a map of such maps. Component identifiers are arrays, which cannot
// be keys of a Go map, so the map is read pair by pair.
func (x *reader) about(data []byte, pointer string, depth int, component bool) error {
	n, rest, err := header(data)
	if err != nil || depth > 3 {
		return syntax(pointer, errors.Join(err, errors.New("expected a map of texts")))
	}
	for i := range n {
		var key, value cbor.RawMessage
		if rest, err = mode.UnmarshalFirst(rest, &key); err == nil {
			rest, err = mode.UnmarshalFirst(rest, &value)
		}
		if err != nil {
			return syntax(pointer, err)
		}
		if value[0]>>5 == 5 {
			// A component identifier is an array of byte strings. Other keys are languages.
			if err := x.about(value, pointer+"/"+strconv.Itoa(i), depth+1, key[0]>>5 == 4 || key[0]>>5 == 2); err != nil {
				return err
			}
			continue
		}
		var number uint64
		var text string
		if mode.Unmarshal(key, &number) != nil || !component {
			continue
		}
		field, ok := texts[number]
		if !ok {
			continue
		}
		if mode.Unmarshal(value, &text) != nil || !utf8.ValidString(text) {
			x.bad(pointer+"/"+field.name, "the "+field.name+" is not text; it was not screened")
			continue
		}
		if field.role == vendors.Manufacturer && x.c.Group == "" {
			x.c.Group = text
		}
		if field.name == "model-name" {
			x.c.Name = text
		}
		x.s.Claim(&x.c, field.role, field.kind, text, x.at(pointer+"/"+field.name, []byte(text)))
	}
	return nil
}

// header reads the head of a map and returns the number of its pairs.
func header(data []byte) (n int, rest []byte, err error) {
	if len(data) == 0 || data[0]>>5 != 5 {
		return 0, nil, errors.New("expected a map")
	}
	switch low := data[0] & 0x1f; {
	case low < 24:
		return int(low), data[1:], nil
	case low == 24 && len(data) > 1:
		return int(data[1]), data[2:], nil
	}
	return 0, nil, errors.New("a map of more than 255 pairs or of indefinite length is not supported")
}
