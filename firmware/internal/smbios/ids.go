// SPDX-License-Identifier: Apache-2.0

package smbios

import (
	"strconv"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/vendors"
)

// Numbers of vendors, as dmidecode prints them: with four digits those of USB and PCI, and the four
// bytes of a number of IANA, the first byte the highest (DSP0134, 7.43). Other numbers of
// manufacturers are those of JEDEC, which dmidecode prints with the word "Bank".
var (
	shortID = lazyregexp.New(`^(?:0[xX])?([0-9A-Fa-f]{4})$`)
	ianaID  = lazyregexp.New(`^0x[0-9A-Fa-f]{2}(?::0x[0-9A-Fa-f]{2}){3}$`)
)

// An id is the number of a vendor.
type id struct {
	role vendors.Role
	kind vendors.Kind
	text string
}

// idOf returns the number of a vendor that a field has.
func idOf(key, value string) (id, bool) {
	switch strings.ToLower(strings.ReplaceAll(key, " ", "")) {
	case "idvendor":
		return shortIDOf(vendors.Namespace, vendors.KindUSB, value)
	case "vendorid":
		if ianaID.MatchString(value) {
			n, err := strconv.ParseUint(strings.NewReplacer("0x", "", ":", "").Replace(value), 16, 32)
			return id{vendors.Namespace, vendors.KindPEN, strconv.FormatUint(n, 10)}, err == nil
		}
		return shortIDOf(vendors.Namespace, vendors.KindPCI, value)
	case "subvendorid": // of the card; VendorID is that of the chip
		return shortIDOf(vendors.Reference, vendors.KindPCI, value)
	case "manufacturerid": // of a management controller
		n, err := strconv.ParseUint(value, 0, 32)
		return id{vendors.Namespace, vendors.KindPEN, strconv.FormatUint(n, 10)}, err == nil && n > 0
	}
	return id{}, false
}

// shortIDOf returns a number of USB or PCI. "0000" and "ffff" are no vendors.
func shortIDOf(role vendors.Role, kind vendors.Kind, value string) (id, bool) {
	m := shortID.FindStringSubmatch(value)
	if m == nil || m[1] == "0000" || strings.EqualFold(m[1], "ffff") {
		return id{}, false
	}
	return id{role, kind, m[1]}, true
}
