// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
)

// A root file system in a bid is one document, with the digest of its list of files. The other
// files are documents as before.
func TestRootFileSystemIsOneDocument(t *testing.T) {
	dir := filepath.ToSlash(t.TempDir())
	files := map[string]string{
		"rootfs/etc/os-release":            "ID=\"openwrt\"\nNAME=\"OpenWrt\"\n",
		"rootfs/usr/lib/opkg/status":       "Package: modem-firmware\nVersion: 11.617\nCPE-ID: cpe:/h:huawei:me909s\nStatus: install user installed\n",
		"rootfs/usr/lib/opkg/info/mo.list": "/lib/firmware/me909s.bin\n",
		"rootfs/lib/firmware/me909s.bin":   "\x00\x01",
		"rootfs/www/cgi-bin/agent":         "#!/bin/sh\n",
		"id/sys_vendor":                    "Kaspersky Lab\n",
		"id/product_name":                  "Appliance\n",
		"id/board_vendor":                  "Kaspersky Lab\n",
		"sbom.json":                        `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`,
	}
	var names []string
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, p, text)
		names = append(names, name)
	}
	slices.Sort(names)
	var list strings.Builder
	for _, name := range names {
		if inside, ok := strings.CutPrefix(name, "rootfs/"); ok {
			fmt.Fprintf(&list, "%s  %s\n", sum([]byte(files[name])), inside)
		}
	}
	status, out, _ := check(t, "", "-format", "json", dir)
	if status != exitFound {
		t.Errorf("status %d", status)
	}
	validate(t, out)
	docs := report(t, out).Documents
	if len(docs) != 3 || docs[0].Path != dir+"/id" || docs[1].Path != dir+"/rootfs" || docs[2].Path != dir+"/sbom.json" {
		t.Fatalf("documents %+v", docs)
	}
	if d := docs[0]; d.Format != "sysfs-dmi" || d.Verdict != match.Ban || d.Findings[0].Component.Location.Pointer != "sys_vendor" {
		t.Errorf("%+v", d)
	}
	d := docs[1]
	if d.Format != "root-file-system" || d.Encoding != "files" || d.Verdict != match.Review || d.SHA256 != sum([]byte(list.String())) || d.Coverage.Malformed != 1 || d.Container != nil {
		t.Errorf("%+v; want the digest of\n%s", d, list.String())
	}
	if f := d.Findings[0]; f.Attributions[0].Location.Pointer != "usr/lib/opkg/status#/modem-firmware/CPE-ID" {
		t.Errorf("%+v", f)
	}
	// It is the same alone, through a link, and with any number of workers.
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(dir, "rootfs"), link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	for _, jobs := range []string{"1", "7"} {
		_, out, _ = check(t, "", "-format", "json", "-jobs", jobs, link)
		alone := report(t, out).Documents[0]
		alone.Path = d.Path
		if !reflect.DeepEqual(alone, d) {
			t.Errorf("by itself, with %s jobs: %s %d findings, not the same", jobs, alone.Verdict, len(alone.Findings))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var b strings.Builder
	if status := run(ctx, []string{"-quiet", dir + "/rootfs"}, nil, &b, &b); status != exitUnscreened || !strings.Contains(b.String(), "cancel") {
		t.Errorf("cancelled: status %d\n%s", status, b.String())
	}
}
