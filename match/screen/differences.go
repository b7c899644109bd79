// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/evidence"
)

// differences lists where two records differ, as a JSON pointer with both values; at most so many.
func differences(recorded, now []byte, most int) ([]string, error) {
	var a, b any
	if err := errors.Join(json.Unmarshal(recorded, &a), json.Unmarshal(now, &b)); err != nil {
		return nil, fmt.Errorf("%w: %w", evidence.ErrRecord, err)
	}
	d := differ{most: most}
	d.walk("", a, b)
	return d.list, nil
}

// A differ compares two JSON values and lists at most so many differences.
type differ struct {
	list []string
	most int
}

func (d *differ) add(pointer string, a, b any) {
	if len(d.list) < d.most {
		show := func(v any) string {
			text, _ := json.Marshal(v)
			return shortened(text)
		}
		if pointer == "" {
			pointer = "/"
		}
		d.list = append(d.list, fmt.Sprintf("%s: recorded %s, now %s", pointer, show(a), show(b)))
	}
}

func (d *differ) walk(pointer string, a, b any) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			d.add(pointer, a, b)
			return
		}
		names := maps.Clone(x)
		maps.Copy(names, y)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			d.walk(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), x[name], y[name])
		}
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			d.add(pointer, fmt.Sprintf("%d elements", len(x)), length(b))
		}
		for i := range min(len(x), len(y)) {
			d.walk(fmt.Sprintf("%s/%d", pointer, i), x[i], y[i])
		}
	default:
		if a != b {
			d.add(pointer, a, b)
		}
	}
}

// length returns the number of elements of an array, or any other value as it is.
func length(v any) any {
	if list, ok := v.([]any); ok {
		return fmt.Sprintf("%d elements", len(list))
	}
	return v
}

// shortened returns the start of a long text.
func shortened(b []byte) string {
	if len(b) > 300 {
		return string(b[:300]) + "…"
	}
	return string(b)
}
