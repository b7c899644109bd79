// SPDX-License-Identifier: Apache-2.0

package submit

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/match/screen"
)

// maxLine bounds a line of a list, in bytes.
const maxLine = 64 << 10

// Paths yields the documents at paths: files, and folders with everything in them.
func Paths(paths []string) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, in := range screen.Collect(paths) {
			item := Item{Name: in.Name, Open: in.Open, Err: in.Err}
			switch {
			case in.Err != nil:
			case in.FS != nil:
				item.Err = ErrDirectory
			case in.Open == nil:
				item.Err = fmt.Errorf("%q is no document; a file with this name is ./%s, and -list reads a list", in.Name, in.Name)
			}
			if !yield(item) {
				return
			}
		}
	}
}

// List yields the documents of a list with the path of a file in each line. The error of reading the list is in
// the last item.
func List(r io.Reader) iter.Seq[Item] {
	return lines(r, func(line string) Item {
		info, err := os.Stat(line)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is not a regular file; expected one in each line of a list", line)
		}
		if err != nil {
			return Item{Name: filepath.ToSlash(line), Err: err}
		}
		return Item{Name: filepath.ToSlash(line), Open: func() (io.ReadCloser, error) { return os.Open(line) }}
	})
}

// Objects yields the documents of a list with the key of an object of the bucket in each line.
func Objects(r io.Reader) iter.Seq[Item] {
	return lines(r, func(line string) Item { return Item{Name: line, Object: line} })
}

// Prefix yields the objects of a bucket with keys that start with prefix, which ends with a slash.
// The error of reading the list is in the last item.
func Prefix(ctx context.Context, s store.Store, prefix string) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for o, err := range s.List(ctx, prefix) {
			item := Item{Name: o.Key, Object: o.Key}
			if err != nil {
				item = Item{Name: prefix, Err: fmt.Errorf("listing the bucket, so that the rest is not submitted: %w", err)}
			}
			if !yield(item) || err != nil {
				return
			}
		}
	}
}

func lines(r io.Reader, item func(string) Item) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		in := bufio.NewScanner(r)
		in.Buffer(nil, maxLine)
		n := 0
		for in.Scan() {
			n++
			line := strings.TrimSuffix(in.Text(), "\r")
			if line != "" && !yield(item(line)) {
				return
			}
		}
		if err := in.Err(); err != nil {
			yield(Item{Name: fmt.Sprintf("line %d of the list", n+1), Err: fmt.Errorf("reading the list, so that the rest is not submitted: %w", err)})
		}
	}
}
