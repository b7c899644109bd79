// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	_ "embed"
	"fmt"
	"hash/crc32"
	"io/fs"
	"sort"
	"strconv"
	"sync"

	"github.com/clause76/clause76/internal/pack"
	"github.com/clause76/clause76/internal/registerpack"
)

// A register is packed when the program is built, because reading and indexing it takes most of the
// time of a short run. See pack.go for the form, and [packRegister] for what makes it.
//
// The packed form of the bundled register is used only if it has the checksum of the files. If they
// were changed, the register is read from them as any other, until "go generate ./vendors" packs
// them again. A test tells it.

//go:generate go test -run ^TestPacked$ . -update

//go:embed data.packed
var bundledPacked string

// The sections of a packed register.
const (
	sectionVendors = iota // for each vendor the number of its id, and where its record starts; at the end, where the last one ends
	sectionRecords        // the vendors
	sectionIndex          // the parts of the index that are no tables
	sectionBuckets        // for each bucket of each table where its slots start, and the end of the last one
	sectionSlots          // the number of a key and the entry, as pairs
	sectionDigest         // the SHA-256 of the strings and the sections before it
	sectionSum            // the checksum of the files, of the bundled register
)

func init() {
	registerpack.Open = func(text, bundled string) (any, error) {
		if bundled != "" {
			text = bundledPacked
		}
		f, err := pack.Open(text)
		if err != nil {
			return nil, err
		}
		if bundled != "" && f.Section(sectionDigest) != bundled {
			return nil, fmt.Errorf("%w: the bundled register is another one", ErrRegister)
		}
		return openPacked(f)
	}
	registerpack.Pack = func(r any) ([]byte, string, error) {
		data, err := packRegister(r.(*Register), "")
		if err != nil {
			return nil, "", err
		}
		own, err := pack.Open(string(data))
		if err != nil {
			return nil, "", err
		}
		if f, err := pack.Open(bundledPacked); err == nil && f.Section(sectionDigest) == own.Section(sectionDigest) {
			return nil, own.Section(sectionDigest), nil
		}
		return data, "", nil
	}
}

// loadBundled returns the bundled register in its packed form, or from the files if they are newer.
func loadBundled(files fs.FS) (*Register, error) {
	sum, err := checksum(files)
	if err != nil {
		return nil, err
	}
	if f, err := pack.Open(bundledPacked); err == nil && f.Section(sectionSum) == sum {
		if r, err := openPacked(f); err == nil {
			r.files = files
			return r, nil
		}
	}
	return Load(files)
}

// checksum returns the checksum of the files that a register is loaded from.
func checksum(files fs.FS) (string, error) {
	paths, err := fs.Glob(files, "*.json")
	if err != nil {
		return "", err
	}
	sum := uint32(0)
	for _, path := range paths {
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return "", err
		}
		sum = crc32.Update(crc32.Update(sum, crc32.IEEETable, []byte(path)), crc32.IEEETable, data)
	}
	return strconv.FormatUint(uint64(sum), 16), nil
}

// A packed is a register in its packed form. Each vendor is read when it is first asked for.
type packed struct {
	file    *pack.File
	vendors []packedVendor
}

type packedVendor struct {
	once    sync.Once
	vendor  *Vendor
	entries []entry // of the identifiers, the exclusions, and what is computed from each identifier
}

// openPacked returns a packed register.
func openPacked(f *pack.File) (*Register, error) {
	p := &packed{file: f, vendors: make([]packedVendor, max(len(f.Section(sectionVendors))/8-1, 0))}
	r := &Register{packed: p}
	c := pack.NewReader(f, f.Section(sectionIndex))
	r.index.code(c, p)
	if err := c.Err(); err != nil {
		return nil, err
	}
	t := tableReader{packed: p}
	for _, kind := range r.index.kinds(c) {
		r.index.ids[kind] = t.next(c)
	}
	for _, to := range r.index.tables() {
		*to = t.next(c)
	}
	return r, c.Done()
}

// id returns the id of the vendor i.
func (p *packed) id(i int) ID {
	return ID(p.file.String(pack.Uint32(p.file.Section(sectionVendors), 2*i)))
}

// find returns the vendor with an id, or nil.
func (p *packed) find(id ID) *Vendor {
	i := sort.Search(len(p.vendors), func(i int) bool { return p.id(i) >= id })
	if i == len(p.vendors) || p.id(i) != id {
		return nil
	}
	return p.vendor(i).vendor
}

func (p *packed) all() []*Vendor {
	all := make([]*Vendor, len(p.vendors))
	for i := range all {
		all[i] = p.vendor(i).vendor
	}
	return all
}

