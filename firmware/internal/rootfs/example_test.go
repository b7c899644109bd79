// SPDX-License-Identifier: Apache-2.0

package rootfs_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/clause76/clause76/firmware"
)

func Example() {
	root := fstest.MapFS{
		"etc/os-release":      {Data: []byte("ID=openwrt\nOPENWRT_DEVICE_MANUFACTURER=\"ZTE\"\nOPENWRT_DEVICE_PRODUCT=\"MF286\"\n")},
		"usr/lib/opkg/status": {Data: []byte("Package: telemetry\nVersion: 1.2\nMaintainer: Huawei Technologies\n")},
		"bin/agent":           {Data: []byte("\x7fELF, perhaps")},
	}
	doc := firmware.OpenFS(context.Background(), root, nil)
	for c, err := range doc.Components() {
		fmt.Println(c.Type, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			if claim.Role.IsOrigin() {
				fmt.Println("-", claim.Role, claim.Value, "in", claim.Location.Pointer)
			}
		}
	}
	fmt.Println(doc.Header().Format, doc.Header().Warnings[0].Message)
	// Output:
	// file agent  <nil>
	// operating-system openwrt  <nil>
	// device MF286  <nil>
	// - manufacturer ZTE in etc/os-release#/OPENWRT_DEVICE_MANUFACTURER
	// application telemetry 1.2 <nil>
	// root-file-system files that were not screened, because their format is unknown and they do not belong to an installed package: 1 of 3 (bin/agent)
}
