// SPDX-License-Identifier: Apache-2.0

// Package tr069 reads tables of the parameters that a router reports to its provider (Broadband
// Forum TR-069, data models TR-098 and TR-181): comma-separated, one parameter a row.
//
// The device is the primary component. A device answers with the name that it is sold under, so the
// table is only what the device claims. A program that is installed on the device, or an
// environment that runs programs (TR-157), is a part with its own vendor. The name of a parameter
// or object that a vendor added contains the domain or OUI of that vendor (TR-106, section 3.3),
// which is a reference of the device.
package tr069

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/internal/ethernet"
	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "tr-069"

// fields are the parameters of DeviceInfo and of the DeviceId structure.
var fields = format.Table{
	"Manufacturer":    {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, Guard: true},
	"ManufacturerOUI": {Role: vendors.Namespace, Kind: vendors.KindOUI, Guard: true, Check: ethernet.CheckPrefix},
	"OUI":             {Role: vendors.Namespace, Kind: vendors.KindOUI, Guard: true, Check: ethernet.CheckPrefix},
	"ModelName":       {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, Guard: true},
	"ProductClass":    {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true, Guard: true},
	"Description":     {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true},
	"SoftwareVersion": {To: format.Version},
}

// objects are the objects with these parameters.
var objects = []string{"DeviceID", "DeviceId", "InternetGatewayDevice.DeviceInfo", "Device.DeviceInfo"}

// module matches the object of a program that is installed on the device, or of an environment that
// runs programs.
var module = lazyregexp.New(`^(?i:InternetGatewayDevice|Device)\.(?i:SoftwareModules)\.(?i:DeploymentUnit|ExecutionUnit|ExecEnv)\.\d+$`)

// moduleFields are the parameters of a module.
var moduleFields = format.Table{
	"Vendor":      {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, Guard: true},
	"Name":        {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name, Guard: true},
	"URL":         {Role: vendors.Reference, Kind: vendors.KindURL, Guard: true},
	"Description": {Role: vendors.Mention, Kind: vendors.KindText},
	"Version":     {To: format.Version},
}

// extension matches the prefix of a name that a vendor added: the domain of the vendor with hyphens for
// dots, its OUI or, on older devices, its name.
var extension = lazyregexp.New(`(?:^|\.)X_([0-9A-Za-z-]+)_`)

// maxExtensions limits the vendors that added parameters. Others count as not screened.
const maxExtensions = 256

// valueColumn is the header of the column of values. The first column has the names of the parameters.
const valueColumn = "Value"

// maxBytes limits a table, which is kept in memory.
const maxBytes = 64 << 20

// Sniff reports whether a document that starts with head is such a table.
func Sniff(head []byte) bool {
	for line := range lines.Head(head) {
		return strings.HasPrefix(line, "Parameter,") && strings.Contains(line+",", ","+valueColumn+",") &&
			(strings.Contains(string(head), "DeviceID.") || strings.Contains(string(head), "Device.DeviceInfo") || strings.Contains(string(head), "InternetGatewayDevice."))
	}
	return false
}

// Read returns the programs of the device, and the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "CSV"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		if !utf8.Valid(data) {
			return &sbom.Error{Kind: sbom.ErrEncoding}
		}
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return &sbom.Error{Offset: int64(i), Kind: sbom.ErrSyntax, Err: errors.New("a NUL byte in text")}
		}
		x := &reader{s: s, modules: make(map[string]*sbom.Component), extensions: make(map[string]bool), device: sbom.Component{Ref: "device", Type: "device", Category: "telecommunicationsEquipment", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}}
		if err := x.table(data); err != nil {
			return err
		}
		if len(data) > 0 && data[len(data)-1] != '\n' {
			s.Malformed(sbom.WarnIncomplete, "the last line has no line break: the text may have been cut off", vendors.Location{Offset: int64(bytes.LastIndexByte(data, '\n') + 1)})
		}
		if x.device.Name == "" {
			x.device.Name = "TR-069 device"
		}
		for _, object := range x.order {
			if c := x.modules[object]; len(c.Claims)+c.Malformed > 0 && !s.Emit(*c) {
				return nil
			}
		}
		s.Emit(x.device)
		return nil
	})
}

