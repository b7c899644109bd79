// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/progress"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
)

// A session is one run of the program.
type session struct {
	*config
	stdin          io.Reader
	stdout, stderr io.Writer
}

// warn prints a message about the run.
func (s *session) warn(format string, args ...any) {
	fmt.Fprintf(s.stderr, "bidcheck: %s\n", text.PrintableLines(fmt.Sprintf(format, args...)))
}

// screenBid screens the inputs, writes the report and returns the exit status.
func (s *session) screenBid(ctx context.Context) int {
	report := s.screen(ctx, s.matcher, s.inputs())
	if s.policy != nil {
		report.Decide(s.policy, s.day)
	}
	err := errors.Join(s.writeReport(ctx, report), s.writeAnnotated(report), s.writeDecisionFile(report.Policy))
	switch {
	case errors.Is(err, text.ErrNoFinding):
		s.warn("-explain: %v", err)
		return exitUsage
	case err != nil:
		s.warn("the report could not be written: %v", err)
		return exitUnscreened
	case s.policy == nil:
		return report.ExitStatus()
	}
	if err := s.writeDecision(report.Policy); err != nil {
		s.warn("the decision of the policy could not be written: %v", err)
		return exitUnscreened
	}
	return report.ExitStatus()
}

// inputs returns the files to screen: those of the command line and those of the bid.
func (c *config) inputs() []screen.Input { return screen.Collect(c.inputPaths()) }

func (c *config) inputPaths() []string {
	if c.bid == nil {
		return c.opts.paths
	}
	return append(slices.Clone(c.opts.paths), c.bid.paths...)
}

// screen screens the inputs with one denylist.
func (s *session) screen(ctx context.Context, m *match.Matcher, inputs []screen.Input) *evidence.Report {
	meter := s.meter(inputs)
	docs, companions := screen.Run(ctx, m, inputs, &screen.Options{Jobs: s.opts.jobs, Verifiers: s.verifiers, Stdin: s.stdin, Progress: meter.Add})
	meter.Done()
	docs = s.bid.check(docs, companions)
	s.warnUnread(docs)
	report := evidence.New(m, "bidcheck", s.failOn)
	report.Bid, report.Options.Keys = s.bid.about(), s.fingerprints
	report.Finish(docs, companions)
	return report
}

// meter returns a meter for the bytes of the inputs.
func (s *session) meter(inputs []screen.Input) *progress.Meter {
	if s.opts.quiet {
		return nil
	}
	bytes, files := int64(0), 0
	for _, in := range inputs {
		files += max(in.Files, 1)
		if in.Name == screen.Stdin {
			bytes = -1 // not known
		}
		if bytes >= 0 {
			bytes += in.Bytes
		}
	}
	return progress.Bytes(s.stderr, bytes, cli.Count(files, "file"))
}

// mostUnread is the number of files that could not be read of which messages are printed.
const mostUnread = 10

// warnUnread prints which files could not be read. The report says it too, but it can go to a file.
func (s *session) warnUnread(docs []evidence.Document) {
	n := 0
	for i := range docs {
		d := &docs[i]
		if d.Error == nil || d.Error.Kind != "read" || d.TooManyFindings() {
			continue
		}
		if n++; n <= mostUnread {
			s.warn("%s: %s", d.Path, strings.TrimPrefix(d.Error.Message, d.Path+": "))
		}
	}
	if n > mostUnread {
		s.warn("%s more could not be read; the report lists them", cli.Count(n-mostUnread, "file"))
	}
}

// write writes an output, and prints which file was written.
func (s *session) write(o output, write func(io.Writer) error) error {
	size := &counter{}
	err := o.write(s.stdout, func(w io.Writer) error {
		if o.path != "" {
			w = io.MultiWriter(w, size)
		}
		return write(w)
	})
	if err == nil && o.path != "" && !s.opts.quiet {
		fmt.Fprintf(s.stderr, "wrote %s (%s, %s)\n", text.Printable(o.path), o.form.title, size)
	}
	return err
}

// A counter counts bytes.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// String returns the number for people: "812 bytes", "120 kB".
func (c *counter) String() string {
	switch {
	case c.n < 1000:
		return cli.Count(int(c.n), "byte")
	case c.n < 999_500:
		return fmt.Sprintf("%d kB", (c.n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(c.n)/1e6)
}

// writeReport writes the report to all outputs, or the explanation that was asked for.
func (s *session) writeReport(ctx context.Context, r *evidence.Report) error {
	if s.opts.explain != "" {
		return s.write(s.outputs[0], func(w io.Writer) error {
			return text.WriteExplanation(w, r, s.opts.explain, s.matcher.Release().Register(), tableOptions(w))
		})
	}
	var errs []error
	for _, o := range s.outputs {
		errs = append(errs, s.write(o, func(w io.Writer) error { return o.form.write(ctx, s.config, r, w) }))
	}
	return errors.Join(errs...)
}

// writeDecision writes what the policy decided, unless the table on standard output has it
// already. It follows an explanation on standard output. Beside a report for programs it goes
// to standard error.
func (s *session) writeDecision(d *policy.Decision) error {
	to := s.stderr
	if out := s.outputs[0]; out.path == "" {
		switch {
		case s.opts.explain != "":
			to = s.stdout
		case out.form.name == "table":
			return nil
		}
	}
	return text.WriteDecision(to, d, tableOptions(to))
}

// writeDecisionFile writes what the policy decided to the file of -decision, in the form of the
// record.
func (s *session) writeDecisionFile(d *policy.Decision) error {
	if s.opts.decision == "" {
		return nil
	}
	out := output{s.opts.decision, form{title: "decision of the policy"}}
	return s.write(out, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(d)
	})
}
