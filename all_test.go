// SPDX-License-Identifier: Apache-2.0

// The rules of the repository, as tests. CONTRIBUTING.md says why they are there.
package clause76_test

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/clause76/clause76/internal/golden"
)

const module = "github.com/clause76/clause76"

// packages returns the folders that hold Go files, with the files.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	dirs := make(map[string][]string)
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || p != "." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(p, ".go") {
			dir := path.Dir(filepath.ToSlash(p))
			dirs[dir] = append(dirs[dir], filepath.ToSlash(p))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// The import arrows of the design: a package may import what its row names.
func TestImportArrows(t *testing.T) {
	allowed := map[string][]string{
		".":                         {"internal/*", "match", "match/*", "sbom", "vendors"},
		"internal/*":                {"internal/*", "vendors"},
		"internal/annotate":         {"internal/*", "match/evidence"}, // what adapter does without the types of other libraries, for programs
		"vendors":                   {"internal/*", "vendors/internal/*"},
		"vendors/internal/*":        {"internal/*", "vendors/internal/*"},
		"sbom":                      {"internal/*", "vendors"},
		"sbom/adapter":              {"internal/*", "match/evidence", "sbom", "sbom/format"}, // for programs: it also puts the findings of a report into the types of other libraries
		"sbom/format":               {"internal/*", "sbom", "vendors"},
		"sbom/unpack":               {"internal/*", "sbom", "sbom/format"},
		"firmware":                  {"firmware/internal/*", "internal/*", "sbom", "sbom/*", "vendors"},
		"firmware/internal/*":       {"firmware/internal/*", "internal/*", "sbom", "sbom/*", "vendors"},
		"match/denylist":            {"internal/*", "match/denylist/internal/*", "vendors"},
		"match/denylist/author":     {"internal/*", "match/denylist", "match/denylist/internal/*", "vendors"},
		"match/denylist/internal/*": {"internal/*", "vendors"},
		"match/internal/*":          {"internal/*"},
		"match":                     {"internal/*", "match/denylist", "match/internal/*", "sbom", "vendors"},
		"match/evidence":            {"internal/*", "match", "match/denylist", "match/evidence/internal/*", "match/internal/*", "match/policy", "sbom", "sbom/format", "vendors"},
		"match/evidence/internal/*": {"internal/*", "match", "match/denylist", "match/evidence", "match/evidence/internal/*", "match/policy", "sbom", "vendors"},
		"match/evidence/*":          {"internal/*", "match", "match/denylist", "match/evidence", "match/evidence/internal/*", "match/policy", "sbom", "vendors"},
		"match/policy":              {"internal/*", "match", "match/denylist", "match/internal/*", "vendors"},
		"match/screen":              {"firmware", "internal/*", "match", "match/denylist", "match/evidence", "sbom", "sbom/*", "vendors"},
	}
	for dir, files := range packages(t) {
		may, known := allowed[dir]
		if !known {
			if i := strings.LastIndex("/"+dir, "/internal/"); i >= 0 {
				may, known = allowed[dir[:i]+"internal/*"]
			} else {
				may, known = allowed[path.Dir(dir)+"/*"]
			}
		}
		if !known && !strings.HasPrefix(dir, "examples/") {
			t.Errorf("package %s has no row in the table of imports", dir)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || !known {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range f.Imports {
				if p, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module+"/"); ours && !slices.ContainsFunc(may, func(m string) bool {
					folder, all := strings.CutSuffix(m, "*")
					return p == m || all && strings.HasPrefix(p, folder)
				}) {
					t.Errorf("%s imports %s; %s may import only %q", file, p, dir, may)
				}
				if imp.Path.Value == `"C"` || imp.Path.Value == `"unsafe"` {
					t.Errorf("%s imports %s", file, imp.Path.Value)
				}
			}
		}
	}
}

// public reports whether other modules can import what is in a folder.
func public(dir string) bool {
	return !strings.HasPrefix(dir, "examples/") && !strings.Contains("/"+dir+"/", "/internal/")
}

// The exported names of each package are written down: a change shows in a diff.
func TestAPI(t *testing.T) {
	for dir, files := range packages(t) {
		if !public(dir) {
			continue
		}
		name := strings.ReplaceAll(strings.Replace(dir, ".", "clause76", 1), "/", "_")
		golden.Check(t, "testdata/api/"+name+".txt", api(t, dir, files))
	}
}

// api prints the exported declarations of a package without comments and bodies, and
// fails for one without a doc comment.
func api(t *testing.T, dir string, files []string) []byte {
	t.Helper()
	fset := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	p, err := doc.NewFromFiles(fset, parsed, module+"/"+dir)
	if err != nil {
		t.Fatal(err)
	}
	if p.Doc == "" {
		t.Errorf("package %s has no doc comment", dir)
	}
	var out bytes.Buffer
	show := func(name, comment string, decl ast.Node) {
		if comment == "" {
			t.Errorf("%s: %s has no doc comment", dir, name)
		}
		if f, ok := decl.(*ast.FuncDecl); ok {
			f.Body = nil
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				n.Doc, n.Comment = nil, nil
			case *ast.ValueSpec:
				n.Doc, n.Comment = nil, nil
			case *ast.GenDecl:
				n.Doc = nil
			case *ast.FuncDecl:
				n.Doc = nil
			case *ast.TypeSpec:
				n.Doc, n.Comment = nil, nil
			}
			return true
		})
		if err := printer.Fprint(&out, token.NewFileSet(), decl); err != nil {
			t.Fatal(err)
		}
		out.WriteString("\n")
	}
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			show(strings.Join(v.Names, ", "), v.Doc+specDocs(v.Decl), v.Decl)
		}
	}
	funcs := func(fs []*doc.Func) {
		for _, f := range fs {
			show(f.Name, f.Doc, f.Decl)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, typ := range p.Types {
		show(typ.Name, typ.Doc, typ.Decl)
		values(typ.Consts)
		values(typ.Vars)
		funcs(typ.Funcs)
		funcs(typ.Methods)
	}
	return out.Bytes()
}

// specDocs joins the comments of the single names of a group.
func specDocs(d *ast.GenDecl) string {
	s := ""
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok {
			s += v.Doc.Text() + v.Comment.Text()
		}
	}
	return s
}

