// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/weburl"
	"github.com/clause76/clause76/vendors/internal/dn"
)

// group attributes a package group: an npm scope, a reverse-DNS name, or a plain name, which is
// weak because it is often the short name of a project.
func (r *resolver) group(c *Claim) {
	value := strings.TrimSpace(c.Value)
	switch {
	case strings.HasPrefix(value, "@"), strings.HasPrefix(value, "%40"):
		scope := strings.TrimPrefix(strings.TrimPrefix(value, "@"), "%40")
		r.lookup(c, IdentifierPURLNamespace, ascii.AppendLower(append(r.buf[:0], "npm/@"...), scope), RulePURLNamespace, Registered)
	case strings.Contains(value, "/"):
		n := len(r.out.Attributions) + len(r.out.Unattributed)
		if p, ok := weburl.Parse(value); ok {
			r.place(c, p)
		}
		if first, _, _ := strings.Cut(value, "/"); strings.IndexByte(first, '.') < 0 && len(r.out.Attributions)+len(r.out.Unattributed) == n {
			r.reverseDNS(c, "maven", strings.ReplaceAll(strings.Trim(value, "/"), "/", "."), Resembles) // a group as folders
		}
	case strings.Contains(value, "@"):
		r.email(c)
	case strings.Contains(value, "."):
		r.dotted(c, value)
	default:
		r.name(c)
	}
}

// dotted attributes a package group with dots: a domain written backwards, alone or in
// "group:artifact" and "type:group", or a domain as it is, which is not how groups are written.
func (r *resolver) dotted(c *Claim, value string) {
	n := len(r.out.Attributions) + len(r.out.Unattributed)
	for part := range strings.SplitSeq(value, ":") {
		if strings.Contains(part, ".") && !r.reverseDNS(c, "maven", part, Registered) {
			r.forwardDNS(c, part)
		}
		if len(r.out.Attributions)+len(r.out.Unattributed) > n {
			return
		}
	}
}

// forwardDNS attributes a namespace that is a domain as it is. It resembles, because namespaces are
// domains written backwards.
func (r *resolver) forwardDNS(c *Claim, namespace string) bool {
	host, look, ok := weburl.ParseHost(namespace)
	return ok && (r.domain(c, host, RuleDomain, Resembles) || r.domain(c, look, RuleNameConfusable, Resembles))
}

// maxNamespace bounds the bytes of a namespace that are compared.
const maxNamespace = 256

