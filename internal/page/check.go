// SPDX-License-Identifier: Apache-2.0

package page

import (
	"fmt"
	"reflect"
	"text/template/parse"
)

// Check checks the types of a template and of those that it calls, for data of a type: that fields
// exist, that functions take their arguments, that ranges are over slices, and that only escaped text
// is written. Execute finds the same only in what it executes. It is for tests.
func (t *Template) Check(name string, data reflect.Type) error {
	c := checker{Template: t, seen: make(map[string]bool)}
	c.template(name, data)
	return c.err
}

type checker struct {
	*Template
	seen map[string]bool // the templates with the types of their data
	vars map[string]reflect.Type
	err  error
}

func (c *checker) fail(n parse.Node, format string, args ...any) reflect.Type {
	if c.err == nil {
		c.err = fmt.Errorf("page: %s: %w", n, fmt.Errorf(format, args...))
	}
	return nil
}

func (c *checker) template(name string, data reflect.Type) {
	key := fmt.Sprint(name, " ", data)
	if c.seen[key] || c.err != nil {
		return
	}
	c.seen[key] = true
	tree := c.trees[name]
	if tree == nil {
		c.err = fmt.Errorf("page: no template %q", name)
		return
	}
	vars := c.vars
	c.vars = map[string]reflect.Type{"$": data}
	c.list(data, tree.Root)
	c.vars = vars
}

func (c *checker) list(dot reflect.Type, l *parse.ListNode) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
		case *parse.ActionNode:
			v := c.pipe(dot, n.Pipe)
			if len(n.Pipe.Decl) == 0 && v != reflect.TypeFor[escapedText]() {
				c.fail(n, "a value that is not escaped")
			}
		case *parse.IfNode:
			c.pipe(dot, n.Pipe)
			c.list(dot, n.List)
			c.list(dot, n.ElseList)
		case *parse.WithNode:
			c.list(c.pipe(dot, n.Pipe), n.List)
			c.list(dot, n.ElseList)
		case *parse.RangeNode:
			c.each(dot, n)
		case *parse.TemplateNode:
			var data reflect.Type
			if n.Pipe != nil {
				data = c.pipe(dot, n.Pipe)
			}
			c.template(n.Name, data)
		default:
			c.fail(n, "not supported")
		}
	}
}

func (c *checker) each(dot reflect.Type, n *parse.RangeNode) {
	p := *n.Pipe
	p.Decl = nil
	v := c.pipe(dot, &p)
	if v == nil || v.Kind() != reflect.Slice {
		c.fail(n.Pipe, "a range over %v; expected a slice", v)
		return
	}
	switch d := n.Pipe.Decl; len(d) {
	case 1:
		c.vars[d[0].Ident[0]] = v.Elem()
	case 2:
		c.vars[d[0].Ident[0]], c.vars[d[1].Ident[0]] = reflect.TypeFor[int](), v.Elem()
	}
	c.list(v.Elem(), n.List)
	c.list(dot, n.ElseList)
}

func (c *checker) pipe(dot reflect.Type, p *parse.PipeNode) reflect.Type {
	var v reflect.Type
	for i, cmd := range p.Cmds {
		if c.err != nil {
			return nil
		}
		f, isFunc := cmd.Args[0].(*parse.IdentifierNode)
		if !isFunc {
			v = c.value(dot, cmd.Args[0])
			continue
		}
		var args []reflect.Type
		for _, a := range cmd.Args[1:] {
			args = append(args, c.value(dot, a))
		}
		if i > 0 {
			args = append(args, v)
		}
		v = c.apply(cmd, f.Ident, args)
	}
	for _, d := range p.Decl {
		c.vars[d.Ident[0]] = v
	}
	return v
}

func (c *checker) apply(n parse.Node, name string, args []reflect.Type) reflect.Type {
	if name == "and" || name == "or" {
		return args[len(args)-1]
	}
	f := c.funcs[name]
	if !f.IsValid() || f.Kind() != reflect.Func || f.Type().NumIn() != len(args) || f.Type().NumOut() == 0 {
		return c.fail(n, "a function that takes other arguments")
	}
	for i, a := range args {
		in := f.Type().In(i)
		if a == nil || !a.AssignableTo(in) && !(a.Kind() == reflect.Pointer && a.Elem().AssignableTo(in)) && !reflect.PointerTo(a).AssignableTo(in) {
			return c.fail(n, "argument %d is %v; expected %s", i+1, a, in)
		}
	}
	return f.Type().Out(0)
}

func (c *checker) value(dot reflect.Type, n parse.Node) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return c.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		return c.fields(n, c.vars[n.Ident[0]], n.Ident[1:])
	case *parse.PipeNode:
		return c.pipe(dot, n)
	case *parse.StringNode:
		return reflect.TypeFor[string]()
	case *parse.NumberNode:
		return reflect.TypeFor[int]()
	case *parse.IdentifierNode:
		return c.apply(n, n.Ident, nil)
	}
	return c.fail(n, "not supported")
}

func (c *checker) fields(n parse.Node, t reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t == nil || t.Kind() != reflect.Struct {
			return c.fail(n, "field %s of what is no struct", name)
		}
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			return c.fail(n, "%s has no field %s", t, name)
		}
		t = f.Type
	}
	return t
}
