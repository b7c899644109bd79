// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/match"
)

func sum(data []byte) string {
	d := sha256.Sum256(data)
	return hex.EncodeToString(d[:])
}

func sha1Of(s string) string {
	d := sha1.Sum([]byte(s))
	return hex.EncodeToString(d[:])
}

func zipOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A document in an archive has the path inside the archive, its own digest, and that of the file.
func TestDocumentsInArchives(t *testing.T) {
	agent, err := os.ReadFile("../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(agent)
	w.Close()
	archive := zipOf(t, "sbom/agent.cdx.json.gz", packed.String(), "sbom/empty.json", "{}")
	path := filepath.ToSlash(filepath.Join(t.TempDir(), "bid.zip"))
	write(t, path, string(archive))

	// From a file, and from standard input, which allows no random access.
	for _, in := range []struct{ path, stdin string }{{path, ""}, {"-", string(archive)}} {
		status, out, _ := check(t, in.stdin, "-format", "json", in.path)
		if status != exitFound { // wins over the empty document
			t.Errorf("%s: status %d", in.path, status)
		}
		validate(t, out)
		docs := report(t, out).Documents
		if len(docs) != 2 {
			t.Fatalf("%s: %d documents", in.path, len(docs))
		}
		d := docs[0]
		if d.Path != in.path+"!sbom/agent.cdx.json.gz" || d.Verdict != match.Ban || d.SHA256 != sum(agent) || d.Bytes != int64(len(agent)) {
			t.Errorf("%s: %s %s %s %d", in.path, d.Path, d.Verdict, d.SHA256, d.Bytes)
		}
		if c := d.Container; c == nil || c.Path != in.path || c.SHA256 != sum(archive) || c.Bytes != int64(len(archive)) || strings.Join(c.Layers, " ") != "zip gzip" {
			t.Errorf("%s: container %+v", in.path, c)
		}
		if docs[1].Error == nil || docs[1].Verdict != match.Inconclusive {
			t.Errorf("%s: %+v", in.path, docs[1])
		}
	}

	// The findings do not depend on the archive around a document.
	_, plain, _ := check(t, string(agent), "-format", "json", "-")
	_, inside, _ := check(t, packed.String(), "-format", "json", "-")
	a, b := report(t, plain).Documents[0], report(t, inside).Documents[0]
	b.Container = nil
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if !bytes.Equal(x, y) {
		t.Errorf("in gzip: %s\nplain: %s", y, x)
	}
}

// The index files of a container image are not documents. Alone, they are nothing to screen.
func TestImageIndexIsNotADocument(t *testing.T) {
	status, out, _ := check(t, "", "-format", "json", func() string {
		path := filepath.Join(t.TempDir(), "oci-layout")
		write(t, path, `{"imageLayoutVersion":"1.0.0"}`)
		return path
	}())
	if r := report(t, out); status != exitUnscreened || r.Verdict != match.Inconclusive || len(r.Documents) != 0 {
		t.Errorf("status %d, verdict %s, %d documents", status, r.Verdict, len(r.Documents))
	}
}

// A reference to another document of the bid does not make the verdict inconclusive.
func TestReferencesBetweenDocumentsOfABid(t *testing.T) {
	const part = `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:11111111-2222-4333-8444-555555555555","version":1,"components":[{"type":"library","name":"x"}]}`
	whole := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"y","externalReferences":[{"type":"bom","url":"urn:cdx:11111111-2222-4333-8444-555555555555/1"}]}]}`
	spdx := `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}],"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-x","spdxDocument":"https://example.com/moved","checksum":{"algorithm":"SHA1","checksumValue":"` + sha1Of(part) + `"}}]}`
	dir := t.TempDir()
	write(t, filepath.Join(dir, "whole.json"), whole)
	write(t, filepath.Join(dir, "spdx.json"), spdx)
	verdicts := func() string {
		_, out, _ := check(t, "", "-format", "json", dir)
		var all []string
		for _, d := range report(t, out).Documents {
			all = append(all, filepath.Base(d.Path)+" "+d.Verdict.String())
		}
		return strings.Join(all, ", ")
	}
	if got, want := verdicts(), "spdx.json inconclusive, whole.json inconclusive"; got != want {
		t.Errorf("without the part: %s, want %s", got, want)
	}
	write(t, filepath.Join(dir, "part.zip"), string(zipOf(t, "part.json", part)))
	if got, want := verdicts(), "part.zip!part.json clear, spdx.json clear, whole.json clear"; got != want {
		t.Errorf("with the part: %s, want %s", got, want)
	}
}

// Without a key, an envelope gets a warning. With a key, it counts only if the key signed it.
func TestEnvelopeIsCheckedWithTheKey(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key.pem")
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	payload := []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"x"}]}`)
	envelope := func(signature []byte) string {
		b, err := json.Marshal(map[string]any{"payloadType": "application/vnd.cyclonedx+json", "payload": payload,
			"signatures": []any{map[string]string{"sig": base64.StdEncoding.EncodeToString(signature)}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	good := envelope(ed25519.Sign(private, dsse.PAE("application/vnd.cyclonedx+json", payload)))
	forged := envelope(ed25519.Sign(private, payload))
	for _, tt := range []struct {
		name, doc string
		args      []string
		status    int
		warnings  int
	}{
		{"no key", good, nil, exitClear, 1},
		{"its key", good, []string{"-key", key}, exitClear, 0},
		{"forged", forged, []string{"-key", key}, exitUnscreened, 0},
		{"forged, no key", forged, nil, exitClear, 1},
	} {
		status, out, stderr := check(t, tt.doc, append(tt.args, "-format", "json", "-")...)
		if stderr != "" {
			t.Fatal(stderr)
		}
		d := report(t, out).Documents[0]
		if status != tt.status || len(d.Warnings) != tt.warnings {
			t.Errorf("%s: status %d, warnings %v, error %v", tt.name, status, d.Warnings, d.Error)
		}
	}
	if status, _, stderr := check(t, "", "-key", "no-such-file", "-"); status != exitUsage || !strings.Contains(stderr, "no-such-file") {
		t.Errorf("no such key: status %d, %s", status, stderr)
	}
}
