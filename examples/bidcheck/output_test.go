// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"html"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// keyFiles writes a pair of keys.
func keyFiles(t *testing.T) (private, public string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, public = filepath.Join(dir, "key.pem"), filepath.Join(dir, "key.pub")
	der, _ := x509.MarshalPKCS8PrivateKey(priv)
	write(t, private, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	der, _ = x509.MarshalPKIXPublicKey(pub)
	write(t, public, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	return private, public
}

func TestOutputsOfOneRunShowTheSameReport(t *testing.T) {
	private, public := keyFiles(t)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	args := []string{"-quiet", "-sign", private}
	starts := map[string]string{
		"r.json": "{\n", "r.html": "<!doctype html>", "r.sarif": "{\n  \"$schema\"", "r.csv": "row,verdict,force", "r.citations.csv": "row,document", "r.md": "## Screening: ban", "r.xml": "<?xml", "r.txt": "clause76: denylist", "r.intoto.json": `{"payloadType"`, "r.oscal.json": "{\n  \"assessment-results\"",
	}
	for name := range starts {
		args = append(args, "-o", file(name))
	}
	status, out, stderr := check(t, "", append(args, "testdata/bids/router-tender")...)
	if status != exitFound || out != "" || stderr != "" {
		t.Fatalf("status %d, %q, %q", status, out, stderr)
	}
	for name, start := range starts {
		data, err := os.ReadFile(file(name))
		if err != nil || !strings.HasPrefix(string(data), start) {
			t.Errorf("%s: %.60q, %v", name, data, err)
		}
	}
	record, _ := os.ReadFile(file("r.json"))
	envelope, _ := os.ReadFile(file("r.intoto.json"))
	verifier, err := loadKey(public)
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if r, _, err := evidence.Verify(context.Background(), envelope, verifier); err != nil || r.WriteJSON(&written) != nil || !bytes.Equal(written.Bytes(), record) {
		t.Errorf("the statement is not of the record: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != len(starts) {
		t.Errorf("%d files", len(left))
	}
	// -format alone is the format of standard output.
	for _, f := range forms {
		args := []string{"-format", f.name, "testdata/bids/clean"}
		if f.name == "intoto" {
			args = append([]string{"-sign", private}, args...)
		} else if status, _, errs := check(t, "", append([]string{"-sign", private}, args...)...); status != exitUsage || !strings.Contains(errs, "-sign signs a statement") {
			t.Errorf("%s with -sign: status %d, %s", f.name, status, errs)
		}
		if status, out, _ := check(t, "", args...); status != 0 || out == "" {
			t.Errorf("%s: status %d, %d bytes", f.name, status, len(out))
		}
	}
}

// A report shows the document's own words. It marks the canonical form, and an identifier that was
// made for a component without a package URL.
func TestReportQuotesTheDocument(t *testing.T) {
	const own, canonical = "pkg://GitHub/KasperskyLab/KLara@1.0%2Bx?b=2&a=1", "pkg:github/kasperskylab/klara@1.0%2Bx?a=1&b=2"
	const made = "pkg:generic/kaspersky/y@2"
	const component = `{"type":"library","name":"y","version":"2","supplier":{"name":"Kaspersky Lab"}`
	for name, tt := range map[string]struct{ doc, explain, page string }{
		"CycloneDX": {`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"x","purl":"` + own + `"}]}`,
			"package URL    " + own + "\ncompared as    " + canonical + "\n", "package URL <code>" + own + "</code>, compared as <code>" + canonical + "</code>"},
		"SPDX": {`{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-a","name":"x","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"` + own + `"}]},{"SPDXID":"SPDXRef-b","name":"y"}]}`,
			"package URL    " + own + "\ncompared as    " + canonical + "\n", "package URL <code>" + own + "</code>, compared as <code>" + canonical + "</code>"},
		"canonical already": {`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"x","purl":"pkg:github/kasperskylab/klara@1"}]}`,
			"package URL    pkg:github/kasperskylab/klara@1\nvendor ", "package URL <code>pkg:github/kasperskylab/klara@1</code>."},
		"none":   {`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + component + `}]}`, "\nrecorded as    " + made, "; recorded as <code>" + made + "</code>"},
		"broken": {`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + component + `,"purl":"pkg:npm"}]}`, "package URL    pkg:npm\nrecorded as    " + made, "package URL <code>pkg:npm</code>; recorded as <code>" + made + "</code>"},
	} {
		_, out, _ := check(t, tt.doc, "-explain", "all", "-")
		if !strings.Contains(out, tt.explain) {
			t.Errorf("%s: no %q in\n%.700s", name, tt.explain, out)
		}
		_, page, _ := check(t, tt.doc, "-format", "html", "-")
		if page = html.UnescapeString(page); !strings.Contains(page, tt.page) {
			t.Errorf("%s: no %q in the page", name, tt.page)
		}
		// The table quotes the document.
		if _, table, _ := check(t, tt.doc, "-"); strings.Contains(table, canonical) || strings.Contains(table, made) {
			t.Errorf("%s: the table has what the document does not say:\n%s", name, table)
		}
	}
}

