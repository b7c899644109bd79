// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// A fieldReader reads fields of forms that CycloneDX and SPDX share.
type fieldReader struct {
	j      *jsonstream.Reader
	s      *Sink
	limits Options
	// standIn describes the values that stand for something else in the JSON form of another
	// encoding, by their kinds.
	standIn map[jsontext.Kind]string
}

func newFieldReader(j *jsonstream.Reader, s *Sink) fieldReader {
	return fieldReader{j: j, s: s, limits: s.Limits()}
}

// stop ends the reading because the caller wants no more. The caller does not see the error.
func (f *fieldReader) stop() {
	if f.s.err != nil {
		f.j.Fail(ErrLimit, f.s.err)
		return
	}
	f.j.Fail(ErrRead, fmt.Errorf("stopped by the caller"))
}

// str reads a string. null counts as no member; any other value is malformed, and so is a string
// with half a character.
func (f *fieldReader) str(b *builder) ([]byte, bool) {
	text, k := f.j.TryLossyText()
	switch k {
	case '"':
		if f.lossy() {
			b.malformed++
		}
		return text, true
	case 'n', 0:
		f.j.Skip()
	default:
		f.wrong(b, "")
	}
	return nil, false
}

// lossy reports whether the string read last has half a character, and warns if so.
func (f *fieldReader) lossy() bool {
	if !f.j.Lossy() {
		return false
	}
	f.s.Warn(WarnMalformed, "a string has an escape of half a character (a lone surrogate); it was not completely screened",
		vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.TextOffset()})
	return true
}

// wrong counts a field of the wrong type and skips it.
func (f *fieldReader) wrong(b *builder, what string) {
	k := f.j.Kind()
	if k == 'n' || k == 0 {
		f.j.Skip()
		return
	}
	at := vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()}
	if what == "" {
		what = "field"
	}
	b.malformed++
	f.s.Warn(WarnMalformed, fmt.Sprintf("the %s is %s, which its format does not allow", what, f.kindWord(k)), at)
	f.j.Skip()
}

// object enters an object of a component, or counts any other value as malformed.
func (f *fieldReader) object(b *builder, what string) bool {
	if f.j.Kind() == '{' {
		return f.j.Enter('{')
	}
	f.wrong(b, what)
	return false
}

// list enters an array of a component, or counts any other value as malformed.
func (f *fieldReader) list(b *builder, what string) bool {
	if f.j.Kind() == '[' {
		return f.j.Enter('[')
	}
	f.wrong(b, what)
	return false
}

// expect enters an object or array outside of components, or counts any other value as
// malformed.
func (f *fieldReader) expect(open jsontext.Kind, what, pointer string) bool {
	switch k := f.j.Kind(); k {
	case open:
		return f.j.Enter(open)
	case 'n', 0:
	default:
		f.s.Malformed(WarnMalformed, fmt.Sprintf("%s is %s; expected %s", what, f.kindWord(k), kindWord(open)),
			vendors.Location{Pointer: pointer, Offset: f.j.Offset()})
	}
	f.j.Skip()
	return false
}

func (f *fieldReader) set(b *builder, to *span) {
	if text, ok := f.str(b); ok {
		*to = b.add(text)
	}
}

// setPlain is set for a field that cannot identify a vendor.
func (f *fieldReader) setPlain(b *builder, to *span) {
	before := b.malformed
	if text, ok := f.str(b); ok {
		b.malformed = before
		*to = b.add(text)
	}
}

// plainText reads a string that cannot identify a vendor, and skips any other value.
func (f *fieldReader) plainText() ([]byte, bool) {
	text, k := f.j.TryLossyText()
	if k != '"' {
		f.j.Skip()
		return nil, false
	}
	f.lossy()
	return text, true
}

func (f *fieldReader) text(b *builder, role vendors.Role, kind vendors.Kind, at path) {
	if text, ok := f.str(b); ok {
		if role.IsOrigin() && kind == vendors.KindName {
			f.checkName(b, text)
		}
		b.claim(role, kind, text, at, f.j.TextOffset())
	}
}

// checkName counts a name with characters that were lost.
func (f *fieldReader) checkName(b *builder, name []byte) {
	if isASCII(name) || f.j.Lossy() {
		return // the usual case; half a character was counted by str
	}
	if !f.s.CheckName(string(name), vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.TextOffset()}) {
		b.malformed++
	}
}

