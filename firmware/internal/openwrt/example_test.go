// SPDX-License-Identifier: Apache-2.0

package openwrt_test

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/firmware/internal/openwrt"
)

func Example() {
	profiles := `{"target":"bcm63xx/smp","profiles":{"huawei_echolife-hg553":{
		"titles":[{"vendor":"Huawei","model":"EchoLife HG553"}],"supported_devices":["huawei,echolife-hg553"]}}}`
	for c, err := range openwrt.Read(strings.NewReader(profiles), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Category, len(c.Claims), err)
	}
	// Output:
	// Huawei EchoLife HG553 telecommunicationsEquipment 4 <nil>
}
