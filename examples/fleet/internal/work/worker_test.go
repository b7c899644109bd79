// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/match/denylist"
)

const tenant = "ministry"

// childStore is set in a child process of a test: the folder of the store.
const childStore = "FLEET_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childStore); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

// child is the process that screens one document, or has the fault of the test instead.
func child(dir string) int {
	s, err := store.OpenFolder(dir)
	if err != nil {
		return 1
	}
	w := newWorker(s, nil)
	x := w.Screener
	w.Screener = func(ctx context.Context, tenant, id string) (*work.Screener, error) {
		switch os.Getenv("FLEET_TEST_FAULT") {
		case "crash":
			os.Exit(2)
		case "hang":
			fmt.Println(`{"opened":true}`)
			time.Sleep(time.Minute)
		case "down":
			return nil, errors.New("the bucket does not answer")
		}
		return x(ctx, tenant, id)
	}
	if err := w.ServeChild(context.Background(), os.Stdin, os.Stdout); err != nil {
		return 1
	}
	return 0
}

func testKey() *checkpoint.Key {
	seed := sha256.Sum256([]byte("a key for tests"))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err)
	}
	k, err := checkpoint.ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "clause76.fleet")
	if err != nil {
		panic(err)
	}
	return k
}

func newWorker(s store.Store, q queue.Queue) *work.Worker {
	screeners := &work.Screeners{Store: s, Signer: testKey().Statements}
	return &work.Worker{
		Queue: q, Store: s, Screener: screeners.Get, Every: time.Second, Log: slog.New(slog.DiscardHandler),
		Isolated: func(context.Context, job.Job, int) (*work.Record, error) {
			return nil, errors.New("no child process in this test")
		},
	}
}

// A fakeQueue delivers jobs one after the other, and ends the worker when there are none.
type fakeQueue struct {
	queue.Queue // nil: other methods are not called
	mu          sync.Mutex
	jobs        []*fakeDelivery
	results     []job.Result
	notes       map[string][]byte
	end         func()
	refuse      error // of Announce
}

type fakeDelivery struct {
	q       *fakeQueue
	j       job.Job
	attempt int
	done    bool
	again   int
}

func (q *fakeQueue) Receive(ctx context.Context, n int, wait time.Duration) ([]queue.Delivery, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range q.jobs {
		if !d.done && d.attempt < 9 {
			d.attempt++
			return []queue.Delivery{d}, nil
		}
	}
	q.end()
	return nil, ctx.Err()
}

func (q *fakeQueue) Announce(_ context.Context, r job.Result) error {
	if q.refuse != nil {
		return q.refuse
	}
	q.results = append(q.results, r)
	return nil
}
func (q *fakeQueue) Notes(string) queue.Notes { return q }
func (q *fakeQueue) Get(_ context.Context, id string) ([]byte, error) {
	return q.notes[id], nil
}
func (q *fakeQueue) Put(_ context.Context, id string, note []byte) error {
	q.notes[id] = note
	return nil
}
func (q *fakeQueue) Delete(_ context.Context, id string) error {
	delete(q.notes, id)
	return nil
}

func (d *fakeDelivery) Job() job.Job                                   { return d.j }
func (d *fakeDelivery) Attempt() int                                   { return d.attempt }
func (d *fakeDelivery) Working(context.Context) error                  { return nil }
func (d *fakeDelivery) Done(context.Context) error                     { d.done = true; return nil }
func (d *fakeDelivery) Again(_ context.Context, _ time.Duration) error { d.again++; return nil }

// A fixture is a store with one batch and a queue with its job.
type fixture struct {
	t  *testing.T
	s  store.Store
	q  *fakeQueue
	b  *job.Batch
	j  job.Job
	sc *job.Screening
}

func document(maker string, n int) []byte {
	return fmt.Appendf(nil, `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"device","name":"Router %d","supplier":{"name":"Acme"}}},"components":[{"type":"library","name":"part-%d","version":"1.%d","supplier":{"name":%q}}]}`, n, n, n, maker)
}

func newFixture(t *testing.T, s store.Store, documents ...[]byte) *fixture {
	f := &fixture{t: t, s: s, b: &job.Batch{Tenant: tenant}}
	var pack []byte
	for i, d := range documents {
		sum := sha256.Sum256(d)
		f.b.Documents = append(f.b.Documents, job.Document{Name: fmt.Sprintf("bids/%d.json", i), Object: "pack", Offset: int64(len(pack)), Size: int64(len(d)), SHA256: hex.EncodeToString(sum[:])})
		pack = append(pack, d...)
	}
	f.write(tenant+"/pack", pack)
	f.queue()
	return f
}

