// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
)

// isText reports whether a file is text in UTF-8, or in an encoding that has ASCII in it.
func isText(data []byte) bool {
	for _, b := range data {
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' && b != '\f' {
			return false
		}
	}
	return true
}

// Lists of digests, as sha256sum and others write them, in both of their styles, and a digest
// by itself: 32 to 128 hexadecimal digits.
var checksumLine = regexp.MustCompile(`^(?:\\?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})(?:[ \t]+\*?\S.*)?|[A-Z][A-Z0-9/-]* \(.+\) = [0-9a-fA-F]{32,128})$`)

func checksumsReason(data []byte, _ *thing) (string, error) {
	n := 0
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		if line = bytes.TrimRight(line, " \t\r\n"); len(line) == 0 {
			continue
		}
		if n++; !checksumLine.Match(line) {
			return "", nil
		}
	}
	if n == 0 {
		return "", nil
	}
	return "checksum file", nil
}

// maxSignature is more than a detached signature or a certificate has.
const maxSignature = 16 << 10

var (
	armored  = regexp.MustCompile(`^\s*-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK)-----\r?\n[\s\S]*-----END PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----\s*$`)
	minisign = regexp.MustCompile(`^untrusted comment: .*\r?\n[A-Za-z0-9+/=]+\r?\n(?:trusted comment: .*\r?\n[A-Za-z0-9+/=]+\r?\n?)?$`)
)

// signatureReason knows detached signatures and the keys for them: PGP, minisign and signify,
// PEM, and the base64 that cosign writes. A message that contains what it signs is not a detached signature.
func signatureReason(data []byte, t *thing) (string, error) {
	switch {
	case len(data) > maxSignature:
	case armored.Match(data) && bytes.Count(data, []byte("-----BEGIN")) == 1 && onlyBase64(data):
		return "signature or key (PGP)", nil
	case minisign.Match(data):
		return "signature (minisign)", nil
	case isPEM(data):
		return "certificate or public key (PEM)", nil
	case isPacket(data):
		return "signature (PGP)", nil
	case isECDSA(data):
		return "signature (ECDSA)", nil
	case slices.Contains([]string{".sig", ".sign", ".signature"}, strings.ToLower(path.Ext(t.name))) && (len(data) == 64 || len(data) == 256 || len(data) == 384 || len(data) == 512) && !utf8.Valid(data):
		return "signature (Ed25519 or RSA)", nil // by its name and its length: it has no mark
	default:
		if inner, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(data))); err == nil && len(inner) >= 64 && (isECDSA(inner) || isPEM(inner)) {
			return "signature or certificate (base64)", nil
		}
	}
	return "", nil
}

// onlyBase64 reports whether a PGP armor has nothing but its headers, base64 and a checksum.
func onlyBase64(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		key, _, header := strings.Cut(line, ": ")
		if header && slices.Contains([]string{"Version", "Comment", "Hash", "Charset", "MessageID"}, key) || strings.HasPrefix(line, "-----") {
			continue
		}
		if strings.ContainsFunc(line, func(r rune) bool {
			return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/=", r)
		}) {
			return false
		}
	}
	return true
}

// isPEM reports whether there are only certificates and public keys.
func isPEM(data []byte) bool {
	n := 0
	for len(bytes.TrimSpace(data)) > 0 {
		if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN ")) {
			return false
		}
		block, rest := pem.Decode(data)
		if block == nil || !slices.Contains([]string{"CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "X509 CRL"}, block.Type) {
			return false
		}
		data = rest
		n++
	}
	return n > 0
}

// isPacket reports whether there is one OpenPGP packet, a signature (RFC 9580, 4.2 and 5.2).
func isPacket(data []byte) bool {
	if len(data) < 20 {
		return false
	}
	switch data[0] {
	case 0x88:
		return int(data[1]) == len(data)-2
	case 0x89:
		return int(binary.BigEndian.Uint16(data[1:])) == len(data)-3
	case 0xc2:
		if data[1] < 192 {
			return int(data[1]) == len(data)-2
		}
		return data[1] < 224 && (int(data[1])-192)<<8+int(data[2])+192 == len(data)-3
	}
	return false
}

// isECDSA reports whether there are two numbers in DER and nothing else (RFC 3279, 2.2.3).
func isECDSA(data []byte) bool {
	var s struct{ R, S asn1.RawValue }
	rest, err := asn1.Unmarshal(data, &s)
	return err == nil && len(rest) == 0 && len(data) <= 150 && s.R.Tag == asn1.TagInteger && s.S.Tag == asn1.TagInteger && !s.R.IsCompound && !s.S.IsCompound
}

// certificateReason wants the three members of a certificate in DER (RFC 5280, 4.1).
func certificateReason(data []byte, _ *thing) (string, error) {
	var c struct {
		TBS       asn1.RawValue
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Signature asn1.BitString
	}
	if rest, err := asn1.Unmarshal(data, &c); err != nil || len(rest) > 0 || len(data) > maxSignature || !c.TBS.IsCompound {
		return "", nil
	}
	return "certificate (X.509)", nil
}

const rtfMagic = `{\rtf1`

var errObject = errors.New("an RTF document that has objects embedded or binary data, which were not read")

