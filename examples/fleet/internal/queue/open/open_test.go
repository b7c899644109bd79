// SPDX-License-Identifier: Apache-2.0

package open_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
)

func TestBad(t *testing.T) {
	for _, test := range []struct {
		name string
		o    open.Options
		is   error
		want string
	}{
		{"no address", open.Options{}, open.ErrURL, `""; expected one that starts with nats://`},
		{"no scheme", open.Options{URL: "127.0.0.1:4222"}, open.ErrURL, "expected one that starts with"},
		{"another scheme", open.Options{URL: "amqp://user:secret@host"}, open.ErrURL, "amqp://user:xxxxx@host"},
		{"name of a file", open.Options{URL: "nats://127.0.0.1:1", Credentials: []string{"/a/Ministry Key.txt"}}, job.ErrBad, "give them as TENANT=PATH"},
		{"twice", open.Options{URL: "nats://127.0.0.1:1", Credentials: []string{"/a/x.creds", "x=/b/y.creds"}}, nil, "tenant x are there twice: /a/x.creds and /b/y.creds"},
		{"user", open.Options{URL: "nats://A_B:secret@127.0.0.1:1"}, job.ErrBad, "A_B:xxxxx@"},
		{"no server", open.Options{URL: "nats://x:secret@127.0.0.1:1,nats://x:secret@127.0.0.1:2"}, queue.ErrDown, "connecting to nats://x:xxxxx@127.0.0.1:1,nats://x:xxxxx@127.0.0.1:2 as tenant x"},
		{"no file", open.Options{URL: "nats://127.0.0.1:1", Credentials: []string{"ministry=" + t.TempDir() + "/none.creds"}}, nil, "none.creds"},
		{"no CA", open.Options{URL: "nats://127.0.0.1:1", CA: t.TempDir() + "/none.pem"}, nil, "none.pem"},
		{"an address that is not valid", open.Options{URL: "nats://x:sec%ret@127.0.0.1:1"}, open.ErrURL, "xxxxx@127.0.0.1:1 is not valid"},
	} {
		_, err := open.Open(t.Context(), test.o)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) || test.is != queue.ErrDown && errors.Is(err, queue.ErrDown) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sec%ret") {
			t.Errorf("%s: %v; expected %v with %q", test.name, err, test.is, test.want)
		}
	}
}

// A NATS server of others, with accounts that have users and passwords.
func TestOthersServer(t *testing.T) {
	var o server.Options
	config := `accounts { A { jetstream: {max_file: 64M}, users: [{user: ministry, password: "s3cret"}] }, B { users: [{user: agency, password: "s3cret"}] } }`
	if err := o.ProcessConfigString(config); err != nil {
		t.Fatal(err)
	}
	o.Host, o.Port, o.JetStream, o.StoreDir, o.NoSigs, o.NoLog = "127.0.0.1", -1, true, t.TempDir(), true, true
	s, err := server.NewServer(&o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("the server did not start")
	}
	address := func(user, password string) string {
		return strings.Replace(s.ClientURL(), "nats://", fmt.Sprintf("nats://%s:%s@", user, password), 1)
	}
	q, err := open.Open(t.Context(), open.Options{URL: address("ministry", "s3cret"), Quotas: map[string]queue.Quota{"ministry": {Jobs: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	newJob := func(n int) job.Job {
		return job.Job{Tenant: "ministry", Batch: job.Digest(fmt.Sprint(n)), Screening: job.Digest("s")}
	}
	if n, err := q.Submit(t.Context(), newJob(1), newJob(2), newJob(3)); n != 2 || !errors.Is(err, queue.ErrFull) {
		t.Errorf("Submit: %d, %v; expected 2 and ErrFull", n, err)
	}
	if _, err := open.Open(t.Context(), open.Options{URL: address("ministry", "wrong")}); !errors.Is(err, queue.ErrTenant) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("Open with a wrong password: %v; expected ErrTenant", err)
	}
	if _, err := open.Open(t.Context(), open.Options{URL: address("agency", "s3cret")}); err == nil || errors.Is(err, queue.ErrDown) {
		t.Errorf("Open of an account without JetStream: %v; expected an error that does not go away", err)
	} else if !strings.Contains(err.Error(), "agency") {
		t.Errorf("Open of an account without JetStream: %v; expected the name of the tenant", err)
	}
}
