// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

const (
	jobsStream    = "JOBS"
	jobsSubject   = "jobs." // and the id of the job
	resultsStream = "RESULTS"
	notesBucket   = "NOTES"
	notesStream   = "KV_NOTES"
	notesSubject  = "$KV.NOTES." // and the id
	workers       = "workers"
	compactor     = "compactor"

	maxPending = 100_000            // jobs that are being worked on at once
	noteAge    = 7 * 24 * time.Hour // a note that nobody has written since is of a job that is done
)

// open finds the streams of a tenant, and makes those that do not exist.
func (t *tenant) open(ctx context.Context, opts Options) (err error) {
	if t.js, err = jetstream.New(t.conn, jetstream.WithDefaultTimeout(answerWait)); err != nil {
		return fmt.Errorf("tenant %s: %w", t.name, err)
	}
	return t.do(ctx, "opening the streams", func(ctx context.Context) error {
		if err := t.openStreams(ctx, opts); err != nil {
			return err
		}
		return t.openConsumers(ctx, opts)
	})
}

func (t *tenant) openStreams(ctx context.Context, opts Options) error {
	quota, set := opts.Quotas[t.name]
	bytes, err := t.bytes(ctx, quota)
	if err != nil {
		return err
	}
	copies := max(opts.Replicas, 1)
	t.stream, err = t.openStream(ctx, set, jetstream.StreamConfig{
		Name: jobsStream, Subjects: []string{jobsSubject + "*"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardNew, MaxMsgs: cmp.Or(quota.Jobs, defaultJobs), MaxBytes: bytes / 2, Replicas: copies,
		MaxMsgsPerSubject: 1, DiscardNewPerSubject: true,
	})
	if err != nil {
		return err
	}
	// Results that do not fit are not lost: the compactor finds their segments in the bucket.
	_, err = t.openStream(ctx, set, jetstream.StreamConfig{
		Name: resultsStream, Subjects: []string{"results"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardOld, MaxBytes: bytes / 4, Replicas: copies,
	})
	if err != nil {
		return err
	}
	t.notes, err = t.js.KeyValue(ctx, notesBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) || err == nil && set {
		t.notes, err = t.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: notesBucket, MaxValueSize: queue.MaxNote, TTL: noteAge, MaxBytes: bytes / 8, Replicas: copies,
		})
	}
	if err != nil {
		return fmt.Errorf("the notes: %w", err)
	}
	t.noted, err = t.js.Stream(ctx, notesStream)
	return err
}

// bytes returns how much the streams of the tenant may have together.
func (t *tenant) bytes(ctx context.Context, quota queue.Quota) (int64, error) {
	info, err := t.js.AccountInfo(ctx)
	if err != nil {
		return 0, fmt.Errorf("the limits of the account: %w", err)
	}
	limit := info.Limits.MaxStore // -1 is unlimited
	for _, tier := range info.Tiers {
		limit = max(limit, tier.Limits.MaxStore)
	}
	bytes := cmp.Or(quota.Bytes, defaultBytes)
	if limit > 0 {
		bytes = min(bytes, limit)
	}
	return bytes, nil
}

// openStream returns the stream with the name of the configuration. It makes it if it does not
// exist, and gives one that does the bounds of the configuration if set says so.
func (t *tenant) openStream(ctx context.Context, set bool, c jetstream.StreamConfig) (jetstream.Stream, error) {
	s, err := t.js.Stream(ctx, c.Name)
	if err == nil && set {
		had := s.CachedInfo().Config
		if had.MaxMsgs == cmp.Or(c.MaxMsgs, -1) && had.MaxBytes == c.MaxBytes {
			return s, nil
		}
		had.MaxMsgs, had.MaxBytes = c.MaxMsgs, c.MaxBytes
		s, err = t.js.UpdateStream(ctx, had)
	}
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if s, err = t.js.CreateStream(ctx, c); errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			s, err = t.js.Stream(ctx, c.Name) // another program made it in the meantime
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the stream %s: %w", c.Name, err)
	}
	return s, nil
}

func (t *tenant) openConsumers(ctx context.Context, opts Options) (err error) {
	if t.jobs, err = t.openConsumer(ctx, jobsStream, workers, opts.AckWait, defaultAckWait); err != nil {
		return err
	}
	t.results, err = t.openConsumer(ctx, resultsStream, compactor, opts.ResultWait, defaultResultWait)
	return err
}

// openConsumer returns the consumer with the name. It makes it if it does not exist, and gives one
// that does the time to wait if it is not zero.
func (t *tenant) openConsumer(ctx context.Context, stream, name string, wait, standard time.Duration) (jetstream.Consumer, error) {
	c, err := t.js.Consumer(ctx, stream, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || err == nil && wait > 0 && c.CachedInfo().Config.AckWait != wait {
		c, err = t.js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
			Durable: name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: cmp.Or(wait, standard), MaxDeliver: -1, MaxAckPending: maxPending,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("the consumer %s of stream %s: %w", name, stream, err)
	}
	return c, nil
}