var (
	rtfCode = regexp.MustCompile(`\\'([0-9a-fA-F]{2})`)
	rtfHex  = regexp.MustCompile(`[0-9a-fA-F]{2}(?:[\r\n]*[0-9a-fA-F]{2}){20,}`)
)

// rtfHidden looks for marks in the text of an RTF document, in which any character may be written as
// its code and a backslash before a brace, and in its pictures, which are hexadecimal.
func rtfHidden(data []byte) string {
	s := markScan{packed: true}
	text := rtfCode.ReplaceAllFunc(data, func(m []byte) []byte { c, _ := hex.DecodeString(string(m[2:])); return c })
	if mark := s.look(text); mark != "" {
		return mark
	}
	for _, run := range rtfHex.FindAll(data, -1) {
		picture, _ := hex.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(string(run)))
		if mark := packedIn(picture); mark != "" {
			return mark
		}
	}
	return ""
}

// rtfReason wants one group, which ends with the file.
func rtfReason(data []byte, _ *thing) (string, error) {
	if bytes.Contains(data, []byte(`\object`)) || bytes.Contains(data, []byte(`\bin`)) {
		return "", &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errObject}
	}
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				if len(bytes.Trim(data[i+1:], " \t\r\n\x00")) > 0 {
					return "", nil
				}
				if mark := rtfHidden(data); mark != "" {
					return "", marked("an RTF document", mark)
				}
				return "RTF document", nil
			}
		}
	}
	return "", nil
}

// proseNames are the names under which text for people goes, whatever its words are.
var proseNames = nameSet("readme license licence copying copyright notice changelog changes history news authors contributing security install code_of_conduct")

var (
	proseEnding = nameSet(".txt .md .markdown .rst .adoc .text")
	keyLine     = regexp.MustCompile(`^\s*([A-Za-z][\w.-]*)\s*[:=]\s*\S`)
	versionWord = regexp.MustCompile(`\d\.\d`)
	bulletLine  = regexp.MustCompile(`^\s*(?:[-*•+]|\d+[.)])\s`)
	emphasis    = strings.NewReplacer("*", "", "_", "", "`", "", "#", "", ">", "")
)

// proseReason is of text for people. There is no telling it from a bill of materials of an
// unknown form but by how it reads, so it is defined narrowly: text in UTF-8 that no reader
// knows, without an identifier of a part or the header of a parts list, and either under one of
// the usual names or made of sentences, see sentences. Anything else is an error.
func proseReason(data []byte, t *thing) (string, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	base := strings.ToLower(path.Base(t.name))
	if !utf8.ValidString(text) || holdsDocuments(t.name) || documentMark.MatchString(text) || partsMark.MatchString(text) || strings.TrimSpace(text) == "" {
		return "", nil
	}
	switch text = strings.TrimSpace(text); text[0] {
	case '{', '[', '<':
		return "", nil
	}
	if hasPartsLine(text) || hasPartsRecord(text) {
		return "", notRead(errParts)
	}
	if e := path.Ext(base); proseEnding[e] || e == "" || !strings.Contains(base, ".") {
		stem, _, _ := strings.Cut(strings.TrimSuffix(base, e), ".")
		first, _, _ := strings.Cut(stem, "-")
		if proseNames[stem] || proseNames[first] {
			return "text for people", nil
		}
	}
	if sentences(text) {
		return "text for people", nil
	}
	return "", nil
}

// onlyShort reports whether no cell has more words than a heading.
func onlyShort(cells []string) bool {
	for _, c := range cells {
		if len(strings.Fields(c)) > 3 {
			return false
		}
	}
	return true
}

// sentences reports whether a text is made of sentences: lines of several words, most of which
// start with a small letter, with ends of sentences and few versions, and not of records of
// keys and values. A language that has no spaces between its words, or no small letters,
// does not pass.
func sentences(text string) bool {
	keys := make(map[string]int)
	words, inLong, small, ends, versions, lines, bullets := 0, 0, 0, 0, 0, 0, 0
	for line := range strings.Lines(text) {
		fields := strings.Fields(emphasis.Replace(line))
		if len(fields) == 0 {
			continue
		}
		lines++
		if m := keyLine.FindStringSubmatch(line); m != nil {
			if keys[m[1]]++; keys[m[1]] > 1 {
				return false
			}
		}
		if bulletLine.MatchString(line) {
			bullets++
		} else if strings.ContainsRune("+=@<{}[]%&|:;$~^", rune(strings.TrimSpace(line)[0])) {
			return false // as in a language for machines
		}
		n := 0
		for _, f := range fields {
			r, _ := utf8.DecodeRuneInString(strings.TrimLeft(f, `"'(„“«‘[`))
			switch {
			case unicode.IsLower(r):
				small++
				n++
			case unicode.IsLetter(r):
				n++
			case versionWord.MatchString(f):
				versions++
			}
			if end := strings.TrimRight(f, `"')“”»’]`); strings.HasSuffix(end, ".") || strings.HasSuffix(end, "!") || strings.HasSuffix(end, "?") || strings.HasSuffix(end, ":") {
				ends++
			}
		}
		words += n
		if n >= 5 {
			inLong += n
		}
	}
	return words >= 5 && len(keys) <= 8 && 20*small >= 9*words && 5*inLong >= 3*words && 60*ends >= words && 40*versions <= words+80 && 2*bullets <= lines
}
