// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// ministry is a custom list. It has a vendor that nobody else lists, and a measure on this
// vendor and on another one that others list too.
func ministry() fstest.MapFS {
	files := fstest.MapFS{}
	list := os.DirFS("../../../testdata/lists/ministry")
	if err := fs.WalkDir(list, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(list, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		panic(err)
	}
	return files
}

func TestLoadAddsAListToARelease(t *testing.T) {
	base := denylist.Current()
	r, err := author.Load(ministry(), base)
	if err != nil {
		t.Fatal(err)
	}
	if r.Name() != base.Name()+"+ministry" || r.Date() != "2026-12-01" || r.Trust() != denylist.Custom || !strings.HasPrefix(r.Digest(), "h1:") || r.Digest() == base.Digest() {
		t.Errorf("%s of %s, %q, %s", r.Name(), r.Date(), r.Trust(), r.Digest())
	}
	if len(r.Instruments()) != len(base.Instruments())+1 || len(r.ForVendor("example-works")) != 1 || len(r.ForVendor("acronis")) != len(base.ForVendor("acronis"))+1 ||
		len(r.ForVendor("kaspersky")) != len(base.ForVendor("kaspersky")) || r.Register().Vendor("example-works") == nil {
		t.Error("the release does not contain the list")
	}
	changed := ministry()
	changed["list.json"] = &fstest.MapFile{Data: []byte(strings.Replace(string(changed["list.json"].Data), "decided", "wants", 1))}
	if other, err := author.Load(changed, base); err != nil || other.Digest() == r.Digest() {
		t.Errorf("the digest does not cover the list: %v", err)
	}
	old, err := denylist.Open("2026.11.23")
	if err != nil {
		t.Fatal(err)
	}
	delete(changed, "instruments/xx-order-7.json")
	if a, err := author.Load(changed, old); err != nil {
		t.Error(err)
	} else if b, err := author.Load(changed, base); err != nil || a.Digest() == b.Digest() {
		t.Errorf("the digest does not cover the release that the list extends: %v", err)
	}
	alone := ministry()
	instrument := string(alone["instruments/xx-order-7.json"].Data)
	at := strings.Index(instrument, `,
  {"id": "xx-order-7/2/acronis"`)
	alone["instruments/xx-order-7.json"] = &fstest.MapFile{Data: []byte(instrument[:at] + "\n ]\n}\n")}
	if r, err := author.Load(alone, nil); err != nil || r.Name() != "ministry" || len(r.Instruments()) != 1 {
		t.Errorf("a list by itself: %v", err)
	}
}

// Each mistake in a list is reported with file, line and a description.
func TestLintFindsFileAndLine(t *testing.T) {
	base := denylist.Current()
	if faults := author.Lint(ministry(), base); len(faults) > 0 {
		t.Fatalf("the valid list has faults: %v", faults)
	}
	const order = "instruments/xx-order-7.json"
	tests := []struct {
		file, old, new string
		want           string
		kind           error
	}{
		{order, `"quote": "does not buy products of Example Works",`, `"quote": "does not buy products from Example Works",`,
			order + `:21: xx-order-7/2/example-works: quote is "does not buy products from Example Works"; expected words that are copied exactly from the text, which has only the beginning, “does not buy products ”`, denylist.ErrQuote},
		{order, `"force": "instruction"`, `"force": "law"`, order + `:6: xx-order-7: force is "law"; expected one of`, denylist.ErrValue},
		{order, `"from": "2026-11-01", "verified": true},`, `"from": "2026-13-01", "verified": true},`, order + `:22: xx-order-7/2/example-works: from is "2026-13-01"; expected a day`, denylist.ErrInterval},
		{order, `"depth": "notAddressed"`, `"depth": "product"`, order + `:19: xx-order-7/2/example-works: depth is "product", but reach is missing; expected the text's words`, denylist.ErrValue},
		{order, `"title": "Order 7 on office equipment",`, `"title": "",`, order + `:3: xx-order-7: title is missing or empty`, denylist.ErrValue},
		{order, `"named": "Example Works"`, `"named": "Example Work"`, order + `:18: xx-order-7/2/example-works: the register does not know "Example Work"`, denylist.ErrVendor},
		{order, `"vendor": "example-works"`, `"vendor": "example-firm"`, order + `:18: xx-order-7/2/example-works: "example-firm" is not in the register`, denylist.ErrVendor},
		{order, `"id": "xx-order-7/2/acronis"`, `"id": "xx-order-7/2/example-works"`, order + `:`, denylist.ErrDuplicate},
		{order, `"clause": "2", "named": "Acronis AG"`, `"clause": "3", "named": "Acronis AG"`, order + `:23: xx-order-7/2/acronis: clause "3" or "" is not in the instrument`, denylist.ErrReference},
		{order, `"url": "https://example.org/order-7",`, `"url": "https://example.org/order-7", "history": "xx-order-7",`, order + `:9: xx-order-7: history "xx-order-7": an instrument follows itself`, denylist.ErrCycle},
		{order, `"verified": true, "source": "https://example.org/order-7",
   "text"`, `"verified": true, "source": "https://example.org/order-7", "digest": "sha256:00",
   "text"`, order + `:14: xx-order-7#2: digest is sha256:00`, denylist.ErrDigest},
		{order, `"bound": ["fi.centralGovernment"],`, `"bound": ["us.federal.agency"],`,
			order + `:8: xx-order-7: bound has a value that is no code: "us.federal.agency" is not an addressee code; did you mean "us.federal.agencies"? Expected one of au.commonwealthEntities, `, denylist.ErrValue},
		{order, `"addressees": "the ministry",`, `"addressees": "the ministry", "throughContract": ["public"],`, order + `:8: xx-order-7: throughContract has "public"; expected it in advised`, denylist.ErrValue},
		{order, `"binding": true`, `"binding": false`, order + `:8: xx-order-7: bound has "fi.centralGovernment", but binding is false; expected it in advised`, denylist.ErrValue},
		{order, `"bound": ["fi.centralGovernment"],`, `"bound": ["us.dod"], "advised": ["us.dod"],`, order + `:8: xx-order-7: advised has "us.dod", which is in bound too`, denylist.ErrValue},
		{order, `"addressees": "the ministry",`, `"addressees": "the ministry", "advised": ["noBuyer", "us.dod"],`, order + `:8: xx-order-7: advised has "noBuyer" beside others; expected it alone`, denylist.ErrValue},
		{order, `"force": "instruction",`, `"force": "instruction"`, order + `:7: `, nil},
		{order, `"binding": true`, `"binding": "yes"`, order + `:7: `, nil},
		{order, `"title": "Order`, `"titel": "Order`, order + `:3: `, nil},
		{"list.json", `"ministry"`, `"Ministry!"`, `list.json:1: list is "Ministry!"; expected lower-case letters`, denylist.ErrValue},
		{"vendors/example-works.json", `"Example Works Oy"`, `"Huawei"`, `also claimed by example-works`, vendors.ErrRegister},
		{"vendors/example-works.json", `"source": "letterhead"`, `"source": "hearsay"`, `source "hearsay" is not in sources`, vendors.ErrRegister},
	}
	for _, tt := range tests {
		files := ministry()
		data := string(files[tt.file].Data)
		if !strings.Contains(data, tt.old) {
			t.Fatalf("%q is not in %s", tt.old, tt.file)
		}
		files[tt.file] = &fstest.MapFile{Data: []byte(strings.Replace(data, tt.old, tt.new, 1))}
		faults := author.Lint(files, base)
		if !slices.ContainsFunc(faults, func(f author.Fault) bool {
			return strings.Contains(f.String(), tt.want) && (tt.kind == nil || errors.Is(f.Err, tt.kind))
		}) {
			t.Errorf("%s → %s: faults %v; want %q", tt.old, tt.new, faults, tt.want)
		}
		if _, err := author.Load(files, base); !errors.Is(err, denylist.ErrRelease) {
			t.Errorf("%s → %s: loads (%v)", tt.old, tt.new, err)
		}
	}
	missing := ministry()
	delete(missing, "list.json")
	if faults := author.Lint(missing, base); len(faults) != 1 || faults[0].File != "list.json" {
		t.Errorf("without list.json: %v", faults)
	}
}

// The list that releases are made from is valid, and contains the instruments of the newest
// release.
func TestSourcesAreAValidList(t *testing.T) {
	for _, f := range author.Lint(author.Sources(), nil) {
		t.Error(f)
	}
	list, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if list.Date() < denylist.Current().Date() {
		t.Errorf("list.json is of %s and the newest release of %s", list.Date(), denylist.Current().Date())
	}
	for _, in := range denylist.Current().Instruments() {
		if !slices.ContainsFunc(list.Instruments(), func(other *denylist.Instrument) bool { return other.ID == in.ID }) {
			t.Errorf("%s is in the newest release and not in the list", in.ID)
		}
	}
	if err := fstest.TestFS(author.Sources(), "list.json", "instruments/eu-ep-p8-ta-2018-0258.json"); err != nil {
		t.Error(err)
	}
	if _, err := fs.ReadFile(author.Sources(), "vendors/kaspersky.json"); err != nil {
		t.Error(err)
	}
}

// Each instrument of the denylist has codes for whom it speaks to.
func TestSourcesHaveAddresseeCodes(t *testing.T) {
	list, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range list.Instruments() {
		if len(in.Bound)+len(in.Advised)+len(in.ThroughContract) == 0 {
			t.Errorf("%s has no addressee codes", in.ID)
		}
	}
}

// The embedded data and a custom list follow the schemas, which refuse other documents.
func TestSchemasAcceptOnlyValidFiles(t *testing.T) {
	validate := func(schema, name string, data []byte) error {
		raw, err := fs.ReadFile(author.Schemas(), schema+"-1.schema.json")
		if err != nil {
			t.Fatal(err)
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		resolved, err := s.Resolve(nil)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		return resolved.Validate(v)
	}
	check := func(schema string, fsys fs.FS, pattern string) {
		names, err := fs.Glob(fsys, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(schema, name, data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	check("list", author.Sources(), "list.json")
	check("instrument", author.Sources(), "instruments/*.json")
	check("vendor", vendors.Bundled().Files(), "*.json")
	check("list", ministry(), "list.json")
	check("instrument", ministry(), "instruments/*.json")
	check("vendor", ministry(), "vendors/*.json")
	for _, bad := range []struct{ schema, data string }{
		{"list", `{"list": "x"}`}, {"instrument", `{"id": "x"}`}, {"vendor", `{"id": "x", "name": "X"}`}, {"list", `{"list": "x", "date": "2026-01-01", "colour": "red"}`},
	} {
		if validate(bad.schema, "", []byte(bad.data)) == nil {
			t.Errorf("%s is valid", bad.data)
		}
	}
}

func TestInstrumentThatFollowsItselfIsFound(t *testing.T) {
	files := ministry()
	a := string(files["instruments/xx-order-7.json"].Data)
	for _, c := range []struct{ id, history string }{{"xx-order-7", "xx-order-9"}, {"xx-order-8", "xx-order-7"}, {"xx-order-9", "xx-order-8"}} {
		files["instruments/"+c.id+".json"] = &fstest.MapFile{Data: []byte(strings.Replace(strings.ReplaceAll(a, "xx-order-7", c.id), `"force":`, `"history": "`+c.history+`", "force":`, 1))}
	}
	if _, err := author.Load(files, denylist.Current()); !errors.Is(err, denylist.ErrCycle) {
		t.Errorf("%v in %v", err, slices.Sorted(maps.Keys(files)))
	}
}
