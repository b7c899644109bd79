// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
)

// platform matches an object with a bill of materials for each platform of an image, as printed by
// "docker buildx imagetools inspect --format '{{json .SBOM}}'".
var platform = lazyregexp.New(`^\s*\{\s*"[a-z0-9]+/[a-z0-9]+(?:/[a-z0-9]+)?"\s*:\s*\{\s*"SPDX"`)

// envelope recognizes JSON objects with a bill of materials in a member.
func envelope(head []byte) func(*walker, input) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if len(text) == 0 || text[0] != '{' {
		return nil
	}
	seen := make(map[string]jsontext.Kind)
	for name, kind := range jsonstream.TopLevel(head) {
		switch {
		case fields.Shows(name).Use&fields.NotEnvelope != 0:
			return nil
		case name == "dsseEnvelope":
			return (*walker).bundle
		}
		seen[name] = kind
	}
	has := func(name string) bool { return seen[name] != 0 }
	switch {
	case seen["sbom"] == '{':
		return (*walker).github
	case has("payload"), has("payloadType"):
		return (*walker).dsse
	case has("predicateType"), has("_type") && seen["predicate"] == '{':
		return (*walker).statement
	case seen["attestations"] == '[':
		return (*walker).attestations
	case has("SPDX"):
		return (*walker).buildKit
	case platform.Match(text):
		return (*walker).platforms
	case has("Data") && (len(seen) == 1 || len(seen) == 2 && has("Timestamp")):
		return (*walker).cosignData
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

// carriers has the members of envelopes that have the content.
var carriers = map[string]bool{"sbom": true, "payload": true, "predicate": true, "dsseEnvelope": true, "attestations": true, "SPDX": true, "Data": true}

// open reads the members of an envelope into memory.
func (w *walker) open(t input) (m map[string]jsontext.Value, data []byte, ok bool) {
	if data, ok = w.memory(t, "an envelope"); !ok {
		return nil, nil, false
	}
	m, err := members(data)
	if err == nil {
		err = oneContent(m)
	}
	if err != nil {
		w.fail(t, err)
		return nil, nil, false
	}
	return m, data, true
}

// oneContent checks that an envelope has one content and is not a document itself. The envelope
// was recognized by its first bytes only.
func oneContent(m map[string]jsontext.Value) error {
	n := 0
	for name := range m {
		if fields.Shows(name).Use&fields.Document != 0 {
			return syntax("an envelope that has %q, as a document does", name)
		}
		if carriers[name] {
			n++
		}
	}
	if n > 1 || n == 0 && m["predicateType"] == nil {
		return syntax("an envelope with %d contents; expected one", n)
	}
	return nil
}

// checkOthers checks that no other member than those that are read may have a bill of materials.
func (w *walker) checkOthers(t input, m map[string]jsontext.Value, read ...string) bool {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if slices.Contains(read, name) {
			continue
		}
		if at, mark := hiddenInJSON(m[name]); mark != "" {
			w.fail(t, marked(fmt.Sprintf("the member %q of an envelope", name+string(at)), mark))
			return false
		}
	}
	return true
}

// only checks that an envelope has no other members than these.
func (w *walker) only(t input, m map[string]jsontext.Value, names ...string) bool {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(names, name) {
			w.fail(t, syntax("an envelope with %q beside its content", name))
			return false
		}
	}
	return true
}

// unpackMember unpacks the content of a member of an envelope.
func (w *walker) unpackMember(t input, layer, name string, data []byte) {
	next := t.within(layer, bytes.NewReader(data))
	next.path += "!" + name
	next.document = true
	w.unpack(next)
}

// github unpacks the export of the dependency graph of GitHub.
func (w *walker) github(t input) {
	if m, _, ok := w.open(t); ok {
		w.checkOthers(t, m, "sbom")
		w.unpackMember(t, "sbom", "sbom", m["sbom"])
	}
}

// statement unpacks an in-toto statement (in-toto attestation framework, v1). A statement that is
// not about the parts of an artifact is a companion.
func (w *walker) statement(t input) {
	m, data, ok := w.open(t)
	if !ok {
		return
	}
	var kind string
	if m["predicateType"].Kind() == '"' {
		_ = json.Unmarshal(m["predicateType"], &kind) // otherwise the type is unknown
	}
	alone := w.checkOthers(t, m, "predicate")
	if reason := otherPredicate(kind, m["predicate"]); reason != "" {
		if name := namedPackage(m["predicate"]); name != "" {
			w.fail(t, notRead(fmt.Errorf("it is an %s that names the package %.100q, which was not screened", reason, name)))
		} else if alone {
			w.emitCompanion(t, reason, bytes.NewReader(data))
		}
		return
	}
	if err := strangeSubject(m["subject"], m["predicate"]); err != nil {
		w.fail(t, err)
	}
	w.value(t, "in-toto", "predicate", m["predicate"])
}

