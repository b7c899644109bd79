// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"io"
	"sync"

	"github.com/clause76/clause76/internal/xmlstream"
)

// spdxXMLForm is the form of the root element of SPDX XML: the JSON schema, with an XML element
// for each member and for each element of an array (SPDX 2.3, clause 4.4).
var spdxXMLForm = sync.OnceValue(func() *xmlForm {
	type in = map[string]*xmlForm
	texts := &xmlForm{text: true, many: true}
	project := &xmlForm{many: true, in: in{"name": xmlText, "homePage": xmlText, "homepage": xmlText, "projectUri": xmlText}}
	return &xmlForm{in: in{
		"spdxVersion": xmlText, "documentNamespace": xmlText, "documentDescribes": texts,
		"name": nil, "SPDXID": xmlText, "snippets": {many: true, in: in{"SPDXID": xmlText, "snippetFromFile": xmlText}},
		"packages": {many: true, in: in{
			"SPDXID": xmlText, "name": xmlText, "versionInfo": xmlText, "supplier": xmlText, "originator": xmlText,
			"homepage": xmlText, "downloadLocation": xmlText, "primaryPackagePurpose": xmlText, "copyrightText": xmlText,
			"packageFileName": xmlText, "sourceInfo": xmlText, "summary": xmlText, "description": xmlText, "comment": xmlText, "hasFiles": texts,
			"externalRefs": {many: true, in: in{"referenceType": xmlText, "referenceLocator": xmlText, "referenceCategory": xmlText}},
		}},
		"files": {many: true, in: in{"SPDXID": xmlText, "fileName": xmlText, "fileContributors": texts, "copyrightText": xmlText,
			"artifactOf": project, "artifactOfs": project}},
		"relationships": {many: true, in: in{"spdxElementId": xmlText, "relationshipType": xmlText, "relatedSpdxElement": xmlText}},
		"externalDocumentRefs": {many: true, in: in{"spdxDocument": xmlText, "externalDocumentId": xmlText,
			"checksum": {in: in{"algorithm": xmlText, "checksumValue": xmlText}}}},
	}}
})

func readSPDXXML(r io.Reader, s *Sink) error {
	x := newSPDX(transcodeXML(r, s.Limits(), func(t *xmlWriter) error {
		if t.x.Next() != xmlstream.Start {
			return t.x.Err()
		}
		if string(t.x.Name()) != "Document" {
			return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf("the root element is %q; expected Document", t.x.Name())}
		}
		t.space = t.x.Space()
		t.strayParts = func(t *xmlWriter) int { return strayElements(t, false, true) }
		t.value(spdxXMLForm())
		return t.x.Err()
	}), s)
	x.standIn = standInXML
	return x.read()
}
