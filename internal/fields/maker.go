// SPDX-License-Identifier: Apache-2.0

package fields

import (
	"strings"
	"unicode"
)

// makerWords are the words for the maker or supplier of something, and for identifiers that
// name one. A field with one of them in its name is likely to name a vendor.
var makerWords = map[string]bool{
	"supplier": true, "suppliers": true, "manufacturer": true, "manufacturers": true, "manufacture": true, "mfr": true, "mfg": true,
	"vendor": true, "vendors": true, "publisher": true, "publishers": true, "originator": true, "originators": true, "maker": true,
	"brand": true, "distributor": true, "distributors": true, "developer": true, "developers": true,
	"purl": true, "purls": true, "packageurl": true, "packageurls": true, "cpe": true, "cpes": true, "cpe22": true, "cpe23": true,
	"producer": true, "oem": true, "company": true, "provider": true, "suppliedby": true, "originatedby": true, "manufacturedby": true,
	"vendorname": true, "suppliername": true, "manufacturername": true, "companyname": true, "publishername": true,
}

// makerSuffixes end names in which neither a capital letter nor punctuation separates the
// words: "packagesupplier".
var makerSuffixes = []string{"supplier", "manufacturer", "originator", "vendor"}

// MayNameMaker reports whether a field of this name is likely to say who made or supplied
// something: "vendor", "packageSupplier", "x-device-manufacturer".
func MayNameMaker[T string | []byte](field T) bool {
	if len(field) < len("mfr") || len(field) > MaxName {
		return false
	}
	name := strings.ToValidUTF8(foldLetters.Replace(string(field)), "\uFFFD")
	for _, suffix := range makerSuffixes {
		if len(name) >= len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix) {
			return true
		}
	}
	from := 0
	var before rune
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r):
			if makerWords[strings.ToLower(name[from:i])] {
				return true
			}
			from = i + len(string(r))
		case unicode.IsUpper(r) && unicode.IsLower(before):
			if makerWords[strings.ToLower(name[from:i])] {
				return true
			}
			from = i
		}
		before = r
	}
	return makerWords[strings.ToLower(name[from:])] || makerWords[strings.ToLower(name)]
}
