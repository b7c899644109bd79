// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// exceptedName returns the exception of a listing that has the component's name as that of a product
// of the vendor: "It also does not address … Kaspersky Threat Intelligence". It returns "" if there is
// none, and if the document gives the component another name too. A person has to confirm it, because the
// bidder chooses the name, and has to apply the other exceptions: the words "a service" are no name.
func (e *evaluation) exceptedName(s *denylist.Scope) string {
	for _, exception := range s.Exceptions {
		for _, product := range e.productsIn(exception) {
			if e.isCalledOnly(product) {
				return exception
			}
		}
	}
	return ""
}

// isCalledOnly reports whether each name that the document gives the component is the one of the
// folded tokens.
func (e *evaluation) isCalledOnly(fold string) bool {
	found := false
	for _, name := range e.names() {
		if name = withoutNumbers(name); name != "" && name != fold {
			return false
		}
		found = found || name == fold
	}
	return found
}

// withoutNumbers returns the words of a phrase without those that are numbers at its end.
func withoutNumbers(phrase string) string {
	words := strings.Fields(phrase)
	for len(words) > 0 && strings.Trim(words[len(words)-1], "0123456789") == "" {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// productsIn returns the names of products of the vendor in the words of a text: capitalized words
// that follow one another, of which the first are a name of the vendor.
func (e *evaluation) productsIn(text string) (all []string) {
	v := e.m.release.Register().Vendor(e.id)
	if v == nil {
		return nil
	}
	var run []string
	end := func() {
		for n := len(run) - 1; n > 0; n-- { // a name of the vendor and at least one more word
			if hasName(v, names.Fold(strings.Join(run[:n], " "))) {
				all = append(all, names.Fold(strings.Join(run, " ")))
				break
			}
		}
		run = nil
	}
	for word := range strings.FieldsSeq(text) {
		bare := strings.Trim(word, ".,;:()“”\"")
		first, _ := utf8.DecodeRuneInString(bare)
		if !unicode.IsUpper(first) {
			end()
			continue
		}
		if !strings.HasPrefix(word, bare) { // punctuation before it begins another name
			end()
		}
		if run = append(run, bare); !strings.HasSuffix(word, bare) {
			end()
		}
	}
	end()
	return all
}

// hasName reports whether the register has the folded name as one of the vendor's.
func hasName(v *vendors.Vendor, fold string) bool {
	for _, id := range v.Identifiers {
		if id.Kind.IsName() && names.Fold(id.Value) == fold {
			return true
		}
	}
	return false
}
