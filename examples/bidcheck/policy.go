// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
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
		return fmt.Errorf("%s: %w", path, err)
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
