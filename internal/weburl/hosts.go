// SPDX-License-Identifier: Apache-2.0

package weburl

import "strings"

// A codeHost describes the paths on a host with accounts or packages.
type codeHost struct {
	// typ is the type of package URLs of the accounts or packages.
	typ string
	// pass lists words that can come before the account or the package.
	pass string
}

// codeHosts are hosts on which the first part of a path is the account of an owner, according to
// their own documentation: docs.github.com (repositories, REST API, Packages,
// container registry), docs.gitlab.com (repositories, container registry),
// support.atlassian.com (repositories, REST API), huggingface.co/docs/hub (repositories),
// docs.docker.com (image references), docs.quay.io, gitee.com/help and docs.codeberg.org
// (repositories), developer.hashicorp.com/terraform/cloud-docs/public-namespace (namespaces in
// the registry of Terraform are accounts on GitHub), and labix.org/gopkg.in. Mirrors
// of these hosts have the same paths.
var codeHosts = map[string]codeHost{
	"github.com":                  {"github", "orgs users"},
	"ssh.github.com":              {"github", ""},
	"gist.github.com":             {"github", ""},
	"raw.githubusercontent.com":   {"github", ""},
	"gist.githubusercontent.com":  {"github", ""},
	"codeload.github.com":         {"github", ""},
	"api.github.com":              {"github", "repos orgs users"},
	"uploads.github.com":          {"github", "repos"},
	"ghcr.io":                     {"github", "v2"},
	"docker.pkg.github.com":       {"github", "v2"},
	"maven.pkg.github.com":        {"github", ""},
	"nuget.pkg.github.com":        {"github", ""},
	"npm.pkg.github.com":          {"github", "download"},
	"rubygems.pkg.github.com":     {"github", ""},
	"gitlab.com":                  {"gitlab", "groups users"},
	"registry.gitlab.com":         {"gitlab", "v2"},
	"bitbucket.org":               {"bitbucket", ""},
	"api.bitbucket.org":           {"bitbucket", "2.0 repositories"},
	"huggingface.co":              {"huggingface", "datasets spaces api models"},
	"docker.io":                   {"docker", ""},
	"index.docker.io":             {"docker", "v1 v2 repositories"},
	"registry-1.docker.io":        {"docker", "v2"},
	"hub.docker.com":              {"docker", "r u v2 repositories"},
	"gitee.com":                   {"gitee", ""},
	"codeberg.org":                {"codeberg", ""},
	"redirect.github.com":         {"github", ""},
	"quay.io":                     {"quay", "v2 repository"},
	"registry.terraform.io":       {"github", "providers modules v1"},
	"gopkg.in":                    {"github", ""},
	"raw.github.com":              {"github", ""},
	"media.githubusercontent.com": {"github", "media"},
	"raw.githack.com":             {"github", ""},
	"rawcdn.githack.com":          {"github", ""},
	"rawgit.com":                  {"github", ""},
	"cdn.rawgit.com":              {"github", ""},
	"cdn.statically.io":           {"github", "gh"},
	"hub.fastgit.org":             {"github", ""},
	"hub.fastgit.xyz":             {"github", ""},
	"kkgithub.com":                {"github", ""},
	"github.com.cnpmjs.org":       {"github", ""},
	"registry.hub.docker.com":     {"docker", "v2 repositories"},
	"mirror.gcr.io":               {"docker", "v2"},
}

// pageHosts are domains below which each account has its own host, according to the documentation
// of GitHub Pages, GitLab Pages and Bitbucket Cloud.
var pageHosts = map[string]string{
	"github.io":    "github",
	"gitlab.io":    "gitlab",
	"bitbucket.io": "bitbucket",
}

// shortForms are the hosts for which package managers write a word before "owner/name"
// (docs.npmjs.com, package.json, "repository").
var shortForms = map[string]string{
	"github": "github.com", "gist": "gist.github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org",
	"gh": "github.com", "gl": "gitlab.com", "bb": "bitbucket.org",
	"npm": "npmjs.com",
}

// Account returns the owner of the account that the place is in, and the type of package URLs with
// owners on that host. Both are "" if the host has no accounts.
func (p Place) Account() (typ, owner string) {
	if p.Shorthand { // npm: "owner/repository" is on GitHub
		owner, _ = Segment(p.Path)
		return "github", owner
	}
	host, ok := codeHosts[p.Host]
	if !ok {
		label, domain, _ := strings.Cut(p.Host, ".")
		return pageHosts[domain], label
	}
	owner, rest := Segment(p.Path)
	for owner != "" && hasWord(host.pass, owner) {
		owner, rest = Segment(rest)
	}
	if p.Host == "gopkg.in" && strings.Trim(rest, "/") == "" { // gopkg.in: "/pkg.v3" is github.com/go-pkg/pkg
		owner, _, _ = strings.Cut(owner, ".")
		owner = "go-" + owner
	}
	return host.typ, owner
}

// IsAccountPage reports whether the place is a page of an account, "owner.github.io", and not the
// account itself or a repository in it.
func (p Place) IsAccountPage() bool {
	_, domain, _ := strings.Cut(p.Host, ".")
	return pageHosts[domain] != ""
}

