// SPDX-License-Identifier: Apache-2.0

package vendors

import "testing"

// A subject that hides its letters is resolved too, and mayMatch does not drop it.
func TestCertificateSubjects(t *testing.T) {
	r := Bundled()
	for _, subject := range []string{"C = RU, O = Kaspersky Lab, CN = x", `CN=x,O=\4B\61spersky Lab`, "/C=RU/O=AO Kaspersky Lab/CN=x",
		`O="Kaspersky Lab"`, "O=#0c0d4b6173706572736b79204c6162"} {

		c := Claim{Role: Reference, Kind: KindCertificate, Value: subject}
		if !r.MayMatch(c.Role, c.Kind, []byte(c.Value)) {
			t.Errorf("%q would be dropped", subject)
		}
		as := r.Resolve("2026-11-24", []Claim{c}).Attributions
		if len(as) != 1 || as[0].Vendor != "kaspersky" || as[0].Tier != Resembles {
			t.Errorf("%q: %+v", subject, as)
		}
	}
}