// Every package that can be imported has an Example.
func TestExamples(t *testing.T) {
	example := regexp.MustCompile(`(?m)^func Example`)
	for dir, files := range packages(t) {
		if !public(dir) {
			continue
		}
		if !slices.ContainsFunc(files, func(f string) bool {
			data, err := os.ReadFile(f)
			return err == nil && strings.HasSuffix(f, "_test.go") && example.Match(data)
		}) {
			t.Errorf("package %s has no Example", dir)
		}
	}
}

// Dependencies are chosen, not collected. Each has its reason.
func TestDependencies(t *testing.T) {
	reasons := map[string]string{
		"github.com/CycloneDX/cyclonedx-go":                 "the field's types of CycloneDX: adapters and oracle",
		"github.com/spdx/tools-golang":                      "the field's types of SPDX: adapters and oracle",
		"github.com/package-url/packageurl-go":              "the field's type of package URLs: adapters and oracle",
		"github.com/go-json-experiment/json":                "strict streaming JSON",
		"github.com/klauspost/compress":                     "zstd",
		"github.com/mikelolasagasti/xz":                     "xz, with a bound on its dictionary",
		"github.com/pierrec/lz4/v4":                         "squashfs that is compressed with lz4",
		"github.com/secure-systems-lab/go-securesystemslib": "DSSE envelopes and the keys that sign them",
		"github.com/ulikunitz/xz":                           "bills of materials in uSWID that are compressed with LZMA",
		"golang.org/x/crypto":                               "through go-securesystemslib",
		"go.yaml.in/yaml/v3":                                "SPDX YAML",
		"google.golang.org/protobuf":                        "tests: the oracle of packages protomsg and protowire",
		"sigs.k8s.io/yaml":                                  "through tools-golang, in tests: the oracle of SPDX YAML",
		"go.yaml.in/yaml/v2":                                "through sigs.k8s.io/yaml, in tests",
		"github.com/fxamacker/cbor/v2":                      "concise SWID tags",
		"github.com/x448/float16":                           "through cbor",
		"golang.org/x/net":                                  "hosts of URLs in other scripts (idna); in tests, public suffixes and HTML",
		"golang.org/x/text":                                 "Unicode normalisation, folding and width",
		"golang.org/x/mod":                                  "the digest of releases; reading go.mod in tests",
		"golang.org/x/term":                                 "programs: whether the output is a terminal, and how wide",
		"modernc.org/sqlite":                                "auditpipe: its index, without C",
		"modernc.org/libc":                                  "through sqlite",
		"modernc.org/mathutil":                              "through sqlite",
		"modernc.org/memory":                                "through sqlite",
		"github.com/dustin/go-humanize":                     "through sqlite",
		"github.com/google/uuid":                            "through sqlite",
		"github.com/mattn/go-isatty":                        "through sqlite",
		"github.com/ncruces/go-strftime":                    "through sqlite",
		"github.com/remyoudompheng/bigfft":                  "through sqlite",
		"github.com/google/jsonschema-go":                   "tests: the report's schema",
		"github.com/anchore/go-struct-converter":            "through tools-golang",
		"github.com/rogpeppe/go-internal":                   "tests: the diff of golden files",
		"golang.org/x/sys":                                  "through term",
	}
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.Require {
		if reasons[r.Mod.Path] == "" {
			t.Errorf("%s is required and has no reason in this test", r.Mod.Path)
		}
		delete(reasons, r.Mod.Path)
	}
	for p := range reasons {
		t.Errorf("%s has a reason and is not required", p)
	}
	if len(f.Replace) > 0 || len(f.Exclude) > 0 {
		t.Error("go.mod replaces or excludes modules")
	}
}

