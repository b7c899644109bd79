// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/internal/weburl"
)

// purl attributes a package URL: by the package, or by its namespace as its type defines it, and by
// its qualifiers.
func (r *resolver) purl(c *Claim) {
	p, _, ok := purl.ParseTolerant(c.Value)
	if !ok {
		return
	}
	if p.Type == "golang" { // capitals as in the cache of modules: go.dev/ref/mod, "Module cache"
		p.Namespace, p.Name = strings.ReplaceAll(p.Namespace, "!", ""), strings.ReplaceAll(p.Name, "!", "")
	}
	if !r.knownPackage(c, p) {
		r.namespace(c, p)
	}
	r.qualifiers(c, p.Type, p.Qualifiers)
}

// knownPackage attributes a package that the register has, or that has a name that starts like those
// of a vendor's packages.
func (r *resolver) knownPackage(c *Claim, p purl.Parts) bool {
	key := p.AppendKey(r.buf[:0], true)
	if r.lookup(c, IdentifierPURLPackage, key, RulePURLPackage, Registered) {
		return true
	}
	for _, prefix := range r.packagePrefixes {
		if len(key) >= len(prefix.key) && string(key[:len(prefix.key)]) == prefix.key {
			r.attribute(c, prefix.is.entry(), RulePURLPrefix, Resembles)
			return true
		}
	}
	return false
}

// namespace attributes a package URL by its namespace.
func (r *resolver) namespace(c *Claim, p purl.Parts) {
	d, known := purl.Define(p.Type)
	switch {
	case !known:
		r.unknownType(c, p)
	case p.Type == "maven":
		r.maven(c, p)
	case d.Namespace == purl.HostPath:
		r.hostPath(c, p)
	case p.Type == "generic", p.Type == "swid":
		r.namedNamespace(c, p)
	case d.Namespace == purl.Distribution:
		first, _ := weburl.Segment(p.Namespace)
		if !r.namespaceName(c, first) && p.Namespace == "" {
			r.reverseDNS(c, "maven", p.Name, Resembles) // "com.example.app"
		}
	case p.Owner() != "":
		r.owner(c, p, d)
	case p.Publisher() != "":
		r.namespaceName(c, p.Publisher())
	}
}

// maven attributes a package of Maven by its group.
func (r *resolver) maven(c *Claim, p purl.Parts) {
	group := p.Namespace
	switch {
	case group == "":
		group, _, _ = strings.Cut(p.Name, ":") // "group:artifact" in the place of the name
	case strings.IndexByte(group, '/') >= 0: // a group as folders
		group = strings.ReplaceAll(group, "/", ".")
	}
	if !r.reverseDNS(c, p.Type, group, Registered) && p.Namespace != "" && !r.forwardDNS(c, group) {
		r.namespaceName(c, group)
	}
}

// namedNamespace attributes a package of a type with a name or a URL as its namespace. The first
// segment is the maker. For swid, the second is the regid of the same company, which is a domain. What
// else the namespace has are folders, which resemble at most: "elastic/integrations/kaspersky".
func (r *resolver) namedNamespace(c *Claim, p purl.Parts) {
	n := 0
	for segment := range strings.SplitSeq(p.Namespace, "/") {
		switch {
		case n == 0:
			r.nested(c, Claim{Role: c.Role, Kind: KindName, Value: segment}, func(inner *Claim) {
				if !r.wholeName(inner, segment, RuleName, Declared) {
					r.url(inner)
				}
			})
		case n == 1 && p.Type == "swid" && strings.IndexByte(segment, '.') >= 0:
			r.nested(c, Claim{Role: c.Role, Kind: KindRegID, Value: segment}, r.regid)
		default:
			r.folder(c, segment)
		}
		n++
	}
}

// folder attributes a segment of a namespace after the one that names the maker.
func (r *resolver) folder(c *Claim, segment string) {
	outer := r.resemblesAtMost
	r.resemblesAtMost = true
	r.nested(c, Claim{Role: c.Role, Kind: KindName, Value: segment}, func(inner *Claim) {
		if !r.namespaceName(inner, segment) {
			r.url(inner)
		}
	})
	r.resemblesAtMost = outer
}

// hostPath attributes a package of a type with a host and a path as its namespace.
func (r *resolver) hostPath(c *Claim, p purl.Parts) {
	full := p.Namespace
	if full == "" {
		full = p.Name
	}
	host, path, _ := strings.Cut(full, "/")
	if p.Namespace != "" {
		path = strings.TrimPrefix(path+"/"+p.Name, "/")
	}
	if strings.IndexByte(host, '.') < 0 {
		r.namespaceName(c, host) // the host is missing, and this is the owner
		return
	}
	if at, ok := weburl.Parse(host + "/" + path); ok {
		r.place(c, at)
	}
}

