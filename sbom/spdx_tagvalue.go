// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/vendors"
)

// tagValueVersions matches the versions of the tag-value format. Its tags have the same meaning
// in all of them.
var tagValueVersions = lazyregexp.New(`^SPDX-(1\.[12]|2\.[0-3])(\.\d+)?$`)

// readTagValue reads a document in tag-value format (SPDX 2.3, clause 4.4). Its JSON form is a
// list of sections: packages, files with contributors, relationships, references to documents,
// and lines that could not be read.
func readTagValue(r io.Reader, s *Sink) error {
	l := s.Limits()
	x := newSPDX(jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		t := &tagWriter{lines: newLines(r, l), w: w, limit: l.Component}
		return t.document()
	}), s)
	defer x.j.Close()
	x.versions, x.open = tagValueVersions, true
	x.sections()
	x.whole()
	return x.j.End()
}

// sections reads what tagWriter writes.
func (x *spdx) sections() {
	if !x.j.Enter('[') {
		return
	}
	packages, files, documents, version := 0, 0, 0, false
	for i := 0; x.j.More(); i++ {
		x.j.Load()
		if !x.j.Enter('{') {
			continue
		}
		for x.j.More() {
			name := string(x.j.Name())
			if name != "stray" && name != "note" {
				x.last.any = false // the document goes on, so the package was not cut off
			}
			switch name {
			case "version":
				version = true
				text, _ := x.j.Text()
				x.version(string(text))
			case "namespace":
				text, _ := x.j.Text()
				x.s.SetSerial(string(text))
			case "package":
				x.begin("packages", packages)
				packages++
				x.onePackage()
			case "file":
				x.begin("files", files)
				files++
				x.oneFile()
			case "element":
				text, _ := x.j.Text()
				x.elements.define(text)
			case "reference":
				text, _ := x.j.Text()
				x.refer(bytes.TrimSpace(text), x.j.TextOffset())
			case "relationship":
				x.j.Enter('{')
				x.oneRelationship()
			case "external":
				x.externalDocument(documents)
				documents++
			case "note":
				text, _ := x.j.Text()
				x.s.Warn(WarnSchema, string(text), vendors.Location{Offset: x.j.TextOffset()})
			case "stray":
				text, _ := x.j.Text()
				x.s.Malformed(WarnMalformed, string(text), vendors.Location{Offset: x.j.TextOffset()})
			}
		}
	}
	if !version && x.j.Err() == nil {
		x.j.Fail(ErrNotRecognized, errors.New("SPDXVersion is missing"))
	}
}

// tagMembers has the members of a package or file for tags.
var tagMembers = map[string]string{
	"SPDXID": "SPDXID", "PackageName": "name", "PackageVersion": "versionInfo", "PackageFileName": "packageFileName",
	"PackageSupplier": "supplier", "PackageOriginator": "originator", "PackageDownloadLocation": "downloadLocation",
	"PackageHomePage": "homepage", "PrimaryPackagePurpose": "primaryPackagePurpose",
	"PackageCopyrightText": "copyrightText", "PackageSourceInfo": "sourceInfo", "PackageSummary": "summary",
	"PackageDescription": "description", "PackageComment": "comment",
	"FileName": "fileName", "FileCopyrightText": "copyrightText",
	// Tags that cannot identify a vendor:
	"PackageChecksum": "", "PackageVerificationCode": "", "PackageLicenseConcluded": "", "PackageLicenseDeclared": "",
	"PackageLicenseInfoFromFiles": "", "PackageLicenseComments": "", "FilesAnalyzed": "", "PackageAttributionText": "",
	"FileChecksum": "", "FileType": "", "LicenseConcluded": "", "LicenseInfoInFile": "", "RelationshipComment": "",
}

// tagDocument has the members for tags of the document itself.
var tagDocument = map[string]string{"SPDXVersion": "version", "DocumentNamespace": "namespace", "ExternalDocumentRef": "external"}

// tagProjects has the members for tags about the projects that a file is taken from (SPDX 2.1 and
// earlier).
var tagProjects = map[string]string{"ArtifactOfProjectName": "name", "ArtifactOfProjectHomePage": "homePage", "ArtifactOfProjectURI": "projectUri"}

