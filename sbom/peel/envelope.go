// SPDX-License-Identifier: Apache-2.0

package peel

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/jsonstream"
)

// envelope recognises the JSON objects that hold a bill of materials in a member.
func envelope(head []byte) func(*walker, thing) {
	if text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"); len(text) == 0 || text[0] != '{' {
		return nil
	}
	seen := make(map[string]bool)
	for name, kind := range jsonstream.TopLevel(head) {
		switch name {
		case "bomFormat", "spdxVersion", "SPDXID", "@context", "components", "packages":
			return nil
		case "dsseEnvelope":
			return (*walker).bundle
		case "sbom", "predicate":
			if kind == '{' {
				seen[name] = true
			}
		}
		seen["/"+name] = true
	}
	switch {
	case seen["sbom"]:
		return (*walker).github
	case seen["/payload"] || seen["/payloadType"]:
		return (*walker).dsse
	case seen["predicate"] && (seen["/predicateType"] || seen["/_type"]), seen["/predicateType"]:
		return (*walker).statement
	}
	return nil
}

// members decodes the members of a JSON object, strictly.
func members(data []byte) (map[string]jsontext.Value, error) {
	var m map[string]jsontext.Value
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &m); err != nil {
		kind := sbom.ErrSyntax
		if errors.Is(err, jsontext.ErrDuplicateName) {
			kind = sbom.ErrDuplicate
		}
		return nil, &sbom.Error{Kind: kind, Err: fmt.Errorf("the envelope: %w", err)}
	}
	return m, nil
}

// open reads an envelope in memory.
func (w *walker) open(t thing) (map[string]jsontext.Value, bool) {
	data, ok := w.memory(t, "an envelope")
	if !ok {
		return nil, false
	}
	m, err := members(data)
	if err != nil {
		w.fail(t, err)
		return nil, false
	}
	// What is beyond the first bytes, by which the envelope was known, must not be
	// passed over: a second thing to take out, or a document beside it.
	carriers := 0
	for name := range m {
		switch name {
		case "sbom", "payload", "predicate", "dsseEnvelope":
			carriers++
		case "bomFormat", "specVersion", "spdxVersion", "SPDXID", "@context", "@graph", "components", "services", "packages", "artifacts", "profiles", "Devices", "@odata.type", "@odata.id", "ietf-mud:mud":
			w.fail(t, syntax("an envelope that has %q, as a document does", name))
			return nil, false
		}
	}
	if carriers != 1 {
		w.fail(t, syntax("an envelope with %d contents; expected one", carriers))
		return nil, false
	}
	return m, true
}

// inside goes on with what a member of an envelope holds.
func (w *walker) inside(t thing, layer, name string, data []byte) {
	next := t.within(layer, bytes.NewReader(data))
	next.path += "!" + name
	w.peel(next)
}

// github peels what the dependency graph of GitHub exports.
func (w *walker) github(t thing) {
	if m, ok := w.open(t); ok {
		w.inside(t, "sbom", "sbom", m["sbom"])
	}
}

// statement peels an in-toto statement (in-toto attestation framework, v1).
func (w *walker) statement(t thing) {
	m, ok := w.open(t)
	if !ok {
		return
	}
	if k := m["predicate"].Kind(); k != '{' && k != '"' {
		w.fail(t, syntax("the in-toto statement has no predicate"))
		return
	}
	data := []byte(m["predicate"])
	if m["predicate"].Kind() == '"' { // as some tools wrap SPDX tag-value
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			w.fail(t, syntax("the predicate: %w", err))
			return
		}
		data = []byte(text)
	}
	w.inside(t, "in-toto", "predicate", data)
}

// bundle peels a Sigstore bundle, whose envelope is a DSSE one.
func (w *walker) bundle(t thing) {
	m, ok := w.open(t)
	if !ok {
		return
	}
	w.inside(t, "sigstore-bundle", "dsseEnvelope", m["dsseEnvelope"])
}

// dsse peels a DSSE envelope and checks its signature, if there are keys (DSSE
// envelope specification, v1.0.2).
func (w *walker) dsse(t thing) {
	m, ok := w.open(t)
	if !ok {
		return
	}
	var e dsse.Envelope
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		w.fail(t, syntax("the DSSE envelope: %w", err))
		return
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		payload, err = base64.URLEncoding.DecodeString(e.Payload)
	}
	if err != nil {
		w.fail(t, syntax("the payload of the DSSE envelope: %w", err))
		return
	}
	if len(w.opts.Verifiers) > 0 {
		if err := w.verify(&e); err != nil {
			w.fail(t, &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf("%w: %w", ErrSignature, err)})
			return
		}
	} else {
		t.unverified = true
	}
	w.inside(t, "dsse", "payload", payload)
}

func (w *walker) verify(e *dsse.Envelope) error {
	v, err := dsse.NewEnvelopeVerifier(w.opts.Verifiers...)
	if err != nil {
		return err
	}
	_, err = v.Verify(context.WithoutCancel(w.ctx), e)
	return err
}
