// SPDX-License-Identifier: Apache-2.0

package html

import "github.com/clause76/clause76/match/evidence/internal/view"

// The first sheet of paper has the answer and the box for the signature. What would not fit on it
// is on the next sheets: so the numbers of rows of the matrix and of questions depend on the room
// that there is. It is estimated in lines of the text of questions in page.css, of which a sheet
// of A4 has 67.
const (
	sheetLines = 67
	fixedLines = 34  // the headline, facts, heads of sections, and the box for the signature
	lineChars  = 105 // characters of a line
	halfChars  = 48  // characters of a line of a list beside another
	leastRows  = 4   // of the matrix
	mostRows   = 8
	leastAsked = 3 // questions
	mostAsked  = 8
)

// fit sets the matrix and the questions.
func (v *pageData) fit(questions []string) {
	v.Unasked = max(0, len(questions)-mostAll)
	questions = view.First(questions, mostAll)
	used := fixedLines + v.headLines() + v.noticeLines() + v.sideLines()
	asked := 0 // lines of the questions that have to fit
	for _, q := range view.First(questions, leastAsked) {
		asked += wrapped(q, lineChars)
	}
	rows := min(max((sheetLines-used-asked)*2/5, leastRows), mostRows) // of two and a half lines each
	v.Matrix = newMatrix(v.Groups, rows)
	used += v.Matrix.lines()
	n := 0
	for n < min(len(questions), mostAsked) {
		used += wrapped(questions[n], lineChars)
		if used > sheetLines && n >= leastAsked {
			break
		}
		n++
	}
	v.Asked, v.AskedToo = questions[:n], questions[n:]
}

// headLines returns the lines of the headline and of the facts under it that are more than the usual.
func (v *pageData) headLines() int {
	n := 2*max(0, wrapped(v.Headline.Text, 60)-2) + wrapped(v.Headline.Parts, 80) - 1
	facts := 2
	for _, s := range v.Purpose {
		facts = max(facts, wrapped(s, 12))
	}
	return n + facts - 2
}

// noticeLines returns the lines of what was not screened, and of notices.
func (v *pageData) noticeLines() int {
	n := min(len(v.Gaps), mostGaps) + min(len(v.Notices), mostGaps) + min(len(v.Companions), 1)
	for _, x := range v.Report.Notices {
		n += wrapped(x.Message, lineChars)
	}
	return n
}

// sideLines returns the lines of the policy and the steps, which are beside each other on paper.
func (v *pageData) sideLines() int {
	steps, waivers := 0, 0
	for _, s := range v.Todo {
		steps += wrapped(s, halfChars)
	}
	if v.Made == nil {
		return len(v.Todo)
	}
	for _, s := range v.Made.Short {
		waivers += wrapped(s, halfChars)
	}
	return max(steps, 4+waivers)
}

// lines returns the lines of the rows of the matrix.
func (m *matrix) lines() int {
	chars := 70 // of the first column
	if len(m.Places) > 5 {
		chars = 34
	}
	tenths := 0
	for i := range m.Rows {
		switch wrapped("review "+m.Rows[i].Short+" "+m.Rows[i].Vendor.Name, chars) {
		case 1:
			tenths += 21
		case 2:
			tenths += 25
		default:
			tenths += 35
		}
	}
	if m.More > 0 {
		tenths += 10
	}
	return (tenths + 9) / 10
}

// wrapped returns about how many lines a text has.
func wrapped(s string, chars int) int { return 1 + len([]rune(s))/chars }
