// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/match/evidence"
)

const (
	tenant = fleettest.Tenant
	older  = "2018.06.13"
	newer  = "2024.07.24"
)

// A folder is a bucket and a key on disk, for commands.
type folder struct {
	t   *testing.T
	dir string
	f   *fleettest.Fleet
}

// newFolder writes objects to a bucket in a folder. The tests are quick because they do not
// use the durable writes of the store.
func newFolder(t *testing.T, f *fleettest.Fleet, m *storetest.Memory) *folder {
	t.Helper()
	x := &folder{t, t.TempDir(), f}
	x.write("key.pub", fleettest.PublicKey(t, f.Key))
	for key, data := range m.Objects("") {
		x.write(BucketFolder+"/"+key, data)
	}
	return x
}

func (x *folder) write(name string, data []byte) {
	x.t.Helper()
	path := filepath.Join(x.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		x.t.Fatal(err)
	}
}

// run runs a command.
func (x *folder) run(name string, args ...string) (status int, stdout, stderr string) {
	var out, warn bytes.Buffer
	status = Commands[name](x.t.Context(), append([]string{"-data", x.dir, "-tenant", tenant}, args...), &out, &warn)
	return status, out.String(), warn.String()
}

// commitAll runs a compactor once.
func commitAll(t *testing.T, f *fleettest.Fleet, m *storetest.Memory, change func(*compact.Options)) {
	t.Helper()
	o := compact.Options{Store: m, Tenant: tenant, Key: f.Key, Dir: t.TempDir(), Segments: 2}
	if change != nil {
		change(&o)
	}
	c, err := compact.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Search(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// filled returns a store with 13 documents in 5 batches, under one screening.
func filled(t *testing.T) (*fleettest.Fleet, *storetest.Memory) {
	m := storetest.New()
	f := fleettest.New(t, m)
	f.Fill(f.Screening(older), 5, 3)
	commitAll(t, f, m, nil)
	return f, m
}

func TestFind(t *testing.T) {
	f, m := filled(t)
	x := newFolder(t, f, m)
	tests := []struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		{[]string{"-vendor", "kaspersky"}, 1, "review   declared  part-6 1.6    bids/0006.json  2018.06.13", "searched the records on 13 documents by denylist 2018.06.13 as of 2018-06-13, in 3 commits"},
		{nil, 1, "VENDOR", "signed by the key"},
		{[]string{"-vendor", "huawei"}, 0, "nothing found of huawei in the records on 13 documents", ""},
		{[]string{"-vendor", "kaspersky", "-verdict", "ban", "-release", older}, 0, "nothing found with the verdict ban of kaspersky", ""},
		{[]string{"-document", "bids/0000.json"}, 1, "bids/0000.json", "verdict "},
		{[]string{"-document", "bids/none.json"}, 3, "nothing found", `no document has the name "bids/none.json"`},
		{[]string{"-vendor", "kaspersk"}, 2, "", "did you mean kaspersky?"},
		{[]string{"-release", newer}, 2, "", "there are no results of such a screening"},
		{[]string{"-verdict", "bad"}, 2, "", "no verdict"},
		{[]string{"-o", "xml"}, 2, "", "expected table, csv, json or parquet"},
		{[]string{"-tenant", "other"}, 3, "", "there are no results yet"},
	}
	for _, test := range tests {
		status, stdout, stderr := x.run("find", test.args...)
		if status != test.status || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
			t.Errorf("find %v: status %d, expected %d\n%s%s", test.args, status, test.status, stdout, stderr)
		}
	}
}

// TestFindSaysWhichJobsAreMissing: a job of the screening without results is in the answer.
func TestFindSaysWhichJobsAreMissing(t *testing.T) {
	f, m := filled(t)
	for _, l := range slices.Sorted(maps.Keys(m.Objects(tenant + "/segments/"))) {
		m.Set(strings.Replace(strings.Replace(l, "/segments/", "/jobs/", 1), ".seg", ".json", 1), []byte("{}"))
	}
	x := newFolder(t, f, m)
	if status, _, stderr := x.run("find", "-vendor", "huawei"); status != exitOK || strings.Contains(stderr, "not searched") {
		t.Errorf("all jobs have results: status %d\n%s", status, stderr)
	}
	x.write(BucketFolder+"/"+store.JobKey(&job.Job{Tenant: tenant, Batch: "again", Screening: f.Screening(older).ID()}), []byte("{}"))
	if status, _, stderr := x.run("find", "-vendor", "huawei"); status != exitUnread || !strings.Contains(stderr, "not searched: 1 job of this screening") {
		t.Errorf("a job has none: status %d\n%s", status, stderr)
	}
}

