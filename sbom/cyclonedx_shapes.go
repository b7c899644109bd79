// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"strconv"

	"github.com/clause76/clause76/vendors"
)

// A shape describes the claims of a value within a component: of a string, or of the members of
// an object. An array has the claims of each of its elements. Shapes are for fields that have an
// organization, a person or an address some levels down. The table
// testdata/cyclonedx-parties.txt lists which fields of the schema have a shape, and why the
// others have none; a test compares it with the schema.
type shape struct {
	role    vendors.Role
	kind    vendors.Kind      // of a string; "" if the schema has none here
	members map[string]*shape // nil for a member of the schema without claims
}

type members = map[string]*shape

func textShape(role vendors.Role, kind vendors.Kind) *shape { return &shape{role: role, kind: kind} }

func objectShape(m members) *shape { return &shape{members: m} }

// partyShape is an organization or a person in a role. Of the contacts of an organization, only
// the e-mail addresses are read: the names of persons do not identify a vendor.
func partyShape(role vendors.Role) *shape {
	contact := objectShape(members{"email": textShape(role, vendors.KindEmail), "name": nil, "phone": nil, "bom-ref": nil})
	return &shape{role: role, kind: vendors.KindName, members: members{
		"name": textShape(role, vendors.KindName), "url": textShape(role, vendors.KindURL), "contact": contact,
		"email": textShape(role, vendors.KindEmail), "phone": nil, "address": nil, "bom-ref": nil}}
}

// eitherShape is an object with an organization or a person.
func eitherShape(role vendors.Role) *shape {
	p := partyShape(role)
	return objectShape(members{"organization": p, "individual": p, "contact": p})
}

var (
	// governanceShape has the owners, custodians and stewards of data that a component
	// consists of, was trained with or handles. They need not be its suppliers.
	governanceShape = func() *shape {
		p := eitherShape(vendors.Reference)
		return objectShape(members{"owners": p, "custodians": p, "stewards": p})
	}()
	// licensingShape has the licensor. The licensee and the purchaser are customers.
	licensingShape = objectShape(members{"licensor": eitherShape(vendors.Reference), "licensee": nil, "purchaser": nil, "altIds": nil,
		"purchaseOrder": nil, "licenseTypes": nil, "lastRenewal": nil, "expiration": nil})
	licensesShape = objectShape(members{
		"license": objectShape(members{"licensing": licensingShape, "id": nil, "name": nil, "text": nil, "url": nil, "bom-ref": nil,
			"acknowledgement": nil, "properties": nil}),
		"licensing": licensingShape, "expression": nil, "expressionDetails": nil, "acknowledgement": nil, "bom-ref": nil, "properties": nil})
	actionShape = objectShape(members{"name": textShape(vendors.Author, vendors.KindName),
		"email": textShape(vendors.Author, vendors.KindEmail), "timestamp": nil})
)

// dataShape is data: its address, and its governance.
func dataShape(contents vendors.Role) *shape {
	return objectShape(members{"contents": objectShape(members{"url": textShape(contents, vendors.KindURL), "attachment": nil, "properties": nil}),
		"governance": governanceShape, "bom-ref": nil, "type": nil, "name": nil, "classification": nil, "sensitiveData": nil, "graphics": nil,
		"description": nil, "ref": nil})
}

// componentShapes are members of a component.
var componentShapes = members{
	"licenses": licensesShape,
	"data":     dataShape(vendors.Reference),
	// Training data is not part of a model, but its governance can concern the model.
	"modelCard": objectShape(members{"modelParameters": objectShape(members{"datasets": dataShape(vendors.Mention), "approach": nil, "task": nil,
		"architectureFamily": nil, "modelArchitecture": nil, "inputs": nil, "outputs": nil}),
		"bom-ref": nil, "quantitativeAnalysis": nil, "considerations": nil, "properties": nil}),
	// The asserter of a patent need not have made any part of the component.
	"patentAssertions": objectShape(members{"asserter": partyShape(vendors.Mention), "bom-ref": nil, "assertionType": nil,
		"patentRefs": nil, "notes": nil}),
	"cryptoProperties": objectShape(members{
		"certificateProperties": certificateShape,
		"assetType":             nil, "algorithmProperties": nil, "relatedCryptoMaterialProperties": nil, "protocolProperties": nil, "oid": nil}),
}

