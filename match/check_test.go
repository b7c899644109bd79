// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// partial checks that a document was not read to its end and returns what was found before.
func partial(t testing.TB, r *match.Result, err error) *match.Result {
	t.Helper()
	var incomplete *match.IncompleteError
	if r != nil || !errors.As(err, &incomplete) {
		t.Fatalf("result %+v, error %v; want no result and an IncompleteError", r, err)
	}
	r = incomplete.Result
	worst := match.Inconclusive
	for _, f := range r.Findings {
		worst = max(worst, f.Verdict)
	}
	if r.Coverage.Complete || r.Verdict != worst || len(r.Gaps) == 0 || r.Gaps[0].Kind != match.GapIncomplete {
		t.Errorf("verdict %s, coverage %+v, gaps %+v; want %s, incomplete", r.Verdict, r.Coverage, r.Gaps, worst)
	}
	return r
}

// document is a document of these components, that ends with an error if one is given.
func document(fault error, cs ...*sbom.Component) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: "test"}, nil, func(s *sbom.Sink) error {
		for i, c := range cs {
			c := *c
			c.Ref = fmt.Sprint("c", i)
			c.Claims = slices.Clone(c.Claims)
			if !s.Emit(c) {
				return nil
			}
		}
		return fault
	})
}

func unplaced(c *sbom.Component) *sbom.Component {
	c.Placement = sbom.Unresolved
	return c
}

// What was found before a fault is kept, at every place where a document can be cut.
func TestFindingsBeforeFault(t *testing.T) {
	sound := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"x","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"y"}]}`
	m := matcher(t, "", nil)
	whole, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(sound), nil))
	if err != nil || whole.Verdict != match.Ban || len(whole.Gaps) != 0 || !whole.Coverage.Complete {
		t.Fatalf("the sound document: %+v, %v", whole, err)
	}
	first := strings.Index(sound, `}},`) + 2 // after the component
	for n := range len(sound) {
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(sound[:n]), nil))
		r = partial(t, r, err)
		want := 0
		if n >= first {
			want = 1
		}
		if len(r.Findings) != want || r.Coverage.Components < want {
			t.Errorf("cut at byte %d: %d findings among %d components, want %d", n, len(r.Findings), r.Coverage.Components, want)
		}
	}
}

// A component with its placement still unknown at the fault keeps its finding.
func TestUnplacedBeforeFault(t *testing.T) {
	const head = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT",`
	const describes = `"documentDescribes":["SPDXRef-a"],`
	const packages = `"packages":[{"SPDXID":"SPDXRef-a","name":"a","supplier":"Organization: AO Kaspersky Lab"},`
	const wholly = `{"SPDXID":"SPDXRef-b","name":"b"}]`
	const relationship = `,"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]`
	m := matcher(t, "", nil)
	for _, tt := range []struct {
		name, doc string
		silent    string // what clause 76 comes to, which is silent on parts
		subject   bool
	}{
		{"not stated", head + packages, "review", false},
		{"stated before the packages", head + describes + packages, "ban", true},
		{"stated after the packages", head + packages + wholly + relationship, "ban", true},
		{"one package, and the list may continue", head + strings.TrimSuffix(packages, ","), "review", false},
	} {
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(tt.doc), nil))
		r = partial(t, r, err)
		silent := outcome(r.Findings, "eu-ep-p8-ta-2018-0258")
		if silent != tt.silent || len(r.Findings) == 0 || r.Findings[0].Component.Primary != tt.subject {
			t.Errorf("%s: clause 76 comes to %q, want %q (%+v)", tt.name, silent, tt.silent, r.Findings)
		}
		// BOD 17-01 reaches only products, and has a limit that is not settled for these.
		if product := outcome(r.Findings, "us-dhs-bod-17-01"); product != "review" {
			t.Errorf("%s: BOD 17-01 comes to %q, want review", tt.name, product)
		}
	}
}

