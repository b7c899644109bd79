// SPDX-License-Identifier: Apache-2.0

// Package examine reports which values of claims a register cannot read. Readers of documents
// call [Value] for every value, so that each value that is not screened is counted.
package examine

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/internal/weburl"
	"github.com/clause76/clause76/vendors"
)

// A Result describes how the value of a claim is read.
type Result struct {
	// Role and Kind are those of the claim, or those that fit the value if it is something else: a
	// URL in a field for package URLs is a reference. Kind is "" if the value states that there is
	// no value, or names nothing. Then there is no claim.
	Role vendors.Role
	Kind vendors.Kind
	// Note describes what is odd about the value, "" if nothing is.
	Note string
	// Unread reports that the value may name a vendor and that all or part of it cannot be read or
	// exceeds a limit. It has to be counted as not screened.
	Unread bool
}

// Value examines the value of a claim of a role and kind. Mentions and authors are never unread,
// because they decide nothing. A valid value costs at most one allocation.
func Value(role vendors.Role, kind vendors.Kind, value []byte) Result {
	r := Result{Role: role, Kind: kind}
	if Plain(role, kind, value) {
		return r
	}
	switch kind {
	case vendors.KindPURL:
		r.purl(value)
	case vendors.KindCPE:
		r.cpe(value)
	case vendors.KindURL:
		r.url(value)
	case vendors.KindEmail:
		r.email(value)
	default:
		r.name(value)
	}
	return r
}

// Plain reports whether a value of a claim has nothing odd, as nearly all have: [Value] returns nothing but the
// role and kind. It is faster than that. For a few values that have nothing odd it returns false.
func Plain(role vendors.Role, kind vendors.Kind, value []byte) bool {
	switch kind {
	case vendors.KindPURL:
		return purl.IsUsual(value)
	case vendors.KindCPE:
		return cpe.Valid(value)
	case vendors.KindProduct:
		return len(value) <= names.MaxLength
	}
	switch role {
	case vendors.Mention, vendors.Author, vendors.SBOMAuthor:
		return true
	}
	switch kind {
	case vendors.KindURL:
		const longURL = 64 // bytes; a shorter one cannot contain too many others
		return isPlainURL(value) && (len(value) <= longURL || bytes.Count(value, []byte(":/")) <= weburl.MaxDepth)
	case vendors.KindEmail:
		at := bytes.LastIndexByte(value, '@')
		return at < 0 || !role.IsOrigin() || isPlainHost(value[at+1:])
	}
	return len(value) <= names.MaxLength && (len(value) <= names.MaxPieces || kind != vendors.KindName || !role.IsOrigin())
}

// unread records that a value cannot be read.
func (r *Result) unread(format string, arg any) {
	if value, ok := arg.([]byte); ok {
		arg = fmt.Sprintf("%q", value[:min(len(value), 200)])
	}
	r.Note, r.Unread = fmt.Sprintf(format, arg), true
}

// name examines a value that is compared as a name or looked up as it is.
func (r *Result) name(value []byte) {
	switch {
	case len(value) > names.MaxLength:
		r.unread("a value is longer than %d bytes; the rest was not screened", names.MaxLength)
	case r.Kind == vendors.KindName && r.Role.IsOrigin() && len(value) > names.MaxPieces && names.TooManyPieces(value):
		r.unread("a maker's name is a list of more than %d parts; the rest was not screened", names.MaxPieces)
	}
}

func (r *Result) email(value []byte) {
	if _, _, ok := weburl.EmailHost(string(value)); !ok {
		r.unread("the host of the e-mail address cannot be read: %s", value)
	}
}

// purl examines a value in a field for package URLs.
func (r *Result) purl(value []byte) {
	p, note, ok := purl.ParseTolerant(string(value))
	switch {
	case ok:
	case r.isOther(value, "a package URL"):
		return
	case purl.IsEmpty(value):
		r.Kind, r.Note = "", fmt.Sprintf("the package URL %.200q names no package", value)
		return
	default:
		r.unread("the package URL does not parse: %s", value)
		return
	}
	if note != "" {
		r.Note = fmt.Sprintf("the package URL %.200q was read, though %s", value, note)
	}
	r.qualifiers(p.Qualifiers, 1)
}

