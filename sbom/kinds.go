// SPDX-License-Identifier: Apache-2.0

package sbom

import "github.com/go-json-experiment/json/jsontext"

// standInXML describes values in the JSON form of XML that stand for something else.
var standInXML = map[jsontext.Kind]string{'f': "an element that the format does not have there"}

// standInRDF describes values in the JSON form of RDF that stand for something else.
var standInRDF = map[jsontext.Kind]string{'f': "a property that the format does not have there",
	'0': "a reference to a node that the document does not have", '{': "a node of which the text was not understood"}

// kindWord describes a kind of values.
func (f *fieldReader) kindWord(k jsontext.Kind) string {
	if word := f.standIn[k]; word != "" {
		return word
	}
	return kindWord(k)
}

func kindWord(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "unreadable"
}
