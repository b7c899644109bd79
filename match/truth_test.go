// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	vendornames "github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

var truthErrors = flag.String("truth-errors", "", "print the rows that are judged wrongly: \"tuned\" for those that may be looked at, \"held\" for the others")

// A truth is one row of testdata/truth: a component as a bid has it, and its vendor.
type truth struct {
	ID, Class                                            string
	Name, Group, Type                                    string
	Supplier, Manufacturer, Publisher, Author            string
	PURL, CPE, URL                                       string
	OUI, PEN, PCI, USB, PNP, ACPI, Bluetooth, Devicetree string
	Vendor                                               vendors.ID // "" if it is none of the register's
	Tier                                                 string
	Why, Source                                          string
}

// held reports whether the row is of the third that is not looked at while the rules
// and the register are worked on. It is chosen by the row's id, which is a hash of it.
func (r *truth) held() bool {
	n := 0
	fmt.Sscanf(r.ID[1:], "%x", &n)
	return n%3 == 0
}

func (r *truth) component() sbom.Component {
	c := sbom.Component{Ref: r.ID, Type: r.Type, Group: r.Group, Name: r.Name, PURL: r.PURL, Placement: sbom.Primary}
	add := func(role vendors.Role, kind vendors.Kind, value string) {
		if value != "" {
			c.Claims = append(c.Claims, vendors.Claim{Role: role, Kind: kind, Value: value, Location: vendors.Location{Offset: -1}})
		}
	}
	add(vendors.Supplier, vendors.KindName, r.Supplier)
	add(vendors.Manufacturer, vendors.KindName, r.Manufacturer)
	add(vendors.Publisher, vendors.KindName, r.Publisher)
	add(vendors.Author, vendors.KindName, r.Author)
	add(vendors.Namespace, vendors.KindGroup, r.Group)
	add(vendors.Mention, vendors.KindProduct, r.Name)
	add(vendors.Namespace, vendors.KindPURL, r.PURL)
	add(vendors.Namespace, vendors.KindCPE, r.CPE)
	add(vendors.Reference, vendors.KindURL, r.URL)
	for kind, value := range map[vendors.Kind]string{vendors.KindOUI: r.OUI, vendors.KindPEN: r.PEN, vendors.KindPCI: r.PCI, vendors.KindUSB: r.USB,
		vendors.KindPNP: r.PNP, vendors.KindACPI: r.ACPI, vendors.KindBluetooth: r.Bluetooth, vendors.KindDeviceTree: r.Devicetree} {
		add(vendors.Manufacturer, kind, value)
	}
	return c
}

