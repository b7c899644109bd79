// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// openPolicy reads the policy of a buyer, and the day on which its waivers must be valid.
func (c *config) openPolicy(release *denylist.Release) error {
	path, day := c.opts.policy, c.opts.day
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if c.policy, err = policy.ParseFor(text, release); err != nil {
		return placed(path, err)
	}
	if day == "" {
		// The clock decides here, because a waiver expires even if no denylist changes.
		day = time.Now().UTC().Format(time.DateOnly)
	}
	c.day = vendors.Date(day)
	if !c.day.IsDay() {
		return fmt.Errorf("-day is %q; expected YYYY-MM-DD", day)
	}
	return nil
}

// placed returns an error about a policy with the name of its file before each place in it, as
// editors understand it: "policy.json:3:5: failOn is …".
func placed(path string, err error) error {
	var e *policy.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", path, err)
	}
	var all []string
	for _, f := range e.Faults {
		all = append(all, path+":"+f.String())
	}
	return errors.New(strings.Join(all, "\n"))
}
