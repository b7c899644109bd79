// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/vendors/purl"
)

// group attributes a package group: an npm scope, a reverse-DNS name, or else a
// plain name, which is often the short name of a project and so weak.
func (r *resolver) group(c *Claim) {
	value := strings.TrimSpace(c.Value)
	switch {
	case strings.HasPrefix(value, "@"), strings.HasPrefix(value, "%40"):
		scope := strings.TrimPrefix(strings.TrimPrefix(value, "@"), "%40")
		r.lookup(c, "purlNamespace", appendLower(append(r.buf[:0], "npm/@"...), scope), RulePURLNamespace, Registered)
	case strings.Contains(value, "/"):
		if p, ok := readURL(value); ok {
			r.place(c, p)
		}
	case strings.Contains(value, "."):
		r.dotted(c, "maven", value, Registered)
	default:
		r.name(c)
	}
}

// maxNamespace is more than the bytes of any namespace in a register.
const maxNamespace = 256

// dotted attributes a reverse-DNS namespace: by the longest registered prefix that
// ends at a dot, or by the domain that it reverses.
func (r *resolver) dotted(c *Claim, typ, namespace string, tier Tier) bool {
	if lowerASCII(namespace) != namespace || !plain(namespace) {
		tier = min(tier, Resembles) // the namespace is case-sensitive: this is not the vendor's own
	}
	key := appendLower(append(append(r.buf[:0], typ...), '/'), namespace[:min(len(namespace), maxNamespace)])
	if len(namespace) > maxNamespace { // what the bound cuts off is not a whole part
		key = key[:max(bytes.LastIndexByte(key, '.'), 0)]
	}
	for {
		if r.lookup(c, "purlNamespace", key, RulePURLNamespace, tier) {
			return true
		}
		dot := bytes.LastIndexByte(key, '.')
		if dot < 0 {
			break
		}
		key = key[:dot]
	}
	first, rest, ok := strings.Cut(namespace, ".")
	if !ok {
		return false
	}
	second, _, _ := strings.Cut(rest, ".")
	// Two and three labels: com.huawei → huawei.com, cn.com.zte → zte.com.cn.
	domain := append(append(appendLower(r.sq[:0], second), '.'), lowerASCII(first)...)
	if r.lookup(c, "domain", domain, RuleReverseDNS, tier) {
		return true
	}
	if third := strings.SplitN(namespace, ".", 4); len(third) >= 3 {
		domain = appendLower(r.sq[:0], reverseDNS(strings.Join(third[:3], ".")))
		return r.lookup(c, "domain", domain, RuleReverseDNS, tier)
	}
	return false
}