func truths(t *testing.T) []truth {
	t.Helper()
	var rows []truth
	for _, name := range []string{"positives", "negatives"} {
		f, err := os.Open("../testdata/truth/" + name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var r truth
			d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
			d.DisallowUnknownFields()
			if err := d.Decode(&r); err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
			if r.Why == "" || r.Source == "" || (r.Vendor == "") != (r.Tier == "") || (name == "positives") != (r.Vendor != "") {
				t.Errorf("%s: a row has why and source, and a positive one vendor and tier", r.ID)
			}
			rows = append(rows, r)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// Sources that a reader can open, and words of those that only the person who looked has seen.
var (
	openSource = regexp.MustCompile(`https?://\S|^[\w.-]+/[\w.-]+([@: ]|$)|` + // an address, or a repository with a path or a commit
		`^(Debian \S+ \d|Debian (ieee-data|usb\.ids)|Linux \d|OpenWrt (profile|\d)|IEEE registry in Debian|IANA PEN \d+ in Debian)|` + // a file of a public package
		`^Consolidated Screening List sample|^(variant )?written for this set`)
	seenByOne = regexp.MustCompile(`(?i)\bsearch (excerpt|hit)|apt-cache search|find_(repos|string|files)|\bhits?\b|\blisting\b|\bexcerpt|\bcop(y|ies)\b|\blookup\b|^package list|\br\d+_`)
)

// A row has a source that a reader can open, and not a search that found it.
func TestTruthSourcesCanBeOpened(t *testing.T) {
	for _, r := range truths(t) {
		if !openSource.MatchString(r.Source) || seenByOne.MatchString(r.Source) {
			t.Errorf("%s: source %q; expected an address, a repository, a file of a public package, or that it was written for this set", r.ID, r.Source)
		}
	}
	for _, source := range []string{
		"repository listing (find_repos zte)", "find_string hit id 58673820579", "Wikipedia copies (search excerpt)", "npm registry lookup 4.1.2",
		"public repository listing: github.com/KasperskyLab/uif (owner and name only)", "package list pypi.tsv (pydahua)", "the vendor’s site", "",
		"https://example.org (search excerpt)",
	} {
		if openSource.MatchString(source) && !seenByOne.MatchString(source) {
			t.Errorf("%q counts as a source that a reader can open", source)
		}
	}
}

// A tally counts what a matcher makes of the rows.
type tally struct{ tp, fp, fn int }

func (c *tally) add(want vendors.ID, got map[vendors.ID]bool) (right bool) {
	right = true
	if want != "" {
		if got[want] {
			c.tp++
		} else {
			c.fn++
			right = false
		}
	}
	for id := range got {
		if id != want {
			c.fp++
			right = false
		}
	}
	return right
}

func (c tally) precision() float64 { return ratio(c.tp, c.tp+c.fp) }
func (c tally) recall() float64    { return ratio(c.tp, c.tp+c.fn) }
func (c tally) f1() float64        { return ratio(2*c.tp, 2*c.tp+c.fp+c.fn) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (c tally) String() string {
	return fmt.Sprintf("precision %.4f  recall %.4f  F1 %.4f  (%d right, %d wrong, %d missed)", c.precision(), c.recall(), c.f1(), c.tp, c.fp, c.fn)
}

// The truth set: the vendors of the components by our matcher and by three that are in use,
// and that nothing is accused wrongly. The rows are of two sorts, those that the
// rules and the register were worked on with, and a third that was held out.
func TestTruth(t *testing.T) {
	rows := truths(t)
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	register := vendors.Bundled()
	var all, tuned, held tally
	classes := make(map[string]*tally)
	confusion := make(map[string]map[string]int)
	positives, negatives, bans := 0, 0, 0
	for i := range rows {
		r := &rows[i]
		c := r.component()
		got, tier := make(map[vendors.ID]bool), vendors.NoTier
		for _, a := range register.Resolve(m.Options().AsOf, c.Claims).Attributions {
			if a.Tier >= vendors.Resembles {
				got[a.Vendor] = true
			}
			if a.Vendor == r.Vendor || r.Vendor == "" {
				tier = max(tier, a.Tier)
			}
		}
		for _, f := range matched(t, m, &c, true) {
			if f.Verdict == match.Ban && f.Vendor.ID != r.Vendor {
				bans++
				t.Errorf("%s: %q: a false ban of %s", r.ID, r.Name, f.Vendor.ID)
			}
		}
		part := &tuned
		if r.held() {
			part = &held
		}
		part.add(r.Vendor, got)
		right := all.add(r.Vendor, got)
		if classes[r.Class] == nil {
			classes[r.Class] = new(tally)
		}
		classes[r.Class].add(r.Vendor, got)
		want := "none"
		if r.Vendor != "" {
			positives++
			want = r.Tier
		} else {
			negatives++
		}
		if confusion[want] == nil {
			confusion[want] = make(map[string]int)
		}
		confusion[want][tier.String()]++
		if (!right || r.Vendor != "" && tier.String() != r.Tier) && (*truthErrors == "tuned" && !r.held() || *truthErrors == "held" && r.held()) {
			t.Logf("WRONG %s %s: want %s %s, got %v %s: %s | %s | %s | %s | %s | %s", r.ID, r.Class, r.Vendor, want, got, tier, r.Name, r.Supplier+r.Manufacturer, r.Publisher, r.PURL, r.CPE, r.Why)
		}
	}
	t.Logf("%d positives, %d negatives and look-alikes", positives, negatives)
	t.Logf("%-28s %v", "clause76, all rows", all)
	t.Logf("%-28s %v", "  rows that were worked with", tuned)
	t.Logf("%-28s %v", "  rows held out", held)
	t.Logf("  false bans: %d", bans)
	for _, b := range baselines(register) {
		t.Logf("%-28s %v", b.name, b.run(rows))
	}
	// Two of the three look at nothing but names: here they are compared on those rows.
	var named []truth
	for _, r := range rows {
		if r.Supplier+r.Manufacturer+r.Publisher != "" {
			named = append(named, r)
		}
	}
	t.Logf("the %d rows that name a maker:", len(named))
	t.Logf("%-28s %v", "clause76", ours(register, m.Options().AsOf, named))
	for _, b := range baselines(register) {
		t.Logf("%-28s %v", b.name, b.run(named))
	}
	columns := []string{"none", "mentions", "resembles", "declared", "registered"}
	t.Logf("tier expected \\ got  %v", columns)
	for _, want := range []string{"none", "resembles", "declared", "registered"} {
		line := fmt.Sprintf("%-18s", want)
		for _, got := range columns {
			line += fmt.Sprintf(" %10d", confusion[want][got])
		}
		t.Log(line)
	}
	var names []string
	for c := range classes {
		names = append(names, c)
	}
	sort.Strings(names)
	for _, c := range names {
		t.Logf("  %-40s %v", c, classes[c])
	}
	if all.precision() < 0.995 || all.recall() < 0.97 {
		t.Errorf("%v; wanted precision of 0.995 and recall of 0.97", all)
	}
	// A third of the rows is few: one wrong row is half a percent. What is asserted of it
	// is that nothing was fitted to the others.
	if held.precision() < 0.985 || held.recall() < 0.97 {
		t.Errorf("held out: %v; wanted precision of 0.985 and recall of 0.97", held)
	}
	if positives < 400 || negatives < 600 {
		t.Errorf("%d positives and %d negatives; wanted 400 and 600", positives, negatives)
	}
}

// ours is what the register makes of the rows.
func ours(register *vendors.Register, day vendors.Date, rows []truth) (c tally) {
	for i := range rows {
		got := make(map[vendors.ID]bool)
		for _, a := range register.Resolve(day, rows[i].component().Claims).Attributions {
			if a.Tier >= vendors.Resembles {
				got[a.Vendor] = true
			}
		}
		c.add(rows[i].Vendor, got)
	}
	return c
}

// A baseline is a matcher as it is done today.
type baseline struct {
	name string
	run  func([]truth) tally
}

func baselines(register *vendors.Register) []baseline {
	names := make(map[vendors.ID][]string)
	for v := range register.All() {
		for _, id := range v.Identifiers {
			if id.Kind == "name" {
				names[v.ID] = append(names[v.ID], id.Value)
			}
		}
	}
	var ids []vendors.ID
	words := make(map[vendors.ID][]string)
	for v := range register.All() {
		ids = append(ids, v.ID)
		words[v.ID] = append(words[v.ID], strings.ToLower(v.Name))
		for _, m := range v.Members {
			words[v.ID] = append(words[v.ID], strings.ToLower(m.Name))
		}
	}
	makers := func(r *truth) []string { return []string{r.Supplier, r.Manufacturer, r.Publisher} }
	substring := func(rows []truth) (c tally) {
		for i := range rows {
			r := &rows[i]
			text := strings.ToLower(strings.Join(append(makers(r), r.Author, r.Name, r.Group, r.PURL, r.CPE, r.URL), "\n"))
			got := make(map[vendors.ID]bool)
			for _, id := range ids {
				got[id] = slices.ContainsFunc(words[id], func(w string) bool { return strings.Contains(text, w) })
				if !got[id] {
					delete(got, id)
				}
			}
			c.add(r.Vendor, got)
		}
		return c
	}
	equality := func(rows []truth) (c tally) {
		for i := range rows {
			got := make(map[vendors.ID]bool)
			for _, id := range ids {
				for _, s := range makers(&rows[i]) {
					if s != "" && slices.Contains(names[id], s) {
						got[id] = true
					}
				}
			}
			c.add(rows[i].Vendor, got)
		}
		return c
	}
	// The best score of each vendor's names against any maker's name of a row; then the
	// threshold with the best F1, chosen on the same rows: better than it can be in use.
	folded := make(map[vendors.ID][]string)
	for id, ns := range names {
		for _, n := range ns {
			folded[id] = append(folded[id], vendornames.Fold(n))
		}
	}
	similarity := func(rows []truth) tally {
		scores := make([]map[vendors.ID]float64, len(rows))
		for i := range rows {
			scores[i] = make(map[vendors.ID]float64)
			for _, s := range makers(&rows[i]) {
				if s = vendornames.Fold(s); s == "" {
					continue
				}
				for id, ns := range folded {
					for _, n := range ns {
						scores[i][id] = max(scores[i][id], jaroWinkler(s, n))
					}
				}
			}
		}
		var best tally
		for threshold := 0.70; threshold <= 1; threshold += 0.01 {
			var c tally
			for i := range rows {
				got := make(map[vendors.ID]bool)
				for id, s := range scores[i] {
					if s >= threshold {
						got[id] = true
					}
				}
				c.add(rows[i].Vendor, got)
			}
			if c.f1() > best.f1() || best.tp == 0 {
				best = c
			}
		}
		return best
	}
	return []baseline{
		{"substring, ignoring case", substring},
		{"Jaro-Winkler, best threshold", similarity},
		{"equality of the supplier", equality},
	}
}

// jaroWinkler is the similarity of two strings, from 0 to 1, with a prefix scale of 0.1.
func jaroWinkler(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	window := max(max(len(x), len(y))/2-1, 0)
	inX, inY := make([]bool, len(x)), make([]bool, len(y))
	matches := 0
	for i := range x {
		for j := max(0, i-window); j < min(len(y), i+window+1); j++ {
			if !inY[j] && x[i] == y[j] {
				inX[i], inY[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	transposed, j := 0, 0
	for i := range x {
		if !inX[i] {
			continue
		}
		for !inY[j] {
			j++
		}
		if x[i] != y[j] {
			transposed++
		}
		j++
	}
	m := float64(matches)
	jaro := (m/float64(len(x)) + m/float64(len(y)) + (m-float64(transposed)/2)/m) / 3
	prefix := 0
	for prefix < min(4, len(x), len(y)) && x[prefix] == y[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}

// The public name-matching cases, rows on organisations: does one name resolve to a
// vendor that bears the other? What is published for logic-v2 is .852 and .877.
func TestPublicNameCases(t *testing.T) {
	data, err := os.ReadFile("../../shared/corpus/screening/nomenklatura/cases.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no corpus here")
	} else if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range table[0] {
		column[name] = i
	}
	var c tally
	refused := 0
	for _, row := range table[1:] {
		if s := row[column["schema"]]; s != "Organization" && s != "Company" && s != "LegalEntity" {
			continue
		}
		one, two, match := row[column["name1"]], row[column["name2"]], row[column["is_match"]] == "true"
		file, _ := json.Marshal(map[string]any{"id": "x", "name": "x", "sources": map[string]string{"s": "cases.csv"}, "members": []any{}, "exclusions": []any{},
			"identifiers": []any{map[string]any{"kind": "name", "values": []string{two}, "source": "s"}}})
		got := make(map[vendors.ID]bool)
		if r, err := vendors.Load(fstest.MapFS{"x.json": {Data: file}}); err != nil {
			refused++
		} else {
			for _, a := range r.Resolve("", []vendors.Claim{{Role: vendors.Supplier, Kind: vendors.KindName, Value: one}}).Attributions {
				got[a.Vendor] = true
			}
		}
		var want vendors.ID
		if match {
			want = "x"
		}
		if !c.add(want, got) && *truthErrors == "public" {
			t.Logf("WRONG want %v got %v: %q %q %s", match, got, one, two, row[column["category"]])
		}
	}
	t.Logf("clause76: %v; %d names cannot be in a register", c, refused)
	t.Log("logic-v2: precision .852  recall .877 (published, at its threshold of .70)")
	if c.precision() < 0.85 {
		t.Errorf("precision %.3f", c.precision())
	}
}
