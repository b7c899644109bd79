// SPDX-License-Identifier: Apache-2.0

// Package firmware reads what devices and images say about themselves, as the same
// stream of components with located claims that package sbom gives for bills of
// materials.
//
//	doc := firmware.Open(file, nil) // a bill of materials or a device manifest
//	for c, err := range doc.Components() { … }
//
// # Formats
//
// [Formats] lists them; each has a subpackage of its own:
//
//	openwrt-profiles    profiles.json of OpenWrt and its relatives
//	openwrt-manifest    the list of packages beside an OpenWrt image
//	dmidecode           the text that dmidecode prints of SMBIOS tables
//	deb822              package databases and indexes of dpkg and opkg
//	rpm-database, rpm-package
//	                    the databases and packages of rpm
//	apk-installed       the database of apk
//	buildroot-manifest, buildroot-show-info, yocto-manifest, yocto-license-manifest
//	                    what build systems list of an image
//	binwalk, unblob     what they found in an image
//	windows-inf         setup information of drivers and firmware updates
//	os-release          what an operating system says of itself
//	android-build-prop  the properties of an Android system
//	android-ota-metadata
//	                    what an update of an Android system is for
//	devicetree          blobs of devicetrees, and FIT images
//	devicetree-source   their source
//	kernel-module       what a Linux kernel module says of itself
//	suit                manifests of firmware for small devices
//	pldm                update packages for devices in servers
//	mud                 manufacturer usage descriptions
//	uswid               the bill of materials that UEFI firmware carries
//	windows-executable  the version resource and the certificates of one
//	redfish             a resource of a management controller
//	fwupd-metainfo      AppStream metainfo of firmware updates, and catalogues of such
//	fwupd-devices       what "fwupdmgr get-devices --json" prints
//	snmp                a walk, as snmpwalk prints it or as an snmprec file
//	onvif, isapi        what cameras and recorders answer
//	tr-069              tables of the parameters of routers and the like
//	firmware-image      what is found in a binary file of another format
//
// Formats are found in the content, never in the file's name.
//
// # Roles
//
// The subject of a field decides its role. The maker of a device or board is a
// manufacturer; a processor is a component of its own with its own manufacturer; a
// model's text is a reference, for another maker's name can stand in it; the system
// that built an image is an emitter and is never matched. A placeholder ("To be
// filled by O.E.M.") identifies nobody.
package firmware

import (
	"bytes"
	"context"
	"io"
	"io/fs"

	"github.com/clause76/clause76/firmware/android"
	"github.com/clause76/clause76/firmware/buildroot"
	"github.com/clause76/clause76/firmware/devicetree"
	"github.com/clause76/clause76/firmware/fwupd"
	"github.com/clause76/clause76/firmware/image"
	"github.com/clause76/clause76/firmware/inf"
	"github.com/clause76/clause76/firmware/kmod"
	"github.com/clause76/clause76/firmware/mud"
	"github.com/clause76/clause76/firmware/network"
	"github.com/clause76/clause76/firmware/openwrt"
	"github.com/clause76/clause76/firmware/osrelease"
	"github.com/clause76/clause76/firmware/packages"
	"github.com/clause76/clause76/firmware/pldm"
	"github.com/clause76/clause76/firmware/redfish"
	"github.com/clause76/clause76/firmware/rpm"
	"github.com/clause76/clause76/firmware/smbios"
	"github.com/clause76/clause76/firmware/suit"
	"github.com/clause76/clause76/firmware/tree"
	"github.com/clause76/clause76/firmware/unpackers"
	"github.com/clause76/clause76/firmware/uswid"
	"github.com/clause76/clause76/firmware/winexe"
	"github.com/clause76/clause76/firmware/yocto"
	"github.com/clause76/clause76/sbom"
)

// A Format is one format of device manifests.
type Format struct {
	Name string // as reports have it
	// Sniff reports whether a document that starts with head is of this format.
	Sniff func(head []byte) bool
	Read  func(r io.Reader, opts *sbom.Options) *sbom.Document
}

