// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// evidence reads the conclusions of an analysis about the identity of the component.
func (x *cdx) evidence(b *builder) {
	if !x.object(b, "evidence") {
		return
	}
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "identity":
			if x.j.Kind() == '{' { // 1.5; an array since 1.6
				x.identity(b, "/evidence/identity")
				continue
			}
			if !x.list(b, "list of identities") {
				continue
			}
			for i := 0; x.j.More(); i++ {
				x.identity(b, "/evidence/identity/"+strconv.Itoa(i))
			}
		case "copyright":
			if !x.list(b, "list of copyrights") {
				continue
			}
			for i := 0; x.j.More(); i++ {
				x.only(b, "text", func() { x.mention(b, vendors.Author, element("/evidence/copyright/", i, "/text")) })
			}
		case "occurrences":
			if !x.list(b, "list of occurrences") {
				continue
			}
			for i := 0; x.j.More(); i++ {
				x.only(b, "location", func() { x.mention(b, vendors.Mention, element("/evidence/occurrences/", i, "/location")) },
					"bom-ref", "line", "offset", "symbol", "additionalContext")
			}
		case "licenses":
			x.shaped(b, licensesShape, "evidence/licenses")
		case "callstack":
			x.pass(b)
		default:
			x.unexpected(b, name)
		}
	}
}

// An evidenceValue is a value that an analysis concluded for a field, or that a method found.
type evidenceValue struct {
	value     span
	at        path
	off       int64
	concluded bool
	lossy     bool // half a character was lost
	weak      bool // the analysis concluded another value, or had little confidence in this one
}

// maxEvidence limits the values of one identity that are kept until its field is known.
const maxEvidence = 256

// identity reads the value that was concluded for one field of the component, and the values
// that methods found for it.
func (x *cdx) identity(b *builder, at string) {
	if !x.object(b, "identity") {
		return
	}
	field := ""
	var values []evidenceValue
	read := func(where path, concluded bool) {
		v := evidenceValue{at: where, concluded: concluded}
		x.setPlain(b, &v.value)
		v.off, v.lossy = x.j.TextOffset(), x.j.Lossy()
		switch {
		case v.value.from == v.value.to:
		case len(values) < maxEvidence:
			values = append(values, v)
		case len(values) == maxEvidence:
			values = append(values, evidenceValue{})
			b.malformed++
			x.s.Warn(WarnMalformed, "an identity has more than "+strconv.Itoa(maxEvidence)+" values; the others were not screened",
				vendors.Location{Pointer: x.j.Pointer(), Offset: v.off})
		}
	}
	doubted, conclusion := false, span{}
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "field":
			text, _ := x.str(b)
			field = string(text)
		case "confidence":
			doubted = x.littleConfidence(b)
		case "concludedValue":
			read(path{a: at + "/concludedValue"}, true)
			if n := len(values); n > 0 && values[n-1].concluded {
				conclusion = values[n-1].value
			}
		case "methods":
			if !x.list(b, "list of methods") {
				continue
			}
			for i := 0; x.j.More(); i++ {
				before := len(values)
				weak := x.method(b, func() { read(element(at+"/methods/", i, "/value"), false) })
				for k := before; k < len(values); k++ {
					values[k].weak = weak
				}
			}
		default:
			x.member(b, name)
		}
	}
	for _, v := range values {
		other := conclusion.from < conclusion.to && !bytes.Equal(b.get(conclusion), b.get(v.value))
		v.weak = v.weak && !v.concluded || doubted || other
		x.evidenceClaim(b, field, v)
	}
}

// method reads the value that a method found, with read. It reports whether the method has
// little confidence in it.
func (x *cdx) method(b *builder, read func()) (weak bool) {
	if !x.object(b, "method") {
		return false
	}
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "value":
			read()
		case "confidence":
			weak = x.littleConfidence(b)
		default:
			x.member(b, name, "technique")
		}
	}
	return weak
}

// minConfidence is the confidence from which a value counts as what the analysis found out.
const minConfidence = 0.5

// littleConfidence reads a confidence, which is a number in JSON and text in XML, and reports
// whether it is below minConfidence.
func (x *cdx) littleConfidence(b *builder) bool {
	text, k := x.j.TryText()
	if k == '0' {
		text = x.j.Number()
	} else if k != '"' {
		x.skipNoText(b)
		return false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	return err == nil && n < minConfidence
}

// evidenceClaim makes the claim of a value.
func (x *cdx) evidenceClaim(b *builder, field string, v evidenceValue) {
	text := b.get(v.value)
	form, ok := x.evidenceForm(b, field, v)
	if !ok {
		return
	}
	switch {
	case isPURL(text):
		form = makerField{vendors.Namespace, vendors.KindPURL}
	case isCPE(text):
		form = makerField{vendors.Namespace, vendors.KindCPE}
	}
	if v.lossy && form.kind != vendors.KindText {
		b.malformed++
	}
	switch {
	case form.role == vendors.Mention:
	case v.weak:
		form.role = vendors.Author // so that it is a reason to review, and never more
	case !v.concluded:
		form.role = vendors.Reference // it was found, and is compared with the fields of the component
	}
	if form.role == vendors.Mention && len(b.claims) >= maxMentions {
		return
	}
	if form.kind == vendors.KindName {
		x.makerValue(b, form, bytes.Clone(text), v.at, v.off)
		return
	}
	b.claimSpan(form.role, form.kind, v.value, v.at, v.off)
}

// evidenceForm returns the form of claim for a value of a field. It returns false for a field
// that is not known, which it counts. A method can find the identity itself, or the file that
// it was taken from; so only values in the form of an identifier are identifiers.
func (x *cdx) evidenceForm(b *builder, field string, v evidenceValue) (form makerField, ok bool) {
	text := b.get(v.value)
	form = makerField{vendors.Mention, vendors.KindText}
	switch folded := strings.ToLower(strings.TrimSpace(field)); folded {
	case "purl", "cpe":
		if folded == "cpe" && v.concluded {
			form = makerField{vendors.Namespace, vendors.KindCPE}
		}
		if folded == "purl" && v.concluded && !isPURL(text) {
			b.doubtful++
			x.s.Warn(WarnPURL, "the evidence concludes a package URL, but its value is not one: "+quote(string(text[:min(len(text), 200)])),
				vendors.Location{Pointer: x.j.Pointer(), Offset: v.off})
		}
	case "group":
		if v.concluded || !bytes.ContainsAny(text, "/\\ ") {
			form = makerField{vendors.Namespace, vendors.KindGroup}
		}
	case "name":
		form.kind = vendors.KindProduct
	case "version", "swid", "hash", "omniborid", "swhid":
	default:
		known, is := fieldOf(field)
		switch {
		case is && known.role != vendors.Mention:
			form = known
		case !isPURL(text) && !isCPE(text):
			b.malformed++
			x.s.Warn(WarnMalformed, "the evidence is about the field "+quote(field)+", which the format does not have; its value was not screened",
				vendors.Location{Pointer: x.j.Pointer(), Offset: v.off})
			return form, false
		}
	}
	return form, true
}

// isCPE reports whether a value has the scheme of CPEs.
func isCPE(value []byte) bool {
	return len(value) >= 4 && strings.EqualFold(string(value[:4]), "cpe:")
}

// isPURL reports whether a value has the scheme of package URLs. A value that has it and does
// not parse is malformed; a value without it is something else, such as the path of a file.
func isPURL(value []byte) bool {
	return len(value) >= 4 && strings.EqualFold(string(value[:4]), "pkg:")
}
