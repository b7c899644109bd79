// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// noticeXML returns an eForms notice of buyers ("legal type, country") with lots ("id: codes").
func noticeXML(buyers, lots []string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
  xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
  xmlns:efac="http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1"
  xmlns:efext="http://data.europa.eu/p27/eforms-ubl-extensions/1">
  <ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension><efac:Organizations>`)
	for i, buyer := range buyers {
		_, country, _ := strings.Cut(buyer, " ")
		fmt.Fprintf(&b, `
    <efac:Organization><efac:Company>
      <cac:PostalAddress><cac:Country><cbc:IdentificationCode listName="country">%s</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
      <cac:PartyIdentification><cbc:ID schemeName="organization">ORG-%04d</cbc:ID></cac:PartyIdentification>
    </efac:Company></efac:Organization>`, country, i+1)
	}
	b.WriteString(`
  </efac:Organizations></efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>
  <cbc:ContractFolderID>proc-1</cbc:ContractFolderID>`)
	for i, buyer := range buyers {
		kind, _, _ := strings.Cut(buyer, " ")
		fmt.Fprintf(&b, `
  <cac:ContractingParty>
    <cac:ContractingPartyType><cbc:PartyTypeCode listName="buyer-contracting-type">cont-ent</cbc:PartyTypeCode></cac:ContractingPartyType>
    <cac:ContractingPartyType><cbc:PartyTypeCode listName="buyer-legal-type">%s</cbc:PartyTypeCode></cac:ContractingPartyType>
    <cac:Party><cac:PartyIdentification><cbc:ID schemeName="organization">ORG-%04d</cbc:ID></cac:PartyIdentification></cac:Party>
  </cac:ContractingParty>`, kind, i+1)
	}
	b.WriteString(`
  <cac:ProcurementProject><cac:MainCommodityClassification><cbc:ItemClassificationCode listName="cpv">30200000</cbc:ItemClassificationCode></cac:MainCommodityClassification></cac:ProcurementProject>`)
	for _, lot := range lots {
		id, codes, _ := strings.Cut(lot, ": ")
		scheme := "Lot"
		if strings.HasPrefix(id, "GLO") {
			scheme = "LotsGroup"
		}
		fmt.Fprintf(&b, `
  <cac:ProcurementProjectLot><cbc:ID schemeName="%s">%s</cbc:ID><cac:ProcurementProject><cbc:Name languageID="ENG">Title of %s</cbc:Name>`, scheme, id, id)
		for i, code := range strings.Fields(codes) {
			name := "Additional"
			if i == 0 {
				name = "Main"
			}
			fmt.Fprintf(&b, `<cac:%sCommodityClassification><cbc:ItemClassificationCode listName="cpv">%s</cbc:ItemClassificationCode></cac:%sCommodityClassification>`, name, code, name)
		}
		b.WriteString(`</cac:ProcurementProject></cac:ProcurementProjectLot>`)
	}
	return b.String() + "\n</ContractNotice>\n"
}

// The codes of the lot are taken from the notice, and the buyer if there is no doubt.
func TestNotice(t *testing.T) {
	dir := t.TempDir()
	file, bid := filepath.Join(dir, "notice.xml"), filepath.Join(dir, "bid")
	write(t, filepath.Join(dir, "a.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`)
	one := []string{"LOT-0001: 32420000 32413100"}
	two := []string{"LOT-0001: 32420000", "GLO-0001: 48000000", "LOT-0002: 30200000 32420000"}
	for _, tt := range []struct {
		buyers, lots []string
		flags        []string
		bid          string // members of the bid
		buyer, codes string
		lot          string
		says         string // on standard error; with a "!" the run fails
	}{
		{[]string{"cga NLD"}, one, nil, "", "nl-ministry", "32413100 32420000", "LOT-0001", ""},
		{[]string{"cga DEU"}, one, nil, "", "de-central-government", "32413100 32420000", "LOT-0001", ""},
		{[]string{"cga ITA"}, one, nil, "", "it-public-administration", "32413100 32420000", "LOT-0001", ""},
		{[]string{"cga NLD", "cga NLD"}, one, nil, "", "nl-ministry", "32413100 32420000", "LOT-0001", ""},
		{[]string{"cga NLD", "cga DEU"}, one, nil, "", "", "32413100 32420000", "LOT-0001", "choose with -buyer: de-central-government, nl-ministry"},
		{[]string{"cga NLD", "la NLD"}, one, nil, "", "", "32413100 32420000", "LOT-0001", "choose with -buyer: eu-member-state-authority, nl-ministry"},
		{[]string{"eu-ins-bod-ag BEL"}, one, nil, "", "", "32413100 32420000", "LOT-0001", "choose with -buyer: eu-commission, eu-institution, eu-parliament"},
		{[]string{"la ITA"}, one, nil, "", "", "32413100 32420000", "LOT-0001", "choose with -buyer: eu-member-state-authority, it-public-administration"},
		{[]string{"cga LTU"}, one, nil, "", "", "32413100 32420000", "LOT-0001", "choose with -buyer: eu-member-state-authority, lt-cii-manager"},
		{[]string{"cga NOR"}, one, nil, "", "", "32413100 32420000", "LOT-0001", `choose one of "bidcheck buyers"`},
		{nil, one, nil, "", "", "32413100 32420000", "LOT-0001", `choose one of "bidcheck buyers"`},
		{[]string{"eu-ins-bod-ag BEL"}, one, []string{"-buyer", "eu-commission"}, "", "eu-commission", "32413100 32420000", "LOT-0001", ""},
		{[]string{"cga NLD"}, one, nil, `"buyer":"au-entity",`, "au-entity", "32413100 32420000", "LOT-0001", ""},

		{[]string{"cga NLD"}, two, []string{"-lot", "lot-0002"}, "", "nl-ministry", "30200000 32420000", "LOT-0002", ""},
		{[]string{"cga NLD"}, two, nil, `"lot":"LOT-0001",`, "nl-ministry", "32420000", "LOT-0001", ""},
		{[]string{"cga NLD"}, []string{"LOT-0001: 32420000", "LOT-0002: 32420000"}, nil, "", "nl-ministry", "32420000", "", ""},
		{[]string{"cga NLD"}, nil, nil, "", "nl-ministry", "30200000", "", ""},
		{[]string{"cga NLD"}, one, []string{"-cpv", "32413100,32420000-3"}, "", "nl-ministry", "32413100 32420000", "LOT-0001", ""},

		{[]string{"cga NLD"}, two, nil, "", "", "", "", "!2 lots with different CPV codes; expected -lot with one of: LOT-0001 Title of LOT-0001; LOT-0002 Title of LOT-0002"},
		{[]string{"cga NLD"}, two, []string{"-lot", "LOT-0003"}, "", "", "", "", `!no lot "LOT-0003"`},
		{[]string{"cga NLD"}, two, []string{"-lot", "LOT-0002"}, `"lot":"LOT-0001",`, "", "", "", "!-lot is LOT-0002, but the bid is for the lot LOT-0001"},
		{[]string{"cga NLD"}, one, []string{"-cpv", "30200000"}, "", "", "", "", "!-cpv has the codes 30200000, but -notice has 32420000,32413100"},
		{[]string{"cga NLD"}, one, nil, `"cpv":["30200000"],`, "", "", "", "!cpv of the bid has the codes 30200000, but -notice has"},
		{[]string{"cga NLD"}, []string{"LOT-0001: 3242"}, nil, "", "", "", "", `!-notice: match: bad option: entry 1 of purpose: "3242"`},
	} {
		write(t, file, noticeXML(tt.buyers, tt.lots))
		write(t, bid, `{"bidder":"x",`+tt.bid+`"files":[{"path":"a.json"}]}`)
		status, out, stderr := check(t, "", append(tt.flags, "-quiet", "-format", "json", "-notice", file, "-bid", bid)...)
		if says, fails := strings.CutPrefix(tt.says, "!"); fails {
			if status != exitUsage || !strings.Contains(stderr, says) {
				t.Errorf("%v %v %v: status %d, %s; want %s", tt.buyers, tt.lots, tt.flags, status, stderr, says)
			}
			continue
		}
		if status != exitClear || (stderr == "") != (tt.says == "") || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v %v %v: status %d, %s; want %s", tt.buyers, tt.lots, tt.flags, status, stderr, tt.says)
			continue
		}
		r := report(t, out)
		name := ""
		if r.Buyer != nil {
			name = r.Buyer.Name
		}
		if got := strings.Join(sortedSet(r.Purpose), " "); name != tt.buyer || got != tt.codes || r.Bid.Lot != tt.lot || r.Bid.Tender != "proc-1" {
			t.Errorf("%v %v %v: buyer %q, purpose %q, %+v; want %q, %q, %q", tt.buyers, tt.lots, tt.flags, name, got, r.Bid, tt.buyer, tt.codes, tt.lot)
		}
	}
}

