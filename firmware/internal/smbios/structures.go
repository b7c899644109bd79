// SPDX-License-Identifier: Apache-2.0

package smbios

import (
	"slices"

	"github.com/clause76/clause76/internal/lazyregexp"
)

// parts are the types of structures that describe a manufactured part, with the type of its
// component (DMTF DSP0134, chapter 7).
var parts = map[int]string{
	0:  "firmware",
	1:  "device",
	2:  "device", // board
	3:  "device", // chassis
	4:  "device", // processor
	17: "device", // memory
	22: "device", // battery
	39: "device", // power supply
	45: "firmware",
}

// makerAt and nameAt are the offsets of the byte that has the number of the string with the
// manufacturer or the name, by the type of the structure (DSP0134, chapter 7).
var (
	makerAt = map[int]int{0: 0x04, 1: 0x04, 2: 0x04, 3: 0x04, 4: 0x07, 17: 0x17, 22: 0x05, 39: 0x07, 45: 0x0a}
	nameAt  = map[int]int{1: 0x05, 2: 0x05, 4: 0x10, 17: 0x1a, 22: 0x08, 39: 0x06, 45: 0x04}
)

// titles are the titles that dmidecode prints for structures, with their types. With the option -q,
// the title is the only sign of the type.
var titles = map[string]int{
	"BIOS Information":                     0,
	"System Information":                   1,
	"Base Board Information":               2,
	"Chassis Information":                  3,
	"Processor Information":                4,
	"Memory Controller Information":        5,
	"Memory Module Information":            6,
	"Cache Information":                    7,
	"Port Connector Information":           8,
	"System Slot Information":              9,
	"On Board Device Information":          10,
	"OEM Strings":                          11,
	"System Configuration Options":         12,
	"BIOS Language Information":            13,
	"Group Associations":                   14,
	"System Event Log":                     15,
	"Physical Memory Array":                16,
	"Memory Device":                        17,
	"32-bit Memory Error Information":      18,
	"Memory Array Mapped Address":          19,
	"Memory Device Mapped Address":         20,
	"Built-in Pointing Device":             21,
	"Portable Battery":                     22,
	"System Reset":                         23,
	"Hardware Security":                    24,
	"System Power Controls":                25,
	"Voltage Probe":                        26,
	"Cooling Device":                       27,
	"Temperature Probe":                    28,
	"Electrical Current Probe":             29,
	"Out-of-band Remote Access":            30,
	"Boot Integrity Services Entry Point":  31,
	"System Boot Information":              32,
	"64-bit Memory Error Information":      33,
	"Management Device":                    34,
	"Management Device Component":          35,
	"Management Device Threshold Data":     36,
	"Memory Channel":                       37,
	"IPMI Device Information":              38,
	"System Power Supply":                  39,
	"Additional Information":               40,
	"Onboard Device":                       41,
	"Management Controller Host Interface": 42,
	"TPM Device":                           43,
	"Firmware Inventory Information":       45,
}

// repeated matches titles in a structure that describes several devices.
var repeated = lazyregexp.New(`^(?:On Board Device|Additional Information) \d+(?: Information)?$`)

// keywords are the groups of types that "dmidecode -t" has a keyword for (dmidecode(8)).
var keywords = [][]int{
	{0, 13},             // bios
	{1, 12, 15, 23, 32}, // system
	{2, 10, 41},         // baseboard
	{3},                 // chassis
	{4},                 // processor
	{5, 6, 16, 17},      // memory
	{7},                 // cache
	{8},                 // connector
	{9},                 // slot
}

// chosen reports whether the types can be a selection by "dmidecode -t": one type, or the types of one
// keyword.
func chosen(types map[int]bool) bool {
	in := func(group []int) bool {
		for t := range types {
			if !slices.Contains(group, t) {
				return false
			}
		}
		return true
	}
	return len(types) == 1 || slices.ContainsFunc(keywords, in)
}
