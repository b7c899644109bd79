// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/vendors"
)

// extensionMember reads a member of extensions and builds, and the extensions of an element. It
// reports whether name is one.
func (x *spdx3) extensionMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "extension":
		x.extensions(b)
	case "extension_cdxProperty":
		x.properties(b)
	case "build_configSourceUri": // where the instructions of the build are kept
		x.values(&b.builder, func(text []byte) {
			if isPURL(text) || bytes.Contains(text, []byte("://")) { // otherwise the id of an element
				b.class.build = true
			}
			b.claim(vendors.Reference, vendors.KindURL, text, path{a: "/build_configSourceUri"}, x.j.TextOffset())
		})
	case "build_buildType": // the kind of tools
		x.addresses(b, vendors.Mention, "/build_buildType")
	default:
		return false
	}
	return true
}

// extensions reads the extensions of an element. Their properties are those of the element.
func (x *spdx3) extensions(b *graphElement) {
	i := -1
	if x.j.Kind() == '[' {
		i = 0
	}
	x.each(func(k jsontext.Kind) {
		switch k {
		case '{':
			x.ownedElement(b, []byte(x.at(b, "")), "extension", i)
		default:
			x.refs(b, "extension", nil)
		}
		if i >= 0 {
			i++
		}
	})
}

// properties reads the name-value pairs of an extension (CdxPropertiesExtension), which are those
// of CycloneDX. An extension that is an element of its own has no owner; a maker in it is counted.
func (x *spdx3) properties(b *graphElement) {
	owner := b.owner
	if owner == nil {
		owner = b
	}
	i := -1
	x.each(func(k jsontext.Kind) {
		i++
		if k != '{' {
			x.wrong(&b.builder, "property")
			return
		}
		x.property(owner, b, i)
	})
}

func (x *spdx3) property(owner, b *graphElement, i int) {
	field := mentionText
	var values []span
	var off int64
	x.j.Enter('{')
	for x.j.More() {
		switch name := string(x.j.Name()); name {
		case "extension_cdxPropName":
			x.plainValues(&owner.builder, func(text []byte) {
				if known, is := extensionProperty(text); is {
					field = known
				}
			})
		case "extension_cdxPropValue":
			x.values(&owner.builder, func(text []byte) { values, off = append(values, owner.add(text)), x.j.TextOffset() })
		case "type", "@type":
			x.plainValues(&owner.builder, func([]byte) {})
		default:
			x.refs(b, name, nil)
		}
	}
	at := path{a: x.at(b, "/extension_cdxProperty/"+strconv.Itoa(i)+"/extension_cdxPropValue"), top: true}
	for _, value := range values {
		maker := x.propertyValue(&owner.builder, field, value, at, off)
		owner.class.property = owner.class.property || maker
	}
}

// extensionProperty returns the meaning of a property. cdxgen writes the members of a component that
// SPDX does not have as properties: its group, its publisher, and its own properties after a prefix.
func extensionProperty(name []byte) (makerField, bool) {
	rest, prefixed := strings.CutPrefix(string(name), "properties.")
	if !prefixed && rest == "group" {
		return makerField{vendors.Author, vendors.KindGroup}, true
	}
	return propertyOf([]byte(rest))
}

// uncertain counts the properties of an element that is not a component.
func (x *spdx3) uncertain(b *graphElement) {
	if b.class.property {
		x.malformed("a property that may say who made something belongs to an element that is no component; it was not screened",
			vendors.Location{Pointer: string(b.get(b.pointer)), Offset: b.offset})
	}
}