// What is no notice, or could do harm, is refused.
func TestBadNotice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "notice.xml")
	good := noticeXML([]string{"cga NLD"}, []string{"LOT-0001: 32420000"})
	for what, content := range map[string]string{
		"empty":             "",
		"another format":    `{"a": 1}`,
		"another root":      `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>`,
		"another namespace": `<ContractNotice/>`,
		"a DTD":             strings.Replace(good, "<ContractNotice", `<!DOCTYPE x [<!ENTITY a "b">]><ContractNotice`, 1),
		"cut":               good[:len(good)-40],
		"deep":              strings.Replace(good, "</ContractNotice>", strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)+"</ContractNotice>", 1),
		"many lots":         noticeXML(nil, strings.Fields(strings.Repeat("LOT: ", maxNoticeLots+1))),
	} {
		write(t, file, content)
		if status, _, stderr := check(t, "", "-notice", file, "testdata/bids/clean"); status != exitUsage || !strings.Contains(stderr, "-notice: ") || !strings.Contains(stderr, "notice.xml") {
			t.Errorf("%s: status %d, %s", what, status, stderr)
		}
	}
	// Elements of other namespaces are none of the notice.
	write(t, file, strings.ReplaceAll(good, "cac:ProcurementProjectLot", "efac:Other"))
	if _, out, _ := check(t, "", "-quiet", "-format", "json", "-notice", file, "testdata/bids/clean"); len(report(t, out).Purpose) != 1 || report(t, out).Purpose[0] != "30200000" {
		t.Errorf("%.300s", out)
	}
	if status, _, stderr := check(t, "", "-lot", "LOT-0001", "testdata/bids/clean"); status != exitUsage || !strings.Contains(stderr, "-lot chooses a lot of a -notice") {
		t.Errorf("status %d, %s", status, stderr)
	}
}
