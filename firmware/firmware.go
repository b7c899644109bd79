// SPDX-License-Identifier: Apache-2.0

// Package firmware reads device manifests, firmware images and root file systems as a stream of
// components with located claims, like package sbom reads bills of materials.
//
//	doc := firmware.Open(file, nil) // a bill of materials or a device manifest
//	for c, err := range doc.Components() { … }
//
// # Formats
//
// The formats, by their names in reports:
//
//	openwrt-profiles    profiles.json of OpenWrt and systems based on it
//	openwrt-manifest    the list of the packages in an OpenWrt image
//	dmidecode           the output of dmidecode for SMBIOS tables
//	deb822              package databases and indexes of dpkg and opkg
//	rpm-database, rpm-package
//	                    databases of installed RPM packages, and package files
//	apk-installed       the database of installed apk packages
//	buildroot-manifest, buildroot-show-info, yocto-manifest, yocto-license-manifest
//	                    lists of the packages in an image, from build systems
//	binwalk, unblob     reports of these programs about an image
//	windows-inf         setup information of drivers and firmware updates
//	os-release          the identification of an operating system
//	android-build-prop  the properties of an Android system
//	android-ota-metadata
//	                    the devices that an Android update is for
//	devicetree          devicetree blobs and FIT images
//	devicetree-source   devicetree source
//	kernel-module       the module information in a Linux kernel module
//	suit                SUIT manifests of firmware for small devices
//	pldm                PLDM update packages for devices in servers
//	mud                 manufacturer usage descriptions
//	uswid               the bill of materials in UEFI firmware
//	windows-executable  the version resource and the certificates of an executable
//	redfish             a Redfish resource of a management controller
//	fwupd-metainfo      AppStream metainfo and catalogs of firmware updates
//	fwupd-devices       the output of "fwupdmgr get-devices --json"
//	snmp                an SNMP walk: the output of snmpwalk, or an snmprec file
//	onvif, isapi        responses of cameras and video recorders
//	tr-069              a table of the parameters of a router
//	container-image     the files that describe a container image: its configuration, manifest, index and tags
//	firmware-image      content found in a binary file of another format
//
// Formats are detected by the content, never by the name of the file.
//
// # Roles
//
// The subject of a field decides its role. The maker of a device or board is a manufacturer. A
// processor is a separate component with its own manufacturer. The text of a model is a reference,
// because it can contain the name of another maker. The system that built an image is the author
// of the document, and is never matched. A placeholder ("To be filled by O.E.M.") makes
// no claim.
package firmware

import (
	"context"
	"hash"
	"io"
	"io/fs"

	"github.com/clause76/clause76/firmware/internal/carve"
	"github.com/clause76/clause76/firmware/internal/rootfs"
	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/sbom"
	sbomformat "github.com/clause76/clause76/sbom/format"
)

// headSize is how many bytes at the start of a document are used to detect its format.
const headSize = 64 << 10

// maxNested is how deep images can be nested in images.
const maxNested = 4

// Open returns the bill of materials or device manifest in r. Open itself reads the first bytes and
// detects the format. A binary file in another format is scanned for file systems, devicetrees and other
// content that names a maker. If nothing is found, or for text in an unknown format, the error of
// Components is an [sbom.ErrNotRecognized].
func Open(r io.Reader, opts *sbom.Options) *sbom.Document {
	return OpenAt(r, nil, 0, opts)
}

// OpenAt is like [Open] for a document of size bytes that can also be read at any offset. File
// systems in an image are then read in place, and their size is not limited.
func OpenAt(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document {
	return opener(maxNested)(r, at, size, opts)
}

// FSOptions set how [OpenFS] reads a directory. A nil *FSOptions means defaults.
type FSOptions struct {
	sbom.Options
	// Jobs is how many files are read concurrently. The default is one for each processor. Results
	// do not depend on it.
	Jobs int
	// MaxBytes limits the sum of the sizes of all files. The default is 256 GiB.
	MaxBytes int64
	// Sum, if it is set, hashes the list that sha256sum prints for the files, sorted by path. Each
	// line has the digest, two spaces and the path. The resulting digest identifies the directory.
	Sum hash.Hash
}

// OpenFS returns the components of all files in a directory as one document: a root file system,
// /sys/class/dmi/id, or a mock-up of Redfish. Reading ends when ctx is done.
//
// The format of each file is detected by its content, and it is unpacked if necessary. The location of a
// component is the path of the file, "#", and the location in the file:
// "usr/lib/opkg/status#/kmod-x". A file in an unknown format that does not belong to a package of a
// package database counts as a component without an identity, and makes the document incomplete:
// an unknown program must not count as clean.
func OpenFS(ctx context.Context, fsys fs.FS, opts *FSOptions) *sbom.Document {
	if opts == nil {
		opts = new(FSOptions)
	}
	return rootfs.Read(ctx, fsys, &rootfs.Options{Options: opts.Options, Open: opener(maxNested), Jobs: opts.Jobs, Bytes: opts.MaxBytes, Sum: opts.Sum})
}

// DetectFS returns the kind of directory that [OpenFS] reads as one document: "root-file-system",
// "redfish-mockup", "sysfs-dmi" or "sysfs-esrt". It returns "" for a directory of separate
// documents. Only the names of files and directories count. A symbolic link counts even if its target
// does not exist.
func DetectFS(fsys fs.FS) string { return rootfs.Kind(fsys) }

// opener returns a function that opens a document. depth is how deep images in it may be nested.
func opener(depth int) rootfs.Opener {
	return func(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document {
		head, all, err := peek.Head(r, headSize)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return sbomformat.Failed(sbom.Header{}, sbomformat.ReadError(0, err))
		}
		if f := detect(head); f != nil {
			return f.read(all, opts)
		}
		if carve.Sniff(head) && sbom.NewReader(peek.Bytes(head), opts).Header().Format == "" {
			src := carve.Source{Reader: all, At: at, Size: size}
			if depth > 0 {
				src.Open = opener(depth - 1)
			}
			return carve.Read(src, opts)
		}
		return sbom.NewReader(all, opts)
	}
}
