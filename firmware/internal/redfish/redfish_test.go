// SPDX-License-Identifier: Apache-2.0

package redfish_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/redfish"
	"github.com/clause76/clause76/sbom"
)

const bios = `{"@odata.type": "#SoftwareInventory.v1_9_0.SoftwareInventory", "@odata.id": "/redfish/v1/UpdateService/FirmwareInventory/BIOS",
	"Id": "BIOS", "Name": "BIOS Firmware", "Manufacturer": "Huawei", "Version": "5.02", "Oem": {"Huawei": {"PositionId": "mainboard"}}}`

func Example() {
	for c, err := range redfish.Read(strings.NewReader(bios), nil).Components() {
		fmt.Println(c.Type, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// firmware BIOS Firmware 5.02 <nil>
	// manufacturer name Huawei /Manufacturer
	// reference name Huawei /Oem/Huawei
	// mention product BIOS Firmware /Name
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"a computer with expanded processors", `{"@odata.type":"#ComputerSystem.v1_5_0.ComputerSystem","Id":"1","Name":"System","Manufacturer":"Acme","Model":"X1",
			"Processors":[{"Manufacturer":"HiSilicon","Model":"Kunpeng 920"},{"Count":2}],"Links":{"Chassis":[{"@odata.id":"/redfish/v1/Chassis/1"}]}}`,
			"device Kunpeng 920: manufacturer HiSilicon, reference Kunpeng 920; device X1 subject: manufacturer Acme, reference X1", 0, nil},
		{"a PCI function", `{"@odata.type":"#PCIeFunction.v1_2_0.PCIeFunction","@odata.id":"/f","Id":"1","VendorId":"0x19E5","SubsystemVendorId":"0x1028"}`,
			"device 1: namespace 19E5, reference 1028", 0, nil},
		{"a vendor id that is a number", `{"@odata.type":"#PCIeFunction.v1_2_0.PCIeFunction","@odata.id":"/f","Id":"1","VendorId":6629}`, "device 1", 1, nil},
		{"a vendor id in the other spelling that is a number", `{"@odata.type":"#PCIeFunction.v1_2_0.PCIeFunction","@odata.id":"/f","Id":"1","VendorID":6629}`, "device 1", 1, nil},
		{"vendor ids and addresses in arrays", `{"@odata.type":"#PCIeFunction.v1_2_0.PCIeFunction","@odata.id":"/f","Id":"1","VendorID":["0x19e5"],"MACAddress":["20:2B:C1:00:00:01"]}`, "device 1", 2, nil},
		{"an interface", `{"@odata.type":"#EthernetInterface.v1_4_0.EthernetInterface","@odata.id":"/e","Id":"e","PermanentMACAddress":"20:2B:C1:00:00:01"}`,
			"device e: namespace 20:2B:C1:00:00:01", 0, nil},
		{"no maker", `{"@odata.type":"#SoftwareInventory.v1_0_0.SoftwareInventory","@odata.id":"/x","Id":"RoT0"}`, "firmware RoT0: mention RoT0", 0, nil},
		{"storage with devices", `{"@odata.type":"#SimpleStorage.v1_2_0.SimpleStorage","@odata.id":"/s","Id":"s","Devices":[{"Name":"Disk","Manufacturer":"ZTE","Model":"D1"}]}`,
			"device D1: manufacturer ZTE, reference D1; device s", 0, nil},
		{"a blank maker", `{"@odata.type":"#Chassis.v1_0_0.Chassis","@odata.id":"/c","Id":"c","Manufacturer":null,"Model":"To be filled by O.E.M."}`, "device To be filled by O.E.M. subject", 0, nil},
		{"a maker that is not a string", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","Manufacturer":["ZTE"]}`, "device d", 1, nil},
		{"a field in another case", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","manufacturer":"ZTE"}`, "device d", 1, nil},
		{"extensions of a vendor", `{"@odata.type":"#Manager.v1_0_0.Manager","@odata.id":"/m","Id":"m","Oem":{"@odata.type":"#x","Huawei":{"Board":{"Manufacturer":"HiSilicon"}}}}`,
			"device /Oem/Huawei/Board: manufacturer HiSilicon; device m: reference Huawei", 0, nil},
		{"other names of makers", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","ManufacturerName":"ZTE","SupplierName":"Acme","Oem":{"X":{"BoardVendor":"Dahua"}}}`,
			"device /Oem/X: manufacturer Dahua; device d: manufacturer ZTE, supplier Acme, reference X", 0, nil},
		{"members that may name a maker", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","CompanyName":"ZTE","OemInfo":{"a":1},"Manufacturer@Redfish.AllowableValues":["ZTE"],"AccountProviderType":"x"}`, "device d", 2, nil},
		{"extensions that are a string", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","Oem":"ZTE"}`, "device d", 1, nil},
		{"a lone surrogate in a version", `{"@odata.type":"#Drive.v1_0_0.Drive","@odata.id":"/d","Id":"d","Version":"\ud800","Manufacturer":""}`, "device d", 0, nil},
		{"a certificate", `{"@odata.type":"#Certificate.v1_5_0.Certificate","@odata.id":"/c","Id":"1","Name":"c","Subject":{"CommonName":"x","Organization":"ZTE"},"Issuer":{"Organization":"Acme"}}`, "device c: reference ZTE", 0, nil},
		{"a collection", `{"@odata.type":"#ChassisCollection.ChassisCollection","@odata.id":"/c","Name":"Chassis","Members":[{"@odata.id":"/c/1"}]}`, "", 0, nil},
		{"cut off", bios[:len(bios)-2], "", 0, sbom.ErrSyntax},
		{"a maker twice", `{"@odata.id":"/x","Id":"x","Manufacturer":"Acme","Manufacturer":"ZTE"}`, "", 0, sbom.ErrDuplicate},
		{"not a resource", `{"Id":"x","Manufacturer":"ZTE"}`, "", 0, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		var parts []string
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err != nil {
				break
			}
			part := c.Type + " " + c.Name
			if c.Placement == sbom.Primary {
				part += " subject"
			}
			for i, cl := range c.Claims {
				if at := tt.in[cl.Location.Offset:]; at[0] != '"' || !strings.HasPrefix(strings.TrimPrefix(at[1:], "0x"), cl.Value) {
					t.Errorf("%s: %q is not at byte %d", tt.name, cl.Value, cl.Location.Offset)
				}
				part += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + cl.Value
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, "; "); tt.err == nil && (got != tt.want || doc.Header().Malformed != tt.malformed) || !errors.Is(failed, tt.err) {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.name, got, doc.Header().Malformed, failed, tt.want)
		}
	}
}
