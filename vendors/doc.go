// SPDX-License-Identifier: Apache-2.0

// Package vendors attributes components to vendors.
//
// A document makes claims about a component: "the supplier is Kaspersky Lab", "the package URL is
// pkg:npm/%40kaspersky/hexa-ui", "the board's devicetree prefix is zte". A [Register] contains
// vendors: corporate families with dated members, their identifiers, each with its source, and
// exclusions, which are names and identifiers that resemble those of a vendor and belong to
// another party. [Register.Resolve] turns the claims of one component into attributions:
//
//	claims ──Resolve──▶ attributions (claim → vendor, tier, rule, register entry, source)
//	                    exclusions   (claim ↛ vendor, reason, source)
//
// [Bundled] returns the register that comes with the package. [Load] reads others, and
// [Register.Merge] combines registers. [Register.Explain] describes how Resolve came to an
// attribution.
//
// # Tiers
//
// The certainty of an attribution is one of four ordered words, and never a number:
//
//	registered  an identifier issued to the vendor, or a namespace that it controls
//	declared    a manufacturer or supplier field with the vendor's name
//	resembles   a misspelled, unspaced, transliterated or look-alike name, a name
//	            inside a longer name, or evidence that is too weak alone
//	mentions    a text that only mentions the vendor
//
// Every identifier kind and every role has a highest tier, see [Role.Cap]. Weak
// evidence never adds up to a strong tier.
//
// # Names
//
// Names are compared by whole tokens after Unicode compatibility folding, in the simplified form
// of Chinese characters and without signs such as ™. Legal forms are removed at the end of a name
// ("Ltd.", "GmbH", "有限公司"), and at its start if they are written there ("ООО", "株式会社"). No name
// matches a part of a word: "aztec" is not ZTE. A common name ("Dahua") and a name of fewer than
// four letters ("ZTE") are declared only together with a second, independent field, or if the
// short name has the legal form that the register has ("ZTE Corporation").
//
// Other matches resemble at most:
//
//   - A distinctive name of six letters or more is found inside a longer name, with one wrong
//     letter, and with other word breaks.
//   - A short or common name is found in a longer name if the other words are places, legal forms
//     and words for lines of business ("Shenzhen ZTE Mobile Telecom Co., Ltd.").
//   - A name in a script without spaces is found at the start of a word or after a place
//     ("北京华为数字技术有限公司").
//   - Each of these rules also compares the letters that the letters of a name look like (UTS #39).
//   - A component with the name of a product, followed by an edition or a platform, resembles the
//     product, unless the other words show that it is a related product, such as an add-on, or it
//     is a package of a library.
//
// A maker's field can contain several names, a label, a notice, a number after the name, a
// domain or an address: "Nokia, ZTE", "Vendor: ZTE", "ZTE中兴". Every vendor that is a complete
// part of the field is found, and resembles. The fields of authors and references are compared in the
// same way, except that an author without a legal form or a place, who may be a person, is no
// misspelling. The text about the model of a device resembles if it has a vendor's name as a whole
// token, a common name as the first.
//
// # Identifiers
//
// The type of a package URL determines what its namespace means. If the register does not have
// the owner of a namespace, the namespace is compared as a name and resembles. A URL is attributed
// by the account on a host of repositories or packages, or else by its domain. A homepage resembles
// at most, because it shows what a component is about, and not who made it. If a URL leads through an
// archive of pages or a known proxy, the address in its path counts. On any other host such an address
// resembles, and an address in a query or fragment is a mention. A CPE with wildcards in its vendor resembles the vendors
// that it matches, and a CPE without a vendor those with which its product starts. [Claim.Owner]
// returns the owner that an identifier names, in the register or not. Identifiers that are hashes
// (SUIT vendor ids, computer hardware ids) are found by computing those of the register.
//
// # Dates
//
// Memberships and identifiers are valid in half-open intervals. Resolve takes the day as an
// argument and never reads a clock.
//
// # Concurrency
//
// A Register is immutable. All its methods are safe for concurrent use.
package vendors
