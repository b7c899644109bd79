// SPDX-License-Identifier: Apache-2.0

package oscal

type metadata struct {
	Title        string `json:"title"`
	LastModified string `json:"last-modified"`
	Version      string `json:"version"`
	OSCALVersion string `json:"oscal-version"`
}

type link struct {
	Href    string `json:"href"`
	Rel     string `json:"rel,omitempty"`
	Remarks string `json:"remarks,omitempty"`
}

type local struct {
	Components []component `json:"components,omitempty"`
}

type component struct {
	UUID        string            `json:"uuid"`
	Type        string            `json:"type"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Props       []property        `json:"props,omitempty"`
	Status      map[string]string `json:"status"`
}

type property struct {
	Name  string `json:"name"`
	NS    string `json:"ns"`
	Value string `json:"value"`
}

type observation struct {
	UUID        string     `json:"uuid"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Props       []property `json:"props,omitempty"`
	Methods     []string   `json:"methods"`
	Subjects    []subject  `json:"subjects,omitempty"`
	Collected   string     `json:"collected"`
	Links       []link     `json:"links,omitempty"`
}

type subject struct {
	UUID string `json:"subject-uuid"`
	Type string `json:"type"`
}

type finding struct {
	UUID        string     `json:"uuid"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Props       []property `json:"props,omitempty"`
	Target      target     `json:"target"`
	Related     []related  `json:"related-observations"`
}

type target struct {
	Type    string            `json:"type"`
	ID      string            `json:"target-id"`
	Title   string            `json:"title"`
	Status  map[string]string `json:"status"`
	Remarks string            `json:"remarks"`
}

// A resource is a cited text.
type resource struct {
	UUID        string     `json:"uuid"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Props       []property `json:"props"`
	Links       []link     `json:"rlinks,omitempty"`
}

type related struct {
	UUID string `json:"observation-uuid"`
}