// queue writes the batch and the screening, and queues the job.
func (f *fixture) queue() {
	f.t.Helper()
	f.json(store.BatchKey(tenant, f.b.ID()), f.b)
	r := denylist.Current()
	f.sc = &job.Screening{Release: r.Name(), Digest: r.Digest()}
	f.json(store.ScreeningKey(tenant, f.sc.ID()), f.sc)
	f.j = job.Job{Tenant: tenant, Batch: f.b.ID(), Screening: f.sc.ID()}
	f.q = &fakeQueue{notes: make(map[string][]byte)}
	f.q.jobs = []*fakeDelivery{{q: f.q, j: f.j}}
}

func (f *fixture) write(key string, data []byte) {
	f.t.Helper()
	if err := f.s.Write(f.t.Context(), key, bytes.NewReader(data)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) json(key string, v any) {
	f.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(key, data)
}

// run works until the queue has no job that can be delivered.
func (f *fixture) run(w *work.Worker) []work.Outcome {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	f.q.end = cancel
	var all []work.Outcome
	w.Done = func(o work.Outcome) { all = append(all, o) }
	if err := w.Run(ctx); err != nil {
		f.t.Fatal(err)
	}
	return all
}

// segment reads the segment of the job.
func (f *fixture) segment() (*segment.Reader, *segment.Content) {
	f.t.Helper()
	data, err := store.Read(f.t.Context(), f.s, store.SegmentKey(&f.j), store.MaxSegment)
	if err != nil {
		f.t.Fatal(err)
	}
	r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		f.t.Fatal(err)
	}
	c, err := r.Content()
	if err != nil {
		f.t.Fatal(err)
	}
	return r, c
}

func TestWorker(t *testing.T) {
	f := newFixture(t, storetest.New(), document("Acme", 1), document("Kaspersky Lab", 2), []byte("not an SBOM"))
	outcomes := f.run(newWorker(f.s, f.q))
	if len(outcomes) != 1 || outcomes[0].Err != nil || outcomes[0].Documents != 3 || !f.q.jobs[0].done || len(f.q.results) != 1 {
		t.Fatalf("outcomes %+v, results %d", outcomes, len(f.q.results))
	}
	_, c := f.segment()
	if len(c.Documents) != 3 || len(c.Findings) == 0 || c.Documents[2].Error == "" || !c.Documents[0].Indexed {
		t.Fatalf("the rows are %+v", c)
	}
	// The job is delivered once more: the segment is announced again and not written again.
	f.q.jobs = append(f.q.jobs, &fakeDelivery{q: f.q, j: f.j})
	f.run(newWorker(f.s, f.q))
	if len(f.q.results) != 2 || !reflect.DeepEqual(f.q.results[0], f.q.results[1]) {
		t.Errorf("results %+v; expected the same twice", f.q.results)
	}
}

// TestPure checks that a record does not depend on the batch of its document.
func TestPure(t *testing.T) {
	docs := [][]byte{document("Acme", 1), document("Kaspersky Lab", 2)}
	statements := func(f *fixture) map[string]string {
		f.run(newWorker(f.s, f.q))
		r, _ := f.segment()
		all := make(map[string]string)
		for i := range r.Index.Entries {
			text, err := r.Statement(&r.Index.Entries[i])
			if err != nil {
				t.Fatal(err)
			}
			all[r.Index.Entries[i].Record] = string(text)
		}
		return all
	}
	both := statements(newFixture(t, storetest.New(), docs...))
	again := statements(newFixture(t, storetest.New(), docs...))
	one := statements(newFixture(t, storetest.New(), docs[0]))
	if len(both) != 2 || len(one) != 1 {
		t.Fatalf("%d and %d records", len(both), len(one))
	}
	for key, text := range one {
		if both[key] != text {
			t.Errorf("the record in a batch of one is %s, and in a batch of two %s", text, both[key])
		}
	}
	for key, text := range again {
		if both[key] != text {
			t.Error("the records of two runs differ")
		}
	}
}

