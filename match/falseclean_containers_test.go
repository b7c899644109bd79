// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"testing"

	"github.com/clause76/clause76/match"
)

// The third part of the false clean matrix: archives and lists of documents in which the
// document that names a listed vendor is cut off, hidden, or beside a clean one.

// clean is a document without findings, which makes an archive that lost the other one
// look whole.
const clean = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"suite"}},"components":[{"type":"library","name":"ok","version":"1"}]}`

// tarOf is a tar archive of files, each a name and its content.
func tarOf(files ...[2]string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1])), Typeflag: tar.TypeReg})
		w.Write([]byte(f[1]))
	}
	w.Close()
	return b.String()
}

// zipOf is a zip archive of files.
func zipOf(files ...[2]string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		e, _ := w.Create(f[0])
		e.Write([]byte(f[1]))
	}
	w.Close()
	return b.String()
}

// zipLocal is a stored local entry of a zip archive, without a central directory.
func zipLocal(name, content string) string {
	var b []byte
	b = append(b, "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(content)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	b = binary.LittleEndian.AppendUint16(b, 0)
	return string(b) + name + content
}

// moved is a zip archive after n more bytes at its front, with its offsets corrected.
func moved(archive string, n int) string {
	b := []byte(archive)
	end := bytes.LastIndex(b, []byte("PK\x05\x06"))
	at := int(binary.LittleEndian.Uint32(b[end+16:]))
	binary.LittleEndian.PutUint32(b[end+16:], uint32(at+n))
	for at < end && string(b[at:at+4]) == "PK\x01\x02" {
		binary.LittleEndian.PutUint32(b[at+42:], binary.LittleEndian.Uint32(b[at+42:])+uint32(n))
		at += 46 + int(binary.LittleEndian.Uint16(b[at+28:])) + int(binary.LittleEndian.Uint16(b[at+30:])) + int(binary.LittleEndian.Uint16(b[at+32:]))
	}
	return string(b)
}

// hideouts put a document into something beside a clean one.
func hideouts() map[string]func(string) string {
	ok := [2]string{"ok.cdx.json", clean}
	pair := func(s string) string { return tarOf(ok, [2]string{"hidden", s}) }
	entry := func(s string) int { return 512 + (len(s)+511)/512*512 }
	out := map[string]func(string) string{
		"tar":                    pair,
		"tar, no end":            func(s string) string { return pair(s)[:entry(clean)+entry(s)] },
		"tar, cut after a block": func(s string) string { return pair(s)[:entry(clean)] },
		"tar, one zero block":    func(s string) string { return pair(s)[:entry(clean)] + strings.Repeat("\x00", 512) },
		"tar, one zero block in front": func(s string) string {
			return pair(s)[:entry(clean)] + strings.Repeat("\x00", 512) + pair(s)[entry(clean):]
		},
		"tar, cut in the header": func(s string) string { return pair(s)[:entry(clean)+100] },
		"tar after a tar":        func(s string) string { return tarOf(ok) + tarOf([2]string{"hidden", s}) },
		"document after a tar":   func(s string) string { return tarOf(ok) + s },
		"tar cut in gzip":        func(s string) string { return gzipOf(pair(s)[:entry(clean)]) },
		"link out of a tar": func(string) string {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			w.WriteHeader(&tar.Header{Name: "ok.cdx.json", Mode: 0o644, Size: int64(len(clean)), Typeflag: tar.TypeReg})
			w.Write([]byte(clean))
			w.WriteHeader(&tar.Header{Name: "hidden.cdx.json", Linkname: "../../hidden.cdx.json", Typeflag: tar.TypeSymlink})
			w.Close()
			return b.String()
		},
		"zip":             func(s string) string { return zipOf(ok, [2]string{"hidden", s}) },
		"zip after a zip": func(s string) string { return zipOf([2]string{"hidden", s}) + zipOf(ok) },
		"zip after a zip, moved": func(s string) string {
			first := zipOf([2]string{"hidden", s})
			return first + moved(zipOf(ok), len(first))
		},
		"zip in front of a zip": func(s string) string { return zipOf(ok) + zipOf([2]string{"hidden", s}) },
		"entry that no directory names": func(s string) string {
			hidden := zipLocal("hidden.json", s)
			return hidden + moved(zipOf(ok), len(hidden))
		},
		"document in front of a zip": func(s string) string { return s + moved(zipOf(ok), len(s)) },
		"document after a zip":       func(s string) string { return zipOf(ok) + s },
		"zip in a zip in a tar": func(s string) string {
			return tarOf(ok, [2]string{"a.zip", zipOf([2]string{"b.zip", zipOf([2]string{"c", s})})})
		},
		"lines of documents":    func(s string) string { return clean + "\n" + jsonOf(s) + "\n" },
		"lines, clean one last": func(s string) string { return jsonOf(s) + "\n" + clean + "\n" },
		"lines of envelopes":    func(s string) string { return envelopeOf(clean) + "\n" + envelopeOf(s) + "\n" },
		"lines of envelopes, cut": func(s string) string {
			return envelopeOf(clean) + "\n" + envelopeOf(s)[:40]
		},
		"attestations of GitHub": func(s string) string {
			return `{"attestations":[{"bundle":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":` + envelopeOf(statementOf(clean)) + `}},{"bundle":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":` + envelopeOf(statementOf(s)) + `}}]}`
		},
		"predicate of cosign": func(s string) string {
			return `{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://cyclonedx.org/bom","subject":[],"predicate":{"Data":` + jsonOf(s) + `}}`
		},
		"SPDX of docker":          func(s string) string { return `{"SPDX":` + jsonOf(s) + `}` },
		"after a PDF":             func(s string) string { return "%PDF-1.7\n%%EOF\n" + s },
		"PDF and zip":             func(s string) string { return "%PDF-1.7\n%%EOF\n" + moved(zipOf([2]string{"x", s}), 15) },
		"after a PNG":             func(s string) string { return "\x89PNG\r\n\x1a\n" + s },
		"after prose":             func(s string) string { return "# Read me\n\nThis folder has the bill of materials.\n\n" + s },
		"in a table":              func(s string) string { return "Component,Version,Supplier\nagent,1," + evaded + "\n" },
		"as AppleDouble":          func(s string) string { return zipOf(ok, [2]string{"__MACOSX/._ok.cdx.json", s}) },
		"as .DS_Store":            func(s string) string { return zipOf(ok, [2]string{".DS_Store", s}) },
		"as a checksum":           func(s string) string { return tarOf(ok, [2]string{"ok.cdx.json.sha256", s}) },
		"as a manifest of docker": func(s string) string { return tarOf(ok, [2]string{"manifest.json", s}, [2]string{"repositories", s}) },
		"as a PDF":                func(s string) string { return tarOf(ok, [2]string{"offer.pdf", s}) },
		"as a README":             func(s string) string { return tarOf(ok, [2]string{"README.md", s}) },
	}
	return out
}

func envelopeOf(s string) string {
	return `{"payload":"` + base64.StdEncoding.EncodeToString([]byte(s)) + `","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}`
}

func statementOf(s string) string {
	return `{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://cyclonedx.org/bom","predicate":` + jsonOf(s) + `}`
}

func TestFalseCleanContainers(t *testing.T) {
	m := matcher(t, "", nil)
	var mu sync.Mutex
	cells, counts := 0, make(map[string]int)
	for name, doc := range positives(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, hide := range hideouts() {
				what := fmt.Sprintf("%s, %s", name, how)
				if !sampled(what) {
					continue
				}
				got := ending(m, hide(doc))
				mu.Lock()
				cells++
				counts[got]++
				mu.Unlock()
				if got == match.Clear.String() || got == "nothing" {
					t.Errorf("%s: %s", what, got)
				}
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d cells: %v", cells, counts) })
}
