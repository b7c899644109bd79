// SPDX-License-Identifier: Apache-2.0

package purl

import "strings"

// A Namespace is the meaning of the namespaces of a type.
type Namespace uint8

// The meanings of a namespace.
const (
	// Unknown: the type has no definition.
	Unknown Namespace = iota
	// Prohibited: the type has no namespaces.
	Prohibited
	// Owner is an account, an organization, a group or a vendor's name.
	Owner
	// HostPath is a host followed by a path, the first part of which is the owner on
	// code hosts: "github.com/example".
	HostPath
	// Distribution is a distribution or a layer of one: it names who built the
	// package, never who makes the software.
	Distribution
)

// A Definition contains the rules of a type.
type Definition struct {
	Namespace Namespace
	// Required means that the namespace must be present.
	Required bool
	// Accounts is the type on which the owners have their accounts, if it is another
	// one: namespaces of Terraform's registry are accounts on GitHub.
	Accounts string
	// lower has the parts that ignore case and are written in lower case.
	lower parts
	// qualifier is the key of a qualifier that must be present to identify the package.
	qualifier string
}

type parts uint8

const (
	namespace parts = 1 << iota
	name
	version
)

// The type definitions of package-url/purl-spec 16f3d0e, and other types that are in
// use: gitlab, go, jsr, openvsx, terraform, winget, and githubactions, which
// GitHub's dependency graph writes (package-url/purl-spec, pull request 243: "the
// namespace is the user or organization"). The source for Terraform's namespaces being
// accounts on GitHub is
// https://developer.hashicorp.com/terraform/cloud-docs/public-namespace.
var definitions = map[string]Definition{
	"alpm":             {Namespace: Distribution, Required: true, lower: namespace | name},
	"apk":              {Namespace: Distribution, Required: true, lower: namespace | name},
	"bazel":            {Namespace: Prohibited},
	"bitbucket":        {Namespace: Owner, Required: true, lower: namespace | name},
	"bitnami":          {Namespace: Prohibited, lower: name},
	"brew":             {Namespace: Owner, lower: namespace | name},
	"cargo":            {Namespace: Prohibited},
	"chrome-extension": {Namespace: Prohibited},
	"cocoapods":        {Namespace: Prohibited},
	"composer":         {Namespace: Owner, Required: true, lower: namespace | name},
	"conan":            {Namespace: Owner},
	"conda":            {Namespace: Prohibited},
	"cpan":             {Namespace: Owner},
	"cran":             {Namespace: Prohibited},
	"deb":              {Namespace: Distribution, Required: true, lower: namespace | name},
	"docker":           {Namespace: Owner},
	"gem":              {Namespace: Prohibited},
	"generic":          {Namespace: Owner},
	"git":              {Namespace: HostPath, Required: true, lower: namespace | name},
	"github":           {Namespace: Owner, Required: true, lower: namespace | name},
	"githubactions":    {Namespace: Owner, Accounts: "github"},
	"gitlab":           {Namespace: Owner, Required: true},
	"go":               {Namespace: HostPath, Accounts: "golang"},
	"golang":           {Namespace: HostPath},
	"hackage":          {Namespace: Prohibited},
	"hex":              {Namespace: Owner, lower: namespace | name},
	"huggingface":      {Namespace: Owner, lower: version},
	"jsr":              {Namespace: Owner},
	"julia":            {Namespace: Prohibited, qualifier: "uuid"},
	"luarocks":         {Namespace: Owner, lower: namespace | name},
	"maven":            {Namespace: Owner, Required: true},
	"mlflow":           {Namespace: Prohibited},
	"npm":              {Namespace: Owner, lower: namespace | name},
	"nuget":            {Namespace: Prohibited},
	"oci":              {Namespace: Prohibited, lower: name},
	"opam":             {Namespace: Prohibited},
	"openvsx":          {Namespace: Owner, lower: namespace | name},
	"otp":              {Namespace: Prohibited, lower: name},
	"pub":              {Namespace: Prohibited, lower: name},
	"pypi":             {Namespace: Prohibited, lower: name},
	"qpkg":             {Namespace: Distribution, Required: true, lower: namespace},
	"rpm":              {Namespace: Distribution, Required: true, lower: namespace},
	"swid":             {Namespace: Owner, qualifier: "tag_id"},
	"swift":            {Namespace: HostPath, Required: true},
	"terraform":        {Namespace: Owner, Accounts: "github", lower: namespace | name},
	"vcpkg":            {Namespace: Prohibited},
	"vscode-extension": {Namespace: Owner, Required: true, lower: namespace | name | version},
	"winget":           {Namespace: Owner},
	"yocto":            {Namespace: Distribution, Required: true, lower: namespace},
}

// Define returns the definition of a type, which is given in lower case. ok is false if
// the type has none: nothing is known about its namespaces.
func Define(typ string) (d Definition, ok bool) {
	d, ok = definitions[typ]
	return d, ok
}

// adjust applies the definition of the type: the case of its parts and the spellings
// that mean the same name.
func (p *PURL) adjust(d Definition) {
	if d.lower&namespace != 0 {
		p.Namespace = lower(p.Namespace)
	}
	if d.lower&name != 0 {
		p.Name = lower(p.Name)
	}
	if d.lower&version != 0 {
		p.Version = lower(p.Version)
	}
	switch p.Type {
	case "pypi": // PEP 503
		p.Name = strings.NewReplacer("_", "-").Replace(p.Name)
	case "mlflow": // the registry of Databricks ignores case, that of Azure ML does not
		if url, _ := p.Qualifier("repository_url"); strings.Contains(url, "databricks") {
			p.Name = lower(p.Name)
		}
	}
}

// broken returns the rule in the type's definition that p breaks, or "".
func (p *PURL) broken(d Definition) string {
	switch {
	case d.Namespace == Prohibited && p.Namespace != "":
		return "the type has no namespaces"
	case d.Required && p.Namespace == "":
		return "the type needs a namespace"
	}
	if d.qualifier != "" {
		if _, ok := p.Qualifier(d.qualifier); !ok {
			return "the type needs the qualifier " + d.qualifier
		}
	}
	switch p.Type {
	case "chrome-extension":
		if len(p.Name) != 32 || strings.Trim(p.Name, "abcdefghijklmnop") != "" {
			return "the name of an extension is 32 letters from a to p"
		}
		if strings.Trim(p.Version, "0123456789.") != "" || strings.Count(p.Version, ".") > 3 {
			return "the version of an extension is up to four numbers"
		}
	case "cpan":
		if strings.Contains(p.Name, "::") {
			return "the name is that of a module, not of a distribution"
		}
	}
	return ""
}
