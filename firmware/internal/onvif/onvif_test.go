// SPDX-License-Identifier: Apache-2.0

package onvif_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/formattest"
	"github.com/clause76/clause76/firmware/internal/onvif"
	"github.com/clause76/clause76/sbom"
)

const (
	soap     = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>%s</s:Body></s:Envelope>`
	response = `<tds:GetDeviceInformationResponse><tds:Manufacturer>Dahua</tds:Manufacturer><tds:Model>IPC</tds:Model><tds:FirmwareVersion>2.420.Dahua 00.14.R</tds:FirmwareVersion></tds:GetDeviceInformationResponse>`
)

func Example() {
	for c, err := range onvif.Read(strings.NewReader(fmt.Sprintf(soap, response)), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// Dahua IPC 2.420.Dahua 00.14.R <nil>
	// manufacturer name Dahua /GetDeviceInformationResponse/Manufacturer
	// reference product IPC /GetDeviceInformationResponse/Model
	// reference product 2.420.Dahua 00.14.R /GetDeviceInformationResponse/FirmwareVersion
}

func TestRead(t *testing.T) {
	formattest.Run(t, func(in string) *sbom.Document { return firmware.Open(strings.NewReader(in), nil) }, []formattest.Case{
		{"a response in its envelope", fmt.Sprintf(soap, response), "onvif IPC 2.420.Dahua 00.14.R: manufacturer Dahua, reference IPC, reference 2.420.Dahua 00.14.R", 0, nil},
		{"cut off", fmt.Sprintf(soap, response)[:350], "", 0, sbom.ErrSyntax},
		{"a maker twice", fmt.Sprintf(soap, strings.Replace(response, "<tds:Model>", "<tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>", 1)),
			"onvif IPC 2.420.Dahua 00.14.R: manufacturer Dahua, manufacturer Acme, reference IPC, reference 2.420.Dahua 00.14.R", 1, nil},
		{"two responses", fmt.Sprintf(soap, response+response), "", 0, sbom.ErrSyntax},
		{"attributes and another element", fmt.Sprintf(soap, `<tds:GetDeviceInformationResponse><tds:Manufacturer value="Dahua"/><tds:Model vendor="Dahua">IPC</tds:Model><tds:Vendor>Dahua</tds:Vendor></tds:GetDeviceInformationResponse>`), "onvif IPC: reference IPC", 3, nil},
	})
}
