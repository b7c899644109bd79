// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"fmt"

	"github.com/clause76/clause76/internal/purl"
)

func Example() {
	for _, s := range []string{
		"pkg:PyPI/Django_REST@3.15",
		"pkg:npm/@kaspersky/hexa-ui@6.387.4",
		"pkg:deb/debian/curl@8.5.0?arch=amd64",
		"pkg:vcpkg/boost/asio",
	} {
		canonical, err := purl.Normalize(s)
		fmt.Println(canonical, err)
	}
	p, _ := purl.Parse("pkg:deb/debian/curl@8.5.0")
	d, _ := purl.Define(p.Type)
	fmt.Println(p.Namespace, "is a distribution:", d.Namespace == purl.Distribution)
	// Output:
	// pkg:pypi/django-rest@3.15 <nil>
	// pkg:npm/%40kaspersky/hexa-ui@6.387.4 <nil>
	// pkg:deb/debian/curl@8.5.0?arch=amd64 <nil>
	// pkg:vcpkg/boost/asio purl: rule of the type broken: "pkg:vcpkg/boost/asio": the type has no namespaces
	// debian is a distribution: true
}
