// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/clause76/clause76/internal/pack"
)

// code reads or writes a vendor.
func (v *Vendor) code(c *pack.Coder) {
	pack.String(c, &v.ID)
	pack.Strings(c, &v.Name, &v.Note)
	pack.Slice(c, &v.Members, func(c *pack.Coder, m *Member) {
		pack.Strings(c, &m.ID, &m.Name, &m.Source)
		pack.String(c, &m.Relation)
		pack.Strings(c, &m.From, &m.Until, &m.DoubtFrom)
	})
	pack.Slice(c, &v.Identifiers, func(c *pack.Coder, id *Identifier) {
		pack.String(c, &id.Kind)
		pack.Strings(c, &id.Value, &id.Member, &id.Weak, &id.Category, &id.Registrant, &id.Source)
		pack.Strings(c, &id.From, &id.Until)
		c.Bool(&id.Verified)
		c.Bool(&id.Common)
	})
	pack.Slice(c, &v.Exclusions, func(c *pack.Coder, x *Exclusion) {
		pack.String(c, &x.Kind)
		pack.Strings(c, &x.Value, &x.Note, &x.Source)
		pack.Strings(c, &x.From, &x.Until)
		pack.String(c, &x.Reason)
	})
}

// code reads or writes what the index has beside its tables. p is the register that it belongs to,
// when reading.
func (x *index) code(c *pack.Coder, p *packed) {
	x.prefilter.Code(c)
	pack.Slice(c, &x.cpeVendors, pack.String[string])
	x.fuzzy.code(c)
	for i := range x.phraseStarts {
		c.Uint(&x.phraseStarts[i])
	}
	c.Int(&x.longest)
	pack.Slice(c, &x.packagePrefixes, func(c *pack.Coder, t *packagePrefix) {
		pack.String(c, &t.key)
		t.is.code(c, p)
	})
	for _, a := range []*aliases{&x.aliases, &x.lookalike} {
		pack.Slice(c, &a.wordStarts, func(c *pack.Coder, t *wordStart) {
			pack.String(c, &t.name)
			t.is.code(c, p)
		})
	}
}

// code reads or writes where an entry is.
func (r *ref) code(c *pack.Coder, p *packed) {
	at := uint64(r.at)
	c.Uint(&at)
	*r = ref{packed: p, at: uint32(at)}
}

// kinds reads or writes the kinds of ids, in order.
func (x *index) kinds(c *pack.Coder) []IdentifierKind {
	kinds := slices.Sorted(maps.Keys(x.ids))
	pack.Slice(c, &kinds, pack.String[IdentifierKind])
	if x.ids == nil {
		x.ids = make(map[IdentifierKind]*table)
	}
	return kinds
}

// tables returns the tables other than those of kinds.
func (x *index) tables() []**table {
	all := []**table{&x.products}
	for _, a := range []*aliases{&x.aliases, &x.lookalike} {
		all = append(all, &a.names, &a.full, &a.exact, &a.unspaced, &a.phrases)
	}
	return all
}

// A packer packs a register.
type packer struct {
	w       pack.Writer
	refs    map[entryKey]uint32 // where the entries are
	buckets []byte
	slots   []byte
}

// An entryKey identifies an entry: by its identifier or exclusion, or by what is computed.
type entryKey struct {
	id     *Identifier
	excl   *Exclusion
	vendor *Vendor
	made   Identifier // that is computed
}

// packRegister packs a register that was made of JSON. sum is the checksum of its files, or "".
func packRegister(r *Register, sum string) ([]byte, error) {
	if r.packed != nil {
		return nil, fmt.Errorf("%w: it is packed already", ErrRegister)
	}
	p := packer{refs: make(map[entryKey]uint32)}
	var heads, records []byte
	ordinary := r.index.ordinary()
	for i, v := range r.vendors {
		if i > 0xffff || 2*len(v.Identifiers)+len(v.Exclusions) > 0xffff {
			return nil, fmt.Errorf("%w: %s: too many vendors or entries to pack", ErrRegister, v.ID)
		}
		heads = binary.LittleEndian.AppendUint32(heads, p.w.String(string(v.ID)))
		heads = binary.LittleEndian.AppendUint32(heads, uint32(len(records)))
		p.number(v, uint32(i)<<16)
		c := pack.NewCoder(&p.w)
		v.code(c)
		var marks []int
		for i := range v.Identifiers {
			if ordinary[&v.Identifiers[i]] {
				marks = append(marks, i)
			}
		}
		pack.Slice(c, &marks, (*pack.Coder).Int)
		records = append(records, c.Bytes()...)
	}
	heads = binary.LittleEndian.AppendUint32(heads, 0)
	heads = binary.LittleEndian.AppendUint32(heads, uint32(len(records)))
	c := pack.NewCoder(&p.w)
	if err := p.index(c, &r.index); err != nil {
		return nil, err
	}
	for _, section := range [][]byte{heads, records, c.Bytes(), p.buckets, p.slots} {
		p.w.Section(section)
	}
	digest := sha256.Sum256(p.w.Bytes())
	p.w.Section(digest[:])
	p.w.Section([]byte(sum))
	return p.w.Bytes(), nil
}

