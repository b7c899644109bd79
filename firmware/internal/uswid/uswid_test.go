// SPDX-License-Identifier: Apache-2.0

package uswid_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/ulikunitz/xz/lzma"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/uswid"
	"github.com/clause76/clause76/sbom"
)

// tag returns a concise SWID tag of a product by a creator.
func tag(name, creator, regid string) []byte {
	b, err := cbor.Marshal(map[int]any{0: name + "-id", 1: name, 13: "1.0", 12: 0, 2: []any{map[int]any{31: creator, 32: regid, 33: []int{1, 2}}}})
	if err != nil {
		panic(err)
	}
	return b
}

// container returns a container. more has the bytes that later versions add to the header: flags,
// compression, format.
func container(version byte, payload []byte, more ...byte) []byte {
	b := append([]byte(uswid.Magic), version)
	b = binary.LittleEndian.AppendUint16(b, uint16(23+len(more)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	return append(append(b, more...), payload...)
}

func zlibOf(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func lzmaOf(data []byte) []byte {
	var b bytes.Buffer
	w, _ := lzma.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func show(data []byte) (string, sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s", c.Location.Pointer, c.Name)
		for _, cl := range c.Claims {
			if cl.Role.IsOrigin() {
				fmt.Fprintf(&b, " %s %s=%s", cl.Kind, cl.Location.Pointer, cl.Value)
			}
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

func Example() {
	data := container(2, zlibOf(tag("EC firmware", "Huawei", "huawei.com")), 1)
	for c, err := range uswid.Read(bytes.NewReader(data), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// EC firmware 1.0 <nil>
	// mention product EC firmware /0/software-name
	// manufacturer name Huawei /0/entity/0/name
	// manufacturer regid huawei.com /0/entity/0/regid
}

func TestRead(t *testing.T) {
	one := tag("a", "Huawei", "huawei.com")
	const want = "/0 a name /0/entity/0/name=Huawei regid /0/entity/0/regid=huawei.com\n"
	bom := []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"firmware","name":"b","supplier":{"name":"ZTE"}}]}`)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, tt := range []struct {
		name      string
		data      []byte
		want      string
		malformed int
		err       error
	}{
		{"version 1", container(1, one), want, 0, nil},
		{"version 2", container(2, one, 0), want, 0, nil},
		{"zlib", container(2, zlibOf(one), 1), want, 0, nil},
		{"LZMA", container(3, lzmaOf(one), 1, 2), want, 0, nil},
		{"two tags", container(4, append(bytes.Clone(one), tag("c", "ZTE", "zte.com.cn")...), 0, 0, 0), want + "/0/1 c name /0/1/entity/0/name=ZTE regid /0/1/entity/0/regid=zte.com.cn\n", 0, nil},
		{"CycloneDX", container(4, bom, 0, 0, 1), "/0/components/0 b name /0/components/0/supplier/name=ZTE\n", 0, nil},
		{"two containers and padding", join(container(1, one), container(4, zlibOf(bom), 1, 1, 1), make([]byte, 100)), want + "/1/components/0 b name /1/components/0/supplier/name=ZTE\n", 0, nil},
		{"data after the last container", join(container(1, one), []byte("x")), want, 1, nil},
		{"in an image", join(make([]byte, 1000), []byte{1}, container(2, zlibOf(one), 1), []byte{1, 2, 3}),
			"/uswid/1#/0 a name /uswid/1#/0/entity/0/name=Huawei regid /uswid/1#/0/entity/0/regid=huawei.com\n", 1, nil},
		{"an unknown compression", container(3, one, 1, 9), "", 0, sbom.ErrSyntax},
		{"an unknown format", container(4, one, 0, 0, 7), "", 0, sbom.ErrSyntax},
		{"a payload that is not compressed, although the flag is set", container(2, one, 1), "", 0, sbom.ErrSyntax},
		{"a header that is too short", container(4, one), "", 0, sbom.ErrSyntax},
		{"a payload that unpacks to more than the limit", container(2, zlibOf(make([]byte, 65<<20)), 1), "", 0, sbom.ErrSyntax},
	} {
		got, h, err := show(tt.data)
		if !errors.Is(err, tt.err) || err == nil && (got != tt.want || h.Malformed != tt.malformed) {
			t.Errorf("%s: malformed %d, error %v\n%swant:\n%s", tt.name, h.Malformed, err, got, tt.want)
		}
	}
	whole := container(1, one)
	for n := range whole {
		if got, h, err := show(whole[:n]); err == nil && h.Malformed == 0 {
			t.Errorf("cut at %d: %s", n, got)
		}
	}
}

// TestCorpus reads containers from the firmware of laptops, if the corpus is available.
func TestCorpus(t *testing.T) {
	for name, want := range map[string]string{"lenovo-x1-carbon.bin": "Lenovo", "dell-xps13.bin": "Dell"} {
		data, err := os.ReadFile(filepath.FromSlash("../../../../shared/corpus/hughsie+python-uswid/examples/" + name))
		if err != nil {
			t.Skip(err)
		}
		got, h, err := show(data)
		if err != nil || !strings.Contains(got, want) || h.Malformed > 0 {
			t.Errorf("%s: %+v %v\n%s", name, h, err, got)
		}
	}
}
