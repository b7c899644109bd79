// SPDX-License-Identifier: Apache-2.0

package container_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/container"
	"github.com/clause76/clause76/firmware/internal/formattest"
	"github.com/clause76/clause76/sbom"
)

const config = `{"architecture":"amd64","os":"linux","author":"ZTE <x@zte.com.cn>","config":{"Labels":{"org.opencontainers.image.vendor":"ZTE"}},"rootfs":{"type":"layers"}}`

func Example() {
	for c, err := range container.Read(strings.NewReader(config), nil).Components() {
		fmt.Println(c.Name, c.Placement == sbom.Primary, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// container image true <nil>
	// author name ZTE /author
	// author email x@zte.com.cn /author
	// supplier name ZTE /config/Labels/org.opencontainers.image.vendor
}

func TestRead(t *testing.T) {
	labels := func(labels string) string {
		return `{"architecture":"amd64","config":{"Labels":{` + labels + `}},"rootfs":{}}`
	}
	id := strings.Repeat("a", 64)
	const none = "container-image container image"
	formattest.Run(t, func(in string) *sbom.Document { return firmware.Open(strings.NewReader(in), nil) }, []formattest.Case{
		{Name: "maintainer", In: labels(`"MAINTAINER":"ZTE"`), Want: none + ": author ZTE"},
		{Name: "owner", In: labels(`"owner":"ZTE"`), Want: none + ": reference ZTE"},
		{Name: "OCI", In: labels(`"org.opencontainers.image.authors":"ZTE","org.opencontainers.image.url":"https://zte.com.cn","org.opencontainers.image.source":"https://github.com/zte/x"`),
			Want: none + ": author ZTE, homepage https://zte.com.cn, reference https://github.com/zte/x"},
		{Name: "Label Schema", In: labels(`"org.label-schema.vendor":"ZTE","org.label-schema.url":"https://zte.com.cn"`), Want: none + ": supplier ZTE, homepage https://zte.com.cn"},
		{Name: "another label", In: labels(`"com.acme.brand":"ZTE"`), Want: none, Malformed: 1},
		{Name: "an object", In: labels(`"vendor":{"name":"ZTE"}`), Want: none, Malformed: 1},
		{Name: "a list", In: labels(`"vendor":["ZTE"]`), Want: none + ": supplier ZTE"},
		{Name: "history", In: `{"architecture":"amd64","history":[{"author":"ZTE","comment":"x"}],"rootfs":{}}`, Want: none + ": author ZTE"},
		{Name: "variables", In: `{"architecture":"amd64","config":{"Env":["PATH=/","VENDOR=ZTE"],"Image":"zte/x"},"rootfs":{}}`, Want: none + ": author ZTE, mention zte/x"},
		{Name: "a layer", In: `{"id":"x","created":"2015","container_config":{"Labels":{"vendor":"ZTE"}}}`, Want: none + ": supplier ZTE"},
		{Name: "index", In: `{"schemaVersion":2,"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"zte/x:1"}}],"annotations":{"vendor":"ZTE"}}`,
			Want: "container-image zte/x:1: reference docker://zte/x:1, supplier ZTE"},
		{Name: "docker save", In: ` [ {"Config":"c.json","RepoTags":["x:1","zte/x:1"],"Layers":[]}]`, Want: "container-image x:1: reference docker://zte/x:1"},
		{Name: "tags", In: `{"zte/x":{"1":"` + id + `"}}`, Want: "container-image zte/x: reference docker://zte/x"},
		{Name: "checksums", In: `{"x":{"1":"` + id + `"}}`, Err: sbom.ErrNotRecognized},
		{Name: "something else", In: `{"architecture":"amd64","rootfs":{},"x":1}`, Err: sbom.ErrNotRecognized},
		{Name: "two makers", In: labels(`"vendor":"Acme","vendor":"ZTE"`), Err: sbom.ErrDuplicate},
		{Name: "cut off", In: config[:len(config)-1], Err: sbom.ErrSyntax},
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(config))
	f.Add([]byte(`[{"Config":"c.json","RepoTags":["zte/x:1"],"Layers":[]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for range container.Read(strings.NewReader(string(data)), nil).Components() {
		}
		container.Sniff(data)
	})
}