// certificateShape: a certificate belongs to its subject. Its issuer only vouches for it.
var certificateShape = objectShape(members{"subjectName": textShape(vendors.Reference, vendors.KindCertificate),
	"issuerName": textShape(vendors.Mention, vendors.KindText), "serialNumber": nil, "notValidBefore": nil, "notValidAfter": nil,
	"signatureAlgorithmRef": nil, "subjectPublicKeyRef": nil, "certificateFormat": nil, "certificateExtension": nil,
	"certificateFileExtension": nil, "fingerprint": nil, "certificateState": nil, "creationDate": nil, "activationDate": nil,
	"deactivationDate": nil, "revocationDate": nil, "destructionDate": nil, "certificateExtensions": nil, "relatedCryptographicAssets": nil})

// serviceDataShape is data that flows through a service. Its source and destination are other
// services.
var serviceDataShape = objectShape(members{"governance": governanceShape, "source": textShape(vendors.Mention, vendors.KindURL),
	"destination": textShape(vendors.Mention, vendors.KindURL), "flow": nil, "classification": nil, "name": nil, "description": nil})

// pedigreeShapes are the members of a pedigree other than components. The persons who changed
// the component are authors.
var pedigreeShapes = members{
	"commits": objectShape(members{"url": textShape(vendors.Mention, vendors.KindURL), "author": actionShape, "committer": actionShape,
		"uid": nil, "message": nil}),
	"patches": objectShape(members{"diff": objectShape(members{"url": textShape(vendors.Mention, vendors.KindURL), "text": nil}),
		"type": nil, "resolves": nil}),
	"notes": nil,
}

// shaped reads a member of a component by its shape.
func (x *cdx) shaped(b *builder, s *shape, name string) {
	x.at = append(append(x.at[:0], '/'), name...)
	x.j.Load()
	x.shapedValue(b, s)
}

// shapedValue reads the value at x.at within the component.
func (x *cdx) shapedValue(b *builder, s *shape) {
	j := x.j
	switch k := j.Kind(); {
	case k == '[':
		j.Enter('[')
		for i := 0; j.More(); i++ {
			n := len(x.at)
			x.at = strconv.AppendInt(append(x.at, '/'), int64(i), 10)
			x.shapedValue(b, s)
			x.at = x.at[:n]
		}
	case k == '{' && s.members != nil:
		j.Enter('{')
		for j.More() {
			x.shapedMember(b, s, j.Name())
		}
	case k == '"' && s.kind != "":
		x.shapedText(b, s)
	default:
		x.wrong(b, "element")
	}
}

func (x *cdx) shapedMember(b *builder, s *shape, name []byte) {
	switch member, known := s.members[string(name)]; {
	case member != nil:
		n := len(x.at)
		x.at = append(append(x.at, '/'), name...)
		x.shapedValue(b, member)
		x.at = x.at[:n]
	case known && x.j.Kind() == '"' && (string(name) == "ref" || string(name) == "bom-ref"):
		x.shapedRef(string(name) == "ref")
	case known:
		x.pass(b)
	default:
		x.unexpected(b, name)
	}
}

// shapedRef reads a reference to another element, such as a set of training data, or the id of this
// one.
func (x *cdx) shapedRef(refers bool) {
	text, k := x.j.TryLossyText()
	switch {
	case k != '"':
		x.j.Skip()
	case refers:
		x.elements.refer(text, func() vendors.Location { return vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.TextOffset()} })
	default:
		x.elements.define(text)
	}
}

func (x *cdx) shapedText(b *builder, s *shape) {
	at := func() path { return path{a: string(x.at)} }
	switch {
	case s.role != vendors.Mention:
		x.text(b, s.role, s.kind, at())
	case s.kind == vendors.KindText:
		x.mention(b, s.role, at())
	default:
		if text, ok := x.str(b); ok && len(b.claims) < maxMentions {
			b.claim(s.role, s.kind, text, at(), x.j.TextOffset())
		}
	}
}
