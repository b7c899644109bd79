// SPDX-License-Identifier: Apache-2.0

package fields

// First bytes of compressed data and of archives. Every package that detects, removes or searches
// such a layer takes them from here.
const (
	GzipMagic       = "\x1f\x8b"             // RFC 1952, 2.3.1
	DeflateMagic    = GzipMagic + "\x08"     // gzip with the only method that there is
	ZstdMagic       = "\x28\xb5\x2f\xfd"     // RFC 8878, 3.1.1
	Bzip2Magic      = "BZh"                  // of a stream
	Bzip2BlockMagic = "1AY&SY"               // of a block in it
	XZMagic         = "\xfd7zXZ\x00"         // The .xz File Format 1.2, 2.1.1.1
	ZipMagic        = "PK\x03\x04"           // of an entry: .ZIP File Format Specification, 4.3.7
	ZipEndMagic     = "PK\x05\x06"           // of an archive without entries: 4.3.16
	CabinetMagic    = "MSCF\x00\x00\x00\x00" // [MS-CAB] 2.3, signature and reserved1
	TarMagic        = "ustar"                // POSIX.1-2017, pax
	TarMagicAt      = 257                    // the offset of TarMagic
)
