// SPDX-License-Identifier: Apache-2.0

package denylist

// A Buyer is who buys: the addressee codes of official texts that it falls under, and those that
// its bidders fall under by the contract.
type Buyer struct {
	Name        string   `json:"name"` // "eu-institution"
	Title       string   `json:"title"`
	Codes       []string `json:"codes"`
	BidderCodes []string `json:"bidderCodes,omitempty"`
	Note        string   `json:"note,omitzero"`
	Source      string   `json:"source,omitzero"`
}