// A done context is a fault like others, and what was found before is kept.
func TestFindingsBeforeCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	doc := sbom.NewDocument(sbom.Header{}, nil, func(s *sbom.Sink) error {
		s.Emit(*made("library", "Kaspersky Lab", "early"))
		s.Emit(*unplaced(made("library", "Kaspersky Lab", "open")))
		cancel()
		for s.Emit(sbom.Component{Name: "x"}) {
		}
		return nil
	})
	r, err := matcher(t, "", nil).Check(ctx, doc)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if r = partial(t, r, err); len(r.Findings) != 2 || r.Coverage.Components < 2 {
		t.Errorf("%d findings, coverage %+v", len(r.Findings), r.Coverage)
	}
}

// As many findings as are listed are whole; one more is incomplete, and as many are listed.
func TestMaxFindings(t *testing.T) {
	const limit = 3
	m := matcher(t, "2018.06.13", &match.Options{MaxFindings: limit, Jurisdictions: []string{"EU"}})
	for name, place := range map[string]func(*sbom.Component) *sbom.Component{
		"placed":   func(c *sbom.Component) *sbom.Component { return c },
		"unplaced": unplaced,
	} {
		for _, n := range []int{limit - 1, limit, limit + 1, limit + 20} {
			var cs []*sbom.Component
			for range n {
				cs = append(cs, place(made("library", "Kaspersky Lab", "x")))
			}
			r, err := m.Check(t.Context(), document(nil, cs...))
			if n <= limit {
				if err != nil || len(r.Findings) != n || !r.Coverage.Complete {
					t.Errorf("%s: %d findings: %+v, %v", name, n, r, err)
				}
				continue
			}
			if !errors.Is(err, sbom.ErrLimit) || !errors.Is(err, match.ErrUnlisted) {
				t.Errorf("%s: %d findings: error %v, want ErrLimit and ErrUnlisted", name, n, err)
			}
			// The others are counted, and not held.
			want := match.Unlisted{Findings: n - limit, Verdict: match.Review}
			if r = partial(t, r, err); len(r.Findings) != limit || cap(r.Findings) > 2*limit || r.Coverage.Components != n || r.Unlisted != want || r.Verdict != match.Review {
				t.Errorf("%s: %d of %d findings are listed, %d components read, %+v, %s; want %d, %+v", name, len(r.Findings), n, r.Coverage.Components, r.Unlisted, r.Verdict, limit, want)
			}
		}
	}
	// Observations count too.
	mention := &sbom.Component{Type: "library", Name: "x", Claims: []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindName, Value: "Kaspersky Lab"}}}
	r, err := m.Check(t.Context(), document(nil, mention, mention, mention, mention))
	if r = partial(t, r, err); len(r.Observations) != limit {
		t.Errorf("%d observations are kept, want %d", len(r.Observations), limit)
	}
	// A finding is listed before an observation, and the first of the worst before milder ones.
	found := made("application", "Kaspersky Lab", "x")
	found.Placement = sbom.Primary
	mild := made("library", "Kaspersky Lab", "x")
	r, err = m.Check(t.Context(), document(nil, mention, mention, mention, mild, mild, mild, found, mild, found))
	r = partial(t, r, err)
	if want := (match.Unlisted{Findings: 3, Observations: 3, Verdict: match.Ban}); len(r.Findings) != limit || len(r.Observations) != 0 || r.Unlisted != want || r.Verdict != match.Ban || r.Findings[limit-1].Verdict != match.Ban {
		t.Errorf("%s: %d findings, %d observations, %+v, %v", r.Verdict, len(r.Findings), len(r.Observations), r.Unlisted, err)
	}
	for _, n := range []int{2, 0, -1} {
		if err := r.Limit(n); !errors.Is(err, match.ErrUnlisted) || len(r.Findings) > max(n, 0) || r.Verdict != match.Ban || len(r.Findings)+r.Unlisted.Findings != 6 {
			t.Errorf("limited to %d: %s, %d findings, %+v, %v", n, r.Verdict, len(r.Findings), r.Unlisted, err)
		}
	}
}