func TestWrongOutputsAreStatus2(t *testing.T) {
	private, public := keyFiles(t)
	for _, args := range [][]string{
		{"-format", "intoto"}, {"-o", "x.intoto.json"}, {"-sign", public}, {"-sign", "none"},
		{"-o", "a.json", "-o", "b.unknown"}, {"-o", "a.json", "-o", "a.json"}, {"-format", "html", "-explain", "all"},
		{"-compare", "2018.06.13", "-o", "a.html"}, {"-compare", "2018.06.13", "-sign", private, "-format", "intoto"},
	} {
		if status, out, stderr := check(t, "", append(args, "testdata/bids/clean")...); status != exitUsage || out != "" || stderr == "" {
			t.Errorf("%v: status %d, %q", args, status, stderr)
		}
	}
	// Endings of file names are checked before anything is screened.
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	input := filepath.Join(dir, "bid.json")
	write(t, input, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`)
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-o", "-"}, ".oscal.json or .intoto.json"},
		{[]string{"-o", ""}, ".oscal.json or .intoto.json"},
		{[]string{"-o", in("report")}, ".txt, .json, .html"},
		{[]string{"-o", in("report.pdf")}, ".txt, .json, .html"},
		{[]string{"-o", in("report.html.bak")}, ".txt, .json, .html"},
		{[]string{"-o", in("a.json"), "-o", in("none/../a.json")}, "the same file"},
		{[]string{"-o", in("a.json"), "-o", in("link/a.json")}, "the same file"},
		{[]string{"-o", in("a.intoto.json")}, "-sign"},
		{[]string{"-explain", "all", "-o", in("a.html")}, "-explain writes only one output, as table"},
		{[]string{"-o", in("link/bid.json")}, "to be screened"},
	} {
		if status, out, stderr := check(t, "", append(tt.args, input)...); status != exitUsage || out != "" || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %q; want %q", tt.args, status, stderr, tt.says)
		}
	}
	for name, starts := range map[string]string{"r.HTML": "<!DOCTYPE html>", "x.sarif.json": "{\n  \"$schema\"", "x.Sarif": "{\n  \"$schema\"", "x.OSCAL.json": `{`, "x.txt": "clause76"} {
		if status, _, stderr := check(t, "", "-o", in(name), input); status != exitFound {
			t.Errorf("%s: status %d, %s", name, status, stderr)
		}
		if data, err := os.ReadFile(in(name)); err != nil || !strings.HasPrefix(strings.ToLower(string(data)), strings.ToLower(starts)) {
			t.Errorf("%s: %v, %.60q", name, err, data)
		}
	}
	before, _ := os.ReadFile(input)
	if status, _, stderr := check(t, "", "-annotate", link, input); status != exitUnscreened || !strings.Contains(stderr, "would be overwritten") {
		t.Errorf("-annotate into the folder of the document: status %d, %q", status, stderr)
	}
	if after, _ := os.ReadFile(input); !bytes.Equal(before, after) {
		t.Error("the document was overwritten")
	}
	// A file is never written in part.
	if status, _, stderr := check(t, "", "-o", filepath.Join(dir, "none", "r.html"), "testdata/bids/clean"); status != exitUnscreened || !strings.Contains(stderr, "could not be written") {
		t.Errorf("status %d, %q", status, stderr)
	}
	if runtime.GOOS == "linux" {
		if status, _, _ := check(t, "", "-format", "html", "-o", "/dev/null", "testdata/bids/clean"); status != 0 {
			t.Errorf("a device: status %d", status)
		}
	}
}
