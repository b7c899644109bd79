// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/vendors"
)

// Tools have fields of their own for the makers that package managers, files and images name:
// Syft in the metadata of a package, CycloneDX tools in properties, images in labels. The names
// of these fields determine their meaning; one table has them all.

// A makerField is the meaning of a field: the role and kind of its claims.
type makerField struct {
	role vendors.Role
	kind vendors.Kind // KindName means "Name <address>", or a list of them
}

var (
	makerName   = makerField{vendors.Manufacturer, vendors.KindName}
	supplyName  = makerField{vendors.Supplier, vendors.KindName}
	authorName  = makerField{vendors.Author, vendors.KindName}
	referURL    = makerField{vendors.Reference, vendors.KindURL}
	homepageURL = makerField{vendors.Homepage, vendors.KindURL}
	namingGroup = makerField{vendors.Namespace, vendors.KindGroup}
	namesOwner  = makerField{vendors.Reference, vendors.KindName}
	productName = makerField{vendors.Mention, vendors.KindProduct}
	mentionText = makerField{vendors.Mention, vendors.KindText}
)

// makerFields has the fields by their names in lower case, without "-", "_" and ".". The vendor
// of an RPM and the company of a Windows program made the package itself. Maintainers and
// packagers of a distribution contribute to it.
var makerFields = map[string]makerField{
	"vendor": makerName, "manufacturer": makerName, "company": makerName, "companyname": makerName, "implementationvendor": makerName,
	"specificationvendor": makerName, "bundlevendor": makerName, "createdbyvendor": makerName, "implementor": makerName,
	"supplier": supplyName, "publisher": {vendors.Publisher, vendors.KindName},
	"maintainer": authorName, "maintainers": authorName, "originalmaintainer": authorName, "packager": authorName, "author": authorName,
	"authors": authorName, "authoremail": authorName,
	"homepage": homepageURL, "url": homepageURL, "source": referURL, "repository": referURL, "vcsurl": referURL, "bundledocurl": homepageURL,
	"groupid": namingGroup, "pomgroupid": namingGroup, "implementationvendorid": namingGroup,
	"cpe": {vendors.Namespace, vendors.KindCPE}, "cpe22": {vendors.Namespace, vendors.KindCPE}, "cpe23": {vendors.Namespace, vendors.KindCPE},
	"purl": {vendors.Namespace, vendors.KindPURL}, "packageurl": {vendors.Namespace, vendors.KindPURL},
	"cpes": {vendors.Namespace, vendors.KindCPE}, "purls": {vendors.Namespace, vendors.KindPURL},
	"legalcopyright": mentionText, "legaltrademarks": mentionText, "description": mentionText, "productname": mentionText,

	"vendorname": makerName, "manufacturername": makerName, "manufacture": makerName, "maker": makerName, "producer": makerName, "oem": makerName,
	"suppliername": supplyName, "packagesupplier": supplyName, "provider": supplyName,
	"publishername": {vendors.Publisher, vendors.KindName}, "publisherdisplayname": {vendors.Publisher, vendors.KindName},
	"distributor": {vendors.Distributor, vendors.KindName},
	"originator":  makerName, "packageoriginator": makerName,
	"developer": authorName, "developers": authorName, "developername": authorName, "authorname": authorName, "creator": authorName,
	"maintaineremail": authorName, "uploaders": authorName,
	"owner": namesOwner, "organization": namesOwner, "organisation": namesOwner, "organizationname": namesOwner,
	"repo": referURL, "repositoryurl": referURL, "resolved": referURL, "sourcerepo": referURL, "authoruri": homepageURL, "homepageurl": homepageURL,
	"name": productName, "package": productName, "displayname": productName, "title": productName, "modelname": productName,
	"mainmodule": productName, "bundlename": productName, "bundlesymbolicname": productName, "implementationtitle": productName,
	"specificationtitle": productName, "product": productName, "filedescription": productName, "internalname": productName,
}

