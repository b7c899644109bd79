// SPDX-License-Identifier: Apache-2.0

// Package page executes HTML templates that html/template has escaped before the program was built.
//
// What html/template does when a program runs is twofold: it finds out what each value is a part of,
// such as text, an attribute or a URL, and adds the functions that escape it there; then it executes
// the result. The first is the same in every run, and is done by a test that writes the escaped
// templates to a file. This package does the second. It has the escaping functions that
// the file may name, and refuses others.
//
// So the programs do not link html/template and text/template. Those look up methods by name, and
// a program that does that keeps all methods of all types: two megabytes here.
//
// Templates use fields, functions, if, range over slices, with, template, variables, and, or, not,
// eq, ne, lt, gt and len. They do not use methods: these are given as functions.
package page

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"reflect"
	"text/template/parse"
)

// Funcs are the functions that templates use, by name. Each returns one value.
type Funcs map[string]any

// A Template is a set of templates. It is safe for concurrent use.
type Template struct {
	trees map[string]*parse.Tree
	funcs map[string]reflect.Value
}

// Parse parses escaped templates.
func Parse(escaped string, funcs Funcs) (*Template, error) {
	known := make(map[string]any)
	t := &Template{trees: make(map[string]*parse.Tree), funcs: make(map[string]reflect.Value)}
	for _, set := range []Funcs{builtins, escapers, funcs} {
		for name, f := range set {
			known[name] = f
			t.funcs[name] = reflect.ValueOf(f)
		}
	}
	trees, err := parse.Parse("page", escaped, "", "", known)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	t.trees = trees
	return t, nil
}

// Execute executes the template with a name. The data is a struct or a pointer to one.
func (t *Template) Execute(w io.Writer, name string, data any) error {
	tree := t.trees[name]
	if tree == nil {
		return fmt.Errorf("page: no template %q", name)
	}
	out := bufio.NewWriter(w)
	s := state{Template: t, out: out, vars: []variable{{"$", reflect.ValueOf(data)}}}
	s.list(reflect.ValueOf(data), tree.Root)
	if s.err != nil {
		return fmt.Errorf("page: template %s: %w", name, s.err)
	}
	return out.Flush()
}

// A state is the execution of a template. After the first error nothing more is done.
type state struct {
	*Template
	out   *bufio.Writer
	vars  []variable
	depth int
	err   error
}

type variable struct {
	name  string
	value reflect.Value
}

// maxDepth bounds how deep templates call one another.
const maxDepth = 100

var none reflect.Value // what an expression that failed is worth

func (s *state) fail(n parse.Node, format string, args ...any) reflect.Value {
	if s.err == nil {
		s.err = fmt.Errorf("%s: %w", n, fmt.Errorf(format, args...))
	}
	return none
}

func (s *state) list(dot reflect.Value, l *parse.ListNode) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		if s.err != nil {
			return
		}
		s.node(dot, n)
	}
}

func (s *state) node(dot reflect.Value, n parse.Node) {
	switch n := n.(type) {
	case *parse.TextNode:
		_, _ = s.out.Write(n.Text) // Flush returns the error
	case *parse.ActionNode:
		s.action(dot, n)
	case *parse.IfNode:
		mark := len(s.vars)
		if isTrue(s.pipe(dot, n.Pipe)) {
			s.list(dot, n.List)
		} else {
			s.list(dot, n.ElseList)
		}
		s.vars = s.vars[:mark]
	case *parse.WithNode:
		mark := len(s.vars)
		if v := s.pipe(dot, n.Pipe); isTrue(v) {
			s.list(v, n.List)
		} else {
			s.list(dot, n.ElseList)
		}
		s.vars = s.vars[:mark]
	case *parse.RangeNode:
		s.each(dot, n)
	case *parse.TemplateNode:
		s.call(dot, n)
	default:
		s.fail(n, "not supported")
	}
}

// action writes what an action is worth, which the last function of the pipeline has escaped.
func (s *state) action(dot reflect.Value, n *parse.ActionNode) {
	v := s.pipe(dot, n.Pipe)
	if s.err != nil || len(n.Pipe.Decl) > 0 {
		return
	}
	escaped, ok := v.Interface().(escapedText)
	if !ok {
		s.fail(n, "a value that is not escaped")
		return
	}
	_, _ = s.out.WriteString(string(escaped))
}

