// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// loadPolicy reads the policy of a buyer, and the day by which its waivers are judged.
func (c *config) loadPolicy(path, day string, release *denylist.Release) error {
	if path == "" {
		if day != "" {
			return fmt.Errorf("-day is the day of a -policy, and there is none")
		}
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if c.policy, err = policy.ParseFor(text, release); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if day == "" {
		day = time.Now().UTC().Format(time.DateOnly) // waivers run out whether or not a list changes
	}
	c.day = vendors.Date(day)
	if _, err := vendors.ParseDate(day); err != nil || !c.day.IsDay() {
		return fmt.Errorf("-day is %q; expected YYYY-MM-DD", day)
	}
	return nil
}

// writeDecision prints a decision for people.
func writeDecision(w io.Writer, d *policy.Decision) error {
	out := bufio.NewWriter(w)
	result := "PASSES"
	if !d.Pass {
		result = "DOES NOT PASS"
	}
	name := d.Policy
	if name == "" {
		name = "(without a name)"
	}
	fmt.Fprintf(out, "\nPolicy %s, on %s: %s\n", evidence.Printable(name), d.Day, result)
	for _, f := range d.Fails {
		fmt.Fprintf(out, "  fails: %s %s, %s\n    in %s\n", f.Verdict, evidence.Printable(f.Component), f.Vendor, evidence.Printable(f.Document))
	}
	for _, g := range d.Gaps {
		fmt.Fprintf(out, "  fails: %s\n", evidence.Printable(g))
	}
	for _, g := range d.Unscreened {
		fmt.Fprintf(out, "  not screened, which the policy lets pass: %s\n", evidence.Printable(g))
	}
	for _, f := range d.Waived {
		fmt.Fprintf(out, "  waived until %s by %s: %s %s, %s\n    in %s\n    reason: %s\n", f.Waiver.Expires, evidence.Printable(f.Waiver.Author), f.Verdict, evidence.Printable(f.Component), f.Vendor, evidence.Printable(f.Document), evidence.Printable(f.Waiver.Reason))
	}
	for _, e := range d.Expired {
		fmt.Fprintf(out, "  a waiver by %s expired on %s; findings that it would have let pass: %d\n", evidence.Printable(e.Author), e.Expires, e.Findings)
	}
	for _, u := range d.Unused {
		fmt.Fprintf(out, "  a waiver by %s that nothing needs: %s\n", evidence.Printable(u.Author), evidence.Printable(strings.TrimSpace(strings.Join([]string{u.Finding, u.Vendor, u.Component, u.Version, u.Document}, " "))))
	}
	if n := len(d.Passed); n > 0 {
		fmt.Fprintf(out, "  findings that the policy does not count: %d\n", n)
	}
	return out.Flush()
}
