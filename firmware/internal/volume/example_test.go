// SPDX-License-Identifier: Apache-2.0

package volume_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"log"

	"github.com/clause76/clause76/firmware/internal/volume"
)

func Example() {
	image := archive("etc/hostname", "router\n")
	v, err := volume.Open(bytes.NewReader(image), int64(len(image)))
	if err != nil {
		log.Fatal(err)
	}
	text, err := fs.ReadFile(v, "etc/hostname")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s", v.Kind(), text)
	// Output: cpio: router
}

// archive is a cpio archive with one file.
func archive(name, text string) []byte {
	var b bytes.Buffer
	for _, e := range [][2]string{{name, text}, {"TRAILER!!!", ""}} {
		fmt.Fprintf(&b, "070701%08x%08x%032x%08x%032x%08x%08x%s\x00", 1, 0o100644, 0, len(e[1]), 0, len(e[0])+1, 0, e[0])
		b.Write(make([]byte, -b.Len()&3))
		b.WriteString(e[1])
		b.Write(make([]byte, -b.Len()&3))
	}
	return b.Bytes()
}