// Formats returns the formats, in the order in which they are tried.
func Formats() []Format {
	return []Format{
		{devicetree.Name, devicetree.Sniff, devicetree.Read},
		{openwrt.Name, openwrt.Sniff, openwrt.Read},
		{pldm.Name, pldm.Sniff, pldm.Read},
		{suit.Name, suit.Sniff, suit.Read},
		{mud.Name, mud.Sniff, mud.Read},
		{uswid.Name, uswid.Sniff, uswid.Read},
		{winexe.Name, winexe.Sniff, winexe.Read},
		{rpm.NameDatabase, rpm.SniffDatabase, rpm.ReadDatabase},
		{rpm.NamePackage, rpm.SniffPackage, rpm.ReadPackage},
		{kmod.Name, kmod.Sniff, kmod.Read},
		{network.NameSNMP, network.SniffSNMP, network.ReadSNMP},
		{network.NameISAPI, network.SniffISAPI, network.ReadISAPI},
		{network.NameONVIF, network.SniffONVIF, network.ReadONVIF},
		{network.NameTR069, network.SniffTR069, network.ReadTR069},
		{fwupd.NameMetainfo, fwupd.SniffMetainfo, fwupd.ReadMetainfo},
		{fwupd.NameDevices, fwupd.SniffDevices, fwupd.ReadDevices},
		{redfish.Name, redfish.Sniff, redfish.Read},
		{smbios.Name, smbios.Sniff, smbios.Read},
		{buildroot.NameManifest, buildroot.SniffManifest, buildroot.ReadManifest},
		{buildroot.NameShowInfo, buildroot.SniffShowInfo, buildroot.ReadShowInfo},
		{yocto.NameLicenses, yocto.SniffLicenses, yocto.ReadLicenses},
		{inf.Name, inf.Sniff, inf.Read},
		{unpackers.NameBinwalk, unpackers.SniffBinwalk, unpackers.ReadBinwalk},
		{unpackers.NameUnblob, unpackers.SniffUnblob, unpackers.ReadUnblob},
		{android.NameOTA, android.SniffOTA, android.ReadOTA},
		{packages.NameDeb822, packages.SniffDeb822, packages.ReadDeb822},
		{packages.NameAPK, packages.SniffAPK, packages.ReadAPK},
		{devicetree.NameDTS, devicetree.SniffDTS, devicetree.ReadDTS},
		{android.Name, android.Sniff, android.Read},
		{osrelease.Name, osrelease.Sniff, osrelease.Read},
		{packages.NameManifest, packages.SniffManifest, packages.ReadManifest},
		{yocto.NameManifest, yocto.SniffManifest, yocto.ReadManifest},
	}
}

// headSize is how much of a document is looked at to find out what it is.
const headSize = 64 << 10

// maxNested is how deep an image may be in images, and their files.
const maxNested = 4

// Open returns the bill of materials or device manifest that r holds, whichever it
// is. What r holds is found out at once from its first bytes. A binary file of no format
// of this package or of package sbom is searched for what tells whose it is, see package
// image; if there is nothing, and of a text, Components gives an [sbom.ErrNotRecognised].
func Open(r io.Reader, opts *sbom.Options) *sbom.Document {
	return OpenAt(r, nil, 0, opts)
}

// OpenAt is Open for a document of size bytes that can be read at any place as well: file
// systems in an image are then read in place, however large they are.
func OpenAt(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document {
	return opener(maxNested)(r, at, size, opts)
}

// OpenFS returns what the files in a directory say, as one document: a root file system,
// /sys/class/dmi/id, or a mock-up of Redfish; see package tree. Reading ends when ctx is
// done. opts.Open need not be set.
func OpenFS(ctx context.Context, fsys fs.FS, opts *tree.Options) *sbom.Document {
	o := tree.Options{}
	if opts != nil {
		o = *opts
	}
	if o.Open == nil {
		o.Open = opener(maxNested)
	}
	return tree.Read(ctx, fsys, &o)
}

// opener returns what opens documents, and images in them to a depth.
func opener(depth int) tree.Opener {
	return func(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document {
		head := make([]byte, headSize)
		n, err := io.ReadFull(r, head)
		head = head[:n]
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return sbom.Failed(sbom.Header{}, sbom.ReadError(0, err))
		}
		all := io.MultiReader(bytes.NewReader(head), r)
		for _, f := range Formats() {
			if f.Sniff(head) {
				return f.Read(all, opts)
			}
		}
		if image.Sniff(head) && sbom.NewReader(bytes.NewReader(head), opts).Header().Format == "" {
			src := image.Source{Reader: all, At: at, Size: size}
			if depth > 0 {
				src.Open = opener(depth - 1)
			}
			return image.Read(src, opts)
		}
		return sbom.NewReader(all, opts)
	}
}
