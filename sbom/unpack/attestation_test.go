// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/unpack"
)

func statement(kind, predicate string) string {
	return fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":%q,"predicate":%s}`, kind, predicate)
}

func bundleOf(payload string) string {
	return `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"dsseEnvelope":` + dsseOf(payload) + `}`
}

// Each line is a document or an envelope of one.
func TestLines(t *testing.T) {
	const inside = "!dsseEnvelope!payload!predicate json-lines+sigstore-bundle+dsse+in-toto: doc unverified"
	long := strings.Replace(doc, `"x"`, `"`+strings.Repeat("x", 200_000)+`"`, 1)
	for _, tt := range []struct{ name, in, want string }{
		{"documents", doc + "\n" + doc + "\n", "f!1 json-lines: doc\nf!2 json-lines: doc"},
		{"no newline at the end, and blank lines", "\ufeff" + doc + "\r\n\r\n" + doc, "f!1 json-lines: doc\nf!3 json-lines: doc"},
		{"bundles", bundleOf(statementOf(doc)) + "\n" + bundleOf(statementOf(doc)), "f!1" + inside + "\nf!2" + inside},
		{"envelopes", dsseOf(statementOf(doc)) + "\n" + doc, "f!1!payload!predicate json-lines+dsse+in-toto: doc unverified\nf!2 json-lines: doc"},
		{"a long first line", long + "\n" + doc, fmt.Sprintf("f!1 json-lines: %d bytes\nf!2 json-lines: doc", len(long))},
		{"a long second line", doc + "\n" + long, fmt.Sprintf("f!1 json-lines: doc\nf!2 json-lines: %d bytes", len(long))},
		{"one line", doc + "\n\n", fmt.Sprintf("f : %d bytes", len(doc)+2)},
		{"one long line", long, fmt.Sprintf("f : %d bytes", len(long))},
		{"many lines of one document", "{\n" + doc[1:] + "\n" + doc, fmt.Sprintf("f : %d bytes", 2*len(doc)+2)},
		{"a line of something else", doc + "\n" + doc + "\nwords\n", "f!1 json-lines: doc\nf!2 json-lines: doc\nf!3 json-lines: syntax"},
		{"a line that would be a companion as a file", doc + "\n" + `{"Source":"x","Data":{}}`, "f!1 json-lines: doc\nf!2 json-lines: 24 bytes"},
		{"a line of prose", doc + "\n" + doc + "\nIt is all as you wished, we hope.\n", "f!1 json-lines: doc\nf!2 json-lines: doc\nf!3 json-lines: syntax"},
		{"a line that is cut off", dsseOf(doc) + "\n" + dsseOf(doc)[:60], "f!1!payload json-lines+dsse: doc unverified\nf!2 json-lines: syntax"},
		{"records of something else", `{"a":1}` + "\n" + doc, fmt.Sprintf("f : %d bytes", len(doc)+8)},
		{"in gzip", gzipOf(doc + "\n" + doc), "f!1 gzip+json-lines: doc\nf!2 gzip+json-lines: doc"},
	} {
		for _, bytewise := range []bool{false, true} {
			if got := walk(t, tt.in, nil, bytewise); got != tt.want {
				t.Errorf("%s, bytewise %v:\n got %s\nwant %s", tt.name, bytewise, got, tt.want)
			}
		}
	}
	if got := walk(t, doc+"\n"+doc+doc, &unpack.Options{Limits: unpack.Limits{Memory: int64(len(doc)) + 10}}, false); got != "f!1 json-lines: doc\nf : limit" {
		t.Errorf("a line beyond the memory: %s", got)
	}
}

