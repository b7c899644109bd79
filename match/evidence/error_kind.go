// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"errors"

	"github.com/clause76/clause76/sbom"
)

// errorKind returns the word for the kind of an error of package sbom that a report has.
func errorKind(err error) string {
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