// tagNames has the tags that are read, by their lower case.
var tagNames = func() map[string]string {
	m := make(map[string]string)
	for _, tag := range []string{"ExternalRef", "FileContributor", "SPDXVersion", "Relationship", "ExternalDocumentRef"} {
		m[strings.ToLower(tag)] = tag
	}
	for tag := range tagProjects {
		m[strings.ToLower(tag)] = tag
	}
	for tag, member := range tagMembers {
		if member != "" {
			m[strings.ToLower(tag)] = tag
		}
	}
	return m
}()

// onlyMentions has the members that cannot name the maker of a package or file.
var onlyMentions = map[string]bool{
	"comment": true, "summary": true, "description": true, "sourceInfo": true, "copyrightText": true,
	"packageFileName": true, "versionInfo": true,
}

// tagWriter writes the sections of a document.
type tagWriter struct {
	*lines
	w       *jsonstream.Writer
	limit   int    // bytes of one section
	section string // "package", "file", or "" for one that cannot identify a vendor
	fields  []tagField
	first   map[string]int // index of the first field of a member
	refs    []tagField     // external references of a package, contributors of a file
	project []tagField     // about the projects that a file is taken from
	later   []tagField     // written after the section, because it does not belong to it
	text    []byte         // of the fields
	tag     []byte
	again   bool // the current line ended a text and was not read yet
}

// A tagField is a member and its value.
type tagField struct {
	member   string
	from, to int // in text
	offset   int64
	more     bool // the section has further values of the member
}

