// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/purl"
)

func (r *resolver) purl(c *Claim) {
	p, _, ok := splitPURL(c.Value)
	if !ok {
		return
	}
	if p.qualifiers != "" {
		defer r.qualifiers(c, p.typ, p.qualifiers)
	}
	if r.lookup(c, "purlPackage", p.key(r.buf[:0], true), RulePURLPackage, Registered) {
		return
	}
	key := p.key(r.buf[:0], true)
	for _, p := range r.prefixes {
		if len(key) >= len(p.key) && string(key[:len(p.key)]) == p.key {
			r.hit(c, p.entry, RulePURLPrefix, Resembles)
			return
		}
	}
	d, known := purl.Define(p.typ)
	switch {
	case !known:
		r.unknownType(c, p)
	case p.typ == "maven":
		group := p.namespace
		switch {
		case group == "":
			group, _, _ = strings.Cut(p.name, ":") // "group:artifact" in the place of the name
		case strings.IndexByte(group, '/') >= 0: // a group as folders
			group = strings.ReplaceAll(group, "/", ".")
		}
		if !r.dotted(c, p.typ, group, Registered) && p.namespace != "" {
			r.namespaceName(c, group)
		}
	case d.Namespace == purl.HostPath:
		r.hostPath(c, p)
	case p.typ == "generic", p.typ == "swid":
		for seg := range strings.SplitSeq(p.namespace, "/") {
			r.sub(c, Claim{Role: c.Role, Kind: KindName, Value: seg}, func(sub *Claim) {
				if !r.wholeName(sub, seg, RuleName, Declared) {
					r.url(sub)
				}
			})
		}
	case d.Namespace == purl.Distribution:
		first, _ := segment(p.namespace)
		if !r.namespaceName(c, first) && p.namespace == "" {
			r.dotted(c, "maven", p.name, Resembles) // "com.example.app"
		}
	case p.owner() != "":
		r.owner(c, p, d)
	case p.publisher() != "":
		r.namespaceName(c, p.publisher())
	}
}

// hostPath attributes a package of a type of which the namespace is a host and a path.
func (r *resolver) hostPath(c *Claim, p purlParts) {
	full := p.namespace
	if full == "" {
		full = p.name
	}
	host, path, _ := strings.Cut(full, "/")
	if p.namespace != "" {
		path = strings.TrimPrefix(path+"/"+p.name, "/")
	}
	if strings.IndexByte(host, '.') < 0 {
		r.namespaceName(c, host) // the host was left out, and this is the owner
		return
	}
	if at, ok := readURL(host + "/" + path); ok {
		r.place(c, at)
	}
}

// unknownType attributes a package of a type of which nothing is known: the type itself
// or the namespace can be a host, and the namespace a domain written backwards or a name.
func (r *resolver) unknownType(c *Claim, p purlParts) {
	n := len(r.out.Attributions) + len(r.out.Unattributed)
	found := func() bool { return len(r.out.Attributions)+len(r.out.Unattributed) > n }
	path := p.name
	if p.namespace != "" {
		path = p.namespace + "/" + p.name
	}
	first, rest := segment(path)
	switch {
	case strings.IndexByte(p.typ, '.') >= 0:
		r.place(c, place{host: p.typ, path: path})
	case strings.IndexByte(first, '.') >= 0:
		if at, ok := readURL(first + "/" + rest); ok && rest != "" {
			r.place(c, at)
		}
		if !found() {
			r.dotted(c, "maven", first, Resembles)
		}
		if first, _, _ = strings.Cut(first, "."); !found() && rest == "" { // "Publisher.Product"
			r.namespaceName(c, first)
		}
	}
	for seg := range strings.SplitSeq(p.namespace, "/") {
		if found() {
			return
		}
		r.namespaceName(c, ascii.UnescapeAll(seg))
	}
}

// namespaceName attributes a namespace of which the register does not know who owns it
// by its name. That resembles: anybody may have taken the name.
func (r *resolver) namespaceName(c *Claim, name string) bool {
	tokens := appendTokens(r.buf[:0], name)
	if len(tokens) == 0 {
		return false
	}
	stripped := stripForms(tokens)
	e := r.exact[string(tokens)]
	if e == nil {
		e = r.names[string(stripped)]
	}
	if e == nil && len(stripped) >= minDistinct && bytes.IndexByte(stripped, ' ') < 0 {
		e = r.squashed[string(stripped)] // "kasperskylab"
	}
	if e == nil {
		return false
	}
	n := len(r.out.Attributions)
	r.hit(c, e, RuleNamespaceName, Resembles)
	if len(r.out.Attributions) > n && r.out.Attributions[n].Caveat == "" {
		r.out.Attributions[n].Caveat = "a namespace that only has the vendor's name; who owns it is not known"
	}
	return true
}

// owner attributes the owner of a package's namespace.
func (r *resolver) owner(c *Claim, p purlParts, d purl.Definition) {
	tier := Registered
	switch {
	case p.typ == "npm" && !p.scope:
		p.scope, tier = true, Resembles // a namespace of npm is a scope; its "@" was left out
	case p.scope && ascii.Lower(p.namespace) != p.namespace, !ascii.IsPlain(p.namespace):
		tier = Resembles // the namespace is told apart by case: this is not the vendor's own
	}
	if p.typ == "docker" && strings.ContainsAny(p.namespace, ".:") && strings.IndexByte(p.namespace, '/') < 0 {
		if at, ok := readURL(p.namespace + "/" + p.name); ok && at.host != "" { // the host of a registry
			r.place(c, at)
			return
		}
	}
	owner := p
	if d.Accounts != "" {
		owner.typ = d.Accounts
	}
	if first, rest, more := strings.Cut(p.namespace, "/"); more {
		if at, ok := readURL(first + "/" + rest + "/" + p.name); ok && at.host != "" { // "ghcr.io/owner"
			r.place(c, at)
			return
		}
		owner.namespace = first
	}
	if r.lookup(c, "purlNamespace", owner.key(r.buf[:0], false), RulePURLNamespace, tier) {
		return
	}
	if !ascii.IsPlain(p.namespace) {
		if s, changed := skeleton(p.namespace); changed {
			owner.namespace = s
			if r.lookup(c, "purlNamespace", owner.key(r.buf[:0], false), RuleNameConfusable, Resembles) {
				return
			}
		}
	}
	if !accountsKnown(owner.typ) {
		r.namespaceName(c, owner.namespace)
	}
}

// accountsKnown reports whether a type's accounts are those of persons as often as of
// companies, and the register has those of vendors: there, an account that only has the
// name of a vendor is somebody else's more often than not.
func accountsKnown(typ string) bool {
	switch typ {
	case "github", "gitlab", "bitbucket":
		return true
	}
	return false
}

// qualifierRole returns the role that a claim has if it is made by a qualifier.
func qualifierRole(m meaning) Role {
	switch m {
	case sourceURL:
		return Reference
	case homepageURL:
		return Homepage
	case supplierName:
		return Supplier
	case manufacturerName:
		return Manufacturer
	case publisherName:
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
		switch _, m := qualifierMeaning(key); {
		case m.isName():
			r.sub(c, Claim{Role: qualifierRole(m), Kind: KindName, Value: ascii.UnescapeAll(value)}, r.name)
		case m != noMeaning:
			r.sub(c, Claim{Role: qualifierRole(m), Kind: KindURL, Value: ascii.UnescapeAll(value)}, r.url)
		case typ == "conan" && (ascii.EqualFold(key, "user") || ascii.EqualFold(key, "channel")): // "package/version@user/channel"
			r.namespaceName(c, ascii.UnescapeAll(value))
		}
	}
}
