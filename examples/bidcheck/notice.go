// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/text"
)

// Bounds of a notice.
const (
	maxNotice      = 16 << 20 // bytes
	maxNoticeDepth = 64
	maxNoticeText  = 1 << 16 // bytes of one tag or text
	maxNoticeLots  = 10_000
)

// A tenderNotice is what bidcheck takes from an eForms notice (UBL 2.3): what the buyers are, where
// they are, and the lots with their CPV codes.
type tenderNotice struct {
	procedure string            // BT-04
	buyers    []noticeBuyer     // the contracting parties, in the order of the notice
	countries map[string]string // BT-514 of the organizations, by their ids
	lots      []noticeLot
	cpv       []string // BT-262 and BT-263 of the procedure
}

// A noticeBuyer is a contracting party.
type noticeBuyer struct {
	legalType string // BT-11
	org       string // OPT-300, the id of the organization
}

// A noticeLot is a lot.
type noticeLot struct {
	id, title string   // BT-137, BT-21
	cpv       []string // BT-262, then BT-263
}

// The namespaces of the elements that are read.
const (
	ublCBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
	ublCAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
	efac   = "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1"
)

// noticeRoots are the documents of eForms: a call for competition, an announcement before it and the
// result after it.
var noticeRoots = map[string]string{
	"ContractNotice":         "urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2",
	"PriorInformationNotice": "urn:oasis:names:specification:ubl:schema:xsd:PriorInformationNotice-2",
	"ContractAwardNotice":    "urn:oasis:names:specification:ubl:schema:xsd:ContractAwardNotice-2",
}