// CheckName reports whether the name of a maker has no characters that were lost. It warns
// about lost characters, and about letters that can be confused with others. The length of a
// name is checked when it becomes a claim.
func (s *Sink) CheckName(name string, at vendors.Location) bool {
	what, kind := confusableCharacters(name)
	if kind != "" {
		s.Warn(kind, what, at)
	}
	return kind != WarnMalformed
}

func isASCII(s []byte) bool {
	for _, b := range s {
		if b >= 0x80 || b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			return false
		}
	}
	return true
}

// confusableCharacters describes unusual characters of a name, and returns whether characters
// were lost (WarnMalformed) or can be confused with others (WarnConfusable). Names are compared
// without marks and invisible characters and with look-alikes folded, so the warning is only
// evidence.
func confusableCharacters(name string) (string, WarningKind) {
	if isASCII([]byte(name)) {
		return "", ""
	}
	invisible := false
	latin, other := false, false // in one word
	mixed := false
	for _, r := range name {
		switch {
		case r == utf8.RuneError, r < ' ' && r != '\t' && r != '\n' && r != '\r', 0x7f <= r && r < 0xa0:
			return "a name has characters that were lost or cannot be in one; it was not completely screened: " + quote(name), WarnMalformed
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			invisible = true
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.Is(unicode.Cyrillic, r), unicode.Is(unicode.Greek, r):
			other = true
		case !unicode.IsLetter(r):
			latin, other = false, false
		}
		mixed = mixed || latin && other
	}
	switch {
	case invisible:
		return "a name has invisible characters or ones that change the direction of text: " + quoteASCII(name), WarnConfusable
	case mixed:
		return "a word mixes letters of different scripts: " + quoteASCII(name), WarnConfusable
	}
	return "", ""
}

// mention reads text that can only be a mention. It is never malformed.
func (f *fieldReader) mention(b *builder, role vendors.Role, at path) {
	text, k := f.j.TryLossyText()
	if k != '"' {
		f.skipNoText(b)
		return
	}
	f.lossy()
	if len(b.claims) < maxMentions {
		b.claim(role, vendors.KindText, text, at, f.j.TextOffset())
	}
}

// skipNoText skips a value that is not a string. A part within an XML element is counted, in the
// component or, if b is nil, in the document.
func (f *fieldReader) skipNoText(b *builder) {
	if f.j.Kind() != '{' {
		f.j.Skip()
		return
	}
	f.j.Enter('{')
	for f.j.More() {
		if name := string(f.j.Name()); name == partElement || strings.HasPrefix(name, strayPrefix) {
			f.strayPart(b, 1)
		}
		f.j.Skip()
	}
}

// texts reads an array of strings, or a single one.
func (f *fieldReader) texts(b *builder, role vendors.Role, kind vendors.Kind, at string) {
	switch f.j.Kind() {
	case '[':
		f.j.Enter('[')
		for i := 0; f.j.More(); i++ {
			if text, ok := f.str(b); ok {
				b.claim(role, kind, text, element(at, i, ""), f.j.TextOffset())
			}
		}
	case '"':
		f.text(b, role, kind, path{a: strings.TrimSuffix(at, "/")})
	default:
		f.wrong(b, "")
	}
}

func (f *fieldReader) purl(b *builder) {
	text, ok := f.str(b)
	if !ok || len(text) == 0 {
		return
	}
	f.purlValue(b, text, path{a: "/purl"})
}

func (f *fieldReader) purlValue(b *builder, text []byte, at path) {
	b.claimPURL(b.add(text), at, f.j.TextOffset())
}

// cpe reads a CPE.
func (f *fieldReader) cpe(b *builder, at path) {
	if text, ok := f.str(b); ok && len(text) > 0 {
		b.claim(vendors.Namespace, vendors.KindCPE, text, at, f.j.TextOffset())
	}
}

// single fails the reader at a member of another format.
func (f *fieldReader) single(format, member string) {
	if err := fields.CheckPolyglot(format, member); err != nil {
		f.j.Fail(ErrNotRecognized, err)
	}
}

