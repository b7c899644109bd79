// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"testing"

	"github.com/clause76/clause76/internal/registerfile"
)

// The constants of the package are the closed sets that files are checked against.
func TestConstantsAreTheSetsOfTheFormat(t *testing.T) {
	kinds := []IdentifierKind{IdentifierName, IdentifierExactName, IdentifierTransliteration, IdentifierProduct, IdentifierCertificate, IdentifierDeviceManufacturer,
		IdentifierRPMVendor, IdentifierDomain, IdentifierRegID, IdentifierPURLNamespace, IdentifierPURLPackage, IdentifierPURLPrefix, IdentifierCPEVendor, IdentifierPEN,
		IdentifierPCI, IdentifierUSB, IdentifierPNP, IdentifierACPI, IdentifierBluetooth, IdentifierDeviceTree, IdentifierFingerprint, IdentifierGUID, IdentifierOUI}
	relations := []Relation{RelationSubsidiary, RelationBrand, RelationBusiness, RelationJointVenture, RelationRenamed}
	reasons := []Reason{ReasonStranger, ReasonLookAlike, ReasonFormerMember, ReasonHosting, ReasonContribution}
	checkSet(t, kinds, registerfile.Kinds)
	checkSet(t, relations, registerfile.Relations)
	checkSet(t, reasons, registerfile.Reasons)
}

func checkSet[T ~string](t *testing.T, constants []T, format []string) {
	t.Helper()
	if len(constants) != len(format) {
		t.Fatalf("%d constants of %T, %d in the format", len(constants), constants, len(format))
	}
	for i, c := range constants {
		if string(c) != format[i] {
			t.Errorf("%q is %q in the format", c, format[i])
		}
	}
}

func TestIntervalCovers(t *testing.T) {
	tests := []struct {
		from, until, day Date
		want             coverage
	}{
		{"2018-06-13", "", "2018-06-12", outside},
		{"2018-06-13", "", "2018-06-13", inside},
		{"", "2018-06-13", "2018-06-12", inside},
		{"", "2018-06-13", "2018-06-13", outside},
		{"2018", "", "2017-12-31", outside},
		{"2018", "", "2018-05-01", doubtful},
		{"2018", "", "2019-01-01", inside},
		{"", "2022", "2021-12-31", inside},
		{"", "2022", "2022-07-01", doubtful},
		{"", "2022", "2023-01-01", outside},
		{"2018", "2022", "", inside},
	}
	for _, tt := range tests {
		if got := (interval{tt.from, tt.until}).covers(tt.day); got != tt.want {
			t.Errorf("[%s, %s) covers %s = %v, want %v", tt.from, tt.until, tt.day, got, tt.want)
		}
	}
}