// reverseDNS attributes a namespace that is a domain written backwards: by the longest namespace in
// the register that it starts with, or by the domain.
func (r *resolver) reverseDNS(c *Claim, typ, namespace string, tier Tier) bool {
	if ascii.Lower(namespace) != namespace || !ascii.IsPlain(namespace) {
		tier = min(tier, Resembles) // the namespace is case-sensitive, so this is another one
	}
	key := ascii.AppendLower(append(append(r.buf[:0], typ...), '/'), namespace[:min(len(namespace), maxNamespace)])
	if len(namespace) > maxNamespace { // the last part is not complete
		key = key[:max(bytes.LastIndexByte(key, '.'), 0)]
	}
	for {
		if r.lookup(c, IdentifierPURLNamespace, key, RulePURLNamespace, tier) {
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
	second, account, _ := strings.Cut(rest, ".")
	if second == "github" && (first == "io" || first == "com") && account != "" {
		// Groups of accounts on GitHub: central.sonatype.org/register/namespace, docs.jitpack.io.
		account, _, _ = strings.Cut(account, ".")
		return r.lookup(c, IdentifierPURLNamespace, ascii.AppendLower(append(r.buf[:0], "github/"...), account), RulePURLNamespace, tier)
	}
	// Two and three labels: com.huawei → huawei.com, cn.com.zte → zte.com.cn.
	domain := append(append(ascii.AppendLower(r.buf2[:0], second), '.'), ascii.Lower(first)...)
	if r.lookup(c, IdentifierDomain, domain, RuleReverseDNS, tier) {
		return true
	}
	if third := strings.SplitN(namespace, ".", 4); len(third) >= 3 {
		domain = ascii.AppendLower(r.buf2[:0], weburl.ReverseDNS(strings.Join(third[:3], ".")))
		return r.lookup(c, IdentifierDomain, domain, RuleReverseDNS, tier)
	}
	return false
}

// nested attributes a claim inside another. Its attributions have the value of the outer claim, which
// is the evidence, and the role of the inner one, unless the outer claim is a mention or from an author.
func (r *resolver) nested(c *Claim, inner Claim, attribute func(*Claim)) {
	if c.Role.Cap() < Registered {
		inner.Role = c.Role
	}
	if r.depth == weburl.MaxDepth {
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

// url attributes a URL, or another identifier in a field for URLs.
func (r *resolver) url(c *Claim) {
	switch value := strings.TrimSpace(c.Value); {
	case ascii.HasPrefixFold(value, "pkg:"):
		r.purl(c)
	case ascii.HasPrefixFold(value, "cpe:"):
		r.cpe(c)
	case ascii.HasPrefixFold(value, "mailto:"):
		r.email(c)
	default:
		if p, ok := weburl.Parse(value); ok {
			r.place(c, p)
			for _, argument := range weburl.InQuery(value) { // of a proxy or a redirection
				r.location(c, argument, Mentions)
			}
		}
	}
}

// regid attributes a SWID registration id: a URI, or in the form of ISO/IEC 19770-2:2009
// "regid.2012-05.com.example,unit", a domain written backwards after a month.
func (r *resolver) regid(c *Claim) {
	if rest, ok := ascii.CutPrefixFold(strings.TrimSpace(c.Value), "regid."); ok {
		_, rest, _ = strings.Cut(rest, ".")
		rest, _, _ = strings.Cut(rest, ",")
		if host, _, ok := weburl.ParseHost(weburl.ReverseDNS(rest)); ok {
			r.place(c, weburl.Place{Host: host})
		}
		return
	}
	r.url(c)
}

// certificate attributes the organization (O) in the subject of a certificate, or the whole value if it
// is not a distinguished name. A reference to a certificate resembles at most, like a name.
func (r *resolver) certificate(c *Claim) {
	tier := Declared
	if c.Role == Reference {
		tier = Resembles
	}
	if !strings.Contains(c.Value, "=") {
		r.wholeName(c, c.Value, RuleCertificate, tier)
		return
	}
	for _, name := range dn.Organizations(c.Value) {
		r.wholeName(c, name, RuleCertificate, tier)
	}
}

// place attributes a URL: by the owner on a code host, or by its domain. An address inside the path
// of a URL resembles.
func (r *resolver) place(c *Claim, p weburl.Place) {
	tier := Registered
	if c.Role == Author || c.Role == Mention {
		tier = Mentions
	}
	r.location(c, p, tier)
	if inner, ok := p.Embedded(); ok {
		r.location(c, inner, min(tier, Resembles))
	}
}

// location attributes a host and a path on it.
func (r *resolver) location(c *Claim, p weburl.Place, tier Tier) {
	if typ, owner := p.Account(); typ != "" {
		r.account(c, p, typ, owner, tier)
		return
	}
	if tier > Mentions {
		if text := p.PackageURL(); text != "" {
			r.atMost(tier, func() { r.nested(c, Claim{Role: c.Role, Kind: KindPURL, Value: text}, r.purl) })
			return
		}
	}
	rule := RuleDomain
	if c.Kind == KindEmail {
		rule = RuleEmail
	}
	if c.Role == Homepage {
		tier = min(tier, Resembles) // a link shows what something is about
	}
	if r.domain(c, p.Host, rule, tier) {
		return
	}
	if text := p.ProxiedPackageURL(); text != "" { // any web site can have a path of this form
		r.atMost(min(tier, Resembles), func() { r.nested(c, Claim{Role: c.Role, Kind: KindPURL, Value: text}, r.purl) })
	}
	r.domain(c, p.LookalikeHost, RuleNameConfusable, min(tier, Resembles))
}

// atMost bounds the tier of the attributions that are made in the meantime.
func (r *resolver) atMost(tier Tier, attribute func()) {
	n := len(r.out.Attributions)
	attribute()
	for i := n; i < len(r.out.Attributions); i++ {
		r.out.Attributions[i].Tier = min(r.out.Attributions[i].Tier, tier)
	}
}

// account attributes a URL in an account on a host.
func (r *resolver) account(c *Claim, p weburl.Place, typ, owner string, tier Tier) {
	rule := RuleRepository
	switch {
	case owner == "":
		return
	case p.Shorthand:
		tier = min(tier, Resembles) // relative paths have the same form
	case c.Role == Homepage && p.IsAccountPage():
		tier = min(tier, Resembles) // a link shows what something is about
	}
	if strings.HasPrefix(p.Host, "npm.pkg.") {
		owner = strings.TrimPrefix(owner, "@")
	}
	if c.Kind == KindPURL {
		rule = RulePURLNamespace
		if r.lookup(c, IdentifierPURLNamespace, ascii.AppendLower(append(append(append(r.buf[:0], "golang/"...), p.Host...), '/'), owner), rule, tier) {
			return
		}
	}
	if r.lookup(c, IdentifierPURLNamespace, ascii.AppendLower(append(append(r.buf[:0], typ...), '/'), owner), rule, tier) || accountsKnown(typ) {
		return
	}
	if tier > Mentions {
		r.namespaceName(c, owner)
	}
}

// domain attributes a host by its registrable domain.
func (r *resolver) domain(c *Claim, host string, rule Rule, tier Tier) bool {
	for host := range weburl.ParentDomains(host) {
		if r.lookup(c, IdentifierDomain, append(r.buf[:0], host...), rule, tier) {
			return true
		}
	}
	return false
}

// email attributes an address. It mentions in most roles, because an employee of a vendor may have
// written or maintained the component for others.
func (r *resolver) email(c *Claim) {
	tier := Mentions
	if c.Role.IsOrigin() {
		tier = Resembles // the contact of the maker's own entry
	}
	host, look, ok := weburl.EmailHost(c.Value)
	if !ok || r.domain(c, host, RuleEmail, tier) {
		return
	}
	r.domain(c, look, RuleNameConfusable, tier)
}

// oui attributes a MAC address or prefix by the longest registered block: 36,
// 28, then 24 bits (IEEE MA-S, MA-M, MA-L).
func (r *resolver) oui(c *Claim) {
	const maxDigits = 12 // of a MAC address
	hex := r.buf[:0]
	for i := range len(c.Value) {
		b := c.Value[i]
		switch {
		case ascii.HexDigit(b) >= 0:
			hex = append(hex, ascii.Alnum[b])
		case b != ':' && b != '-' && b != '.':
			return
		}
		if len(hex) > maxDigits {
			return
		}
	}
	for _, n := range [...]int{9, 7, 6} {
		if len(hex) >= n && r.lookup(c, IdentifierOUI, hex[:n], RuleIdentifier, Registered) {
			return
		}
	}
}
