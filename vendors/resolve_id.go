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
	switch {
	case strings.HasPrefix(c.Value, "@"):
		r.lookup(c, "purlNamespace", appendLower(append(r.buf[:0], "npm/"...), c.Value), RulePURLNamespace, Registered)
	case strings.Contains(c.Value, "/"):
		host, path := hostAndPath(c.Value)
		r.hostOwner(c, host, path)
	case strings.Contains(c.Value, "."):
		r.dotted(c, "maven", c.Value)
	default:
		r.name(c)
	}
}

// dotted attributes a reverse-DNS namespace: by the longest registered prefix that
// ends at a dot, or by the domain that it reverses.
func (r *resolver) dotted(c *Claim, typ, namespace string) bool {
	if len(namespace) > 256 {
		return false
	}
	tier := Registered
	if lowerASCII(namespace) != namespace || !plain(namespace) {
		tier = Resembles // the namespace is case-sensitive: this is not the vendor's own
	}
	key := appendLower(append(append(r.buf[:0], typ...), '/'), namespace)
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
	p, ok := splitPURL(c.Value)
	if !ok || len(p.namespace)+len(p.name) > 400 {
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
	d, _ := purl.Define(p.typ)
	switch {
	case p.typ == "maven":
		r.dotted(c, p.typ, p.namespace)
	case d.Namespace == purl.HostPath:
		full := p.namespace
		if full == "" {
			full = p.name
		}
		host, path, _ := strings.Cut(full, "/")
		if path == "" && p.namespace != "" {
			path = p.name
		}
		r.hostOwner(c, lowerASCII(host), path)
	case p.typ == "generic", p.typ == "swid":
		for seg := range strings.SplitSeq(p.namespace, "/") {
			r.sub(c, Claim{Role: c.Role, Kind: KindName, Value: seg}, func(sub *Claim) {
				if !r.wholeName(sub, seg, RuleName, Declared) {
					r.url(sub)
				}
			})
		}
	case p.owner() != "":
		r.owner(c, p)
	}
}

// owner attributes the owner of a package's namespace.
func (r *resolver) owner(c *Claim, p purlParts) {
	tier := Registered
	if p.scope && lowerASCII(p.namespace) != p.namespace || !plain(p.namespace) {
		tier = Resembles // the namespace is told apart by case: this is not the vendor's own
	}
	owner := p
	if first, _, more := strings.Cut(p.namespace, "/"); more {
		owner.namespace = first
	}
	if !r.lookup(c, "purlNamespace", owner.key(r.buf[:0], false), RulePURLNamespace, tier) && !plain(p.namespace) {
		if s, changed := skeleton(p.namespace); changed {
			owner.namespace = s
			r.lookup(c, "purlNamespace", owner.key(r.buf[:0], false), RuleNameConfusable, Resembles)
		}
	}
}

// sub attributes a claim found inside another. What comes of it is recorded with the
// text of the outer claim, which is the evidence, and the role of the inner one, unless the
// outer one is only talk.
func (r *resolver) sub(c *Claim, inner Claim, attribute func(*Claim)) {
	if c.Role.Cap() < Registered {
		inner.Role = c.Role
	}
	n, m := len(r.out.Attributions), len(r.out.Unattributed)
	attribute(&inner)
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
		if strings.IndexByte(value, '%') >= 0 {
			value = cpeValue(value, '%') // the same escapes
		}
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
	if !ok || vendor == "" || len(vendor) > 256 {
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
	if s, changed := skeleton(vendor); changed {
		r.lookup(c, "cpeVendor", appendLower(r.buf[:0], s), RuleNameConfusable, Resembles)
	}
}

func (r *resolver) url(c *Claim) {
	host, path := hostAndPath(c.Value)
	r.hostOwner(c, host, path)
}

// regid attributes a SWID registration id: a URI, or in the form of ISO/IEC 19770-2:2009
// "regid.2012-05.com.example,unit", a domain written backwards behind a month.
func (r *resolver) regid(c *Claim) {
	if rest, ok := cutPrefixFold(c.Value, "regid."); ok && len(c.Value) < 256 {
		_, rest, _ = strings.Cut(rest, ".")
		rest, _, _ = strings.Cut(rest, ",")
		r.hostOwner(c, lowerASCII(reverseDNS(rest)), "")
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

// hostOwner attributes a host and path: by the owner on a code host, or by domain.
func (r *resolver) hostOwner(c *Claim, host, path string) {
	if host == "" {
		return
	}
	tier := Registered
	if c.Role == Author || c.Role == Mention {
		tier = Mentions
	}
	if typ := codeHost(host); typ != "" {
		owner, rest, _ := strings.Cut(path, "/")
		if host == "api.github.com" {
			owner, _, _ = strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		}
		if owner == "" || len(owner) > 128 {
			return
		}
		rule := RuleRepository
		if c.Kind == KindPURL {
			rule = RulePURLNamespace
			if r.lookup(c, "purlNamespace", appendLower(append(append(append(r.buf[:0], "golang/"...), host...), '/'), owner), rule, tier) {
				return
			}
		}
		r.lookup(c, "purlNamespace", appendLower(append(append(r.buf[:0], typ...), '/'), owner), rule, tier)
		return
	}
	if len(host) > 253 {
		return
	}
	for host := range func(yield func(string) bool) { parentDomains(host, yield) } {
		if r.lookup(c, "domain", append(r.buf[:0], host...), RuleDomain, tier) {
			return
		}
	}
}

// email attributes an address. Somebody who works there wrote or maintains a
// thing; that is a mention, whatever the role.
func (r *resolver) email(c *Claim) {
	at := strings.LastIndexByte(c.Value, '@')
	if at < 0 || len(c.Value)-at > 255 {
		return
	}
	host := lowerASCII(strings.Trim(c.Value[at+1:], " >)"))
	tier := Mentions
	if c.Role.Makes() {
		tier = Resembles // the contact of the maker's own entry
	}
	for host := range func(yield func(string) bool) { parentDomains(host, yield) } {
		if r.lookup(c, "domain", append(r.buf[:0], host...), RuleEmail, tier) {
			return
		}
	}
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
