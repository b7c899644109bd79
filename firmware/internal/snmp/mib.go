// SPDX-License-Identifier: Apache-2.0

package snmp

import (
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Object identifiers of SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863), ENTITY-MIB (RFC 6933) and
// HOST-RESOURCES-MIB (RFC 2790).
const (
	sysDescr           = "1.3.6.1.2.1.1.1.0"
	sysObjectID        = "1.3.6.1.2.1.1.2.0"
	sysName            = "1.3.6.1.2.1.1.5.0"
	ifPhysAddress      = "1.3.6.1.2.1.2.2.1.6."
	hrDeviceDescr      = "1.3.6.1.2.1.25.3.2.1.3."
	hrSWInstalledName  = "1.3.6.1.2.1.25.6.3.1.2."
	entPhysicalDescr   = "1.3.6.1.2.1.47.1.1.1.1.2."
	entPhysicalMfgName = "1.3.6.1.2.1.47.1.1.1.1.12."
	entPhysicalModel   = "1.3.6.1.2.1.47.1.1.1.1.13."
	entPhysicalType    = "1.3.6.1.2.1.47.1.1.1.1.3."
	enterprises        = "1.3.6.1.4.1."
)

// Object identifiers of UPS-MIB (RFC 1628), and of LLDP-MIB and LLDP-EXT-MED-MIB (IEEE 802.1AB,
// ANSI/TIA-1057): what the device reports about itself (Loc) and about its neighbors (Rem).
const (
	upsMaker         = "1.3.6.1.2.1.33.1.1.1.0"
	upsModel         = "1.3.6.1.2.1.33.1.1.2.0"
	lldpLocSysDesc   = "1.0.8802.1.1.2.1.3.4.0"
	lldpRemSysDesc   = "1.0.8802.1.1.2.1.4.1.1.10."
	lldpLocMfgName   = "1.0.8802.1.1.2.1.5.4795.1.2.6.0"
	lldpLocModelName = "1.0.8802.1.1.2.1.5.4795.1.2.7.0"
	lldpRemMfgName   = "1.0.8802.1.1.2.1.5.4795.1.3.3.1.5."
	lldpRemModelName = "1.0.8802.1.1.2.1.5.4795.1.3.3.1.6."
)

