// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// manyFindings is a report of n findings on one vendor with the same ten texts, and as many
// observations.
func manyFindings(n int) *evidence.Report {
	var cs, seen []match.Citation
	for i := range 10 {
		text := &denylist.Citation{Listing: fmt.Sprintf("us-act-%d/s1/acme", i), Title: fmt.Sprintf("Act %d on equipment and services", i), Clause: "section 1", Jurisdiction: "US", Force: "statute", Binding: i < 5, Status: "effective",
			Addressees: "heads of executive agencies", Action: "ban", Quote: strings.Repeat("shall not procure any equipment ", 10), Language: "en", URL: "https://example.gov/act",
			Scope: &denylist.Scope{Hardware: true, Limit: "telecommunications equipment", Exceptions: []string{"equipment that cannot route user data traffic"}}}
		cs = append(cs, match.Citation{Citation: text, Verdict: match.Ban})
		seen = append(seen, match.Citation{Citation: text})
	}
	d := evidence.Document{Path: "bid/device.cdx.json", SHA256: strings.Repeat("a", 64), Format: "CycloneDX", SpecVersion: "1.6", Encoding: "JSON", Verdict: match.Ban, Complete: true, Coverage: match.Coverage{Components: 2 * n, Complete: true}}
	for i := range n {
		name := fmt.Sprintf("part-%06d", i)
		at := vendors.Location{Pointer: fmt.Sprintf("/components/%d", i), Offset: int64(300 * i)}
		f := match.Finding{Verdict: match.Ban, Tier: vendors.Declared, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Citations: cs,
			Component:    match.Component{Ref: name, Type: "library", Name: name, Version: "1.0", PURL: "pkg:generic/" + name + "@1.0", CanonicalPURL: "pkg:generic/" + name + "@1.0", Location: at},
			Attributions: []vendors.Attribution{{Vendor: "acme", Tier: vendors.Declared, Claim: vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Acme Ltd", Location: at}, Rule: vendors.RuleName, Matched: "Acme", Source: "register"}}}
		o := f
		o.Verdict, o.Reason, o.Citations = match.NoVerdict, match.OutOfScope, seen
		d.Findings = append(d.Findings, evidence.Finding{ID: fmt.Sprintf("%016x", i), Finding: f})
		d.Observations = append(d.Observations, evidence.Finding{ID: fmt.Sprintf("%016x", n+i), Finding: o})
	}
	d.Notices = []sbom.Warning{{Kind: "draft", Message: "it says that it is a draft"}}
	r := &evidence.Report{SchemaVersion: "2", Denylist: evidence.Denylist{Release: "2026.11.30", AsOf: "2026-11-30"}, Options: evidence.Options{FailOn: match.Review}}
	r.Finish([]evidence.Document{d}, nil)
	return r
}

// counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// mostBytes are the bounds for the size of a finding in a view; what they share is there once.
var mostBytes = map[string]int{"csv": 1500, "junit": 1500, "sarif": 2000, "oscal": 2000}

// A view grows with the findings and not with their square, and a finding does not repeat the texts
// that it shares with others: 20 times the findings take nowhere near 400 times as long. On a busy
// machine it takes several attempts to see that.
func TestViewsAreLinear(t *testing.T) {
	const few, lots = 200, 4000
	small, large := manyFindings(few), manyFindings(lots)
	for _, name := range []string{"csv", "junit", "sarif", "oscal", "markdown"} {
		write := func(r *evidence.Report) (size counter, took time.Duration) {
			start := time.Now()
			if err := allViews[name](&size, r); err != nil {
				t.Fatal(err)
			}
			return size, time.Since(start)
		}
		least, short := write(small)
		most, long := write(large)
		if bound := mostBytes[name]; bound > 0 && int(most-least) > bound*(lots-few) {
			t.Errorf("%s: a finding takes %d bytes; want %d at most", name, int(most-least)/(lots-few), bound)
		}
		if name == "markdown" && most > 1<<20 {
			t.Errorf("markdown: %d bytes", most)
		}
		for range 20 {
			if long <= 100*short {
				break
			}
			_, again := write(small)
			_, againLong := write(large)
			short, long = min(short, again), min(long, againLong)
		}
		if long > 100*short {
			t.Errorf("%s: %d findings take %v, and %d take %v", name, few, short, lots, long)
		}
	}
}

// BenchmarkViews writes 20,000 findings and as many observations in each form.
func BenchmarkViews(b *testing.B) {
	r := manyFindings(20_000)
	forms := map[string]func(io.Writer, *evidence.Report) error{"json": func(w io.Writer, r *evidence.Report) error { return r.WriteJSON(w) }}
	names := []string{"json"}
	for name, write := range allViews {
		forms[name] = write
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := counter(0)
			for b.Loop() {
				size = 0
				if err := forms[name](&size, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)/1e6, "MB")
		})
	}
}
