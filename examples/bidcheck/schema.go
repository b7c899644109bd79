// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/words"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
)

// schemas are the JSON Schemas that "bidcheck schema NAME" prints.
var schemas = []struct {
	name string
	text func() ([]byte, error)
}{
	{"record", func() ([]byte, error) { return new(evidence.Report).Schema(), nil }},
	{"policy", func() ([]byte, error) { return policy.Schema(), nil }},
	{"config", configSchema},
}

func schemaNames() []string {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	return names
}

// printSchema writes the schema that the command line names.
func printSchema(o *options, stdout io.Writer) error {
	names := schemaNames()
	if len(o.paths) != 1 {
		return fmt.Errorf("schema prints one schema; expected the name of one: %s", strings.Join(names, ", "))
	}
	i := slices.Index(names, strings.ToLower(o.paths[0]))
	if i < 0 {
		hint := ""
		if near := words.Nearest(o.paths[0], names); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return fmt.Errorf("there is no schema %q; expected %s%s", o.paths[0], strings.Join(names, ", "), hint)
	}
	if o.format != "" && o.format != "json" || len(o.outputs) > 1 {
		return errors.New("schema writes only one output, as json")
	}
	text, err := schemas[i].text()
	if err != nil {
		return err
	}
	out := output{}
	if len(o.outputs) == 1 {
		out.path = o.outputs[0]
	}
	return out.write(stdout, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// configSchema returns the JSON Schema of a file of -config. It is made from the flags, so that it
// has all of them.
func configSchema() ([]byte, error) {
	text := map[string]any{"type": "string"}
	properties := make(map[string]any)
	(&options{}).flagSet().VisitAll(func(f *flag.Flag) {
		if slices.Contains(notInConfig, f.Name) {
			return
		}
		_, usage := flag.UnquoteUsage(f)
		p := map[string]any{"description": usage}
		switch {
		case isBool(f):
			p["type"] = "boolean"
		case isList(f.Name):
			p["anyOf"] = []any{text, map[string]any{"type": "array", "items": text}}
		default:
			p["type"] = "string"
		}
		properties[f.Name] = p
	})
	b, err := json.MarshalIndent(map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Flags of bidcheck in a file",
		"description":          "The file of bidcheck -config: values of flags that are not on the command line. Paths are relative to the current folder, as on the command line.",
		"type":                 "object",
		"additionalProperties": false,
		"properties":           properties,
	}, "", "  ")
	return append(b, '\n'), err
}