func TestFindFormats(t *testing.T) {
	f, m := filled(t)
	x := newFolder(t, f, m)
	_, out, _ := x.run("find", "-o", "json")
	var objects []map[string]any
	if err := json.Unmarshal([]byte(out), &objects); err != nil || len(objects) == 0 {
		t.Fatalf("%d objects: %v", len(objects), err)
	}
	_, out, _ = x.run("find", "-o", "csv")
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(lines) != len(objects)+1 || !slices.Equal(lines[0], columns) {
		t.Errorf("%d lines of CSV for %d findings: %v", len(lines), len(objects), err)
	}
	file := filepath.Join(t.TempDir(), "found.parquet")
	x.run("find", "-o", "parquet", "-out", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range table.Read[table.Finding](bytes.NewReader(data), int64(len(data))) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Vendor != objects[n]["vendor"] || row.Document != objects[n]["document"] {
			t.Errorf("row %d: %+v", n, row)
		}
		n++
	}
	if n != len(objects) {
		t.Errorf("%d rows of Parquet for %d findings", n, len(objects))
	}
	if _, out, _ = x.run("find", "-o", "json", "-vendor", "zte"); strings.TrimSpace(out) != "[]" {
		t.Errorf("no findings as JSON: %q", out)
	}
}

// TestFindSaysWhatIsMissing: a batch without results and a document without a record by the release are
// in the answer.
func TestFindSaysWhatIsMissing(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	_, batches := f.Fill(f.Screening(older), 2, 3)
	f.Segment(batches[0], f.Screening(newer))
	f.Batch([]string{"late.json"}, [][]byte{fleettest.SBOM("Acme", 99)})
	commitAll(t, f, m, nil)
	x := newFolder(t, f, m)
	status, _, stderr := x.run("find", "-vendor", "huawei")
	for _, want := range []string{"searched the records on 3 documents by denylist 2024.07.24", "not searched: 2 documents without a record", "not searched: 1 submitted batch without results"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("expected %q in\n%s", want, stderr)
		}
	}
	if status != exitUnread {
		t.Errorf("status %d", status)
	}
	if status, out, _ := x.run("audit"); status != exitUnread || !strings.Contains(out, "NOT DONE") || !strings.Contains(out, "late.json") {
		t.Errorf("audit: status %d\n%s", status, out)
	}
}

