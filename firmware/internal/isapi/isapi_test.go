// SPDX-License-Identifier: Apache-2.0

package isapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/formattest"
	"github.com/clause76/clause76/firmware/internal/isapi"
	"github.com/clause76/clause76/sbom"
)

const deviceInfo = `<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>IP CAMERA</deviceName><model>DS-2CD</model><macAddress>44:19:b6:00:01:02</macAddress><firmwareVersion>V5.5</firmwareVersion></DeviceInfo>`

func Example() {
	for c, err := range isapi.Read(strings.NewReader(deviceInfo), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// DS-2CD V5.5 <nil>
	// reference product http://www.hikvision.com/ver20/XMLSchema /DeviceInfo
	// reference product IP CAMERA /DeviceInfo/deviceName
	// reference product DS-2CD /DeviceInfo/model
	// namespace oui 44:19:b6:00:01:02 /DeviceInfo/macAddress
}

func TestRead(t *testing.T) {
	formattest.Run(t, func(in string) *sbom.Document { return firmware.Open(strings.NewReader(in), nil) }, []formattest.Case{
		{"a device", deviceInfo, "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference IP CAMERA, reference DS-2CD, namespace 44:19:b6:00:01:02", 0, nil},
		{"a maker in another element", strings.Replace(deviceInfo, "IP CAMERA", "<x><manufacturer>ZTE</manufacturer></x>", 1), "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference ZTE, reference DS-2CD, namespace 44:19:b6:00:01:02", 2, nil},
		{"a field in another case", strings.ReplaceAll(deviceInfo, "deviceName", "Manufacturer"), "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference DS-2CD, namespace 44:19:b6:00:01:02", 1, nil},
		{"a brand and a manufacturer", strings.Replace(deviceInfo, "<model>", "<manufacturer>ZTE</manufacturer><brand>ZTE</brand><systemContact>ZTE.China</systemContact><model>", 1),
			"isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference IP CAMERA, manufacturer ZTE, supplier ZTE, reference ZTE.China, reference DS-2CD, namespace 44:19:b6:00:01:02", 0, nil},
		{"interfaces", `<?xml version="1.0" encoding="UTF-8"?><NetworkInterfaceList version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><NetworkInterface><id>1</id><Link><MACAddress>44:19:b6:0a:0b:0c</MACAddress><MTU>1500</MTU></Link></NetworkInterface><NetworkInterface><Link><MACAddress>00:00:00:00:00:00</MACAddress></Link></NetworkInterface></NetworkInterfaceList>`,
			"isapi part 1: namespace 44:19:b6:0a:0b:0c; isapi part 2; isapi isapi device: reference http://www.hikvision.com/ver20/XMLSchema", 0, nil},
		{"cameras of a recorder", `<InputProxyChannelList xmlns="http://www.isapi.org/ver20/XMLSchema"><InputProxyChannel><name>Hall</name><sourceInputPortDescriptor><proxyProtocol>ONVIF</proxyProtocol><model>IPC-1</model><firmwareVersion>V2</firmwareVersion><manufacturer>Dahua</manufacturer></sourceInputPortDescriptor></InputProxyChannel></InputProxyChannelList>`,
			"isapi IPC-1 V2: reference ONVIF, reference IPC-1, manufacturer Dahua; isapi isapi device: reference http://www.isapi.org/ver20/XMLSchema", 0, nil},
		{"the address and the maker of the device", `<EventNotificationAlert xmlns="http://www.std-cgi.com/ver20/XMLSchema"><macAddress>44:19:b6:0a:0b:0c</macAddress><Brand>ZTE</Brand><eventType>VMD</eventType></EventNotificationAlert>`,
			"isapi isapi device: reference http://www.std-cgi.com/ver20/XMLSchema, namespace 44:19:b6:0a:0b:0c, supplier ZTE", 0, nil},
		{"an invalid address", `<Link xmlns="http://www.hikvision.com/ver10/XMLSchema"><MACAddress>ZTE</MACAddress></Link>`, "isapi isapi device: reference http://www.hikvision.com/ver10/XMLSchema", 1, nil},
		{"a status", `<ResponseStatus version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><statusString>OK</statusString></ResponseStatus>`, "isapi isapi device: reference http://www.hikvision.com/ver20/XMLSchema", 0, nil},
		{"cut off", `<ResponseStatus xmlns="http://www.hikvision.com/ver20/XMLSchema"><statusString>OK</statusString>`, "", 0, sbom.ErrSyntax},
		{"a schema", `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>`, "", 0, sbom.ErrNotRecognized},
		{"vendor and code", strings.Replace(deviceInfo, "<model>", "<vendor>ZTE</vendor><oemCode>Dahua</oemCode><model>", 1),
			"isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference IP CAMERA, manufacturer ZTE, reference Dahua, reference DS-2CD, namespace 44:19:b6:00:01:02", 0, nil},
		{"other elements and attributes", `<Link xmlns="http://www.hikvision.com/ver10/XMLSchema" brand="ZTE"><vendorName>ZTE</vendorName><oemCode>ZTE</oemCode></Link>`, "isapi isapi device: reference http://www.hikvision.com/ver10/XMLSchema, reference ZTE", 2, nil},
		{"a device with an invalid address", strings.Replace(deviceInfo, "44:19:b6:00:01:02", "(hidden)", 1), "isapi DS-2CD V5.5: reference http://www.hikvision.com/ver20/XMLSchema, reference IP CAMERA, reference DS-2CD", 1, nil},
		{"another DeviceInfo", `<DeviceInfo><manufacturer>ZTE</manufacturer></DeviceInfo>`, "", 0, sbom.ErrNotRecognized},
	})
}
