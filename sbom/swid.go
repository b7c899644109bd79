// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/vendors"
)

// A SWID tag (ISO/IEC 19770-2) is a bill of materials of one product.
const (
	swidSpace2015 = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
	swidSpace2009 = "http://standards.iso.org/iso/19770/-2/2009/schema.xsd"
)

// entityRoles has the roles of entities that are vendors, which the creator of the tag is not.
// Names are in lower case; the numbers are the codes in concise tags (RFC 9393, section 4.2).
var entityRoles = map[string]vendors.Role{
	"softwarecreator": vendors.Manufacturer, "2": vendors.Manufacturer,
	"aggregator": vendors.Supplier, "3": vendors.Supplier,
	"distributor": vendors.Distributor, "4": vendors.Distributor,
	"licensor": vendors.Reference, "5": vendors.Reference,
	"maintainer": vendors.Reference, "6": vendors.Reference,
}

// tagType is the type of the product of a tag. Tags describe applications and firmware alike.
const tagType = "software"

// A tag collects the claims of a SWID tag about its product.
type tag struct {
	c   Component
	s   *Sink
	max int
	// related means that the tag names somebody in a role other than that of its own creator.
	related bool
	// creators are the names and ids of the creators of the tag, who need not be the makers of the
	// product.
	creators []vendors.Claim
	strayed  int // keys of a concise tag that were not screened
}

func newTag(s *Sink) *tag {
	s.PlacementFinal()
	return &tag{c: Component{Type: tagType, Placement: Primary}, s: s, max: s.Limits().Claims}
}

func (t *tag) claim(role vendors.Role, kind vendors.Kind, value, pointer string, offset int64) error {
	if value == "" {
		return nil
	}
	if len(t.c.Claims) >= t.max {
		return &Error{Pointer: pointer, Offset: offset, Kind: ErrLimit, Err: limitError("claims in one component", t.max)}
	}
	t.s.Claim(&t.c, role, kind, value, vendors.Location{Pointer: pointer, Offset: offset})
	return nil
}

func (t *tag) malformed(message, pointer string, offset int64) {
	t.c.Malformed++
	t.s.Warn(WarnMalformed, message, vendors.Location{Pointer: pointer, Offset: offset})
}

// entity adds the claims of an entity in each of its roles.
func (t *tag) entity(name, regid string, roles []string, pointer string, offset int64) error {
	known := false
	for _, r := range roles {
		r = strings.ToLower(r) // in XML they are names, and tools change their case
		if r == "tagcreator" || r == "1" {
			known = true
			if len(t.creators) < t.max {
				t.creators = append(t.creators,
					vendors.Claim{Role: vendors.Author, Kind: vendors.KindName, Value: name, Location: vendors.Location{Pointer: pointer + "/name", Offset: offset}},
					vendors.Claim{Role: vendors.Author, Kind: vendors.KindRegID, Value: regid, Location: vendors.Location{Pointer: pointer + "/regid", Offset: offset}})
			}
			continue
		}
		role, is := entityRoles[r]
		if !is { // an extension: the entity has some relation to the product
			role = vendors.Reference
		}
		known, t.related = true, true
		if err := errors.Join(t.claim(role, vendors.KindName, name, pointer+"/name", offset),
			t.claim(role, vendors.KindRegID, regid, pointer+"/regid", offset)); err != nil {
			return err
		}
	}
	if !known {
		t.malformed("an entity has no role", pointer, offset)
	}
	return nil
}

// swidLinks are the elements of a tag that refer to other things or describe files. Their
// attributes have no claims, and are counted if they may name a maker.
var swidLinks = map[string]bool{"Link": true, "File": true, "Directory": true, "Process": true, "Resource": true, "Payload": true, "Evidence": true}

// unknown counts an attribute that other parsers may take for a known one, or that may name the
// maker of the product.
func (t *tag) unknown(a xmlstream.Attr, pointer string, known ...string) {
	name := string(a.Name)
	if near := fields.Similar(name, known...); near != "" {
		t.malformed("the attribute "+quote(name)+" is not "+quote(near)+", but other parsers may read it so; it was not screened", pointer+"/"+name, a.Offset)
	} else if fields.MayNameMaker(name) {
		t.malformed("the attribute "+quote(name)+" may say who made the product; it was not screened", pointer+"/"+name, a.Offset)
	}
}