func (r *resolver) purl(c *Claim) {
	p, _, ok := splitPURL(c.Value)
	if !ok {
		return
	}
	if p.qualifiers != "" {
		defer r.qualifiers(c, p.qualifiers)
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
		if group == "" {
			group, _, _ = strings.Cut(p.name, ":") // "group:artifact" in the place of the name
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
	if path == "" && p.namespace != "" {
		path = p.name
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
		r.namespaceName(c, unescapeAll(seg))
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
	case p.scope && lowerASCII(p.namespace) != p.namespace, !plain(p.namespace):
		tier = Resembles // the namespace is told apart by case: this is not the vendor's own
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
	if !plain(p.namespace) {
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

// sub attributes a claim found inside another. What comes of it is recorded with the
// text of the outer claim, which is the evidence, and the role of the inner one, unless the
// outer one is only talk.
func (r *resolver) sub(c *Claim, inner Claim, attribute func(*Claim)) {
	if c.Role.Cap() < Registered {
		inner.Role = c.Role
	}
	if r.depth == maxDepth {
		return
	}
	n, m := len(r.out.Attributions), len(r.out.Unattributed)
	r.depth++
	attribute(&inner)
	r.depth--
	role := inner.Role
	for i := n; i < len(r.out.Attributions); i++ {
		r.out.Attributions[i].Claim = *c
		r.out.Attributions[i].Claim.Role = role
	}
	for i := m; i < len(r.out.Unattributed); i++ {
		r.out.Unattributed[i].Claim = *c
		r.out.Unattributed[i].Claim.Role = role
	}
}

// qualifiers reads the qualifiers that say where a package is kept and who supplies it.
// A distro is never a vendor.
func (r *resolver) qualifiers(c *Claim, q string) {
	for q != "" {
		var pair string
		pair, q, _ = strings.Cut(q, "&")
		key, value, _ := strings.Cut(pair, "=")
		value = unescapeAll(value)
		switch lowerASCII(key) {
		case "repository_url", "download_url", "vcs_url":
			r.sub(c, Claim{Role: Reference, Kind: KindURL, Value: value}, r.url)
		case "vendor":
			r.sub(c, Claim{Role: Supplier, Kind: KindName, Value: value}, r.name)
		case "author":
			r.sub(c, Claim{Role: Author, Kind: KindName, Value: value}, r.name)
		}
	}
}

// cpe attributes a CPE. Its vendor is an editor's or the document author's word,
// not an identifier issued to the vendor: it declares at most. One that only
// echoes the product's name may be a tool's guess: it resembles.
func (r *resolver) cpe(c *Claim) {
	vendor, product, ok := splitCPE(c.Value)
	if !ok || vendor == "" {
		return
	}
	if echoes(vendor, product) {
		n := len(r.out.Attributions)
		r.lookup(c, "cpeVendor", appendLower(r.buf[:0], vendor), RuleCPEEcho, Resembles)
		if len(r.out.Attributions) > n && r.out.Attributions[n].Caveat == "" {
			r.out.Attributions[n].Caveat = "the CPE's vendor only repeats its product; tools guess it so"
		}
		return
	}
	if r.lookup(c, "cpeVendor", appendLower(r.buf[:0], vendor), RuleCPE, Declared) {
		return
	}
	if s, changed := skeleton(vendor); changed && r.lookup(c, "cpeVendor", appendLower(r.buf[:0], s), RuleNameConfusable, Resembles) {
		return
	}
	r.namespaceName(c, vendor)
}

// url attributes a URL, or what stands in its place.
func (r *resolver) url(c *Claim) {
	switch value := strings.TrimSpace(c.Value); {
	case hasPrefixFold(value, "pkg:"):
		r.purl(c)
	case hasPrefixFold(value, "cpe:"):
		r.cpe(c)
	case hasPrefixFold(value, "mailto:"):
		r.email(c)
	default:
		if p, ok := readURL(value); ok {
			r.place(c, p)
		}
	}
}

// regid attributes a SWID registration id: a URI, or in the form of ISO/IEC 19770-2:2009
// "regid.2012-05.com.example,unit", a domain written backwards after a month.
func (r *resolver) regid(c *Claim) {
	if rest, ok := cutPrefixFold(strings.TrimSpace(c.Value), "regid."); ok {
		_, rest, _ = strings.Cut(rest, ".")
		rest, _, _ = strings.Cut(rest, ",")
		if host, _, ok := readHost(reverseDNS(rest)); ok {
			r.place(c, place{host: host})
		}
		return
	}
	r.url(c)
}

// guid attributes a GUID that is the hash of something that the register has.
func (r *resolver) guid(c *Claim) {
	key := appendLower(r.buf[:0], strings.Trim(c.Value, "{} "))
	e := r.ids["guid"][string(key)]
	switch {
	case e == nil:
		r.deviceGUID(c, key)
	case e.id == nil, e.id.Kind == "guid":
		r.hit(c, e, RuleIdentifier, Registered)
	case e.id.Kind == "suitVendorID":
		r.hit(c, e, RuleSUIT, Registered)
	default:
		r.hit(c, e, RuleCHID, Declared) // the hash of a name proves no more than the name
	}
}

// certificate attributes the organisation (O) in the subject of a certificate, or a
// value that is no distinguished name as a whole. A component that is only referred to by
// its certificate resembles at most, as with names.
func (r *resolver) certificate(c *Claim) {
	tier := Declared
	if c.Role == Reference {
		tier = Resembles
	}
	if !strings.Contains(c.Value, "=") {
		r.wholeName(c, c.Value, RuleCertificate, tier)
		return
	}
	for _, name := range subjectOrganizations(c.Value) {
		r.wholeName(c, name, RuleCertificate, tier)
	}
}

// place attributes a URL: by the owner on a code host, or by domain.
func (r *resolver) place(c *Claim, p place) {
	tier := Registered
	if c.Role == Author || c.Role == Mention {
		tier = Mentions
	}
	if kept, ok := p.archived(); ok {
		p = kept
	}
	if typ, owner := p.account(); typ != "" {
		r.account(c, p, typ, owner, tier)
		return
	}
	if tier > Mentions {
		if text := p.packageURL(); text != "" {
			r.sub(c, Claim{Role: c.Role, Kind: KindPURL, Value: text}, r.purl)
			return
		}
	}
	rule := RuleDomain
	if c.Kind == KindEmail {
		rule = RuleEmail
	}
	if c.Role == Homepage {
		tier = min(tier, Resembles) // a link says what something is about
	}
	if r.domain(c, p.host, rule, tier) {
		return
	}
	r.domain(c, p.look, RuleNameConfusable, min(tier, Resembles))
}

// account attributes what is kept in somebody's account on a host.
func (r *resolver) account(c *Claim, p place, typ, owner string, tier Tier) {
	rule := RuleRepository
	switch {
	case owner == "":
		return
	case p.short:
		tier = min(tier, Resembles) // any relative path looks like it
	}
	if strings.HasPrefix(p.host, "npm.pkg.") {
		owner = strings.TrimPrefix(owner, "@")
	}
	if c.Kind == KindPURL {
		rule = RulePURLNamespace
		if r.lookup(c, "purlNamespace", appendLower(append(append(append(r.buf[:0], "golang/"...), p.host...), '/'), owner), rule, tier) {
			return
		}
	}
	if r.lookup(c, "purlNamespace", appendLower(append(append(r.buf[:0], typ...), '/'), owner), rule, tier) || accountsKnown(typ) {
		return
	}
	if tier > Mentions {
		r.namespaceName(c, owner)
	}
}

// domain attributes a host by the registered domain that it belongs to.
func (r *resolver) domain(c *Claim, host string, rule Rule, tier Tier) bool {
	for host := range func(yield func(string) bool) { parentDomains(host, yield) } {
		if r.lookup(c, "domain", append(r.buf[:0], host...), rule, tier) {
			return true
		}
	}
	return false
}

// email attributes an address. Somebody who works there wrote or maintains a
// thing; that is a mention, whatever the role.
func (r *resolver) email(c *Claim) {
	tier := Mentions
	if c.Role.Makes() {
		tier = Resembles // the contact of the maker's own entry
	}
	host, look, ok := emailHost(c.Value)
	if !ok || r.domain(c, host, RuleEmail, tier) {
		return
	}
	r.domain(c, look, RuleNameConfusable, tier)
}

// emailHost returns the host of an address, which may have a name before it and a
// query after it.
func emailHost(s string) (host, look string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "", "", false
	}
	s, _, _ = strings.Cut(s[at+1:], "?")
	return readHost(strings.Trim(s, " \t\r\n>)\"'"))
}

// ouiBlock attributes a MAC address or prefix by the longest registered block: 36,
// 28, then 24 bits (IEEE MA-S, MA-M, MA-L).
func (r *resolver) ouiBlock(c *Claim) {
	hex := r.buf[:0]
	for i := range len(c.Value) {
		b := c.Value[i]
		switch {
		case hexDigit(b) >= 0:
			if b >= 'a' {
				b -= 'a' - 'A'
			}
			hex = append(hex, b)
		case b != ':' && b != '-' && b != '.':
			return
		}
		if len(hex) > 12 {
			return
		}
	}
	for _, n := range [...]int{9, 7, 6} {
		if len(hex) < n {
			continue
		}
		if e := r.oui[string(hex[:n])]; e != nil {
			r.hit(c, e, RuleIdentifier, Registered)
			return
		}
	}
}