// Bidcheck does not link what makes it large or slow to start. A package that looks up methods by
// name, as text/template does, keeps all methods of all types.
func TestLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./examples/bidcheck").Output()
	if err != nil {
		t.Skip("go list cannot be run: ", err)
	}
	linked := strings.Fields(string(out))
	for _, p := range []string{"net/http", "crypto/tls", "html/template", "text/template", "encoding/gob", "testing",
		"google.golang.org/protobuf/encoding/protowire", "github.com/CycloneDX/cyclonedx-go", "github.com/spdx/tools-golang/spdx/v2/v2_3"} {
		if slices.Contains(linked, p) {
			t.Errorf("bidcheck links %s", p)
		}
	}
}

// The README's Go code is the body of main in examples/embed, which compiles.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("examples/embed/main.go")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("README.md has no Go code")
	}
	_, body, _ := strings.Cut(string(source), "func main() {\n")
	body = strings.TrimSuffix(body, "}\n")
	body = regexp.MustCompile(`(?m)^\t`).ReplaceAllString(body, "")
	if string(block[1]) != body {
		t.Errorf("README.md has\n%s\nexamples/embed/main.go has\n%s", block[1], body)
	}
	script, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	const tests = "go test ./..."
	if !bytes.Contains(readme, []byte("\n"+tests+"\n")) || !bytes.Contains(script, []byte("\n"+tests+"\n")) {
		t.Errorf("README.md and .ci/run do not both have the line %q", tests)
	}
}

// Each source file states its license.
func TestLicenseHeaders(t *testing.T) {
	files := []string{".ci/run"}
	for _, fs := range packages(t) {
		files = append(files, fs...)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head := string(data[:min(len(data), 200)])
		if !strings.Contains(head, "SPDX-License-Identifier: Apache-2.0\n") {
			t.Errorf("%s has no SPDX license header", name)
		}
	}
}

// The top level holds what the design names, and nothing else.
func TestTopLevel(t *testing.T) {
	want := []string{"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "DATA.md", "LICENSE", "README.md", "SECURITY.md", "all_test.go", "clause76.go", "clause76_test.go", "examples", "firmware", "go.mod", "go.sum", "internal", "lookup.go", "match", "sbom", "testdata", "vendors"}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) && !strings.HasSuffix(e.Name(), ".test") {
			t.Errorf("%s does not belong to the top level", e.Name())
		}
	}
}

// The id of a schema is its path in the repository.
func TestSchemaIDs(t *testing.T) {
	found := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".schema.json") {
			return err
		}
		found++
		data, err := os.ReadFile(p)
		if want := `"$id": "https://` + module + "/" + p + `"`; !bytes.Contains(data, []byte(want)) {
			t.Errorf("%s has no %s", p, want)
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("%d schemas, %v", found, err)
	}
}
