// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
	"gocloud.dev/gcerrors"
)

// Open returns the store at a URL: file:///path, or s3://, gs:// and azblob:// with the parameters
// and the credentials of gocloud.dev. Requests that fail for a passing reason are made again.
func Open(ctx context.Context, address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the address of the bucket: %w", err)
	}
	if u.Scheme == "file" {
		if u.Host != "" || u.RawQuery != "" || u.Path == "" {
			return nil, fmt.Errorf("the address of the bucket is %q; expected file:///path", address)
		}
		dir := filepath.FromSlash(u.Path)
		if runtime.GOOS == "windows" {
			dir = strings.TrimPrefix(dir, `\`)
		}
		return OpenFolder(dir)
	}
	b, err := blob.OpenBucket(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("opening the bucket %s: %w; expected a file, s3, gs or azblob URL", u.Redacted(), err)
	}
	return Retry(&cloud{b}), nil
}

// A cloud is a store in a bucket of a service.
type cloud struct{ b *blob.Bucket }

func (c *cloud) Close() error { return c.b.Close() }

// cloudFault returns the error of the store for one of a bucket.
func cloudFault(key string, err error) error {
	switch gcerrors.Code(err) {
	case gcerrors.OK:
		return nil
	case gcerrors.NotFound:
		return fmt.Errorf("%s: %w", key, ErrMissing)
	case gcerrors.FailedPrecondition, gcerrors.AlreadyExists:
		return fmt.Errorf("%s: %w", key, ErrExists)
	}
	return fmt.Errorf("%s: %w", key, err)
}

func (c *cloud) Open(ctx context.Context, key string, offset, size int64) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	r, err := c.b.NewRangeReader(ctx, key, offset, size, nil)
	if err != nil {
		return nil, cloudFault(key, err)
	}
	if size < 0 {
		return r, nil
	}
	return &part{r, size}, nil
}

func (c *cloud) Write(ctx context.Context, key string, data io.Reader) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return cloudFault(key, c.put(ctx, key, data, nil))
}

func (c *cloud) Create(ctx context.Context, key string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return cloudFault(key, c.put(ctx, key, bytes.NewReader(data), &blob.WriterOptions{IfNotExist: true}))
}

// put writes an object. An error of data cancels it, so that no part of an object is kept.
func (c *cloud) put(ctx context.Context, key string, data io.Reader, opts *blob.WriterOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.b.NewWriter(ctx, key, opts)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, data); err != nil {
		cancel()
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

func (c *cloud) Stat(ctx context.Context, key string) (Object, error) {
	if err := checkKey(key); err != nil {
		return Object{}, err
	}
	a, err := c.b.Attributes(ctx, key)
	if err != nil {
		return Object{}, cloudFault(key, err)
	}
	return Object{Key: key, Size: a.Size, Version: version(a.MD5, a.ModTime.UnixNano(), a.Size)}, nil
}

func version(md5 []byte, time, size int64) string {
	if len(md5) > 0 {
		return hex.EncodeToString(md5)
	}
	return fmt.Sprintf("%d-%d", time, size)
}

func (c *cloud) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		list := c.b.List(&blob.ListOptions{Prefix: prefix})
		for {
			o, err := list.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Object{}, cloudFault(prefix, err))
				return
			}
			if !yield(Object{Key: o.Key, Size: o.Size, Version: version(o.MD5, o.ModTime.UnixNano(), o.Size)}, nil) {
				return
			}
		}
	}
}

func (c *cloud) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := c.b.Delete(ctx, key); gcerrors.Code(err) != gcerrors.NotFound {
		return cloudFault(key, err)
	}
	return nil
}
