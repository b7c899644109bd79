// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/sbom/unpack"
)

// Buffers are used again, so a Reader that the caller kept must not return the bytes of a later
// document: a document would be screened in place of another one. The last one of a loop that
// the caller left can be read.
func TestReaderIsValidUntilTheNextItem(t *testing.T) {
	entry := func(i int) string { return fmt.Sprintf(`{"bomFormat":"CycloneDX","serialNumber":"%d"}`, i) }
	var entries []string
	for i := range 20 {
		entries = append(entries, fmt.Sprintf("%d.json", i), entry(i))
	}
	var kept []io.Reader
	for item := range unpack.Walk(context.Background(), unpack.Source{Path: "x.tar", Reader: strings.NewReader(tarOf(entries...))}, nil) {
		kept = append(kept, item.Reader)
		for i, r := range kept[:len(kept)-1] {
			if data, err := io.ReadAll(r); len(data) > 0 || err != peek.ErrReleased {
				t.Fatalf("item %d after item %d: %q, %v; want no bytes and %v", i, len(kept)-1, data, err, peek.ErrReleased)
			}
		}
		if len(kept) == 19 {
			break
		}
		if data, err := io.ReadAll(item.Reader); string(data) != entry(len(kept)-1) || err != nil {
			t.Fatalf("%s: %q, %v", item.Path, data, err)
		}
	}
	if data, err := io.ReadAll(kept[18]); string(data) != entry(18) || err != nil {
		t.Errorf("the last item: %q, %v", data, err)
	}
}
