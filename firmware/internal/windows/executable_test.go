// SPDX-License-Identifier: Apache-2.0

package windows_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/windows"
	"github.com/clause76/clause76/sbom"
)

var le = binary.LittleEndian

func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = le.AppendUint16(out, u)
	}
	return out
}

// block returns a block of a version resource. The value comes before the child blocks.
func block(key string, value []byte, inner ...[]byte) []byte {
	out := append(make([]byte, 6), append(wide(key), 0, 0)...)
	pad := func() {
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	pad()
	out = append(out, value...)
	for _, b := range inner {
		pad()
		out = append(out, b...)
	}
	le.PutUint16(out, uint16(len(out)))
	le.PutUint16(out[2:], uint16(len(value)))
	return out
}

func version(pairs ...string) []byte {
	var texts [][]byte
	for i := 0; i < len(pairs); i += 2 {
		texts = append(texts, block(pairs[i], append(wide(pairs[i+1]), 0, 0)))
	}
	return block("VS_VERSION_INFO", make([]byte, 52), block("StringFileInfo", nil, block("040904B0", nil, texts...)),
		block("VarFileInfo", nil, block("Translation", []byte{9, 4, 0xb0, 4})))
}

// executable returns a 64-bit PE file with one section of resources, followed by a signature.
func executable(subsystem uint16, resource, signature []byte) []byte {
	const address, at = 0x1000, 0x200
	dir := func(id, to uint32) []byte {
		b := make([]byte, 14)
		return le.AppendUint32(le.AppendUint32(le.AppendUint16(b, 1), id), to)
	}
	rsrc := append(dir(16, 0x80000018), append(dir(1, 0x80000030), dir(1033, 0x48)...)...)
	rsrc = le.AppendUint32(le.AppendUint32(rsrc, address+0x58), uint32(len(resource)))
	rsrc = append(append(rsrc, make([]byte, 8)...), resource...)
	out := append([]byte("MZ"), make([]byte, 62)...)
	le.PutUint32(out[0x3c:], 64)
	out = append(out, "PE\x00\x00"...)
	out = append(le.AppendUint16(le.AppendUint16(out, 0x8664), 1), make([]byte, 12)...)
	out = le.AppendUint16(le.AppendUint16(out, 240), 0x22)
	opt := make([]byte, 240)
	le.PutUint16(opt, 0x20b)
	le.PutUint16(opt[68:], subsystem)
	le.PutUint32(opt[108:], 16)
	le.PutUint32(opt[112+8*2:], address)
	le.PutUint32(opt[112+8*2+4:], uint32(len(rsrc)))
	if signature != nil {
		le.PutUint32(opt[112+8*4:], uint32(at+len(rsrc)))
		le.PutUint32(opt[112+8*4+4:], uint32(len(signature)))
	}
	out = append(out, opt...)
	section := append([]byte(".rsrc\x00\x00\x00"), make([]byte, 32)...)
	for i, n := range []int{len(rsrc), address, len(rsrc), at} {
		le.PutUint32(section[8+4*i:], uint32(n))
	}
	out = append(out, section...)
	out = append(out, make([]byte, at-len(out))...)
	return append(append(out, rsrc...), signature...)
}

// signature returns a WIN_CERTIFICATE with a certificate of an organization.
func signature(t testing.TB, organization string) []byte {
	t.Helper()
	return signatureOf(t, pkix.Name{Organization: []string{organization}})
}

func signatureOf(t testing.TB, subject pkix.Name) []byte {
	t.Helper()
	public, private, err := ed25519.GenerateKey(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0)}
	cert, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	set := asn1.RawValue{Tag: asn1.TagSet, IsCompound: true}
	raw := func(v any) asn1.RawValue {
		b, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return asn1.RawValue{FullBytes: b}
	}
	signed := raw(struct {
		Version      int
		Digests      asn1.RawValue
		Info         asn1.RawValue
		Certificates asn1.RawValue
		Signers      asn1.RawValue
	}{1, set, raw(struct{ Type asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}),
		asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: cert}, set})
	der := raw(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: signed.FullBytes}}).FullBytes
	out := le.AppendUint32(nil, uint32(8+len(der)))
	out = append(le.AppendUint16(le.AppendUint16(out, 0x200), 2), der...)
	for len(out)%8 != 0 {
		out = append(out, 0)
	}
	return out
}

func showExecutable(data []byte) (string, *sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	out := ""
	for c, err := range doc.Components() {
		if err != nil {
			return "", nil, err
		}
		out += strings.TrimSpace(c.Type + " " + c.Name + " " + c.Version)
		for i, cl := range c.Claims {
			if at := data[cl.Location.Offset:]; cl.Location.Pointer != "/signature" && !bytes.HasPrefix(at, wide(cl.Value)) || cl.Location.Pointer == "/signature" && !bytes.Contains(at[:100], []byte(cl.Value)) {
				return "", nil, fmt.Errorf("%q is not at byte %d", cl.Value, cl.Location.Offset)
			}
			out += []string{": ", "; "}[min(i, 1)] + string(cl.Role) + " " + string(cl.Kind) + " " + cl.Value
		}
	}
	h := doc.Header()
	return out, &h, nil
}

