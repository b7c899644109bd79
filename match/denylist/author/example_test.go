// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"fmt"
	"os"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

func ExampleLoad() {
	base, err := denylist.Open("2026.11.24")
	if err != nil {
		fmt.Println(err)
		return
	}
	list := os.DirFS("../../../testdata/lists/ministry")
	for _, fault := range author.Lint(list, base) {
		fmt.Println(fault)
	}
	release, err := author.Load(list, base)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(release.Name(), len(release.ForVendor("example-works")), "listing of Example Works")
	// Output:
	// 2026.11.24+ministry 1 listing of Example Works
}
