// SPDX-License-Identifier: Apache-2.0

package firmware_test

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/firmware"
)

func Example() {
	manifest := `{"metadata_version":1,"target":"ath79/nand","profiles":{"zte_mf286":{
		"titles":[{"vendor":"ZTE","model":"MF286"}],"supported_devices":["zte,mf286"]}}}`
	doc := firmware.Open(strings.NewReader(manifest), nil)
	for c, err := range doc.Components() {
		if err != nil {
			fmt.Println(err) // the document was not read to its end
			return
		}
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	fmt.Println(doc.Header().Format)
	// Output:
	// reference product zte_mf286 /profiles/zte_mf286
	// manufacturer name ZTE /profiles/zte_mf286/titles/0/vendor
	// reference product MF286 /profiles/zte_mf286/titles/0/model
	// namespace devicetree zte,mf286 /profiles/zte_mf286/supported_devices/0
	// openwrt-profiles
}
