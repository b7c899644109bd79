// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"net/url"
	"strings"

	"github.com/clause76/clause76/internal/purl"
)

// registryRecords are the addresses at which registries serve their own record of a package or
// of a version of it, by the documentation of their interfaces. {path} is the namespace and the
// name. ScanCode writes them as references of type bom. They are compared in full, because
// registries have bills of materials too.
var registryRecords = map[string][]string{
	"npm":      {"registry.npmjs.org/{path}", "registry.npmjs.org/{path}/{version}"},
	"pypi":     {"pypi.org/pypi/{name}/json", "pypi.org/pypi/{name}/{version}/json"},
	"gem":      {"rubygems.org/api/v1/gems/{name}.json", "rubygems.org/api/v1/versions/{name}.json", "rubygems.org/api/v2/rubygems/{name}/versions/{version}.json"},
	"cargo":    {"crates.io/api/v1/crates/{name}", "crates.io/api/v1/crates/{name}/{version}"},
	"nuget":    {"api.nuget.org/v3/registration3/{name}/{version}.json", "api.nuget.org/v3/registration5-semver1/{name}/{version}.json"},
	"composer": {"packagist.org/p/{path}.json", "packagist.org/packages/{path}.json", "repo.packagist.org/p2/{path}.json"},
	"maven":    {"repo1.maven.org/maven2/{dirs}/{name}/{version}/{name}-{version}.pom"},
}

// isRegistryRecord reports whether an address is that of a registry's own record of the package.
func isRegistryRecord(packageURL, address string) bool {
	text, err := purl.Normalize(packageURL)
	if err != nil {
		return false
	}
	p, err := purl.Parse(text)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	path := p.Name
	if p.Namespace != "" {
		path = p.Namespace + "/" + p.Name
	}
	fill := strings.NewReplacer("{path}", path, "{name}", p.Name, "{version}", p.Version, "{dirs}", strings.ReplaceAll(p.Namespace, ".", "/"))
	for _, record := range registryRecords[p.Type] {
		if p.Version == "" && strings.Contains(record, "{version}") {
			continue
		}
		if strings.EqualFold(fill.Replace(record), u.Host+u.Path) {
			return true
		}
	}
	return false
}
