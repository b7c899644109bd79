// SPDX-License-Identifier: Apache-2.0

package sarif_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/vendors"
)

func Example() {
	var b bytes.Buffer
	r := &evidence.Report{Documents: []evidence.Document{{Path: "a b.json", Verdict: match.Clear}}}
	if err := sarif.Write(&b, r, nil); err != nil {
		fmt.Println(err)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.Contains(line, `"kind"`) || strings.Contains(line, `"uri"`) { // a result would have a kind
			fmt.Println(strings.Trim(line, " ,"))
		}
	}
	// Output:
	// {"location":{"uri":"a%20b.json"},"length":0}
}

func write(t *testing.T, paths ...string) ([]byte, *evidence.Report) {
	t.Helper()
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../../..")
	r := evidence.New(m, "bidcheck", match.Ban)
	r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), nil))
	var b bytes.Buffer
	if err := sarif.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

// A path is a relative reference, whatever is in it.
func TestURI(t *testing.T) {
	for path, want := range map[string]string{
		"a.json": "a.json", "./a.json": "a.json", "bid/a:b.json": "bid/a:b.json", "a:b.cdx.json": "./a:b.cdx.json", "./a:b.json": "./a:b.json", "mailto:x": "./mailto:x", "C:/x.json": "./C:/x.json",
		"javascript:alert(1)": "./javascript:alert%281%29", "a b#c?d%e.json": "a%20b%23c%3Fd%25e.json", "../a.json": "../a.json", "/srv/a.json": "/srv/a.json", "a\u202eb": "a%E2%80%AEb",
	} {
		var b bytes.Buffer
		if err := sarif.Write(&b, &evidence.Report{Documents: []evidence.Document{{Path: path, Verdict: match.Clear}}}, nil); err != nil {
			t.Fatal(err)
		}
		var log struct {
			Runs []struct {
				Artifacts []struct{ Location struct{ URI string } }
			}
		}
		if err := json.Unmarshal(b.Bytes(), &log); err != nil {
			t.Fatal(err)
		}
		got := log.Runs[0].Artifacts[0].Location.URI
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "" || u.Host != "" {
			t.Errorf("%q is %q: %+v, %v", path, got, u, err)
		}
		if strings.NewReplacer("(", "%28", ")", "%29").Replace(got) != want {
			t.Errorf("%q is %q; want %q", path, got, want)
		}
	}
}

