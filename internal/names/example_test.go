// SPDX-License-Identifier: Apache-2.0

package names_test

import (
	"fmt"

	"github.com/clause76/clause76/internal/names"
)

func ExampleFold() {
	fmt.Println(names.Fold("Zhongxing Telecom Co.,ltd. (abbr. ZTE)"))
	fmt.Println(names.Fold("АО «Лаборатория Касперского»"))
	// Output:
	// zhongxing telecom co ltd abbr zte
	// ао лаборатория касперского
}
