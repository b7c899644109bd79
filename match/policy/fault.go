// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/internal/textpos"
	"github.com/clause76/clause76/internal/words"
)

// An Error is why a text is not a valid policy. It is an [ErrPolicy].
type Error struct {
	// Faults are in the order of their places. There is at least one.
	Faults []Fault
}

// A Fault is something wrong in the text of a policy.
type Fault struct {
	Line, Column int    // of the member, from 1
	Member       string // its JSON Pointer: "/waivers/0/expires"; "" for the whole text
	Message      string // what is wrong, and what was expected
}

// Error implements error.
func (e *Error) Error() string {
	var all []string
	for _, f := range e.Faults {
		all = append(all, f.String())
	}
	return ErrPolicy.Error() + ": " + strings.Join(all, "\n")
}

// Is reports whether the target is [ErrPolicy].
func (e *Error) Is(target error) bool { return target == ErrPolicy }

// String returns the fault with its place: "3:5: failOn is …".
func (f Fault) String() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Message) }

// A finder finds the faults of a text.
type finder struct {
	text   []byte
	faults []Fault
}

// add adds a fault of a member. If the member is missing, the place is that of the object which
// should have it.
func (x *finder) add(pointer jsontext.Pointer, format string, args ...any) {
	x.at(offsetOf(x.text, pointer), pointer, fmt.Sprintf(format, args...))
}

func (x *finder) at(offset int64, pointer jsontext.Pointer, message string) {
	line, column := textpos.At(x.text, offset)
	x.faults = append(x.faults, Fault{line, column, string(pointer), message})
}

// err returns the faults as an error, or nil if there are none.
func (x *finder) err() error {
	if len(x.faults) == 0 {
		return nil
	}
	sorting.StableFunc(x.faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return &Error{x.faults}
}

// decode decodes the text, and adds the first fault of its form.
func (x *finder) decode(p *Policy) bool {
	err := json.Unmarshal(x.text, p, json.RejectUnknownMembers(true))
	if err == nil {
		return true
	}
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		x.at(syntax.ByteOffset, syntax.JSONPointer, syntax.Err.Error())
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		x.unknown(semantic.JSONPointer)
	case errors.As(err, &semantic):
		x.add(semantic.JSONPointer, "%s is a JSON %s; expected %s", memberWords(semantic.JSONPointer), kindWords(semantic.JSONKind), expected(semantic.JSONPointer))
	default:
		x.add("", "%v", err)
	}
	return false
}

// unknown adds a fault for a member that there is not.
func (x *finder) unknown(pointer jsontext.Pointer) {
	valid := membersOf(reflect.TypeFor[Policy]())
	if strings.HasPrefix(string(pointer), "/waivers/") {
		valid = membersOf(reflect.TypeFor[Waiver]())
	}
	hint := ""
	if near := words.Nearest(pointer.LastToken(), valid); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	x.add(pointer, "there is no member %q; expected one of %s%s", pointer.LastToken(), strings.Join(valid, ", "), hint)
}

// membersOf returns the names of the members of a struct.
func membersOf(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			all = append(all, name)
		}
	}
	return all
}

// expectedValues are the values of members, for errors.
var expectedValues = map[string]string{
	"failOn": "\"ban\", \"exclude\", \"review\" or \"inconclusive\"", "jurisdictions": "a list of strings, such as [\"EU\", \"NL\"]", "actions": "a list of strings, such as [\"ban\", \"phaseOut\"]",
	"minimumTier": "\"registered\", \"declared\" or \"resembles\"", "componentTypes": "a list of strings, such as [\"device\", \"firmware\"]", "silentOnParts": "\"review\" or \"count\"",
	"requireComplete": "true or false", "requireIdentity": "a number from 0 to 1", "waivers": "a list of objects", "expires": "a day, YYYY-MM-DD, in a string",
}

// expected returns which values a member can have.
func expected(pointer jsontext.Pointer) string {
	name, entry := pointer.LastToken(), false
	if strings.Trim(name, "0123456789") == "" && name != "" {
		name, entry = pointer.Parent().LastToken(), true
	}
	switch {
	case pointer == "":
		return "an object"
	case entry && name == "waivers":
		return "an object with vendor or finding, reason, author and expires"
	case entry:
		return "a string"
	case expectedValues[name] != "":
		return expectedValues[name]
	}
	return "a string"
}

// memberWords returns a member for people: "failOn", "entry 2 of actions", "expires of waiver 1".
func memberWords(pointer jsontext.Pointer) string {
	tokens := slices.Collect(pointer.Tokens())
	switch n := len(tokens); {
	case n == 0:
		return "the policy"
	case n == 1:
		return tokens[0]
	case tokens[0] == "waivers" && n == 2:
		return "waiver " + next(tokens[1])
	case tokens[0] == "waivers":
		return strings.Join(tokens[2:], "/") + " of waiver " + next(tokens[1])
	}
	return "entry " + next(tokens[1]) + " of " + tokens[0]
}

// next returns the position from 1 of an index from 0.
func next(index string) string {
	n := 0
	fmt.Sscan(index, &n)
	return fmt.Sprint(n + 1)
}

// kindWords are the kinds of JSON values.
func kindWords(k jsontext.Kind) string {
	switch k {
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	case '"':
		return "string"
	case '0':
		return "number"
	case '[':
		return "list"
	case '{':
		return "object"
	}
	return "value"
}

// offsetOf returns where a member or an entry starts in a text, or else where the nearest object or
// list starts that should have it.
func offsetOf(text []byte, pointer jsontext.Pointer) int64 {
	starts := make(map[jsontext.Pointer]int64)
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		start := d.InputOffset()
		for start < int64(len(text)) && strings.IndexByte(" \t\r\n,:", text[start]) >= 0 {
			start++
		}
		if _, err := d.ReadToken(); err != nil {
			break
		}
		at := d.StackPointer()
		if _, found := starts[at]; !found {
			starts[at] = start
		}
	}
	for {
		if at, found := starts[pointer]; found || pointer == "" {
			return at
		}
		pointer = pointer.Parent()
	}
}
