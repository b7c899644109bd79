// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/screen"
)

// A countingFS counts how often each file is opened, and can have other files from the second
// opening on.
type countingFS struct {
	fstest.MapFS
	later  fstest.MapFS
	mu     sync.Mutex
	opened map[string]int
}

func (c *countingFS) Open(name string) (fs.File, error) {
	info, err := fs.Stat(c.MapFS, name)
	if err != nil || info.IsDir() {
		return c.MapFS.Open(name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened[name]++; c.opened[name] > 1 && c.later != nil {
		return c.later.Open(name)
	}
	return c.MapFS.Open(name)
}

// The SHA-1 digests of files are taken when a document refers to another one by such a digest, with
// any number of workers. A file that has changed by then is not what was screened, even if it has
// the name.
func TestSHA1IsTakenWhenADocumentAsksForIt(t *testing.T) {
	const target = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentNamespace":"https://example.com/b","packages":[{"SPDXID":"SPDXRef-x","name":"x","downloadLocation":"NONE"}]}`
	sum := sha1.Sum([]byte(target))
	link := func(digest string) string {
		return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentNamespace":"https://example.com/a","packages":[{"SPDXID":"SPDXRef-y","name":"y","downloadLocation":"NONE"}],` +
			`"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-b","spdxDocument":"https://example.com/b","checksum":{"algorithm":"SHA1","checksumValue":"` + digest + `"}}]}`
	}
	noLink := `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentNamespace":"https://example.com/a","packages":[{"SPDXID":"SPDXRef-y","name":"y","downloadLocation":"NONE"}]}`
	right := hex.EncodeToString(sum[:])
	for _, tt := range []struct {
		name, doc, later string
		want             match.Verdict
		again            bool
	}{
		{"no link", noLink, "", match.Clear, false},
		{"link", link(right), "", match.Clear, true},
		{"another digest", link("dd"), "", match.Inconclusive, true},
		{"a file that has changed", link(right), target + " ", match.Inconclusive, true},
		{"a file that has changed to what the link asks for", link("dd"), "dd", match.Inconclusive, true},
		{"a file that is gone", link(right), "-", match.Inconclusive, true},
	} {
		for _, jobs := range []int{1, 4} {
			for _, name := range []string{"a.json", "z.json"} { // the link before and after its target
				c := &countingFS{MapFS: fstest.MapFS{name: {Data: []byte(tt.doc)}}, opened: make(map[string]int)}
				for i := range 5 {
					c.MapFS[fmt.Sprintf("b%d.json", i)] = &fstest.MapFile{Data: []byte(noLinkTo(i))}
				}
				c.MapFS["b.json"] = &fstest.MapFile{Data: []byte(target)}
				switch tt.later {
				case "":
				case "-":
					c.later = fstest.MapFS{}
				default:
					c.later = fstest.MapFS{name: c.MapFS[name], "b.json": {Data: []byte(tt.later)}}
				}
				docs, _ := screen.Run(t.Context(), matcher(t, nil), screen.CollectFS(c), &screen.Options{Jobs: jobs})
				verdict := match.NoVerdict
				for _, d := range docs {
					verdict = max(verdict, d.Verdict)
				}
				want := tt.want
				if tt.later != "" && (name < "b.json" || jobs > 1) {
					want = verdict // the link may have been there first, and then the file is read once
				}
				if verdict != want || len(docs) != 7 {
					t.Errorf("%s, %d jobs, %s: %v of %d documents, want %v", tt.name, jobs, name, verdict, len(docs), want)
				}
				if n := c.opened["b.json"]; n > 1 && !tt.again || n < 2 && tt.again && jobs == 1 && name > "b.json" || n > 2 {
					t.Errorf("%s, %d jobs, %s: the target was opened %d times", tt.name, jobs, name, n)
				}
			}
		}
	}
}

func noLinkTo(i int) string {
	return fmt.Sprintf(`{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","documentNamespace":"https://example.com/b%d","packages":[{"SPDXID":"SPDXRef-x","name":"x","downloadLocation":"NONE"}]}`, i)
}