// TestContent has documents without the content that was submitted.
func TestContent(t *testing.T) {
	other := document("Acme", 9)
	for _, test := range []struct {
		name      string
		change    func(f *fixture)
		want      []string // errors of the rows
		statement []bool
	}{
		{"missing", func(f *fixture) { f.s.Delete(f.t.Context(), tenant+"/pack") }, []string{"missing", "missing"}, []bool{true, true}},
		{"short", func(f *fixture) { f.write(tenant+"/pack", document("Acme", 1)) }, []string{"", "changed"}, []bool{true, true}},
		{"changed", func(f *fixture) {
			f.write(tenant+"/pack", bytes.Replace(append(document("Acme", 1), document("Acme", 2)...), []byte("part-1"), []byte("part-7"), 1))
		}, []string{"changed", ""}, []bool{true, true}},
		{"object", func(f *fixture) {
			f.write("registry/a.json", other)
			o, _ := f.s.Stat(f.t.Context(), "registry/a.json")
			f.b.Documents = []job.Document{
				{Name: "a", Object: "/registry/a.json", Size: o.Size, Version: o.Version},
				{Name: "b", Object: "/registry/a.json", Size: o.Size, Version: "another"},
				{Name: "c", Object: "/registry/none.json", Size: o.Size, Version: "another"},
			}
			f.queue()
		}, []string{"", "changed", "missing"}, []bool{true, false, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, storetest.New(), document("Acme", 1), document("Acme", 2))
			test.change(f)
			outcomes := f.run(newWorker(f.s, f.q))
			if len(outcomes) != 1 || outcomes[0].Err != nil {
				t.Fatalf("outcomes %+v", outcomes)
			}
			r, c := f.segment()
			for i, want := range test.want {
				row := &c.Documents[i]
				if row.Error != want || row.Indexed != (want == "") || (want != "" && row.Verdict == "clear") {
					t.Errorf("row %d has error %q, indexed %t, verdict %s; expected error %q", i, row.Error, row.Indexed, row.Verdict, want)
				}
				if text, err := r.Statement(&r.Index.Entries[i]); err != nil || (len(text) > 0) != test.statement[i] {
					t.Errorf("document %d has a statement of %d bytes, %v; expected one: %t", i, len(text), err, test.statement[i])
				}
			}
		})
	}
}

// TestFailed has jobs that can never be done.
func TestFailed(t *testing.T) {
	for _, test := range []struct {
		name     string
		change   func(f *fixture)
		attempts int
		want     string
	}{
		{"no batch", func(f *fixture) { f.s.Delete(f.t.Context(), store.BatchKey(tenant, f.j.Batch)) }, 5, "no such object"},
		{"other batch", func(f *fixture) {
			f.b.Documents[0].Name = "other"
			f.json(store.BatchKey(tenant, f.j.Batch), f.b)
		}, 1, "it was changed"},
		{"no JSON", func(f *fixture) { f.write(store.BatchKey(tenant, f.j.Batch), []byte("{")) }, 1, "batch"},
		{"no screening", func(f *fixture) { f.s.Delete(f.t.Context(), store.ScreeningKey(tenant, f.j.Screening)) }, 5, "no such object"},
		{"other screening", func(f *fixture) { f.json(store.ScreeningKey(tenant, f.j.Screening), &job.Screening{}) }, 1, "it was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, storetest.New(), document("Acme", 1))
			test.change(f)
			outcomes := f.run(newWorker(f.s, f.q))
			last := outcomes[len(outcomes)-1]
			if len(outcomes) != test.attempts || !last.Failed || !f.q.jobs[0].done {
				t.Fatalf("%d attempts, the last %+v; expected %d", len(outcomes), last, test.attempts)
			}
			n := 0
			err := work.Failures(t.Context(), f.s, tenant, func(x *work.Failure) error {
				n++
				if x.Job.ID() != f.j.ID() || !strings.Contains(x.Error, test.want) {
					t.Errorf("the failure is %+v; expected %q", x, test.want)
				}
				return nil
			})
			if err != nil || n != 1 {
				t.Errorf("%d failures, %v; expected 1", n, err)
			}
		})
	}
}

// TestVersion checks that a job under a release that this program does not have waits for another
// worker.
func TestVersion(t *testing.T) {
	f := newFixture(t, storetest.New(), document("Acme", 1))
	newer := &job.Screening{Release: "2999.01.01", Digest: "h1:x"}
	f.json(store.ScreeningKey(tenant, newer.ID()), newer)
	f.q.jobs[0].j.Screening = newer.ID()
	outcomes := f.run(newWorker(f.s, f.q))
	if d := f.q.jobs[0]; d.done || d.again != len(outcomes) || !errors.Is(outcomes[0].Err, work.ErrRelease) {
		t.Errorf("the job is %+v after %+v; expected it to be given back", d, outcomes)
	}
}

