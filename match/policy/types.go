// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"
	"sync"
)

// otherType is the purpose of SPDX that carries no information about a part.
const otherType = "other"

// componentTypes are the types of components in CycloneDX 1.7, "service", which readers
// give its services, and the purposes of packages in SPDX 2.3 and of software in SPDX 3.0.1.
var componentTypes = []string{
	"application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
	"firmware", "file", "machine-learning-model", "data", "cryptographic-asset", "service",
	"source", "archive", "install", otherType,
	"bom", "configuration", "diskImage", "documentation", "evidence", "executable", "filesystemImage", "manifest",
	"model", "module", "patch", "requirement", "specification", "test",
}

// knownTypes are the types, folded.
var knownTypes = sync.OnceValue(func() map[string]bool {
	known := make(map[string]bool)
	for _, t := range componentTypes {
		known[foldType(t)] = true
	}
	return known
})

var typeSigns = strings.NewReplacer("-", "", "_", "", " ", "")

// foldType returns a type without the differences of its spellings: "operating-system" of CycloneDX,
// "OPERATING_SYSTEM" and "operatingSystem" of SPDX.
func foldType(t string) string {
	return typeSigns.Replace(strings.ToLower(strings.TrimSpace(t)))
}
