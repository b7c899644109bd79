// SPDX-License-Identifier: Apache-2.0

package oscal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
)

func Example() {
	var b bytes.Buffer
	if err := oscal.Write(&b, &evidence.Report{Verdict: match.Clear, Documents: []evidence.Document{{Path: "a.json", Verdict: match.Clear}}}, nil); err != nil {
		fmt.Println(err)
	}
	var out struct {
		Results struct {
			Results []struct{ Title string }
		} `json:"assessment-results"`
	}
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		fmt.Println(err)
	}
	fmt.Println(out.Results.Results[0].Title)
	// Output: Screening: clear
}

// The parts of the model (OSCAL 1.1.2) that are written, with what is required of each.
var required = map[string][]string{
	"assessment-results": {"uuid", "metadata", "import-ap", "results"}, "metadata": {"title", "last-modified", "version", "oscal-version"}, "import-ap": {"href"},
	"results": {"uuid", "title", "description", "start", "reviewed-controls"}, "reviewed-controls": {"control-selections"},
	"components": {"uuid", "type", "title", "description", "status"}, "observations": {"uuid", "description", "methods", "collected"}, "subjects": {"subject-uuid", "type"},
	"findings": {"uuid", "title", "description", "target"}, "target": {"type", "target-id", "status"}, "status": {"state"}, "related-observations": {"observation-uuid"}, "props": {"name", "value"},
	"back-matter": {"resources"}, "resources": {"uuid"}, "rlinks": {"href"}, "links": {"href"},
}

var (
	uuid  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	token = regexp.MustCompile(`^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$`)
	text  = regexp.MustCompile(`^\S(.*\S)?$`)
)

func TestModel(t *testing.T) {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "bidcheck", match.Ban)
	r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{"../../../testdata/bids", "../../../go.mod"}), nil))
	r.Documents[0].Findings = append(r.Documents[0].Findings, evidence.Finding{Finding: match.Finding{Verdict: match.Review, Vendor: match.Vendor{Name: "Acme"}, Component: match.Component{Name: "two\nlines \x1b"}}})
	var a, b bytes.Buffer
	if err := oscal.Write(&a, r, nil); err != nil {
		t.Fatal(err)
	}
	if oscal.Write(&b, r, nil); !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two times, and not the same")
	}
	var v any
	if err := json.Unmarshal(a.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	ids, refs := make(map[string]bool), make(map[string]bool)
	counts := make(map[string]int)
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case []any:
			if len(v) == 0 {
				t.Errorf("an empty array %s: the model wants one element or none of it", name)
			}
			for _, e := range v {
				walk(name, e)
			}
		case map[string]any:
			counts[name]++
			for _, want := range required[name] {
				if v[want] == nil {
					t.Errorf("%s has no %s", name, want)
				}
			}
			for k, e := range v {
				walk(k, e)
				s, _ := e.(string)
				switch {
				case k == "uuid":
					if !uuid.MatchString(s) || ids[s] {
						t.Errorf("the uuid %q of %s", s, name)
					}
					ids[s] = true
				case strings.HasSuffix(k, "-uuid"):
					refs[s] = true
				case name == "links" && k == "href":
					refs[strings.TrimPrefix(s, "#")] = true
				case k == "target-id" || name == "props" && k == "name":
					if !token.MatchString(s) {
						t.Errorf("the token %q", s)
					}
				case name == "props" && k == "value", k == "title":
					if !text.MatchString(s) {
						t.Errorf("%s %s is %q", name, k, s)
					}
				}
			}
		}
	}
	walk("", v)
	for ref := range refs {
		if !ids[ref] {
			t.Errorf("a reference to %s, which is not there", ref)
		}
	}
	findings := len(view.Gaps(r))
	if findings == 0 {
		t.Error("nothing was left out, which go.mod is")
	}
	for _, d := range r.Documents {
		findings += len(d.Findings)
	}
	if counts["findings"] != findings || counts["subjects"] != len(r.Documents) {
		t.Errorf("%d findings, and %d observations on a document; want %d and %d", counts["findings"], counts["subjects"], findings, len(r.Documents))
	}
}

// Against the schema of NIST, where OSCAL_SCHEMA says where that is.
func TestSchema(t *testing.T) {
	path := os.Getenv("OSCAL_SCHEMA")
	if path == "" {
		t.Skip("OSCAL_SCHEMA is not set")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The schema is of draft 7, in which the names of its parts are ids; the reader has a later draft.
	text = regexp.MustCompile(`"\$id" *: *"#`).ReplaceAll(text, []byte(`"$$anchor": "`))
	text = regexp.MustCompile(`"\$(id|schema)" *: *"http[^"]*",?`).ReplaceAll(text, nil)
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, paths := range [][]string{{"../../../testdata/bids", "../../../go.mod"}, {"none"}} {
		r := evidence.New(m, "bidcheck", match.Ban)
		r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), nil))
		r.Policy = &policy.Decision{Policy: "of the buyer"}
		for d, f := range r.Findings() {
			r.Policy.Waived = append(r.Policy.Waived, policy.Decided{Document: d.Path, ID: f.ID, Waiver: &policy.Waiver{Author: "A", Reason: "B", Expires: "2027-06-30"}})
		}
		var b bytes.Buffer
		if err := oscal.Write(&b, r, nil); err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); err != nil {
			t.Errorf("%v: %v", paths, err)
		}
		v["assessment-results"].(map[string]any)["results"].([]any)[0].(map[string]any)["other"] = "x"
		if resolved.Validate(v) == nil {
			t.Error("the schema takes anything")
		}
	}
}

// many is a report of n findings in one document.
func many(n int) *evidence.Report {
	r := &evidence.Report{Verdict: match.Ban, Documents: []evidence.Document{{Path: "a.json", Verdict: match.Ban}}}
	for i := range n {
		r.Documents[0].Findings = append(r.Documents[0].Findings, evidence.Finding{
			ID: fmt.Sprintf("%016x", i), Finding: match.Finding{Verdict: match.Ban, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: fmt.Sprint("part ", i)},
				Note: strings.Repeat("as long as a finding with its citations is ", 100),
			}})
	}
	return r
}

// The work grows with the findings, and not with their square: 20 times the findings, a record
// of 9 MB, take nowhere near 400 times as long. On a busy machine it takes several attempts to
// see that.
func TestLinear(t *testing.T) {
	few, lots := many(100), many(2000)
	took := func(r *evidence.Report) time.Duration {
		start := time.Now()
		if err := oscal.Write(io.Discard, r, nil); err != nil {
			t.Fatal(err)
		}
		return time.Since(start)
	}
	least, most := took(few), took(lots)
	for range 20 {
		if most <= 100*least {
			return
		}
		least, most = min(least, took(few)), min(most, took(lots))
	}
	t.Errorf("100 findings take %v, 2,000 take %v", least, most)
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		r := many(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if err := oscal.Write(io.Discard, r, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/finding")
		})
	}
}