// metaFields has the attributes of Meta in which tools name the maker of the product.
var metaFields = map[string]makerField{
	"publisher": {vendors.Publisher, vendors.KindName}, "softwareVendor": makerName, "vendor": makerName,
	"manufacturer": makerName, "supplier": supplyName,
}

// other reads an element that is not an Entity of the tag. The publisher chooses the attributes of
// Meta.
func (t *tag) other(x *xmlstream.Reader, name string) {
	pointer := "/" + name
	switch {
	case strings.EqualFold(name, "Entity"):
		t.malformed("the element "+quote(name)+" may be taken for an Entity; it was not screened", pointer, x.Offset())
	case fields.MayNameMaker(name):
		t.malformed("the element "+quote(name)+" may say who made the product; it was not screened", pointer, x.Offset())
	case name == "Link" && linksPart(x):
		t.malformed("the product has a component with a tag of its own, which was not read with this one", pointer, x.Offset())
	case !swidLinks[name]:
		for _, a := range x.Attrs() {
			if f, ok := metaFields[string(a.Name)]; ok && name == "Meta" && x.Depth() == 2 && len(t.c.Claims) < t.max {
				t.related = true
				t.s.Claim(&t.c, f.role, f.kind, strings.TrimSpace(string(a.Value)), vendors.Location{Pointer: pointer + "/" + string(a.Name), Offset: a.Offset})
				continue
			}
			t.unknown(a, pointer)
		}
	default:
		for _, a := range x.Attrs() {
			if fields.MayNameMaker(a.Name) && len(a.Value) > 0 {
				t.unknown(a, pointer)
			}
		}
	}
}

// linksPart reports whether a Link refers to a part of the product.
func linksPart(x *xmlstream.Reader) bool {
	for _, a := range x.Attrs() {
		if rel := strings.TrimSpace(string(a.Value)); string(a.Name) == "rel" && (strings.EqualFold(rel, "component") || strings.EqualFold(rel, "feature")) {
			return true
		}
	}
	return false
}

// readSWID reads a SWID tag in XML.
func readSWID(r io.Reader, s *Sink) error {
	l := s.Limits()
	x := xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
	t := newTag(s)
	if x.Next() != xmlstream.Start {
		return x.Err()
	}
	if string(x.Name()) != fields.SWIDElement || x.Space() != swidSpace2015 {
		return &Error{Kind: ErrVersion, Err: fmt.Errorf("the root element is %q of namespace %q; expected SoftwareIdentity of %s", x.Name(), x.Space(), swidSpace2015)}
	}
	s.SetVersion("2015")
	if err := t.readProduct(x.Attrs()); err != nil {
		return err
	}
	t.c.Location.Offset = x.Offset()
	if err := t.readEntities(x); err != nil {
		return err
	}
	if err := t.claimCreators(); err != nil {
		return err
	}
	s.Emit(t.c)
	return nil
}

// readProduct reads the attributes of the root element, which describe the product.
func (t *tag) readProduct(attrs []xmlstream.Attr) error {
	for _, a := range attrs {
		value := strings.TrimSpace(string(a.Value))
		switch string(a.Name) {
		case "name":
			t.c.Name = value
			if err := t.claim(vendors.Mention, vendors.KindProduct, value, "/name", a.Offset); err != nil {
				return err
			}
		case "version":
			t.c.Version = value
		case "tagId":
			t.c.Ref = value
		default:
			t.unknown(a, "", "name", "tagId", "version")
		}
	}
	return nil
}

