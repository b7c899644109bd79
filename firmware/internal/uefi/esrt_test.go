// SPDX-License-Identifier: Apache-2.0

package uefi_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/firmware"
)

// table returns /sys/firmware/efi/esrt with one entry of a class.
func table(class string) fstest.MapFS {
	return fstest.MapFS{
		"fw_resource_count":                  {Data: []byte("1\n")},
		"entries/entry0/fw_class":            {Data: []byte(class)},
		"entries/entry0/fw_type":             {Data: []byte("1\n")},
		"entries/entry0/fw_version":          {Data: []byte("65551\n")},
		"entries/entry0/last_attempt_status": {Data: []byte("0\n")},
	}
}

func Example() {
	doc := firmware.OpenFS(context.Background(), table("0a6d2f2d-dbc8-4c3e-9b1d-3b8c1a2b3c4d\n"), nil)
	for c, err := range doc.Components() {
		if len(c.Claims) > 0 {
			fmt.Println(c.Name, c.Version, err, c.Claims[0].Kind, c.Claims[0].Value, c.Claims[0].Location.Pointer)
		}
	}
	// Output:
	// system firmware 65551 <nil> guid 0a6d2f2d-dbc8-4c3e-9b1d-3b8c1a2b3c4d entries/entry0/fw_class
}

func TestBroken(t *testing.T) {
	for class, malformed := range map[string]int{"0a6d2f2d-dbc8-4c3e-9b1d-3b8c1a2b3c4d": 0, "Huawei\n": 1, "": 1} {
		doc := firmware.OpenFS(context.Background(), table(class), nil)
		for _, err := range doc.Components() {
			if err != nil {
				t.Errorf("%q: %v", class, err)
			}
		}
		if h := doc.Header(); h.Malformed != malformed || h.Format != "sysfs-esrt" {
			t.Errorf("%q: %+v", class, h)
		}
	}
}
