// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/clause76/clause76/sbom"
)

// FromSPDX returns a document with the packages of an SPDX document in memory. Their
// locations have pointers and no offsets. tools-golang does not decode the JSON escapes of
// suppliers and originators; they are decoded here. The document must not be changed while
// the Document is read. Reading a nil document is an error.
func FromSPDX(doc *v2_3.Document) *sbom.Document {
	return inMemory("SPDX", func() ([]byte, error) {
		if doc == nil {
			return nil, errors.New("the document is nil")
		}
		data, err := json.Marshal(spdxModel(doc))
		if err != nil {
			return nil, fmt.Errorf("the document cannot be written as JSON: %w", err)
		}
		return data, nil
	})
}

// The part of an SPDX document that can identify a vendor.
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
