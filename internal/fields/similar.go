// SPDX-License-Identifier: Apache-2.0

package fields

import "strings"

// MaxName is the length in bytes above which a name is compared with nothing: formats and
// tools have shorter ones.
const MaxName = 64

var foldLetters = strings.NewReplacer("ſ", "s", "\u212a", "k")

// FoldLetters replaces the letters beyond ASCII that fold to ASCII letters: "ſupplier" becomes
// "supplier".
func FoldLetters(name string) string {
	if isASCII(name) {
		return name
	}
	return foldLetters.Replace(name)
}

// Fold returns the form in which names are compared: the first word, without a prefix, in
// lower case as encoding/json folds it.
func Fold(name string) string {
	name = name[strings.LastIndexByte(name, ':')+1:]
	name, _, _ = strings.Cut(strings.TrimSpace(strings.TrimLeft(name, "@")), " ")
	return strings.ToLower(FoldLetters(name))
}

// Similar returns the known name that another parser may take name for ("SUPPLIER" for
// "supplier"), or "" if there is none or if name itself is known.
func Similar(name string, known ...string) string {
	if len(name) > MaxName {
		return ""
	}
	for _, k := range known {
		if name == k {
			return ""
		}
	}
	folded := Fold(name)
	for _, k := range known {
		if folded == strings.ToLower(k) {
			return k
		}
	}
	return ""
}
