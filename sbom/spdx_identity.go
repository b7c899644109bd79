// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// A refKind is the meaning of a type of external references.
type refKind uint8

const (
	refOther     refKind = iota // a page, a hash, or a type that the document defines
	refPURL                     // a package URL
	refCPE                      // a CPE of either binding
	refMaven                    // "group:artifact[:version]"
	refNPM                      // "[@scope/]name[@version]"
	refBower                    // "name#version", and what else Bower installs from: "owner/name" of GitHub, an address
	refNuGet                    // "name/version" of NuGet, where prefixes of names are reserved for their owners
	refEmail                    // an address
	refURLScheme                // an address that identifies a thing
	refPlace                    // an address of the code or the package
	refHomepage                 // a page about the package
)

// refKinds are the types of external references and identifiers of SPDX 2 (annex F) and
// SPDX 3 (ExternalRefType, ExternalIdentifierType), and the names that tools use for them, in
// lower case without punctuation.
var refKinds = map[string]refKind{
	"purl": refPURL, "packageurl": refPURL,
	"cpe": refCPE, "cpe22": refCPE, "cpe23": refCPE, "cpe22type": refCPE, "cpe23type": refCPE,
	"mavencentral": refMaven, "maven": refMaven,
	"npm":   refNPM,
	"nuget": refNuGet, "bower": refBower,
	"email": refEmail, "urlscheme": refURLScheme,
	"altdownloadlocation": refPlace, "altwebpage": refHomepage, "binaryartifact": refPlace,
	"sourceartifact": refPlace, "vcs": refPlace, "download": refPlace,
}

// refKindOf returns the kind of a type, which can have the address of its vocabulary. The kind of
// an unknown type follows from the scheme of its locator.
func refKindOf(typ, locator []byte) refKind {
	var buf [32]byte
	folded := buf[:0]
	for _, c := range typ[bytes.LastIndexAny(typ, "/#:")+1:] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			folded = append(folded, c)
		}
	}
	if kind := refKinds[string(folded)]; kind != refOther {
		return kind
	}
	switch {
	case hasPrefixFold(locator, "pkg:"):
		return refPURL
	case hasPrefixFold(locator, "cpe:"):
		return refCPE
	}
	return refOther
}

func hasPrefixFold(s []byte, prefix string) bool {
	s = bytes.TrimLeft(s, " \t\r\n")
	return len(s) >= len(prefix) && strings.EqualFold(string(s[:len(prefix)]), prefix)
}

// locator adds the claims of an external reference or identifier. packages means that its
// category is that of package managers: then a locator of unknown type is read as a name.
func (f *fieldReader) locator(b *builder, kind refKind, packages bool, value span, at path, off int64) {
	switch kind {
	case refPURL:
		f.purlSpan(b, value, at, off)
	case refCPE:
		f.cpeSpan(b, value, at, off)
	case refMaven:
		if colon := bytes.IndexByte(b.get(value), ':'); colon >= 0 {
			value.to = value.from + colon
		}
		b.claimSpan(vendors.Namespace, vendors.KindGroup, value, at, off)
	case refNPM:
		f.nameIdentity(b, value, at, off)
	case refBower:
		f.bower(b, value, at, off)
	case refNuGet:
		name := b.get(value)
		if end := bytes.IndexAny(name, "/#"); end > 0 {
			value.to = value.from + end
		}
		if name = b.get(value); !bytes.ContainsAny(name, "%@?: \t\r\n") && isASCII(name) {
			b.claim(vendors.Namespace, vendors.KindPURL, []byte("pkg:nuget/"+string(name)), at, off)
		}
		b.claimSpan(vendors.Mention, vendors.KindProduct, value, at, off)
	case refEmail:
		b.claimSpan(vendors.Mention, vendors.KindEmail, value, at, off)
	case refURLScheme, refPlace:
		b.claimSpan(vendors.Reference, vendors.KindURL, value, at, off)
	case refHomepage:
		b.claimSpan(vendors.Homepage, vendors.KindURL, value, at, off)
	default:
		if packages {
			f.nameIdentity(b, value, at, off)
		}
		kind := vendors.KindURL
		if bytes.IndexByte(b.get(value), ' ') >= 0 {
			kind = vendors.KindText
		}
		b.claimSpan(vendors.Mention, kind, value, at, off)
	}
}

// bower adds the claims of a package of Bower. Its registry has no namespaces, but Bower installs from
// other places too: of those, "owner/name" is a repository at GitHub.
func (f *fieldReader) bower(b *builder, value span, at path, off int64) {
	text := b.get(value)
	if bytes.Contains(text, []byte("://")) || bytes.HasPrefix(text, []byte("git@")) {
		b.claimSpan(vendors.Reference, vendors.KindURL, value, at, off)
		return
	}
	if end := bytes.IndexByte(text, '#'); end > 0 {
		value.to = value.from + end
	}
	name := b.get(value)
	owner, repository, _ := bytes.Cut(name, []byte("/"))
	if len(owner) > 0 && len(repository) > 0 && !bytes.ContainsAny(name, "%@?: \t\r\n") && isASCII(name) {
		b.claim(vendors.Namespace, vendors.KindPURL, []byte("pkg:github/"+string(name)), at, off)
	}
	b.claimSpan(vendors.Mention, vendors.KindProduct, value, at, off)
}