// readEntities reads the entities, which are children of the root element, to the end of the
// document.
func (t *tag) readEntities(x *xmlstream.Reader) error {
	entities := 0
	for x.Next() != xmlstream.None {
		if x.Kind() != xmlstream.Start {
			continue
		}
		name := string(x.Name())
		if name != "Entity" || x.Space() != swidSpace2015 || x.Depth() != 2 {
			t.other(x, name)
			continue
		}
		pointer := "/Entity/" + strconv.Itoa(entities)
		entities++
		if err := t.readEntity(x, pointer); err != nil {
			return err
		}
	}
	if err := x.Err(); err != nil {
		return err
	}
	if entities == 0 && t.c.Malformed == 0 {
		t.malformed("the tag has no Entity, and so does not say who made the product", "", t.c.Location.Offset)
	}
	return nil
}

// claimCreators adds the creators of a tag that has no other entities. Tools write such tags for the
// packages of an operating system; the product then has no vendor identity. But the creator may
// also be its maker, so that a listed vendor is a reason to review.
func (t *tag) claimCreators() error {
	if t.related {
		return nil
	}
	for _, c := range t.creators {
		if err := t.claim(c.Role, c.Kind, c.Value, c.Location.Pointer, c.Location.Offset); err != nil {
			return err
		}
	}
	return nil
}

// readEntity reads the attributes of an entity.
func (t *tag) readEntity(x *xmlstream.Reader, pointer string) error {
	var name, regid string
	var roles []string
	for _, a := range x.Attrs() {
		switch value := strings.TrimSpace(string(a.Value)); string(a.Name) {
		case "name":
			name = value
		case "regid":
			regid = value
		case "role":
			roles = strings.Fields(value)
		default:
			t.unknown(a, pointer, "name", "regid", "role")
		}
	}
	if name == "" && regid == "" {
		t.malformed("an entity has no name", pointer, x.Offset())
	}
	return t.entity(name, regid, roles, pointer, x.Offset())
}

// coswidMagic is the CBOR tag 1398229316, "SWID" (RFC 9393, section 8).
const coswidMagic = "\xda\x53\x57\x49\x44"

// isCoSWID reports whether head begins with a concise SWID tag, with or without its CBOR tag.
// Without it, it must be a map with the keys that RFC 9393 requires, and values of the right
// types: a tag id (0), a name (1), a tag version (12) and entities (2). Other formats in CBOR
// have other values for these keys: SUIT a byte string for 2, CoRIM an array for 1, CWT a text
// for 2. If the tag is longer than head, only the tag id is checked, which comes first.
func isCoSWID(head []byte) bool {
	if bytes.HasPrefix(head, []byte(coswidMagic)) {
		return true
	}
	if len(head) < 2 || head[0]>>5 != cborMap {
		return false
	}
	var m map[any]cbor.RawMessage
	_, err := coswidMode.UnmarshalFirst(head, &m)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) && len(head) >= headSize:
		return head[0] != cborMap<<5 && startsTagID(head)
	case err != nil:
		return false
	}
	major := func(key uint64) int {
		if raw := m[key]; len(raw) > 0 {
			return int(raw[0] >> 5)
		}
		return -1
	}
	id, entity, version := major(0), major(2), major(12)
	return (id == cborString || id == cborBytes) && major(1) == cborString && (entity == cborMap || entity == cborArray) &&
		(version == cborUint || version == cborNegative)
}

// Major types of CBOR (RFC 8949, section 3.1).
const (
	cborUint     = 0
	cborNegative = 1
	cborBytes    = 2
	cborString   = 3
	cborArray    = 4
	cborMap      = 5
)

// startsTagID reports whether the first pair of a map has the key 0 and, as its value, a text
// or the 16 bytes of a UUID.
func startsTagID(head []byte) bool {
	pairs := 1 // bytes of the number of pairs
	switch info := head[0] & 31; info {
	case 24, 25, 26, 27:
		pairs += 1 << (info - 24)
	}
	rest := head[min(pairs, len(head)):]
	return len(rest) > 2 && rest[0] == 0 && (rest[1]>>5 == cborString || rest[1] == cborBytes<<5|16)
}

// maxCoSWID limits the size of concise tags, which are read in memory.
const maxCoSWID = 16 << 20

