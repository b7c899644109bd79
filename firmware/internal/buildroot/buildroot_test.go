// SPDX-License-Identifier: Apache-2.0

package buildroot_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/buildroot"
	"github.com/clause76/clause76/sbom"
)

const manifest = `"PACKAGE","VERSION","LICENSE","LICENSE FILES","SOURCE ARCHIVE","SOURCE SITE","DEPENDENCIES WITH LICENSES"
"busybox","1.36.1","GPL-2.0, bzip2-1.0.4","LICENSE","busybox-1.36.1.tar.bz2","https://www.busybox.net/downloads","glibc [GPL-2.0+]"
"hisi-osdrv","1.0","PROPRIETARY","","hisi.tgz","https://www.hisilicon.com/files","a
b"
`

const showInfo = `{"busybox":{"type":"target","name":"busybox","virtual":false,"version":"1.36.1","licenses":"GPL-2.0","downloads":[{"source":"b.tar.bz2","uris":["https+https://www.busybox.net/downloads","http|urlencode+http://sources.buildroot.net/busybox"]}],"cpe-id":"cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*"},
"host-zlib":{"type":"host","name":"zlib","version":"1.3","cpe-id":"cpe:2.3:a:huawei:zlib:1.3:*:*:*:*:*:*:*"}}`

func show(in string) (string, sbom.Header, error) {
	doc := firmware.Open(strings.NewReader(in), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s %v", c.Name, c.Version, c.Pedigree)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

func Example() {
	for c, err := range buildroot.ReadManifest(strings.NewReader(manifest), nil).Components() {
		fmt.Println(c.Name, c.Version, err, c.Claims[len(c.Claims)-1].Value)
	}
	// Output:
	// busybox 1.36.1 <nil> https://www.busybox.net/downloads
	// hisi-osdrv 1.0 <nil> https://www.hisilicon.com/files
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"manifest", manifest, "busybox 1.36.1 false; mention product busybox; reference url https://www.busybox.net/downloads\nhisi-osdrv 1.0 false; mention product hisi-osdrv; reference url https://www.hisilicon.com/files\n", 0, nil},
		{"sites without a scheme", "PACKAGE,VERSION,LICENSE,SOURCE SITE\na,1,x,git@github.com:acme/a\nb,1,x,/home/b\nc,1,x,\n", "a 1 false; mention product a; reference url git@github.com:acme/a\nb 1 false; mention product b\nc 1 false; mention product c\n", 0, nil},
		{"a short row", "PACKAGE,VERSION,LICENSE\na,1\n", "", 0, sbom.ErrSyntax},
		{"no name", "PACKAGE,VERSION,LICENSE\n,1,x\n", " 1 false\n", 1, nil},
		{"a quote in a field", "PACKAGE,VERSION,LICENSE\na,1,x\"y\n", "", 0, sbom.ErrSyntax},
		{"an open quote", "PACKAGE,VERSION,LICENSE\na,1,\"x\n", "", 0, sbom.ErrSyntax},
		{"a NUL byte", "PACKAGE,VERSION,LICENSE\na,1,\x00\n", "", 0, sbom.ErrSyntax},
		{"show-info", showInfo, "busybox 1.36.1 false; mention product busybox; reference url https://www.busybox.net/downloads; namespace cpe cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*\n" +
			"zlib 1.3 true; mention product zlib; namespace cpe cpe:2.3:a:huawei:zlib:1.3:*:*:*:*:*:*:*\n", 0, nil},
		{"downloads of wrong types", `{"a":{"type":"target","downloads":"https://zte.com.cn"},"b":{"type":"target","downloads":["x",{"uris":"y"},{"uris":[1,"https+https://example.org/b"]}]},"c":{"type":"target","downloads":null}}`, "a  false\nb  false; reference url https://example.org/b\nc  false\n", 4, nil},
		{"a CPE that is not a string", `{"a":{"type":"target","cpe-id":["x"]}}`, "a  false\n", 1, nil},
		{"a CPE in another case", `{"a":{"type":"target","CPE-ID":"x"}}`, "a  false\n", 1, nil},
		{"a bad CPE", `{"a":{"type":"target","cpe-id":"cpe:x"}}`, "a  false; namespace cpe cpe:x\n", 1, nil},
		{"a package that is not an object", `{"a":{"type":"target"},"b":1}`, "a  false\n", 1, nil},
		{"two formats", `{"a":{"type":"target"},"bomFormat":"CycloneDX"}`, "", 0, sbom.ErrNotRecognized},
	} {
		got, h, err := show(tt.in)
		if !errors.Is(err, tt.err) || err == nil && (got != tt.want || h.Malformed != tt.malformed) {
			t.Errorf("%s: malformed %d, error %v\n%swant:\n%s", tt.name, h.Malformed, err, got, tt.want)
		}
	}
}

// A manifest that Buildroot wrote is read to its end.
func TestManifest(t *testing.T) {
	data, err := os.ReadFile("testdata/manifest.csv")
	if err != nil {
		t.Fatal(err)
	}
	got, h, err := show(string(data))
	if err != nil || h.Malformed != 0 || h.Components != 5 || !strings.Contains(got, "nordwind-agent 2.1 false; mention product nordwind-agent; reference url https://downloads.nordwind.example/agent\n") {
		t.Errorf("%+v %v\n%s", h, err, got)
	}
}

func TestCorpus(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash("../../../../shared/corpus/CycloneDX+cyclonedx-buildroot/tests/_data/raspi_manifest.csv"))
	if err != nil {
		t.Skip(err)
	}
	got, h, err := show(string(data))
	if err != nil || h.Malformed != 0 || h.Components < 5 || !strings.Contains(got, "rpi-firmware") {
		t.Errorf("%+v %v", h, err)
	}
}
