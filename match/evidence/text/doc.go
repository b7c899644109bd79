// SPDX-License-Identifier: Apache-2.0

// Package text writes a report as text for people: on a terminal, in a log, in a mail.
//
//	err := text.Write(os.Stdout, report, nil)
//
// [WriteExplanation] shows how single findings came about, [WriteComparison] what changes between
// two reports, [WriteDecision] the decision of a policy, and [WriteLetter] a request for
// clarification to the bidder. Characters of documents that could
// control a terminal are replaced.
package text

import (
	"fmt"
	"io"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/policy"
)

// Options set the form of the text. A nil *Options means defaults.
type Options struct {
	Width int  // columns; default 80, at least 40
	Color bool // ANSI colors, for a terminal
	// Details writes all of the report and not a summary.
	Details bool
}

// Write writes a summary of the report: the verdict with the numbers of parts by force, then two
// or three lines for findings with the same vendor and texts, the most severe first; then what
// changes no verdict, what was not screened, and the decision of the policy. What it leaves out is
// counted.
//
// With Details it writes all of the report: a line for each finding, with how the vendor was
// identified and a line for each listing; then each cited text once, with its words, force,
// addressees and status; the coverage and what was not screened come last. Lines keep to the
// width, except for URLs and rules with long paths.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("text: %w", err)
	}
	p := newPrinter(w, opts)
	if opts != nil && opts.Details {
		p.report(r)
	} else {
		p.summary(r)
	}
	return p.w.Flush()
}

// WriteDecision writes the decision of a policy.
func WriteDecision(w io.Writer, d *policy.Decision, opts *Options) error {
	p := newPrinter(w, opts)
	p.decision(d)
	return p.w.Flush()
}

// Printable returns text on one line that cannot control the terminal: control characters,
// invisible ones and those that change the order of text are replaced. Programs use it for
// paths and other text from outside in their own messages.
func Printable(s string) string { return view.Printable(s) }

// PrintableLines is [Printable] for text of several lines.
func PrintableLines(s string) string { return view.PrintableLines(s) }
