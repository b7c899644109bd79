// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/internal/weburl"
)

// An Examination says how the value of a claim is to be read.
type Examination struct {
	// Role and Kind are those of the claim, or of what the value is if it is something
	// else: a URL in the place of a package URL is a reference. Kind is "" if the value
	// says that there is no value, or names nothing; then there is no claim.
	Role Role
	Kind Kind
	// Note says what is odd about the value, "" if nothing is.
	Note string
	// Unread says that the value may name a vendor, and that it, or a part of it, cannot
	// be read or is longer than what is compared. It has to be counted as not screened.
	Unread bool
}

// Examine says whether [Register.Resolve] can read the value of a claim in whole. Readers
// of documents ask it of every value that they take, so that nothing that a bound or a
// fault leaves out is passed over in silence. Mentions and what authors wrote are never
// unread, for they decide nothing. A value that is as it should be costs no allocation.
func Examine(role Role, kind Kind, value []byte) Examination {
	e := Examination{Role: role, Kind: kind}
	switch role {
	case Mention, Author, SBOMAuthor:
		if kind != KindProduct && kind != KindPURL && kind != KindCPE {
			return e
		}
	}
	switch kind {
	case KindPURL:
		e.purl(value)
	case KindCPE:
		if !cpe.Valid(value) {
			e.cpe(value)
		}
	case KindURL:
		if !plainURL(value) || len(value) > 64 && bytes.Count(value, []byte(":/")) > weburl.MaxDepth {
			e.url(value)
		}
	case KindEmail:
		if at := bytes.LastIndexByte(value, '@'); at >= 0 && role.IsOrigin() && !plainHost(value[at+1:]) {
			_, _, ok := weburl.EmailHost(string(value))
			e.unread(!ok, "the host of the e-mail address cannot be read: %s", value)
		}
	default:
		e.unread(len(value) > names.MaxLength, "a value is longer than %d bytes; the rest was not screened", names.MaxLength)
		if kind == KindName && role.IsOrigin() && !e.Unread && len(value) > names.MaxPieces {
			e.unread(names.TooManyPieces(value), "a maker's name is a list of more than %d parts; the rest was not screened", names.MaxPieces)
		}
	}
	return e
}

// unread takes note of a value that cannot be read.
func (e *Examination) unread(is bool, format string, arg any) {
	if !is {
		return
	}
	if value, ok := arg.([]byte); ok {
		arg = fmt.Sprintf("%q", value[:min(len(value), 200)])
	}
	e.Note, e.Unread = fmt.Sprintf(format, arg), true
}

// purl examines what stands in the place of a package URL.
func (e *Examination) purl(value []byte) {
	p, note, ok := purl.ParseTolerant(string(value))
	switch {
	case ok:
	case e.other(value, "a package URL"):
		return
	case purl.IsEmpty(value):
		e.Kind, e.Note = "", fmt.Sprintf("the package URL %.200q names no package", value)
		return
	default:
		e.unread(true, "the package URL does not parse: %s", value)
		return
	}
	if note != "" {
		e.Note = fmt.Sprintf("the package URL %.200q was read, though %s", value, note)
	}
	e.qualifiers(p.Qualifiers, 1)
}

// qualifiers examines the qualifiers of a package URL. depth counts the package URLs inside
// one another.
func (e *Examination) qualifiers(qualifiers string, depth int) {
	for q := range strings.SplitSeq(qualifiers, "&") {
		if e.Unread {
			return
		}
		key, v, _ := strings.Cut(q, "=")
		word, meaning := purl.MeaningOf(key)
		if meaning == purl.NoMeaning {
			continue
		}
		switch v = ascii.UnescapeAll(v); {
		case meaning == purl.AuthorName:
		case meaning.IsName():
			e.unread(len(v) > names.MaxLength, "the "+word+" in a package URL is longer than %d bytes; the rest was not screened", names.MaxLength)
		case ascii.HasPrefixFold(v, "pkg:"):
			inner, _, ok := purl.ParseTolerant(v)
			e.unread(!ok || depth >= weburl.MaxDepth, "a package URL in the qualifier of another cannot be read, or is too deep: %s", []byte(v))
			e.qualifiers(inner.Qualifiers, depth+1)
		default:
			_, ok := weburl.Parse(v)
			e.unread(!ok && !names.Placeholder(v), "a qualifier of the package URL cannot be read as a URL: %s", []byte(v))
		}
	}
}

// cpe examines what stands in the place of a CPE.
func (e *Examination) cpe(value []byte) {
	if !e.other(value, "a CPE") {
		e.unread(true, "the CPE does not parse: %s", value)
	}
}

// url examines what stands in the place of a URL.
func (e *Examination) url(value []byte) {
	if e.other(value, "a URL") {
		return
	}
	if _, ok := weburl.Parse(string(value)); !ok {
		e.unread(true, "it cannot be read as a URL: %s", value)
	}
}

// other reports whether the value is something else than what its place is for: nothing,
// an identifier of another kind, or a URL or path in the place of an identifier.
func (e *Examination) other(value []byte, place string) bool {
	value = bytes.TrimSpace(value)
	is := func(role Role, kind Kind, what string) bool {
		e.Role, e.Kind = role, kind
		e.Note = fmt.Sprintf("%s is in the place of %s: %.200q", what, place, value)
		return true
	}
	identifier := func(kind Kind, what string) bool {
		role := e.Role
		if role == Reference || role == Homepage {
			role = Namespace
		}
		inner := Examine(role, kind, value)
		is(inner.Role, inner.Kind, what)
		if inner.Unread {
			e.Note, e.Unread = inner.Note, true
		}
		return true
	}
	text := string(value)
	switch {
	case names.Placeholder(value):
		if e.Kind == KindURL {
			e.Kind = "" // as common as can be: "NOASSERTION"
			return true
		}
		return is(e.Role, "", "no value")
	case e.Kind != KindPURL && ascii.HasPrefixFold(text, "pkg:"):
		return identifier(KindPURL, "a package URL")
	case e.Kind != KindCPE && (ascii.HasPrefixFold(text, "cpe:/") || ascii.HasPrefixFold(text, "cpe:2.3:")):
		return identifier(KindCPE, "a CPE")
	case e.Kind == KindURL:
		return false
	case text[0] == '/', ascii.HasPrefixFold(text, "file:"), len(text) > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/'):
		return is(e.Role, "", "a path")
	}
	if p, ok := weburl.Parse(text); ok && p.Host != "" && (strings.Contains(text, "://") || strings.Contains(text, "@")) {
		return is(Reference, KindURL, "a URL")
	}
	return false
}

// plainURL reports whether s is of the commonest shape, which needs no further look: a
// scheme, a host without escapes, port or user, and a path.
func plainURL(s []byte) bool {
	i := 0
	for i < len(s) && (ascii.Alnum[s[i]] != 0 || s[i] == '+') {
		i++
	}
	if i == 0 || !bytes.HasPrefix(s[i:], []byte("://")) {
		return false
	}
	host, _, _ := bytes.Cut(s[i+len("://"):], []byte("/"))
	return plainHost(host)
}

// plainHost reports whether s is a host of letters, digits, hyphens and dots.
func plainHost(s []byte) bool {
	for _, b := range s {
		if ascii.Alnum[b] == 0 && b != '.' && b != '-' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= weburl.MaxHost
}
