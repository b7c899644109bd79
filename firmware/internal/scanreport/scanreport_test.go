// SPDX-License-Identifier: Apache-2.0

package scanreport_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/scanreport"
	"github.com/clause76/clause76/sbom"
)

const (
	binwalk = `[{"Analysis":{"file_path":"fw.bin","file_map":[{"offset":0,"id":"x","size":64,"name":"uimage","confidence":250,"description":"uImage firmware image, image name: \"MIPS HiSilicon Linux\""},{"offset":64,"id":"y","size":9,"name":"squashfs","confidence":250,"description":"SquashFS file system"}],"extractions":{}}}]`
	unblob  = `[{"task":{"path":"/fw.bin","depth":0,"__typename__":"Task"},"reports":[{"path":"/fw.bin","size":9,"__typename__":"StatReport"},{"magic":"u-boot legacy uImage, Huawei","mime_type":"application/octet-stream","__typename__":"FileMagicReport"},{"id":"1","handler_name":"squashfs_v4_le","start_offset":0,"end_offset":5,"size":5,"is_encrypted":true,"extraction_reports":[{"problem":"x","__typename__":"ExtractionProblem"}],"__typename__":"ChunkReport"},{"id":"2","start_offset":5,"end_offset":9,"size":4,"__typename__":"UnknownChunkReport"}],"__typename__":"TaskResult"}]`
)

func Example() {
	doc := scanreport.ReadBinwalk(strings.NewReader(binwalk), nil)
	for c, err := range doc.Components() {
		fmt.Println(c.Name, err, c.Claims[0].Role, c.Claims[0].Value)
	}
	fmt.Println(doc.Header().Warnings[0].Message)
	// Output:
	// uimage <nil> mention uImage firmware image, image name: "MIPS HiSilicon Linux"
	// squashfs <nil> mention SquashFS file system
	// this is a report about an image; the files that were extracted from the image were not screened with it
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, in, format, want string
		malformed              int
		err                    error
	}{
		{"binwalk", binwalk, scanreport.NameBinwalk, "uimage, squashfs", 1, nil},
		{"a report without its list", strings.Trim(binwalk, "[]"), scanreport.NameBinwalk, "uimage, squashfs", 1, nil},
		{"unblob", unblob, scanreport.NameUnblob, "file, squashfs_v4_le", 4, nil},
		{"another list", `[{"a":1}]`, "", "", 0, sbom.ErrNotRecognized},
		{"two formats", `{"Analysis":{"file_path":"x"},"bomFormat":"CycloneDX"}`, "", "", 0, sbom.ErrNotRecognized},
		{"cut off", binwalk[:200], "", "", 0, sbom.ErrSyntax},
	} {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		var got []string
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err == nil {
				got = append(got, c.Name)
			}
		}
		if h := doc.Header(); !errors.Is(failed, tt.err) || failed == nil && (strings.Join(got, ", ") != tt.want || h.Malformed != tt.malformed || h.Format != tt.format) {
			t.Errorf("%s: %q, %+v, %v; want %s", tt.name, got, h, failed, tt.want)
		}
	}
}