// vendorFields are the names of fields that can identify a vendor, by their lower case.
var vendorFields = func() map[string]string {
	m := make(map[string]string)
	for _, n := range []string{"supplier", "manufacturer", "manufacture", "publisher", "author", "authors", "provider",
		"components", "services", "name", "group", "purl", "cpe", "swid", "externalReferences", "bom-ref", "url", "contact",
		"packages", "originator", "externalRefs", "homepage", "downloadLocation", "SPDXID",
		"referenceType", "referenceLocator", "referenceCategory", "pedigree", "evidence", "metadata", "cpes"} {
		m[strings.ToLower(n)] = n
	}
	return m
}()

// similarVendorField returns the field that can identify a vendor and that another parser may
// take the field name for, if it is not name itself.
func similarVendorField(name string) string {
	if len(name) > fields.MaxName {
		return ""
	}
	if known := vendorFields[fields.Fold(name)]; known != name {
		return known
	}
	return ""
}

// jsonReference is the member of an object that refers to a value in another document.
const (
	jsonReference = "$ref"
	otherDocument = "something here is only a reference to another place ($ref), which the format does not have; it was not screened"
)

// unknownIn examines a member of a component that the format does not have, and reports whether
// it was counted as malformed.
func (f *fieldReader) unknownIn(b *builder, name []byte) bool {
	switch string(name) {
	case mixed:
		b.malformed++
		f.s.Warn(WarnMalformed, "there is text between elements, where the format has none; it was not screened",
			vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()})
		return true
	case partElement:
		f.strayPart(b, 1)
		return true
	case jsonReference:
		b.malformed++
		f.s.Warn(WarnUnresolved, otherDocument, vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()})
		return true
	}
	near := similarVendorField(string(name))
	if near != "" {
		b.malformed++
		f.similarFieldWarning(string(name), near)
		return true
	}
	return f.makerIn(b, string(name))
}

// makerIn counts a member that the format does not have here if it may name a maker, in the
// component or, if b is nil, in the document. It reports whether it was counted.
func (f *fieldReader) makerIn(b *builder, name string) bool {
	if !fields.MayNameMaker(name) || f.j.Kind() == 'n' {
		return false
	}
	message := "the format has no member " + quote(name) + " here, which may say who made something; it was not screened"
	at := vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()}
	if b == nil {
		f.s.Malformed(WarnSimilarField, message, at)
		return true
	}
	b.malformed++
	f.s.Warn(WarnSimilarField, message, at)
	return true
}

// unknown is unknownIn for a member outside of components. It compares the name with known only.
func (f *fieldReader) unknown(name string, known ...string) bool {
	switch name {
	case partElement:
		f.strayPart(nil, 1)
		return true
	case jsonReference:
		f.s.Malformed(WarnUnresolved, otherDocument, vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()})
		return true
	}
	near := fields.Similar(name, known...)
	if near != "" {
		f.s.doc.header.Malformed++
		f.similarFieldWarning(name, near)
		return true
	}
	return f.makerIn(nil, name)
}

func (f *fieldReader) similarFieldWarning(name, near string) {
	f.s.Warn(WarnSimilarField, fmt.Sprintf("the name %s is not %q, but other parsers may read it so; it was not screened", quote(name), near),
		vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()})
}

// checksum reads a digest of the document that l refers to.
func (f *fieldReader) checksum(l *DocumentRef, algorithm, value string) {
	if !f.expect('{', "a checksum", l.Location.Pointer) {
		return
	}
	var alg, val string
	for f.j.More() {
		switch string(f.j.Name()) {
		case algorithm:
			text, _ := f.plainText()
			alg = string(text)
		case value:
			text, _ := f.plainText()
			val = string(text)
		case partElement:
			f.strayPart(nil, 1)
			f.j.Skip()
		default:
			f.j.Skip()
		}
	}
	l.digest(alg, val)
}

// digest adds a digest of the other document.
func (l *DocumentRef) digest(algorithm, value string) {
	algorithm = strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(algorithm))
	if algorithm == "" || len(value) > 256 {
		return
	}
	if l.Digests == nil {
		l.Digests = make(map[string]string)
	}
	l.Digests[algorithm] = strings.ToLower(strings.TrimSpace(value))
}
