// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/clause76/clause76/sbom/format"

	"github.com/klauspost/compress/zstd"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

func Example() {
	file := tarOf("sbom/app.cdx.json.gz", gzipOf(doc), "README", "words")
	src := unpack.Source{Path: "bid.tar", Reader: strings.NewReader(file)}
	for item := range unpack.Walk(context.Background(), src, nil) {
		data, err := io.ReadAll(item.Reader)
		fmt.Printf("%s %s %d %v %q\n", item.Path, item.Layers, len(data), err, item.Companion)
	}
	// Output:
	// bid.tar!sbom/app.cdx.json.gz [tar gzip] 73 <nil> ""
	// bid.tar!README [tar] 5 <nil> "text for people"
}

const doc = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x"}]}`

func gzipOf(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func zstdOf(s string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(s), nil))
}

func tarOf(files ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Format: tar.FormatUSTAR})
		w.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.String()
}

func zipOf(files ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, _ := w.Create(files[i])
		f.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.String()
}

func utf16Of(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func dsseOf(payload string, signatures ...string) string {
	if signatures == nil {
		signatures = []string{"AAAA"}
	}
	b, _ := json.Marshal(map[string]any{"payloadType": "application/vnd.in-toto+json", "payload": base64.StdEncoding.EncodeToString([]byte(payload)),
		"signatures": []map[string]string{{"sig": signatures[0]}}})
	return string(b)
}

func statementOf(predicate string) string {
	return `{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://cyclonedx.org/bom","predicate":` + predicate + `}`
}

// walk lists what comes out: "path layers: what", or the kind of an error.
func walk(t testing.TB, in string, opts *unpack.Options, bytewise bool) string {
	var out []string
	var r io.Reader = strings.NewReader(in)
	if bytewise {
		r = iotest.OneByteReader(r)
	}
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: "f", Reader: r}, opts) {
		what, err := "", item.Err
		if err == nil {
			var data []byte
			if data, err = io.ReadAll(item.Reader); string(data) == doc {
				what = "doc"
			} else {
				what = fmt.Sprintf("%d bytes", len(data))
			}
			if item.Companion != "" {
				what = item.Companion
			}
		}
		if err != nil {
			var e *sbom.Error
			if !errors.As(err, &e) {
				t.Errorf("error without a kind: %v", err)
			}
			what = format.ErrorKind(err)
		}
		if item.Unverified {
			what += " unverified"
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: %s", item.Path, strings.Join(item.Layers, "+"), what)))
	}
	return strings.Join(out, "\n")
}

