// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func TestVerdictsMarshalAsTheirWords(t *testing.T) {
	for v := match.NoVerdict; v <= match.Ban; v++ {
		text, err := v.MarshalText()
		var back match.Verdict
		if err != nil || string(text) != v.String() || back.UnmarshalText(text) != nil || back != v {
			t.Errorf("%d: %q, %v, and back %d", v, text, err, back)
		}
	}
	var v match.Verdict
	for _, bad := range []string{"Ban", " ban", "malicious", "Verdict(9)"} {
		if err := v.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as %s", bad, v)
		}
	}
	if text, err := (match.Ban + 1).MarshalText(); err == nil {
		t.Errorf("a verdict out of range is written as %q", text)
	}
}

// A call that could not find anything is an error and not an empty result.
func TestMatchComponentNeedsClaims(t *testing.T) {
	m := matcher(t, "", nil)
	claim := func(role vendors.Role, kind vendors.Kind) *sbom.Component {
		return &sbom.Component{Claims: []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindText, Value: "x"}, {Role: role, Kind: kind, Value: "Kaspersky Lab"}}}
	}
	for name, c := range map[string]*sbom.Component{
		"no claims, with a package URL": {Name: "kav", PURL: "pkg:generic/kaspersky/kav@1"},
		"a claim without a role":        claim("", vendors.KindName),
		"a claim without a kind":        claim(vendors.Supplier, ""),
		"an unknown role":               claim("vendor", vendors.KindName),
		"an unknown kind":               claim(vendors.Supplier, "company"),
	} {
		if fs, err := m.MatchComponent(c, true); !errors.Is(err, match.ErrNoClaims) || fs != nil {
			t.Errorf("%s: %v, %v", name, fs, err)
		}
	}
	c, err := sbom.NewComponent(sbom.Fields{Name: "kav", Supplier: "Kaspersky Lab"})
	if err != nil {
		t.Fatal(err)
	}
	if fs, err := m.MatchComponent(&c, true); err != nil || len(fs) == 0 {
		t.Errorf("%v, %v", fs, err)
	}
}

// The components of documents have claims that MatchComponent accepts, of every role and kind.
func TestMatchComponentTakesComponentsOfDocuments(t *testing.T) {
	m := matcher(t, "", nil)
	for _, path := range []string{"../testdata/bids/endpoint-tender", "../testdata/bids/router-tender"} {
		files, err := filepath.Glob(path + "/*")
		if err != nil || len(files) == 0 {
			t.Fatal(path, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				continue // a directory
			}
			for c, err := range firmware.Open(bytes.NewReader(data), nil).Components() {
				if err != nil {
					break
				}
				if _, err := m.MatchComponent(&c, false); err != nil && len(c.Claims) > 0 {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
}

func TestNewNeedsARelease(t *testing.T) {
	if m, err := match.New(nil, nil); !errors.Is(err, match.ErrOptions) || m != nil {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := match.New(denylist.Current(), nil); err != nil {
		t.Error(err)
	}
}
