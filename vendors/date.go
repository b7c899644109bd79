// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"time"
)

// A Date is a calendar day, "2018-06-13", or where a source says no more, a month
// "2021-11" or a year "2022". The empty Date is no date. Dates of equal precision
// order as strings do.
type Date string

// ParseDate checks that s is a Date and returns it.
func ParseDate(s string) (Date, error) {
	layout := ""
	switch len(s) {
	case 4:
		layout = "2006"
	case 7:
		layout = "2006-01"
	case 10:
		layout = "2006-01-02"
	}
	if layout == "" {
		return "", fmt.Errorf("vendors: %q is not a date; expected YYYY-MM-DD", s)
	}
	if _, err := time.Parse(layout, s); err != nil {
		return "", fmt.Errorf("vendors: %q is not a date; expected YYYY-MM-DD", s)
	}
	return Date(s), nil
}

// IsDay reports whether d names one day and not a month or a year.
func (d Date) IsDay() bool { return len(d) == 10 }

// An Interval is a half-open span of time: it contains From and everything up to
// but not including Until. An empty bound is open.
type Interval struct {
	From, Until Date
}

// String writes the interval in words: "from 2018 until 2022-11-24",
// "no dates recorded".
func (i Interval) String() string {
	switch {
	case i.From == "" && i.Until == "":
		return "no dates recorded"
	case i.Until == "":
		return "from " + string(i.From)
	case i.From == "":
		return "until " + string(i.Until)
	}
	return "from " + string(i.From) + " until " + string(i.Until)
}

// A Cover says whether an interval contains a day.
type Cover uint8

// The answers of [Interval.Covers]. Doubtful means that the day falls within a
// month or year of which only the name is known.
const (
	Outside Cover = iota
	Doubtful
	Inside
)

// Covers reports whether the interval contains the day. The empty day is inside
// every interval.
func (i Interval) Covers(day Date) Cover {
	if day == "" {
		return Inside
	}
	answer := Inside
	if i.From != "" && day < i.From {
		return Outside // "2017-12-31" < "2018", and "2018-03-01" > "2018"
	}
	if i.From != "" && !i.From.IsDay() && within(day, i.From) {
		answer = Doubtful
	}
	if i.Until != "" {
		switch {
		case !i.Until.IsDay() && within(day, i.Until):
			answer = Doubtful
		case day >= i.Until:
			return Outside
		}
	}
	return answer
}

// within reports whether day falls in the month or year that span names.
func within(day, span Date) bool {
	return len(day) >= len(span) && day[:len(span)] == span
}

// reversed reports whether the interval ends before it starts.
func (i Interval) reversed() bool {
	if i.From == "" || i.Until == "" {
		return false
	}
	n := min(len(i.From), len(i.Until))
	if i.From[:n] != i.Until[:n] {
		return i.From[:n] > i.Until[:n]
	}
	return i.From == i.Until
}
