// SPDX-License-Identifier: Apache-2.0

package vendors

import "strings"

// maxAddresses bounds the e-mail addresses in the name of an author that are looked at.
const maxAddresses = 16

// author attributes the name of an author. The e-mail addresses in it, "Ivan Petrov
// <ivan@kaspersky.com>", are addresses of an author: they show that somebody of the vendor
// contributed, and the name of their domain is not taken for the name of the author.
func (r *resolver) author(c *Claim) {
	var rest strings.Builder
	value := c.Value
	for range maxAddresses {
		start, end := address(value)
		if start < 0 {
			break
		}
		n := len(r.out.Attributions)
		r.nested(c, Claim{Role: c.Role, Kind: KindEmail, Value: value[start:end]}, r.email)
		if rest.WriteString(value[:start] + " "); len(r.out.Attributions) == n { // it can still be a name
			rest.WriteString(value[start:end])
		}
		value = value[end:]
	}
	if rest.Len() == 0 {
		r.personOrCompany(c)
		return
	}
	rest.WriteString(value)
	r.nested(c, Claim{Role: c.Role, Kind: c.Kind, Value: rest.String()}, r.personOrCompany)
}

// address returns where the first e-mail address in a text starts and ends, or -1.
func address(text string) (start, end int) {
	at := strings.IndexByte(text, '@')
	if at < 0 {
		return -1, -1
	}
	const around = " \t\n\r<>()[]{}\"',;:"
	start = strings.LastIndexAny(text[:at], around) + 1
	end = len(text)
	if i := strings.IndexAny(text[at:], around); i >= 0 {
		end = at + i
	}
	if start == at || !strings.Contains(text[at:end], ".") {
		return -1, -1
	}
	return start, end
}
