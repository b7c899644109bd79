// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// keyPair makes a pair of keys in PEM.
func keyPair(t testing.TB, private, public any) (dsse.Signer, dsse.Verifier) {
	t.Helper()
	a, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := keys.LoadSigner(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: a}))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := keys.LoadVerifier(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b}))
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

func ed25519Keys(t testing.TB) (dsse.Signer, dsse.Verifier) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair(t, private, public)
}

// bid writes a bid: a bill of materials, an archive of one, and a root file system.
func bid(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	agent, err := os.ReadFile("../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"agent.cdx.json":        agent,
		"wrapped.json":          append(append([]byte(`{"sbom":`), agent...), '}'),
		"rootfs/etc/os-release": []byte("ID=x\nVENDOR_NAME=Huawei\n"),
		"rootfs/etc/inittab":    []byte("x"),
		"broken.json":           agent[:100],
	} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.ToSlash(dir)
}

func report(t testing.TB, m *match.Matcher, paths ...string) *evidence.Report {
	t.Helper()
	r := evidence.New(m, "test", match.Ban)
	r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), nil))
	return r
}

func matcher(t testing.TB, opts *match.Options) *match.Matcher {
	t.Helper()
	m, err := match.New(denylist.Current(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSignedAndScreenedAgain(t *testing.T) {
	ctx := context.Background()
	dir := bid(t)
	r := report(t, matcher(t, &match.Options{AsOf: "2024-01-01", Jurisdictions: []string{"EU", "US"}, RequireIdentity: true}), dir)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, verifier := ed25519Keys(t)
	second, otherVerifier := keyPair(t, ec, &ec.PublicKey)
	envelope, err := r.Sign(ctx, signer, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []dsse.Verifier{verifier, otherVerifier} {
		got, signedBy, err := evidence.Verify(ctx, envelope, v)
		if err != nil || len(signedBy) != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		var before, after bytes.Buffer
		if err := errors.Join(r.WriteJSON(&before), got.WriteJSON(&after)); err != nil || !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Error("the record is not what was signed")
		}
		if err := screen.Reproduce(ctx, got, denylist.Current(), nil); err != nil {
			t.Errorf("screened again: %v", err)
		}
	}
	var names []string
	for _, f := range r.Files() {
		names = append(names, strings.TrimPrefix(f.Path, dir+"/"))
	}
	if statement, err := r.Statement(); err != nil || bytes.Count(statement, []byte(`"dirHash1"`)) != 1 || !bytes.Contains(statement, []byte(`/rootfs","digest":{"dirHash1":`)) {
		t.Errorf("the digest of the directory, and of nothing else, is dirHash1: %.600s, %v", statement, err)
	}
	if got := strings.Join(names, " "); got != "agent.cdx.json broken.json rootfs wrapped.json" {
		t.Errorf("subjects %s", got)
	}

	// Another release, another file, a file that is gone, another program's record.
	old, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(ctx, r, old, nil); !errors.Is(err, evidence.ErrRelease) {
		t.Errorf("another release: %v", err)
	}
	change := func(path, text string) func() {
		p := filepath.FromSlash(dir + "/" + path)
		before, err := os.ReadFile(p)
		if err == nil {
			err = os.WriteFile(p, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return func() { os.WriteFile(p, before, 0o644) }
	}
	for _, path := range []string{"agent.cdx.json", "wrapped.json", "broken.json", "rootfs/etc/inittab"} {
		restore := change(path, "ID=y\n")
		err := screen.Reproduce(ctx, r, denylist.Current(), nil)
		if file := strings.Split(path, "/")[0]; !errors.Is(err, screen.ErrInput) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s changed: %v", path, err)
		}
		restore()
	}
	if err := os.Rename(dir+"/wrapped.json", dir+"/elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(ctx, r, denylist.Current(), nil); !errors.Is(err, screen.ErrInput) || !strings.Contains(err.Error(), "wrapped.json") {
		t.Errorf("a file that is gone: %v", err)
	}
	if err := os.Rename(dir+"/elsewhere", dir+"/wrapped.json"); err != nil {
		t.Fatal(err)
	}
	r.Documents[0].Findings[0].Verdict = match.Review
	if err := screen.Reproduce(ctx, r, denylist.Current(), nil); !errors.Is(err, screen.ErrNotReproduced) || !strings.Contains(err.Error(), `/documents/0/findings/0/verdict: recorded "review", now "ban"`) {
		t.Errorf("another verdict: %v", err)
	}
}

// Each kind of tampering has its own error.
func TestTampering(t *testing.T) {
	ctx := context.Background()
	r := report(t, matcher(t, nil), "../../testdata/bids/endpoint-tender")
	signer, verifier := ed25519Keys(t)
	_, stranger := ed25519Keys(t)
	envelope, err := r.Sign(ctx, signer)
	if err != nil {
		t.Fatal(err)
	}
	statement, err := r.Statement()
	if err != nil {
		t.Fatal(err)
	}
	// signed signs something else by the right key.
	signed := func(payloadType, payload string) []byte {
		s, err := dsse.NewEnvelopeSigner(signer)
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.SignPayload(ctx, payloadType, []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(e)
		return b
	}
	replace := func(old, new string) string {
		out := strings.Replace(string(statement), old, new, 1)
		if out == string(statement) {
			t.Fatalf("nothing to replace: %s", old)
		}
		return out
	}
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		t.Fatal(err)
	}
	forged := e
	forged.Payload = base64.StdEncoding.EncodeToString([]byte(replace(`"verdict": "ban"`, `"verdict": "clear"`)))
	forgedBytes, _ := json.Marshal(forged)
	digest := r.Documents[0].SHA256
	for _, tt := range []struct {
		name     string
		envelope []byte
		verifier []dsse.Verifier
		want     error
	}{
		{"whole", envelope, []dsse.Verifier{verifier}, nil},
		{"one of two keys", envelope, []dsse.Verifier{stranger, verifier}, nil},
		{"no key", envelope, nil, evidence.ErrSignature},
		{"another key", envelope, []dsse.Verifier{stranger}, evidence.ErrSignature},
		{"another verdict", forgedBytes, []dsse.Verifier{verifier}, evidence.ErrSignature},
		{"no envelope", statement, []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"no JSON", []byte("x"), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"two payloads", bytes.Replace(envelope, []byte("{"), []byte(`{"payload":"",`), 1), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a payload type in other letters", bytes.Replace(envelope, []byte("{"), []byte(`{"PayloadType":"text/plain",`), 1), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a payload in other letters, last", fmt.Appendf(nil, `%s,"PAYLOAD":""}`, bytes.TrimSuffix(bytes.TrimSpace(envelope), []byte("}"))), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a payload type in other letters only", bytes.Replace(envelope, []byte("payloadType"), []byte("payloadtype"), 1), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a signature in other letters", bytes.Replace(envelope, []byte(`"sig"`), []byte(`"Sig":"","sig"`), 1), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a key id in other letters", bytes.Replace(envelope, []byte(`"sig"`), []byte(`"keyID":"x","sig"`), 1), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"a member that the standard does not have", bytes.Replace(envelope, []byte("{"), []byte(`{"note":"x",`), 1), []dsse.Verifier{verifier}, nil},
		{"another payload type", signed("text/plain", string(statement)), []dsse.Verifier{verifier}, evidence.ErrEnvelope},
		{"another statement type", signed(evidence.PayloadType, replace(evidence.StatementType, "https://in-toto.io/Statement/v0.1")), []dsse.Verifier{verifier}, evidence.ErrStatement},
		{"another predicate type", signed(evidence.PayloadType, replace(evidence.PredicateType, "https://slsa.dev/provenance/v1")), []dsse.Verifier{verifier}, evidence.ErrStatement},
		{"one member more", signed(evidence.PayloadType, replace(`"_type"`, `"x":1,"_type"`)), []dsse.Verifier{verifier}, evidence.ErrStatement},
		{"another subject", signed(evidence.PayloadType, replace(digest, strings.Repeat("0", 64))), []dsse.Verifier{verifier}, evidence.ErrSubject},
		{"a subject less", signed(evidence.PayloadType, replace(`"subject":[{`, `"subject":[],"x":[{`)), []dsse.Verifier{verifier}, evidence.ErrStatement},
		{"a record of another version", signed(evidence.PayloadType, replace(`"schemaVersion": "2"`, `"schemaVersion": "3"`)), []dsse.Verifier{verifier}, evidence.ErrRecord},
		{"a record of this version that says to be of an older one", signed(evidence.PayloadType, replace(`"schemaVersion": "2"`, `"schemaVersion": "1"`)), []dsse.Verifier{verifier}, evidence.ErrRecord},
		{"a record in other words", signed(evidence.PayloadType, replace(`"schemaVersion": "2"`, `"schemaVersion":  "2"`)), []dsse.Verifier{verifier}, evidence.ErrRecord},
		{"a record with something more", signed(evidence.PayloadType, replace(`"schemaVersion": "2"`, `"approved": true, "schemaVersion": "2"`)), []dsse.Verifier{verifier}, evidence.ErrRecord},
	} {
		if _, _, err := evidence.Verify(ctx, tt.envelope, tt.verifier...); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
		}
	}
	if _, err := report(t, matcher(t, nil), t.TempDir()+"/none").Sign(ctx, signer); !errors.Is(err, evidence.ErrNoSubject) {
		t.Errorf("a report of nothing: %v", err)
	}
}

// Names of files that are not UTF-8 stay distinct, and lead back to the files.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"%d"}]}`
	for i, name := range []string{"a\xff.json", "a\xfe.json", `a\xff.json`, "a\ufffd.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, bom, i), 0o644); err != nil {
			t.Skip(err) // the system has no such names
		}
	}
	m := matcher(t, nil)
	r := report(t, m, dir)
	seen := make(map[string]bool)
	for _, s := range r.Files() {
		seen[s.Path[len(filepath.ToSlash(dir))+1:]] = true
	}
	for _, want := range []string{`a\xff.json`, `a\xfe.json`, `a\x5cxff.json`, "a\ufffd.json"} {
		if !seen[want] || len(seen) != 4 {
			t.Errorf("no %s among %v", want, seen)
		}
	}
	var record bytes.Buffer
	if err := r.WriteJSON(&record); err != nil {
		t.Fatal(err)
	}
	read, err := evidence.ParseReport(record.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(context.Background(), read, denylist.Current(), nil); err != nil {
		t.Error(err)
	}
	files, err := screen.Files(context.Background(), read, denylist.Current(), nil)
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if f.State != screen.Same {
			t.Errorf("%+v", f)
		}
	}
}

// A record is made again with the keys that it was made with, and no others.
func TestRecordedKeys(t *testing.T) {
	ctx := context.Background()
	signer, verifier := ed25519Keys(t)
	_, stranger := ed25519Keys(t)
	agent, err := os.ReadFile("../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := dsse.NewEnvelopeSigner(signer)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.SignPayload(ctx, evidence.PayloadType, fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"00"}}],"predicateType":"https://cyclonedx.org/bom","predicate":%s}`, agent))
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sbom.intoto.json")
	if err := os.WriteFile(path, envelope, 0o644); err != nil {
		t.Fatal(err)
	}
	m := matcher(t, nil)
	prints, err := keys.Fingerprints(verifier, verifier)
	if err != nil || len(prints) != 1 {
		t.Fatal(prints, err)
	}
	r := evidence.New(m, "test", match.Ban)
	r.Options.Keys = prints
	r.Finish(screen.Run(ctx, m, screen.Collect([]string{path}), &screen.Options{Verifiers: []dsse.Verifier{verifier}}))
	if r.Verdict != match.Ban || len(r.Documents[0].Warnings) != 0 {
		t.Fatalf("%+v", r.Documents[0])
	}
	for _, given := range [][]dsse.Verifier{{verifier}, {stranger, verifier}} {
		if err := screen.Reproduce(ctx, r, denylist.Current(), &screen.Options{Verifiers: given}); err != nil {
			t.Error(err)
		}
	}
	for _, given := range [][]dsse.Verifier{nil, {stranger}} {
		if err := screen.Reproduce(ctx, r, denylist.Current(), &screen.Options{Verifiers: given}); !errors.Is(err, screen.ErrKey) || !strings.Contains(err.Error(), prints[0]) {
			t.Errorf("%d keys: %v", len(given), err)
		}
	}
	without := report(t, m, path)
	if err := screen.Reproduce(ctx, without, denylist.Current(), &screen.Options{Verifiers: []dsse.Verifier{verifier}}); err != nil {
		t.Errorf("made without a key: %v", err)
	}
}

func TestKeys(t *testing.T) {
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(public)
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	if _, err := keys.LoadSigner(text); err == nil || !strings.Contains(err.Error(), "public") {
		t.Errorf("a public key signs: %v", err)
	}
	if _, err := keys.LoadSigner([]byte("x")); err == nil {
		t.Error("no key signs")
	}
}

func FuzzVerify(f *testing.F) {
	signer, verifier := ed25519Keys(f)
	r := report(f, matcher(f, nil), "../../testdata/bids/clean")
	envelope, err := r.Sign(context.Background(), signer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(envelope)
	f.Add([]byte(`{"payloadType":"x","payload":"","signatures":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, _, err := evidence.Verify(context.Background(), data, verifier); err == nil && v.Denylist != r.Denylist {
			t.Error("a forged record is taken for one")
		}
	})
}

// A record or a release that is not there is an error.
func TestReproduceNothing(t *testing.T) {
	r := &evidence.Report{Denylist: evidence.Denylist{Release: "2026.11.30"}}
	if err := screen.Reproduce(t.Context(), r, nil, nil); !errors.Is(err, evidence.ErrRelease) {
		t.Errorf("a nil release: %v", err)
	}
	if err := screen.Reproduce(t.Context(), nil, denylist.Current(), nil); !errors.Is(err, evidence.ErrRecord) {
		t.Errorf("a nil record: %v", err)
	}
}
