// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/xmlstream"
)

// cycloneDXSpace is the namespace of CycloneDX XML, before the version.
const cycloneDXSpace = "http://" + fields.CycloneDXNamespace + "/"

// cycloneDXXMLVersions are the versions of the XML encoding.
var cycloneDXXMLVersions = append([]string{"1.0", "1.1"}, cycloneDXVersions...)

// cycloneDXForm is the form of the root element. It has the elements of the XML schemas 1.0 to
// 1.7 that can identify a vendor.
var cycloneDXForm = sync.OnceValue(func() *xmlForm {
	type in = map[string]*xmlForm
	list := func(name string, item *xmlForm) *xmlForm { return &xmlForm{list: name, in: in{name: item}} }
	contact := &xmlForm{in: in{"name": xmlText, "email": xmlText, "phone": nil}}
	contacts := &xmlForm{many: true, in: contact.in}
	entity := &xmlForm{named: true, in: in{"name": xmlText, "url": {text: true, many: true}, "contact": contacts, "address": nil}}
	reference := &xmlForm{attr: "ref"}
	either := &xmlForm{in: in{"organization": entity, "individual": contact, "contact": contact, "ref": nil}}
	licensing := &xmlForm{in: in{"licensor": either, "licensee": nil, "purchaser": nil}}
	license := &xmlForm{wrap: "license", in: in{"licensing": licensing, "id": nil, "name": nil, "text": nil, "url": nil, "properties": nil}}
	detailed := &xmlForm{in: in{"licensing": licensing, "details": nil, "properties": nil}}
	licenses := &xmlForm{list: "license", in: in{"license": license, "expression": nil, "expression-detailed": detailed}}
	governance := &xmlForm{in: in{"owners": list("owner", either), "custodians": list("custodian", either), "stewards": list("steward", either)}}
	data := &xmlForm{attrs: []string{"bom-ref"}, many: true, in: in{"contents": {in: in{"url": xmlText, "attachment": nil, "properties": nil}}, "governance": governance,
		"type": nil, "name": nil, "classification": nil, "sensitiveData": nil, "graphics": nil, "description": nil}}
	action := &xmlForm{in: in{"name": xmlText, "email": xmlText, "timestamp": nil}}
	patents := list("patentAssertion", &xmlForm{in: in{"asserter": either, "assertionType": nil, "patentRefs": nil, "notes": nil}})
	references := list("reference", &xmlForm{attrs: []string{"type"}, in: in{"url": xmlText,
		"hashes": list("hash", &xmlForm{attrs: []string{"alg"}, value: "content"}), "comment": nil, "properties": nil}})
	properties := list("property", &xmlForm{attrs: []string{"name"}, value: "value"})
	methods := list("method", &xmlForm{in: in{"value": xmlText, "technique": nil, "confidence": xmlText}})
	evidence := &xmlForm{in: in{
		"identity":    {many: true, in: in{"field": xmlText, "concludedValue": xmlText, "confidence": xmlText, "methods": methods, "tools": nil}},
		"copyright":   {list: "text", in: in{"text": {text: true, wrap: "text"}}},
		"occurrences": list("occurrence", &xmlForm{in: in{"location": xmlText, "line": nil, "offset": nil, "symbol": nil, "additionalContext": nil}}),
		"licenses":    licenses, "callstack": nil,
	}}

	component := &xmlForm{attrs: []string{"type", "bom-ref"}}
	service := &xmlForm{attrs: []string{"bom-ref"}}
	components, services := list("component", component), list("service", service)
	component.in = in{
		"supplier": entity, "manufacturer": entity, "authors": list("author", contact), "author": xmlText, "publisher": xmlText,
		"group": xmlText, "name": xmlText, "version": xmlText, "description": xmlText, "copyright": xmlText,
		"cpe": xmlText, "purl": xmlText, "licenses": licenses, "externalReferences": references, "properties": properties,
		"swid": {attrs: []string{"tagId", "name", "url"}, in: in{"url": xmlText, "text": {attrs: []string{"encoding"}, value: "content"}}},
		"pedigree": {in: in{"ancestors": components, "descendants": components, "variants": components, "notes": nil,
			"commits": list("commit", &xmlForm{in: in{"url": xmlText, "author": action, "committer": action, "uid": nil, "message": nil}}),
			"patches": list("patch", &xmlForm{in: in{"diff": {in: in{"url": xmlText, "text": nil}}, "resolves": nil}})}},
		"evidence": evidence, "components": components, "services": services, "data": data, "patentAssertions": patents,
		"modelCard": {in: in{"modelParameters": {in: in{"datasets": {list: "dataset", in: in{"dataset": data, "ref": {text: true, wrap: "ref"}}},
			"approach": nil, "task": nil, "architectureFamily": nil, "modelArchitecture": nil, "inputs": nil, "outputs": nil}},
			"quantitativeAnalysis": nil, "considerations": nil, "properties": nil}},
		"cryptoProperties": {in: in{"certificateProperties": {in: in{"subjectName": xmlText, "issuerName": xmlText}}}},
		"hashes":           nil, "scope": nil, "modified": nil, "tags": nil, "omniborId": nil, "swhid": nil, "versionRange": nil, "releaseNotes": nil,
	}
	destinations := list("url", xmlText)
	service.in = in{
		"provider": entity, "group": xmlText, "name": xmlText, "version": xmlText, "description": xmlText,
		"endpoints": list("endpoint", xmlText), "licenses": licenses, "externalReferences": references,
		"properties": properties, "services": services, "patentAssertions": patents,
		"data": {list: "dataflow", in: in{"classification": nil,
			"dataflow": {attrs: []string{"name"}, in: in{"governance": governance, "source": destinations, "destination": destinations, "classification": nil}}}},
		"authenticated": nil, "x-trust-boundary": nil, "trustZone": nil, "tags": nil, "releaseNotes": nil,
	}
	refs := &xmlForm{attrs: []string{"ref"}, many: true}
	workflows := workflowsForm(references.in["reference"], &xmlForm{list: "dependency", in: in{"dependency": {attrs: []string{"ref"}}}})
	return &xmlForm{attrs: []string{"serialNumber", "version"}, in: in{
		"metadata": {in: in{"component": component, "manufacture": entity, "supplier": entity, "manufacturer": nil, "authors": nil,
			"licenses": nil, "properties": properties, "tools": nil, "timestamp": nil, "lifecycles": nil, "distributionConstraints": nil}},
		"components":         components,
		"services":           services,
		"externalReferences": references,
		"compositions": list("composition", &xmlForm{in: in{"aggregate": xmlText, "assemblies": list("assembly", reference),
			"dependencies": list("dependency", reference), "vulnerabilities": nil}}),
		"formulation":     list("formula", &xmlForm{in: in{"components": components, "services": services, "workflows": workflows, "properties": nil}}),
		"declarations":    {in: in{"targets": {in: in{"components": components, "services": services, "organizations": nil}}, "assessors": nil, "attestations": nil, "claims": nil, "evidence": nil, "affirmation": nil}},
		"vulnerabilities": list("vulnerability", &xmlForm{attrs: []string{"bom-ref"}, in: in{"affects": list("target", &xmlForm{in: in{"ref": xmlText, "versions": nil}})}}),
		"dependencies":    list("dependency", &xmlForm{attrs: []string{"ref"}, in: in{"dependency": refs, "provides": refs}}),
		"annotations":     nil, "definitions": nil, "citations": nil, "properties": properties,
	}}
})

