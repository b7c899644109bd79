// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/match/evidence/text"
)

// A sink receives findings. close writes the end.
type sink interface {
	add(*table.Finding) error
	close() error
}

// sink returns the sink of -o and -out.
func (c *config) sink(format string) (sink, func() error, error) {
	out, done := c.stdout, func() error { return nil }
	if c.out != "" {
		f, err := os.Create(c.out)
		if err != nil {
			return nil, nil, err
		}
		out, done = f, f.Close
	}
	switch format {
	case "table":
		return &tableSink{w: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), vendor: c.vendor == ""}, done, nil
	case "csv":
		w := csv.NewWriter(out)
		return &csvSink{w}, done, w.Write(columns)
	case "json":
		return &jsonSink{w: bufio.NewWriter(out)}, done, nil
	case "parquet":
		return &parquetSink{table.NewWriter[table.Finding](out)}, done, nil
	}
	return nil, nil, usageError("-o: the format is %q; expected table, csv, json or parquet", format)
}

// columns are the columns of findings, as the Parquet files name them.
var columns = func() (names []string) {
	t := reflect.TypeFor[table.Finding]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("parquet"), ",")
		names = append(names, name)
	}
	return names
}()

// A tableSink prints a table. It lines up some thousand rows at a time.
type tableSink struct {
	w      *tabwriter.Writer
	vendor bool // whether it has a column for it
	rows   int
}

const tableRows = 4096

func (s *tableSink) add(f *table.Finding) error {
	if s.rows == 0 {
		head := "VERDICT\tTIER\tCOMPONENT\tDOCUMENT\tDENYLIST"
		if s.vendor {
			head = "VERDICT\tTIER\tVENDOR\tCOMPONENT\tDOCUMENT\tDENYLIST"
		}
		fmt.Fprintln(s.w, head)
	}
	s.rows++
	vendor := ""
	if s.vendor {
		vendor = text.Printable(f.Vendor) + "\t"
	}
	if _, err := fmt.Fprintf(s.w, "%s\t%s\t%s%s\t%s\t%s\n", f.Verdict, f.Tier, vendor, text.Printable(f.Component+" "+f.Version), text.Printable(f.Path), text.Printable(f.Release)); err != nil {
		return err
	}
	if s.rows%tableRows == 0 {
		return s.w.Flush()
	}
	return nil
}

func (s *tableSink) close() error { return s.w.Flush() }

type csvSink struct{ w *csv.Writer }

func (s *csvSink) add(f *table.Finding) error {
	v := reflect.ValueOf(f).Elem()
	cells := make([]string, v.NumField())
	for i := range cells {
		cells[i] = cell(fmt.Sprint(v.Field(i).Interface()))
	}
	return s.w.Write(cells)
}

// cell returns a value that a spreadsheet does not take for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (s *csvSink) close() error {
	s.w.Flush()
	return s.w.Error()
}

// A jsonSink writes an array of objects, one a line.
type jsonSink struct {
	w    *bufio.Writer
	rows int
}

func (s *jsonSink) add(f *table.Finding) error {
	separator := ",\n"
	if s.rows == 0 {
		separator = "[\n"
	}
	s.rows++
	s.w.WriteString(separator)
	v := reflect.ValueOf(f).Elem()
	for i, name := range columns {
		value, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			return err
		}
		open := ","
		if i == 0 {
			open = "{"
		}
		fmt.Fprintf(s.w, "%s%q:%s", open, name, value)
	}
	_, err := s.w.WriteString("}")
	return err
}

func (s *jsonSink) close() error {
	end := "\n]\n"
	if s.rows == 0 {
		end = "[]\n"
	}
	if _, err := s.w.WriteString(end); err != nil {
		return err
	}
	return s.w.Flush()
}

type parquetSink struct{ w *table.Writer[table.Finding] }

func (s *parquetSink) add(f *table.Finding) error { return s.w.Write(f) }
func (s *parquetSink) close() error               { return s.w.Close() }
