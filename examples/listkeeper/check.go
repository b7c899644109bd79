// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

const aboutCheck = `Compare the words of the verified clauses with copies of their sources in the folder DIR. For each clause, print whether its words were found, and for each copy whether it is the one that was recorded. The program uses no network. To download the copies:

  listkeeper check -list | curl --output-dir DIR --create-dirs --config -

A copy has the name that -list prints, or the file sources.json in DIR maps its name to its address: {"page.html": "https://example.org/page"}. Copies can be HTML, XML, JSON, CSV, Markdown or plain text. For a PDF file, put its text beside it: "pdftotext law.pdf" writes law.txt, and check reads that.

The comparison ignores white space, the shapes of quotation marks and dashes, marks of footnotes, and hyphens at the ends of lines of plain text. Passages that are separated by […] can be in any order, and in different copies.`

// errNotFound: there are verified clauses with words that were not found.
var errNotFound = errors.New("words were not found")

// sourcesName is the file in the folder of the copies that maps names of files to addresses.
const sourcesName = "sources.json"

// check compares the words of a list with copies of their sources.
func check(c *call) error {
	f := c.flags
	from := f.String("from", "", "check the list in the folder `LIST`; default: the denylist of this program")
	alone := f.Bool("alone", false, "the list of -from does not extend the denylist of this program")
	list := f.Bool("list", false, "print the addresses and the names of the copies, for \"curl --config\"; with DIR, only of those that are not in it")
	record := f.String("record", "", "write the digests of the copies with the words to this `FILE`, which is match/denylist/author/data/copies.json for the denylist of this program")
	today := f.String("today", time.Now().UTC().Format(time.DateOnly), "the `DATE` that -record notes (YYYY-MM-DD); default: today")
	if err := c.parse(aboutCheck, "[DIR]"); err != nil {
		return err
	}
	if f.NArg() == 0 && !*list {
		return fmt.Errorf("%w: no folder; expected DIR or -list", errUsage)
	}
	if !vendors.Date(*today).IsDay() {
		return fmt.Errorf("%w: -today is %q; expected a day, YYYY-MM-DD", errUsage, *today)
	}
	base := denylist.Current()
	files := author.Sources()
	if *from != "" {
		files = os.DirFS(*from)
	}
	if *from == "" || *alone {
		base = nil
	}
	k, err := newComparison(files, base)
	if err != nil {
		return err
	}
	var dir fs.FS
	if f.NArg() == 1 {
		dir = os.DirFS(f.Arg(0))
		if err := k.findFiles(dir); err != nil {
			return fmt.Errorf("%s: %w", f.Arg(0), err)
		}
	}
	if *list {
		return k.printAddresses(c.stdout)
	}
	k.compareAll(dir)
	k.print(c.stdout)
	if *record != "" {
		data, err := author.EncodeCopies(k.recorded(vendors.Date(*today)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(*record, data, 0o644); err != nil {
			return err
		}
	}
	if n := len(k.clauses) - k.count(found); n > 0 {
		return fmt.Errorf("%w: %d of %d", errNotFound, n, len(k.clauses))
	}
	return nil
}

// A comparison compares the words of a list with copies.
type comparison struct {
	clauses []*words
	copies  []*copyFile
	record  []author.Copy
	unknown []string // files in the folder that are not the copy of an address
}

// Words are the words of a verified clause, or of a version of it with grade A or B.
type words struct {
	key, locator string
	wanted       []*passage
	copies       []*copyFile
}

// A passage is words that are in one piece in the original.
type passage struct {
	of      string // "" for a clause; else the listing and the member that quotes the words
	text    string // folded
	in      []string
	nearest *difference
}

// A copyFile is the copy of an address.
type copyFile struct {
	address, file     string // file: "" if there is none
	mediaType, digest string
	err               error
	clauses           []*words
	has               []string // keys of clauses with a passage in the copy
}

// newComparison returns the words of a list and the addresses of their copies.
func newComparison(files fs.FS, base *denylist.Release) (*comparison, error) {
	r, err := author.Load(files, base)
	if err != nil {
		return nil, err
	}
	k := new(comparison)
	if k.record, err = author.Copies(files); err != nil {
		return nil, err
	}
	byAddress := make(map[string]*copyFile)
	for _, in := range r.Instruments() {
		if _, err := fs.Stat(files, "instruments/"+in.ID+".json"); err != nil {
			continue // it is in the base
		}
		for i := range in.Clauses {
			cl := &in.Clauses[i]
			if cl.Verified {
				w := k.add(byAddress, author.CopyKey(in, cl, nil), cl.Locator, cl.Text, cl.Source)
				w.addListings(in, cl)
			}
			for j := range cl.Versions {
				if v := &cl.Versions[j]; v.Grade != "C" {
					k.add(byAddress, author.CopyKey(in, cl, v), cl.Locator, v.Text, v.Source)
				}
			}
		}
	}
	for _, address := range slices.Sorted(maps.Keys(byAddress)) {
		k.copies = append(k.copies, byAddress[address])
	}
	return k, nil
}

// add adds the words of a clause with the addresses that its source names or its record has.
func (k *comparison) add(byAddress map[string]*copyFile, key, locator, text, source string) *words {
	w := &words{key: key, locator: locator}
	for _, p := range passages(text) {
		w.wanted = append(w.wanted, &passage{text: p})
	}
	addresses := author.Addresses(source)
	for _, c := range k.record {
		if slices.Contains(c.Clauses, key) && !slices.Contains(addresses, c.Address) {
			addresses = append(addresses, c.Address)
		}
	}
	for _, address := range addresses {
		c := byAddress[address]
		if c == nil {
			c = &copyFile{address: address}
			byAddress[address] = c
		}
		w.copies, c.clauses = append(w.copies, c), append(c.clauses, w)
	}
	k.clauses = append(k.clauses, w)
	return w
}

// addListings adds the words that listings quote from a clause. They are in the clause, so they are
// found with it. If its words are not found, they tell which listings are concerned.
func (w *words) addListings(in *denylist.Instrument, clause *denylist.Clause) {
	add := func(id, member, quoted string) {
		for _, p := range passages(quoted) {
			w.wanted = append(w.wanted, &passage{of: member + " of " + id, text: p})
		}
	}
	for i := range in.Listings {
		l := &in.Listings[i]
		if l.Clause == clause.ID {
			add(l.ID, "quote", l.Quote)
			add(l.ID, "verb", l.Verb)
		}
		for _, e := range l.Editions {
			if e.Clause == clause.ID {
				add(l.ID, "quote from "+string(e.From), e.Quote)
				add(l.ID, "verb from "+string(e.From), e.Verb)
			}
		}
		if l.In == clause.ID || l.In == "" && l.Clause == clause.ID {
			add(l.ID, "name", l.Named)
		}
	}
}

// findFiles finds the copies in a folder.
func (k *comparison) findFiles(dir fs.FS) error {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return err
	}
	used := map[string]bool{sourcesName: true}
	exists := make(map[string]bool)
	for _, e := range entries {
		exists[e.Name()] = e.Type()&^fs.ModeSymlink == 0 // not a folder or a pipe
	}
	named, err := readSources(dir)
	if err != nil {
		return err
	}
	files := make(map[string]string) // by address
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !exists[name] {
			return fmt.Errorf("%s names the file %q, which is not in the folder", sourcesName, name)
		}
		if files[named[name]] == "" {
			files[named[name]] = name
		}
	}
	for _, c := range k.copies {
		c.file = files[c.address]
		if name := copyName(c.address); c.file == "" && exists[name] {
			c.file = name
		}
		if c.file == "" {
			continue
		}
		used[c.file] = true
		for _, name := range textNames(c.file) {
			used[name] = true
		}
	}
	for _, e := range entries {
		if !used[e.Name()] {
			k.unknown = append(k.unknown, e.Name())
		}
	}
	return nil
}

