// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	minFetch = 10 * time.Millisecond // for which the server may hold a request for messages
	maxFetch = 5 * time.Second
	// lateWait is the time for an answer after that. The client library has one second. A server that is
	// busy with its disk is slower, and messages that come later are missing until the server delivers them
	// again.
	lateWait = 10 * time.Second
)

var (
	errNotConnected = errors.New("there is no connection")
	errLate         = errors.New("the server did not answer in time")
)

// fetch asks a consumer for at most n messages, and waits until it has them, or the time has
// passed. With a time of zero it takes those that are there. It returns messages that it has
// instead of an error.
func (t *tenant) fetch(ctx context.Context, stream, consumer string, n int, wait time.Duration) ([]*nats.Msg, error) {
	up := t.connected()
	if !t.conn.IsConnected() {
		return nil, errNotConnected
	}
	request := struct {
		Batch   int           `json:"batch"`
		NoWait  bool          `json:"no_wait,omitempty"`
		Expires time.Duration `json:"expires,omitempty"`
	}{Batch: n, NoWait: wait <= 0}
	if wait > 0 {
		request.Expires = min(max(wait, minFetch), maxFetch)
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	inbox := t.conn.NewInbox()
	answers := make(chan *nats.Msg, n+8) // and what is not a message
	sub, err := t.conn.ChanSubscribe(inbox, answers)
	if err != nil {
		return nil, err
	}
	if err := t.conn.PublishRequest(fmt.Sprintf("$JS.API.CONSUMER.MSG.NEXT.%s.%s", stream, consumer), inbox, body); err != nil {
		sub.Unsubscribe()
		return nil, err
	}
	all, err := t.collect(ctx, up, answers, n, request.Expires)
	sub.Unsubscribe()
	for { // what came in the meantime
		select {
		case m := <-answers:
			if end, _ := isEnd(m); !end && len(m.Reply) > 0 {
				m.Nak() // without it, the message is delivered again later
			}
		default:
			if len(all) > 0 {
				err = nil
			}
			return all, err
		}
	}
}

// collect returns the messages of the answers to a request, until there are n, or the server says
// that there are no more.
func (t *tenant) collect(ctx, up context.Context, answers <-chan *nats.Msg, n int, expires time.Duration) (all []*nats.Msg, err error) {
	late := time.NewTimer(expires + lateWait)
	defer late.Stop()
	done := ctx.Done()
	if expires == 0 {
		done = nil // the server answers at once, and the messages would be late for other receivers
	}
	for len(all) < n {
		select {
		case m := <-answers:
			if end, err := isEnd(m); end {
				return all, err
			}
			if m.Reply != "" { // or else a heartbeat
				all = append(all, m)
			}
		case <-up.Done():
			return all, errNotConnected
		case <-t.q.closed:
			return all, errNotConnected
		case <-late.C:
			return all, errLate
		case <-done:
			return all, nil
		}
	}
	return all, nil
}

// isEnd reports whether a message is the last answer to a request, and the error that it has.
func isEnd(m *nats.Msg) (end bool, err error) {
	if len(m.Data) > 0 {
		return false, nil
	}
	switch status := m.Header.Get("Status"); status {
	case "", "100": // a message, or a heartbeat
		return false, nil
	case "404", "408": // no messages, or the time has passed
		return true, nil
	case "503":
		return true, nats.ErrNoResponders
	default:
		return true, fmt.Errorf("the server says %s %s", status, m.Header.Get("Description"))
	}
}