// openNotice reads a notice.
func openNotice(path string) (*tenderNotice, error) {
	data, err := readAtMost(path, maxNotice)
	if err != nil {
		return nil, err
	}
	n, err := parseNotice(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// A noticeParser follows the elements of a notice.
type noticeParser struct {
	*tenderNotice
	path  []string          // the local names of the open elements, below the root
	attrs map[string]string // of the innermost element
	text  strings.Builder   // of the innermost element
	org   string            // the id of the open organization
	lot   noticeLot
	isLot bool // the open lot is a lot, and not a group of lots or a part
	buyer noticeBuyer
}

// parseNotice parses a notice. A document type declaration is an error.
func parseNotice(data []byte) (*tenderNotice, error) {
	x := xmlstream.NewReader(bytes.NewReader(data), xmlstream.Limits{Bytes: maxNotice, Depth: maxNoticeDepth, String: maxNoticeText})
	p := &noticeParser{tenderNotice: &tenderNotice{countries: make(map[string]string)}}
	root := false
	for x.Next() != xmlstream.None {
		switch x.Kind() {
		case xmlstream.Start:
			name := string(x.Name())
			if !root {
				if space, ok := noticeRoots[name]; !ok || x.Space() != space {
					return nil, fmt.Errorf("the root element is %s; expected an eForms notice (ContractNotice, PriorInformationNotice or ContractAwardNotice of UBL 2.3)", text.Printable(name))
				}
				root = true
				continue
			}
			p.start(x, name)
		case xmlstream.Text:
			p.text.Write(x.Text())
		case xmlstream.End:
			if len(p.path) > 0 {
				if err := p.end(); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := x.Err(); err != nil {
		return nil, err
	}
	if !root {
		return nil, errors.New("the file is empty; expected an eForms notice")
	}
	return p.tenderNotice, nil
}

// start opens an element. One of another namespace gets a name that is not looked for.
func (p *noticeParser) start(x *xmlstream.Reader, name string) {
	switch x.Space() {
	case ublCBC, ublCAC, efac:
	default:
		if name != "UBLExtensions" && name != "UBLExtension" && name != "ExtensionContent" && name != "EformsExtension" {
			name = "?" + name
		}
	}
	p.path = append(p.path, name)
	p.attrs = make(map[string]string)
	for _, a := range x.Attrs() {
		p.attrs[string(a.Name)] = string(a.Value)
	}
	p.text.Reset()
	switch strings.Join(p.path, "/") {
	case "ContractingParty":
		p.buyer = noticeBuyer{}
	case "ProcurementProjectLot":
		p.lot, p.isLot = noticeLot{}, false
	case orgPath:
		p.org = ""
	}
}

// The paths of the elements that are read.
const (
	orgPath     = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension/Organizations/Organization"
	lotPath     = "ProcurementProjectLot"
	projectPath = "ProcurementProject"
	mainCPV     = "/MainCommodityClassification/ItemClassificationCode"
	moreCPV     = "/AdditionalCommodityClassification/ItemClassificationCode"
)

// end closes an element.
func (p *noticeParser) end() error {
	value := strings.TrimSpace(p.text.String())
	path := strings.Join(p.path, "/")
	switch path {
	case "ContractFolderID":
		p.procedure = value
	case "ContractingParty/ContractingPartyType/PartyTypeCode":
		if p.attrs["listName"] == "buyer-legal-type" {
			p.buyer.legalType = value
		}
	case "ContractingParty/Party/PartyIdentification/ID":
		p.buyer.org = value
	case "ContractingParty":
		p.buyers = append(p.buyers, p.buyer)
	case orgPath + "/Company/PartyIdentification/ID":
		p.org = value
	case orgPath + "/Company/PostalAddress/Country/IdentificationCode":
		p.countries["?"] = value // the id can come later
	case orgPath:
		if country := p.countries["?"]; p.org != "" && country != "" {
			p.countries[p.org] = country
		}
		delete(p.countries, "?")
	case lotPath + "/ID":
		p.lot.id, p.isLot = value, p.attrs["schemeName"] == "Lot"
	case lotPath + "/" + projectPath + "/Name":
		if p.lot.title == "" {
			p.lot.title = value
		}
	case lotPath + "/" + projectPath + mainCPV, lotPath + "/" + projectPath + moreCPV:
		p.lot.cpv = append(p.lot.cpv, value)
	case projectPath + mainCPV, projectPath + moreCPV:
		p.cpv = append(p.cpv, value)
	case lotPath:
		if p.isLot {
			p.lots = append(p.lots, p.lot)
		}
		if len(p.lots) > maxNoticeLots {
			return fmt.Errorf("the notice has more than %d lots", maxNoticeLots)
		}
	}
	p.path = p.path[:len(p.path)-1]
	p.text.Reset()
	p.attrs = nil
	return nil
}

// chooseLot returns the lot with an id. Without an id it returns the only lot, or nil if the lots
// have the same codes, which are then those of the bid. If they differ, that is an error.
func (n *tenderNotice) chooseLot(id string) (*noticeLot, error) {
	var ids []string
	for i := range n.lots {
		if strings.EqualFold(n.lots[i].id, strings.TrimSpace(id)) && id != "" {
			return &n.lots[i], nil
		}
		ids = append(ids, text.Printable(strings.TrimSpace(n.lots[i].id+" "+n.lots[i].title)))
	}
	if len(ids) > 20 {
		ids = append(ids[:20], fmt.Sprintf("%d more", len(ids)-20))
	}
	switch {
	case id != "":
		return nil, fmt.Errorf("the notice has no lot %q; expected one of: %s", id, strings.Join(ids, "; "))
	case len(n.lots) == 1:
		return &n.lots[0], nil
	}
	for i := range n.lots {
		if !slices.Equal(withoutCheckDigits(n.lots[i].cpv), withoutCheckDigits(n.lots[0].cpv)) {
			return nil, fmt.Errorf("the notice has %d lots with different CPV codes; expected -lot with one of: %s", len(n.lots), strings.Join(ids, "; "))
		}
	}
	return nil, nil
}

// codes returns the CPV codes of a lot. Those of the procedure count if the notice has none for its
// lots.
func (n *tenderNotice) codes(lot *noticeLot) []string {
	switch {
	case lot != nil && len(lot.cpv) > 0:
		return lot.cpv
	case len(n.lots) > 0 && len(n.lots[0].cpv) > 0 && lot == nil:
		return n.lots[0].cpv
	}
	return n.cpv
}

// noticeCountries are the two letters of profiles for the countries of notices (ISO 3166-1 alpha-3).
var noticeCountries = map[string]string{
	"AUT": "at", "BEL": "be", "BGR": "bg", "CYP": "cy", "DEU": "de", "DNK": "dk", "EST": "ee", "ESP": "es", "FIN": "fi", "FRA": "fr", "GRC": "gr", "HRV": "hr",
	"IRL": "ie", "LUX": "lu", "LVA": "lv", "MLT": "mt", "POL": "pl", "PRT": "pt", "SWE": "se", "SVN": "si", "SVK": "sk",
	"NLD": "nl", "ITA": "it", "ROU": "ro", "CZE": "cz", "LTU": "lt", "HUN": "hu",
}

// centralToo are the profiles that include all central government authorities of their country,
// under a wider name.
var centralToo = []string{"hu-state-body", "it-public-administration", "ro-authority"}

// profile returns the buyer profile for what the notice says about a buyer, if it is unambiguous.
// Else it returns the names of those to choose from; none if no profile is near.
//
// The legal type says what a buyer is under procurement law. It does not say whether it is a
// ministry, an "obliged entity" or a manager of critical infrastructure, nor whether a body of the EU
// is the Commission or Parliament: those profiles are proposed and not taken.
func (n *tenderNotice) profile(b noticeBuyer) (name string, choices []string) {
	country := noticeCountries[n.countries[b.org]]
	switch {
	case b.legalType == "eu-ins-bod-ag":
		return "", []string{"eu-institution", "eu-commission", "eu-parliament"}
	case country == "":
		return "", nil
	}
	for _, known := range denylist.Buyers() {
		if !strings.HasPrefix(known.Name, country+"-") {
			continue
		}
		if b.legalType == "cga" && (slices.Contains(known.Codes, country+".centralGovernment") || slices.Contains(centralToo, known.Name)) {
			return known.Name, nil
		}
		choices = append(choices, known.Name)
	}
	if b.legalType != "cga" { // the State is not a municipality or an undertaking
		choices = slices.DeleteFunc(choices, func(name string) bool { return strings.HasSuffix(name, "-central-government") })
	}
	return "", append(choices, "eu-member-state-authority")
}

// profileOfAll returns the profile for all buyers of the notice, if it is unambiguous and the same
// for all of them. Else it returns in words what to do.
func (n *tenderNotice) profileOfAll() (name, advice string) {
	var names, choices []string
	open := len(n.buyers) == 0
	for _, b := range n.buyers {
		one, more := n.profile(b)
		if one == "" {
			open = true
		} else {
			names = append(names, one)
		}
		choices = append(choices, more...)
	}
	names = sortedSet(names)
	if !open && len(names) == 1 {
		return names[0], ""
	}
	choices = append(choices, names...)
	if len(choices) == 0 {
		return "", "the notice does not say who buys in words that a profile has; choose one of \"bidcheck buyers\" with -buyer"
	}
	return "", "the notice does not settle which of these the buyer is; choose with -buyer: " + strings.Join(sortedSet(choices), ", ")
}

// openNotice reads the notice of -notice and finds the lot of the bid in it.
func (c *config) openNotice() (err error) {
	if c.opts.notice == "" {
		if c.opts.lot != "" {
			return errors.New("-lot chooses a lot of a -notice, and there is none")
		}
		return nil
	}
	id := c.opts.lot
	if c.bid != nil && c.bid.Lot.ID != "" {
		if id != "" && !strings.EqualFold(id, c.bid.Lot.ID) {
			return fmt.Errorf("-lot is %s, but the bid is for the lot %s; expected the same, or only one of them", id, c.bid.Lot.ID)
		}
		id = c.bid.Lot.ID
	}
	if c.notice, err = openNotice(c.opts.notice); err != nil {
		return fmt.Errorf("-notice: %w", err)
	}
	lot, err := c.notice.chooseLot(id)
	if err != nil {
		return fmt.Errorf("-notice: %w", err)
	}
	c.noticeCPV = c.notice.codes(lot)
	if c.bid == nil {
		return nil
	}
	if c.bid.Tender == "" {
		c.bid.Tender = c.notice.procedure
	}
	if c.bid.Lot.ID == "" && lot != nil {
		c.bid.Lot.ID = lot.id
	}
	return nil
}