// value unpacks a JSON object, or the text of a string: some tools write SPDX tag-value as a
// string, and cosign any content.
func (w *walker) value(t input, layer, name string, v jsontext.Value) {
	data := []byte(v)
	switch v.Kind() {
	case '{':
	case '"':
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			w.fail(t, syntax("the member %s: %w", name, err))
			return
		}
		data = []byte(text)
	default:
		w.fail(t, syntax("the envelope has no %s; expected an object or a string", name))
		return
	}
	w.unpackMember(t, layer, name, data)
}

// cosignData unpacks the predicate of cosign, which has the content and a time (sigstore, cosign
// COSIGN_PREDICATE_SPEC).
func (w *walker) cosignData(t input) {
	if m, _, ok := w.open(t); ok && w.only(t, m, "Data", "Timestamp") && w.checkOthers(t, m, "Data") {
		w.value(t, "cosign", "Data", m["Data"])
	}
}

// buildKit unpacks the bills of materials of an image, as printed by buildx of Docker.
func (w *walker) buildKit(t input) {
	m, _, ok := w.open(t)
	if !ok || !w.only(t, m, "SPDX", "AdditionalSPDXs") {
		return
	}
	w.value(t, "buildkit", "SPDX", m["SPDX"])
	if more, ok := w.array(t, "AdditionalSPDXs", m["AdditionalSPDXs"]); ok {
		for i, v := range more {
			w.value(t, "buildkit", fmt.Sprintf("AdditionalSPDXs/%d", i), v)
		}
	}
}

// array decodes an array, which is optional.
func (w *walker) array(t input, name string, v jsontext.Value) (all []jsontext.Value, ok bool) {
	if v == nil {
		return nil, true
	}
	if err := json.Unmarshal(v, &all); err != nil {
		w.fail(t, syntax("the member %s: %w", name, err))
		return nil, false
	}
	return all, true
}

// platforms unpacks a bill of materials for each platform of an image.
func (w *walker) platforms(t input) {
	data, ok := w.memory(t, "an envelope")
	if !ok {
		return
	}
	m, err := members(data)
	if err != nil {
		w.fail(t, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		w.unpackMember(t, "platforms", name, m[name])
	}
}

// attestations unpacks the responses of GitHub and npm, which have a Sigstore bundle for each
// attestation (GitHub REST API, "List attestations").
func (w *walker) attestations(t input) {
	m, _, ok := w.open(t)
	if !ok || !w.only(t, m, "attestations") {
		return
	}
	all, ok := w.array(t, "attestations", m["attestations"])
	if ok && len(all) == 0 {
		w.fail(t, syntax("a list of no attestations"))
	}
	for i, v := range all {
		name := fmt.Sprintf("attestations/%d", i)
		a, err := members(v)
		switch {
		case err != nil:
			w.fail(t, err)
		case a["bundle"].Kind() != '{':
			w.fail(t, syntax("%s has no bundle in the file", name))
		default:
			w.checkOthers(t, a, "bundle")
			w.unpackMember(t, "attestations", name+"/bundle", a["bundle"])
		}
	}
}

// bundle unpacks a Sigstore bundle with a DSSE envelope.
func (w *walker) bundle(t input) {
	m, _, ok := w.open(t)
	if !ok {
		return
	}
	w.checkOthers(t, m, "dsseEnvelope")
	w.unpackMember(t, "sigstore-bundle", "dsseEnvelope", m["dsseEnvelope"])
}

// dsse unpacks a DSSE envelope, and checks its signature if there are keys (DSSE envelope
// specification, v1.0.2).
func (w *walker) dsse(t input) {
	m, _, ok := w.open(t)
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
	w.checkOthers(t, m, "payload")
	w.unpackMember(t, "dsse", "payload", payload)
}

func (w *walker) verify(e *dsse.Envelope) error {
	v, err := dsse.NewEnvelopeVerifier(w.opts.Verifiers...)
	if err != nil {
		return err
	}
	_, err = v.Verify(context.WithoutCancel(w.ctx), e)
	return err
}
