// SPDX-License-Identifier: Apache-2.0

package page

import (
	"cmp"
	"fmt"
	"reflect"
)

// indirect follows pointers and interfaces to a value. A nil pointer is no value.
func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

// isTrue reports whether a value is not empty, as in text/template.
func isTrue(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.String, reflect.Map, reflect.Array:
		return v.Len() > 0
	case reflect.Pointer, reflect.Interface, reflect.Func:
		return !v.IsNil()
	case reflect.Struct:
		return true
	}
	return !v.IsZero()
}

// convert returns a value as an argument of a type: as it is, what it points to, or its address.
func convert(v reflect.Value, t reflect.Type) (reflect.Value, bool) {
	switch {
	case !v.IsValid():
		return reflect.Zero(t), t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface
	case v.Type().AssignableTo(t):
		return v, true
	case v.Kind() == reflect.Pointer && !v.IsNil() && v.Type().Elem().AssignableTo(t):
		return v.Elem(), true
	case v.CanAddr() && reflect.PointerTo(v.Type()).AssignableTo(t):
		return v.Addr(), true
	}
	return v, false
}

// builtins are the functions of text/template that templates may use. The state itself has "and"
// and "or".
var builtins = Funcs{
	"and": true, "or": true,
	"len": func(v any) int { return indirect(reflect.ValueOf(v)).Len() },
	"not": func(v any) bool { return !isTrue(reflect.ValueOf(v)) },
	"eq":  func(a, b any) (bool, error) { c, err := compare(a, b); return c == 0, err },
	"ne":  func(a, b any) (bool, error) { c, err := compare(a, b); return c != 0, err },
	"lt":  func(a, b any) (bool, error) { c, err := compare(a, b); return c < 0, err },
	"gt":  func(a, b any) (bool, error) { c, err := compare(a, b); return c > 0, err },
}

// compare compares two numbers or two strings.
func compare(a, b any) (int, error) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch {
	case x.CanInt() && y.CanInt():
		return cmp.Compare(x.Int(), y.Int()), nil
	case x.Kind() == reflect.String && y.Kind() == reflect.String:
		return cmp.Compare(x.String(), y.String()), nil
	}
	return 0, fmt.Errorf("%T and %T: %w", a, b, errType)
}
