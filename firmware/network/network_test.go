// SPDX-License-Identifier: Apache-2.0

package network_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/network"
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
	for c, err := range network.ReadSNMP(strings.NewReader(walk), nil).Components() {
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
	const (
		soap  = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>%s</s:Body></s:Envelope>`
		onvif = `<tds:GetDeviceInformationResponse><tds:Manufacturer>Dahua</tds:Manufacturer><tds:Model>IPC</tds:Model><tds:FirmwareVersion>2.420.Dahua 00.14.R</tds:FirmwareVersion></tds:GetDeviceInformationResponse>`
		isapi = `<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>IP CAMERA</deviceName><model>DS-2CD</model><macAddress>44:19:b6:00:01:02</macAddress><firmwareVersion>V5.5</firmwareVersion></DeviceInfo>`
		table = "Parameter,Object,Writable,Value,Value type\nDeviceID.Manufacturer,false,false,\"Huawei Technologies Co., Ltd.\",xsd:string\nDeviceID.OUI,false,false,202BC1,xsd:string\n" +
			"InternetGatewayDevice.DeviceInfo.ModelName,false,false,BM632w,xsd:string\nInternetGatewayDevice.LANDevice.1.Manufacturer,false,false,ZTE,xsd:string\n"
	)
	tests := []struct {
		name, in, want string
		malformed      int
		err            error
	}{
		{"snmprec", "1.3.6.1.2.1.1.1.0|4|DH-NVR4108HS\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.37496.1\n1.3.6.1.2.1.2.2.1.6.1|4x|3cef8c000102\n1.3.6.1.4.1.1004849.2.1|4x|414243\n",
			"snmp interface 1: namespace 3cef8c000102; snmp DH-NVR4108HS: reference DH-NVR4108HS, namespace 37496, reference 1004849", 0, nil},
		{"a walk cut off", ".1.3.6.1.2.1.1.1.0 = STRING: \"Huawei\"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.20", "snmp Huawei: reference Huawei, namespace 20", 1, nil},
		{"a walk with something else", ".1.3.6.1.2.1.1.1.0 = STRING: x\nZTE\n", "", 0, sbom.ErrSyntax},
		{"a name in hexadecimal", ".1.3.6.1.2.1.47.1.1.1.1.12.1 = Hex-STRING: E5 8D 8E E4 B8 BA 00 \n", "snmp entity 1: manufacturer 华为; snmp SNMP agent", 0, nil},
		{"a name that is no text", ".1.3.6.1.2.1.47.1.1.1.1.12.1 = Hex-STRING: FF FE\n", "snmp SNMP agent", 1, nil},
		{"a text that is never closed", ".1.3.6.1.2.1.1.1.0 = STRING: \"a\n.1.3.6.1.2.1.1.5.0 = STRING: \"b\n", "snmp a: reference a", 2, nil},
		{"names instead of numbers", ".1.3.6.1.2.1.1.2.0 = OID: SNMPv2-SMI::enterprises.2011\n", "snmp SNMP agent", 1, nil},
		{"an answer in its envelope", fmt.Sprintf(soap, onvif), "onvif IPC 2.420.Dahua 00.14.R: manufacturer Dahua, reference IPC, reference 2.420.Dahua 00.14.R", 0, nil},
		{"an answer cut off", fmt.Sprintf(soap, onvif)[:350], "", 0, sbom.ErrSyntax},
		{"a maker twice", fmt.Sprintf(soap, strings.Replace(onvif, "<tds:Model>", "<tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>", 1)),
			"onvif IPC 2.420.Dahua 00.14.R: manufacturer Dahua, manufacturer Acme, reference IPC, reference 2.420.Dahua 00.14.R", 1, nil},
		{"two answers", fmt.Sprintf(soap, onvif+onvif), "", 0, sbom.ErrSyntax},
		{"isapi", isapi, "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference IP CAMERA, reference DS-2CD, namespace 44:19:b6:00:01:02", 0, nil},
		{"isapi with a maker further in", strings.Replace(isapi, "IP CAMERA", "<x><manufacturer>ZTE</manufacturer></x>", 1), "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference ZTE, reference DS-2CD, namespace 44:19:b6:00:01:02", 2, nil},
		{"isapi with odd letters", strings.ReplaceAll(isapi, "deviceName", "Manufacturer"), "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference DS-2CD, namespace 44:19:b6:00:01:02", 1, nil},
		{"tr-069", table, "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 0, nil},
		{"tr-069 cut off", table[:len(table)-1], "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 1, nil},
		{"tr-069 with an open quote", table + "DeviceID.OUI,false,false,\"x\n", "", 0, sbom.ErrSyntax},
		{"tr-069 in another case", strings.Replace(table, "DeviceID.Manufacturer", "DeviceID.manufacturer", 1), "tr-069 BM632w: namespace 202BC1, reference BM632w", 1, nil},
		{"tr-069 with two values", strings.Replace(table, "Writable", "Value", 1), "", 0, sbom.ErrSyntax},
		{"another table", "Parameter,Value\nx,y\n", "", 0, sbom.ErrNotRecognised},
		{"another DeviceInfo", `<DeviceInfo><manufacturer>ZTE</manufacturer></DeviceInfo>`, "", 0, sbom.ErrNotRecognised},
	}
	for _, tt := range tests {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		var parts []string
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err != nil {
				break
			}
			part := doc.Header().Format + " " + strings.TrimSpace(c.Name+" "+c.Version)
			for i, cl := range c.Claims {
				part += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + cl.Value
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, "; "); !errors.Is(failed, tt.err) || tt.err == nil && (got != tt.want || doc.Header().Malformed != tt.malformed) {
			t.Errorf("%s: %s, malformed %d, %v; want %s", tt.name, got, doc.Header().Malformed, failed, tt.want)
		}
	}
}
