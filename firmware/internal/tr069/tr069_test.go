// SPDX-License-Identifier: Apache-2.0

package tr069_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/formattest"
	"github.com/clause76/clause76/firmware/internal/tr069"
	"github.com/clause76/clause76/sbom"
)

const table = "Parameter,Object,Writable,Value,Value type\nDeviceID.Manufacturer,false,false,\"Huawei Technologies Co., Ltd.\",xsd:string\nDeviceID.OUI,false,false,202BC1,xsd:string\n" +
	"InternetGatewayDevice.DeviceInfo.ModelName,false,false,BM632w,xsd:string\nInternetGatewayDevice.LANDevice.1.Manufacturer,false,false,ZTE,xsd:string\n"

func Example() {
	for c, err := range tr069.Read(strings.NewReader(table), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// Huawei Technologies Co., Ltd. BM632w  <nil>
	// manufacturer name Huawei Technologies Co., Ltd. /DeviceID.Manufacturer
	// namespace oui 202BC1 /DeviceID.OUI
	// reference product BM632w /InternetGatewayDevice.DeviceInfo.ModelName
}

func TestRead(t *testing.T) {
	formattest.Run(t, func(in string) *sbom.Document { return firmware.Open(strings.NewReader(in), nil) }, []formattest.Case{
		{"another parameter that may name a maker", table + "Device.DeviceInfo.X_ZTE_Vendor,false,false,ZTE,xsd:string\nDevice.DeviceInfo.X_Vendor,false,false,,xsd:string\n", "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w, reference ZTE", 1, nil},
		{"parameters that vendors added", table + "Device.DeviceInfo.X_ZTE-COM-CN_Serial,,,1,\nDevice.X_zte-com-cn_Radio.X_00E0FC_Band,,,1,\nDevice.X_Y,,,1,\n", "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w, reference zte.com.cn, reference 00E0FC", 0, nil},
		{"an environment and a program", table + "Device.SoftwareModules.ExecEnv.1.Vendor,,,ZTE,\nDevice.SoftwareModules.DeploymentUnit.1.Name,,,agent,\nDevice.SoftwareModules.ExecEnv.1.Version,,,2,\ndevice.softwaremodules.deploymentunit.1.UUID,,,x,\nDevice.SoftwareModules.DeploymentUnit.1.URL,,,https://example.com/x,\n",
			"tr-069 Device.SoftwareModules.ExecEnv.1 2: manufacturer ZTE; tr-069 agent: mention agent, reference https://example.com/x; tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 0, nil},
		{"a program with fields in another case", table + "Device.SoftwareModules.DeploymentUnit.1.vendor,,,ZTE,\nDevice.SoftwareModules.DeploymentUnit.1.X_Publisher,,,ZTE,\n",
			"tr-069 Device.SoftwareModules.DeploymentUnit.1; tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 2, nil},
		{"a router", table, "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 0, nil},
		{"no line break at the end", table[:len(table)-1], "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 1, nil},
		{"an invalid OUI", strings.Replace(table, "202BC1", "Huawei", 1), "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., reference BM632w", 1, nil},
		{"an object in another case", table + "device.deviceinfo.Manufacturer,false,false,ZTE,xsd:string\ndevice.deviceinfo.UpTime,false,false,7,xsd:string\n", "tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 1, nil},
		{"programs", table + "Device.SoftwareModules.DeploymentUnit.2.Vendor,false,false,ZTE,xsd:string\nDevice.SoftwareModules.DeploymentUnit.3.Vendor,false,false,,xsd:string\n",
			"tr-069 Device.SoftwareModules.DeploymentUnit.2: manufacturer ZTE; tr-069 BM632w: manufacturer Huawei Technologies Co., Ltd., namespace 202BC1, reference BM632w", 0, nil},
		{"an open quote", table + "DeviceID.OUI,false,false,\"x\n", "", 0, sbom.ErrSyntax},
		{"a parameter in another case", strings.Replace(table, "DeviceID.Manufacturer", "DeviceID.manufacturer", 1), "tr-069 BM632w: namespace 202BC1, reference BM632w", 1, nil},
		{"two columns of values", strings.Replace(table, "Writable", "Value", 1), "", 0, sbom.ErrSyntax},
		{"another table", "Parameter,Value\nx,y\n", "", 0, sbom.ErrNotRecognized},
	})
}
