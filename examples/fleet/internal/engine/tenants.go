// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// DefaultTenant is the name of the tenant of a fleet that has only one.
const DefaultTenant = "default"

// A Tenant is a tenant of a fleet and what it may use.
type Tenant struct {
	Name string `json:"name"`
	// Jobs is how many jobs the tenant may have in the queue; default 100,000, at most 1,000,000.
	// A job has up to 256 documents.
	Jobs int64 `json:"jobs,omitempty"`
	// Bytes bounds what the queue stores for the tenant; default 4 GiB, at least 16 MiB.
	Bytes int64 `json:"bytes,omitempty"`
	// DocumentBytes bounds a document; default 16 GiB. Larger ones are not submitted.
	DocumentBytes int64 `json:"documentBytes,omitempty"`
}

// Defaults and bounds of tenants.
const (
	DefaultJobs          = 100_000
	DefaultBytes         = 4 << 30
	DefaultDocumentBytes = 16 << 30

	maxTenants = 10_000
	maxJobs    = 1_000_000 // the server has about 171 bytes in memory for each
	minBytes   = 16 << 20
	maxBytes   = 1 << 44
	maxFile    = 16 << 20
)

// ErrTenants is wrapped by errors about a list of tenants.
var ErrTenants = errors.New("bad tenants")

// ReadTenants reads a file of tenants, {"tenants":[{"name":"ministry","jobs":100000}]}, and
// fills in the numbers that it does not have.
func ReadTenants(path string) ([]Tenant, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: %w: the file has more than %d bytes", path, ErrTenants, maxFile)
	}
	var file struct {
		Tenants []Tenant `json:"tenants"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrTenants, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w: expected nothing after the list", path, ErrTenants)
	}
	all, err := checkTenants(file.Tenants)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// checkTenants returns tenants by name with all numbers filled in.
func checkTenants(tenants []Tenant) ([]Tenant, error) {
	if n := len(tenants); n == 0 || n > maxTenants {
		return nil, fmt.Errorf("%w: %d tenants; expected 1 to %d", ErrTenants, n, maxTenants)
	}
	all := slices.Clone(tenants)
	for i := range all {
		t := &all[i]
		if err := job.CheckTenant(t.Name); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTenants, err)
		}
		t.Jobs, t.Bytes, t.DocumentBytes = cmp.Or(t.Jobs, DefaultJobs), cmp.Or(t.Bytes, DefaultBytes), cmp.Or(t.DocumentBytes, DefaultDocumentBytes)
		switch {
		case t.Jobs < 1 || t.Jobs > maxJobs:
			return nil, fmt.Errorf("%w: tenant %s: %d jobs; expected 1 to %d", ErrTenants, t.Name, t.Jobs, maxJobs)
		case t.Bytes < minBytes || t.Bytes > maxBytes:
			return nil, fmt.Errorf("%w: tenant %s: %d bytes; expected %d to %d", ErrTenants, t.Name, t.Bytes, minBytes, int64(maxBytes))
		case t.DocumentBytes < 1:
			return nil, fmt.Errorf("%w: tenant %s: documents of %d bytes; expected at least 1", ErrTenants, t.Name, t.DocumentBytes)
		}
	}
	slices.SortFunc(all, func(a, b Tenant) int { return cmp.Compare(a.Name, b.Name) })
	for i := 1; i < len(all); i++ {
		if all[i].Name == all[i-1].Name {
			return nil, fmt.Errorf("%w: tenant %s is there twice", ErrTenants, all[i].Name)
		}
	}
	return all, nil
}
