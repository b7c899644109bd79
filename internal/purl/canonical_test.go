// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"fmt"

	"github.com/clause76/clause76/internal/purl"
)

func ExampleCanonical() {
	fmt.Println(purl.Canonical("pkg:GitHub/KasperskyLab/klogga@v1.0.0", "kaspersky", "klogga", "v1.0.0"))
	fmt.Println(purl.Canonical("", "zte", "MF286", ""))
	// Output:
	// pkg:github/kasperskylab/klogga@v1.0.0
	// pkg:generic/zte/MF286
}
