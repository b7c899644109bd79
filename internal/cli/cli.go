// SPDX-License-Identifier: Apache-2.0

// Package cli prints what the command line programs of this module have in common: the list of
// flags, text that fits a terminal, counts and the version.
package cli

import (
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
)

// Width is the number of columns that help texts fit in.
const Width = 80

const flagIndent = 8

// PrintFlags prints the flags with these names, or all flags, in alphabetical order. Unlike
// [flag.FlagSet.PrintDefaults] it breaks lines at [Width], and does not print defaults, which
// differ between machines: the description of a flag says what the default is.
func PrintFlags(w io.Writer, fs *flag.FlagSet, names ...string) {
	fs.VisitAll(func(f *flag.Flag) {
		if len(names) > 0 && !slices.Contains(names, f.Name) {
			return
		}
		value, description := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  -%s\n", strings.TrimSpace(f.Name+" "+value))
		indent := strings.Repeat(" ", flagIndent)
		fmt.Fprintln(w, Wrap(indent+description, Width, flagIndent))
	})
}

// Wrap breaks the lines of a text at spaces so that they are at most width columns, and indents
// each line that it starts. A word that is too long for a line stays in one piece.
func Wrap(text string, width, indent int) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for {
			at := breakAt(line, width)
			if at < 0 {
				break
			}
			out = append(out, strings.TrimRight(line[:at], " "))
			line = strings.Repeat(" ", indent) + line[at+1:]
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// breakAt returns the position of the last space at which a line fits the width, or of the
// first space if no part of the line fits. It is -1 if the line fits or has no space after a
// word.
func breakAt(line string, width int) int {
	last := -1
	column := 0
	for i, r := range line {
		if r == ' ' && strings.TrimSpace(line[:i]) != "" && (column <= width || last < 0) {
			last = i
		}
		column++
	}
	if column <= width {
		return -1
	}
	return last
}

// Count returns a number of things in words: "1 file", "2 files".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Version returns what a program prints for the flag -version: its name, the version of the
// module and the revision that it was built from, if they are known, and the denylist that it uses
// by default.
func Version(program, release, digest string) string {
	info, _ := debug.ReadBuildInfo()
	return fmt.Sprintf("%s %s\ndenylist %s (%s)\n", program, build(info), release, digest)
}

// build returns the version of the module, the revision and the version of Go.
func build(info *debug.BuildInfo) string {
	if info == nil {
		return "unknown version"
	}
	version := info.Main.Version
	if version == "" {
		version = "unknown version"
	}
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		version += ", revision " + revision
		if settings["vcs.modified"] == "true" {
			version += " with changes"
		}
		if at := settings["vcs.time"]; at != "" {
			version += " of " + at
		}
	}
	return strings.TrimSuffix(version+", "+info.GoVersion, ", ")
}
