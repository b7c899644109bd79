// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// The buyer is the one of -buyer or of the bid, and is in the record with the purpose.
func TestBuyerAndPurpose(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`)
	own := filepath.Join(dir, "own.json")
	write(t, own, `{"name": "city", "title": "A city", "codes": ["public"]}`)
	bid := func(members string) string {
		path := filepath.Join(dir, "bid")
		write(t, path, `{"bidder":"x",`+members+`"files":[{"path":"a.json"}]}`)
		return path
	}
	for _, tt := range []struct {
		flags        []string
		bid          string
		buyer, codes string
		fails        string
	}{
		{nil, ``, "", "", ""},
		{[]string{"-buyer", "EU-Institution"}, ``, "eu-institution", "", ""},
		{[]string{"-buyer", own}, ``, "city", "", ""},
		{nil, `"buyer":"nl-ministry",`, "nl-ministry", "", ""},
		{nil, `"buyer":{"name":"city","title":"A city","codes":["public"]},"lot":{"id":"2","cpv":["32420000-3"]},`, "city", "32420000", ""},
		{nil, `"lot":"2","cpv":["32420000"],`, "", "32420000", ""},
		{[]string{"-buyer", "nl-ministry", "-cpv", "32420000-3, 32400000"}, `"buyer":"nl-ministry","cpv":["32400000","32420000"],`, "nl-ministry", "32400000 32420000", ""},
		{[]string{"-cpv", "32420000-3"}, ``, "", "32420000", ""},

		{[]string{"-buyer", "eu-institution"}, `"buyer":"nl-ministry",`, "", "", "-buyer is eu-institution, but the bid is for the buyer nl-ministry"},
		{[]string{"-buyer", own}, `"buyer":{"name":"city","title":"A city","codes":["eu.institutions"]},`, "", "", "but the bid is for the buyer city"},
		{[]string{"-cpv", "32420000"}, `"cpv":["30200000"],`, "", "", "-cpv has the codes 32420000, but cpv of the bid has 30200000"},
		{nil, `"cpv":["30200000"],"lot":{"id":"1","cpv":["32420000"]},`, "", "", "cpv is 30200000, and cpv of the lot is 32420000"},
		{nil, `"buyer":"eu-institutions",`, "", "", "did you mean eu-institution?"},
		{nil, `"buyer":{"name":"city"},`, "", "", "title is missing"},
		{nil, `"lot":{"id":"1","cvp":[]},`, "", "", "cvp"},
		{[]string{"-buyer", "eu-inst"}, ``, "", "", `-buyer: there is no buyer "eu-inst"; did you mean eu-institution?`},
		{[]string{"-buyer", "zz"}, ``, "", "", `"bidcheck buyers" lists`},
		{[]string{"-buyer", filepath.Join(dir, "none.json")}, ``, "", "", "none.json"},
		{[]string{"-buyer", filepath.Join(dir, "a.json")}, ``, "", "", "a.json: denylist: bad buyer"},
		{[]string{"-cpv", "3242"}, ``, "", "", "-cpv: "},
		{[]string{"-cpv", " ,"}, ``, "", "", "-cpv has no code"},
		{nil, `"cpv":["32420000-4"],`, "", "", "cpv of the bid: "},
	} {
		status, out, stderr := check(t, "", append(tt.flags, "-quiet", "-format", "json", "-bid", bid(tt.bid))...)
		if tt.fails != "" {
			if status != exitUsage || !strings.Contains(stderr, tt.fails) {
				t.Errorf("%v %s: status %d, %s; want %s", tt.flags, tt.bid, status, stderr, tt.fails)
			}
			continue
		}
		if status != exitClear && status != exitUnscreened {
			t.Errorf("%v %s: status %d, %s", tt.flags, tt.bid, status, stderr)
			continue
		}
		validate(t, out)
		r := report(t, out)
		name := ""
		if r.Buyer != nil {
			name = r.Buyer.Name
		}
		slices.Sort(r.Purpose)
		if got := strings.Join(r.Purpose, " "); name != tt.buyer || got != tt.codes {
			t.Errorf("%v %s: buyer %q, purpose %q; want %q, %q", tt.flags, tt.bid, name, got, tt.buyer, tt.codes)
		}
	}
}

// For each buyer there is another answer about the same bid. A text of the United States is no
// finding for an EU institution.
func TestBuyerDecidesWhichTextsCount(t *testing.T) {
	for buyer, want := range map[string]match.Verdict{"eu-institution": match.Ban, "us-federal-contractor": match.Ban, "private-company": match.Review} {
		_, out, _ := check(t, "", "-format", "json", "-buyer", buyer, "testdata/bids/endpoint-tender")
		r := report(t, out)
		if r.Verdict != want {
			t.Errorf("%s: %s; want %s", buyer, r.Verdict, want)
		}
		for _, d := range r.Documents {
			for _, f := range d.Findings {
				for _, c := range f.Citations {
					if us := c.Jurisdiction == "US"; us != (buyer == "us-federal-contractor") && us && c.Verdict != match.NoVerdict {
						t.Errorf("%s: %s counts", buyer, c.Listing)
					}
				}
			}
		}
	}
	// An old release has no codes, so a buyer changes nothing, and every view says so.
	_, plain, _ := check(t, "", "-format", "json", "-denylist", "2018.06.13", "testdata/bids/endpoint-tender")
	_, out, _ := check(t, "", "-format", "json", "-denylist", "2018.06.13", "-buyer", "us-dod", "testdata/bids/endpoint-tender")
	validate(t, out)
	a, b := report(t, plain), report(t, out)
	if a.Verdict != b.Verdict || len(b.Notices) != 1 || b.Notices[0].Kind != "buyer" || len(a.Notices) != 0 {
		t.Errorf("an old release: %s and %s, %v", a.Verdict, b.Verdict, b.Notices)
	}
	if _, out, _ := check(t, "", "-denylist", "2018.06.13", "-buyer", "us-dod", "testdata/bids/endpoint-tender"); !strings.Contains(strings.Join(strings.Fields(out), " "), "whether they speak to the buyer us-dod or not") {
		t.Errorf("the summary has no notice:\n%s", out)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestListOfBuyers(t *testing.T) {
	status, out, stderr := check(t, "", "buyers")
	if status != exitClear || stderr != "" {
		t.Errorf("status %d, %s", status, stderr)
	}
	golden.Check(t, "testdata/buyers.table", []byte(out))
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	_, out, _ = check(t, "", "buyers", "-format", "json")
	var list buyerList
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Buyers) != len(denylist.Buyers()) {
		t.Fatalf("%v, %d buyers", err, len(list.Buyers))
	}
	for _, b := range list.Buyers {
		n := b.OtherTexts
		for _, texts := range b.Texts {
			n += len(texts)
		}
		if n != list.Texts || b.Texts[denylist.UnknownRelation] != nil {
			t.Errorf("%s: %d of %d texts", b.Name, n, list.Texts)
		}
	}
	if _, out, _ := check(t, "", "-quiet", "buyers", "-buyer", "nl-ministry"); strings.Count(out, "\n\n") != 1 || !strings.Contains(out, "\nnl-ministry: ") {
		t.Errorf("one buyer:\n%s", out)
	}
	if _, out, _ := check(t, "", "buyers", "-denylist", "2018.06.13", "-buyer", "nl-ministry"); !strings.Contains(out, "no record of whom") {
		t.Errorf("an old release:\n%s", out)
	}
	for _, args := range [][]string{{"buyers", "x"}, {"buyers", "-policy", "x"}, {"buyers", "-format", "html"}, {"buyers", "-denylist", "9"}} {
		if status, _, stderr := check(t, "", args...); status != exitUsage || stderr == "" {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

func TestDetails(t *testing.T) {
	_, short, _ := check(t, "", "testdata/bids/endpoint-tender")
	_, long, _ := check(t, "", "-details", "testdata/bids/endpoint-tender")
	if n := strings.Count(short, "\n"); n > 25 || strings.Count(long, "\n") < 100 || !strings.Contains(long, "kaspersky-detector") {
		t.Errorf("%d lines in short, %d in all", n, strings.Count(long, "\n"))
	}
	file := filepath.Join(t.TempDir(), "r.txt")
	check(t, "", "-details", "-o", file, "testdata/bids/endpoint-tender")
	if text := read(t, file); text != long {
		t.Errorf("a file has another text: %.200s", text)
	}
	for _, args := range [][]string{{"-details", "-format", "html"}, {"-details", "-explain", "all"}, {"-details", "-compare", "2018.06.13"}} {
		if status, _, stderr := check(t, "", append(args, "testdata/bids/clean")...); status != exitUsage || !strings.Contains(stderr, "-details") {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

// Commands are found behind flags, and a file with the name of one is a path.
func TestCommandsAndFlags(t *testing.T) {
	const a, b = "testdata/bids/clean", "testdata/bids/router-tender"
	_, want, _ := check(t, "", "diff", "-format", "json", a, b)
	for _, args := range [][]string{{"-quiet", "diff", "-format", "json", a, b}, {"-format", "json", "diff", a, b}, {"diff", "-format=json", "--", a, b}} {
		if status, out, stderr := check(t, "", args...); out != want || status != exitFound || stderr != "" {
			t.Errorf("%v: status %d, %s\n%.300s", args, status, stderr, out)
		}
	}
	if status, out, _ := check(t, "", "--", "diff"); status != exitUnscreened || !strings.Contains(out, "diff") {
		t.Errorf("a file with the name of a command: status %d, %.300s", status, out)
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-qiet", a}, "there is no flag -qiet; did you mean -quiet?"},
		{[]string{"-xyzzy", a}, "there is no flag -xyzzy\n"},
		{[]string{a, "-quiet"}, "expected flags before paths"},
		{[]string{"-jurisdiction", "ROU", a}, `did you mean "RO"?`},
		{[]string{"-denylist", "2018.06.14", a}, "did you mean 2018.06.1"},
		{[]string{"-compare", "2018-06-13", a}, "did you mean 2018.06.13?"},
	} {
		if status, _, stderr := check(t, "", tt.args...); status != exitUsage || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %s; want %s", tt.args, status, stderr, tt.says)
		}
	}
}