type reader struct {
	s          *sbom.Sink
	device     sbom.Component
	modules    map[string]*sbom.Component // by object
	order      []string                   // the keys of modules
	extensions map[string]bool            // the vendors that added parameters
}

// table reads the rows.
func (x *reader) table(data []byte) error {
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1
	column := -1
	for {
		start := in.InputOffset()
		row, err := in.Read()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &sbom.Error{Offset: in.InputOffset(), Kind: sbom.ErrSyntax, Err: err}
		case column < 0:
			column = slices.Index(row, valueColumn)
			if column < 0 || slices.Contains(row[column+1:], valueColumn) {
				return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("expected exactly one column \"" + valueColumn + "\"")}
			}
		default:
			x.row(row, column, start)
		}
	}
}

// row reads a parameter of any object.
func (x *reader) row(row []string, column int, offset int64) {
	name := strings.TrimSpace(row[0])
	object, parameter := "", name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		object, parameter = name[:i], name[i+1:]
	}
	at := vendors.Location{Pointer: "/" + name, Offset: offset}
	x.extension(name, at)
	isModule := module.MatchString(object)
	switch {
	case isModule || slices.Contains(objects, object):
		if len(row) <= column {
			x.s.Malformed(sbom.WarnMalformed, "a row has no column for its value; it was not screened", at)
		} else if isModule {
			x.module(object, parameter, row[column], at)
		} else {
			x.parameter(parameter, row[column], at)
		}
	case fields[parameter].Role != "":
		if i := slices.IndexFunc(objects, func(o string) bool { return strings.EqualFold(o, object) }); i >= 0 {
			format.NotField(x.s, nil, object, objects[i], at)
		}
	}
}

// module reads a parameter of a module.
func (x *reader) module(object, name, value string, at vendors.Location) {
	c := x.modules[object]
	if c == nil {
		c = &sbom.Component{Ref: object, Type: "application", Name: object, Location: at}
		x.modules[object], x.order = c, append(x.order, object)
	}
	switch f, known := moduleFields[name]; {
	case known && value != "":
		f.Read(x.s, c, value, at)
	case !known && !moduleFields.Unknown(x.s, c, name, at) && format.MayNameMaker(name) && !names.Placeholder(value):
		format.UnknownMaker(x.s, c, name, at)
	}
}

// extension claims the vendors in the name of a parameter: "Device.X_EXAMPLE-COM_Radio.X_00E0FC_Band".
func (x *reader) extension(name string, at vendors.Location) {
	for _, m := range extension.FindAllStringSubmatch(name, -1) {
		vendor := strings.ToLower(m[1])
		switch {
		case x.extensions[vendor]:
			continue
		case len(x.extensions) == maxExtensions:
			x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("more than %d vendors in the names of parameters; this one was not screened", maxExtensions), at)
			continue
		}
		x.extensions[vendor] = true
		switch {
		case ethernet.CheckPrefix(m[1]) == nil:
			x.s.Claim(&x.device, vendors.Reference, vendors.KindOUI, m[1], at)
		case strings.Contains(vendor, "-"):
			x.s.Claim(&x.device, vendors.Reference, vendors.KindURL, strings.ReplaceAll(vendor, "-", "."), at)
		default:
			x.s.Claim(&x.device, vendors.Reference, vendors.KindName, m[1], at)
		}
	}
}

// parameter reads a parameter of the device.
func (x *reader) parameter(name, value string, at vendors.Location) {
	if f, known := fields[name]; known {
		f.Read(x.s, &x.device, value, at)
		return
	}
	if !fields.Unknown(x.s, nil, name, at) && format.MayNameMaker(name) && !names.Placeholder(value) {
		format.UnknownMaker(x.s, nil, name, at)
	}
}
