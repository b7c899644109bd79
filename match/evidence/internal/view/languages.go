// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"

	"github.com/clause76/clause76/match/denylist"
)

// TranslationLabel is printed before our translation of a clause.
const TranslationLabel = "The clause in English (our translation; only the original counts)"

// languages are the English names of the official languages of the EU and of others in which texts
// of the denylist can be.
var languages = map[string]string{
	"bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
	"fi": "Finnish", "fr": "French", "ga": "Irish", "hr": "Croatian", "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
	"lt": "Lithuanian", "lv": "Latvian", "mt": "Maltese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
	"ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "uk": "Ukrainian", "zh": "Chinese",
}

// LanguageName returns the English name of a language, or its tag.
func LanguageName(tag string) string { return cmp.Or(languages[tag], tag) }

// grades say how sure the words of a version are, see [denylist.Version].
var grades = map[string]string{
	"A": "the official words",
	"B": "as copies that agree have them, not seen on the official page",
	"C": "as one secondary source has them, perhaps in its own translation",
}

// VersionLabel returns the language of the words of a version, and how sure they are: "In Danish
// [da], as one secondary source has them". It is "" without a version.
func VersionLabel(v *denylist.Version) string {
	if v == nil || v.Text == "" {
		return ""
	}
	return "In " + LanguageName(v.Language) + " [" + v.Language + "], " + cmp.Or(grades[v.Grade], "of unknown grade")
}

// VersionNotes returns how the words of a version differ from those of the clause, and where they
// are from, a sentence each.
func VersionNotes(v *denylist.Version) []string {
	if v == nil || v.Text == "" {
		return nil
	}
	var all []string
	if v.Note != "" {
		all = append(all, "Our note on these words: "+v.Note)
	}
	return append(all, "Source of these words: "+cmp.Or(v.Source, "not recorded"))
}

// VersionWords returns the words of a text in the language that was asked for, how sure they are,
// how they differ, and where they are from; "" if there are none.
func VersionWords(c *denylist.Citation) string {
	label := VersionLabel(c.Version)
	if label == "" {
		return ""
	}
	s := label + ": “" + c.Version.Text + "”"
	for _, n := range VersionNotes(c.Version) {
		s += " " + n
	}
	return s
}
