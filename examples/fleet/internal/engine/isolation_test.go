// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
)

// start starts an engine in this process with a queue of all tenants.
func start(t *testing.T, o engine.Options) (*engine.Engine, queue.Queue) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Port = -1
	e, err := engine.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	q, err := e.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return e, q
}

func newJob(tenant string, n int) job.Job {
	return job.Job{Tenant: tenant, Batch: job.Digest(tenant, "batch", fmt.Sprint(n)), Screening: job.Digest("screening")}
}

// outsider connects with the credentials file of a tenant, as any NATS program can.
func outsider(t *testing.T, e *engine.Engine, tenant string) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(e.URL(), nats.UserCredentials(e.CredentialsFile(tenant)), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// askEverything sends all requests of which the answers could be about others, and returns all that reaches the
// connection, also the requests.
func askEverything(t *testing.T, c *nats.Conn, note string, secret job.Job) (all []*nats.Msg) {
	t.Helper()
	heard := make(chan *nats.Msg, 10_000)
	for _, subject := range []string{">", "$JS.>", "$KV.>", "$SYS.>", "_INBOX.>"} {
		if _, err := c.ChanSubscribe(subject, heard); err != nil {
			t.Fatal(err)
		}
	}
	for _, subject := range []string{
		"$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.JOBS", "$JS.API.STREAM.MSG.GET.JOBS",
		"$JS.API.STREAM.MSG.GET.RESULTS", "$JS.API.STREAM.MSG.GET.KV_NOTES", "$JS.API.DIRECT.GET.KV_NOTES.$KV.NOTES." + note,
		"$JS.API.CONSUMER.MSG.NEXT.JOBS.workers", "$JS.API.CONSUMER.MSG.NEXT.RESULTS.compactor",
		"$SYS.REQ.USER.INFO", "$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.PING.ACCOUNTZ", "$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.ACCOUNT.PING.CONNZ", "$SYS.REQ.SERVER.PING.JSZ",
	} {
		for _, body := range []string{"", `{"seq":1}`, `{"last_by_subj":"jobs.` + secret.ID() + `"}`, `{"batch":10,"no_wait":true}`, `{"accounts":true,"streams":true,"consumer":true,"config":true}`} {
			if m, err := c.Request(subject, []byte(body), 100*time.Millisecond); err == nil {
				heard <- m
			}
			if strings.HasPrefix(subject, "$SYS.REQ.SERVER") {
				break // nobody answers
			}
		}
	}
	for len(heard) > 0 {
		all = append(all, <-heard)
	}
	return all
}

// With its credentials a tenant finds nothing of another: no names, streams, jobs, results or notes. What it
// writes and removes under the same names is its own.
func TestIsolation(t *testing.T) {
	e, q := start(t, engine.Options{Tenants: []engine.Tenant{{Name: "agency"}, {Name: "ministry"}}})
	ctx, id := t.Context(), job.Digest("note")
	secret := newJob("ministry", 1)
	if _, err := q.Submit(ctx, secret); err != nil {
		t.Fatal(err)
	}
	if err := q.Announce(ctx, job.Result{Job: newJob("ministry", 2), Segment: job.Digest("s")}); err != nil {
		t.Fatal(err)
	}
	if err := q.Notes("ministry").Put(ctx, id, []byte("of the ministry")); err != nil {
		t.Fatal(err)
	}
	c := outsider(t, e, "agency")
	streams := false
	for _, m := range askEverything(t, c, id, secret) {
		streams = streams || bytes.Contains(m.Data, []byte(`"JOBS"`))
		if bytes.Contains(m.Data, []byte("last_by_subj")) {
			continue // its own request
		}
		// Messages are in base64, and its own streams have none.
		for _, word := range []string{"ministry", secret.ID(), secret.Batch, `"message":`} {
			if bytes.Contains(m.Data, []byte(word)) || strings.Contains(m.Subject, word) || strings.Contains(m.Header.Get("Nats-Subject"), word) {
				t.Errorf("%q can be seen by another tenant, in a message to %s: %s", word, m.Subject, m.Data)
			}
		}
	}
	if !streams {
		t.Errorf("the tenant did not hear of its own streams: the test sees nothing")
	}
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	// It may empty its own streams.
	for _, name := range []string{"JOBS", "RESULTS", "KV_NOTES"} {
		s, err := js.Stream(ctx, name)
		if err != nil {
			t.Fatalf("its own stream %s: %v", name, err)
		}
		if err := s.Purge(ctx); err != nil {
			t.Errorf("emptying its own stream %s: %v", name, err)
		}
	}
	all, err := q.Receive(ctx, 10, 5*time.Second)
	if len(all) != 1 || err != nil || all[0].Job().Batch != secret.Batch {
		t.Errorf("the jobs of the ministry are %v, %v; expected 1", all, err)
	}
	if r, err := q.Results(ctx, "ministry", 10, 5*time.Second); len(r.Results) != 1 || err != nil {
		t.Errorf("the results of the ministry are %v, %v; expected 1", r.Results, err)
	}
	if note, err := q.Notes("ministry").Get(ctx, id); string(note) != "of the ministry" || err != nil {
		t.Errorf("the note of the ministry is %q, %v", note, err)
	}
}

// With its credentials file a tenant cannot change the bounds that it has.
func TestBounds(t *testing.T) {
	e, q := start(t, engine.Options{Tenants: []engine.Tenant{{Name: "agency", Jobs: 3}, {Name: "ministry"}}})
	ctx := t.Context()
	js, err := jetstream.New(outsider(t, e, "agency"), jetstream.WithDefaultTimeout(200*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(ctx, "JOBS")
	if err != nil {
		t.Fatal(err)
	}
	larger := s.CachedInfo().Config
	larger.MaxMsgs, larger.MaxBytes = -1, -1
	_, update := js.UpdateStream(ctx, larger)
	_, create := js.CreateStream(ctx, jetstream.StreamConfig{Name: "MORE", Subjects: []string{"more.>"}, MaxBytes: 1000})
	_, consumer := js.CreateConsumer(ctx, "JOBS", jetstream.ConsumerConfig{Durable: "mine"})
	for name, err := range map[string]error{
		"update": update, "create": create, "consumer": consumer, "delete": js.DeleteStream(ctx, "JOBS"), "delete consumer": js.DeleteConsumer(ctx, "JOBS", "workers"),
	} {
		if err == nil {
			t.Errorf("%s is allowed to the tenant", name)
		}
	}
	own, err := open.Open(ctx, open.Options{URL: e.URL(), Credentials: []string{e.CredentialsFile("agency")}})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if n, err := own.Submit(ctx, newJob("agency", 1), newJob("agency", 2), newJob("agency", 3), newJob("agency", 4)); n != 3 || !errors.Is(err, queue.ErrFull) {
		t.Errorf("Submit of 4 jobs where 3 may be: %d, %v; expected 3 and ErrFull", n, err)
	}
	// The queue of the agency is full, and that of the ministry is not.
	for n := range 20 {
		if _, err := q.Submit(ctx, newJob("ministry", n)); err != nil {
			t.Fatalf("a job of another tenant: %v", err)
		}
	}
	if s, err := q.Status(ctx, "ministry"); s.Waiting != 20 || err != nil {
		t.Errorf("the status of the ministry is %+v, %v", s, err)
	}
}

// Without space for jobs a tenant can still announce results and write notes, or no job would ever be done.
func TestBytes(t *testing.T) {
	e, q := start(t, engine.Options{Tenants: []engine.Tenant{{Name: "agency", Bytes: 16 << 20}, {Name: "ministry", Bytes: 16 << 20}}})
	ctx, j := t.Context(), newJob("agency", 0)
	js, err := jetstream.New(outsider(t, e, "agency"))
	if err != nil {
		t.Fatal(err)
	}
	for n, size := 0, 1<<19; size > 50; n++ {
		if _, err := js.Publish(ctx, fmt.Sprint("jobs.large-", n), make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if _, err := q.Submit(ctx, j); !errors.Is(err, queue.ErrFull) {
		t.Errorf("Submit of a job that does not fit: %v; expected ErrFull", err)
	}
	if err := q.Announce(ctx, job.Result{Job: j, Segment: job.Digest("s")}); err != nil {
		t.Errorf("a result beside as many jobs as fit: %v", err)
	}
	if err := q.Notes("agency").Put(ctx, j.ID(), bytes.Repeat([]byte("x"), queue.MaxNote)); err != nil {
		t.Errorf("a note beside as many jobs as fit: %v", err)
	}
	if _, err := q.Submit(ctx, newJob("ministry", 1)); err != nil {
		t.Errorf("a job of another tenant: %v", err)
	}
}

// Without credentials, with those of another server or with a part of them, nobody connects.
func TestStrangers(t *testing.T) {
	e, _ := start(t, engine.Options{})
	other, _ := start(t, engine.Options{})
	for name, option := range map[string]nats.Option{
		"none":    nats.Name("none"),
		"another": nats.UserCredentials(other.CredentialsFile("default")),
		"user":    nats.UserInfo("default", "default"),
		"token":   nats.Token("default"),
		"system":  nats.UserInfo("sys", "sys"),
	} {
		if c, err := nats.Connect(e.URL(), option); err == nil {
			c.Close()
			t.Errorf("%s: a stranger is connected", name)
		}
	}
	_, err := open.Open(context.Background(), open.Options{URL: e.URL(), Credentials: []string{other.CredentialsFile("default")}})
	if !errors.Is(err, queue.ErrTenant) {
		t.Errorf("Open with credentials of another server: %v; expected ErrTenant", err)
	}
}