// vendor returns the vendor i, which is read the first time.
func (p *packed) vendor(i int) *packedVendor {
	v := &p.vendors[i]
	v.once.Do(func() {
		section, records := p.file.Section(sectionVendors), p.file.Section(sectionRecords)
		from, to := pack.Uint32(section, 2*i+1), pack.Uint32(section, 2*i+3)
		if from > to || uint64(to) > uint64(len(records)) {
			panic("vendors: internal error: the packed register is damaged")
		}
		c := pack.NewReader(p.file, records[from:to])
		v.read(c)
		if c.Done() != nil {
			panic("vendors: internal error: the packed register is damaged")
		}
	})
	return v
}

// read reads the vendor and makes the entries.
func (v *packedVendor) read(c *pack.Coder) {
	v.vendor = new(Vendor)
	v.vendor.code(c)
	ids, exclusions := v.vendor.Identifiers, v.vendor.Exclusions
	n := len(ids) + len(exclusions)
	v.entries = make([]entry, n+len(ids))
	for i := range ids {
		member := v.vendor.member(ids[i].Member)
		v.entries[i] = entry{vendor: v.vendor, member: member, id: &ids[i]}
		if computed := ids[i].computed(); computed != nil {
			v.entries[n+i] = entry{vendor: v.vendor, member: member, id: computed}
		}
	}
	for i := range exclusions {
		v.entries[len(ids)+i] = entry{vendor: v.vendor, excl: &exclusions[i]}
	}
	var ordinary []int
	pack.Slice(c, &ordinary, (*pack.Coder).Int)
	for _, i := range ordinary {
		if i < len(ids) {
			v.entries[i].ordinary = true
		}
	}
}

// A ref is an entry, or where it is in a packed register: the vendor in the upper 16 bits of at, and
// the entry of the vendor in the lower ones.
type ref struct {
	made   *entry
	packed *packed
	at     uint32
}

func (r ref) entry() *entry {
	if r.packed == nil {
		return r.made
	}
	return r.packed.entry(r.at)
}

func (p *packed) entry(at uint32) *entry {
	if int(at>>16) >= len(p.vendors) {
		panic("vendors: internal error: the packed register is damaged")
	}
	v := p.vendor(int(at >> 16))
	if int(at&0xffff) >= len(v.entries) {
		panic("vendors: internal error: the packed register is damaged")
	}
	return &v.entries[at&0xffff]
}

// A packedTable is a table in a packed register. A bucket has the slots of the keys with its hash.
type packedTable struct {
	packed  *packed
	buckets string // where the slots of each start, and the end of the last one
	slots   string
}

// A tableReader takes the tables of a packed register off its sections.
type tableReader struct {
	packed         *packed
	buckets, slots int // that were taken
}

// next returns the next table, of which the Coder has the number of keys.
func (t *tableReader) next(c *pack.Coder) *table {
	n := 0
	c.Int(&n)
	b, s := t.packed.file.Section(sectionBuckets), t.packed.file.Section(sectionSlots)
	buckets := 4 * (bucketsFor(n) + 1)
	if t.buckets+buckets > len(b) || t.slots+8*n > len(s) {
		c.Fail()
		return nil
	}
	made := &packedTable{t.packed, b[t.buckets : t.buckets+buckets], s[t.slots : t.slots+8*n]}
	t.buckets += buckets
	t.slots += 8 * n
	return &table{packed: made}
}

// bucketsFor returns the number of buckets of a table with n keys, a power of two.
func bucketsFor(n int) int {
	buckets := 1
	for buckets < n {
		buckets *= 2
	}
	return buckets
}

// bucket returns the bucket of a key. The hash is FNV-1a.
func bucket(key []byte, buckets int) int { return int(phraseHash(key)) & (buckets - 1) }

func (t *packedTable) get(key []byte) *entry {
	b := bucket(key, len(t.buckets)/4-1)
	for i := int(pack.Uint32(t.buckets, b)); i < int(pack.Uint32(t.buckets, b+1)); i++ {
		if t.packed.file.String(pack.Uint32(t.slots, 2*i)) == string(key) {
			return t.packed.entry(pack.Uint32(t.slots, 2*i+1))
		}
	}
	return nil
}

func (t *packedTable) each(f func(key string, e *entry)) {
	for i := range len(t.slots) / 8 {
		f(t.packed.file.String(pack.Uint32(t.slots, 2*i)), t.packed.entry(pack.Uint32(t.slots, 2*i+1)))
	}
}
