// SPDX-License-Identifier: Apache-2.0

// Package fields compares the names of fields in documents: with the names that a format has,
// with the names of other formats, and with the words for makers and suppliers. It
// has the marks by which formats, archives and compressed data are detected.
package fields
