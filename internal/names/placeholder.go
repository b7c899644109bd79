// SPDX-License-Identifier: Apache-2.0

package names

// maxPlaceholder bounds the length of placeholders.
const maxPlaceholder = 32

// Placeholder reports whether the value of a field means that there is no value: NOASSERTION (SPDX 2.3,
// 7.5), "To be filled by O.E.M.", "N/A" and others. It ignores case and the spaces around the
// value.
func Placeholder[T string | []byte](value T) bool {
	for len(value) > 0 && value[0] <= ' ' {
		value = value[1:]
	}
	for len(value) > 0 && value[len(value)-1] <= ' ' {
		value = value[:len(value)-1]
	}
	if len(value) > maxPlaceholder {
		return false
	}
	var buf [maxPlaceholder]byte
	lower := buf[:0]
	for i := range len(value) {
		b := value[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower = append(lower, b)
	}
	switch string(lower) {
	case "", "noassertion", "none", "n/a", "na", "null", "nil",
		"unknown", "unknow", "(none)", "not specified", "not available", "not applicable",
		"not present", "no enclosure", "no dimm", "<bad index>", "[empty]", "<out of spec>", "undefined", "default string", "default", "empty", "o.e.m.", "oem",
		"to be filled by o.e.m.", "to be filled by oem", "to be filled",
		"system manufacturer", "base board manufacturer", "chassis manufacturer", "manufacturer",
		"organization: noassertion", "organization:", "person:",
		"-", "--", "...", "?", "xxx", "123456789", "0", "00000000", "ffff", "0x0000", "0xffff":
		return true
	}
	for i := range len(lower) { // only punctuation: "*****", "........"
		if c := lower[i]; c >= 0x80 || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			return false
		}
	}
	return true
}