func TestAttestations(t *testing.T) {
	const docOfAcme = `{"bomFormat":"CycloneDX","metadata":{"supplier":{"name":"Acme"}}}`
	const provenance = `{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/x@1"}]},"runDetails":{}}`
	for _, tt := range []struct{ name, in, want string }{
		{"provenance", statement("https://slsa.dev/provenance/v1", provenance), "f : attestation: SLSA provenance"},
		{"a dependency with an owner", statement("https://slsa.dev/provenance/v1", `{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:npm/%40acme/x@1"}]}}`), "f : notRecognised"},
		{"materials", statement("https://slsa.dev/provenance/v0.2", `{"materials":[{"uri":"git+https://github.com/acme/x@refs/heads/main"}]}`), "f : notRecognised"},
		{"the source of the artifact", statement("https://slsa.dev/provenance/v0.2", `{"invocation":{"configSource":{"uri":"git+https://github.com/acme/x@refs/heads/main"}},"materials":[{"uri":"git+https://github.com/acme/x@refs/heads/main"}]}`), "f : attestation: SLSA provenance"},
		{"materials that are files", statement("https://in-toto.io/attestation/link/v0.3", `{"materials":[{"name":"src/x.py"},{"uri":"file:src/x.py"}]}`), "f : attestation: in-toto link"},
		{"names of materials", statement("https://in-toto.io/Link/v1", `{"materials":{"pkg:npm/%40acme/x@1":{"sha256":""}}}`), "f : notRecognised"},
		{"a release", statement("https://in-toto.io/attestation/release/v0.1", `{"purl":"pkg:npm/%40acme/x@1"}`), "f : notRecognised"},
		{"a target", statement("https://in-toto.io/attestation/scai/v0.3", `{"attributes":[{"target":{"uri":"https://acme.example/x"}}]}`), "f : notRecognised"},
		{"a CPE", statement("https://openvex.dev/ns/v0.2.0", `{"statements":[{"products":[{"identifiers":{"cpe23":"cpe:2.3:a:acme:x:1:*:*:*:*:*:*:*"}}]}]}`), "f : notRecognised"},
		{"a subject with an owner", strings.Replace(statementOf(doc), `"subject":[]`, `"subject":[{"name":"pkg:npm/%40acme/x@1"}]`, 1), "f : notRecognised\nf!predicate in-toto: doc"},
		{"a subject on a page", strings.Replace(statementOf(doc), `"subject":[]`, `"subject":[{"uri":"https://acme.example/x"}]`, 1), "f : notRecognised\nf!predicate in-toto: doc"},
		{"a subject that the document names", strings.Replace(statementOf(docOfAcme), `"subject":[]`, `"subject":[{"name":"pkg:npm/%40acme/x@1"},{"name":"x.tar.gz"},{"name":"x.txt"},{"name":"x.acme/y"}]`, 1), fmt.Sprintf("f!predicate in-toto: %d bytes", len(docOfAcme))},
		{"in a bundle", bundleOf(statement("https://slsa.dev/provenance/v0.2", `{"metadata":{},"materials":[]}`)), "f!dsseEnvelope!payload sigstore-bundle+dsse: attestation: SLSA provenance unverified"},
		{"summary", statement("https://slsa.dev/verification_summary/v1", `{}`), "f : attestation: SLSA verification summary"},
		{"test result", statement("https://in-toto.io/attestation/test-result/v0.1", `{}`), "f : attestation: in-toto test result"},
		{"vulnerabilities", statement("cosign.sigstore.dev/attestation/vuln/v1", `{}`), "f : attestation: cosign vulnerability scan"},
		{"no predicate", statement("https://docs.pypi.org/attestations/publish/v1", `null`), "f : attestation: PyPI publish attestation"},
		{"a document in a statement of another kind", statement("https://slsa.dev/provenance/v1", doc), "f!predicate in-toto: doc"},
		{"deep in it", statement("https://slsa.dev/provenance/v1", `{"buildDefinition":{"x":`+doc+`}}`), fmt.Sprintf("f!predicate in-toto: %d bytes", len(doc)+26)},
		{"as a text in it", statement("https://slsa.dev/provenance/v1", fmt.Sprintf(`{"x":%q}`, doc)), fmt.Sprintf("f!predicate in-toto: %d bytes", len(fmt.Sprintf(`{"x":%q}`, doc)))},
		{"with escapes", statement("https://slsa.dev/provenance/v1", `{"x":{"bom\u0046ormat":"x"}}`), "f!predicate in-toto: 28 bytes"},
		{"unknown, a document", statement("https://example.com/x", doc), "f!predicate in-toto: doc"},
		{"unknown, of something else", statement("https://example.com/x", `{"x":1}`), "f!predicate in-toto: 7 bytes"},
		{"unknown, a text", statement("https://example.com/x", `"It is all as you wished, we hope."`), "f!predicate in-toto: 33 bytes"},
		{"unknown, an empty text", statement("https://example.com/x", `""`), "f!predicate in-toto: 0 bytes"},
		{"unknown, nothing", statement("https://example.com/x", `null`), "f : syntax"},
		{"a kind that starts like a known one", statement("https://slsa.dev/provenance", provenance), fmt.Sprintf("f!predicate in-toto: %d bytes", len(provenance))},
		{"a reference", statement("https://in-toto.io/attestation/reference/v0.1", `{"references":[]}`), "f!predicate in-toto: 17 bytes"},
		{"cosign", statementOf(`{"Data":` + doc + `,"Timestamp":"x"}`), "f!predicate!Data in-toto+cosign: doc"},
		{"cosign, a text", statementOf(fmt.Sprintf(`{"Data":%q,"Timestamp":"x"}`, doc)), "f!predicate!Data in-toto+cosign: doc"},
		{"cosign, with more", statementOf(`{"Data":` + doc + `,"Timestamp":"x","More":{}}`), fmt.Sprintf("f!predicate in-toto: %d bytes", len(doc)+35)},
		{"BuildKit", `{"SPDX":` + doc + `,"AdditionalSPDXs":[` + doc + `]}`, "f!SPDX buildkit: doc\nf!AdditionalSPDXs/0 buildkit: doc"},
		{"BuildKit, with more", `{"SPDX":` + doc + `,"CycloneDX":{}}`, "f : syntax"},
		{"platforms", `{"linux/arm64":{"SPDX":` + doc + `},"linux/amd64":{"SPDX":` + doc + `},"x":{}}`, "f!linux/amd64!SPDX platforms+buildkit: doc\nf!linux/arm64!SPDX platforms+buildkit: doc\nf!x platforms: 2 bytes"},
		{"GitHub", `{"attestations":[{"bundle":` + bundleOf(statementOf(doc)) + `,"repository_id":7},{"bundle":` + bundleOf(statement("https://in-toto.io/attestation/release/v0.1", `{}`)) + `}]}`,
			"f!attestations/0/bundle!dsseEnvelope!payload!predicate attestations+sigstore-bundle+dsse+in-toto: doc unverified\n" +
				"f!attestations/1/bundle!dsseEnvelope!payload attestations+sigstore-bundle+dsse: attestation: in-toto release unverified"},
		{"GitHub, without the bundle", `{"attestations":[{"bundle":null,"bundle_url":"https://example.com/x"}]}`, "f : syntax"},
		{"GitHub, none", `{"attestations":[]}`, "f : syntax"},
		{"GitHub, with more", `{"attestations":[{"bundle":` + bundleOf(statementOf(doc)) + `}],"x":1}`, "f : syntax"},
	} {
		if got := walk(t, tt.in, nil, false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
