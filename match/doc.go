// SPDX-License-Identifier: Apache-2.0

// Package match matches the components of a document against a denylist: it finds the
// components from listed vendors, with citations, and reports what could not be screened.
//
//	m, err := match.New(denylist.Current(), nil)
//	…
//	result, err := m.Check(ctx, sbom.NewReader(file, nil))
//	var incomplete *match.IncompleteError
//	if errors.As(err, &incomplete) { // the document was not read to its end
//		result = incomplete.Result // what was found up to that point; its verdict is never clear
//	} else if err != nil {
//		return err
//	}
//	fmt.Println(result.Verdict)
//
// # Verdicts
//
// A [Verdict] classifies the strongest action that an applicable text asks for about the vendor
// of an identified component, for a person to decide on. It is not a statement about the law
// or about the product. In order of severity:
//
//	ban           registered or declared, and a listing with the action ban
//	exclude       the same, with the action exclude, phaseOut or diversify
//	review        a person has to settle a question first: see [Finding]
//	inconclusive  something could not be screened, see [Gap]
//	clear         read to the end, and none of the above
//
// Observations never change a verdict. They are made for listings about supply to the vendor, and
// about subsidies unless their text binds the buyer of the screening, for listings that are not in force on the as-of day or do not reach the
// component, excluded entries, and components that only mention a vendor.
//
// # Buyer and purpose
//
// With a [denylist.Buyer] in the [Options], only texts count that speak to it; the others are
// observations with the reason [OtherAddressee]. Each [Citation] tells how its text speaks to the
// buyer. With the purpose of a lot, as CPV codes, limits such as "telecommunications equipment" can
// be settled for the product that is offered in the lot, and the citation tells that the lot did it.
//
// # Failing closed
//
// [Matcher.Check] returns a result or an error, never both. An error never means that nothing was
// found: an [IncompleteError] contains what was found up to that point. Whatever was not screened
// is in [Result].Gaps, and a result with gaps is never clear. A component without claims is
// an error of [Matcher.MatchComponent], and a nil release one of [New].
//
// Package match does no input or output, reads no clock and has no state of its
// own. A [Matcher] is immutable and safe for concurrent use.
package match
