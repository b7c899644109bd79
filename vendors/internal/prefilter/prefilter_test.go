// SPDX-License-Identifier: Apache-2.0

package prefilter_test

import (
	"testing"

	"github.com/clause76/clause76/vendors/internal/prefilter"
)

func TestFilterFindsTokensAndNothingElse(t *testing.T) {
	var f prefilter.Filter
	f.Add("golang/github.com/kasperskylab")
	f.AddToken("huaweitechnologies")
	if !f.AddPrefix("pypi/huaweicloudsdk") || f.AddPrefix("pypi/") {
		t.Error("a prefix has a name")
	}
	has := func(what string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	for value, want := range map[string]bool{
		"pkg:golang/GitHub.com/KasperskyLab/x": true, "kaspersky lab": false, "kasperskylabs": false, "left-pad": false,
		"\u043a": true, "k%61spersky": true, "50% of": false, `k\aspersky`: true, "": false, "ka": false,
	} {
		has(value, f.HasToken([]byte(value)), want)
	}
	has("words written as one", f.HasJoined([]byte("Huawei (R) Technologies Co.")), true)
	has("other words", f.HasJoined([]byte("Huawei Devices")), false)
	has("prefix", f.HasPrefix([]byte("pkg:pypi/huaweicloudsdkx")), true)
	has("prefix of another type", f.HasPrefix([]byte("pkg:npm/huaweicloudsdkx")), false)
	has("page", f.HasPackagePage([]byte("https://pypi.org/project/huaweicloudsdkx")), true)
	has("page of another host", f.HasPackagePage([]byte("https://example.com/huaweicloudsdkx")), false)
}
