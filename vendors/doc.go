// SPDX-License-Identifier: Apache-2.0

// Package vendors works out whose a component is.
//
// A document makes claims: "the supplier is Kaspersky Lab", "the package URL is
// pkg:npm/%40kaspersky/hexa-ui", "the board's devicetree prefix is zte". A [Register]
// holds what is known of vendors: corporate families with dated members, their
// identifiers, each with its source, and exclusions, which are things that look
// like a vendor and are not. [Register.Resolve] turns the claims of one component
// into attributions:
//
//	claims ──Resolve──▶ attributions (claim → vendor, tier, rule, alias, source)
//	                    exclusions   (claim ↛ vendor, reason, source)
//
// # Tiers
//
// How sure an attribution is, is one of four ordered words and never a number:
//
//	registered  an identifier issued to the vendor, or a namespace it controls
//	declared    a manufacturer or supplier field that is the vendor's name
//	resembles   a misspelt, squashed, transliterated or look-alike name, a name
//	            inside a longer name, or evidence too weak to stand by itself
//	mentions    the vendor is only talked about
//
// Every identifier kind and every role has a highest tier, see [Role.Cap]. Weak
// evidence never adds up to a strong tier.
//
// # Names
//
// Names are compared by whole tokens after Unicode compatibility folding, without signs such
// as ™, in the simplified form of Chinese characters; legal forms ("Ltd.", "GmbH",
// "有限公司") are removed at the end of a name, and those that are written before it ("ООО",
// "株式会社") at its start. Nothing is matched by substring: "aztec" is not ZTE. A common name
// ("Dahua") and one of fewer than four letters ("ZTE") are declared only together with
// a second, independent field; a short one also where its legal form stands beside it
// as the register has it ("ZTE Corporation").
//
// All else resembles at most. A distinctive name of six letters or more is found inside
// a longer one, with one slip, and with other word breaks; a short or common one only where the
// other words are places, legal forms and what companies do ("Shenzhen ZTE Mobile Telecom
// Co., Ltd."); one in a script without spaces at the start of a word or behind a place
// ("北京华为数字技术有限公司"). Each of these rules runs on the letters that those of the name are
// drawn like, too (UTS #39). A component named as a product, with an edition or a platform
// behind it, resembles the product, if no words make it a thing about the product and it is
// no package of a library.
//
// A maker's field can hold several names, a label, a notice, a number behind the name, a
// domain or an address: "Nokia, ZTE", "Vendor: ZTE", "ZTE中兴". A vendor that is a whole part
// of it resembles, and each that is there is found.
//
// # Identifiers
//
// The owner in a package URL is found by the rules of its type, see package
// [github.com/clause76/clause76/vendors/purl]. Where the register does not know who owns a
// namespace, its name is compared as a whole and resembles. Of a URL counts the account
// on a host of repositories or packages, or else the domain; a homepage says what
// something is about and resembles at most. Of what an archive or a proxy hands on, the address
// in its path counts. A CPE of any vendor resembles those that its pattern matches, or whose
// name its product begins with. What cannot be read of a value, [Examine]
// tells; [Claim.Owner] tells whom an identifier names, in the register or not. Identifiers that are hashes (SUIT vendor
// ids, computer hardware ids) are reversed by computing them for what is registered.
//
// # Registers
//
// [Bundled] comes with the package. [Load] reads others, [Lint] checks their files as a
// reviewer would, [Merge] joins registers and refuses what contradicts itself. What
// [Register.Resolve] found, [Register.Explain] accounts for.
//
// # Dates
//
// Membership and identifiers are valid in half-open intervals. Resolve takes the
// day to judge by as an argument and never reads a clock.
//
// # Concurrency
//
// A Register is immutable once made. All its methods are safe for concurrent use.
package vendors
