// SPDX-License-Identifier: Apache-2.0

// Package match says which components of a document are listed, how surely, and
// what could not be screened.
//
//	m, err := match.New(denylist.Current(), nil)
//	…
//	result, err := m.Check(ctx, sbom.NewReader(file, nil))
//	var incomplete *match.IncompleteError
//	if errors.As(err, &incomplete) { // the document was not read to its end
//		result = incomplete.Result // what was found before; its verdict is never clear
//	} else if err != nil {
//		return err
//	}
//	fmt.Println(result.Verdict)
//
// # Verdicts
//
// A [Verdict] is the strongest verb that an applicable text uses about the vendor of
// a component that was identified, for a person to decide on. It is never a
// statement about the law or about the product. In order of severity:
//
//	ban           registered or declared, and a listing with action ban
//	exclude       the same, with action exclude, phaseOut or diversify
//	review        anything that a person must settle first: see [Finding]
//	inconclusive  something could not be screened, see [Gap]
//	clear         read to the end, nothing of the above
//
// Listings whose effect is on subsidy or on supply to the vendor, that are not in
// force on the as-of day, whose scope or depth does not reach the component, and
// entries that say why a vendor is not listed, are observations. So is a component
// that only mentions a vendor. An observation never changes a verdict.
//
// # Failing closed
//
// [Matcher.Check] returns a result or an error, never both. With an error nothing is
// known to be absent; the error, an [IncompleteError], has what was found before. Whatever was
// not screened is in [Result].Gaps, and a result with gaps is never clear.
//
// Package match does no input or output, reads no clock and has no state of its
// own. A [Matcher] is immutable and safe for concurrent use.
package match
