// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/clause76/clause76/firmware"
)

// An Input is one file to screen, a directory that is screened as one document, or something
// that cannot be screened. One of Open, FS and Err is set.
type Input struct {
	// Name is the path in the report. [Stdin] is standard input, and "./-" a file of that name.
	Name string
	// Open opens a file. It is called once for each run; for a file that [Collect] or [CollectFS]
	// has found, it is called again if a document refers to others by their SHA-1 digests. If it returns an *os.File of a regular
	// file, or another io.ReaderAt with the Stat method of fs.File, the file is read in place
	// and its size is not limited by memory.
	Open func() (io.ReadCloser, error)
	// FS is a directory that is one document, such as a root file system.
	FS fs.FS
	// Err says why the input cannot be screened.
	Err   error
	Bytes int64 // size, for the progress that is shown; 0 if it is not known
	Files int   // number of files in FS, for the progress that is shown
	again bool  // Open gives the same bytes again, unless the file has changed
}

// Stdin is the name of standard input, and the argument "-" of [Collect].
const Stdin = "-"

var (
	errEmpty   = errors.New("the directory holds no files")
	errNotFile = errors.New("not a regular file")
	errNoInput = errors.New("screen: the input has no Open, FS or Err; use Collect, CollectFS or FromReader")
)

// FromReader returns an input that is read from r once.
func FromReader(name string, r io.Reader) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// CollectFS finds the files of a file system. If the file system is a root file system, or
// another directory that [firmware.DetectFS] recognizes, it is one input, named ".".
// Directories in it are looked at in the same way. What cannot be listed is an input with an
// error. Inputs are in the order of their paths.
func CollectFS(fsys fs.FS) []Input {
	var found []Input
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			found = append(found, Input{Name: path, Err: err})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if sub, err := fs.Sub(fsys, path); err == nil && firmware.DetectFS(sub) != "" {
				found = append(found, weigh(path, sub))
				return fs.SkipDir
			}
		default:
			found = append(found, fileIn(fsys, path))
		}
		return nil
	})
	if err != nil {
		found = append(found, Input{Name: ".", Err: err})
	}
	if len(found) == 0 {
		found = append(found, Input{Name: ".", Err: &fs.PathError{Op: "read", Path: ".", Err: errEmpty}})
	}
	return found
}

// fileIn is the input of a file in a file system.
func fileIn(fsys fs.FS, path string) Input {
	info, err := fs.Stat(fsys, path) // follows a link to a file
	switch {
	case err != nil:
		return Input{Name: path, Err: err}
	case !info.Mode().IsRegular():
		return Input{Name: path, Err: &fs.PathError{Op: "read", Path: path, Err: errNotFile}}
	}
	return Input{Name: path, Bytes: info.Size(), again: true, Open: func() (io.ReadCloser, error) { return fsys.Open(path) }}
}

// Collect finds the files at the paths: files, directories with everything in them, and
// [Stdin], which is read from [Options].Stdin. What cannot be listed or followed is an input
// with an error: it is not screened, and the report says so. Inputs are in the order of their
// paths, each once.
func Collect(paths []string) []Input {
	var all []Input
	for _, p := range paths {
		if p == Stdin {
			all = append(all, Input{Name: p})
			continue
		}
		for _, in := range walk(p) {
			if in.Name == Stdin { // a file or folder that is called so
				in.Name = "./" + in.Name
			}
			all = append(all, in)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	unique := all[:0]
	for i, in := range all {
		if i == 0 || in.Name != all[i-1].Name {
			unique = append(unique, in)
		}
	}
	return unique
}

func walk(root string) []Input {
	var found []Input
	add := func(path string, info fs.FileInfo, err error) {
		in := Input{Name: filepath.ToSlash(path), Err: err}
		if err == nil {
			in.Bytes, in.again = info.Size(), info.Mode().IsRegular()
			in.Open = func() (io.ReadCloser, error) { return os.Open(path) }
		}
		found = append(found, in)
	}
	info, err := os.Stat(root)
	switch {
	case err != nil:
		add(root, nil, err)
		return found
	case !info.IsDir():
		add(root, info, nil) // a named pipe is as good as a file if it was asked for
		return found
	}
	if resolved, err := filepath.EvalSymlinks(root); err == nil && firmware.DetectFS(os.DirFS(resolved)) != "" {
		return []Input{weigh(filepath.ToSlash(root), os.DirFS(resolved))} // WalkDir would not follow a link
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			add(path, nil, err)
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
			add(path, nil, err)
		case !info.Mode().IsRegular():
			add(path, nil, &fs.PathError{Op: "read", Path: path, Err: errNotFile})
		default:
			add(path, info, nil)
		}
		return nil
	})
	if err != nil {
		add(root, nil, err)
	}
	if len(found) == 0 {
		add(root, nil, &fs.PathError{Op: "read", Path: root, Err: errEmpty})
	}
	return found
}

// weigh is the input of a directory that is one document. What cannot be listed shows when it
// is read.
func weigh(path string, fsys fs.FS) Input {
	in := Input{Name: path, FS: fsys, Files: 1}
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
