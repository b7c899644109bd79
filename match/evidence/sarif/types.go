// SPDX-License-Identifier: Apache-2.0

package sarif

import "github.com/clause76/clause76/match"

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	InformationURI string `json:"informationUri"`
	Rules          []rule `json:"rules"`
}

type rule struct {
	ID               string         `json:"id"`
	ShortDescription text           `json:"shortDescription"`
	FullDescription  text           `json:"fullDescription"`
	Help             *text          `json:"help,omitempty"`
	HelpURI          string         `json:"helpUri,omitempty"`
	Properties       map[string]any `json:"properties,omitempty"`
}

type text struct {
	Text string `json:"text"`
}

type invocation struct {
	ExecutionSuccessful bool           `json:"executionSuccessful"`
	Notifications       []notification `json:"toolExecutionNotifications,omitempty"`
}

type notification struct {
	Level     string     `json:"level"`
	Message   text       `json:"message"`
	Locations []location `json:"locations,omitempty"`
}

type artifact struct {
	Location artifactLocation  `json:"location"`
	Hashes   map[string]string `json:"hashes,omitempty"`
	Length   int64             `json:"length"`
}

type artifactLocation struct {
	URI   string `json:"uri"`
	Index *int   `json:"index,omitempty"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Message      text              `json:"message"`
	Locations    []location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Suppressions *[]suppression    `json:"suppressions,omitempty"` // an empty list is written, too
	Properties   map[string]any    `json:"properties,omitempty"`
}

type suppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

// A citation is a cited text with the verdict that it alone leads to.
type citation struct {
	Listing  string        `json:"listing"`
	Force    string        `json:"force"`
	Verdict  match.Verdict `json:"verdict"`
	Speaks   string        `json:"speaks,omitempty"`
	CappedBy string        `json:"cappedBy,omitempty"`
	Settled  string        `json:"settledBy,omitempty"`
}

type location struct {
	Physical physical  `json:"physicalLocation"`
	Logical  []logical `json:"logicalLocations,omitempty"`
}

type physical struct {
	Artifact artifactLocation `json:"artifactLocation"`
	Region   *region          `json:"region,omitempty"`
}

type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
}

type logical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}
