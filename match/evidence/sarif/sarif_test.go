// SPDX-License-Identifier: Apache-2.0

package sarif_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/screen"
)

func Example() {
	var b bytes.Buffer
	r := &evidence.Report{Tool: evidence.Tool{Name: "example"}, Documents: []evidence.Document{{Path: "a b.json", Verdict: "clear"}}}
	if err := sarif.Write(&b, r); err != nil {
		fmt.Println(err)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.Contains(line, `"kind"`) || strings.Contains(line, `"uri"`) {
			fmt.Println(strings.Trim(line, " ,"))
		}
	}
	// Output:
	// "uri": "a%20b.json"
	// "kind": "pass"
	// "uri": "a%20b.json"
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
	if err := sarif.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

// A finding does not hide what could not be read beside it, and nothing is no success.
func TestUnread(t *testing.T) {
	part := evidence.Document{Path: "a.json", Verdict: "ban", Coverage: evidence.Coverage{Malformed: 1}, Findings: []evidence.Finding{{Verdict: "ban"}}}
	for _, tt := range []struct {
		docs []evidence.Document
		want []string
	}{
		{[]evidence.Document{part}, []string{`"kind": "open"`, `"kind": "fail"`, `"executionSuccessful": true`}},
		{nil, []string{`"executionSuccessful": false`, `"Nothing was screened."`, `"results": []`, `"artifacts": []`}},
	} {
		var b bytes.Buffer
		if err := sarif.Write(&b, &evidence.Report{Documents: tt.docs}); err != nil {
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
				ToolExecutionNotifications []json.RawMessage
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
		case d.Verdict == "clear":
			want["pass"]++
		}
		for _, f := range d.Findings {
			want[map[string]string{"ban": "fail", "exclude": "fail", "review": "review"}[f.Verdict]]++
		}
	}
	if fmt.Sprint(kinds) != fmt.Sprint(want) || len(run.Artifacts) != len(r.Documents) {
		t.Errorf("results %v, want %v; %d artifacts", kinds, want, len(run.Artifacts))
	}
	if i := run.Invocations[0]; i.ExecutionSuccessful || len(i.ToolExecutionNotifications) != 1 {
		t.Errorf("%+v", i)
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
