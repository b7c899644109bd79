// SPDX-License-Identifier: Apache-2.0

// Package registerfile parses the JSON files of a vendor register. CONTRIBUTING.md describes the
// format. Package vendors checks the values and makes a register of them.
package registerfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// The closed sets of the format.
var (
	// Kinds are the kinds of identifiers and exclusions, in the order in which a file has them:
	// names, then namespaces, then numbers.
	Kinds = []string{"name", "exactName", "transliteration", "product", "certificate", "deviceManufacturer", "rpmVendor",
		"domain", "regid", "purlNamespace", "purlPackage", "purlPrefix", "cpeVendor",
		"pen", "pci", "usb", "pnp", "acpi", "bluetooth", "devicetree", "fingerprint", "guid", "oui"}
	// Relations are the relations of members to their family.
	Relations = []string{"subsidiary", "brand", "business", "jointVenture", "renamed"}
	// Reasons are the reasons of exclusions.
	Reasons = []string{"stranger", "lookAlike", "formerMember", "hosting", "contribution"}
)

// A Vendor is the file of one vendor.
type Vendor struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Note        string            `json:"note,omitzero"`
	Sources     map[string]string `json:"sources"`
	Members     []Member          `json:"members"`
	Identifiers []Identifier      `json:"identifiers"`
	Exclusions  []Exclusion       `json:"exclusions"`
}

// A Member is an entry of "members".
type Member struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Relation  string `json:"relation"`
	From      string `json:"from,omitzero"`
	Until     string `json:"until,omitzero"`
	DoubtFrom string `json:"doubtFrom,omitzero"`
	Source    string `json:"source"`
}

// An Identifier is an entry of "identifiers".
type Identifier struct {
	Kind       string   `json:"kind"`
	Values     []string `json:"values"`
	Member     string   `json:"member,omitzero"`
	From       string   `json:"from,omitzero"`
	Until      string   `json:"until,omitzero"`
	Unverified bool     `json:"unverified,omitzero"`
	Common     bool     `json:"common,omitzero"`
	Weak       string   `json:"weak,omitzero"`
	Category   string   `json:"category,omitzero"`
	Registrant string   `json:"registrant,omitzero"`
	Source     string   `json:"source"`
}

// An Exclusion is an entry of "exclusions".
type Exclusion struct {
	Kind   string `json:"kind"`
	Value  string `json:"value"`
	From   string `json:"from,omitzero"`
	Until  string `json:"until,omitzero"`
	Reason string `json:"reason"`
	Note   string `json:"note"`
	Source string `json:"source"`
}

// Parse reads the file of one vendor. A member name that the format does not have is an error.
func Parse(data []byte) (v Vendor, err error) {
	err = json.Unmarshal(data, &v, json.RejectUnknownMembers(true))
	return v, err
}

// ParseList reads the vendors in the register of a release, which is a JSON array.
func ParseList(data []byte) (vs []Vendor, err error) {
	err = json.Unmarshal(data, &vs, json.RejectUnknownMembers(true))
	return vs, err
}

// CheckID returns an error if id cannot be the id of a vendor or a member.
func CheckID(id string) error {
	for i := range len(id) {
		if c := id[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' && i > 0) {
			return fmt.Errorf("id %q; expected lower-case letters, digits and hyphens", id)
		}
	}
	if id == "" {
		return fmt.Errorf("id %q; expected lower-case letters, digits and hyphens", id)
	}
	return nil
}

// CheckKind returns an error if kind is not in [Kinds].
func CheckKind(kind string) error {
	if !slices.Contains(Kinds, kind) {
		return errUnknownKind
	}
	return nil
}

var errUnknownKind = errors.New("unknown kind; expected one of " + Sorted(Kinds))

// Sorted lists a closed set for a message, in alphabetical order.
func Sorted(set []string) string {
	return strings.Join(slices.Sorted(slices.Values(set)), ", ")
}
