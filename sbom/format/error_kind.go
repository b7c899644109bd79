// SPDX-License-Identifier: Apache-2.0

package format

import (
	"errors"

	"github.com/clause76/clause76/sbom"
)

// ErrorKind returns the word for the kind of an error of package sbom, as reports have it:
// "notRecognised", "unsupportedVersion", "limit", "duplicateName", "encoding", "syntax", or "read"
// for every other error.
func ErrorKind(err error) string {
	switch {
	case errors.Is(err, sbom.ErrNotRecognized):
		return "notRecognised"
	case errors.Is(err, sbom.ErrVersion):
		return "unsupportedVersion"
	case errors.Is(err, sbom.ErrLimit):
		return "limit"
	case errors.Is(err, sbom.ErrDuplicate):
		return "duplicateName"
	case errors.Is(err, sbom.ErrEncoding):
		return "encoding"
	case errors.Is(err, sbom.ErrSyntax):
		return "syntax"
	}
	return "read"
}