func TestWalk(t *testing.T) {
	// bzip2 and xz, which the standard library cannot write; bz is "x".
	packed := func(s string) string {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const bz = "425a6839314159265359774bb01400000000800040200021184682ee48a70a120ee9760280"
	xz, err := os.ReadFile("testdata/doc.xz")
	if err != nil {
		t.Fatal(err)
	}
	oci := tarOf("oci-layout", `{"imageLayoutVersion":"1.0.0"}`, "index.json", `{"schemaVersion":2,"manifests":[]}`,
		"blobs/sha256/"+strings.Repeat("a", 64), `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]}`,
		"blobs/sha256/"+strings.Repeat("b", 64), gzipOf(tarOf("etc/os-release", "x")),
		"blobs/sha256/"+strings.Repeat("c", 64), dsseOf(statementOf(doc)))
	for _, tt := range []struct{ name, in, want string }{
		{"plain", doc, "f : doc"},
		{"empty", "", "f : empty file"},
		{"gzip", gzipOf(doc), "f gzip: doc"},
		{"two members", gzipOf(doc[:9]) + gzipOf(doc[9:]), "f gzip: doc"},
		{"zstd", zstdOf(doc), "f zstd: doc"},
		{"xz", string(xz), "f xz: doc"},
		{"bzip2", packed(bz), "f bzip2: 1 bytes"},
		{"twice", gzipOf(zstdOf(doc)), "f gzip+zstd: doc"},
		{"tar", tarOf("./a/b.json", doc, "c", "words"), "f!a/b.json tar: doc\nf!c tar: 5 bytes"},
		{"tar.gz", gzipOf(tarOf("a", doc)), "f!a gzip+tar: doc"},
		{"zip of Dahua's", "DH" + zipOf("a.json", doc, "b.json", doc)[2:], "f!a.json zip: doc\nf!b.json zip: doc"},
		{"zip", zipOf("a/", "", "a/b.json", doc, "c.gz", gzipOf(doc)), "f!a/b.json zip: doc\nf!c.gz zip+gzip: doc"},
		{"zip in zip", zipOf("a.zip", zipOf("b", doc)), "f!a.zip!b zip+zip: doc"},
		{"same name twice", zipOf("a", doc, "a", "words"), "f!a zip: doc\nf!a zip: 5 bytes"},
		{"UTF-16, little end first", "\xff\xfe" + utf16Of(binary.LittleEndian, doc), "f utf-16le: doc"},
		{"UTF-16, big end first, unmarked", utf16Of(binary.BigEndian, doc), "f utf-16be: doc"},
		{"UTF-16 in gzip", gzipOf("\xfe\xff" + utf16Of(binary.BigEndian, doc)), "f gzip+utf-16be: doc"},
		{"surrogate pair", "\xff\xfe" + utf16Of(binary.LittleEndian, "{😀}"), "f utf-16le: 6 bytes"},
		{"GitHub", `{"sbom":` + doc + `}`, "f!sbom sbom: doc"},
		{"statement", statementOf(doc), "f!predicate in-toto: doc"},
		{"statement with a text", statementOf(fmt.Sprintf("%q", doc)), "f!predicate in-toto: doc"},
		{"DSSE", dsseOf(statementOf(doc)), "f!payload!predicate dsse+in-toto: doc unverified"},
		{"DSSE around the document", dsseOf(doc), "f!payload dsse: doc unverified"},
		{"bundle", `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"dsseEnvelope":` + dsseOf(statementOf(doc)) + `}`,
			"f!dsseEnvelope!payload!predicate sigstore-bundle+dsse+in-toto: doc unverified"},
		{"OCI archive", oci, "f!oci-layout tar: description of a container image\nf!index.json tar: description of a container image\n" +
			"f!blobs/sha256/" + strings.Repeat("a", 64) + " tar: description of a container image\n" +
			"f!blobs/sha256/" + strings.Repeat("b", 64) + " tar: notRecognised\n" +
			"f!blobs/sha256/" + strings.Repeat("c", 64) + "!payload!predicate tar+dsse+in-toto: doc unverified"},
		{"not an OCI index", tarOf("index.json", `{"manifests":[],"components":[]}`), "f!index.json tar: 32 bytes"},

		{"truncated gzip", gzipOf(doc)[:40], "f gzip: syntax"},
		{"gzip with a wrong checksum", gzipOf(doc)[:len(gzipOf(doc))-8] + "\x00\x00\x00\x00\x00\x00\x00\x00", "f gzip: syntax"},
		{"garbage after gzip", gzipOf(doc) + "garbage", "f gzip: syntax"},
		{"not gzip", "\x1f\x8b\x00", "f : syntax"},
		{"truncated zstd", zstdOf(doc)[:20], "f zstd: syntax"},
		{"truncated xz", string(xz[:50]), "f xz: syntax"},
		{"truncated tar", tarOf("a", strings.Repeat(doc, 20))[:900], "f!a tar: syntax\nf : syntax"},
		{"empty tar", tarOf(), "f : 1024 bytes"},
		{"truncated zip", zipOf("a", doc)[:60], "f : syntax"},
		{"empty zip", zipOf(), "f : syntax"},
		{"office document", zipOf("[Content_Types].xml", "<Types/>", "xl/workbook.xml", ""), "f : notRecognised"},
		{"half a surrogate", "\xff\xfe{\x00\x00\xd8}\x00", "f utf-16le: encoding"},
		{"half a character", "\xff\xfe{\x00}", "f utf-16le: encoding"},
		{"two payloads", `{"payload":"","payload":""}`, "f : duplicateName"},
		{"two boms", `{"sbom":{},"sbom":` + doc + `}`, "f : duplicateName"},
		{"no predicate", `{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}`, "f : syntax"},
		{"payload not base64", `{"payloadType":"x","payload":"*"}`, "f : syntax"},
		{"a folder that has content", strings.ReplaceAll(zipOf("a_", doc), "a_", "a/"), "f!a/ zip: doc"},
		{"two contents", `{"sbom":` + doc + `,"payload":"e30=","payloadType":"x"}`, "f : syntax"},
		{"a document around an envelope", `{"sbom":{"x":"` + strings.Repeat("x", 70_000) + `"},"components":[{"name":"kav"}],"bomFormat":"CycloneDX","specVersion":"1.6"}`, "f : syntax"},
		{"a second tar after the first", tarOf("a", doc) + tarOf("b", doc), "f!a tar: doc\nf : syntax"},
		{"eight layers", gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(doc)))))))), "f gzip+gzip+gzip+gzip+gzip+gzip+gzip+gzip: doc"},
		{"nine layers", gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(doc))))))))), "f gzip+gzip+gzip+gzip+gzip+gzip+gzip+gzip: limit"},
		{"bomb", gzipOf(strings.Repeat("\x00", 64<<20)), "f gzip: limit"},
	} {
		if got := walk(t, tt.in, nil, false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		if len(tt.in) < 10_000 {
			if got := walk(t, tt.in, nil, true); got != tt.want {
				t.Errorf("%s, byte by byte:\n got %s\nwant %s", tt.name, got, tt.want)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	inner := zipOf("b", doc)
	outer := zipOf("a", inner)
	for _, tt := range []struct {
		name   string
		limits unpack.Limits
		in     string
		want   string
	}{
		{"bytes", unpack.Limits{Bytes: 50}, gzipOf(doc), "f gzip: limit"},
		{"bytes of all", unpack.Limits{Bytes: 100}, zipOf("a", doc, "b", doc), "f!a zip: doc\nf!b zip: limit"},
		{"items", unpack.Limits{Items: 1}, tarOf("a", doc, "b", doc, "c", doc), "f!a tar: doc\nf!b tar: limit"},
		{"memory", unpack.Limits{Memory: 50}, `{"sbom":` + doc + `}`, "f : limit"},
		{"memory of all layers", unpack.Limits{Memory: int64(len(outer)+len(inner)) - 1}, outer, "f!a zip: limit"},
		{"memory of all layers, enough", unpack.Limits{Memory: int64(len(outer) + len(inner))}, outer, "f!a!b zip+zip: doc"},
		{"memory of a zip", unpack.Limits{Memory: 50}, zipOf("a", doc), "f : limit"},
	} {
		if got := walk(t, tt.in, &unpack.Options{Limits: tt.limits}, false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// With keys, an envelope that none of them has signed is an error.
func TestSignature(t *testing.T) {
	ctx := t.Context()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signerverifier.NewED25519SignerVerifierFromSSLibKey(&signerverifier.SSLibKey{KeyID: "k", KeyType: signerverifier.ED25519KeyType,
		KeyVal: signerverifier.KeyVal{Public: hex.EncodeToString(public), Private: hex.EncodeToString(private[:32])}})
	if err != nil {
		t.Fatal(err)
	}
	sig, err := key.Sign(ctx, dsse.PAE("application/vnd.in-toto+json", []byte(statementOf(doc))))
	if err != nil {
		t.Fatal(err)
	}
	opts := &unpack.Options{Verifiers: []dsse.Verifier{key}}
	signed := dsseOf(statementOf(doc), base64.StdEncoding.EncodeToString(sig))
	if got, want := walk(t, signed, opts, false), "f!payload!predicate dsse+in-toto: doc"; got != want {
		t.Errorf("signed: %s, want %s", got, want)
	}
	forged := dsseOf(statementOf(`{}`), base64.StdEncoding.EncodeToString(sig))
	for item := range unpack.Walk(ctx, unpack.Source{Path: "f", Reader: strings.NewReader(forged)}, opts) {
		if !errors.Is(item.Err, unpack.ErrSignature) {
			t.Errorf("forged: %v", item.Err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	for item := range unpack.Walk(ctx, unpack.Source{Path: "f", Reader: strings.NewReader(tarOf("a", doc, "b", doc))}, nil) {
		if n++; !errors.Is(item.Err, context.Canceled) {
			t.Error(item)
		}
	}
	if n != 1 {
		t.Errorf("%d items", n)
	}
}

// Walk does not panic, stays within the limits, and gives the same items when read byte by byte.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{doc, gzipOf(doc), zstdOf(doc), tarOf("a", doc), zipOf("a", doc), cabOf(true, "a", doc), cabOf(false, "a", doc, "b", "c"), dsseOf(statementOf(doc)), `{"sbom":` + doc + `}`, utf16Of(binary.LittleEndian, doc)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		opts := &unpack.Options{Limits: unpack.Limits{Bytes: 1 << 20, Items: 100, Memory: 1 << 20}}
		if a, b := walk(t, in, opts, false), walk(t, in, opts, true); a != b {
			t.Errorf("%s\nbyte by byte\n%s", a, b)
		}
	})
}