// labelFields has the labels and annotations of images with another meaning or with a namespace:
// those of OCI (image-spec, annotations.md) and their predecessors. The vendor of an image
// distributes it.
var labelFields = map[string]makerField{
	"vendor":                                 supplyName,
	"org.opencontainers.image.vendor":        supplyName,
	"org.opencontainers.image.authors":       authorName,
	"org.opencontainers.image.url":           homepageURL,
	"org.opencontainers.image.source":        referURL,
	"org.opencontainers.image.documentation": {vendors.Mention, vendors.KindURL},
	"org.opencontainers.image.title":         mentionText,
	"org.opencontainers.image.description":   mentionText,
	"org.opencontainers.image.base.name":     mentionText,
	"org.label-schema.vendor":                supplyName,
	"org.label-schema.url":                   homepageURL,
	"org.label-schema.vcs-url":               referURL,
	"org.label-schema.name":                  mentionText,
	"org.label-schema.description":           mentionText,
}

var fieldSeparators = strings.NewReplacer("-", "", "_", "", ".", "")

// fieldOf returns the meaning of a field.
func fieldOf(name string) (makerField, bool) {
	f, ok := makerFields[fieldSeparators.Replace(fields.Fold(name))]
	return f, ok
}

// labelOf returns the meaning of a label of an image.
func labelOf(name string) (makerField, bool) {
	if f, ok := labelFields[strings.ToLower(name)]; ok {
		return f, true
	}
	return fieldOf(name)
}

// maxPropertyName is the number of bytes of a property's name that are compared, at its end and
// at its start.
const maxPropertyName = 256

// propertyOf returns the meaning of a property of CycloneDX. Those of Syft, cdxgen, Trivy and the
// official taxonomy (cdx) follow from the last part of their names; labels of images are among
// them. A maker or an identifier in any other property has the role of an author, so that it is a
// reason to review and never more: its relation to the component is not defined. EMBA guesses the
// vendor from Windows programs, so its property is a reference.
func propertyOf(field []byte) (makerField, bool) {
	name := string(field)
	prefix, _, _ := strings.Cut(name, ":")
	known := true
	switch prefix {
	case "syft", "cdx", "cdxgen", "aquasecurity":
	case "EMBA":
		return makerField{vendors.Reference, vendors.KindName}, strings.HasPrefix(name, "EMBA:sbom:") && strings.HasSuffix(name, ":vendor_name")
	default:
		known = false
	}
	last := name[strings.LastIndexByte(name, ':')+1:]
	if i := max(strings.Index(name, ":labels:"), strings.Index(name, ":Labels:")); i >= 0 && known {
		last = name[i+len(":labels:"):]
		if f, ok := labelOf(last); ok {
			return f, true
		}
		return makerProperty(last)
	}
	if !known {
		last = last[strings.LastIndexAny(last, "./")+1:]
	}
	f, ok := makerFields[propertyKey(last)]
	if known && ok {
		return f, true
	}
	switch f.kind {
	case vendors.KindName, vendors.KindPURL, vendors.KindCPE:
		return makerField{vendors.Author, f.kind}, true
	}
	if known { // other words of the name are those of the tool
		name = lastWords(name)
	}
	return makerProperty(name)
}

// propertyKey returns the last part of a property's name as makerFields has it.
func propertyKey(last string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, last)
}

// lastWords returns the last part of a property's name that is more than the number of an element:
// "vendor:0" for "syft:metadata:vendor:0".
func lastWords(name string) string {
	end := strings.LastIndexFunc(name, unicode.IsLetter)
	return name[strings.LastIndexByte(name[:max(end, 0)], ':')+1:]
}

// makerPages are ends of names of properties about something that a maker wrote, or where it is.
var makerPages = []string{"page", "pages", "advisory", "advisories", "bulletin", "link", "links", "support", "documentation", "docs", "path", "file"}

// makerProperty returns the meaning of a property that is in no table. One with a word for a maker
// in its name is likely to name a maker.
func makerProperty(name string) (makerField, bool) {
	end := name[max(0, len(name)-maxPropertyName):]
	if lower := strings.ToLower(end); slices.ContainsFunc(makerPages, func(word string) bool { return strings.HasSuffix(lower, word) }) {
		return makerField{}, false
	}
	return makerField{vendors.Author, vendors.KindName}, fields.NamesMaker(end) ||
		len(end) < len(name) && fields.NamesMaker(name[:maxPropertyName])
}