// each executes a range over a slice.
func (s *state) each(dot reflect.Value, n *parse.RangeNode) {
	mark := len(s.vars)
	defer func() { s.vars = s.vars[:mark] }()
	p := *n.Pipe
	p.Decl = nil
	v := indirect(s.pipe(dot, &p))
	switch {
	case s.err != nil:
		return
	case v.Kind() != reflect.Slice:
		s.fail(n.Pipe, "a range over %s; expected a slice", v.Kind())
		return
	case v.Len() == 0:
		s.list(dot, n.ElseList)
		return
	}
	for i := range v.Len() {
		element := v.Index(i)
		s.vars = s.vars[:mark]
		switch d := n.Pipe.Decl; len(d) {
		case 1:
			s.vars = append(s.vars, variable{d[0].Ident[0], element})
		case 2:
			s.vars = append(s.vars, variable{d[0].Ident[0], reflect.ValueOf(i)}, variable{d[1].Ident[0], element})
		}
		if s.list(element, n.List); s.err != nil {
			return
		}
	}
}

// call executes another template.
func (s *state) call(dot reflect.Value, n *parse.TemplateNode) {
	tree := s.trees[n.Name]
	if tree == nil {
		s.fail(n, "no such template")
		return
	}
	if s.depth++; s.depth > maxDepth {
		s.fail(n, "templates call one another too deep")
		return
	}
	data := none
	if n.Pipe != nil {
		data = s.pipe(dot, n.Pipe)
	}
	vars := s.vars
	s.vars = []variable{{"$", data}}
	s.list(data, tree.Root)
	s.vars = vars
	s.depth--
}

// pipe evaluates a pipeline. Its variables remain until their block ends.
func (s *state) pipe(dot reflect.Value, p *parse.PipeNode) reflect.Value {
	v := none
	for i, c := range p.Cmds {
		v = s.command(dot, c, v, i > 0)
	}
	for _, d := range p.Decl {
		s.vars = append(s.vars, variable{d.Ident[0], v})
	}
	return v
}

// command evaluates a command of a pipeline. final is what the one before it is worth.
func (s *state) command(dot reflect.Value, c *parse.CommandNode, final reflect.Value, hasFinal bool) reflect.Value {
	if s.err != nil {
		return none
	}
	f, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		if len(c.Args) > 1 || hasFinal {
			return s.fail(c, "arguments of what is no function")
		}
		return s.value(dot, c.Args[0])
	}
	if f.Ident == "and" || f.Ident == "or" {
		return s.logic(dot, c, f.Ident == "or")
	}
	var args []reflect.Value
	for _, a := range c.Args[1:] {
		args = append(args, s.value(dot, a))
	}
	if hasFinal {
		args = append(args, final)
	}
	if s.err != nil {
		return none
	}
	return s.apply(c, s.funcs[f.Ident], args)
}

// logic evaluates "and" and "or", which stop at the first operand that decides.
func (s *state) logic(dot reflect.Value, c *parse.CommandNode, stop bool) reflect.Value {
	v := none
	for _, a := range c.Args[1:] {
		if v = s.value(dot, a); s.err != nil || isTrue(v) == stop {
			break
		}
	}
	return v
}

// apply calls a function.
func (s *state) apply(n parse.Node, f reflect.Value, args []reflect.Value) reflect.Value {
	if !f.IsValid() || f.Kind() != reflect.Func || f.Type().NumIn() != len(args) || f.Type().NumOut() == 0 {
		return s.fail(n, "a function that takes other arguments")
	}
	for i := range args {
		a, ok := convert(args[i], f.Type().In(i))
		if !ok {
			return s.fail(n, "argument %d is of the wrong type; expected %s", i+1, f.Type().In(i))
		}
		args[i] = a
	}
	out := f.Call(args)
	if len(out) == 2 && !out[1].IsNil() {
		return s.fail(n, "%v", out[1].Interface())
	}
	return out[0]
}

// value evaluates an operand.
func (s *state) value(dot reflect.Value, n parse.Node) reflect.Value {
	if s.err != nil {
		return none
	}
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return s.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		for i := len(s.vars) - 1; i >= 0; i-- {
			if s.vars[i].name == n.Ident[0] {
				return s.fields(n, s.vars[i].value, n.Ident[1:])
			}
		}
	case *parse.PipeNode:
		return s.pipe(dot, n)
	case *parse.StringNode:
		return reflect.ValueOf(n.Text)
	case *parse.NumberNode:
		if n.IsInt {
			return reflect.ValueOf(int(n.Int64))
		}
	case *parse.IdentifierNode:
		return s.apply(n, s.funcs[n.Ident], nil)
	}
	return s.fail(n, "not supported")
}

// fields evaluates a chain of fields of a struct.
func (s *state) fields(n parse.Node, v reflect.Value, names []string) reflect.Value {
	for _, name := range names {
		if v = indirect(v); v.Kind() != reflect.Struct {
			return s.fail(n, "field %s of what is no struct", name)
		}
		f, ok := v.Type().FieldByName(name)
		if !ok || !f.IsExported() {
			return s.fail(n, "%s has no field %s", v.Type(), name)
		}
		var err error
		if v, err = v.FieldByIndexErr(f.Index); err != nil {
			return s.fail(n, "%w", err)
		}
	}
	return v
}

var errType = errors.New("values that cannot be compared")
