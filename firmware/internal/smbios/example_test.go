// SPDX-License-Identifier: Apache-2.0

package smbios_test

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/firmware/internal/smbios"
)

func Example() {
	text := "Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Huawei\n\tProduct Name: 1288H V5\n"
	for c, err := range smbios.Read(strings.NewReader(text), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Claims[0].Location.Pointer, err)
	}
	// Output:
	// Huawei 1288H V5 /System Information/0x0001/Manufacturer <nil>
}
