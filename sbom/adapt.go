// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// The adapters write the part of a document that bears on vendors as JSON and read
// that. So a document in memory and the same document in a file go through one
// mapping of fields to claims, and cannot differ. What the decoder of another
// library has already lost or changed stays lost: where the file is at hand,
// read the file.

// FromCycloneDX returns the components of a BOM that the program already holds.
// Their locations have pointers and no offsets. The BOM must not be changed while
// the Document is read.
func FromCycloneDX(bom *cyclonedx.BOM) *Document {
	h := Header{Format: "CycloneDX", Encoding: "memory"}
	if bom == nil {
		return Failed(h, notRecognised("the BOM is nil"))
	}
	return NewDocument(h, nil, func(s *Sink) error {
		b := *bom
		b.BOMFormat = cyclonedx.BOMFormat // absent from XML
		if b.SpecVersion < cyclonedx.SpecVersion1_2 {
			b.SpecVersion = cyclonedx.SpecVersion1_7 // the types are those of 1.7, whatever was read
		}
		// Of no component, and able to stop the encoder:
		b.Vulnerabilities, b.Annotations, b.Dependencies, b.Citations, b.Definitions = nil, nil, nil, nil, nil
		data, err := json.Marshal(&b, json.WithMarshalers(licences))
		if err != nil {
			return &Error{Kind: ErrSyntax, Err: fmt.Errorf("the BOM cannot be written as JSON: %w", err)}
		}
		s.located = false
		return readCycloneDX(bytes.NewReader(data), s)
	})
}

// licences writes a licence that has both an id and a name, or neither, which
// cyclonedx-go reads but refuses to write.
var licences = json.MarshalToFunc(func(e *jsontext.Encoder, l cyclonedx.License) error {
	type plain cyclonedx.License
	return json.MarshalEncode(e, plain(l))
})

// FromSPDX returns the packages of an SPDX document that the program already holds.
// Their locations have pointers and no offsets. tools-golang does not decode the
// JSON escapes of suppliers and originators; they are decoded here. The document
// must not be changed while the Document is read.
func FromSPDX(doc *v2_3.Document) *Document {
	h := Header{Format: "SPDX", Encoding: "memory"}
	if doc == nil {
		return Failed(h, notRecognised("the document is nil"))
	}
	return NewDocument(h, nil, func(s *Sink) error {
		data, err := json.Marshal(spdxModel(doc))
		if err != nil {
			return &Error{Kind: ErrSyntax, Err: fmt.Errorf("the document cannot be written as JSON: %w", err)}
		}
		s.located = false
		return readSPDX(bytes.NewReader(data), s)
	})
}

// The vendor-bearing part of an SPDX document.
type (
	spdxDocument struct {
		Version       string             `json:"spdxVersion"`
		Packages      []*spdxPackage     `json:"packages"`
		Files         []*spdxFile        `json:"files"`
		Relationships []spdxRelationship `json:"relationships"`
		External      []spdxExternal     `json:"externalDocumentRefs"`
	}
	spdxPackage struct {
		ID           string    `json:"SPDXID"`
		Name         string    `json:"name"`
		Version      string    `json:"versionInfo"`
		FileName     string    `json:"packageFileName"`
		Supplier     string    `json:"supplier,omitzero"`
		Originator   string    `json:"originator,omitzero"`
		Download     string    `json:"downloadLocation"`
		Homepage     string    `json:"homepage"`
		SourceInfo   string    `json:"sourceInfo"`
		Copyright    string    `json:"copyrightText"`
		Summary      string    `json:"summary"`
		Description  string    `json:"description"`
		Comment      string    `json:"comment"`
		Purpose      string    `json:"primaryPackagePurpose"`
		ExternalRefs []spdxRef `json:"externalRefs"`
	}
	spdxRef struct {
		Type    string `json:"referenceType"`
		Locator string `json:"referenceLocator"`
	}
	spdxFile struct {
		ID           string   `json:"SPDXID"`
		Name         string   `json:"fileName"`
		Contributors []string `json:"fileContributors,omitempty"`
		Copyright    string   `json:"copyrightText"`
	}
	spdxRelationship struct {
		From string `json:"spdxElementId"`
		Type string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	}
	spdxExternal struct {
		Document string `json:"spdxDocument"`
	}
)

func spdxModel(doc *v2_3.Document) *spdxDocument {
	m := &spdxDocument{Version: doc.SPDXVersion}
	for _, p := range doc.Packages {
		if p == nil {
			m.Packages = append(m.Packages, nil) // counted as unreadable
			continue
		}
		out := &spdxPackage{
			ID: elementID(string(p.PackageSPDXIdentifier)), Name: p.PackageName, Version: p.PackageVersion,
			FileName: p.PackageFileName, Download: p.PackageDownloadLocation, Homepage: p.PackageHomePage,
			SourceInfo: p.PackageSourceInfo, Copyright: p.PackageCopyrightText, Summary: p.PackageSummary,
			Description: p.PackageDescription, Comment: p.PackageComment, Purpose: p.PrimaryPackagePurpose,
		}
		if s := p.PackageSupplier; s != nil {
			out.Supplier = actorText(s.SupplierType, s.Supplier)
		}
		if o := p.PackageOriginator; o != nil {
			out.Originator = actorText(o.OriginatorType, o.Originator)
		}
		for _, r := range p.PackageExternalReferences {
			if r != nil {
				out.ExternalRefs = append(out.ExternalRefs, spdxRef{r.RefType, r.Locator})
			}
		}
		m.Packages = append(m.Packages, out)
	}
	for _, f := range doc.Files {
		if f == nil {
			m.Files = append(m.Files, nil)
			continue
		}
		m.Files = append(m.Files, &spdxFile{elementID(string(f.FileSPDXIdentifier)), f.FileName, f.FileContributors, f.FileCopyrightText})
	}
	for _, r := range doc.Relationships {
		if r != nil {
			m.Relationships = append(m.Relationships, spdxRelationship{refText(r.RefA), r.Relationship, refText(r.RefB)})
		}
	}
	for _, e := range doc.ExternalDocumentReferences {
		m.External = append(m.External, spdxExternal{e.URI})
	}
	return m
}

func elementID(id string) string {
	if id == "" || strings.HasPrefix(id, "SPDXRef-") {
		return id
	}
	return "SPDXRef-" + id
}

func refText(id common.DocElementID) string {
	if id.DocumentRefID != "" {
		return "DocumentRef-" + string(id.DocumentRefID) + ":" + elementID(string(id.ElementRefID))
	}
	return elementID(string(id.ElementRefID))
}

func actorText(kind, name string) string {
	if strings.Contains(name, `\`) {
		if b, err := jsontext.AppendUnquote(nil, `"`+name+`"`); err == nil {
			name = string(b)
		}
	}
	if kind == "" || name == "" || name == "NOASSERTION" {
		return name
	}
	return kind + ": " + name
}