// qualifiers examines the qualifiers of a package URL. depth counts the package URLs inside
// one another.
func (r *Result) qualifiers(qualifiers string, depth int) {
	for pair := range strings.SplitSeq(qualifiers, "&") {
		if r.Unread {
			return
		}
		key, value, _ := strings.Cut(pair, "=")
		if key, meaning := purl.MeaningOf(key); meaning != purl.NoMeaning {
			r.qualifier(key, ascii.UnescapeAll(value), meaning, depth)
		}
	}
}

func (r *Result) qualifier(key, value string, meaning purl.Meaning, depth int) {
	switch {
	case meaning == purl.AuthorName:
	case meaning.IsName():
		if len(value) > names.MaxLength {
			r.unread("the "+key+" in a package URL is longer than %d bytes; the rest was not screened", names.MaxLength)
		}
	case ascii.HasPrefixFold(value, "pkg:"):
		inner, _, ok := purl.ParseTolerant(value)
		if !ok || depth >= weburl.MaxDepth {
			r.unread("a package URL in the qualifier of another cannot be read, or is too deep: %s", []byte(value))
		}
		r.qualifiers(inner.Qualifiers, depth+1)
	default:
		if _, ok := weburl.Parse(value); !ok && !names.Placeholder(value) {
			r.unread("a qualifier of the package URL cannot be read as a URL: %s", []byte(value))
		}
	}
}

// cpe examines a value in a field for CPEs.
func (r *Result) cpe(value []byte) {
	if !r.isOther(value, "a CPE") {
		r.unread("the CPE does not parse: %s", value)
	}
}

// url examines a value in a field for URLs.
func (r *Result) url(value []byte) {
	if r.isOther(value, "a URL") {
		return
	}
	if _, ok := weburl.Parse(string(value)); !ok {
		r.unread("it cannot be read as a URL: %s", value)
	}
}

// isOther reports whether a value is something else than its field is for: no value, an
// identifier of another kind, or a URL or path in a field for identifiers. Then it describes that.
func (r *Result) isOther(value []byte, field string) bool {
	value = bytes.TrimSpace(value)
	text := string(value)
	note := func(what string) {
		r.Note = fmt.Sprintf("%s is in the place of %s: %.200q", what, field, value)
	}
	switch {
	case names.Placeholder(value):
		if r.Kind != vendors.KindURL { // "NOASSERTION" is frequent in fields for URLs
			note("no value")
		}
		r.Kind = ""
	case r.Kind != vendors.KindPURL && ascii.HasPrefixFold(text, "pkg:"):
		r.asIdentifier(vendors.KindPURL, value)
		if !r.Unread {
			note("a package URL")
		}
	case r.Kind != vendors.KindCPE && cpe.HasPrefix(text):
		r.asIdentifier(vendors.KindCPE, value)
		if !r.Unread {
			note("a CPE")
		}
	case r.Kind == vendors.KindURL:
		return false
	case isPath(text):
		r.Kind = ""
		note("a path")
	case isURL(text):
		r.Role, r.Kind = vendors.Reference, vendors.KindURL
		note("a URL")
	default:
		return false
	}
	return true
}

// asIdentifier examines a value as an identifier of another kind than its field is for.
func (r *Result) asIdentifier(kind vendors.Kind, value []byte) {
	role := r.Role
	if role == vendors.Reference || role == vendors.Homepage {
		role = vendors.Namespace
	}
	*r = Value(role, kind, value)
}

// isPath reports whether a text is an absolute path.
func isPath(text string) bool {
	return text[0] == '/' || ascii.HasPrefixFold(text, "file:") ||
		len(text) > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/')
}

// isURL reports whether a text is a URL with a host.
func isURL(text string) bool {
	p, ok := weburl.Parse(text)
	return ok && p.Host != "" && (strings.Contains(text, "://") || strings.Contains(text, "@"))
}

// isPlainURL reports whether s has a scheme, a host without escapes, port or user, and a path,
// as most URLs have. Then it can be read.
func isPlainURL(s []byte) bool {
	i := 0
	for i < len(s) && (ascii.Alnum[s[i]] != 0 || s[i] == '+') {
		i++
	}
	if i == 0 || !bytes.HasPrefix(s[i:], []byte("://")) {
		return false
	}
	host, _, _ := bytes.Cut(s[i+len("://"):], []byte("/"))
	return isPlainHost(host)
}

// isPlainHost reports whether s is a host of letters, digits, hyphens and dots.
func isPlainHost(s []byte) bool {
	for _, b := range s {
		if ascii.Alnum[b] == 0 && b != '.' && b != '-' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= weburl.MaxHost
}