// maxPropertyNames limits the names of properties of which a reader keeps the meaning.
const maxPropertyNames = 1024

// property returns the meaning of a property. The names of the properties of a document repeat, so
// the reader keeps it.
func (x *cdx) property(name []byte) (makerField, bool) {
	if f, known := x.props[string(name)]; known {
		return f, f != makerField{}
	}
	f, ok := propertyOf(name)
	if !ok {
		f = makerField{}
	}
	if len(x.props) < maxPropertyNames && len(name) <= maxPropertyName {
		if x.props == nil {
			x.props = make(map[string]makerField)
		}
		x.props[string(name)] = f
	}
	return f, ok
}

// makerValue makes the claims of a field's value.
func (f *fieldReader) makerValue(b *builder, m makerField, value []byte, at path, offset int64) {
	switch {
	case len(value) == 0, m.role == vendors.Mention && len(b.claims) >= maxMentions:
	case m.kind == vendors.KindURL && !bytes.ContainsAny(value, `/\:`) && !endsAsDomain(value):
		// the name of a source package in the database of dpkg
	case m.kind == vendors.KindName && isJSONText(value):
		b.malformed++
		f.s.Warn(WarnMalformed, "the name of a maker is JSON in a string; it was read as text", vendors.Location{Pointer: string(b.get(b.addPointer(at))), Offset: offset})
		b.claim(vendors.Mention, vendors.KindText, value, at, offset)
	case m.kind == vendors.KindName:
		for kind, part := range contacts(string(value)) {
			if kind == vendors.KindName {
				f.checkName(b, []byte(part.text))
			}
			b.claim(m.role, kind, []byte(part.text), at, offset)
		}
	default:
		b.claim(m.role, m.kind, value, at, offset)
	}
}

// isJSONText reports whether text is an object or an array in JSON.
func isJSONText(text []byte) bool {
	text = bytes.TrimSpace(text)
	n := len(text)
	return n > 1 && (text[0] == '{' && text[n-1] == '}' || text[0] == '[' && text[n-1] == ']') && jsontext.Value(text).IsValid()
}

// endsAsDomain reports whether text ends like a domain, with a dot and letters.
func endsAsDomain(text []byte) bool {
	dot := bytes.LastIndexByte(text, '.')
	return dot > 0 && len(text) > dot+2 && bytes.IndexFunc(text[dot+1:], func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// makerValues reads a string or an object, or a list of them.
func (f *fieldReader) makerValues(b *builder, m makerField, at string) {
	one := func(p path) {
		switch k := f.j.Kind(); {
		case k == '"':
		case m.role == vendors.Mention:
			f.j.Skip()
			return
		case k == '{':
			f.makerObject(b, m, p)
			return
		}
		before := b.malformed
		if text, ok := f.str(b); ok {
			if m.kind == vendors.KindText {
				b.malformed = before // it can only be a mention
			}
			f.makerValue(b, m, text, p, f.j.TextOffset())
		}
	}
	if f.j.Kind() != '[' {
		one(path{a: at})
		return
	}
	f.j.Enter('[')
	for i := 0; f.j.More(); i++ {
		one(element(at+"/", i, ""))
	}
}

// makerObject reads an organization, a person or a place that is an object, such as the authors
// of Composer's packages: {"name", "email", "homepage"}. An object with none of these is
// counted.
func (f *fieldReader) makerObject(b *builder, m makerField, at path) {
	found := false
	where := vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()}
	f.j.Enter('{')
	for f.j.More() {
		field := m
		switch name := strings.ToLower(string(f.j.Name())); {
		case m.kind != vendors.KindURL && name == "name":
		case m.kind == vendors.KindName && name == "email":
			field.kind = vendors.KindEmail
		case name == "url", name == "homepage":
			if field = homepageURL; m.kind == vendors.KindURL {
				field = m
			}
		default:
			f.j.Skip()
			continue
		}
		if f.j.Kind() != '"' {
			f.j.Skip()
			continue
		}
		if text, ok := f.str(b); ok {
			found = true
			f.makerValue(b, field, text, at, f.j.TextOffset())
		}
	}
	if !found {
		b.malformed++
		f.s.Warn(WarnMalformed, "a maker or an address is an object without a name and an address", where)
	}
}