// hasWord reports whether a list that is separated by spaces has a word.
func hasWord(list, word string) bool {
	for list != "" {
		var first string
		if first, list, _ = strings.Cut(list, " "); first == word {
			return true
		}
	}
	return false
}

// packageHosts are the hosts of package registries.
var packageHosts = map[string]codeHost{
	"npmjs.com":              {"npm", "package org"},
	"npmjs.org":              {"npm", "package org"},
	"registry.npmjs.org":     {"npm", ""},
	"registry.npmjs.com":     {"npm", ""},
	"registry.npmmirror.com": {"npm", ""},
	"registry.yarnpkg.com":   {"npm", ""},
	"npmmirror.com":          {"npm", "package"},
	"unpkg.com":              {"npm", ""},
	"esm.sh":                 {"npm", ""},
	"jsr.io":                 {"jsr", ""},
	"pypi.org":               {"pypi", "project simple pypi"},
	"nuget.org":              {"nuget", "packages api v2 package"},
	"pub.dev":                {"pub", "packages"},
	"packagist.org":          {"composer", "packages p p2"},
	"pkg.go.dev":             {"golang", goHosts},
	"godoc.org":              {"golang", goHosts},
	"proxy.golang.org":       {"golang", goHosts},
	"goproxy.cn":             {"golang", goHosts},
	"goproxy.io":             {"golang", goHosts},
	"repo1.maven.org":        {"maven", "maven2"},
	"maven.google.com":       {"maven", "web"},
	"maven.aliyun.com":       {"maven", "repository public central google"},
	"oss.sonatype.org":       {"maven", "content service local repositories groups releases snapshots public staging"},
	"repo.maven.apache.org":  {"maven", "maven2"},
	"central.sonatype.com":   {"maven", "artifact namespace"},
	"search.maven.org":       {"maven", "artifact"},
	"mvnrepository.com":      {"maven", "artifact"},
}

// goHosts are hosts of Go modules. One of them in the path of another is ignored.
const goHosts = "pkg.go.dev godoc.org proxy.golang.org goproxy.cn goproxy.io"

// PackageURL returns the package URL of the package at the place, or "" if the host is not a
// registry of packages.
func (p Place) PackageURL() string {
	host, ok := packageHosts[p.Host]
	if !ok {
		return ""
	}
	first, rest := Segment(p.Path)
	for first != "" && hasWord(host.pass, first) {
		first, rest = Segment(rest)
	}
	second, _ := Segment(rest)
	switch {
	case first == "":
		return ""
	case host.typ == "golang":
		// Capitals are written with a "!" before them (go.dev/ref/mod, GOPROXY protocol).
		return "pkg:golang/" + strings.ReplaceAll(first+"/"+rest, "!", "")
	case host.typ == "maven" && strings.IndexByte(first, '.') < 0: // a group as folders
		return "pkg:maven/" + strings.Trim(strings.ReplaceAll(first+"/"+rest, "/", "."), ".") + "/x"
	case host.typ == "maven", host.typ == "composer", first[0] == '@' && (host.typ == "npm" || host.typ == "jsr"):
		if second == "" {
			second = "x" // the page of the owner
		}
		return "pkg:" + host.typ + "/" + first + "/" + second
	}
	return "pkg:" + host.typ + "/" + first
}

// ProxiedPackageURL returns the package URL of the package at a place on a proxy or mirror of a
// registry, according to the form of the path, or "" if the path has no such form:
//
//	…/github.com/!owner/x/@v/v1.0.0.zip   Go (go.dev/ref/mod, GOPROXY protocol)
//	…/github.com/!owner/x@v1.0.0/x.go     Go (go.dev/ref/mod, module cache)
//	…/@scope/x/-/x-1.0.0.tgz              npm
func (p Place) ProxiedPackageURL() string {
	scope := ""
	for first, rest := Segment(p.Path); first != ""; first, rest = Segment(rest) {
		switch {
		case scope != "":
			if after, _ := Segment(rest); after == "-" {
				return "pkg:npm/" + scope + "/" + first
			}
			scope = ""
		case len(first) > 1 && first[0] == '@' && first != "@v":
			scope = first
		case strings.IndexByte(first, '.') > 0 && isGoModule(rest, codeHosts[first].typ != ""):
			rest, _, _ = strings.Cut(rest, "@")
			if rest = strings.Trim(strings.ReplaceAll(rest, "!", ""), "/"); rest != "" {
				return "pkg:golang/" + first + "/" + rest
			}
		}
	}
	return ""
}

// isGoModule reports whether the rest of a path after a host has the form of the GOPROXY protocol or,
// if the host is known, of the cache of modules: "!owner/x@v1.0.0".
func isGoModule(rest string, known bool) bool {
	return strings.Contains(rest, "/@v/") || strings.HasSuffix(rest, "/@latest") ||
		known && (strings.HasPrefix(rest, "!") || strings.Contains(rest, "/!") || strings.Contains(rest, "@v"))
}
