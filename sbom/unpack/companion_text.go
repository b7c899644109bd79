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
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
)

// isText reports whether a file is text in UTF-8, or in another encoding that contains ASCII.
func isText(data []byte) bool {
	for _, b := range data {
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' && b != '\f' {
			return false
		}
	}
	return true
}

// checksumLine matches a line of sha256sum and similar programs, in both of their styles, and a
// digest alone: 32 to 128 hexadecimal digits.
var checksumLine = lazyregexp.New(`^(?:\\?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})(?:[ \t]+\*?\S.*)?|[A-Z][A-Z0-9/-]* \(.+\) = [0-9a-fA-F]{32,128})$`)

func checksumsReason(data []byte, _ *input) (string, error) {
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

// maxSignature is longer than any detached signature or certificate.
const maxSignature = 16 << 10

var (
	armored  = lazyregexp.New(`^\s*-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK)-----\r?\n[\s\S]*-----END PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----\s*$`)
	minisign = lazyregexp.New(`^untrusted comment: .*\r?\n[A-Za-z0-9+/=]+\r?\n(?:trusted comment: .*\r?\n[A-Za-z0-9+/=]+\r?\n?)?$`)
)

// signatureReason recognizes detached signatures and the keys for them: PGP, minisign and signify,
// PEM, and the base64 of cosign. A message with its signature is not a detached signature.
func signatureReason(data []byte, t *input) (string, error) {
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
		return "signature (Ed25519 or RSA)", nil // by its name and length, because it has no magic
	default:
		if inner, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(data))); err == nil && len(inner) >= 64 && (isECDSA(inner) || isPEM(inner)) {
			return "signature or certificate (base64)", nil
		}
	}
	return "", nil
}

// onlyBase64 reports whether a PGP armor has only its headers, base64 and a checksum.
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

// isPEM reports whether data has only certificates and public keys.
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

// isPacket reports whether data is one OpenPGP signature packet (RFC 9580, 4.2 and 5.2).
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

// isECDSA reports whether data is only two numbers in DER (RFC 3279, 2.2.3).
func isECDSA(data []byte) bool {
	var s struct{ R, S asn1.RawValue }
	rest, err := asn1.Unmarshal(data, &s)
	return err == nil && len(rest) == 0 && len(data) <= 150 && s.R.Tag == asn1.TagInteger && s.S.Tag == asn1.TagInteger && !s.R.IsCompound && !s.S.IsCompound
}

// certificateReason recognizes the three members of a certificate in DER (RFC 5280, 4.1).
func certificateReason(data []byte, _ *input) (string, error) {
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
	rtfCode = lazyregexp.New(`\\'([0-9a-fA-F]{2})`)
	rtfHex  = lazyregexp.New(`[0-9a-fA-F]{2}(?:[\r\n]*[0-9a-fA-F]{2}){20,}`)
)

// rtfHidden returns a mark in the text of an RTF document, where any character can be written as its
// code, or in its pictures, which are hexadecimal; otherwise "".
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

// rtfReason requires one group that ends with the file.
func rtfReason(data []byte, _ *input) (string, error) {
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

// proseNames has the names of files with text for people.
var proseNames = nameSet("readme license licence copying copyright notice changelog changes history news authors contributing security install code_of_conduct")

var (
	proseEnding = nameSet(".txt .md .markdown .rst .adoc .text")
	keyLine     = lazyregexp.New(`^\s*([A-Za-z][\w.-]*)\s*[:=]\s*\S`)
	versionWord = lazyregexp.New(`\d\.\d`)
	bulletLine  = lazyregexp.New(`^\s*(?:[-*•+]|\d+[.)])\s`)
	emphasis    = strings.NewReplacer("*", "", "_", "", "`", "", "#", "", ">", "")
)

// proseReason recognizes text for people. Only its wording distinguishes it from a bill of materials
// in an unknown form, so the definition is narrow: text in UTF-8 that no reader recognizes,
// without an identifier of a part or the header of a parts list, and either with a usual name or
// made of sentences, see sentences.
func proseReason(data []byte, t *input) (string, error) {
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

// sentences reports whether a text consists of sentences: lines of several words, most of which begin
// with a small letter, with ends of sentences and few versions, and not records of keys and values.
// A text in a language without spaces between words, or without small letters, does not pass.
func sentences(text string) bool {
	s := textStatistics{keys: make(map[string]bool)}
	for line := range strings.Lines(text) {
		if !s.add(line) {
			return false
		}
	}
	return s.words >= 5 && len(s.keys) <= 8 && 20*s.small >= 9*s.words && 5*s.inLong >= 3*s.words &&
		60*s.ends >= s.words && 40*s.versions <= s.words+80 && 2*s.bullets <= s.lines
}

// textStatistics counts what distinguishes sentences from records.
type textStatistics struct {
	keys     map[string]bool // at the beginning of lines
	lines    int             // that are not empty
	bullets  int             // lines that are items of a list
	words    int
	small    int // words that begin with a small letter
	inLong   int // words in lines of five words or more
	ends     int // words that end a sentence
	versions int
}

// add counts a line. It returns false if the line shows that the text is not made of sentences.
func (s *textStatistics) add(line string) bool {
	fields := strings.Fields(emphasis.Replace(line))
	if len(fields) == 0 {
		return true
	}
	s.lines++
	if m := keyLine.FindStringSubmatch(line); m != nil {
		if s.keys[m[1]] {
			return false // a second record
		}
		s.keys[m[1]] = true
	}
	if bulletLine.MatchString(line) {
		s.bullets++
	} else if strings.ContainsRune("+=@<{}[]%&|:;$~^", rune(strings.TrimSpace(line)[0])) {
		return false // a language for machines
	}
	words := 0
	for _, f := range fields {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(f, `"'(„“«‘[`))
		switch {
		case unicode.IsLower(r):
			s.small++
			words++
		case unicode.IsLetter(r):
			words++
		case versionWord.MatchString(f):
			s.versions++
		}
		if end := strings.TrimRight(f, `"')“”»’]`); end != "" && strings.ContainsRune(".!?:", rune(end[len(end)-1])) {
			s.ends++
		}
	}
	s.words += words
	if words >= 5 {
		s.inLong += words
	}
	return true
}
