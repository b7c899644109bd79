// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/vendors"
)

const (
	coswidMeta = 5 // software-meta (RFC 9393, section 2.3)
	// coswidKeys is above the keys of RFC 9393 and those that IANA can add soon.
	coswidKeys = 64
	// maxStray limits the keys of one tag that are counted one by one.
	maxStray = 100
	// maxLabel limits the bytes of a key in a pointer.
	maxLabel = 32
)

// coswidLabels are names in the text of RFC 9393 for keys with claims or parts. A tag has numbers in
// their place.
var coswidLabels = map[string]bool{
	"entity": true, "entity-name": true, "entityname": true, "reg-id": true, "regid": true, "payload": true, "evidence": true,
	"software-meta": true, "software-name": true, "link": true, "tag-id": true,
}

// coswidName returns the name of a key in a pointer.
func coswidName(key uint64) string {
	switch key {
	case 2:
		return "entity"
	case 3:
		return "evidence"
	case 4:
		return "link"
	case coswidMeta:
		return "software-meta"
	case 6:
		return "payload"
	}
	return strconv.FormatUint(key, 10)
}

// strays counts the keys of a map at a pointer that RFC 9393 does not have, and that may name a maker:
// texts with a word for one, and numbers with a text somewhere in their value. The publisher chooses
// more attributes of a tag, so that any other text is allowed.
func (t *tag) strays(m map[any]cbor.RawMessage, key uint64, pointer string) {
	names := make(map[string]any, len(m)) // in an order
	for k := range m {
		names[fmt.Sprintf("%T %v", k, k)] = k
	}
	for _, name := range sortedKeys(names) {
		raw := m[names[name]]
		switch k := names[name].(type) {
		case string:
			at := pointer + "/" + strings.ToValidUTF8(k[:min(len(k), maxLabel)], "")
			field, known := metaFields[k]
			switch text := cborText(raw); {
			case known && key == coswidMeta && text != "" && len(t.c.Claims) < t.max:
				t.related = true
				t.s.Claim(&t.c, field.role, field.kind, strings.TrimSpace(text), vendors.Location{Pointer: at, Offset: -1})
			case fields.MayNameMaker(k) || coswidLabels[strings.ToLower(k)]:
				t.stray("the key "+quote(k)+" may say who made the product; it was not screened", at)
			default:
				t.strayIn(raw, coswidKeys, at)
			}
		case uint64:
			at := pointer + "/" + coswidName(k)
			if k >= coswidKeys && hasText(raw) {
				t.stray("the format has no key "+strconv.FormatUint(k, 10)+" here, and its value has a text; it was not screened", at)
				continue
			}
			t.strayIn(raw, k, at)
		case int64:
			if hasText(raw) {
				t.stray("the format has no key "+strconv.FormatInt(k, 10)+" here, and its value has a text; it was not screened", pointer+"/"+strconv.FormatInt(k, 10))
			}
		}
	}
}

// stray counts a key that was not screened.
func (t *tag) stray(message, pointer string) {
	if t.strayed++; t.strayed <= maxStray {
		t.malformed(message, pointer, -1)
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// strayIn looks for such keys in the value of a key: a map, or an array of maps.
func (t *tag) strayIn(raw cbor.RawMessage, key uint64, pointer string) {
	if len(raw) < 2 || t.strayed > maxStray { // "", or an empty map
		return
	}
	switch raw[0] >> 5 {
	case cborMap:
		var m map[any]cbor.RawMessage
		if coswidMode.Unmarshal(raw, &m) == nil {
			t.strays(m, key, pointer)
		}
	case cborArray:
		var list []cbor.RawMessage
		if coswidMode.Unmarshal(raw, &list) != nil {
			return
		}
		for i, item := range list {
			t.strayIn(item, key, pointer+"/"+strconv.Itoa(i))
		}
	}
}

// hasText reports whether a value is a text, or has one in it.
func hasText(raw cbor.RawMessage) bool {
	if len(raw) == 0 {
		return false
	}
	switch raw[0] >> 5 {
	case cborString:
		return cborText(raw) != ""
	case cborMap:
		var m map[any]cbor.RawMessage
		if coswidMode.Unmarshal(raw, &m) != nil {
			return true
		}
		for _, value := range m {
			if hasText(value) {
				return true
			}
		}
	case cborArray:
		var list []cbor.RawMessage
		return coswidMode.Unmarshal(raw, &list) != nil || slices.ContainsFunc(list, hasText)
	}
	return false
}