// workflowsForm is the form of the workflows of a formula.
func workflowsForm(reference, topology *xmlForm) *xmlForm {
	type in = map[string]*xmlForm
	list := func(name string, item *xmlForm) *xmlForm { return &xmlForm{list: name, in: in{name: item}} }
	resource := &xmlForm{in: in{"ref": xmlText, "externalReference": reference}}
	put := func(item *xmlForm) *xmlForm {
		item.in["resource"], item.in["source"], item.in["target"] = resource, resource, resource
		return item
	}
	inputs := list("input", put(&xmlForm{in: in{"parameters": nil, "environmentVars": nil, "data": nil, "properties": nil}}))
	outputs := list("output", put(&xmlForm{in: in{"type": nil, "environmentVars": nil, "data": nil, "properties": nil}}))
	resources := list("resourceReference", resource)
	event := put(&xmlForm{in: in{"uid": nil, "description": nil, "timeReceived": nil, "data": nil, "properties": nil}})
	trigger := &xmlForm{attrs: []string{"bom-ref"}, in: in{"resourceReferences": resources, "event": event, "inputs": inputs, "outputs": outputs,
		"uid": nil, "name": nil, "description": nil, "type": nil, "conditions": nil, "timeActivated": nil, "properties": nil}}
	workspace := &xmlForm{attrs: []string{"bom-ref"}, in: in{"resourceReferences": resources, "uid": nil, "name": nil, "aliases": nil,
		"description": nil, "accessMode": nil, "mountPath": nil, "managedDataType": nil, "volumeRequest": nil, "volume": nil, "properties": nil}}
	run := func(tasks *xmlForm) *xmlForm {
		f := &xmlForm{attrs: []string{"bom-ref"}, in: in{"resourceReferences": resources, "inputs": inputs, "outputs": outputs, "trigger": trigger,
			"workspaces": list("workspace", workspace), "runtimeTopology": topology, "uid": nil, "name": nil, "description": nil, "taskTypes": nil,
			"steps": nil, "timeStart": nil, "timeEnd": nil, "properties": nil}}
		if tasks != nil {
			f.in["tasks"], f.in["taskDependencies"] = tasks, topology
		}
		return f
	}
	return list("workflow", run(list("task", run(nil))))
}

func readCycloneDXXML(r io.Reader, s *Sink) error {
	x := &cdx{fieldReader: newFieldReader(transcodeXML(r, s.Limits(), writeCycloneDX), s), versions: cycloneDXXMLVersions}
	x.standIn = standInXML
	return x.read()
}

// writeCycloneDX writes the JSON form of a CycloneDX document in XML. The version is in the
// namespace of the root element.
func writeCycloneDX(t *xmlWriter) error {
	x, w := t.x, t.w
	if x.Next() != xmlstream.Start {
		return x.Err()
	}
	version, ours := strings.CutPrefix(x.Space(), cycloneDXSpace)
	switch {
	case string(x.Name()) != "bom" || !ours:
		return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf("the root element is %q of namespace %q; expected bom of %s1.0 to 1.7", x.Name(), x.Space(), cycloneDXSpace)}
	case !slices.Contains(cycloneDXXMLVersions, version):
		return &Error{Kind: ErrVersion, Err: fmt.Errorf("the namespace is %q; expected one of %s%q", x.Space(), cycloneDXSpace, cycloneDXXMLVersions)}
	}
	t.space = x.Space()
	t.prelude = func() {
		w.Member("bomFormat")
		w.Text([]byte("CycloneDX"))
		w.Member("specVersion")
		w.Text([]byte(version))
	}
	t.value(cycloneDXForm())
	return x.Err()
}