// unknownType attributes a package of a type without a definition. The type or the namespace can
// be a host, and the namespace can be a domain written backwards or a name.
func (r *resolver) unknownType(c *Claim, p purl.Parts) {
	n := len(r.out.Attributions) + len(r.out.Unattributed)
	found := func() bool { return len(r.out.Attributions)+len(r.out.Unattributed) > n }
	path := p.Name
	if p.Namespace != "" {
		path = p.Namespace + "/" + p.Name
	}
	first, rest := weburl.Segment(path)
	switch {
	case strings.IndexByte(p.Type, '.') >= 0:
		r.place(c, weburl.Place{Host: p.Type, Path: path})
	case strings.IndexByte(first, '.') >= 0:
		if at, ok := weburl.Parse(first + "/" + rest); ok && rest != "" {
			r.place(c, at)
		}
		if !found() {
			r.reverseDNS(c, "maven", first, Resembles)
		}
		if first, _, _ = strings.Cut(first, "."); !found() && rest == "" { // "Publisher.Product"
			r.namespaceName(c, first)
		}
	}
	for seg := range strings.SplitSeq(p.Namespace, "/") {
		if found() {
			return
		}
		r.namespaceName(c, ascii.UnescapeAll(seg))
	}
}

// namespaceName attributes a namespace by its name, if the register does not have its owner. It
// resembles, because anyone may have taken the name.
func (r *resolver) namespaceName(c *Claim, name string) bool {
	tokens := names.AppendTokens(r.buf[:0], name)
	if len(tokens) == 0 {
		return false
	}
	stripped := names.StripLegalForms(tokens)
	e := r.exact.get(tokens)
	if e == nil {
		e = r.names.get(stripped)
	}
	if e == nil && len(stripped) >= minDistinct && bytes.IndexByte(stripped, ' ') < 0 {
		e = r.unspaced.get(stripped) // "kasperskylab"
	}
	if e == nil {
		return false
	}
	r.withCaveat("a namespace that only has the vendor's name; who owns it is not known", func() {
		r.attribute(c, e, RuleNamespaceName, Resembles)
	})
	return true
}

// owner attributes the owner of a package's namespace.
func (r *resolver) owner(c *Claim, p purl.Parts, d purl.Definition) {
	tier := Registered
	switch {
	case p.Type == "npm" && !p.Scoped:
		p.Scoped, tier = true, Resembles // a namespace of npm is a scope; its "@" is missing
	case p.Scoped && ascii.Lower(p.Namespace) != p.Namespace, !ascii.IsPlain(p.Namespace):
		tier = Resembles // the namespace is case-sensitive, so this is another one
	}
	if p.Type == "docker" && strings.ContainsAny(p.Namespace, ".:") && strings.IndexByte(p.Namespace, '/') < 0 {
		if at, ok := weburl.Parse(p.Namespace + "/" + p.Name); ok && at.Host != "" { // the host of a registry
			r.place(c, at)
			return
		}
	}
	owner := p
	if d.Accounts != "" {
		owner.Type = d.Accounts
	}
	if first, rest, more := strings.Cut(p.Namespace, "/"); more {
		if at, ok := weburl.Parse(first + "/" + rest + "/" + p.Name); ok && at.Host != "" { // "ghcr.io/owner"
			r.place(c, at)
			return
		}
		owner.Namespace = first
	}
	if r.lookup(c, IdentifierPURLNamespace, owner.AppendKey(r.buf[:0], false), RulePURLNamespace, tier) {
		return
	}
	if !ascii.IsPlain(p.Namespace) {
		if s, changed := names.Skeleton(p.Namespace); changed {
			owner.Namespace = s
			if r.lookup(c, IdentifierPURLNamespace, owner.AppendKey(r.buf[:0], false), RuleNameConfusable, Resembles) {
				return
			}
		}
	}
	if !accountsKnown(owner.Type) {
		r.namespaceName(c, owner.Namespace)
	}
}

// accountsKnown reports whether the register has the accounts of vendors on the hosts of a type,
// where persons have accounts as often as companies. There, other accounts with the name of a vendor
// mostly belong to others.
func accountsKnown(typ string) bool {
	switch typ {
	case "github", "gitlab", "bitbucket":
		return true
	}
	return false
}

// qualifierRole returns the role that a claim has if it is made by a qualifier.
func qualifierRole(m purl.Meaning) Role {
	switch m {
	case purl.SourceURL:
		return Reference
	case purl.HomepageURL:
		return Homepage
	case purl.SupplierName:
		return Supplier
	case purl.ManufacturerName:
		return Manufacturer
	case purl.PublisherName:
		return Publisher
	}
	return Author
}

// qualifiers attributes the qualifiers of a package URL that state who supplies the package and
// where it is kept.
func (r *resolver) qualifiers(c *Claim, typ, text string) {
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		key, value, _ := strings.Cut(pair, "=")
		switch _, m := purl.MeaningOf(key); {
		case m.IsName():
			r.nested(c, Claim{Role: qualifierRole(m), Kind: KindName, Value: ascii.UnescapeAll(value)}, r.name)
		case m != purl.NoMeaning:
			r.nested(c, Claim{Role: qualifierRole(m), Kind: KindURL, Value: ascii.UnescapeAll(value)}, r.url)
		case typ == "conan" && (ascii.EqualFold(key, "user") || ascii.EqualFold(key, "channel")): // "package/version@user/channel"
			r.namespaceName(c, ascii.UnescapeAll(value))
		}
	}
}
