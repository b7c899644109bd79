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

// A fit tells whether a component is within the scope of a listing.
type fit uint8

const (
	within fit = iota
	open       // what is known about the component does not settle it
	outside
)

// fits compares the scope of a listing with what is known about the component. For a fit that is
// not within, it also returns the reason in words.
func fits(s *denylist.Scope, c *sbom.Component, as []vendors.Attribution) (fit, string) {
	if fit, why := fitsKind(s, kinds(c)); fit != within || s.Limit == "" {
		return fit, why
	}
	switch category := recorded(c, as); {
	case category != "" && slices.Contains(s.Settles, category):
		return within, ""
	case category != "" && slices.Contains(s.Outside, category):
		return outside, "limited to " + s.LimitWords() + "; the component is recorded as " + category
	}
	return open, "limited to " + s.LimitWords() + ", which what is known of the component does not settle"
}

// recorded returns the category of the component that the document records, or else the register
// for what it was found by; "" for none. A document that lists a machine-learning model as a part
// means the model itself, which is then there, and not a service that runs it.
func recorded(c *sbom.Component, as []vendors.Attribution) string {
	category := c.Category
	if category == "" && c.Type == "machine-learning-model" {
		category = "machineLearningModel"
	}
	for _, a := range as {
		if category == "" {
			category = a.Category
		}
	}
	return category
}

// fitsKind compares the kinds of product that a listing covers with what the fields of the
// component indicate.
func fitsKind(s *denylist.Scope, indicated []evidence) (fit, string) {
	var in, out []evidence
	for _, e := range indicated {
		if e.kind.overlaps(s) {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	switch {
	case len(indicated) == 0 && !(s.Software && s.Hardware):
		return open, "the document does not say what kind of product the component is"
	case len(indicated) == 0:
		return within, ""
	case len(in) == 0 && out[0].unsettled && s.Hardware:
		return open, "about " + scopeWords(s) + "; " + out[0].of + " does not say that the component is not equipment or its firmware"
	case len(in) == 0:
		return outside, "about " + scopeWords(s) + "; the component is " + out[0].kind.words()
	case len(out) > 0:
		return open, "about " + scopeWords(s) + "; the document states different kinds of product for the component: " + in[0].of + " (" + in[0].kind.words() + ") and " + out[0].of + " (" + out[0].kind.words() + ")"
	}
	return within, ""
}

// A kind is a set of kinds of products. Firmware is a program in a device: software and hardware.
type kind struct{ software, hardware, services bool }

func (k kind) overlaps(s *denylist.Scope) bool {
	return s.Software && k.software || s.Hardware && k.hardware || s.Services && k.services
}

func (k kind) words() string { return kindWords(k.software, k.hardware, k.services) }

// An evidence is the kind of product that one field of a component indicates.
type evidence struct {
	of   string // "its type"
	kind kind
	// unsettled reports that equipment can be described so too: a type that says how something is
	// packed, or an application that is named like equipment.
	unsettled bool
}

// kinds returns the kinds of product that the fields of a component indicate: its type in
// CycloneDX or purpose in SPDX, its CPEs, and its package URL. Without any, the kind is unknown.
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

// typeKind returns the kind for a CycloneDX type or an SPDX purpose.
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

// cpeKind returns the kind for a CPE by its part (NIST IR 7695, 5.3.3.1): application,
// operating system or hardware. The CPE dictionary of NIST enters firmware as an operating system
// with "firmware" in its name, so that is both software and hardware.
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

// purlKind returns the kind for a package URL: software, except for the types that can name
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
