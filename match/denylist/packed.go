// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	_ "embed"

	"github.com/clause76/clause76/internal/pack"
	"github.com/clause76/clause76/internal/registerpack"
	"github.com/clause76/clause76/vendors"
)

// The newest release is packed when it is cut, because to read and check its file takes longer than
// to screen a small document. The packed form is used only for the release with its name and
// digest. For others, and if the form is not of this version of the package, the file of the
// release is read. A test tells if it is not that of the newest release; then run
// "go generate ./match/denylist".

//go:generate go generate ../../vendors
//go:generate go test -run ^Test(Packed|Archive)$ . -update

//go:embed data/newest.packed
var packedText string

// The sections of a packed release.
const (
	sectionRelease  = iota
	sectionRegister // packed by package vendors, or "" if that has it itself
	sectionBundled  // then its digest
)

// openPacked returns the release of a name and digest from its packed form, or nil if that is of
// another release or cannot be read.
func openPacked(text, name, digest string) *Release {
	f, err := pack.Open(text)
	if err != nil {
		return nil
	}
	c := pack.NewReader(f, f.Section(sectionRelease))
	r := new(Release)
	if r.codeHead(c); c.Err() != nil || r.name != name || r.digest != digest {
		return nil
	}
	if r.codeContent(c); c.Done() != nil {
		return nil
	}
	register, err := registerpack.Open(f.Section(sectionRegister), f.Section(sectionBundled))
	if err != nil {
		return nil
	}
	r.register = register.(*vendors.Register)
	r.makeMaps()
	r.sort()
	return r
}

// pack returns the packed form of a release that was read from its file.
func (r *Release) pack() ([]byte, error) {
	register, bundled, err := registerpack.Pack(r.register)
	if err != nil {
		return nil, err
	}
	var w pack.Writer
	c := pack.NewCoder(&w)
	r.codeHead(c)
	r.codeContent(c)
	w.Section(c.Bytes())
	w.Section(register)
	w.Section([]byte(bundled))
	return w.Bytes(), nil
}

// codeHead reads or writes which release it is.
func (r *Release) codeHead(c *pack.Coder) { pack.Strings(c, &r.name, &r.digest) }

// codeContent reads or writes everything else but the register and the maps.
func (r *Release) codeContent(c *pack.Coder) {
	pack.String(c, &r.date)
	pack.Strings(c, &r.supersedes, &r.note)
	pack.Slice(c, &r.instruments, func(c *pack.Coder, in **Instrument) {
		if *in == nil {
			*in = new(Instrument)
		}
		(*in).code(c)
	})
	pack.Slice(c, &r.early, codeContext)
}
