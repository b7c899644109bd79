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

// loadPolicy reads the policy of a buyer, and the day by which its waivers are judged.
func (c *config) loadPolicy(path, day string, release *denylist.Release) error {
	if path == "" {
		if day != "" {
			return fmt.Errorf("-day is the day of a -policy, and there is none")
		}
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
		day = time.Now().UTC().Format(time.DateOnly) // waivers run out whether or not a list changes
	}
	c.day = vendors.Date(day)
	if !c.day.IsDay() {
		return fmt.Errorf("-day is %q; expected YYYY-MM-DD", day)
	}
	return nil
}
