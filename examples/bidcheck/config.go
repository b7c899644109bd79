// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/internal/keys"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// A config is what the options name, opened and checked: everything that a run needs. Nothing
// is screened and nothing is written until there is one.
type config struct {
	opts         *options
	outputs      []output
	failOn       match.Verdict
	bid          *bid             // nil without -bid
	baseline     *evidence.Report // nil without -baseline
	notice       *tenderNotice    // nil without -notice
	noticeCPV    []string         // the codes of its lot
	advice       string           // what to do if the notice does not settle who buys
	matcher      *match.Matcher   // of the denylist
	compareTo    *match.Matcher   // of the second denylist; nil without -compare
	verifiers    []dsse.Verifier  // of signed envelopes
	fingerprints []string         // of the verifiers
	signer       dsse.Signer      // of statements; nil without -sign
	policy       *policy.Policy   // nil without -policy
	day          vendors.Date     // on which the waivers of the policy must be valid
}

// newConfig checks the options and opens what they name.
func newConfig(o *options) (*config, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &config{opts: o}
	for _, step := range []func() error{c.openBid, c.openNotice, c.openOutputs, c.openKeys, c.openBaseline, c.openDenylists} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *config) openBid() (err error) {
	if c.opts.bid == "" {
		return nil
	}
	if c.bid, err = loadBid(c.opts.bid); err != nil {
		return fmt.Errorf("-bid: %w", err)
	}
	return nil
}

// openOutputs decides where the report is written, and checks that no input is overwritten.
func (c *config) openOutputs() (err error) {
	format := c.opts.format
	if c.opts.command == "letter" && len(c.opts.outputs) == 0 && format == "" {
		format = "markdown"
	}
	if c.outputs, err = outputs(format, c.opts.outputs); err != nil {
		return err
	}
	if err := c.opts.checkOutputs(c.outputs); err != nil {
		return err
	}
	if err := c.checkInputsStay(); err != nil {
		return err
	}
	if c.failOn, err = exit.ParseFailOn(c.opts.failOn); err != nil {
		return fmt.Errorf("-fail-on: %w", err)
	}
	return nil
}

// openKeys reads the public keys of envelopes and the private key of statements.
func (c *config) openKeys() (err error) {
	for _, path := range c.opts.keys {
		v, err := loadKey(path)
		if err != nil {
			return fmt.Errorf("-key %s: %w", path, err)
		}
		c.verifiers = append(c.verifiers, v)
	}
	if c.fingerprints, err = keys.Fingerprints(c.verifiers...); err != nil {
		return fmt.Errorf("-key: %w", err)
	}
	if c.opts.sign == "" {
		return nil
	}
	text, err := os.ReadFile(c.opts.sign)
	if err != nil {
		return fmt.Errorf("-sign: %w", err)
	}
	if c.signer, err = keys.LoadSigner(text); err != nil {
		return fmt.Errorf("-sign %s: %w", c.opts.sign, err)
	}
	return nil
}

// loadKey reads a public key.
func loadKey(path string) (dsse.Verifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return keys.LoadVerifier(text)
}

// openDenylists opens the denylist and the policy, and the second denylist for -compare.
func (c *config) openDenylists() error {
	release, err := c.openDenylist(c.opts.denylist, c.opts.pin)
	if err != nil {
		return err
	}
	if err := c.openPolicy(release); err != nil {
		return fmt.Errorf("-policy: %w", err)
	}
	opts := match.Options{AsOf: vendors.Date(c.opts.asOf), Language: strings.ToLower(strings.TrimSpace(c.opts.language))}
	if opts.Buyer, err = c.chooseBuyer(); err != nil {
		return err
	}
	if opts.Purpose, err = c.choosePurpose(release); err != nil {
		return err
	}
	for j := range strings.SplitSeq(c.opts.jurisdictions, ",") {
		if strings.TrimSpace(j) != "" {
			opts.Jurisdictions = append(opts.Jurisdictions, j)
		}
	}
	if c.matcher, err = match.New(release, &opts); err != nil {
		return err
	}
	if c.opts.compare == "" {
		return c.checkReachable(c.matcher)
	}
	const noPin = "" // -pin is the digest of the first denylist
	if release, err = c.openDenylist(c.opts.compare, noPin); err != nil {
		return err
	}
	if c.compareTo, err = match.New(release, &opts); err != nil {
		return err
	}
	return c.checkReachable(c.compareTo)
}

// checkReachable returns an error if texts apply, but none can lead to a verdict that -fail-on
// fails on: such a run would succeed whatever is screened. If no text applies at all, the
// verdict is inconclusive, and the report says why.
func (c *config) checkReachable(m *match.Matcher) error {
	strongest := m.Strongest()
	if c.policy != nil || c.failOn == match.NoVerdict || strongest == match.NoVerdict || strongest >= c.failOn {
		return nil
	}
	return fmt.Errorf("-fail-on is %s, but the texts that apply (-denylist, -as-of, -jurisdiction, -buyer) lead to %s at most; expected -fail-on %s, inconclusive or never",
		c.failOn, strongest, strongest)
}
