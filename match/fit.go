// SPDX-License-Identifier: Apache-2.0

package match

import (
	"slices"
	"strings"
	"unicode"

	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A fit says whether a component is within a scope.
type fit uint8

const (
	within fit = iota
	open       // what is known of the component does not settle it
	outside
)

// fits compares a listing's scope with what is known of the component.
func fits(s *denylist.Scope, c *sbom.Component, as []vendors.Attribution) (fit, string) {
	of := kinds(c)
	var in, out []evidence
	for _, e := range of {
		if e.kind.overlaps(s) {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	switch {
	case len(of) == 0:
		if !(s.Software && s.Hardware) {
			return open, "the document does not say what kind of product the component is"
		}
	case len(in) == 0 && out[0].unsettled && s.Hardware:
		return open, "about " + scopeWords(s) + "; " + out[0].of + " does not say that the component is not equipment or its firmware"
	case len(in) == 0:
		return outside, "about " + scopeWords(s) + "; the component is " + out[0].kind.words()
	case len(out) > 0:
		return open, "about " + scopeWords(s) + "; what kind of product the component is, is told differently by " + in[0].of + " (" + in[0].kind.words() + ") and " + out[0].of + " (" + out[0].kind.words() + ")"
	}
	if s.Limit == "" {
		return within, ""
	}
	category := c.Category
	for _, a := range as {
		if category == "" {
			category = a.Category
		}
	}
	switch {
	case category != "" && slices.Contains(s.Settles, category):
		return within, ""
	case category != "" && slices.Contains(s.Outside, category):
		return outside, "limited to “" + s.Limit + "”; the component is recorded as " + category
	}
	return open, "limited to “" + s.Limit + "”, which what is known of the component does not settle"
}

// A kind says what sort of product something is. Firmware is a programme in a device:
// both.
type kind struct{ software, hardware, services bool }

func (k kind) overlaps(s *denylist.Scope) bool {
	return s.Software && k.software || s.Hardware && k.hardware || s.Services && k.services
}

func (k kind) words() string { return kindWords(k.software, k.hardware, k.services) }

// An evidence is what one field says of the kind of a product.
type evidence struct {
	of   string // "its type"
	kind kind
	// unsettled reports that equipment can be described so too: a type that says how something is
	// packed, or an application that is named like equipment.
	unsettled bool
}

// kinds says what a component is: by its type in CycloneDX or its purpose in SPDX, by the
// part of its CPEs, and by its package URL. None means that it is not known.
func kinds(c *sbom.Component) []evidence {
	var es []evidence
	add := func(of string, k kind) {
		if k != (kind{}) {
			es = append(es, evidence{of: of, kind: k})
		}
	}
	add("its type “"+c.Type+"”", typeKind(c.Type))
	seen := make(map[kind]bool)
	purl := c.PURL
	for _, claim := range c.Claims {
		switch {
		case claim.Role == vendors.Mention:
		case claim.Kind == vendors.KindCPE:
			if k := cpeKind(claim.Value); !seen[k] {
				seen[k] = true
				add("its CPE", k)
			}
		case claim.Kind == vendors.KindPURL && purl == "":
			purl = claim.Value
		}
	}
	add("its package URL", purlKind(purl))
	if len(es) == 1 && typeKind(c.Type) == (kind{software: true}) { // only the type says it
		es[0].unsettled = isPacking(c.Type)
		if strings.EqualFold(strings.TrimSpace(c.Type), "application") && namesEquipment(c.Name) {
			es[0].of, es[0].unsettled = "its type “"+c.Type+"” with its name", true
		}
	}
	return es
}

// isPacking reports whether a type or purpose says how something is packed, or what runs other
// software, and not what kind of product it is. The image of a router's firmware is an archive, a
// file or an operating system.
func isPacking(typ string) bool {
	switch strings.ToLower(strings.TrimSpace(typ)) {
	case "container", "platform", "operating-system", "operating_system", "operatingsystem", "device-driver", "device_driver", "devicedriver",
		"file", "data", "source", "archive", "install", "software":
		return true
	}
	return false
}

// equipmentWords are words in the names of equipment and of its firmware.
var equipmentWords = map[string]bool{
	"router": true, "routers": true, "gateway": true, "modem": true, "switch": true, "firmware": true, "camera": true, "cameras": true,
	"dvr": true, "nvr": true, "ont": true, "onu": true, "olt": true, "gpon": true, "cpe": true, "mifi": true, "hotspot": true, "repeater": true,
	"smartphone": true, "phone": true, "tablet": true, "handset": true, "drone": true, "inverter": true, "doorbell": true, "intercom": true,
	"radio": true, "device": true, "appliance": true, "bios": true, "uefi": true, "bootloader": true, "equipment": true, "hardware": true,
}

// namesEquipment reports whether the name of a product has a word for equipment.
func namesEquipment(name string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if equipmentWords[word] {
			return true
		}
	}
	return false
}

// typeKind is the kind that a type of CycloneDX or a purpose of SPDX names.
func typeKind(typ string) kind {
	switch strings.ToLower(strings.TrimSpace(typ)) {
	case "device":
		return kind{hardware: true}
	case "firmware":
		return kind{software: true, hardware: true}
	case "service":
		return kind{services: true}
	case "application", "framework", "library", "container", "platform", "operating-system", "operating_system", "operatingsystem", "device-driver", "device_driver", "devicedriver",
		"file", "software", "machine-learning-model", "data", "cryptographic-asset", "source", "archive", "install":
		return kind{software: true}
	}
	return kind{}
}

// cpeKind is the kind that a CPE names (NIST IR 7695, 5.3.3.1): an application, an
// operating system or hardware. An operating system that is called firmware is in a
// device; the dictionary of NIST has all firmware as such.
func cpeKind(text string) kind {
	name, _ := cpe.Parse(text)
	switch product := name.Product; name.Part {
	case "a":
		return kind{software: true}
	case "o":
		return kind{software: true, hardware: product == "firmware" || strings.HasSuffix(product, "_firmware") || strings.HasSuffix(product, "-firmware")}
	case "h":
		return kind{hardware: true}
	}
	return kind{}
}

// purlKind is the kind that a package URL names: software, but for types that can name
// anything.
func purlKind(purl string) kind {
	typ, _, found := strings.Cut(strings.TrimLeft(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(purl)), "pkg:"), "/"), "/")
	if !found || typ == "" || typ == "generic" || typ == "swid" {
		return kind{}
	}
	return kind{software: true}
}

func scopeWords(s *denylist.Scope) string {
	return kindWords(s.Software, s.Hardware, s.Services)
}

func kindWords(software, hardware, services bool) string {
	var w []string
	if software {
		w = append(w, "software")
	}
	if hardware {
		w = append(w, "hardware")
	}
	if services {
		w = append(w, "services")
	}
	switch len(w) {
	case 0:
		return "nothing stated"
	case 1:
		return w[0]
	}
	return strings.Join(w[:len(w)-1], ", ") + " and " + w[len(w)-1]
}