// scalars are the objects that describe the device.
var scalars = format.Table{
	sysName:          {To: format.Name, First: true},
	sysDescr:         {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	upsModel:         {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	upsMaker:         {Role: vendors.Manufacturer, Kind: vendors.KindName},
	lldpLocSysDesc:   {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	lldpLocModelName: {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	lldpLocMfgName:   {Role: vendors.Manufacturer, Kind: vendors.KindName},
}

// A column is a column of a table in which each row is a part. The index of the row follows its
// object identifier.
type column struct {
	oid   string
	part  string // what the row describes
	typ   string // the type of the part; "" is "device"
	field format.Field
}

// neighbor is a device at the other end of a link.
const neighbor = "neighbor"

var columns = []column{
	{oid: ifPhysAddress, part: "interface", field: format.Field{Role: vendors.Namespace, Kind: vendors.KindOUI}},
	{oid: hrDeviceDescr, part: "host device", field: format.Field{Role: vendors.Reference, Kind: vendors.KindProduct}},
	{oid: hrSWInstalledName, part: "program", typ: "application", field: format.Field{Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name}},
	{oid: entPhysicalDescr, part: "entity", field: format.Field{Role: vendors.Reference, Kind: vendors.KindProduct}},
	{oid: entPhysicalMfgName, part: "entity", field: format.Field{Role: vendors.Manufacturer, Kind: vendors.KindName}},
	{oid: entPhysicalModel, part: "entity", field: format.Field{Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name}},
	{oid: entPhysicalType, part: "entity"},
	{oid: lldpRemSysDesc, part: neighbor, field: format.Field{Role: vendors.Reference, Kind: vendors.KindProduct}},
	{oid: lldpRemMfgName, part: neighbor, field: format.Field{Role: vendors.Manufacturer, Kind: vendors.KindName}},
	{oid: lldpRemModelName, part: neighbor, field: format.Field{Role: vendors.Reference, Kind: vendors.KindProduct}},
}

// columnOf returns the column of an object, and the index of its row.
func columnOf(numeric string) (col column, index string, ok bool) {
	for _, c := range columns {
		if index, ok := strings.CutPrefix(numeric, c.oid); ok {
			return c, index, true
		}
	}
	return column{}, "", false
}

// isRead reports whether the package reads the value of an object.
func isRead(numeric string) bool {
	_, scalar := scalars[numeric]
	_, _, inTable := columnOf(numeric)
	return scalar || inTable || numeric == sysObjectID
}

// numbers maps names that net-snmp prints to their object identifiers. It has the names of the objects
// that are read, and of the branches above them.
var numbers = map[string]string{
	"iso": "1", "org": "1.3", "dod": "1.3.6", "internet": "1.3.6.1", "mgmt": "1.3.6.1.2", "mib-2": "1.3.6.1.2.1",
	"ccitt": "0", "zeroDotZero": "0.0", "private": "1.3.6.1.4", "enterprises": "1.3.6.1.4.1", "snmpV2": "1.3.6.1.6",
	"system": "1.3.6.1.2.1.1", "interfaces": "1.3.6.1.2.1.2", "ifTable": "1.3.6.1.2.1.2.2", "ifEntry": "1.3.6.1.2.1.2.2.1", "host": "1.3.6.1.2.1.25",
	"sysDescr": "1.3.6.1.2.1.1.1", "sysObjectID": "1.3.6.1.2.1.1.2", "sysName": "1.3.6.1.2.1.1.5",
	"ifPhysAddress":      "1.3.6.1.2.1.2.2.1.6",
	"hrDeviceDescr":      "1.3.6.1.2.1.25.3.2.1.3",
	"hrSWInstalledName":  "1.3.6.1.2.1.25.6.3.1.2",
	"entPhysicalDescr":   "1.3.6.1.2.1.47.1.1.1.1.2",
	"entPhysicalMfgName": "1.3.6.1.2.1.47.1.1.1.1.12", "entPhysicalModelName": "1.3.6.1.2.1.47.1.1.1.1.13",
	"entPhysicalVendorType": "1.3.6.1.2.1.47.1.1.1.1.3",
	"upsIdentManufacturer":  "1.3.6.1.2.1.33.1.1.1", "upsIdentModel": "1.3.6.1.2.1.33.1.1.2",
	"lldpLocSysDesc": "1.0.8802.1.1.2.1.3.4", "lldpRemSysDesc": "1.0.8802.1.1.2.1.4.1.1.10",
	"lldpXMedLocMfgName": "1.0.8802.1.1.2.1.5.4795.1.2.6", "lldpXMedLocModelName": "1.0.8802.1.1.2.1.5.4795.1.2.7",
	"lldpXMedRemMfgName": "1.0.8802.1.1.2.1.5.4795.1.3.3.1.5", "lldpXMedRemModelName": "1.0.8802.1.1.2.1.5.4795.1.3.3.1.6",
	// NET-SNMP-MIB and NET-SNMP-TC: the sysObjectID of agents of net-snmp.
	"netSnmp": "1.3.6.1.4.1.8072", "netSnmpAgentOIDs": "1.3.6.1.4.1.8072.3.2", "linux": "1.3.6.1.4.1.8072.3.2.10",
	// UCD-SNMP-MIB.
	"ucdavis": "1.3.6.1.4.1.2021",
}

// standard matches the modules of the IETF, IANA, IEEE and net-snmp. Any other module is in the
// subtree of an enterprise, and is often named after it.
var standard = lazyregexp.New(`^(SNMPv2|SNMP|RFC[0-9-]+|IF|IP|IPV6|TCP|UDP|TCPIPX|ICMP|DISMAN|HOST-RESOURCES|HOST-RESOURCES-TYPES|ENTITY|ENTITY-SENSOR|ENTITY-STATE|UUID-TC|` +
	`BRIDGE|P-BRIDGE|Q-BRIDGE|RSTP|EtherLike|MAU|POWER-ETHERNET|RMON|RMON2|SMON|HC-RMON|TOKEN-RING-RMON|NOTIFICATION-LOG|INET-ADDRESS|LLDP|LLDP-V2|LLDP-EXT-[A-Z0-9-]+|LAG|IEEE8021[A-Z0-9-]*|IEEE8023[A-Z0-9-]*|` +
	`BGP4|OSPF|OSPFV3|RIPv2|ISIS|MPLS-[A-Z0-9-]+|VRRP|VRRPV3|IPMROUTE-STD|PIM|IGMP-STD|MTA|Printer|Job-Monitoring|UPS|ADSL-LINE|VDSL2-LINE|HDSL2-SHDSL-LINE|DS1|DS3|SONET|ATM|FRAME-RELAY-DTE|PPP-[A-Z]+|` +
	`DOCS-[A-Z0-9-]+|NET-SNMP|UCD|UCD-SNMP|UCD-DISKIO|LM-SENSORS|AGENTX|IANA[A-Za-z0-9-]*|ALARM|DIFFSERV|RADIUS-[A-Z-]+|NAT|TUNNEL|NHRP|ENERGY-OBJECT|BATTERY)(-[A-Z0-9]+)*(-MIB|-SMI|-TC)?$`)

// An oid is an object identifier as it was written.
type oid struct {
	text    string
	numeric string // the identifier in numbers; "" if it has an unknown name
	module  string // the module of its name, or ""
	name    string // the unknown name of an enterprise, or ""
}

// qualified matches a name with its module.
var qualified = lazyregexp.New(`^([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)::([A-Za-z].*)$`)

// parseOID reads ".1.3.6.1.2.1.1.1.0", "iso.3.6…", "SNMPv2-MIB::sysDescr.0",
// "entPhysicalMfgName[1]" or ".iso.org.dod.internet…".
func parseOID(text string) oid {
	o := oid{text: text}
	names := text
	if m := qualified.FindStringSubmatch(text); m != nil {
		o.module, names = m[1], m[2]
		if !standard.MatchString(o.module) {
			return o // the names of the module are unknown
		}
	}
	names = strings.NewReplacer("[", ".", "]", "").Replace(names)
	at, known := "", true
	for label := range strings.SplitSeq(strings.TrimPrefix(names, "."), ".") {
		n, named := numbers[label]
		switch {
		case named:
			at, known, o.name = n, true, ""
		case label != "" && strings.Trim(label, "0123456789") == "":
			at += "." + label
		default:
			if known && at+"." == enterprises {
				o.name = label
			}
			known = false
		}
	}
	if known {
		o.numeric = strings.TrimPrefix(at, ".")
	}
	return o
}
