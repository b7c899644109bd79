// SPDX-License-Identifier: Apache-2.0

package firmware

import (
	"bytes"
	"io"

	"github.com/clause76/clause76/firmware/internal/android"
	"github.com/clause76/clause76/firmware/internal/buildroot"
	"github.com/clause76/clause76/firmware/internal/container"
	"github.com/clause76/clause76/firmware/internal/devicetree"
	"github.com/clause76/clause76/firmware/internal/fwupd"
	"github.com/clause76/clause76/firmware/internal/isapi"
	"github.com/clause76/clause76/firmware/internal/kmod"
	"github.com/clause76/clause76/firmware/internal/mud"
	"github.com/clause76/clause76/firmware/internal/onvif"
	"github.com/clause76/clause76/firmware/internal/openwrt"
	"github.com/clause76/clause76/firmware/internal/osrelease"
	"github.com/clause76/clause76/firmware/internal/pkgdb"
	"github.com/clause76/clause76/firmware/internal/pldm"
	"github.com/clause76/clause76/firmware/internal/redfish"
	"github.com/clause76/clause76/firmware/internal/rpm"
	"github.com/clause76/clause76/firmware/internal/scanreport"
	"github.com/clause76/clause76/firmware/internal/smbios"
	"github.com/clause76/clause76/firmware/internal/snmp"
	"github.com/clause76/clause76/firmware/internal/suit"
	"github.com/clause76/clause76/firmware/internal/tr069"
	"github.com/clause76/clause76/firmware/internal/uswid"
	"github.com/clause76/clause76/firmware/internal/windows"
	"github.com/clause76/clause76/firmware/internal/yocto"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
)

// A format is one format of device manifests.
type format struct {
	name string // in reports
	text text
	// sniff reports whether a document that starts with head is in this format.
	sniff func(head []byte) bool
	read  func(r io.Reader, opts *sbom.Options) *sbom.Document
}

// A text is the kind of text of a format. A document that begins otherwise is not of the format.
type text uint8

const (
	other  text = iota // no text, or one that can begin in any way
	object             // JSON
	markup             // XML
	lined              // lines
)

// mayBegin reports whether a text of the kind may begin with a character, after white space.
func (t text) mayBegin(first byte) bool {
	switch first {
	case '{', '[':
		return t == other || t == object
	case '<':
		return t == other || t == markup
	}
	return t != object
}

// formats are tried in this order: formats with a fixed signature first, lists of plain lines last.
var formats = []format{
	{devicetree.Name, other, devicetree.Sniff, devicetree.Read},
	{openwrt.Name, object, openwrt.Sniff, openwrt.Read},
	{pldm.Name, other, pldm.Sniff, pldm.Read},
	{suit.Name, other, suit.Sniff, suit.Read},
	{mud.Name, object, mud.Sniff, mud.Read},
	{uswid.Name, other, uswid.Sniff, uswid.Read},
	{windows.NameExecutable, other, windows.SniffExecutable, windows.ReadExecutable},
	{rpm.NameDatabase, other, rpm.SniffDatabase, rpm.ReadDatabase},
	{rpm.NamePackage, other, rpm.SniffPackage, rpm.ReadPackage},
	{kmod.Name, other, kmod.Sniff, kmod.Read},
	{snmp.Name, lined, snmp.Sniff, snmp.Read},
	{isapi.Name, markup, isapi.Sniff, isapi.Read},
	{onvif.Name, markup, onvif.Sniff, onvif.Read},
	{tr069.Name, lined, tr069.Sniff, tr069.Read},
	{fwupd.NameMetainfo, markup, fwupd.SniffMetainfo, fwupd.ReadMetainfo},
	{fwupd.NameDevices, object, fwupd.SniffDevices, fwupd.ReadDevices},
	{redfish.Name, object, redfish.Sniff, redfish.Read},
	{smbios.Name, lined, smbios.Sniff, smbios.Read},
	{buildroot.NameManifest, lined, buildroot.SniffManifest, buildroot.ReadManifest},
	{buildroot.NameShowInfo, object, buildroot.SniffShowInfo, buildroot.ReadShowInfo},
	{yocto.NameLicenses, lined, yocto.SniffLicenses, yocto.ReadLicenses},
	{windows.NameINF, other, windows.SniffINF, windows.ReadINF},
	{scanreport.NameBinwalk, object, scanreport.SniffBinwalk, scanreport.ReadBinwalk},
	{container.Name, object, container.Sniff, container.Read},
	{scanreport.NameUnblob, object, scanreport.SniffUnblob, scanreport.ReadUnblob},
	{android.NameOTA, lined, android.SniffOTA, android.ReadOTA},
	{pkgdb.NameDeb822, other, pkgdb.SniffDeb822, pkgdb.ReadDeb822},
	{pkgdb.NameAPK, lined, pkgdb.SniffAPK, pkgdb.ReadAPK},
	{devicetree.NameDTS, lined, devicetree.SniffDTS, devicetree.ReadDTS},
	{android.Name, lined, android.Sniff, android.Read},
	{osrelease.Name, lined, osrelease.Sniff, osrelease.Read},
	{pkgdb.NameManifest, lined, pkgdb.SniffManifest, pkgdb.ReadManifest},
	{yocto.NameManifest, lined, yocto.SniffManifest, yocto.ReadManifest},
}

// Detect returns the name of the device manifest format of a document that starts with head, or "". Bills of materials and firmware images are not device manifests.
func Detect(head []byte) string {
	if f := detect(head); f != nil {
		return f.name
	}
	return ""
}

func detect(head []byte) *format {
	var first byte
	if text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"); len(text) > 0 {
		first = text[0]
	}
	if first == '{' && isBill(head) {
		return nil
	}
	for i := range formats {
		if formats[i].text.mayBegin(first) && formats[i].sniff(head) {
			return &formats[i]
		}
	}
	return nil
}

// billMembers are the members with which CycloneDX and SPDX 2 documents usually begin. None of
// them is of a device format.
var billMembers = map[string]bool{"$schema": true, "specVersion": true, "serialNumber": true, "version": true, "SPDXID": true, "name": true, "dataLicense": true, "documentNamespace": true, "comment": true}

// isBill reports whether a JSON object is a bill of materials by its first members: bomFormat or
// spdxVersion comes before any member that another format may have. Most documents are, and are
// not compared with the device formats. Their readers refuse members of those formats behind it,
// see [sbomformat.CheckPolyglot]. An object that begins in another way is of the device format
// that recognizes it, and the reader of that one refuses bomFormat and spdxVersion.
func isBill(head []byte) bool {
	for name, kind := range jsonstream.TopLevel(head) {
		switch {
		case kind != '"' && kind != '0':
			return false
		case name == "bomFormat", name == "spdxVersion":
			return true
		case !billMembers[name]:
			return false
		}
	}
	return false
}
