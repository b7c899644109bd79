// SPDX-License-Identifier: Apache-2.0

package author

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// An earlier says which of our own words about an instrument a release of an earlier day does not
// have: titles, addressees and notes are written today and tell of what came later, such as an
// amendment, and those of a release have to be words of its day.
type earlier struct {
	Instrument string       `json:"instrument"`
	Before     vendors.Date `json:"before"` // the first day on which the words are right
	Words      string       `json:"words"`
	// Instead are the words before that day; "" for none. Words can also be an addressee code, which
	// is then left out or replaced.
	Instead string `json:"instead,omitzero"`
}

// readEarlier reads earlier.json of a list, by instrument. Without the file there are none.
func readEarlier(lists fs.FS) (map[string][]earlier, error) {
	const file = "earlier.json"
	data, err := fs.ReadFile(lists, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []earlier
	if err := json.Unmarshal(data, &all, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", denylist.ErrRelease, file, err)
	}
	by := make(map[string][]earlier)
	for _, e := range all {
		if !e.Before.IsDay() || e.Words == "" {
			return nil, fmt.Errorf("%w: %s: %s: before is %q and words %q; expected a day, YYYY-MM-DD, and words of the instrument: %w", denylist.ErrRelease, file, e.Instrument, e.Before, e.Words, denylist.ErrValue)
		}
		by[e.Instrument] = append(by[e.Instrument], e)
	}
	return by, nil
}

// asBefore gives an instrument the words of a day. It is an error if an instrument does not have
// words that it is to have no more, whatever the day: they were changed, and the list was not.
func asBefore(in *denylist.Instrument, all []earlier, day vendors.Date) error {
	found := make([]bool, len(all))
	ownWords(in, func(s *string) {
		now := *s
		for i, e := range all {
			if strings.Contains(*s, e.Words) {
				found[i] = true
				if day < e.Before {
					now = strings.ReplaceAll(now, e.Words, e.Instead)
				}
			}
		}
		if now != *s {
			*s = strings.TrimSpace(now)
		}
	})
	for i, e := range all {
		for _, codes := range []*[]string{&in.Bound, &in.Advised, &in.ThroughContract} {
			j := slices.Index(*codes, e.Words)
			found[i] = found[i] || j >= 0
			switch {
			case j < 0 || day >= e.Before:
			case e.Instead == "":
				*codes = slices.Delete(*codes, j, j+1)
			default:
				(*codes)[j] = e.Instead
			}
		}
		if !found[i] {
			return fmt.Errorf("%w: earlier.json: %s does not have the words %q; expected some of its title, addressees, ground, notes or facts, or an addressee code: %w", denylist.ErrRelease, in.ID, e.Words, denylist.ErrReference)
		}
	}
	return nil
}

// ownWords calls a function with everything in an instrument that is in our own words.
func ownWords(in *denylist.Instrument, f func(*string)) {
	for _, s := range []*string{&in.Title, &in.Short, &in.Addressees, &in.Ground, &in.Note} {
		f(s)
	}
	for i := range in.Events {
		f(&in.Events[i].Note)
	}
	for i := range in.Clauses {
		f(&in.Clauses[i].Note)
		for j := range in.Clauses[i].Versions {
			f(&in.Clauses[i].Versions[j].Note)
		}
	}
	for i := range in.Listings {
		f(&in.Listings[i].Note)
		f(&in.Listings[i].Fact)
		for j := range in.Listings[i].Editions {
			f(&in.Listings[i].Editions[j].Note)
		}
	}
	for i := range in.Excluded {
		f(&in.Excluded[i].Note)
	}
}