// Lines and columns are those of the file, if it is at hand and what was screened.
func TestLines(t *testing.T) {
	text := "{\n \"ä€\": {\"name\": \"x\"},\r\n\n{}"
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	open := func(text string, err error) func(string) (io.ReadCloser, error) {
		return func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), err }
	}
	regions := func(d evidence.Document, open func(string) (io.ReadCloser, error)) string {
		t.Helper()
		for _, o := range []int{strings.Index(text, `{"name`), 0, len(text) - 2, -1, 1 << 40} {
			d.Findings = append(d.Findings, evidence.Finding{Finding: match.Finding{Verdict: match.Ban, Component: match.Component{Location: vendors.Location{Offset: int64(o)}}}})
		}
		var b bytes.Buffer
		if err := sarif.Write(&b, &evidence.Report{Documents: []evidence.Document{d}}, &sarif.Options{Open: open}); err != nil {
			t.Fatal(err)
		}
		var log struct {
			Runs []struct {
				Results []struct {
					Locations []struct {
						PhysicalLocation struct {
							Region *struct{ StartLine, StartColumn int }
						}
					}
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &log); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range log.Runs[0].Results {
			if at := r.Locations[0].PhysicalLocation.Region; at == nil {
				all = append(all, "-")
			} else {
				all = append(all, fmt.Sprintf("%d:%d", at.StartLine, at.StartColumn))
			}
		}
		if strings.Contains(b.String(), `"byteOffset":-1`) != true || strings.Contains(b.String(), `"region":{}`) {
			t.Error(b.String())
		}
		return strings.Join(all, " ")
	}
	sound := evidence.Document{Path: "a.json", Verdict: match.Ban, SHA256: sum(text), Encoding: "JSON"}
	changed, packed, tree, binary := sound, sound, sound, sound
	changed.SHA256 = sum("x")
	packed.Container = &evidence.File{Path: "a.zip"}
	tree.Encoding = "files"
	binary.SHA256 = sum(text + "\x00")
	const none = "- - - - -"
	for _, tt := range []struct {
		what string
		d    evidence.Document
		open func(string) (io.ReadCloser, error)
		want string
	}{
		{"at hand", sound, open(text, nil), "2:8 1:1 4:1 - -"},
		{"not at hand", sound, open("", os.ErrNotExist), none},
		{"nobody opens it", sound, nil, none},
		{"changed since", changed, open(text, nil), none},
		{"in an archive", packed, open(text, nil), none},
		{"a tree", tree, open(text, nil), none},
		{"binary", binary, open(text+"\x00", nil), none},
	} {
		if got := regions(tt.d, tt.open); got != tt.want {
			t.Errorf("%s: %s; want %s", tt.what, got, tt.want)
		}
	}
}

// Hosts show each result as an alert: what is clear has none.
func TestNoPass(t *testing.T) {
	var b bytes.Buffer
	if err := sarif.Write(&b, &evidence.Report{Documents: []evidence.Document{{Path: "a.json", Verdict: match.Clear}}}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"results": []`) || strings.Contains(b.String(), "pass") {
		t.Error(b.String())
	}
}

// Documents with the same path and content are one artifact: the format takes each once.
func TestArtifactsOnce(t *testing.T) {
	twice := evidence.Document{Path: "a.zip!b", Verdict: match.Inconclusive}
	other := twice
	other.SHA256 = "00"
	var b bytes.Buffer
	if err := sarif.Write(&b, &evidence.Report{Documents: []evidence.Document{twice, twice, other}}, nil); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), `{"location":{"uri":"a.zip%21b"}`); n != 2 || !strings.Contains(b.String(), `"index":1`) || strings.Contains(b.String(), `"index":2`) {
		t.Errorf("%d artifacts\n%s", n, b.String())
	}
}

// A finding does not hide what could not be read beside it, and nothing is no success.
func TestUnread(t *testing.T) {
	part := evidence.Document{Path: "a.json", Verdict: match.Ban, Coverage: match.Coverage{Malformed: 1}, Findings: []evidence.Finding{{Finding: match.Finding{Verdict: match.Ban}}}}
	for _, tt := range []struct {
		docs []evidence.Document
		want []string
	}{
		{[]evidence.Document{part}, []string{`"kind":"open"`, `"kind":"fail"`, `"executionSuccessful": false`, `"Not screened: fields or elements that could not be read: 1"`}},
		{nil, []string{`"executionSuccessful": false`, `"Not screened: nothing was screened"`, `"results": []`, `"artifacts": []`}},
	} {
		var b bytes.Buffer
		if err := sarif.Write(&b, &evidence.Report{Documents: tt.docs}, nil); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%d documents: no %s in\n%s", len(tt.docs), want, b.String())
			}
		}
	}
}

func TestWrite(t *testing.T) {
	data, r := write(t, "testdata/bids", "go.mod")
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct{ Level string }
			}
			Artifacts []json.RawMessage
			Results   []struct {
				RuleID              string
				RuleIndex           int
				Kind, Level         string
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct {
							URI   string
							Index int
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	kinds := make(map[string]int)
	for _, x := range run.Results {
		kinds[x.Kind]++
		if run.Tool.Driver.Rules[x.RuleIndex].ID != x.RuleID {
			t.Errorf("rule %d is not %s", x.RuleIndex, x.RuleID)
		}
		if x.Kind != "fail" && x.Level != "none" { // SARIF 3.27.10
			t.Errorf("a result of kind %s has level %s", x.Kind, x.Level)
		}
		if at := x.Locations[0].PhysicalLocation.ArtifactLocation; r.Documents[at.Index].Path != at.URI {
			t.Errorf("artifact %d is not %s", at.Index, at.URI)
		}
	}
	want := make(map[string]int)
	for _, d := range r.Documents {
		switch {
		case d.Error != nil:
			want["open"]++
		case d.Verdict == match.Inconclusive:
			want["open"]++
		}
		for _, f := range d.Findings {
			want[map[match.Verdict]string{match.Ban: "fail", match.Exclude: "fail", match.Review: "review"}[f.Verdict]]++
		}
	}
	if fmt.Sprint(kinds) != fmt.Sprint(want) || len(run.Artifacts) != len(r.Documents) {
		t.Errorf("results %v, want %v; %d artifacts", kinds, want, len(run.Artifacts))
	}
	levels := make(map[string]int)
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		levels[n.Level]++
	}
	if run.Invocations[0].ExecutionSuccessful || levels["error"] != 1 || levels["warning"] != 0 {
		t.Errorf("%+v", run.Invocations[0])
	}
}

// waivers returns a report with a waived and a failing finding as SARIF.
func waivers(t *testing.T) ([]byte, *evidence.Report) {
	t.Helper()
	text := &denylist.Citation{Listing: "x/1/acme", Title: "Act", Quote: "shall not buy", URL: "https://example.gov", Addressees: "agencies", Scope: &denylist.Scope{Limit: "routers", Exceptions: []string{"spare parts"}}}
	find := func(id string) evidence.Finding {
		return evidence.Finding{ID: id, Finding: match.Finding{Verdict: match.Ban, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Citations: []match.Citation{{Citation: text, Verdict: match.Ban}}}}
	}
	r := &evidence.Report{Documents: []evidence.Document{{Path: "a.json", Verdict: match.Ban, Coverage: match.Coverage{Malformed: 1}, Findings: []evidence.Finding{find("waived"), find("failing")}}},
		Policy: &policy.Decision{Fails: []policy.Decided{{Document: "a.json", ID: "failing"}}, Waived: []policy.Decided{{Document: "a.json", ID: "waived", Waiver: &policy.Waiver{Author: "A. Buyer", Reason: "until it is replaced", Expires: "2027-06-30"}}}}}
	var b bytes.Buffer
	if err := sarif.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

// A waived finding is suppressed, with who waived it, and no other result is. Without a policy no
// result says anything of suppressions.
func TestSuppressions(t *testing.T) {
	data, r := waivers(t)
	var log struct {
		Runs []struct {
			Results []struct {
				PartialFingerprints map[string]string
				Suppressions        []struct{ Kind, Status, Justification string }
			}
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range log.Runs[0].Results {
		if x.Suppressions == nil {
			t.Errorf("no list of suppressions: %+v", x)
		}
		got = append(got, fmt.Sprint(x.PartialFingerprints["clause76/finding/v1"], x.Suppressions))
	}
	if fmt.Sprint(got) != "[waived[{external accepted waived until 2027-06-30 by A. Buyer: until it is replaced}] failing[] []]" {
		t.Error(got)
	}
	r.Policy = nil
	var b bytes.Buffer
	if err := sarif.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "suppressions") {
		t.Error(b.String())
	}
}

// Against the schema of OASIS, where SARIF_SCHEMA says where that is: .ci/run does.
func TestSchema(t *testing.T) {
	path := os.Getenv("SARIF_SCHEMA")
	if path == "" {
		t.Skip("SARIF_SCHEMA is not set")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	schema.ID, schema.Schema = "", "" // the reader has one draft
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	waived, _ := waivers(t)
	for what, data := range map[string][]byte{"waived": waived} {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, paths := range [][]string{{"testdata/bids"}, {"testdata/bids/router-tender", "go.mod"}, {"none"}} {
		t.Run(paths[0], func(t *testing.T) {
			data, _ := write(t, paths...)
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				t.Fatal(err)
			}
			if err := resolved.Validate(v); err != nil {
				t.Errorf("%v: %v", paths, err)
			}
			v.(map[string]any)["runs"].([]any)[0].(map[string]any)["results"].([]any)[0].(map[string]any)["kind"] = "x"
			if resolved.Validate(v) == nil {
				t.Error("the schema takes anything")
			}
		})
	}
}