// ownType adds the claims of a reference of a type that the document defines, if the name of the type
// says that the locator names a maker: "manufacturer", "LocationRef-supplier". As with a property of
// an unknown tool, that is a reason to review and never more. It reports whether there is such a claim.
func (f *fieldReader) ownType(b *builder, typ []byte, locator span, at path, off int64) bool {
	last := typ[bytes.LastIndexAny(typ, "/#:")+1:]
	if len(last) > len("LocationRef-") && bytes.EqualFold(last[:len("LocationRef-")], []byte("LocationRef-")) {
		last = last[len("LocationRef-"):]
	}
	field, known := propertyOf(last)
	return known && f.propertyValue(b, field, locator, at, off)
}

// purlSpan adds the claim of a package URL of the component itself.
func (f *fieldReader) purlSpan(b *builder, value span, at path, off int64) {
	b.claimPURL(value, at, off)
}

func (f *fieldReader) cpeSpan(b *builder, value span, at path, off int64) {
	if names.Placeholder(b.get(value)) {
		return
	}
	b.claimSpan(vendors.Namespace, vendors.KindCPE, value, at, off)
}

// nameIdentity adds the claims in the name of a package. SPDX has no field for a namespace, so
// tools write the whole identity as the name: a package URL, the scope or group of a package
// manager, the owner on a code host.
func (f *fieldReader) nameIdentity(b *builder, name span, at path, off int64) {
	s := b.get(name)
	if bytes.IndexByte(s, '/') < 0 && bytes.IndexByte(s, ':') < 0 || bytes.ContainsAny(s, " \t\r\n\\") || bytes.Contains(s, []byte("://")) {
		return
	}
	switch {
	case hasPrefixFold(s, "pkg:"):
		f.purlSpan(b, name, at, off)
		return
	case hasPrefixFold(s, "cpe:"):
		f.cpeSpan(b, name, at, off)
		return
	}
	if colon := bytes.IndexByte(s, ':'); colon > 0 && managerPrefixes[strings.ToLower(string(s[:min(colon, 20)]))] {
		name.from += colon + 1
		if s = b.get(name); !bytes.ContainsAny(s, "/:") {
			return
		}
	}
	for _, n := range nameGroups(s) {
		b.claimSpan(vendors.Namespace, vendors.KindGroup, span{name.from, name.from + n}, at, off)
	}
}

// managerPrefixes are the names of package managers that tools write before the name of a package:
// "maven:com.example:app", "go:example.com/app", "npm:@example/app".
var managerPrefixes = map[string]bool{"go": true, "golang": true, "npm": true, "maven": true, "composer": true, "docker": true,
	"swift": true, "actions": true, "githubactions": true, "gradle": true, "mvn": true, "oci": true}

// ownIdentity adds the claims in the name and the reference of a component, for formats with fields
// for identifiers that a document can leave out. The name of a file is a path.
func (f *fieldReader) ownIdentity(b *builder, nameAt, refAt path) {
	if name := b.get(b.name); len(name) > 0 && string(b.get(b.typ)) != "file" {
		f.nameIdentity(b, b.name, nameAt, b.nameAt)
	}
	ref := b.get(b.ref)
	if b.purl.from < b.purl.to || bytes.ContainsAny(ref, " \t\r\n\\") {
		return
	}
	before := b.malformed
	switch {
	case isPURL(ref):
		b.claimSpan(vendors.Namespace, vendors.KindPURL, b.ref, refAt, b.refAt)
	case isCPE(ref):
		f.cpeSpan(b, b.ref, refAt, b.refAt)
	case len(ref) > 0 && ref[0] == '@':
		f.nameIdentity(b, b.ref, refAt, b.refAt)
	}
	b.malformed = before // a reference can have any form
}

// nameGroups returns the lengths of the beginnings of a name that are groups.
func nameGroups(s []byte) []int {
	slash, colon := bytes.IndexByte(s, '/'), bytes.IndexByte(s, ':')
	if colon > 0 && slash > colon && len(bytes.Trim(s[colon+1:slash], "0123456789")) == 0 {
		colon = -1 // of a port
	}
	dotted := func(n int) bool { return bytes.IndexByte(s[:n], '.') > 0 }
	switch {
	case slash == 0 || s[0] == '.' || s[0] == '~': // a path
	case colon > 0 && (slash < 0 || colon < slash):
		// A name with one colon and no dots before it is that of an image with its tag.
		if dotted(colon) || bytes.Count(s, []byte(":")) > 1 {
			return []int{colon}
		}
	case slash > 0 && s[0] != '@' && dotted(slash): // a host, or a group backwards
		if bytes.IndexByte(s[slash+1:], '/') < 0 {
			return []int{len(s), slash}
		}
		return []int{len(s)}
	case slash > 0:
		return []int{slash}
	}
	return nil
}
