// SPDX-License-Identifier: Apache-2.0

package ethernet_test

import (
	"fmt"
	"testing"

	"github.com/clause76/clause76/firmware/internal/ethernet"
)

func Example() {
	fmt.Println(ethernet.Address("0:1e:73:0:1:2"))
	fmt.Println(ethernet.CheckPrefix("202BC1"))
	fmt.Println(ethernet.CheckPrefix("Huawei"))
	// Output:
	// 00:1e:73:00:01:02 true
	// <nil>
	// expected a MAC address, or the start of one
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]struct {
		address string
		ok      bool
	}{
		"00 1E 73 00 01 02 ":      {"00:1E:73:00:01:02", true},
		"001e73000102":            {"00:1e:73:00:01:02", true},
		"00-1E-73-FF-FE-00-01-02": {"00:1E:73:FF:FE:00", true},
		"0:0:0:0:0:0":             {"", true},
		"a:0:0:1":                 {"", true},
		"":                        {"", true},
		"ZTE":                     {"", false},
		"001:1e:73:00:01:02":      {"", false},
	} {
		if address, ok := ethernet.Address(text); address != want.address || ok != want.ok {
			t.Errorf("%q: %q, %v; want %q, %v", text, address, ok, want.address, want.ok)
		}
	}
}
