// SPDX-License-Identifier: Apache-2.0

// Package formattest runs the table tests of device formats.
package formattest

import (
	"errors"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
)

// A Case is a document and its expected result: the components, as [Components] lists them, and the
// number of fields that could not be read, or the error.
type Case = struct {
	Name, In, Want string
	Malformed      int
	Err            error
}

// Run opens each document and compares the result.
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

// Components returns the components of a document up to its end or an error, separated by "; ". Each
// one has the format, name, version and claims.
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