// TestDeltas: a record of an older release counts for a newer one if a delta statement says so, once,
// and not for the documents that it names.
func TestDeltas(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	a, b := f.Screening(older), f.Screening(newer)
	results, batches := f.Fill(a, 3, 3)
	commitAll(t, f, m, nil)
	f.Segment(batches[0], b, 0, 2) // 1 is not affected
	f.Segment(batches[1], b)       // all are screened again, also those that are not affected
	// The affected document 0 of the third batch is not screened again yet.
	affected := map[string][]int{results[0].Job.ID(): {0, 2}, results[1].Job.ID(): {1}, results[2].Job.ID(): {0}}
	for _, r := range results {
		m.Set(store.DeltaKey(&r.Job, b.ID()), []byte(r.Job.ID()+" "+r.Segment))
	}
	parse := func(_ context.Context, statement []byte, _ ...dsse.Verifier) (*compact.DeltaStatement, error) {
		for _, r := range results {
			if string(statement) == r.Job.ID()+" "+r.Segment {
				return &compact.DeltaStatement{Job: r.Job, Segment: r.Segment, Screening: b.ID(), Affected: affected[r.Job.ID()]}, nil
			}
		}
		return nil, fmt.Errorf("not a statement: %s", statement)
	}
	commitAll(t, f, m, func(o *compact.Options) { o.ParseDelta = parse })
	defer func(was func(context.Context, []byte, ...dsse.Verifier) (*compact.DeltaStatement, error)) {
		ParseDelta = was
	}(ParseDelta)
	ParseDelta = parse
	x := newFolder(t, f, m)
	_, out, stderr := x.run("find", "-vendor", "kaspersky", "-o", "json")
	var found []struct{ Path, Release string }
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	paths := make(map[string]int)
	for _, x := range found {
		paths[x.Path]++
	}
	if !strings.Contains(stderr, "searched the records on 7 documents by denylist 2024.07.24") || !strings.Contains(stderr, "not searched: 1 document without a record") || paths[batches[2].Documents[0].Name] > 0 {
		t.Errorf("find:\n%s", stderr)
	}
	for path, n := range paths {
		if n > 1 {
			t.Errorf("%s is found %d times", path, n)
		}
	}
	if status, out, _ := x.run("audit", "-signatures", "-log"); status != exitOK {
		t.Errorf("audit: status %d\n%s", status, out)
	}
	changed := m.Copy()
	key := store.DeltaKey(&results[0].Job, b.ID())
	changed.Set(key, append(changed.Objects(key)[key], ' '))
	if status, out, _ := newFolder(t, f, changed).run("audit"); status != exitFound || !strings.Contains(out, key) {
		t.Errorf("audit of a changed delta statement: status %d\n%s", status, out)
	}
	// The record of a document that is not affected is that of the older release.
	if _, out, _ := x.run("record", batches[0].Documents[1].Name); !strings.Contains(verdictOf(t, f, out), older) {
		t.Errorf("the record is by %s", verdictOf(t, f, out))
	}
}

// verdictOf verifies a statement and describes it.
func verdictOf(t *testing.T, f *fleettest.Fleet, statement string) string {
	t.Helper()
	r, _, err := evidence.Verify(t.Context(), []byte(statement), f.Key.StatementVerifier)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	return fmt.Sprint(r.Verdict, " by ", r.Denylist.Release)
}

func TestRecordAndExport(t *testing.T) {
	f, m := filled(t)
	x := newFolder(t, f, m)
	status, out, _ := x.run("record", "bids/0001.json")
	if status != exitOK || !strings.Contains(verdictOf(t, f, out), older) {
		t.Errorf("record: status %d, %s", status, out)
	}
	if status, _, stderr := x.run("record", "none"); status != exitUnread || !strings.Contains(stderr, "no document") {
		t.Errorf("record none: status %d, %s", status, stderr)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if status, _, stderr := x.run("export", "-out", dir); status != exitOK || !strings.Contains(stderr, "wrote 13 statements") {
		t.Errorf("export: status %d, %s", status, stderr)
	}
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		verdictOf(t, f, string(data))
		n++
		return err
	})
	if err != nil || n != 13 {
		t.Errorf("%d files: %v", n, err)
	}
	file := filepath.Join(t.TempDir(), "all.parquet")
	if status, _, stderr := x.run("export", "-findings", "-out", file); status != exitOK || !strings.Contains(stderr, "in 13 documents") {
		t.Errorf("export -findings: status %d, %s", status, stderr)
	}
}