// TestPoison has a document that ends the process: after two attempts that ended, it is screened in a
// child process.
func TestPoison(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		fault   string
		crashed bool
		again   bool
	}{{"", false, false}, {"crash", true, false}, {"hang", true, false}, {"down", false, true}} {
		t.Run("child "+test.fault, func(t *testing.T) {
			dir := t.TempDir()
			s, err := store.OpenFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			f := newFixture(t, s, document("Acme", 1), document("Kaspersky Lab", 2), document("Acme", 3))
			f.q.jobs[0].attempt = 2
			// Two attempts ended: one at another document, which is not to blame.
			f.q.notes[f.j.ID()] = []byte(`{"at":1,"ended":{"0":1,"1":1}}`)
			w := newWorker(s, f.q)
			limit := 20 * time.Second
			if test.fault == "hang" {
				limit = 500 * time.Millisecond
			}
			w.Isolated = work.Child(func() (*exec.Cmd, error) {
				c := exec.Command(program)
				c.Env = append(os.Environ(), childStore+"="+dir, "FLEET_TEST_FAULT="+test.fault)
				return c, nil
			}, limit)
			outcomes := f.run(w)
			if test.again {
				if f.q.jobs[0].done || outcomes[0].Err == nil {
					t.Fatalf("outcomes %+v; expected the job to be given back", outcomes)
				}
				return
			}
			if len(outcomes) != 1 || outcomes[0].Err != nil {
				t.Fatalf("outcomes %+v", outcomes)
			}
			_, c := f.segment()
			if c.Documents[1].Crashed != test.crashed || c.Documents[0].Crashed || c.Documents[2].Crashed {
				t.Errorf("the rows are %+v", c.Documents)
			}
			if !test.crashed {
				plain := newFixture(t, storetest.New(), document("Acme", 1), document("Kaspersky Lab", 2), document("Acme", 3))
				plain.run(newWorker(plain.s, plain.q))
				if !reflect.DeepEqual(f.q.results, plain.q.results) {
					t.Error("the segment differs from one that was made without a child process")
				}
			}
			if found := len(c.Findings) > 0; found == test.crashed {
				t.Errorf("%d findings", len(c.Findings))
			}
			if len(f.q.notes) != 0 {
				t.Error("the note was not deleted")
			}
		})
	}
}

// TestLarge has a document that is screened from a temporary file, beside a small one.
func TestLarge(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var parts []string
	for i := range 9000 {
		parts = append(parts, fmt.Sprintf(`{"type":"library","name":"part-%d","version":"1","description":%q}`, i, strings.Repeat("x", 7600)))
	}
	large := bytes.Replace(document("Kaspersky Lab", 2), []byte(`"components":[`), []byte(`"components":[`+strings.Join(parts, ",")+","), 1)
	f := newFixture(t, storetest.New(), document("Acme", 1), large)
	if outcomes := f.run(newWorker(f.s, f.q)); len(outcomes) != 1 || outcomes[0].Err != nil {
		t.Fatalf("outcomes %+v", outcomes)
	}
	_, c := f.segment()
	if len(large) <= 64<<20 || len(c.Findings) != 1 || c.Documents[1].Indexed || !c.Documents[0].Indexed || c.Documents[1].Error != "" {
		t.Errorf("the rows are %+v", c.Documents)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

// TestLimit has a document that takes too long, first in the worker.
func TestLimit(t *testing.T) {
	f := newFixture(t, storetest.New(), document("Acme", 1), document("Acme", 2))
	w := newWorker(f.s, f.q)
	w.Limit = time.Nanosecond
	asked := 0
	w.Isolated = func(context.Context, job.Job, int) (*work.Record, error) {
		asked++
		return nil, work.ErrCrashed
	}
	f.run(w)
	_, c := f.segment()
	if asked == 0 || !c.Documents[0].Crashed || c.Documents[0].Verdict == "clear" {
		t.Errorf("%d child processes; the rows are %+v", asked, c.Documents)
	}
}

// TestKilled checks that a worker that is asked to end while a child process works makes no record
// of a crash.
func TestKilled(t *testing.T) {
	f := newFixture(t, storetest.New(), document("Acme", 1))
	f.q.jobs[0].attempt = 2
	f.q.notes[f.j.ID()] = []byte(`{"at":0,"ended":{"0":1}}`)
	w := newWorker(f.s, f.q)
	w.Isolated = func(context.Context, job.Job, int) (*work.Record, error) {
		f.q.end()
		return nil, work.ErrCrashed
	}
	f.run(w)
	if _, err := f.s.Stat(t.Context(), store.SegmentKey(&f.j)); !errors.Is(err, store.ErrMissing) {
		t.Errorf("the segment: %v; expected none", err)
	}
	if f.q.jobs[0].again != 1 {
		t.Error("the job was not given back")
	}
}

// TestNotAnnounced checks that a job is given back if its segment could not be announced.
func TestNotAnnounced(t *testing.T) {
	f := newFixture(t, storetest.New(), document("Acme", 1))
	f.q.refuse = queue.ErrDown
	outcomes := f.run(newWorker(f.s, f.q))
	if f.q.jobs[0].done || !errors.Is(outcomes[0].Err, queue.ErrDown) {
		t.Errorf("outcomes %+v; expected the job to be given back", outcomes)
	}
	if _, err := f.s.Stat(t.Context(), store.SegmentKey(&f.j)); err != nil {
		t.Error(err)
	}
}