// number records where the entries of a vendor are. Those of packedVendor have the same order.
func (p *packer) number(v *Vendor, at uint32) {
	for i := range v.Identifiers {
		id := &v.Identifiers[i]
		p.refs[entryKey{id: id}] = at + uint32(i)
		if computed := id.computed(); computed != nil {
			key := entryKey{vendor: v, made: *computed}
			if _, ok := p.refs[key]; !ok {
				p.refs[key] = at + uint32(len(v.Identifiers)+len(v.Exclusions)+i)
			}
		}
	}
	for i := range v.Exclusions {
		p.refs[entryKey{excl: &v.Exclusions[i]}] = at + uint32(len(v.Identifiers)+i)
	}
}

// at returns where an entry is.
func (p *packer) at(e *entry) (uint32, error) {
	key := entryKey{id: e.id, excl: e.excl}
	if e.id != nil && (e.id.Kind == identifierSUIT || e.id.Kind == identifierCHID) {
		key = entryKey{vendor: e.vendor, made: *e.id}
	}
	at, ok := p.refs[key]
	if !ok {
		return 0, fmt.Errorf("%w: %s: an entry of the index is not one of the vendor", ErrRegister, e.vendor.ID)
	}
	return at, nil
}

// index packs an index.
func (p *packer) index(c *pack.Coder, x *index) error {
	rest := index{prefilter: x.prefilter, cpeVendors: x.cpeVendors, fuzzy: x.fuzzy, phraseStarts: x.phraseStarts, longest: x.longest}
	for _, prefix := range x.packagePrefixes {
		at, err := p.at(prefix.is.made)
		if err != nil {
			return err
		}
		rest.packagePrefixes = append(rest.packagePrefixes, packagePrefix{prefix.key, ref{at: at}})
	}
	for _, pair := range [][2]*aliases{{&x.aliases, &rest.aliases}, {&x.lookalike, &rest.lookalike}} {
		for _, start := range pair[0].wordStarts {
			at, err := p.at(start.is.made)
			if err != nil {
				return err
			}
			pair[1].wordStarts = append(pair[1].wordStarts, wordStart{start.name, ref{at: at}})
		}
	}
	rest.code(c, nil)
	for _, kind := range x.kinds(c) {
		if err := p.table(c, x.ids[kind]); err != nil {
			return err
		}
	}
	for _, t := range x.tables() {
		if err := p.table(c, *t); err != nil {
			return err
		}
	}
	return nil
}

// table packs a table.
func (p *packer) table(c *pack.Coder, t *table) error {
	n := len(t.made)
	c.Int(&n)
	buckets := make([][]string, bucketsFor(n))
	for _, key := range slices.Sorted(maps.Keys(t.made)) {
		b := bucket([]byte(key), len(buckets))
		buckets[b] = append(buckets[b], key)
	}
	slot := uint32(0)
	for _, keys := range buckets {
		p.buckets = binary.LittleEndian.AppendUint32(p.buckets, slot)
		for _, key := range keys {
			at, err := p.at(t.made[key])
			if err != nil {
				return err
			}
			p.slots = binary.LittleEndian.AppendUint32(p.slots, p.w.String(key))
			p.slots = binary.LittleEndian.AppendUint32(p.slots, at)
			slot++
		}
	}
	p.buckets = binary.LittleEndian.AppendUint32(p.buckets, slot)
	return nil
}

// ordinary returns the identifiers that are names of ordinary words.
func (x *index) ordinary() map[*Identifier]bool {
	all := make(map[*Identifier]bool)
	for _, t := range x.tables() {
		(*t).each(func(_ string, e *entry) {
			if e.ordinary {
				all[e.id] = true
			}
		})
	}
	return all
}
