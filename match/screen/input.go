// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/clause76/clause76/firmware"
)

// An Input is one file or tree of files to screen, or one that cannot be.
type Input struct {
	Path  string // as the report has it; [Stdin] is standard input, and "./-" a file of that name
	Bytes int64  // as the system says; 0 if it does not
	Files int    // in a tree, which is one document; 0 for a file
	Err   error  // why it cannot be screened
}

// Stdin is the path of standard input: the argument "-" by itself.
const Stdin = "-"

var (
	errEmpty   = errors.New("the directory holds no files")
	errNotFile = errors.New("not a regular file")
)

// Collect finds the files behind the paths: files, directories with all that is in them, and
// [Stdin]. What cannot be listed or followed is an input with an error: it is not screened, and
// the report says so. Inputs are in the order of their paths, each once.
func Collect(paths []string) []Input {
	var all []Input
	for _, p := range paths {
		if p == Stdin {
			all = append(all, Input{Path: p})
			continue
		}
		for _, in := range walk(p) {
			if in.Path == Stdin { // a file or folder that is called so
				in.Path = "./" + in.Path
			}
			all = append(all, in)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Path < all[j].Path })
	unique := all[:0]
	for i, in := range all {
		if i == 0 || in.Path != all[i-1].Path {
			unique = append(unique, in)
		}
	}
	return unique
}

func walk(root string) []Input {
	var found []Input
	add := func(path string, size int64, err error) {
		found = append(found, Input{Path: filepath.ToSlash(path), Bytes: size, Err: err})
	}
	info, err := os.Stat(root)
	switch {
	case err != nil:
		add(root, 0, err)
		return found
	case !info.IsDir():
		add(root, info.Size(), nil) // a named pipe is as good as a file if it was asked for
		return found
	}
	if resolved, err := filepath.EvalSymlinks(root); err == nil && firmware.DetectFS(os.DirFS(resolved)) != "" {
		return []Input{weigh(filepath.ToSlash(root), os.DirFS(resolved))} // WalkDir would not follow a link
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			add(path, 0, err)
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if fsys := os.DirFS(path); firmware.DetectFS(fsys) != "" {
				found = append(found, weigh(filepath.ToSlash(path), fsys))
				return fs.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path) // follows a link to a file
		switch {
		case err != nil:
			add(path, 0, err)
		case !info.Mode().IsRegular():
			add(path, 0, &fs.PathError{Op: "read", Path: path, Err: errNotFile})
		default:
			add(path, info.Size(), nil)
		}
		return nil
	})
	if err != nil {
		add(root, 0, err)
	}
	if len(found) == 0 {
		add(root, 0, &fs.PathError{Op: "read", Path: root, Err: errEmpty})
	}
	return found
}

// weigh is the input of a tree. How much is in it is for the progress that is shown; what
// cannot be listed shows when it is read.
func weigh(path string, fsys fs.FS) Input {
	in := Input{Path: path, Files: 1}
	_ = fs.WalkDir(fsys, ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				in.Files, in.Bytes = in.Files+1, in.Bytes+info.Size()
			}
		}
		return nil
	})
	return in
}
