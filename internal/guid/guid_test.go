// SPDX-License-Identifier: Apache-2.0

package guid_test

import (
	"testing"

	"github.com/clause76/clause76/internal/guid"
)

func TestKnownGUIDs(t *testing.T) {
	// RFC 9124, 3.3, and the UUID that RFC 9562, appendix A.4 computes of the same namespace.
	if got, want := guid.SUITVendor("www.example.com").String(), "2ed6657d-e927-568b-95e1-2665a8aea6a2"; got != want {
		t.Errorf("SUIT vendor id %s, want %s", got, want)
	}
	if got, want := guid.USB.DeviceID(0x2cb7, 0x104), `USB\VID_2CB7&PID_0104`; got != want {
		t.Errorf("device id %s, want %s", got, want)
	}
	n := 0
	for device, g := range guid.PCI.Devices(0x19e5) {
		if want := guid.SUITVendor(guid.PCI.DeviceID(0x19e5, device)); device < 3 && g != want {
			t.Errorf("device %d: %s, want %s", device, g, want)
		}
		n++
	}
	if n != 1<<16 {
		t.Errorf("%d devices", n)
	}
}
