// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/words"
)

// text attributes the name of a component or other text. The name of a product resembles, and so
// does a model or title of a device with the vendor's name as a whole token. Other names and texts
// only mention a vendor.
func (r *resolver) text(c *Claim) {
	tokens := names.AppendTokens(r.buf[:0], c.Value)
	if len(tokens) == 0 {
		return
	}
	if r.words(&r.aliases, c, tokens) || c.Kind != KindProduct || ascii.Only(c.Value) {
		return
	}
	for _, v := range names.Lookalikes(c.Value, tokens) {
		if r.words(&r.aliases, c, v) || r.words(&r.lookalike, c, v) {
			return
		}
	}
}

// words attributes the tokens of a name or a text.
func (r *resolver) words(x *aliases, c *Claim, tokens []byte) bool {
	if c.Kind == KindProduct && r.product(c, tokens) {
		return true
	}
	tier := Mentions
	if c.Role == Reference {
		tier = Resembles
		if r.shortToken(x, c, tokens) {
			return true
		}
	}
	return r.phrase(x, c, tokens, RuleTextMention, tier)
}

// maxProduct bounds the bytes of the name of a product that are compared.
const maxProduct = 128

// lastBreak returns the position of the last space, or 0.
func lastBreak(tokens []byte) int { return max(bytes.LastIndexByte(tokens, ' '), 0) }

// product attributes the name of a product, alone or with other words after it: "Kaspersky
// Endpoint Security for Windows 12". The other words must not show that it is a related product,
// such as an add-on. After a name of one word, only an edition is allowed.
func (r *resolver) product(c *Claim, tokens []byte) bool {
	for end := len(tokens); end > 0; end = lastBreak(tokens[:min(end, maxProduct)]) {
		e := r.products.get(tokens[:end])
		if e == nil {
			e = r.products.get(names.AppendJoined(r.buf2[:0], tokens[:end])) // "KasperskyTotalSecurity"
		}
		if e == nil {
			continue
		}
		if end == len(tokens) {
			r.attribute(c, e, RuleProduct, Resembles)
			return true
		}
		rest := tokens[end+1:]
		if e.id == nil || aboutProduct(rest, !strings.Contains(e.id.Value, " ")) {
			return false
		}
		r.attribute(c, e, RuleProductStart, Resembles)
		return true
	}
	return false
}

// aboutWords show that a name that starts with the name of a product is the name of a related product,
// such as an add-on.
var aboutWords = words.Fields(`about adapter addon assistant alternative analyser analyzer ansible api apis backup binding bindings blocker bot
	bridge bypass checker clean cleaner cli client clone collector compat compatible connector converter cookbook crack cracker dashboard decryptor demo
	detect detection detector docs documentation downloader dump emulator example examples exploit export exporter extension extractor fake fetcher
	fork formula gateway generator grabber grafana guide helper hook importer inspired installer integration integrations interface keygen lib library
	like logs manual migration mirror mock module monitor monitoring nagios node notifier parser patch patcher playbook plugin poc process prometheus proxy
	puppet reader remove remover removal replacement reset role rules runner scraper sdk shim signatures simulator splunk spoof stub stubs style
	template templates test tester testing tests theme tool toolkit tools tutorial tweaks unblock uninstall uninstaller unofficial unpacker
	updater utils viewer vs widget without wrapper yara zabbix`)

// editionWords name an edition of a product or a platform that it runs on.
var editionWords = words.Fields(`advanced agent amd64 android app arm64 basic beta business cloud console core desktop edition endpoint
	endpoints enterprise essential family free full home ios ipad iphone lite linux mac macos microsoft mobile office pc personal plan plus portable premium
	pro professional release select server servers setup small sp standard starter suite tablet total trial ultimate unix update v version web win
	win32 win64 windows workstation workstations x64 x86 and for of the with on to`)

// aboutProduct reports whether the words after the name of a product show that it is a related
// product. So do "for", unless a platform follows, and "by". strict allows only an edition.
func aboutProduct(words []byte, strict bool) bool {
	before := ""
	for len(words) > 0 {
		word, rest, _ := bytes.Cut(words, []byte{' '})
		w := string(word)
		number := strings.ContainsAny(w, "0123456789")
		switch {
		case aboutWords[w], w == "by", w == "from":
			return true
		case (strict || before == "for") && !editionWords[w] && !number:
			return true
		}
		before, words = w, rest
	}
	return before == "for"
}

// packageTypes are the types of package URLs of libraries. A package with the name of a product
// is often a package of another maker for the product. If it comes from the vendor, so does its
// namespace.
var packageTypes = words.Set("bitbucket", "bower", "cargo", "clojars", "cocoapods", "composer", "conan", "conda", "cpan", "cran", "elm", "gem",
	"github", "gitlab", "golang", "hackage", "hex", "julia", "luarocks", "maven", "npm", "nuget", "opam", "pub", "pypi", "swift")

// shortToken attributes a name that is too short for phrases ("ZTE") as a whole token of the model
// or title of a device, and a common name ("Dahua") before other words of it.
func (r *resolver) shortToken(x *aliases, c *Claim, tokens []byte) bool {
	for first := true; len(tokens) > 0; first = false {
		token, rest, _ := bytes.Cut(tokens, []byte{' '})
		if e := x.names.get(token); e != nil && len(token) < minDistinct && (!e.id.Common || len(token) < names.MinLetters || first && len(rest) > 0) {
			r.attribute(c, e, RuleTextMention, Resembles)
			return true
		}
		tokens = rest
	}
	return false
}
