// SPDX-License-Identifier: Apache-2.0

package snmp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/formattest"
	"github.com/clause76/clause76/firmware/internal/snmp"
	"github.com/clause76/clause76/sbom"
)

const walk = `.1.3.6.1.2.1.1.1.0 = STRING: "Hikvision company products
second line"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.39165.1.1
.1.3.6.1.2.1.1.5.0 = ""
.1.3.6.1.2.1.2.2.1.6.2 = STRING: 44:19:b6:0:1:2
.1.3.6.1.2.1.47.1.1.1.1.12.1 = STRING: "HiSilicon"
.1.3.6.1.4.1.2011.1.1.0 = INTEGER: 5
.1.3.6.1.4.1.2011.1.2.0 = INTEGER: 6
.1.3.6.1.2.1.99.1 = No Such Object available on this agent at this OID
`

func Example() {
	for c, err := range snmp.Read(strings.NewReader(walk), nil).Components() {
		fmt.Println(c.Name, err)
		for _, claim := range c.Claims {
			fmt.Println(" ", claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// interface 2 <nil>
	//   namespace oui 44:19:b6:00:01:02 /1.3.6.1.2.1.2.2.1.6.2
	// entity 1 <nil>
	//   manufacturer name HiSilicon /1.3.6.1.2.1.47.1.1.1.1.12.1
	// Hikvision company products <nil>
	//   reference product Hikvision company products /1.3.6.1.2.1.1.1.0
	//   reference product second line /1.3.6.1.2.1.1.1.0
	//   namespace pen 39165 /1.3.6.1.2.1.1.2.0
	//   reference pen 2011 /1.3.6.1.4.1.2011.1.1.0
}

func TestRead(t *testing.T) {
	formattest.Run(t, func(in string) *sbom.Document { return firmware.Open(strings.NewReader(in), nil) }, []formattest.Case{
		{"snmprec", "1.3.6.1.2.1.1.1.0|4|DH-NVR4108HS\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.37496.1\n1.3.6.1.2.1.2.2.1.6.1|4x|3cef8c000102\n1.3.6.1.4.1.1004849.2.1|4x|414243\n",
			"snmp interface 1: namespace 3cef8c000102; snmp DH-NVR4108HS: reference DH-NVR4108HS, namespace 37496, reference 1004849", 0, nil},
		{"a walk cut off", ".1.3.6.1.2.1.1.1.0 = STRING: \"Huawei\"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.20", "snmp Huawei: reference Huawei, namespace 20", 1, nil},
		{"an address with short bytes", "IF-MIB::ifPhysAddress.3 = STRING: 0:1e:73:a:b:c\n.1.3.6.1.2.1.2.2.1.6.4 = STRING: 0:1e:73:0:1:2\n", "snmp interface 3: namespace 00:1e:73:0a:0b:0c; snmp interface 4: namespace 00:1e:73:00:01:02; snmp SNMP agent", 0, nil},
		{"addresses of other lengths", "IF-MIB::ifPhysAddress.1 = STRING: \nIF-MIB::ifPhysAddress.2 = STRING: 0:0:0:0:0:0\nIF-MIB::ifPhysAddress.3 = STRING: a:0:0:1\nIF-MIB::ifPhysAddress.4 = Hex-STRING: 00 1E 73 FF FE 00 01 02 \n",
			"snmp interface 4: namespace 00:1E:73:FF:FE:00; snmp SNMP agent", 0, nil},
		{"an address field without an address", "IF-MIB::ifPhysAddress.1 = STRING: ZTE\n", "snmp SNMP agent", 1, nil},
		{"a walk without MIB files", "iso.3.6.1.2.1.1.1.0 = STRING: \"ZXR10\"\niso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.3902.3.100\niso.3.6.1.2.1.1.5.0 = \"\"\n", "snmp ZXR10: reference ZXR10, namespace 3902", 0, nil},
		{"names", "SNMPv2-MIB::sysDescr.0 = STRING: ZXR10 of ZTE\nRelease 3\n\nof 2019\nSNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.3902.3.100\nDISMAN-EVENT-MIB::sysUpTimeInstance = Timeticks: (1) 0:00:00.01\nENTITY-MIB::entPhysicalMfgName.7 = STRING: ZTE\nENTITY-MIB::entPhysicalModelName.7 = STRING: NPCI\n",
			"snmp NPCI: manufacturer ZTE, reference NPCI; snmp ZXR10 of ZTE: reference ZXR10 of ZTE, reference Release 3, reference of 2019, namespace 3902", 0, nil},
		{"an agent of net-snmp", "SNMPv2-MIB::sysObjectID.0 = OID: NET-SNMP-MIB::netSnmpAgentOIDs.10\n", "snmp SNMP agent: namespace 8072", 0, nil},
		{"-Of", ".iso.org.dod.internet.mgmt.mib-2.system.sysObjectID.0 = OID: .iso.org.dod.internet.private.enterprises.3902.3\n", "snmp SNMP agent: namespace 3902", 0, nil},
		{"-Os, -OX", "sysDescr.0 = STRING: x\nentPhysicalMfgName[3] = STRING: ZTE\n", "snmp entity 3: manufacturer ZTE; snmp x: reference x", 0, nil},
		{"-OQ", "SNMPv2-MIB::sysDescr.0 = ZXR10: ZTE\nSNMPv2-MIB::sysObjectID.0 = SNMPv2-SMI::enterprises.3902.3\n", "snmp ZXR10: ZTE: reference ZXR10: ZTE, namespace 3902", 0, nil},
		{"-Oqn", ".1.3.6.1.2.1.1.1.0 \"ZXR10\nof ZTE\"\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.3902.3\n.1.3.6.1.2.1.47.1.1.1.1.12.1 \"5A 54 45 00 \"\n", "snmp entity 1: manufacturer ZTE; snmp ZXR10: reference ZXR10, reference of ZTE, namespace 3902", 0, nil},
		{"-Oq", "SNMPv2-MIB::sysDescr.0 ZXR10\nIF-MIB::ifPhysAddress.2 0:1e:73:0:1:2\n", "snmp interface 2: namespace 00:1e:73:00:01:02; snmp ZXR10: reference ZXR10", 0, nil},
		{"hexadecimal in several lines", "iso.3.6.1.2.1.1.1.0 = Hex-STRING: 5A 58 52 31 30 20 6F 66 20 5A 54 45 0D 0A 52 65 \n6C 00 \niso.3.6.1.2.1.1.5.0 = STRING: \"a\"\n", "snmp ZXR10 of ZTE\r\nRel: reference ZXR10 of ZTE\r\nRel", 0, nil},
		{"a value of a wrong type", "SNMPv2-MIB::sysDescr.0 = Wrong Type (should be OCTET STRING): Hex-STRING: 5A 54 45 \n", "snmp ZTE: reference ZTE", 0, nil},
		{"an index with a blank", "SNMP-TARGET-MIB::snmpTargetAddrTMask.\"to a\" = STRING: b\nENTITY-MIB::entPhysicalMfgName.1 = STRING: ZTE\n", "snmp entity 1: manufacturer ZTE; snmp SNMP agent", 0, nil},
		{"the module of a vendor", "SNMPv2-MIB::sysDescr.0 = STRING: x\nZTE-MASTER-MIB::enterprises.2011 = INTEGER: 1\nZTE-MASTER-MIB::linux.2 = INTEGER: 1\n", "snmp x: reference x, reference ZTE-MASTER-MIB", 0, nil},
		{"a name of an enterprise", "SNMPv2-SMI::enterprises.zte.1 = INTEGER: 1\n", "snmp SNMP agent: reference zte", 0, nil},
		{"sysObjectID with an unknown name", "SNMPv2-MIB::sysObjectID.0 = OID: ZTE-SMI::zxr10\n", "snmp SNMP agent: reference ZTE-SMI", 1, nil},
		{"no sysDescr", "SNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::zeroDotZero\n", "snmp SNMP agent", 0, nil},
		{"a host", "HOST-RESOURCES-MIB::hrDeviceDescr.196608 = STRING: ZTE: vCPU\nHOST-RESOURCES-MIB::hrSWInstalledName.1 = STRING: \"agent 1.2\"\n", "snmp host device 196608: reference ZTE: vCPU; snmp agent 1.2: mention agent 1.2; snmp SNMP agent", 0, nil},
		{"a walk that ended with an error", "iso.3.6.1.2.1.1.1.0 = STRING: \"ZXR10\"\nTimeout: No Response from 192.0.2.9\n", "snmp ZXR10: reference ZXR10", 1, nil},
		{"no answer", "Timeout: No Response from 192.0.2.9\n", "snmp SNMP agent", 1, nil},
		{"missing objects", "Cannot find module (IF-MIB): At line 0 in (none)\niso.3.6.1.2.1.1.1.0 = No Such Instance currently exists at this OID\niso.3.6.1.2.1.1.9 = No more variables left in this MIB View (It is past the end of the MIB tree)\n", "snmp SNMP agent", 0, nil},
		{"a line break is missing", "iso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.3902.3\niso.3.6.1.2.1.1.1.0 = STRING: \"ZXR10\"", "snmp ZXR10: namespace 3902, reference ZXR10", 1, nil},
		{"C++", "std::vector.size = 3\n", "", 0, sbom.ErrNotRecognized},
		{"settings of another format", "name = STRING\n", "", 0, sbom.ErrNotRecognized},
		{"a section of a text", "1.2 Results of the test\n", "", 0, sbom.ErrNotRecognized},
		{"a walk with another line", ".1.3.6.1.2.1.1.3.0 = INTEGER: 1\nZTE\n", "snmp SNMP agent", 1, nil},
		{"a name in hexadecimal", ".1.3.6.1.2.1.47.1.1.1.1.12.1 = Hex-STRING: E5 8D 8E E4 B8 BA 00 \n", "snmp entity 1: manufacturer 华为; snmp SNMP agent", 0, nil},
		{"a name that is not text", ".1.3.6.1.2.1.47.1.1.1.1.12.1 = Hex-STRING: FF FE\n", "snmp SNMP agent", 1, nil},
		{"a text without its closing quote", ".1.3.6.1.2.1.1.1.0 = STRING: \"a\n.1.3.6.1.2.1.1.5.0 = STRING: \"b\n", "snmp a: reference a", 2, nil},
		{"names instead of numbers", ".1.3.6.1.2.1.1.2.0 = OID: SNMPv2-SMI::enterprises.2011\n", "snmp SNMP agent: namespace 2011", 0, nil},
		{"types and neighbors", ".1.3.6.1.2.1.47.1.1.1.1.3.7 = OID: .1.3.6.1.4.1.2011.2\n.1.3.6.1.2.1.47.1.1.1.1.3.8 = OID: HUAWEI-TYPE-MIB::hwBoard\n.1.3.6.1.2.1.47.1.1.1.1.3.9 = OID: SNMPv2-SMI::zeroDotZero\n" +
			"LLDP-EXT-MED-MIB::lldpXMedRemMfgName.0.1.1 = STRING: Huawei\nLLDP-MIB::lldpRemSysDesc.0.1.1 = STRING: VRP\nLLDP-EXT-MED-MIB::lldpXMedLocMfgName.0 = STRING: ZTE\n.1.3.6.1.2.1.33.1.1.1.0 = STRING: ZTE\n",
			"snmp entity 7: namespace 2011; snmp entity 8: reference HUAWEI-TYPE-MIB; snmp entity 9; snmp neighbor 0.1.1: manufacturer Huawei, reference VRP; snmp SNMP agent: manufacturer ZTE, manufacturer ZTE", 0, nil},
		{"an object that names a maker", "SNMPv2-MIB::sysDescr.0 = STRING: x\nENTITY-MIB::entOtherManufacturer.1 = STRING: ZTE\nENTITY-MIB::entVendorCount.1 = INTEGER: 2\n", "snmp x: reference x", 1, nil},
	})
}
