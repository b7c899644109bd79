// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

var cut = flag.Bool("cut", false, "make the releases in the table that history.txt does not have yet")

// cuts are the releases and how they were made. A release is never made again: its file and its
// line in history.txt do not change.
var cuts = []author.Cut{
	{Name: "2018.06.12", Date: "2018-06-12", Note: "As it stood on the eve of the vote: the motion is tabled."},
	{Name: "2018.06.13", Date: "2018-06-13", Predecessor: "2018.06.12", Note: "The resolution is adopted; the motion is its history."},
	{Name: "2026.11.23", Date: "2026-11-23", Predecessor: "2018.06.13", Note: "The first current release."},
	// Reconstructions of what was public on the day, made later with the register of 2026.11.24.
	{Name: "2017.09.14", Date: "2017-09-14", Note: "The day after Binding Operational Directive 17-01."},
	{Name: "2020.08.14", Date: "2020-08-14", Predecessor: "2018.06.13", Note: "Section 889 applies in both its parts; FAR 52.204-25 is amended."},
	{Name: "2022.03.26", Date: "2022-03-26", Predecessor: "2020.08.14", Note: "After the warnings of March 2022 and the FCC's listing of Kaspersky."},
	{Name: "2024.07.24", Date: "2024-07-24", Predecessor: "2022.03.26", Note: "After the determination of June 2024; section 1260H names memory makers."},
	{Name: "2026.11.24", Date: "2026-11-24", Predecessor: "2026.11.23", Note: "Fifteen more instruments; a register of 31 families instead of 6."},
	{Name: "2026.11.25", Date: "2026-11-25", Predecessor: "2026.11.24", Note: "The same instruments; a register with names in more scripts, mirrors and hosts that only keep others' files, and companies that only look alike."},
	// Corrections: releases of the same days again, with what was found since and with words of the day.
	// Each was made when it was added here; the notes say what was wrong in the one that it replaces.
	{Name: "2017.09.14.1", Date: "2017-09-14", Supersedes: "2017.09.14", Note: "2017.09.14 had no codes for whom its text is, not the text's own verb, a smaller register, and a note on a later year. Here are also Ukraine's decree of 2015, and what was known about the vendor on that day."},
	{Name: "2018.06.12.1", Date: "2018-06-12", Predecessor: "2017.09.14.1", Supersedes: "2018.06.12", Note: "2018.06.12 lacked the British advice on ZTE of April 2018 and Ukraine's decree of 2015, gave the order on supply to ZTE in the words of a law firm, and clause 76 in no other language. It had no codes for whom its texts are, a register of six families, and a note on a later year."},
	{Name: "2018.06.13.1", Date: "2018-06-13", Predecessor: "2018.06.12.1", Supersedes: "2018.06.13", Note: "2018.06.13 lacked the British advice on ZTE of April 2018 and Ukraine's decree of 2015, gave the order on supply to ZTE in the words of a law firm, and clause 76 in no other language. It had no codes for whom its texts are, a register of six families, and a note on a later year."},
	{Name: "2020.08.14.1", Date: "2020-08-14", Predecessor: "2018.06.13.1", Supersedes: "2020.08.14", Note: "2020.08.14 gave section 889 in the words of a rule about it, and FAR 52.204-25 without the words on waivers of August 2020. It lacked the British advice on ZTE and measures of nine more states, among them the Czech warning of December 2018, had no codes for whom its texts are and a smaller register, and notes on later years."},
	{Name: "2022.03.26.1", Date: "2022-03-26", Predecessor: "2020.08.14.1", Supersedes: "2022.03.26", Note: "2022.03.26 gave rows of the FCC's list in words of 2026 or by names only, section 889 in the words of a rule of 2020, and FAR 52.204-25 without the words on waivers of August 2020; ten of its listings were not verified and are now. It lacked the Swedish decision of October 2020, the Czech warning of December 2018 and measures of more than a dozen other states, had no codes for whom its texts are and a smaller register, and notes on later years."},
	{Name: "2024.07.24.1", Date: "2024-07-24", Predecessor: "2022.03.26.1", Supersedes: "2024.07.24", Note: "2024.07.24 gave rows of the FCC's list in words of 2026 or by names only, section 889 in the words of a rule of 2020, FAR 52.204-25 without the words on waivers of August 2020, and FAR 52.204-23 without its amendment of December 2023; most of its listings under sections 1260H and 5949 were not verified and are now. It lacked DFARS 252.204-7018, section 805, Regulation (EU) 2023/2841, the Swedish decision of October 2020 and measures of more than a dozen other states, had no codes for whom its texts are and a smaller register, and notes on later years."},
	{Name: "2026.11.30", Date: "2026-11-30", Predecessor: "2026.11.25", Note: "Fifty more instruments, of 28 jurisdictions instead of 10; words of the day, codes for whom each text speaks to, the texts' own verbs; names, members and hosts of the register from sources that open."},
}

// Every release has the digest that it had when it was made.
func TestHistoryNeverChanges(t *testing.T) {
	data, err := os.ReadFile("../data/history.txt")
	if err != nil {
		t.Fatal(err)
	}
	known, corrects := make(map[string]string), make(map[string]string)
	for line := range strings.Lines(string(data)) {
		if f := append(strings.Fields(line), ""); len(f) > 2 && f[0] != "#" {
			known[f[0]], corrects[f[0]] = f[1], f[2]
		}
	}
	for _, c := range cuts {
		if known[c.Name] == "" {
			if !*cut {
				t.Errorf("%s does not exist yet; run go test ./match/denylist/author -run History -cut", c.Name)
				continue
			}
			file, err := author.BuildRelease(c, os.DirFS("data"), vendors.Bundled().Files())
			if err != nil {
				t.Fatal(err)
			}
			r, err := denylist.Parse(c.Name, file, nil)
			if err != nil {
				t.Fatal(err)
			}
			path := "../data/releases/" + c.Name + ".json"
			if err := os.WriteFile(path, file, 0o644); err != nil {
				t.Fatal(err)
			}
			data = append(data, strings.TrimSpace(c.Name+" "+r.Digest()+" "+c.Supersedes)+"\n"...)
			if err := os.WriteFile("../data/history.txt", data, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		file, err := os.ReadFile("../data/releases/" + c.Name + ".json")
		if err != nil {
			t.Error(err)
			continue
		}
		if r, err := denylist.Parse(c.Name, file, nil); err != nil {
			t.Error(err)
		} else if r.Digest() != known[c.Name] {
			t.Errorf("%s: digest %s; history.txt has %s: a release must not change", c.Name, r.Digest(), known[c.Name])
		} else if r.Supersedes() != c.Supersedes || corrects[c.Name] != c.Supersedes {
			t.Errorf("%s: the file supersedes %q, and history.txt says %q; expected %q", c.Name, r.Supersedes(), corrects[c.Name], c.Supersedes)
		}
	}
}

// The newest release is made from the current sources. If this fails, the sources were changed:
// add a release to the table and make it.
func TestNewestReleaseIsMadeFromTheSources(t *testing.T) {
	c := cuts[len(cuts)-1]
	want, err := author.BuildRelease(c, os.DirFS("data"), vendors.Bundled().Files())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../data/releases/" + c.Name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from a release made from the current sources", c.Name)
	}
}