var coswidMode = func() cbor.DecMode {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 32, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 16}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// readCoSWID reads a sequence of concise SWID tags (RFC 9393), each with or without the CBOR
// tag for them. Names have no offsets, because the decoder does not report them.
func readCoSWID(r io.Reader, s *Sink) error {
	data, err := s.Limits().readAll(r, maxCoSWID)
	if err != nil {
		return err
	}
	s.located = false
	for n := 0; n == 0 || len(data) > 0; n++ {
		prefix := ""
		if n > 0 {
			prefix = "/" + strconv.Itoa(n)
		}
		if data, err = readTag(s, data, prefix); err != nil || s.stopped {
			return err
		}
	}
	return nil
}

// readTag reads the first tag in data and returns the rest of the data.
func readTag(s *Sink, data []byte, prefix string) (rest []byte, err error) {
	t := newTag(s)
	var m map[any]cbor.RawMessage
	if rest, err = coswidMode.UnmarshalFirst(bytes.TrimPrefix(data, []byte(coswidMagic)), &m); err != nil {
		return nil, &Error{Pointer: prefix, Kind: ErrSyntax, Err: fmt.Errorf("not a concise SWID tag: %w", err)}
	}
	get := func(key uint64) cbor.RawMessage { return m[key] }
	t.c.Ref, t.c.Name, t.c.Version = cborText(get(0)), cborText(get(1)), cborText(get(13))
	t.c.Location.Pointer = prefix + t.c.Location.Pointer
	if get(0) == nil || get(1) == nil || get(2) == nil {
		return nil, &Error{Pointer: prefix, Kind: ErrNotRecognized, Err: errors.New("a CBOR map without tag-id, software-name and entity")}
	}
	if err := t.claim(vendors.Mention, vendors.KindProduct, t.c.Name, prefix+"/software-name", -1); err != nil {
		return nil, err
	}
	for i, raw := range cborList(get(2)) {
		pointer := prefix + "/entity/" + strconv.Itoa(i)
		var e map[any]cbor.RawMessage
		if err := coswidMode.Unmarshal(raw, &e); err != nil {
			t.malformed("an entity is not a map", pointer, -1)
			continue
		}
		var roles []string
		for _, role := range cborList(e[uint64(33)]) {
			var n int64
			if coswidMode.Unmarshal(role, &n) == nil {
				roles = append(roles, strconv.FormatInt(n, 10))
			} else {
				roles = append(roles, cborText(role))
			}
		}
		name := cborText(e[uint64(31)])
		if name == "" {
			t.malformed("an entity has no name", pointer, -1)
		}
		if err := t.entity(name, cborText(e[uint64(32)]), roles, pointer, -1); err != nil {
			return nil, err
		}
	}
	for i, raw := range cborList(get(4)) {
		var link map[any]cbor.RawMessage
		if coswidMode.Unmarshal(raw, &link) == nil && coswidParts[strings.ToLower(cborText(link[uint64(40)]))+string(link[uint64(40)])] {
			t.malformed("the product has a component with a tag of its own, which was not read with this one", prefix+"/link/"+strconv.Itoa(i), -1)
		}
	}
	t.strays(m, coswidKeys, prefix)
	if err := t.claimCreators(); err != nil {
		return nil, err
	}
	s.Emit(t.c)
	return rest, nil
}

// coswidParts has the relations of a link to a part of the product (RFC 9393, section 4.4), in CBOR:
// as codes and as texts.
var coswidParts = map[string]bool{"\x02": true, "\x03": true, "component\x69component": true, "feature\x67feature": true}

// cborText returns a text string, or "" for anything else.
func cborText(raw cbor.RawMessage) string {
	var s string
	if len(raw) == 0 || coswidMode.Unmarshal(raw, &s) != nil || !utf8.ValidString(s) {
		return ""
	}
	return s
}

// cborList returns the elements of an array; any other value is returned as the only element.
func cborList(raw cbor.RawMessage) []cbor.RawMessage {
	var list []cbor.RawMessage
	switch {
	case len(raw) == 0:
		return nil
	case coswidMode.Unmarshal(raw, &list) == nil:
		return list
	}
	return []cbor.RawMessage{raw}
}