// TestStatementFile: no name of a document leads out of the folder.
func TestStatementFile(t *testing.T) {
	const key = "0123456789abcdef"
	for name, want := range map[string]string{
		"bids/a.json":     "bids/a.json",
		"/etc/passwd":     "etc/passwd",
		"../../x":         "%2E%2E/%2E%2E/x",
		"a//./b":          "a/%2E/b",
		`c:\x`:            "c:%5Cx",
		"new\nline":       "new%0Aline",
		"":                "",
		"..":              "%2E%2E",
		"s3://b/key.json": "s3:/b/key.json",
	} {
		if got := statementFile(&table.Document{Name: name, Document: key}); got != want+".0123456789ab.intoto.json" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// TestAudit changes one thing at a time.
func TestAudit(t *testing.T) {
	f, m := filled(t)
	x := newFolder(t, f, m)
	status, out, _ := x.run("audit", "-signatures", "-log")
	if status != exitOK || strings.Contains(out, "DIFFERENT") || !strings.Contains(out, "13 records on 13 documents, 3 commits") {
		t.Fatalf("status %d\n%s", status, out)
	}
	first := func(m *storetest.Memory, prefix string) string {
		return slices.Sorted(maps.Keys(m.Objects(tenant + "/" + prefix)))[0]
	}
	flip := func(m *storetest.Memory, key string, at int) {
		data := slices.Clone(m.Objects(key)[key])
		data[(at+len(data))%len(data)] ^= 1
		m.Set(key, data)
	}
	tests := []struct {
		name   string
		change func(m *storetest.Memory)
		status int
		want   string // in the output, with the key
	}{
		{"segment", func(m *storetest.Memory) { flip(m, first(m, "segments/"), 100) }, 1, "/segments/"},
		{"end of a segment", func(m *storetest.Memory) { flip(m, first(m, "segments/"), -50) }, 1, "/segments/"},
		{"missing segment", func(m *storetest.Memory) { m.Set(first(m, "segments/"), nil) }, 1, "no such object"},
		{"table", func(m *storetest.Memory) { flip(m, first(m, "tables/documents/"), 50) }, 1, "not the file of the commit"},
		{"missing table", func(m *storetest.Memory) { m.Set(first(m, "tables/findings/"), nil) }, 1, "/tables/findings/"},
		{"file of no commit", func(m *storetest.Memory) {
			m.Set(tenant+"/tables/documents/release=x/part-00000009.parquet", []byte("x"))
		}, 1, "of no commit"},
		{"commit", func(m *storetest.Memory) { flip(m, store.CommitKey(tenant, 2), 100) }, 1, "00000002.note"},
		{"missing commit", func(m *storetest.Memory) { m.Set(store.CommitKey(tenant, 2), nil) }, 1, "one before it is missing"},
		{"missing last commit", func(m *storetest.Memory) { m.Set(store.CommitKey(tenant, 3), nil) }, 1, "of no commit"},
		{"tile", func(m *storetest.Memory) { flip(m, tenant+"/log/tile/8/0/000.p/5", 3) }, 1, "/log/tile/"},
		{"batch", func(m *storetest.Memory) { flip(m, first(m, "batches/"), 40) }, 1, ""},
		{"missing batch", func(m *storetest.Memory) { m.Set(first(m, "batches/"), nil) }, 1, "no such object"},
		{"failed job", func(m *storetest.Memory) {
			m.Set(store.FailedKey(&job.Job{Tenant: tenant, Batch: "x", Screening: "s"}), []byte(`{"error":"bad batch"}`))
		}, 3, "can never be done"},
		{"job without a segment", func(m *storetest.Memory) {
			m.Set(store.JobKey(&job.Job{Tenant: tenant, Batch: "x", Screening: "s"}), []byte(`{}`))
		}, 3, "the job has no segment in a commit"},
		{"segment in no commit", func(m *storetest.Memory) {
			g := fleettest.New(t, m)
			g.Segment(g.Batch([]string{"new.json"}, [][]byte{fleettest.SBOM("Acme", 77)}), g.Screening(older))
		}, 3, "in no commit yet"},
	}
	for _, test := range tests {
		changed := m.Copy()
		test.change(changed)
		status, out, stderr := newFolder(t, f, changed).run("audit", "-signatures", "-log")
		if status != test.status || !strings.Contains(out, test.want) {
			t.Errorf("%s: status %d, expected %d and %q\n%s%s", test.name, status, test.status, test.want, out, stderr)
		}
	}
}

// TestAuditForgedRows: a row that does not follow from its statement is found, even in a segment that the
// key has signed.
func TestAuditForgedRows(t *testing.T) {
	changes := map[string]func(*segment.Content){
		"verdict":  func(c *segment.Content) { c.Documents[0].Verdict = "clear" },
		"findings": func(c *segment.Content) { c.Findings = nil },
		"vendor":   func(c *segment.Content) { c.Findings[0].Vendor = "zte" },
		"none":     func(*segment.Content) {},
	}
	for name, change := range changes {
		m := storetest.New()
		f := fleettest.New(t, m)
		results, _ := f.Fill(f.Screening(older), 1, 2)
		key := store.SegmentKey(&results[0].Job)
		data := m.Objects(key)[key]
		r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		content, err := r.Content()
		if err != nil {
			t.Fatal(err)
		}
		change(content)
		entries := slices.Clone(r.Index.Entries)
		for i := range entries {
			if entries[i].Statement, err = r.Statement(&entries[i]); err != nil {
				t.Fatal(err)
			}
		}
		if data, err = segment.Encode(t.Context(), f.Key.Statements, results[0].Job, r.Index.Program, entries, content); err != nil {
			t.Fatal(err)
		}
		m.Set(key, data)
		commitAll(t, f, m, nil)
		x := newFolder(t, f, m)
		if status, out, _ := x.run("audit"); status != exitOK {
			t.Errorf("%s: audit: status %d\n%s", name, status, out)
		}
		want := exitFound
		if name == "none" {
			want = exitOK
		}
		if status, out, _ := x.run("audit", "-signatures"); status != want {
			t.Errorf("%s: audit -signatures: status %d, expected %d\n%s", name, status, want, out)
		}
	}
}

// TestIncomplete: nothing is found in a document that cannot be read, and the answer says so.
func TestIncomplete(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	s := f.Screening(older)
	f.Segment(f.Batch([]string{"good.json", "bad.json", "LICENSE"}, [][]byte{fleettest.SBOM("Acme", 1), []byte(`{"bomFormat":"CycloneDX","components":[{`), []byte("license")}), s)
	gone := &job.Batch{Tenant: tenant, Documents: []job.Document{{Name: "gone.json", Object: "x", Size: 3, Version: "v1"}}}
	f.WriteBatch(gone)
	f.Segment(gone, s)
	commitAll(t, f, m, nil)
	x := newFolder(t, f, m)
	status, out, stderr := x.run("find", "-vendor", "kaspersky")
	if status != exitUnread || !strings.Contains(stderr, "2 documents could not be screened completely") {
		t.Errorf("find: status %d\n%s%s", status, out, stderr)
	}
	if status, out, _ := x.run("audit", "-signatures"); status != exitOK || !strings.Contains(out, "2 records say that") || !strings.Contains(out, "1 document is one of the known companions") {
		t.Errorf("audit: status %d\n%s", status, out)
	}
	if status, _, stderr := x.run("record", "gone.json"); status != exitUnread || !strings.Contains(stderr, "there is no statement") {
		t.Errorf("record: status %d\n%s", status, stderr)
	}
	if status, _, stderr := x.run("export", "-out", filepath.Join(t.TempDir(), "o")); status != exitUnread || !strings.Contains(stderr, "1 document without a statement") || !strings.Contains(stderr, "companions") {
		t.Errorf("export: status %d\n%s", status, stderr)
	}
}

// TestAuditSince: a bucket that was replaced by an earlier copy is found with a copy of a commit.
func TestAuditSince(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	s := f.Screening(older)
	f.Fill(s, 2, 2)
	commitAll(t, f, m, nil)
	early := m.Copy()
	f.Fill(s, 4, 2)
	commitAll(t, f, m, nil)
	other := storetest.New()
	g := fleettest.New(t, other)
	g.Fill(g.Screening(newer), 4, 2)
	commitAll(t, g, other, nil)
	since := filepath.Join(t.TempDir(), "commit.note")
	key := store.CommitKey(tenant, 2)
	if err := os.WriteFile(since, m.Objects(key)[key], 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		m      *storetest.Memory
		status int
	}{"the same": {m, 0}, "earlier": {early, 1}, "another": {other, 1}} {
		if status, out, stderr := newFolder(t, f, test.m).run("audit", "-since", since); status != test.status {
			t.Errorf("%s: status %d, expected %d\n%s%s", name, status, test.status, out, stderr)
		}
	}
}

func TestHelp(t *testing.T) {
	for name, c := range Commands {
		var out bytes.Buffer
		if status := c(t.Context(), []string{"-help"}, io.Discard, &out); status != exitOK || !strings.HasPrefix(out.String(), "Usage: fleet "+name) {
			t.Errorf("%s: status %d\n%s", name, status, out.String())
		}
	}
}
