// SPDX-License-Identifier: Apache-2.0

// Package ethernet reads MAC addresses and vendor prefixes as device manifests write them.
package ethernet

import (
	"errors"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
)

// prefix matches a vendor prefix of three or more bytes, or a MAC address.
var prefix = lazyregexp.New(`^(?:[0-9A-Fa-f]{1,2}[:. -]?){3,8}$`)

// CheckPrefix returns an error if text is neither a vendor prefix (OUI) nor a MAC address.
func CheckPrefix(text string) error {
	if !prefix.MatchString(strings.TrimSpace(text)) {
		return errors.New("expected a MAC address, or the start of one")
	}
	return nil
}

// Address returns the first six bytes of a MAC address of six or eight bytes, with two digits for
// each byte: "00:1e:73:00:01:02" for "0:1e:73:0:1:2", "00 1e 73 00 01 02 " and "001e73000102". It
// returns "" for an address of another length, and for an address of zeros, which identifies no
// vendor. ok is false if the text is not a list of bytes.
func Address(text string) (address string, ok bool) {
	const separators = ": -"
	var parts []string
	if strings.ContainsAny(text, separators) {
		parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) })
	} else {
		for i := 0; i < len(text); i += 2 {
			parts = append(parts, text[i:min(i+2, len(text))])
		}
	}
	zero := true
	for i, b := range parts {
		if len(b) == 1 {
			b = "0" + b
		}
		if len(b) != 2 || strings.Trim(b, "0123456789abcdefABCDEF") != "" {
			return "", false
		}
		zero = zero && b == "00"
		parts[i] = b
	}
	if zero || len(parts) != 6 && len(parts) != 8 {
		return "", true
	}
	return strings.Join(parts[:6], ":"), true
}
