// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// predicates are the beginnings of the URIs of in-toto predicates that are not about the parts of
// an artifact; a version follows. Statements with them are companions, unless they name a package with
// an owner; see namedPackage. Sources: in-toto attestation framework, spec/predicates; SLSA,
// "Provenance" and "Verification Summary Attestation"; Sigstore, cosign COSIGN_VULN_ATTESTATION_SPEC; npm,
// attestation/specs/publish; PyPI, "Publish Attestation"; OpenVEX 0.2.0, "Attesting
// OpenVEX". A statement of any other type is screened, or an error: among them are
// "reference", which refers to a bill of materials elsewhere, and "attestation/v1" of
// cosign, which can have any content.
var predicates = []struct{ uri, reason string }{
	{"https://slsa.dev/provenance/", "SLSA provenance"},
	{"https://in-toto.io/Provenance/", "SLSA provenance"},
	{"https://slsa.dev/verification_summary/", "SLSA verification summary"},
	{"https://in-toto.io/Link/", "in-toto link"},
	{"https://in-toto.io/attestation/link/", "in-toto link"},
	{"https://in-toto.io/attestation/test-result/", "in-toto test result"},
	{"https://in-toto.io/attestation/vulns/", "in-toto vulnerability scan"},
	{"https://in-toto.io/attestation/vulns", "in-toto vulnerability scan"},
	{"https://in-toto.io/attestation/release/", "in-toto release"},
	{"https://in-toto.io/attestation/runtime-trace/", "in-toto runtime trace"},
	{"https://in-toto.io/attestation/scai/", "SCAI attribute report"},
	{"https://in-toto.io/attestation/svr/", "in-toto verification result"},
	{"https://cosign.sigstore.dev/attestation/vuln/", "cosign vulnerability scan"},
	{"cosign.sigstore.dev/attestation/vuln/", "cosign vulnerability scan"},
	{"https://openvex.dev/ns", "OpenVEX statement"},
	{"https://github.com/npm/attestation/tree/main/specs/publish/", "npm publish attestation"},
	{"https://docs.pypi.org/attestations/publish/", "PyPI publish attestation"},
}

// otherPredicate returns the kind of a statement that is a companion, or "". A statement that may
// have a bill of materials is not one.
func otherPredicate(uri string, predicate jsontext.Value) string {
	for _, p := range predicates {
		if rest, ok := strings.CutPrefix(uri, p.uri); ok && !strings.ContainsAny(rest, "?#") && !holdsDocument(predicate) {
			return "attestation: " + p.reason
		}
	}
	return ""
}
