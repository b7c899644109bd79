// SPDX-License-Identifier: Apache-2.0

//go:build !race

package match_test

const underRace = false
