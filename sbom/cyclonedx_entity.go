// SPDX-License-Identifier: Apache-2.0

package sbom

import "github.com/clause76/clause76/vendors"

// entityPaths are the pointers within an organizational entity.
type entityPaths struct{ self, name, url, email string }

func pathsOf(at string) entityPaths {
	return entityPaths{at, at + "/name", at + "/url/", at + "/contact/"}
}

var (
	supplierPaths     = pathsOf("/supplier")
	manufacturerPaths = pathsOf("/manufacturer")
	manufacturePaths  = pathsOf("/manufacture")
	providerPaths     = pathsOf("/provider")
)

// entity reads an organizational entity: its name, its URLs and the e-mail addresses of its
// contacts. A string, which the schema does not allow, is read as a name.
func (x *cdx) entity(b *builder, role vendors.Role, at *entityPaths) {
	j := x.j
	if j.Kind() == '"' {
		x.s.Warn(WarnMalformed, "an organization is a string; it is read as its name", vendors.Location{Pointer: j.Pointer(), Offset: j.Offset()})
		x.text(b, role, vendors.KindName, path{a: at.self})
		return
	}
	where := vendors.Location{Offset: j.Offset()}
	loaded := j.Loaded()
	if !loaded {
		where.Pointer = j.Pointer()
	}
	if !x.object(b, "organization") {
		return
	}
	known, other, before := false, false, b.malformed
	named, people := false, []contactName(nil)
	for j.More() {
		switch name := j.Name(); string(name) {
		case "name":
			known, named = true, true
			x.text(b, role, vendors.KindName, path{a: at.name})
		case "url":
			known = true
			x.texts(b, role, vendors.KindURL, at.url)
		case "contact":
			known = true
			people = x.contacts(b, role, at.email)
		case "address", "bom-ref":
			x.pass(b)
		default:
			other = true
			x.unexpected(b, name)
		}
	}
	if !named { // the name of a contact may be that of the organization
		for _, p := range people {
			b.claimSpan(vendors.Author, vendors.KindName, p.name, p.at, p.off)
		}
	}
	if other && !known && b.malformed == before {
		if loaded { // it is still the same
			where.Pointer = j.Pointer()
		}
		b.malformed++
		x.s.Warn(WarnMalformed, "an organization has no name, and members that the format does not have; they were not screened", where)
	}
}

// A contactName is the name of a contact.
type contactName struct {
	name span
	at   path
	off  int64
}

// maxContacts limits the contacts of one organization that are kept until its name is known.
const maxContacts = 64

// contacts reads the e-mail addresses of contacts, and returns their names. The names of persons do
// not identify a vendor.
func (x *cdx) contacts(b *builder, role vendors.Role, at string) (people []contactName) {
	people = x.people[:0]
	defer func() { x.people = people }()
	read := func(i int) {
		if !x.object(b, "contact") {
			return
		}
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "email":
				x.text(b, role, vendors.KindEmail, element(at, i, "/email"))
			case "name":
				p := contactName{at: element(at, i, "/name")}
				x.setPlain(b, &p.name)
				if p.off = x.j.TextOffset(); len(people) < maxContacts {
					people = append(people, p)
				}
			default:
				x.member(b, name, "phone", "bom-ref")
			}
		}
	}
	if x.j.Kind() != '[' {
		read(0)
		return people
	}
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		read(i)
	}
	return people
}

// authors reads component.authors (since 1.6).
func (x *cdx) authors(b *builder) {
	if !x.list(b, "list of authors") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if !x.object(b, "author") {
			continue
		}
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "name":
				x.text(b, vendors.Author, vendors.KindName, element("/authors/", i, "/name"))
			case "email":
				x.text(b, vendors.Author, vendors.KindEmail, element("/authors/", i, "/email"))
			default:
				x.member(b, name, "phone", "bom-ref")
			}
		}
	}
}
