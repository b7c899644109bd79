// SPDX-License-Identifier: Apache-2.0

package fault_test

import (
	"errors"
	"testing"

	"github.com/clause76/clause76/match/denylist/internal/fault"
)

var errKind = errors.New("bad value")

func TestJoinOfNothingIsNil(t *testing.T) {
	if err := fault.Join(nil, fault.Join(), fault.In("entry", nil)); err != nil {
		t.Errorf("%v", err)
	}
}

func TestFaultsNameEntryAndMember(t *testing.T) {
	inner := fault.In("inner", fault.Member(errKind, "from", "from is %q", "x"))
	err := fault.In("outer", inner, errKind)
	const want = "inner: from is \"x\": bad value\nouter: bad value"
	if err == nil || err.Error() != want || !errors.Is(err, errKind) {
		t.Fatalf("%v; want %s", err, want)
	}
	var all fault.Errors
	var first *fault.Error
	if !errors.As(err, &all) || len(all) != 2 || !errors.As(all[0], &first) || first.Entry != "inner" || first.Member != "from" {
		t.Errorf("%#v", all)
	}
}
