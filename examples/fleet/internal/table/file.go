// SPDX-License-Identifier: Apache-2.0

package table

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// ErrBad is wrapped by each error about a file that is not one of a table.
var ErrBad = errors.New("bad table")

// Metadata of a file.
const (
	keyVersion = "clause76.fleet.version" // Version
	keyTable   = "clause76.fleet.table"   // its name
)

const (
	groupRows = 64 << 10 // of a row group
	readRows  = 1 << 8   // that a reader has in memory
)

// Row is a type of the rows of a table.
type Row interface{ Document | Finding | Claim }

// Name returns the name of the table with rows of a type.
func Name[T Row]() string {
	var row T
	switch any(row).(type) {
	case Document:
		return Documents
	case Finding:
		return Findings
	}
	return Claims
}

// order are the columns by which the rows of a table are sorted.
var order = map[string][]string{
	Documents: {"document", "record"},
	Findings:  {"vendor", "document", "record", "path", "id"},
	Claims:    {"role", "kind", "value", "document"},
}

// A Writer writes a file of a table. The same rows give the same bytes.
type Writer[T Row] struct {
	w    *parquet.GenericWriter[T]
	rows int64
	one  [1]T
}

// NewWriter returns a writer of a file.
func NewWriter[T Row](out io.Writer) *Writer[T] {
	var sorting []parquet.SortingColumn
	for _, c := range order[Name[T]()] {
		sorting = append(sorting, parquet.Ascending(c))
	}
	return &Writer[T]{w: parquet.NewGenericWriter[T](out,
		parquet.MaxRowsPerRowGroup(groupRows),
		parquet.CreatedBy("clause76 fleet", strconv.Itoa(Version), "parquet-go"),
		parquet.KeyValueMetadata(keyVersion, strconv.Itoa(Version)),
		parquet.KeyValueMetadata(keyTable, Name[T]()),
		parquet.DataPageStatistics(true),
		parquet.SortingWriterConfig(parquet.SortingColumns(sorting...)),
	)}
}

// Write adds a row. Rows are written in the order of the table.
func (w *Writer[T]) Write(row *T) error {
	w.one[0] = *row
	w.rows++
	_, err := w.w.Write(w.one[:])
	return err
}

// Rows returns how many rows were written.
func (w *Writer[T]) Rows() int64 { return w.rows }

// Close writes the end of the file.
func (w *Writer[T]) Close() error { return w.w.Close() }

// A Where selects the row groups that can have a value in a column. The rows of a group can have
// other values.
type Where struct{ Column, Value string }

// Read yields the rows of a file of a size, without the row groups that cannot have what where
// selects. It has at most some thousand rows in memory.
func Read[T Row](in io.ReaderAt, size int64, where ...Where) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		f, err := open[T](in, size)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, g := range f.RowGroups() {
			if prune(f, g, where) {
				continue
			}
			more, err := readGroup(g, yield)
			if err != nil {
				yield(nil, fmt.Errorf("%w: %w", ErrBad, err))
				return
			}
			if !more {
				return
			}
		}
	}
}

// open opens a file and checks that it is one of the table.
func open[T Row](in io.ReaderAt, size int64) (f *parquet.File, err error) {
	defer recovered(&err)
	if f, err = parquet.OpenFile(in, size); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBad, err)
	}
	if name, _ := f.Lookup(keyTable); name != Name[T]() {
		return nil, fmt.Errorf("%w: the file is of the table %q; expected %q", ErrBad, name, Name[T]())
	}
	if v, _ := f.Lookup(keyVersion); v != strconv.Itoa(Version) {
		return nil, fmt.Errorf("%w: the file has version %q of the tables; expected %d", ErrBad, v, Version)
	}
	return f, nil
}

// recovered turns a panic of the Parquet reader, which a file that was changed can cause, into an
// error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrBad, p)
	}
}

// readGroup yields the rows of a group. It reports whether the caller wants more.
func readGroup[T Row](g parquet.RowGroup, yield func(*T, error) bool) (more bool, err error) {
	r := parquet.NewGenericRowGroupReader[T](g)
	defer func() { err = errors.Join(err, r.Close()) }()
	rows := make([]T, readRows)
	for {
		n, err := readSome(r, rows)
		for i := range rows[:n] {
			row := rows[i]
			if !yield(&row, nil) {
				return false, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		clear(rows)
	}
}

func readSome[T Row](r *parquet.GenericReader[T], rows []T) (n int, err error) {
	defer recovered(&err)
	return r.Read(rows)
}

// prune reports whether a group has no row that where selects, according to the least and the
// greatest values of its pages.
func prune(f *parquet.File, g parquet.RowGroup, where []Where) bool {
	for _, w := range where {
		column, ok := f.Schema().Lookup(w.Column)
		if !ok {
			continue
		}
		chunk := g.ColumnChunks()[column.ColumnIndex]
		index, err := chunk.ColumnIndex()
		if err != nil || index == nil || index.NumPages() == 0 {
			continue
		}
		value := parquet.ByteArrayValue([]byte(w.Value))
		compare := chunk.Type().Compare
		can := false
		for p := range index.NumPages() {
			if !index.NullPage(p) && compare(index.MinValue(p), value) <= 0 && atMost(value, index.MaxValue(p)) {
				can = true
				break
			}
		}
		if !can {
			return true
		}
	}
	return false
}

// atMost reports whether a value is at most a maximum. An index has the first bytes of long
// values, so that a maximum is right only for values of which it is not a beginning.
func atMost(value, maximum parquet.Value) bool {
	v, m := string(value.ByteArray()), string(maximum.ByteArray())
	return v <= m || len(v) > len(m) && v[:len(m)] == m
}

// Schema returns the columns of a table, as Parquet describes them.
func Schema[T Row]() string {
	var row T
	return parquet.SchemaOf(row).String()
}
