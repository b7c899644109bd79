// SPDX-License-Identifier: Apache-2.0

package work

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// maxAnswer bounds what a child process may write: a statement in JSON, with its rows.
const maxAnswer = 2 << 30

// A request asks a child process for the record of a document.
type request struct {
	Job   job.Job `json:"job"`
	Index int     `json:"index"`
}

// An answer is what a child process writes. Before it, it writes another one with Opened, when it has
// read the document from the bucket.
type answer struct {
	Opened    bool            `json:"opened,omitempty"`
	Entry     segment.Entry   `json:"entry"`
	Statement []byte          `json:"statement"`
	Content   segment.Content `json:"content"`
	Claims    []table.Claim   `json:"claims,omitempty"` // not in the JSON of Content
	Error     string          `json:"error,omitempty"`  // the document can be screened later
}

// Child returns the function for Worker.Isolated that screens a document in a child process. Command
// returns its command, of a program that calls [ServeChild]. The process has crashed if it
// ends without an answer, or has none after limit; the time for reading the document does not count.
func Child(command func() (*exec.Cmd, error), limit time.Duration) func(context.Context, job.Job, int) (*Record, error) {
	return func(ctx context.Context, j job.Job, index int) (*Record, error) {
		cmd, err := command()
		if err != nil {
			return nil, err
		}
		return ask(ctx, cmd, limit, request{j, index})
	}
}

// ask starts a child process and reads its answer.
func ask(ctx context.Context, cmd *exec.Cmd, limit time.Duration, q request) (*Record, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	last := &tail{}
	cmd.Stderr = last
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a process for a document: %w", err)
	}
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(limited, func() { cmd.Process.Kill() })
	defer stop()
	in.Write(append(text, '\n')) // a child that has ended shows below
	var a answer
	d := json.NewDecoder(io.LimitReader(out, maxAnswer))
	failed := d.Decode(&a)
	if failed == nil && a.Opened {
		timer := time.AfterFunc(limit, cancel)
		a = answer{}
		failed = d.Decode(&a)
		timer.Stop()
	}
	in.Close() // it ends when it is not needed
	if failed != nil {
		cmd.Process.Kill()
	}
	ended := cmd.Wait()
	switch {
	case failed == nil && a.Error != "":
		return nil, errors.New(a.Error)
	case failed == nil:
		a.Entry.Statement, a.Content.Claims = a.Statement, a.Claims
		return &Record{a.Entry, a.Content}, nil
	}
	return nil, crash(ctx, limited, limit, ended, last.String())
}

// crash says how a child process ended, after it is clear that this process was not asked to end at
// the same time.
func crash(ctx, limited context.Context, limit time.Duration, ended error, last string) error {
	const grace = time.Second
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(grace):
	}
	if limited.Err() != nil {
		return fmt.Errorf("%w: it had none after %v", ErrCrashed, limit)
	}
	return fmt.Errorf("%w: %v: %s", ErrCrashed, ended, last)
}

// A tail keeps the start of what a process writes to its standard error, which has the reason.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const limit = 500
	t.b.Write(p[:min(len(p), limit-t.b.Len())])
	return len(p), nil
}

func (t *tail) String() string { return strings.Join(strings.Fields(t.b.String()), " ") }

// ServeChild answers the request on in. It ends the process if in ends before: the process that
// asked is gone.
func (w *Worker) ServeChild(ctx context.Context, in io.Reader, out io.Writer) error {
	d := json.NewDecoder(in)
	var q request
	if err := d.Decode(&q); err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	go func() {
		io.Copy(io.Discard, in)
		os.Exit(1)
	}()
	e := json.NewEncoder(out)
	r, err := w.one(ctx, q, func() error { return e.Encode(answer{Opened: true}) })
	a := answer{}
	if err != nil {
		a.Error = err.Error()
	} else {
		a = answer{Entry: r.Entry, Statement: r.Entry.Statement, Content: r.Content, Claims: r.Content.Claims}
	}
	return e.Encode(a)
}

// one screens a document of a job. It calls opened when it has read the document.
func (w *Worker) one(ctx context.Context, q request, opened func() error) (*Record, error) {
	if err := q.Job.Check(); err != nil {
		return nil, err
	}
	b, err := ReadBatch(ctx, w.Store, &q.Job)
	if err != nil {
		return nil, err
	}
	if q.Index < 0 || q.Index >= len(b.Documents) {
		return nil, fmt.Errorf("%w: document %d of a batch of %d", job.ErrBad, q.Index, len(b.Documents))
	}
	s, err := w.Screener(ctx, q.Job.Tenant, q.Job.Screening)
	if err != nil {
		return nil, err
	}
	// The pack of this document only.
	only := &job.Batch{Tenant: b.Tenant, Documents: b.Documents[q.Index : q.Index+1]}
	content, r, err := openOne(ctx, s, &q.Job, b, q.Index, newPack(w.Store, only))
	if content == nil {
		return r, err
	}
	if err := opened(); err != nil {
		return nil, errors.Join(err, content.Close())
	}
	return screenOpen(ctx, s, &q.Job, b, q.Index, content)
}

// Failures calls a function with each job of a tenant that can never be done.
func Failures(ctx context.Context, s store.Store, tenant string, each func(*Failure) error) error {
	for o, err := range s.List(ctx, tenant+"/failed/") {
		if err != nil {
			return err
		}
		data, err := store.Read(ctx, s, o.Key, maxScreeningObject)
		if err != nil {
			return err
		}
		f := &Failure{}
		if err := json.Unmarshal(data, f); err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}
