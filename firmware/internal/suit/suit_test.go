// SPDX-License-Identifier: Apache-2.0

package suit_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/suit"
	"github.com/clause76/clause76/internal/guid"
	"github.com/clause76/clause76/sbom"
)

// sorted encodes maps in a fixed order.
var sorted, _ = cbor.EncOptions{Sort: cbor.SortCanonical}.EncMode()

func enc(v any) cbor.RawMessage {
	b, err := sorted.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// wrap returns a value encoded in a byte string.
func wrap(v any) []byte { return enc(v) }

func id(guid string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(guid, "-", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// envelope returns an envelope. shared is the shared sequence, manifest has more members of the
// manifest, outside has more members of the envelope.
func envelope(shared any, manifest, outside map[any]any) []byte {
	m := map[any]any{1: 1, 2: 7, 3: wrap(map[any]any{2: [][]string{{"x"}}, 4: wrap(shared)})}
	for k, v := range manifest {
		m[k] = v
	}
	e := map[any]any{3: wrap(m)}
	for k, v := range outside {
		e[k] = v
	}
	return enc(cbor.Tag{Number: 107, Content: e})
}

// text returns a text section for one component, which has an array as its key.
func text(fields map[int]any) []byte {
	about := append([]byte{0xa2, 0x01, 0x61, 'd'}, 0x81, 0x41, 0)
	return append(append([]byte{0xa1}, enc("en")...), append(about, enc(fields)...)...)
}

func show(data []byte) (string, sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s", c.Name, c.Version)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
		}
	}
	return b.String(), doc.Header(), nil
}

func Example() {
	vendor := guid.SUITVendor("zte.com.cn").String()
	data := envelope([]any{20, map[int]any{1: id(vendor)}}, nil, nil)
	for c, err := range suit.Read(bytes.NewReader(data), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// SUIT manifest 7 <nil>
	// namespace guid d8730218-72d0-55be-8ae7-6708658869e6 /manifest/common/shared-sequence/0/vendor-id
}

func TestRead(t *testing.T) {
	zte, class := guid.SUITVendor("zte.com.cn").String(), "1492af14-2569-5e48-bf42-9b2d51f2ab45"
	set := []any{20, map[int]any{1: id(zte), 2: id(class)}}
	const want = "SUIT manifest 7; namespace guid d8730218-72d0-55be-8ae7-6708658869e6; mention guid 1492af14-2569-5e48-bf42-9b2d51f2ab45"
	for _, tt := range []struct {
		name      string
		data      []byte
		want      string
		malformed int
		err       error
	}{
		{"ids", envelope(set, nil, nil), want, 0, nil},
		{"ids twice", envelope(append(set, set...), nil, nil), want, 0, nil},
		{"in a try-each", envelope([]any{15, []any{wrap([]any{12, 0}), wrap(set), nil}}, nil, nil), want, 0, nil},
		{"in a sequence of the manifest", envelope([]any{}, map[any]any{20: wrap([]any{32, wrap(set)})}, nil), want, 0, nil},
		{"a private enterprise number", envelope([]any{20, map[int]any{1: cbor.Tag{Number: 112, Content: []byte{0x8f, 0x5b}}}}, nil, nil), "SUIT manifest 7; namespace pen 2011", 0, nil},
		{"texts", envelope([]any{}, map[any]any{23: text(map[int]any{1: "ZTE", 2: "MF286", 3: "zte.com.cn"})}, nil), "MF286 7; manufacturer name ZTE; reference product MF286; reference url zte.com.cn", 0, nil},
		{"texts in the envelope", envelope([]any{}, map[any]any{23: []any{-16, []byte{1}}}, map[any]any{23: text(map[int]any{1: "ZTE"})}), "SUIT manifest 7; manufacturer name ZTE", 0, nil},
		{"a severed text section that is missing", envelope(set, map[any]any{23: []any{-16, []byte{1}}}, nil), want, 1, nil},
		{"a payload", envelope(set, nil, map[any]any{"#app": []byte{1}}), want, 1, nil},
		{"a severed sequence", envelope(set, map[any]any{20: []any{-16, []byte{1}}}, nil), want, 1, nil},
		{"an id of a wrong length", envelope([]any{20, map[int]any{1: []byte{1, 2}}}, nil, nil), "SUIT manifest 7", 1, nil},
		{"a name that is not text", envelope([]any{}, map[any]any{23: text(map[int]any{1: 5})}, nil), "SUIT manifest 7", 1, nil},
		{"a command without its argument", envelope([]any{20}, nil, nil), "", 0, sbom.ErrSyntax},
		{"no manifest", enc(cbor.Tag{Number: 107, Content: map[int]any{2: []byte{}}}), "", 0, sbom.ErrSyntax},
		{"data after the envelope", append(envelope(set, nil, nil), 1), "", 0, sbom.ErrSyntax},
	} {
		got, h, err := show(tt.data)
		if !errors.Is(err, tt.err) || err == nil && (got != tt.want || h.Malformed != tt.malformed) {
			t.Errorf("%s: %s, malformed %d, error %v; want %s", tt.name, got, h.Malformed, err, tt.want)
		}
	}
	whole := envelope(set, map[any]any{23: text(map[int]any{1: "ZTE"})}, nil)
	for n := range whole {
		if got, _, err := show(whole[:n]); err == nil {
			t.Errorf("cut at %d: %s", n, got)
		}
		for _, b := range []byte{0, 0x5b, 0x9b, 0xbb, 0xff} { // wrong lengths
			bad := bytes.Clone(whole)
			bad[n] = b
			show(bad)
		}
	}
	nested := wrap([]any{})
	for range 50 {
		nested = wrap([]any{32, nested})
	}
	if _, _, err := show(envelope([]any{32, nested}, nil, nil)); !errors.Is(err, sbom.ErrSyntax) {
		t.Errorf("deeply nested sequences: %v", err)
	}
}

// TestCorpus reads the examples of the working group, if the corpus is available.
func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob(filepath.FromSlash("../../../../shared/corpus/kentakayama+libcsuit/testfiles/*.suit"))
	if len(files) == 0 {
		t.Skip("the corpus is not available")
	}
	arm := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := show(data)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(f), err)
		}
		if strings.Contains(got, guid.SUITVendor("arm.com").String()) {
			arm++
		}
	}
	t.Logf("%d manifests, %d for devices of arm.com", len(files), arm)
	if arm < 5 {
		t.Errorf("%d of %d manifests name the vendor that they are for", arm, len(files))
	}
}
