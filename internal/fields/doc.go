// SPDX-License-Identifier: Apache-2.0

// Package fields compares the names of fields in documents: with the names that a format has,
// with the names of other formats, and with the words for makers and suppliers. Packages sbom
// and sbom/format share it.
package fields