// readSources reads sources.json, if the folder has it: addresses by the names of the files.
func readSources(dir fs.FS) (map[string]string, error) {
	data, err := readCopy(dir, sourcesName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var named map[string]string
	if err == nil {
		err = json.Unmarshal(data, &named)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; expected names of files with their addresses", sourcesName, err)
	}
	return named, nil
}

// extensions are those that the name of a copy has from its address.
var extensions = []string{".csv", ".dita", ".htm", ".json", ".md", ".pdf", ".txt", ".xml"}

// copyName returns the name of the file for the copy of an address: its host, and a part of a digest
// because two addresses can have the same file name.
func copyName(address string) string {
	host, ext := "copy", ""
	if u, err := url.Parse(address); err == nil {
		host, ext = strings.TrimPrefix(u.Hostname(), "www."), strings.ToLower(path.Ext(u.Path))
	}
	if !slices.Contains(extensions, ext) {
		ext = ".html"
	}
	sum := sha256.Sum256([]byte(address))
	return host + "-" + hex.EncodeToString(sum[:4]) + ext
}

// compareAll compares all copies, one after the other.
func (k *comparison) compareAll(dir fs.FS) {
	for _, c := range k.copies {
		if c.file == "" {
			continue
		}
		p, err := c.read(dir)
		if err != nil {
			c.err = err
			continue
		}
		for _, w := range c.clauses {
			c.compare(p, w)
		}
	}
}

// read reads a copy, its digest and its text.
func (c *copyFile) read(dir fs.FS) (*page, error) {
	data, err := readCopy(dir, c.file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	c.digest = "sha256:" + hex.EncodeToString(sum[:])
	mediaType, format := mediaTypeOf(c.file, data)
	c.mediaType = mediaType
	if format != "" {
		beside, err := readBeside(dir, c.file)
		if err != nil {
			return nil, fmt.Errorf("it is %s; %w", format, err)
		}
		mediaType, data = "text/plain", beside
	}
	content, err := textOf(mediaType, data)
	if err != nil {
		return nil, err
	}
	p := newPage(content, mediaType == "text/plain")
	if p.text == "" {
		return nil, fmt.Errorf("it has no text")
	}
	return p, nil
}

// readBeside reads the file with the text of a copy that has no reader.
func readBeside(dir fs.FS, file string) ([]byte, error) {
	names := textNames(file)
	for _, name := range names {
		data, err := readCopy(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return data, err
	}
	return nil, fmt.Errorf("expected its text in %s", text.Printable(names[len(names)-1]))
}

// compare looks for the words of a clause in a copy.
func (c *copyFile) compare(p *page, w *words) {
	has := false
	for _, x := range w.wanted {
		switch {
		case p.has(x.text):
			x.in = append(x.in, c.file)
			has = has || x.of == ""
		case x.of == "" && len(x.in) == 0:
			if d := p.nearest(x.text); d != nil && (x.nearest == nil || d.same > x.nearest.same) {
				d.file, x.nearest = c.file, d
			}
		}
	}
	if has {
		c.has = append(c.has, w.key)
	}
}

// recorded returns the record with the copies that have words of clauses that were found. A clause
// that was not found keeps its old copies.
func (k *comparison) recorded(today vendors.Date) []author.Copy {
	state := make(map[string]string)
	for _, w := range k.clauses {
		state[w.key] = w.state()
	}
	all := make([]author.Copy, 0, len(k.record)+len(k.copies))
	now := make(map[[2]string]bool) // address and key
	for _, c := range k.copies {
		made := author.Copy{Address: c.address, MediaType: c.mediaType, Read: today, Digest: c.digest}
		for _, key := range c.has {
			if state[key] == found {
				made.Clauses = append(made.Clauses, key)
				now[[2]string{c.address, key}] = true
			}
		}
		all = append(all, made)
	}
	for _, old := range k.record {
		old.Clauses = slices.DeleteFunc(slices.Clone(old.Clauses), func(key string) bool { return now[[2]string{old.Address, key}] })
		all = append(all, old)
	}
	return all
}