// Findings are in the order of the components, whether or not the document tells their
// placement at once and whatever it says of their places, then of vendors and reasons.
func TestOrder(t *testing.T) {
	both := func(name string, offset int64) *sbom.Component {
		c := made("device", "ZTE Corporation", name)
		c.Claims = append(c.Claims, vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Huawei Technologies Co., Ltd."})
		c.Location.Offset = offset
		return c
	}
	cs := []*sbom.Component{both("a", 90), unplaced(both("b", -1)), both("c", 10), both("d", -1), unplaced(both("e", 5)), both("f", 0)}
	r, err := matcher(t, "", nil).Check(t.Context(), document(nil, cs...))
	if err != nil {
		t.Fatal(err)
	}
	key := func(f match.Finding) string {
		return f.Component.Name + " " + string(f.Vendor.ID) + " " + string(f.Reason)
	}
	for _, fs := range [][]match.Finding{r.Findings, r.Observations} {
		if len(fs) < 2*len(cs) {
			t.Errorf("%d findings or observations, want two vendors for each component", len(fs))
		}
		if !slices.IsSortedFunc(fs, func(a, b match.Finding) int { return strings.Compare(key(a), key(b)) }) {
			for _, f := range fs {
				t.Log(key(f))
			}
			t.Error("not in order")
		}
	}
}

// A citation with the verdict review has the reason in CappedBy, and no other has one.
func TestHeld(t *testing.T) {
	lineage := made("application", "AO Kaspersky Lab", "engine")
	lineage.Pedigree = true
	const silent = "the text does not say that it reaches components inside other products"
	for _, tt := range []struct {
		name      string
		component *sbom.Component
		subject   bool
		listing   string // or its instrument
		held      string
		ifReached match.Verdict
	}{
		{"a name that resembles", made("application", "Kapersky Lab", "kav"), true, "us-pl-115-91-s1634", "the attribution only resembles the vendor", 0},
		{"in the history of another", lineage, true, "us-pl-115-91-s1634", "the component is in the history of another and not in the product itself", 0},
		{"silent on parts", made("library", "Kaspersky Lab", "kav"), false, "eu-ep-p8-ta-2018-0258", silent, match.Ban},
		{"silent on parts, and asks for less", made("library", "Kaspersky Lab", "kav"), false, "lt-2017-12-20", silent, match.Exclude},
		{"silent on parts, of a product", made("library", "Kaspersky Lab", "kav"), true, "eu-ep-p8-ta-2018-0258", "", 0},
		{"silent on parts, and only resembles", made("library", "Kapersky Lab", "kav"), false, "eu-ep-p8-ta-2018-0258", "the attribution only resembles the vendor; " + silent, 0},
		{"reaches parts", made("library", "Kaspersky Lab", "kav"), false, "us-pl-115-91-s1634", "", 0},
		{"a warning", made("device", "ZTE Corporation", "MF286"), true, "eu-ec-c-2023-4049/suppliers/zte", "the text warns and asks for nothing more; limited to “mobile network communication equipment”, which what is known of the component does not settle", 0},
	} {
		found := false
		for _, f := range matched(t, matcher(t, "", nil), tt.component, tt.subject) {
			for _, c := range f.Citations {
				if f.Verdict != match.NoVerdict && (c.Verdict == match.Review) != (c.CappedBy != "") {
					t.Errorf("%s: %s comes to %s, held %q", tt.name, c.Listing, c.Verdict, c.CappedBy)
				}
				if strings.HasPrefix(c.Listing+"/", tt.listing+"/") {
					found = true
					if c.CappedBy != tt.held || c.VerdictIfPartsReached != tt.ifReached {
						t.Errorf("%s: held %q, %s if parts are reached; want %q, %s", tt.name, c.CappedBy, c.VerdictIfPartsReached, tt.held, tt.ifReached)
					}
				}
			}
		}
		if !found {
			t.Errorf("%s: no citation of %s", tt.name, tt.listing)
		}
	}
}

// Words that were not verified in the official text lead to review at most, whether the listing or
// its clause says so.
func TestUnverified(t *testing.T) {
	const dir = "../testdata/lists/ministry"
	for _, tt := range []struct {
		name            string
		clause, listing bool
		want            string
	}{
		{"both verified", true, true, "ban"},
		{"the listing not", true, false, "review"},
		{"the clause not", false, true, "review"},
	} {
		files := fstest.MapFS{}
		if err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(os.DirFS(dir), name)
			files[name] = &fstest.MapFile{Data: data}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		text := string(files["instruments/xx-order-7.json"].Data)
		at := strings.Index(text, `"listings"`)
		set := func(part string, verified bool) string {
			return strings.ReplaceAll(part, `"verified": true`, fmt.Sprintf(`"verified": %v`, verified))
		}
		text = set(text[:at], tt.clause) + set(text[at:], tt.listing)
		files["instruments/xx-order-7.json"].Data = []byte(text)
		release, err := author.Load(files, denylist.Current())
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		m, err := match.New(release, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(matched(t, m, made("application", "Acronis AG", "backup"), true), "xx-order-7"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A bill of materials that lists no parts of its product is not clear, and says why; one whose
// reader does not set NoParts is.
func TestNoParts(t *testing.T) {
	for _, noParts := range []bool{true, false} {
		doc := sbom.NewDocument(sbom.Header{Format: "test", NoParts: noParts}, nil, func(s *sbom.Sink) error {
			s.Emit(sbom.Component{Name: "product", Placement: sbom.Primary})
			return nil
		})
		r, err := matcher(t, "", nil).Check(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		warned := slices.ContainsFunc(r.Header.Warnings, func(w sbom.Warning) bool { return strings.Contains(w.Message, "lists no parts") })
		gap := len(r.Gaps) == 1 && r.Gaps[0].Kind == match.GapNoParts
		if noParts != warned || noParts != gap || noParts != (r.Verdict == match.Inconclusive) {
			t.Errorf("NoParts %v: %s, warned %v, gaps %+v", noParts, r.Verdict, warned, r.Gaps)
		}
	}
}

// Each kind of gap makes a document inconclusive, and is there beside a finding too.
func TestGaps(t *testing.T) {
	bom := func(rest string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6"` + rest + `}` }
	const ok, listed = `{"type":"library","name":"x"}`, `{"type":"library","name":"k","supplier":{"name":"Kaspersky Lab"}}`
	for _, tt := range []struct {
		name, rest string // with %s for a component
		kind       match.GapKind
		opts       *match.Options
	}{
		{"a field", `,"components":[%s,{"type":"library","name":"y","supplier":5}]`, match.GapMalformed, nil},
		{"a link", `,"externalReferences":[{"type":"bom","url":"https://example.org/bom"}],"components":[%s]`, match.GapLinks, nil},
		{"identity", `,"components":[%s,{"type":"library","name":"z"}]`, match.GapIdentity, &match.Options{RequireIdentity: true}},
	} {
		for part, want := range map[string]match.Verdict{ok: match.Inconclusive, listed: match.Ban} {
			r, err := matcher(t, "", tt.opts).Check(t.Context(), sbom.NewReader(strings.NewReader(bom(strings.Replace(tt.rest, "%s", part, 1))), nil))
			if err != nil || r.Verdict != want || len(r.Gaps) != 1 || r.Gaps[0].Kind != tt.kind || strings.Contains(r.Gaps[0].Message, "%") {
				t.Errorf("%s with %s: %+v, %v", tt.name, part, r, err)
			}
		}
	}
	r, err := matcher(t, "", nil).Check(t.Context(), sbom.NewReader(strings.NewReader(bom("")), nil))
	if err != nil || r.Verdict != match.Inconclusive || len(r.Gaps) != 1 || r.Gaps[0].Kind != match.GapNothing {
		t.Errorf("no components: %+v, %v", r, err)
	}
}