func ExampleReadExecutable() {
	data := executable(2, version("CompanyName", "AO Kaspersky Lab", "ProductName", "Endpoint Agent", "ProductVersion", "4.0"), nil)
	for c, err := range windows.ReadExecutable(bytes.NewReader(data), nil).Components() {
		fmt.Println(c.Type, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// application Endpoint Agent 4.0 <nil>
	// manufacturer name AO Kaspersky Lab /resources/version/CompanyName
	// mention product Endpoint Agent /resources/version/ProductName
}

func TestExecutable(t *testing.T) {
	const agent = "application Agent: manufacturer name AO Kaspersky Lab; mention product Agent"
	info := version("CompanyName", "AO Kaspersky Lab", "ProductName", "Agent")
	noEnd := bytes.Clone(info)
	le.PutUint16(noEnd[align(6+32)+52:], 0xfff0)
	unsized := executable(2, info, nil)
	le.PutUint32(unsized[64+4+20+112+8*2+4:], 0)
	tests := []struct {
		name      string
		data      []byte
		want      string
		malformed int
	}{
		{"a version resource", executable(2, info, nil), agent, 0},
		{"resources without a size", unsized, agent, 0},
		{"an EFI driver", executable(11, version("CompanyName", "Huawei", "LegalCopyright", "© 2026 Huawei"), nil), "firmware executable: manufacturer name Huawei; mention text © 2026 Huawei", 0},
		{"a signature", executable(2, info, signature(t, "Kaspersky Lab JSC")), agent + "; mention certificate Kaspersky Lab JSC", 0},
		{"a signature of a subject without an organization", executable(2, info, signatureOf(t, pkix.Name{CommonName: "ZTE"})), agent + "; mention text ZTE", 0},
		{"a signature that is not PKCS #7", executable(2, info, append(le.AppendUint32(nil, 16), 0, 2, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8)), agent, 1},
		{"a signature of four bytes", executable(2, info, le.AppendUint32(nil, 99)), agent, 1},
		{"a signature that extends past its table", executable(2, info, append(le.AppendUint32(nil, 99), 0, 2, 2, 0)), agent, 1},
		{"an installer", append(executable(2, info, nil), "PK archive"...), agent, 1},
		{"padding", append(executable(2, info, nil), make([]byte, 100)...), agent, 0},
		{"a signature of another type", executable(2, info, append([]byte{16, 0, 0, 0, 0, 2, 1, 0}, make([]byte, 8)...)), agent, 1},
		{"an installer with a signature", append(executable(2, info, signature(t, "ZTE")), "PK archive"...), agent + "; mention certificate ZTE", 1},
		{"Cyrillic", executable(2, version("CompanyName", "Лаборатория Касперского"), nil), "application executable: manufacturer name Лаборатория Касперского", 0},
		{"another case", executable(2, version("companyname", "ZTE"), nil), "application executable: manufacturer name ZTE", 0},
		{"blank values", executable(2, version("CompanyName", " ", "ProductName", ""), nil), "application executable", 0},
		{"not a version", executable(2, block("VS_OTHER", nil), nil), "application executable", 1},
		{"a block without an end", executable(2, noEnd, nil), "application executable", 1},
		{"no resources", executable(2, nil, nil), "application executable", 1},
	}
	for _, tt := range tests {
		got, h, err := showExecutable(tt.data)
		if err != nil || got != tt.want || h.Malformed != tt.malformed {
			t.Errorf("%s: %v, %+v\n%s\nwant\n%s", tt.name, err, h, got, tt.want)
		}
	}
}

func align(n int) int { return (n + 3) &^ 3 }

// A file that was cut is an error or incomplete. A changed file causes no panic.
func TestBrokenExecutable(t *testing.T) {
	data := executable(2, version("CompanyName", "ZTE Corporation"), signature(t, "ZTE"))
	for n := range data {
		if got, h, err := showExecutable(data[:n]); err == nil && h.Malformed == 0 {
			t.Errorf("cut at %d: %s", n, got)
		}
	}
	for at := 0; at+4 <= len(data); at++ {
		for _, word := range []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x80000000 | 0x18} {
			changed := bytes.Clone(data)
			le.PutUint32(changed[at:], word)
			showExecutable(changed)
		}
	}
	if _, _, err := showExecutable([]byte("MZ" + strings.Repeat("\x00", 100))); !errors.Is(err, sbom.ErrNotRecognized) {
		t.Errorf("a DOS program: %v", err)
	}
}

func FuzzExecutable(f *testing.F) {
	f.Add(executable(2, version("CompanyName", "ZTE Corporation", "ProductName", "x"), nil))
	f.Add(executable(11, version("LegalCopyright", "ZTE"), signature(f, "ZTE")))
	f.Fuzz(func(t *testing.T, data []byte) {
		for c, err := range windows.ReadExecutable(bytes.NewReader(data), nil).Components() {
			if err != nil {
				return
			}
			for _, cl := range c.Claims {
				if o := cl.Location.Offset; o < 0 || o > int64(len(data)) || cl.Location.Pointer == "" {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
