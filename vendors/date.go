// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"time"
)

// A Date is a calendar day, "2018-06-13". If a source gives less, it is a month, "2021-11", or a
// year, "2022". The empty Date means that there is no date. Dates of equal precision sort as
// strings.
type Date string

// IsDay reports whether d is a valid day, and not a month or a year.
func (d Date) IsDay() bool { return d.precise() && d.check() == nil }

// precise reports whether a valid date is a day.
func (d Date) precise() bool { return len(d) == len(time.DateOnly) }

// check returns an error if d is not a day, a month or a year.
func (d Date) check() error {
	for _, layout := range [...]string{time.DateOnly, "2006-01", "2006"} {
		if len(d) == len(layout) {
			if _, err := time.Parse(layout, string(d)); err == nil {
				return nil
			}
		}
	}
	return fmt.Errorf("vendors: %q is not a date; expected YYYY-MM-DD", d)
}

// An interval is a half-open span of time: it contains from and all later days before until. An
// empty bound is open.
type interval struct{ from, until Date }

func (m *Member) interval() interval      { return interval{m.From, m.Until} }
func (id *Identifier) interval() interval { return interval{id.From, id.Until} }
func (x *Exclusion) interval() interval   { return interval{x.From, x.Until} }

// String describes the interval: "from 2018 until 2022-11-24", "no dates recorded".
func (i interval) String() string {
	switch {
	case i.from == "" && i.until == "":
		return "no dates recorded"
	case i.until == "":
		return "from " + string(i.from)
	case i.from == "":
		return "until " + string(i.until)
	}
	return "from " + string(i.from) + " until " + string(i.until)
}

// A coverage is the answer of [interval.covers].
type coverage uint8

const (
	outside  coverage = iota
	doubtful          // the day is in the month or the year that a bound names
	inside
)

// covers reports whether the interval contains the day. Every interval contains the empty day.
func (i interval) covers(day Date) coverage {
	if day == "" {
		return inside
	}
	answer := inside
	if i.from != "" && day < i.from {
		return outside // "2017-12-31" < "2018", and "2018-03-01" > "2018"
	}
	if i.from != "" && !i.from.precise() && day.isIn(i.from) {
		answer = doubtful
	}
	if i.until != "" {
		switch {
		case !i.until.precise() && day.isIn(i.until):
			answer = doubtful
		case day >= i.until:
			return outside
		}
	}
	return answer
}

// isIn reports whether a day is in a month or a year.
func (d Date) isIn(span Date) bool {
	return len(d) >= len(span) && d[:len(span)] == span
}

// isReversed reports whether the interval ends before it starts.
func (i interval) isReversed() bool {
	if i.from == "" || i.until == "" {
		return false
	}
	n := min(len(i.from), len(i.until))
	if i.from[:n] != i.until[:n] {
		return i.from[:n] > i.until[:n]
	}
	return i.from == i.until
}
