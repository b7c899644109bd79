// SPDX-License-Identifier: Apache-2.0

package clause76_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/clause76/clause76"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/adapter"
	"github.com/clause76/clause76/vendors"
)

func Example() {
	report, err := clause76.Screen(context.Background(), []string{"testdata/bids/endpoint-tender"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict)
	for doc, f := range report.Findings() {
		c := f.Citations[0]
		fmt.Printf("%s: %s, %s by %s\n  %s, %s: %.60q…\n", f.Verdict, filepath.Base(doc.Path), f.Component.Name, f.Vendor.Name, c.Issuer, c.Clause, c.Quote)
		break
	}
	// Output:
	// ban
	// ban: endpoint-agent.cdx.json, Kaspersky Endpoint Security by Kaspersky
	//   FAR Council (DoD, GSA, NASA), 4.2002 (Dec 2023): "Contractors are prohibited from— (a) Providing any Kaspersky"…
}

func ExampleLookup() {
	found, err := clause76.Lookup("pkg:npm/%40kaspersky/hexa-ui@6.387.4", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range found {
		fmt.Println(v.Name, v.Tier, v.Verdict, len(v.Citations), "texts")
	}
	// Output:
	// Kaspersky registered ban 12 texts
}

// Each way in gives the same findings on the same bytes, in every bid of testdata.
func TestEveryDoorGivesTheSameFindings(t *testing.T) {
	ctx := context.Background()
	verdicts := map[string]string{"clean": "clear", "endpoint-tender": "ban", "router-tender": "ban"}
	for name, want := range verdicts {
		dir := "testdata/bids/" + name
		report, err := clause76.Screen(ctx, []string{dir}, nil)
		if err != nil || fmt.Sprint(report.Verdict) != want {
			t.Fatalf("%s: %v, %v; want %s", name, report, err, want)
		}
		inFS, err := clause76.ScreenFS(ctx, os.DirFS(dir), nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := findings(report), findings(inFS); a != b {
			t.Errorf("%s as a file system:\n%s\nwant\n%s", name, b, a)
		}
		files, err := filepath.Glob(dir + "/*")
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := clause76.ScreenReader(ctx, filepath.ToSlash(file), bytes.NewReader(data), nil)
			if err != nil {
				t.Fatal(err)
			}
			all += findings(r)
		}
		if a := findings(report); a != all {
			t.Errorf("%s file by file:\n%s\nwant\n%s", name, all, a)
		}
	}
}

// findings are those of a report, a line each, without the folders of the paths.
func findings(r *evidence.Report) string {
	var b strings.Builder
	for doc, f := range r.Findings() {
		fmt.Fprintln(&b, filepath.Base(doc.Path), doc.SHA256, f.Verdict, f.Vendor.ID, f.Component.Name, f.Component.Location.Pointer)
	}
	return b.String()
}

func TestADocumentInMemoryIsScreened(t *testing.T) {
	bom := cyclonedx.NewBOM()
	bom.Components = &[]cyclonedx.Component{{Name: "agent", Type: cyclonedx.ComponentTypeApplication, Publisher: "AO Kaspersky Lab"}}
	r, err := clause76.ScreenDocument(context.Background(), "product", adapter.FromCycloneDX(bom), nil)
	if err != nil || len(r.Documents) != 1 || len(r.Documents[0].Findings) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	r, err = clause76.ScreenDocument(context.Background(), "product", adapter.FromCycloneDX(nil), nil)
	if err != nil || fmt.Sprint(r.Verdict) != match.Inconclusive.String() || r.Documents[0].Error == nil {
		t.Errorf("a nil BOM: %+v, %v", r, err)
	}
	r, err = clause76.ScreenDocument(context.Background(), "product", new(sbom.Document), nil)
	if err != nil || fmt.Sprint(r.Verdict) != match.Inconclusive.String() || r.Documents[0].Error == nil {
		t.Errorf("an empty document: %+v, %v", r, err)
	}
}

// Nothing that was not looked at looks clear.
func TestNothingScreenedIsNotClear(t *testing.T) {
	ctx := context.Background()
	empty := t.TempDir()
	for name, screen := range map[string]func() (*evidence.Report, error){
		"a file that is not there": func() (*evidence.Report, error) { return clause76.Screen(ctx, []string{"testdata/none"}, nil) },
		"an empty folder":          func() (*evidence.Report, error) { return clause76.Screen(ctx, []string{empty}, nil) },
		"an empty file system":     func() (*evidence.Report, error) { return clause76.ScreenFS(ctx, os.DirFS(empty), nil) },
		"a file called -":          func() (*evidence.Report, error) { return clause76.Screen(ctx, []string{"-"}, nil) },
		"an empty reader":          func() (*evidence.Report, error) { return clause76.ScreenReader(ctx, "x", strings.NewReader(""), nil) },
		"a cancelled context": func() (*evidence.Report, error) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return clause76.Screen(ctx, []string{"testdata/bids/clean"}, nil)
		},
		"a day before all texts": func() (*evidence.Report, error) {
			return clause76.Screen(ctx, []string{"testdata/bids/clean"}, &clause76.Options{AsOf: "1999-01-01"})
		},
	} {
		if r, err := screen(); err != nil || fmt.Sprint(r.Verdict) != match.Inconclusive.String() {
			t.Errorf("%s: %v, error %v; want inconclusive", name, r.Verdict, err)
		}
	}
}

// A reader that panics, or returns what no reader may, could not be read. A panic of a file system
// is one in the goroutine of the caller.
func TestReadersOfTheCallerThatFail(t *testing.T) {
	ctx := context.Background()
	for name, r := range map[string]io.Reader{
		"a panic":        readFunc(func([]byte) (int, error) { panic("no") }),
		"less than none": readFunc(func([]byte) (int, error) { return -1, nil }),
		"too much":       readFunc(func(p []byte) (int, error) { return len(p) + 1, io.EOF }),
		"a nil pointer":  (*strings.Reader)(nil),
	} {
		report, err := clause76.ScreenReader(ctx, "x", r, nil)
		if err != nil || fmt.Sprint(report.Verdict) != match.Inconclusive.String() || len(report.Documents) != 1 || report.Documents[0].Error == nil {
			t.Errorf("%s: %+v, %v; want a document that could not be read", name, report, err)
		}
	}
	func() {
		defer func() {
			if v := recover(); !strings.HasPrefix(fmt.Sprint(v), "no") {
				t.Errorf("recovered %v", v)
			}
		}()
		clause76.ScreenFS(ctx, panicFS{fstest.MapFS{"x.json": {Data: []byte("{}")}}}, nil)
	}()
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// A panicFS panics when a file is opened.
type panicFS struct{ fstest.MapFS }

func (f panicFS) Open(name string) (fs.File, error) {
	if name == "x.json" {
		panic("no")
	}
	return f.MapFS.Open(name)
}

func TestWrongOptionsAreErrors(t *testing.T) {
	ctx := context.Background()
	var none context.Context // nil
	paths := []string{"testdata/bids/clean"}
	for name, tt := range map[string]struct {
		run  func() error
		want error
	}{
		"no paths":     {func() error { _, err := clause76.Screen(ctx, nil, nil); return err }, clause76.ErrNoInput},
		"nil reader":   {func() error { _, err := clause76.ScreenReader(ctx, "x", nil, nil); return err }, clause76.ErrNoInput},
		"nil fs":       {func() error { _, err := clause76.ScreenFS(ctx, nil, nil); return err }, clause76.ErrNoInput},
		"nil document": {func() error { _, err := clause76.ScreenDocument(ctx, "x", nil, nil); return err }, clause76.ErrNoInput},
		"no context":   {func() error { _, err := clause76.Screen(none, paths, nil); return err }, nil},
		"no context for a document": {func() error {
			_, err := clause76.ScreenDocument(none, "x", adapter.FromCycloneDX(nil), nil)
			return err
		}, nil},
		"a nil list": {func() error {
			_, err := clause76.Screen(ctx, paths, &clause76.Options{Lists: []fs.FS{nil}})
			return err
		}, match.ErrOptions},
		"no text": {func() error { _, err := clause76.Lookup(" ", nil); return err }, clause76.ErrNoInput},
		"a day": {func() error {
			_, err := clause76.Screen(ctx, paths, &clause76.Options{AsOf: "2018"})
			return err
		}, match.ErrOptions},
		"a jurisdiction": {func() error {
			_, err := clause76.Screen(ctx, paths, &clause76.Options{Jurisdictions: []string{"XX"}})
			return err
		}, match.ErrOptions},
		"a list": {func() error {
			_, err := clause76.Screen(ctx, paths, &clause76.Options{Lists: []fs.FS{os.DirFS("testdata/none")}})
			return err
		}, denylist.ErrRelease},
	} {
		if err := tt.run(); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if r, err := clause76.Screen(ctx, paths, &clause76.Options{Lists: []fs.FS{os.DirFS("testdata/lists/ministry")}}); err != nil || !strings.HasSuffix(r.Denylist.Release, "+ministry") {
		t.Errorf("a custom list: %+v, %v", r, err)
	}
}

func TestLookup(t *testing.T) {
	for _, tt := range []struct {
		text    string
		vendor  vendors.ID
		tier    vendors.Tier
		verdict match.Verdict
	}{
		{"pkg:npm/%40kaspersky/hexa-ui", "kaspersky", vendors.Registered, match.Ban},
		{"cpe:2.3:a:kaspersky:internet_security:*:*:*:*:*:*:*:*", "kaspersky", vendors.Declared, match.Ban},
		{"https://github.com/KasperskyLab/hrtng", "kaspersky", vendors.Registered, match.Ban},
		{"https://www.kaspersky.com/x", "kaspersky", vendors.Registered, match.Ban},
		{"git@github.com:KasperskyLab/x.git", "kaspersky", vendors.Registered, match.Ban},
		{"scm:git:git@github.com:KasperskyLab/x.git", "kaspersky", vendors.Registered, match.Ban},
		{"github.com/KasperskyLab/x", "kaspersky", vendors.Registered, match.Ban},
		{"info@kaspersky.com", "kaspersky", vendors.Resembles, match.Review},
		{"AO Kaspersky Lab", "kaspersky", vendors.Declared, match.Ban},
		{"Huawei Technologies Co., Ltd.", "huawei", vendors.Declared, match.Review},
		{" ZTE Corporation\n", "zte", vendors.Declared, match.Review},
		{"Acme", "", vendors.NoTier, match.NoVerdict},
		{"pkg:npm/left-pad@1.3.0", "", vendors.NoTier, match.NoVerdict},
	} {
		found, err := clause76.Lookup(tt.text, nil)
		switch {
		case err != nil:
			t.Errorf("%s: %v", tt.text, err)
		case tt.vendor == "" && len(found) > 0:
			t.Errorf("%s: %s, want none", tt.text, found[0].ID)
		case tt.vendor == "":
		case len(found) != 1 || found[0].ID != tt.vendor || found[0].Tier != tt.tier || len(found[0].Explanations) == 0:
			t.Errorf("%s: %d vendors, the first %s, %s; want %s, %s", tt.text, len(found), found[0].ID, found[0].Tier, tt.vendor, tt.tier)
		case found[0].Verdict != tt.verdict || len(found[0].Citations) == 0:
			t.Errorf("%s: %s by %d texts, want %s", tt.text, found[0].Verdict, len(found[0].Citations), tt.verdict)
		}
	}
	for _, text := range []string{"", "pkg:npm", "cpe:2.3:a", "NOASSERTION", "https://"} {
		if found, err := clause76.Lookup(text, nil); err == nil {
			t.Errorf("%q: %d vendors, want an error", text, len(found))
		}
	}
	before, err := denylist.Open("2017.09.14")
	if err != nil {
		t.Fatal(err)
	}
	found, err := clause76.Lookup("ZTE Corporation", &clause76.Options{Release: before})
	if err != nil || len(found) > 0 && found[0].Verdict != match.NoVerdict {
		t.Errorf("ZTE by the denylist of 2017: %d vendors, error %v", len(found), err)
	}
}
