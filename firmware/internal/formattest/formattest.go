// SPDX-License-Identifier: Apache-2.0

// Package formattest has the table test that the formats of devices share.
package formattest

import (
	"errors"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
)

// A Case is a document in a format and what reading it gives: a list of its components, each
// with its format, name, version and claims, separated by "; ", and the number of fields that
// could not be read, or the error.
type Case = struct {
	Name, In, Want string
	Malformed      int
	Err            error
}

// Run opens each document and compares.
func Run(t *testing.T, open func(in string) *sbom.Document, cases []Case) {
	t.Helper()
	for _, tt := range cases {
		doc := open(tt.In)
		got, err := Components(doc)
		if !errors.Is(err, tt.Err) || tt.Err == nil && (got != tt.Want || doc.Header().Malformed != tt.Malformed) {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.Name, got, doc.Header().Malformed, err, tt.Want)
		}
	}
}

// Components lists the components of a document in one line, up to its end or an error.
func Components(doc *sbom.Document) (string, error) {
	var parts []string
	for c, err := range doc.Components() {
		if err != nil {
			return strings.Join(parts, "; "), err
		}
		part := doc.Header().Format + " " + strings.TrimSpace(c.Name+" "+c.Version)
		for i, claim := range c.Claims {
			part += []string{": ", ", "}[min(i, 1)] + string(claim.Role) + " " + claim.Value
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; "), nil
}