func (t *tagWriter) document() error {
	t.w.Begin('[')
	for t.again || t.next() {
		t.again = false
		line := bytes.TrimSpace(t.line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		at := t.offset
		tag, value, found := bytes.Cut(line, []byte(":"))
		if tag = bytes.TrimRight(tag, " \t"); !found || bytes.ContainsAny(tag, " \t") {
			t.stray(at, "a line is neither a tag with a value nor a comment: %s", quote(string(line[:min(len(line), 80)])))
			continue
		}
		value = bytes.TrimLeft(value, " \t")
		t.tag = append(t.tag[:0], tag...) // block overwrites the line
		if text, is := bytes.CutPrefix(value, []byte(textBegin)); is {
			if value, is = t.block(text); !is {
				break
			}
		}
		t.field(t.tag, bytes.TrimSpace(value), at)
		if len(t.text) > t.limit {
			return &Error{Offset: at, Kind: ErrLimit, Err: limitError("bytes of claims in one component", t.limit)}
		}
	}
	if t.err != nil {
		return t.err
	}
	t.flush()
	t.w.End(']')
	return nil
}

const (
	textBegin = "<text>"
	textEnd   = "</text>"
)

// block reads a text up to its end mark, and returns it. A text without an end mark would include
// the packages after it. So a tag at the beginning of a line ends the text, and after a second
// begin mark so does any tag; both are counted.
func (t *tagWriter) block(first []byte) ([]byte, bool) {
	t.scratch = append(t.scratch[:0], first...)
	at := t.offset
	from, broken := 0, false
	for {
		if i := bytes.Index(t.scratch[from:], []byte(textEnd)); i >= 0 {
			text, rest := t.scratch[:from+i], t.scratch[from+i+len(textEnd):]
			if len(bytes.TrimSpace(rest)) > 0 {
				t.stray(at, "there is text after </text>: %s", quote(string(rest[:min(len(rest), 80)])))
			}
			if !broken && bytes.Contains(text[from:], []byte(textBegin)) {
				t.stray(at, "a <text> contains a second <text>; its end is uncertain")
			}
			return text, true
		}
		if !broken && bytes.Contains(t.scratch[from:], []byte(textBegin)) {
			broken = true
			t.stray(at, "a <text> contains a second <text>; its end is uncertain")
		}
		from = len(t.scratch) + 1 // an end mark is on one line
		if !t.next() {
			if t.err == nil {
				t.err = &Error{Offset: at, Kind: ErrSyntax, Err: fmt.Errorf("a <text> has no end: %w", io.ErrUnexpectedEOF)}
			}
			return nil, false
		}
		if beginsTag(t.line, broken) {
			t.again = true
			t.stray(at, "a <text> has no end before the next tag, %s; it was taken to end there", quote(string(t.line[:min(len(t.line), 80)])))
			return t.scratch, true
		}
		t.scratch = append(append(t.scratch, '\n'), t.line...)
		if int64(len(t.scratch)) > t.max {
			t.err = &Error{Offset: at, Kind: ErrLimit, Err: fmt.Errorf("one text is too long: more than %d bytes", t.max)}
			return nil, false
		}
	}
}

// beginsTag reports whether a line within a text begins with a tag that ends the text. A tag that
// is an English word does so only in a text that is known to be broken.
func beginsTag(line []byte, broken bool) bool {
	tag, _, found := bytes.Cut(line, []byte(":"))
	tag = bytes.TrimSpace(tag)
	if !found || len(tag) > 64 {
		return false
	}
	if _, known := tagMembers[string(tag)]; known {
		return true
	}
	switch string(tag) {
	case "SPDXVersion", "DocumentNamespace", "DocumentName", "ExternalDocumentRef", "ExternalRef", "FileContributor",
		"SnippetSPDXID", "SnippetSPDXIdentifier", "LicenseID":
		return true
	case "Relationship":
		return broken
	}
	return tagProjects[string(tag)] != ""
}

func (t *tagWriter) field(tag, value []byte, at int64) {
	switch string(tag) {
	case "SPDXVersion", "DocumentNamespace", "ExternalDocumentRef":
		t.later = append(t.later, t.add(tagDocument[string(tag)], value, at))
		return
	case "Relationship":
		t.later = append(t.later, t.add("relationship", value, at))
		return
	case "PackageName", "FileName":
		t.flush()
		t.section = "package"
		if tag[0] == 'F' {
			t.section = "file"
		}
	case "SnippetSPDXID", "SnippetSPDXIdentifier", "LicenseID":
		t.flush()
		t.section = ""
		t.later = append(t.later, t.add("element", value, at))
		return
	case "SnippetFromFileSPDXID", "SnippetFromFile":
		t.later = append(t.later, t.add("reference", value, at))
		return
	case "ExternalRef":
		if t.section != "package" {
			t.stray(at, "%s outside of a package", tag)
			return
		}
		t.refs = append(t.refs, t.add("", value, at))
		return
	case "FileContributor":
		if t.section != "file" {
			t.stray(at, "%s outside of a file", tag)
			return
		}
		t.refs = append(t.refs, t.add("", value, at))
		return
	case "ArtifactOfProjectName", "ArtifactOfProjectHomePage", "ArtifactOfProjectURI":
		if t.section != "file" {
			t.stray(at, "%s outside of a file", tag)
			return
		}
		t.project = append(t.project, t.add(tagProjects[string(tag)], value, at))
		return
	}
	member, known := tagMembers[string(tag)]
	if !known {
		member, _ = t.misspelt(tag, at)
	}
	switch {
	case member == "": // unknown, or cannot identify a vendor
	case member == "SPDXID" && t.section == "": // of the document or a snippet
		t.later = append(t.later, t.add("element", value, at))
	case t.section == "", (tag[0]|' ' == 'f') != (t.section == "file") && member != "SPDXID":
		t.stray(at, "%s does not belong to a package or file here", tag)
	default:
		t.value(member, value, at)
	}
}

// misspelt returns the member for a tag that other parsers may take for a known one. A member
// that can only be a mention is read; one that can identify a vendor is counted.
func (t *tagWriter) misspelt(tag []byte, at int64) (member string, known bool) {
	if len(tag) >= 64 {
		return "", false
	}
	name := tagNames[strings.ToLower(fields.FoldLetters(string(tag)))]
	switch member = tagMembers[name]; {
	case name == "":
		if fields.MayNameMaker(tag) {
			t.stray(at, "the tag %s is not known, but may say who made something; it was not screened", quote(string(tag)))
		}
		return "", false
	case onlyMentions[member]:
		t.note(at, "the tag %s is not known; it is read as %s", quote(string(tag)), name)
		return member, true
	}
	t.stray(at, "the tag %s is not known, but other parsers may take it for %s; it was not screened", quote(string(tag)), name)
	return "", false
}

// value adds a value to a field of the section, unless the field has that value.
func (t *tagWriter) value(member string, value []byte, at int64) {
	if first, again := t.first[member]; again {
		if f := t.fields[first]; bytes.Equal(t.text[f.from:f.to], value) {
			return
		}
		t.fields[first].more = true
	} else {
		if t.first == nil {
			t.first = make(map[string]int)
		}
		t.first[member] = len(t.fields)
	}
	t.fields = append(t.fields, t.add(member, value, at))
}

func (t *tagWriter) add(member string, value []byte, at int64) tagField {
	from := len(t.text)
	t.text = append(t.text, value...)
	return tagField{member: member, from: from, to: len(t.text), offset: at}
}

// note adds a warning.
func (t *tagWriter) note(at int64, format string, args ...any) {
	t.later = append(t.later, t.add("note", fmt.Appendf(nil, format, args...), at))
}

// stray adds something that was not screened.
func (t *tagWriter) stray(at int64, format string, args ...any) {
	t.later = append(t.later, t.add("stray", fmt.Appendf(nil, format, args...), at))
}

// flush writes the current section and what follows it.
func (t *tagWriter) flush() {
	w := t.w
	if t.section != "" {
		w.At(t.fields[0].offset)
		w.Begin('{')
		w.Member(t.section)
		w.Begin('{')
		for i := range t.fields {
			t.fieldAt(i)
		}
		if len(t.refs) > 0 {
			t.references()
		}
		if len(t.project) > 0 {
			t.projects()
		}
		w.End('}')
		w.End('}')
	}
	for _, f := range t.later {
		w.At(f.offset)
		w.Begin('{')
		switch f.member {
		case "relationship":
			t.words(f, "relationship", "spdxElementId", "relationshipType", "relatedSpdxElement")
		case "external":
			t.words(f, "external", "externalDocumentId", "spdxDocument", "checksum")
		default:
			t.member(f)
		}
		w.End('}')
	}
	t.fields, t.refs, t.project, t.later, t.text = t.fields[:0], t.refs[:0], t.project[:0], t.later[:0], t.text[:0]
	clear(t.first)
}

// fieldAt writes field i. A field with several values is a list, in the place of the first.
func (t *tagWriter) fieldAt(i int) {
	f := t.fields[i]
	switch {
	case t.first[f.member] != i:
	case !f.more:
		t.member(f)
	default:
		t.w.At(f.offset)
		t.w.Member(f.member)
		t.w.Begin('[')
		for _, g := range t.fields[i:] {
			if g.member == f.member {
				t.w.At(g.offset)
				t.w.Text(t.text[g.from:g.to])
			}
		}
		t.w.End(']')
	}
}

func (t *tagWriter) member(f tagField) {
	t.w.At(f.offset)
	t.w.Member(f.member)
	t.w.Text(t.text[f.from:f.to])
}

// references writes external references, "category type locator", or contributors.
func (t *tagWriter) references() {
	name := "fileContributors"
	if t.section == "package" {
		name = "externalRefs"
	}
	t.w.At(t.refs[0].offset)
	t.w.Member(name)
	t.w.Begin('[')
	for _, f := range t.refs {
		t.w.At(f.offset)
		value := t.text[f.from:f.to]
		if t.section == "file" {
			t.w.Text(value)
			continue
		}
		category, rest := word(value)
		typ, locator := word(rest)
		t.w.Begin('{')
		t.w.Member("referenceCategory")
		t.w.Text(category)
		t.w.Member("referenceType")
		t.w.Text(typ)
		t.w.Member("referenceLocator")
		t.w.Text(locator)
		t.w.End('}')
	}
	t.w.End(']')
}

// projects writes what tags say about projects, an object for each tag.
func (t *tagWriter) projects() {
	t.w.At(t.project[0].offset)
	t.w.Member("artifactOf")
	t.w.Begin('[')
	for _, f := range t.project {
		t.w.At(f.offset)
		t.w.Begin('{')
		t.member(f)
		t.w.End('}')
	}
	t.w.End(']')
}

// words writes an object with the words of a value as members; the last member has the rest.
func (t *tagWriter) words(f tagField, name string, members ...string) {
	t.w.Member(name)
	t.w.Begin('{')
	rest := t.text[f.from:f.to]
	for i, m := range members {
		value := rest
		if i < len(members)-1 {
			value, rest = word(rest)
		}
		t.w.Member(m)
		t.w.Text(value)
	}
	t.w.End('}')
}

func word(s []byte) (first, rest []byte) {
	i := bytes.IndexAny(s, " \t")
	if i < 0 {
		return s, nil
	}
	return s[:i], bytes.TrimLeft(s[i:], " \t")
}
