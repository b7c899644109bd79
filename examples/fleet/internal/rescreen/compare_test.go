// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A screened document is one with its record under each side.
type screened struct {
	claims  []table.Claim
	row     table.Document
	records []string // without the head
}

// screenAll screens random documents under each side.
func screenAll(t testing.TB, sides []side, m *maker, n int) []screened {
	t.Helper()
	key, _ := fleettest.Key(t, "fleet")
	var screeners []*work.Screener
	for _, s := range sides {
		o := s.m.Options()
		x := job.Screening{Release: s.m.Release().Name(), Digest: s.m.Release().Digest(), AsOf: string(o.AsOf), Jurisdictions: o.Jurisdictions}
		if o.Buyer != nil {
			x.Buyer = string(marshal(o.Buyer))
		}
		sc, err := work.NewScreener(x, s.m.Release(), key.Statements)
		if err != nil {
			t.Fatal(s.name, err)
		}
		screeners = append(screeners, sc)
	}
	var all []screened
	for i := range n {
		name, content := m.document(i)
		b := &job.Batch{Tenant: "t", Documents: []job.Document{{Name: name, Object: "x", Size: int64(len(content)), Version: "1"}}}
		j := &job.Job{Tenant: "t", Batch: b.ID()}
		var d screened
		for k, s := range screeners {
			r, err := s.Screen(t.Context(), j, b, 0, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil })
			if err != nil {
				t.Fatal(sides[k].name, err)
			}
			d.claims, d.row = r.Content.Claims, r.Content.Documents[0]
			d.records = append(d.records, withoutHead(t, r.Entry.Statement))
		}
		all = append(all, d)
	}
	return all
}

// withoutHead returns the record of a statement without what is about the whole screening.
func withoutHead(t testing.TB, statement []byte) string {
	t.Helper()
	var envelope struct{ Payload string }
	if err := json.Unmarshal(statement, &envelope); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(envelope.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var s struct{ Predicate map[string]json.RawMessage }
	if err := json.Unmarshal(payload, &s); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"denylist", "options", "buyer", "notices"} {
		delete(s.Predicate, key)
	}
	return string(marshal(s.Predicate))
}

// long reports whether the long form of the tests was asked for.
func long() bool { return os.Getenv("FLEET_LONG") != "" }

// The records of documents that are not affected have no difference. It is compared over all pairs of
// releases that come with the library, and over pairs of others.
func TestNothingIsMissed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 6))
	rs := embedded(t)
	var sides []side
	for _, r := range rs {
		sides = append(sides, newSide(t, r.Name(), r, nil))
	}
	n, pairs, changedReleases := 40, 60, 3
	if long() {
		n, pairs, changedReleases = 500, 600, 12
	}
	sides = append(sides, others(t, rs, rnd, changedReleases)...)
	docs := screenAll(t, sides, &maker{rnd, valuesOf(rs)}, n)
	var total, affected, changed, presence, byAll, byAlways int
	compare := func(a, b int) {
		c, err := NewComparer(sides[a].m, sides[b].m)
		if err != nil {
			t.Fatal(err)
		}
		known := make(map[table.Claim]Cause)
		for i := range docs {
			d := &docs[i]
			cause, by := Cause(""), table.Claim{}
			for _, x := range d.claims {
				key := table.Claim{Role: x.Role, Kind: x.Kind, Value: x.Value}
				k, ok := known[key]
				if !ok {
					k, _ = c.Compare(x.Role, x.Kind, x.Value)
					known[key] = k
				}
				if k != Same && (cause == "" || cause == Presence) {
					cause, by = k, key
				}
			}
			is := cause != "" || c.All() != "" || always(&d.row)
			differs := d.records[a] != d.records[b]
			total++
			if is {
				affected++
			}
			switch {
			case c.All() != "":
				byAll++
			case always(&d.row):
				byAlways++
			}
			if differs {
				changed++
			}
			if is && !differs && cause == Presence {
				presence++
			}
			if differs && !is {
				t.Errorf("%s to %s: %s is not affected, and its record differs:\n%s", sides[a].name, sides[b].name, d.row.Name, difference(d.records[a], d.records[b]))
			}
			if is && !differs && cause != Presence && c.All() == "" && !always(&d.row) && testing.Verbose() && rnd.IntN(400) == 0 {
				t.Logf("%s to %s: %s is affected by %v (%s), and does not differ", sides[a].name, sides[b].name, d.row.Name, by, cause)
			}
		}
	}
	for a := range rs {
		for b := range rs {
			if a != b {
				compare(a, b)
			}
		}
	}
	for range pairs {
		if a, b := rnd.IntN(len(sides)), rnd.IntN(len(sides)); a != b {
			compare(a, b)
		}
	}
	t.Logf("%d documents, %d screenings, %d pairs of records: %d affected (%d because no listing applies, %d not read to the end, %d only by the presence of a claim), %d changed", n, len(sides), total, affected, byAll, byAlways, presence, changed)
	if changed == 0 || affected == total {
		t.Error("the test compares nothing")
	}
}

// difference returns the places from which two texts differ.
func difference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-150):min(len(s), i+250)] }
	return cut(a) + "\n" + cut(b)
}

