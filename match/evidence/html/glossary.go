// SPDX-License-Identifier: Apache-2.0

package html

// A term is a term of art of the page, in plain words.
type term struct{ Name, Text string }

var glossary = []term{
	{"ban", "Our class for a text that asks to ban or prohibit products of the vendor, and that reaches this part in its words. The text's own words are quoted beside it."},
	{"exclude", "Our class for a text that asks to exclude, remove, replace, phase out or diversify."},
	{"review", "A person has to settle a question first: who supplied the part, whether the text reaches parts of other products, or whether a limit of the text is met."},
	{"inconclusive", "Something could not be screened, so that nothing can be said about it."},
	{"clear", "Every document was read to its end, and no text of the denylist applies to a vendor that was identified."},
	{"unknown", "A part without a statement of who makes or supplies it. It is not clear of any vendor."},
	{"binding", "The text lays a duty on those whom it addresses. Whether you are one of them is stated apart."},
	{"not binding", "The text calls on, warns or advises those whom it addresses, without a duty."},
	{"registered", "Identified for certain: by an identifier that is registered to the vendor, or under its control, such as its package namespace, domain or device number."},
	{"declared", "Identified by what the document states, for example by the name of the manufacturer. Anybody can write a name into a document."},
	{"resembles", "Not certain: a name that looks like the vendor's, or a name in a field that does not tell who supplied the part. It never leads to more than review."},
	{"mentions", "The vendor's name occurs, for example in a description. That says nothing about who made the part, and leads to no verdict."},
	{"names as an example", "The text names the vendor after “such as”."},
	{"phase out", "The text asks to stop using the products gradually, or until a day."},
	{"diversify", "The text asks to use products of other vendors as well, or instead."},
	{"official list", "A list that an authority keeps. What follows from it is in other texts that refer to it."},
	{"policy paper", "A communication or toolbox of an authority, without a duty."},
	{"substantial or essential part", "A text can reach a product because of a part inside it only if the part is substantial or essential. A bill of materials does not tell that."},
	{"inferred", "The text does not mention parts inside other products. That it might reach one is an inference of this program, and never leads to more than review."},
	{"limit", "Words of a text by which it applies only to a purpose or a kind of product."},
	{"observation", "A match that is not a finding, with the reason. It is part of no verdict."},
	{"waiver", "A decision of the buyer to let a finding pass until a day, with a reason and an author. It does not change the verdict."},
	{"denylist", "The dated collection of official texts that this screening used."},
}
