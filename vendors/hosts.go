// SPDX-License-Identifier: Apache-2.0

package vendors

import "strings"

// A codeHost says which accounts the paths on a host begin with.
type codeHost struct {
	// typ is the type of package URLs under which the register has the accounts.
	typ string
	// pass are words that can come before the account.
	pass string
}

// codeHosts are hosts on which the first part of a path is the account of an owner, as
// their own documentation says: docs.github.com (repositories, REST API, Packages,
// container registry), docs.gitlab.com (repositories, container registry),
// support.atlassian.com (repositories, REST API), huggingface.co/docs/hub (repositories),
// docs.docker.com (image references), docs.quay.io (repositories), docs.npmjs.com (scopes),
// and developer.hashicorp.com/terraform/cloud-docs/public-namespace, which says that the
// namespaces of the registry of Terraform are accounts of GitHub.
var codeHosts = map[string]codeHost{
	"github.com":                 {"github", "orgs users"},
	"ssh.github.com":             {"github", ""},
	"gist.github.com":            {"github", ""},
	"raw.githubusercontent.com":  {"github", ""},
	"gist.githubusercontent.com": {"github", ""},
	"codeload.github.com":        {"github", ""},
	"api.github.com":             {"github", "repos orgs users"},
	"uploads.github.com":         {"github", "repos"},
	"ghcr.io":                    {"github", "v2"},
	"docker.pkg.github.com":      {"github", "v2"},
	"maven.pkg.github.com":       {"github", ""},
	"nuget.pkg.github.com":       {"github", ""},
	"npm.pkg.github.com":         {"github", "download"},
	"rubygems.pkg.github.com":    {"github", ""},
	"gitlab.com":                 {"gitlab", "groups users"},
	"registry.gitlab.com":        {"gitlab", "v2"},
	"bitbucket.org":              {"bitbucket", ""},
	"api.bitbucket.org":          {"bitbucket", "2.0 repositories"},
	"huggingface.co":             {"huggingface", "datasets spaces api models"},
	"docker.io":                  {"docker", ""},
	"index.docker.io":            {"docker", "v1 v2 repositories"},
	"registry-1.docker.io":       {"docker", "v2"},
	"hub.docker.com":             {"docker", "r u v2 repositories"},
	"quay.io":                    {"quay", "v2 repository"},
	"npmjs.com":                  {"npm", "package org"},
	"npmjs.org":                  {"npm", "package org"},
	"registry.npmjs.org":         {"npm", ""},
	"registry.npmjs.com":         {"npm", ""},
	"registry.terraform.io":      {"github", "providers modules v1"},
}

// pageHosts are domains below which an account has a host of its own, as the
// documentation of GitHub Pages, GitLab Pages and Bitbucket Cloud says.
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
	"npm": "npmjs.com", "docker": "docker.io",
}

// account returns the owner of what is at the place, and the type of package URLs under
// which the register has such owners; "" if the host is not one with accounts. rest is
// the path after the owner.
func (p place) account() (typ, owner, rest string) {
	if p.short { // npm: "owner/repository" is one of GitHub
		owner, rest = segment(p.path)
		return "github", owner, rest
	}
	host, ok := codeHosts[p.host]
	if !ok {
		label, domain, _ := strings.Cut(p.host, ".")
		return pageHosts[domain], label, p.path
	}
	owner, rest = segment(p.path)
	for owner != "" && hasWord(host.pass, owner) {
		owner, rest = segment(rest)
	}
	return host.typ, owner, rest
}

// hasWord reports whether a word is in a list that is separated by spaces.
func hasWord(list, word string) bool {
	for list != "" {
		var first string
		if first, list, _ = strings.Cut(list, " "); first == word {
			return true
		}
	}
	return false
}
