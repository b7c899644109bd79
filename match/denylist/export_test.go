// SPDX-License-Identifier: Apache-2.0

package denylist

// For tests: a history that is not that of this package.
var (
	LastCorrection = lastCorrection
	ParseHistory   = parseHistory
	CompareNames   = compareNames
)
