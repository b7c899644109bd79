// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"slices"
	"strings"
)

// An elementClass has what shows the class of an element.
type elementClass struct {
	name       string // without its profile
	security   bool   // it is of the security profile
	artifact   bool   // it has a field that only artifacts have
	software   bool   // it has a field that only packages have
	build      bool   // it has an address that only builds have
	property   bool   // it has a property that may say who made it
	identified bool   // it has a package URL or CPE, as an agent can have too
}

// set sets the name of the class. An element of several classes keeps that of an agent or a
// package.
func (c *elementClass) set(name string) {
	name = lastWord(name)
	if profile, rest, found := strings.Cut(name, "_"); found {
		c.security = c.security || profile == "security"
		name = rest
	}
	if c.name == "" || !slices.Contains(agentTypes, c.name) && !strings.HasSuffix(c.name, "Package") {
		c.name = name
	}
}

// notParts are the classes of elements that are never a component. Of a property of theirs it is not
// known what it says about one.
var notParts = []string{"", "SpdxDocument", "Sbom", "Bom", "Bundle", "Relationship", "LifecycleScopedRelationship", "Annotation",
	"CreationInfo", "ExternalIdentifier", "Extension", "CdxPropertiesExtension"}

// described reports whether an element is a component because of its properties, or because of the
// address of the instructions of a build.
func (c *elementClass) described(isAgent bool) bool {
	return c.build || c.property && !isAgent && !c.security && !slices.Contains(notParts, c.name)
}
