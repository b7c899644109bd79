// SPDX-License-Identifier: Apache-2.0

package pkgdb_test

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/firmware/internal/pkgdb"
)

func Example() {
	status := `Package: kesl
Status: install ok installed
Maintainer: AO Kaspersky Lab <support@kaspersky.com>
Version: 12.0.0-6672
`
	for c, err := range pkgdb.ReadDeb822(strings.NewReader(status), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer, claim.Location.Offset)
		}
	}
	// Output:
	// kesl 12.0.0-6672 <nil>
	// mention product kesl /kesl/Package 9
	// author name AO Kaspersky Lab /kesl/Maintainer 55
	// author email support@kaspersky.com /kesl/Maintainer 73
}
