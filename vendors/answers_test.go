// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"sync"
	"testing"
)

// What is remembered is what would be said without it, for names that take each other's places, in
// every role, and asked by several goroutines.
func TestMayMatchRemembersAnswers(t *testing.T) {
	r := Bundled()
	var values []string
	for _, name := range []string{"Huawei", "Huawel", "HUAWEI ", "Kaspersky Lab", "Example Ltd", "Supplier GmbH", "Hua wei", "Huawei2012", "ZTE", "Z T E", "A & B, C", "x", ""} {
		values = append(values, name, name+" Technologies", "The "+name, name+" (R)")
	}
	for i := range 3000 {
		values = append(values, fmt.Sprintf("Supplier %d GmbH", i))
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for range 2 {
				for i := range values {
					value := []byte(values[(i*(2*g+1))%len(values)])
					for _, role := range []Role{Manufacturer, Supplier, Mention, Author, Reference, SBOMAuthor} {
						for _, kind := range []Kind{KindName, KindText, KindGroup, KindProduct} {
							if got, want := r.MayMatch(role, kind, value), r.index.mayMatch(role, kind, value); got != want {
								t.Errorf("%s %s %q: %t, want %t", role, kind, value, got, want)
							}
						}
					}
				}
			}
		})
	}
	all.Wait()
}
