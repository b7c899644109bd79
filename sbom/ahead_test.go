// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clause76/clause76/vendors"
)

// outcome is what a caller sees of a document.
func outcome(text []byte, keep func(vendors.Role, vendors.Kind, []byte) bool, opts Options) string {
	read := readCycloneDX
	if bytes.Contains(text, []byte(`"spdxVersion"`)) {
		read = readSPDX
	}
	d := NewDocument(Header{}, &opts, func(s *Sink) error {
		return read(struct{ io.Reader }{bytes.NewReader(text)}, s) // it is not read in place
	})
	d.Keep(keep)
	var b strings.Builder
	for c, err := range d.Components() {
		fmt.Fprintf(&b, "%+v %v\n", c, err)
	}
	fmt.Fprintf(&b, "%+v %v", d.Header(), d.IsPrimary("SPDXRef-3"))
	return b.String()
}

// aheadOptions are options with n workers, which begin at once and read short pieces.
func aheadOptions(n, chunk int) Options {
	return Options{Workers: func() int { return n }, ahead: aheadSizes{long: 1, chunk: chunk}}
}

// documentOfParts is a document with parts of all kinds, written with sep between them.
func documentOfParts(format, sep string, n int) string {
	var b strings.Builder
	maker := `"type":"library","bom-ref":"r%[2]d","supplier":{"name":"%[1]s"}`
	b.WriteString(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`)
	if format == "SPDX" {
		b.Reset()
		b.WriteString(`{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[`)
		maker = `"SPDXID":"SPDXRef-%[2]d","downloadLocation":"https://e%[2]d.example/x","supplier":"Organization: %[1]s"`
	}
	for i := range n {
		if i > 0 {
			b.WriteString(sep)
		}
		party := "Plain Parts"
		switch {
		case i%17 == 5:
			party = "Huawei Technologies"
		case i%23 == 7:
			party = `Plain P\u0061rts`
		}
		fmt.Fprintf(&b, `{"name":"part %[2]d",`+maker, party, i)
		switch {
		case format == "SPDX" && i%19 == 4:
			b.WriteString(`,"hasFiles":["SPDXRef-none"],"externalRefs":[{"referenceCategory":"x","referenceType":"purl","referenceLocator":"pkg:npm/x@1"},{"referenceCategory":"x"}]`)
		case format == "SPDX" && i%19 == 6:
			b.WriteString(`,"hasFiles":["SPDXRef-gone"]`)
		case i%13 == 3:
			b.WriteString(`,"components":[{"type":"library","bom-ref":"n","name":"inner","purl":"pkg:npm/inner@1"},{"type":"file","name":"i"}],"pedigree":{"ancestors":[{"type":"library","name":"old"}]}`)
		case i%29 == 11:
			b.WriteString(`,"externalReferences":[{"type":"vcs","url":"https://example.org/x"},{"type":"bom","url":"https://example.org/bom"},{"type":"odd","url":"x"}]`)
		case i%31 == 9:
			b.WriteString(`,"suplier":{"name":"x"},"purl":"pkg:"`)
		case i%37 == 8:
			b.WriteString(`,"description":"` + strings.Repeat("long ", 300) + `"`)
		}
		b.WriteString("}")
	}
	b.WriteString("]}")
	return b.String()
}

func aheadSamples(t testing.TB) map[string][]byte {
	docs := make(map[string][]byte)
	for _, format := range []string{"CycloneDX", "SPDX"} {
		for _, sep := range []string{",", ",\n  ", " , null , ", ",[1],"} {
			docs[fmt.Sprintf("%s %q", format, sep)] = []byte(documentOfParts(format, sep, 120))
		}
		docs[format+", unidentified"] = []byte(strings.ReplaceAll(strings.ReplaceAll(documentOfParts(format, ",", 250), `"supplier"`, `"comment"`), "npm", ""))
	}
	for _, root := range []string{"testdata", "../testdata", corpusRoot} {
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
				return nil
			}
			text, err := os.ReadFile(path)
			if err == nil && len(text) < 4<<20 && (bytes.Contains(text, []byte(`"bomFormat"`)) || bytes.Contains(text, []byte(`"spdxVersion"`))) {
				docs[path] = text
			}
			return nil
		})
	}
	return docs
}

const corpusRoot = "../../shared/corpus"

// Documents that several goroutines read have the same components, counts, warnings and errors.
func TestWorkersDoNotChangeDocuments(t *testing.T) {
	register := vendors.Bundled()
	for name, text := range aheadSamples(t) {
		if testing.Short() && strings.HasPrefix(name, corpusRoot) && len(name)%16 != 0 {
			continue
		}
		want := outcome(text, register.MayMatch, Options{})
		for _, n := range []int{2, 4} {
			if got := outcome(text, register.MayMatch, aheadOptions(n, len(text)/64+200)); got != want {
				t.Errorf("%s: with %d workers\n%s\nwant\n%s", name, n, got, want)
			}
		}
	}
}

// The same is so for documents with faults, and at the limits.
func TestWorkersDoNotChangeErrors(t *testing.T) {
	register := vendors.Bundled()
	pieces := []string{`"`, `\`, "{", "}", "[", "]", ",", ":", "\xff", "\\ud800", `"name":"x",`, `{"name":"Huawei","type":"library"},`, " ", "null", strings.Repeat("[", 600), `,"purl":1`}
	r := rand.New(rand.NewPCG(1, 2))
	for name, text := range aheadSamples(t) {
		if strings.HasPrefix(name, corpusRoot) {
			continue
		}
		for i := range 60 {
			changed := bytes.Clone(text)
			for range 1 + r.IntN(2) {
				at := r.IntN(len(changed))
				switch to := min(len(changed), at+1+r.IntN(9)); r.IntN(4) {
				case 0:
					changed = changed[:at]
				case 1:
					changed = append(changed[:at], changed[to:]...)
				case 2:
					changed = append(changed[:at:at], append([]byte(pieces[r.IntN(len(pieces))]), changed[at:]...)...)
				default:
					changed = append(changed[:to:to], changed[at:]...)
				}
				if len(changed) == 0 {
					break
				}
			}
			opts := Options{}
			switch i % 6 {
			case 1:
				opts.Bytes = int64(len(changed) / 2)
			case 2:
				opts.Components = 40
			case 3:
				opts.Claims, opts.Component = 3, 900
			case 4:
				opts.String = 1000
			case 5:
				opts.Depth = 4
			}
			want := outcome(changed, register.MayMatch, opts)
			ahead := aheadOptions(2+i%3, 300+r.IntN(2000))
			opts.Workers, opts.ahead = ahead.Workers, ahead.ahead
			if got := outcome(changed, register.MayMatch, opts); got != want {
				t.Errorf("%s, change %d, limits %+v: with workers\n%s\nwant\n%s", name, i, opts, got, want)
				return
			}
		}
	}
}

// Elements that a goroutine has read are not read again.
func TestWorkersReadOnce(t *testing.T) {
	for name, element := range map[string]string{
		"CycloneDX": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","purl":"pkg:npm/a@1","externalReferences":[{"type":"vcs","url":"https://e.example/a"},{"type":"vcs","url":"https://e.example/b"}]}]}`,
		"SPDX":      `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"https://e.example/a","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}`,
	} {
		i, j := strings.Index(element, "[")+1, strings.LastIndex(element, "]")
		text := []byte(element[:i] + strings.Repeat(element[i:j]+",", 4000) + element[i:])
		var calls [3]atomic.Int64
		for n := 1; n < len(calls); n++ {
			keep := func(vendors.Role, vendors.Kind, []byte) bool { calls[n].Add(1); return false }
			outcome(text, keep, aheadOptions(n, 4<<10))
		}
		if once, got := calls[1].Load(), calls[2].Load(); got < once || got > once+once/20 {
			t.Errorf("%s: %d claims were asked for with two workers; want about %d", name, got, once)
		}
	}
}

func FuzzWorkers(f *testing.F) {
	for _, format := range []string{"CycloneDX", "SPDX"} {
		for _, sep := range []string{",", ",\n  ", " , null , "} {
			f.Add(documentOfParts(format, sep, 45), uint8(7))
		}
	}
	register := vendors.Bundled()
	f.Fuzz(func(t *testing.T, text string, chunk uint8) {
		want := outcome([]byte(text), register.MayMatch, Options{})
		if got := outcome([]byte(text), register.MayMatch, aheadOptions(3, 20+8*int(chunk))); got != want {
			t.Errorf("with workers\n%s\nwant\n%s", got, want)
		}
	})
}