// Screenings with other options than those of a screening of the fleet cannot be compared.
func TestComparerRefusesOtherOptions(t *testing.T) {
	rs := embedded(t)
	a := newSide(t, "a", rs[0], nil)
	b := newSide(t, "b", rs[1], &match.Options{RequireIdentity: true})
	if _, err := NewComparer(a.m, b.m); err == nil {
		t.Error("no error")
	}
}

// changed returns the newest release after a change of its JSON.
func changed(t *testing.T, change func(x map[string]any)) side {
	t.Helper()
	name := denylist.Current().Name()
	data, err := os.ReadFile("../../../../match/denylist/data/releases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var x map[string]any
	if err := json.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	change(x)
	r, err := denylist.Parse(name, marshal(x), nil)
	if err != nil {
		t.Fatal(err)
	}
	return newSide(t, "changed", r, nil)
}

// vendorIn returns the JSON of a vendor in that of a release.
func vendorIn(x map[string]any, id string) map[string]any {
	for _, v := range x["register"].([]any) {
		if v := v.(map[string]any); v["id"] == id {
			return v
		}
	}
	return nil
}

// Each single change of a release is noticed for the claims that it is about, and for no others.
func TestCompare(t *testing.T) {
	now := newSide(t, "now", denylist.Current(), nil)
	mention, maker, other := [3]string{"mention", "text", "Works with Kaspersky"}, [3]string{"supplier", "name", "Kaspersky Lab"}, [3]string{"supplier", "name", "Huawei Technologies"}
	listing := func(x map[string]any, change func(in, l map[string]any)) {
		for _, in := range x["instruments"].([]any) {
			in := in.(map[string]any)
			if ls, _ := in["listings"].([]any); len(ls) > 0 {
				for _, l := range ls {
					if l := l.(map[string]any); l["vendor"] == "kaspersky" && l["until"] == nil {
						change(in, l)
						return
					}
				}
			}
		}
		t.Fatal("no listing")
	}
	for name, test := range map[string]struct {
		change         func(x map[string]any)
		mention, maker Cause
	}{
		"nothing": {func(map[string]any) {}, Same, Same},
		"name":    {func(x map[string]any) { vendorIn(x, "kaspersky")["name"] = "Kaspersky Group" }, Denylist, Denylist},
		"note of a listing": {func(x map[string]any) {
			listing(x, func(_, l map[string]any) { l["note"] = "another note" })
		}, Same, Denylist},
		"action": {func(x map[string]any) {
			listing(x, func(_, l map[string]any) { l["action"] = "review" })
		}, Same, Denylist},
		"addressees": {func(x map[string]any) {
			listing(x, func(in, _ map[string]any) { in["addressees"] = "everybody" })
		}, Same, Denylist},
		"context": {func(x map[string]any) {
			listing(x, func(in, _ map[string]any) {
				c, _ := in["context"].([]any)
				in["context"] = append(c, map[string]any{"id": "new", "vendor": "kaspersky", "date": "2020-01-01", "text": "something", "source": "a source"})
			})
		}, Same, Denylist},
		"identifiers": {func(x map[string]any) {
			for _, id := range vendorIn(x, "kaspersky")["identifiers"].([]any) {
				id.(map[string]any)["until"] = "2020-01-01"
			}
		}, Attribution, Attribution},
	} {
		c, err := NewComparer(now.m, changed(t, test.change).m)
		if err != nil {
			t.Fatal(err)
		}
		for claim, want := range map[[3]string]Cause{mention: test.mention, maker: test.maker, other: Same, {"supplier", "name", "Acme"}: Same} {
			if got, vendor := c.Compare(claim[0], claim[1], claim[2]); got != want || got != Same && vendor != "kaspersky" {
				t.Errorf("%s: %v: %q for %q; expected %q", name, claim, got, vendor, want)
			}
		}
	}
}

// A claim that only one of the registers may match is left out under the other one.
func TestPresence(t *testing.T) {
	now := newSide(t, "now", denylist.Current(), nil)
	without := changed(t, func(x map[string]any) {
		for _, id := range vendorIn(x, "kaspersky")["identifiers"].([]any) {
			id := id.(map[string]any)
			if kind := id["kind"]; kind == "domain" || kind == "purlNamespace" || kind == "product" {
				id["values"] = []any{"xqzwv" + id["values"].([]any)[0].(string)}
			}
		}
	})
	c, err := NewComparer(now.m, without.m)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, v := range valuesOf([]*denylist.Release{now.m.Release()}).domains {
		for _, value := range []string{"https://example.com/" + v, "pkg:npm/" + v, v} {
			claim := vendors.Claim{Role: vendors.Reference, Kind: vendors.KindURL, Value: value}
			before, after := c.before.resolve(claim), c.after.resolve(claim)
			if len(before.Attributions)+len(before.Unattributed)+len(after.Attributions)+len(after.Unattributed) > 0 || c.before.mayMatch(&claim) == c.after.mayMatch(&claim) {
				continue
			}
			found++
			if got, _ := c.Compare(string(claim.Role), string(claim.Kind), value); got != Presence {
				t.Errorf("%s: %q", value, got)
			}
		}
	}
	if found == 0 {
		t.Error("no claim of this kind")
	}
}
