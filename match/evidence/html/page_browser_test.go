// SPDX-License-Identifier: Apache-2.0

//go:build unix

package html_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

const visible = `document.querySelectorAll(".card:not([hidden])").length`

func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, screenedBy(t, release(t), "testdata/bids/endpoint-tender", "testdata/bids/router-tender")))
	const all = 10 // groups
	b.want("at first", visible, all)
	b.want("at first", `document.querySelectorAll("details[open]").length`, 0)
	search := func(s string) {
		b.eval(fmt.Sprintf(`(function(){ var q = document.getElementById("q"); q.value = %q; q.dispatchEvent(new Event("input")); })()`, s))
	}
	search("huawei echolife")
	b.want("a search", visible, 1)
	b.want("a search", `document.getElementById("shown").textContent`, "1 of 13 findings shown, in 1 of 10 groups. On paper all are printed.")
	b.want("a search", `document.querySelectorAll("#findings > section.vendor:not([hidden])").length`, 1)
	b.want("a search: evidence", `document.querySelectorAll("section.group:not([hidden])").length`, 1)
	search("router-tender/profiles")
	b.want("a search for a path", visible, 3)
	search("xylophone")
	b.want("a search for nothing", visible, 0)
	search("")
	b.eval(`document.querySelectorAll("input[name=v]")[0].click()`)
	b.want("without bans", visible, 6)
	b.eval(`document.querySelectorAll("input[name=v]")[0].click()`)
	choose := func(id, value string) {
		b.eval(fmt.Sprintf(`(function(){ var s = document.getElementById(%q); s.value = %q; s.dispatchEvent(new Event("change")); })()`, id, value))
	}
	choose("by-vendor", "2")
	b.want("a vendor", `Array.from(document.querySelectorAll("section.vendor:not([hidden]) > h3")).map(e => e.textContent).join()`, "ZTE")
	choose("by-vendor", "")
	choose("by-place", "UK")
	b.want("a jurisdiction", visible, 2)
	choose("by-place", "")
	choose("by-force", "nobody")
	b.want("a force", `Array.from(document.querySelectorAll(".card:not([hidden])")).map(e => e.dataset.force).join()`, "nobody")
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	b.want("on paper there are no filters", `Array.from(document.querySelectorAll(".card, section.group, section.vendor")).filter(e => e.offsetHeight === 0).length`, 0)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": ""}, nil)
	choose("by-force", "")
	b.want("all again", `document.getElementById("shown").textContent`, "All shown: 13 findings in 10 groups.")
	b.eval(`document.getElementById("open").click()`)
	b.want("all open", `document.querySelectorAll("details.finding[open]").length`, 13)
	b.eval(`document.getElementById("close").click()`)
	b.want("all closed", `document.querySelectorAll("details.finding[open]").length`, 0)

	// With a keyboard: the first thing is the link that skips, and a finding opens with Enter.
	key := func(name, text string) {
		for _, typ := range []string{"keyDown", "keyUp"} {
			p := map[string]any{"type": typ, "key": name, "code": name, "windowsVirtualKeyCode": map[string]int{"Tab": 9, "Enter": 13}[name]}
			if typ == "keyDown" && text != "" {
				p["text"] = text
			}
			b.call("Input.dispatchKeyEvent", p, nil)
		}
	}
	key("Tab", "")
	b.want("the first stop", `document.activeElement.className`, "skip")
	b.eval(`document.querySelector("details.finding > summary").focus()`)
	key("Enter", "\r")
	b.want("Enter on a finding", `document.querySelectorAll("details.finding[open]").length`, 1)

	// Structure for screen readers: one first heading, none left out, named sections, heads of tables.
	b.want("headings", `document.querySelectorAll("h1").length`, 1)
	b.want("headings", `Array.from(document.querySelectorAll("h1,h2,h3,h4,h5")).map(h => +h.tagName[1]).some((n, i, a) => i && n > a[i-1] + 1)`, false)
	b.want("names", `Array.from(document.querySelectorAll("main section")).filter(s => !s.getAttribute("aria-label") && !s.getAttribute("aria-labelledby")).length`, 0)
	b.want("tables", `Array.from(document.querySelectorAll("th")).filter(h => h.scope !== "col" && h.scope !== "row").length`, 0)
	b.want("anchors", `Array.from(document.querySelectorAll("a[href^='#']")).filter(a => !document.getElementById(a.getAttribute("href").slice(1))).length`, 0)
	b.want("language", `document.documentElement.lang`, "en")

	b.eval(`document.getElementById("open").click(); document.querySelectorAll("details").forEach(d => d.open = true)`)
	for _, scheme := range []string{"light", "dark"} {
		b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
		b.want(scheme+": contrast of less than 4.5", contrast, "[]")
		for _, size := range []int{360, 1200} {
			b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": size, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
			b.want(fmt.Sprintf("%s, %d wide: no scrolling sideways", scheme, size), `document.documentElement.scrollWidth <= innerWidth`, true)
		}
	}
	b.eval(`document.getElementById("close").click()`)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	b.want("on paper: tools", `getComputedStyle(document.querySelector(".tools")).display`, "none")
	b.want("on paper: findings are open", `Array.from(document.querySelectorAll("details.finding .body")).filter(e => e.offsetHeight === 0).length`, 0)
	var pdf struct{ Data string }
	b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &pdf)
	if len(pdf.Data) < 10_000 {
		t.Errorf("a print of %d bytes", len(pdf.Data))
	}
	b.quiet()
}

// contrast lists texts with too little contrast to their background (WCAG 2.2, 1.4.3).
const contrast = `(function () {
	function rgb(s) { return s.match(/[\d.]+/g).map(Number); }
	function light(c) { return c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4)).reduce((n, v, i) => n + v * [.2126, .7152, .0722][i], 0); }
	function behind(e) { for (; e; e = e.parentElement) { var c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) { return c; } } return [255, 255, 255]; }
	var bad = [];
	document.querySelectorAll("body *").forEach(function (e) {
		var own = Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim());
		if (!own || !e.getClientRects().length || ["SCRIPT", "STYLE", "OPTION"].includes(e.tagName)) { return; }
		var a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
		var ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) { bad.push(e.className + " " + e.tagName + " " + ratio.toFixed(2)); }
	});
	return JSON.stringify(bad.slice(0, 10));
})()`

// Values without a place to break wrap within the page, on a telephone too: nothing scrolls
// sideways, and no column is so narrow that it has a letter a line.
func TestBrowserNarrow(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	long := func(c string) string { return strings.Repeat(c, 160) }
	r := screened(t, "testdata/bids/endpoint-tender", "testdata/bids/router-tender")
	d := &r.Documents[0]
	d.Path, d.Format, d.SpecVersion = long("p"), long("f"), long("v")
	d.Gaps = []match.Gap{{Kind: "linkedDocuments", Message: long("g")}}
	d.Error = &evidence.Error{Message: long("e")}
	d.Notices = []sbom.Warning{{Message: long("n"), Location: vendors.Location{Pointer: "/" + long("o")}}}
	d.Warnings = d.Notices
	f := &d.Findings[0]
	f.Note, f.Component.Name, f.Component.Version, f.Component.CanonicalPURL, f.Component.Location.Pointer = long("N"), long("c"), long("1"), "pkg:npm/"+long("u"), "/"+long("l")
	f.Attributions[0].Value, f.Attributions[0].Matched, f.Attributions[0].Source, f.Attributions[0].Location.Pointer = long("a"), long("m"), long("s"), "/"+long("t")
	d.Observations = append(d.Observations, *f)
	r.Companions = []evidence.File{{Path: long("C"), Reason: long("R"), SHA256: strings.Repeat("0", 64)}}
	r.Bid = &evidence.Bid{Bidder: long("B"), Tender: long("T"), Lot: long("L")}
	r.Notices = []sbom.Warning{{Kind: "asOf", Message: long("W")}}
	r.Policy = &policy.Decision{Policy: long("P"), SHA256: strings.Repeat("1", 64), Gaps: []string{long("G")}}
	b := start(t, write(t, r))
	b.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	for _, size := range []int{320, 400, 660, 1200} {
		b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": size, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
		what := fmt.Sprintf("%d wide", size)
		b.want(what, `document.documentElement.scrollWidth <= innerWidth`, true)
		b.want(what+": what scrolls or is cut off", `Array.from(document.querySelectorAll("main, main :not(thead, thead *), dd")).filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1).map(e => e.tagName + " " + e.id + " " + e.className).join()`, "")
		b.want(what+": what is beyond the page", `Array.from(document.querySelectorAll("header *, main :not(thead, thead *)")).filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + " " + e.className).join()`, "")
		b.want(what+": narrow columns", `Array.from(document.querySelectorAll("td:not(.n, .matrix td)")).filter(e => e.textContent.trim().length > 8 && e.clientWidth < 60).map(e => e.clientWidth + " " + e.dataset.label).join()`, "")
		b.want(what+": headings of cells", `Array.from(document.querySelectorAll("td")).filter(e => getComputedStyle(e, "::before").content === "none").length > 0`, size > 704)
	}
	b.want("each cell has the heading of its column", `Array.from(document.querySelectorAll("td")).filter(e => e.dataset.label !== e.closest("table").querySelectorAll("th")[e.cellIndex].textContent).length`, 0)
	b.quiet()
}

func TestBrowserHostileNames(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, poisoned()))
	b.want("scripts", `document.scripts.length`, 1)
	b.want("elements that should not be", `document.querySelectorAll("img,iframe,object,base,form,link,b").length`, 0)
	b.quiet()
}

func TestBrowserMany(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, varied(t, 20_000)))
	b.want("groups", visible, 1000)
	b.want("evidence", `document.querySelectorAll("details.finding").length`, 1000)
	b.eval(`(function(){ var q = document.getElementById("q"); q.value = "9990"; q.dispatchEvent(new Event("input")); })()`)
	b.want("a search", visible, 1)
	b.quiet()
}

// Copying works with the clipboard of the browser and without it, and tells a screen reader.
func TestBrowserCopy(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, screened(t, "testdata/bids/router-tender")))
	press := func() {
		b.eval(`document.getElementById("copied").textContent = ""; document.getElementById("copy").click()`)
		b.eval(`new Promise(done => setTimeout(() => done(0), 200))`)
	}
	const items = `Array.from(document.querySelectorAll("ol.ask > li")).map((e, i) => (i + 1) + ". " + e.textContent).join("\n")`
	b.eval(`Object.defineProperty(navigator, "clipboard", {configurable: true, value: {writeText: s => { window.took = s; return Promise.resolve(); }}})`)
	press()
	b.want("copied", `took === `+items, true)
	b.want("copied", `took.split("\n").length`, 7)
	b.want("said", `document.getElementById("copied").textContent`, "7 questions copied.")
	b.want("said to a screen reader", `document.getElementById("copied").getAttribute("role")`, "status")
	b.eval(`Object.defineProperty(navigator, "clipboard", {configurable: true, value: {writeText: s => Promise.reject(new Error("no"))}});
		document.execCommand = s => { window.took = getSelection().toString() || document.activeElement.value; return true; }; window.took = ""`)
	press()
	b.want("refused", `took === `+items, true)
	b.want("refused", `document.getElementById("copied").textContent`, "7 questions copied.")
	b.eval(`Object.defineProperty(navigator, "clipboard", {configurable: true, value: undefined}); document.execCommand = s => false`)
	press()
	b.want("neither", `document.getElementById("copybox").value === `+items, true)
	b.want("neither", `document.activeElement.id`, "copybox")
	b.want("neither", `document.getElementById("copied").textContent.startsWith("The questions are selected")`, true)
	b.quiet()
}

// A link to a passage or to evidence ends below the bar that stays on top, and opens what is folded.
func TestBrowserAnchors(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, screened(t, "testdata/bids/router-tender")))
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	if end := b.eval(`document.getElementById("annex").getBoundingClientRect().top + scrollY`).(float64); end > 2.5*900 {
		t.Errorf("%v screens to the end of the findings", end/900)
	}
	b.eval(`document.documentElement.style.scrollBehavior = "auto"`)
	for _, id := range []string{"g-2", "e-3", "text-2", "gaps"} {
		b.eval(fmt.Sprintf(`location.hash = %q; new Promise(done => setTimeout(() => done(0), 100))`, id))
		b.want(id+" is below the bar", fmt.Sprintf(`document.getElementById(%q).getBoundingClientRect().top >= document.querySelector("nav").getBoundingClientRect().bottom`, id), true)
	}
	b.eval(`location.hash = document.querySelector("details.others [id^=text-]").id; new Promise(done => setTimeout(() => done(0), 100))`)
	b.want("a text that was folded", `document.querySelector("details.others").open`, true)
	b.quiet()
}

// On paper the answer with the signature is the first page, the findings are the second, and the
// annex starts on the third.
func TestBrowserPrint(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("no pdftotext here; it is of Debian's package poppler-utils")
	}
	for _, bid := range []string{"router-tender", "endpoint-tender"} {
		b := start(t, write(t, screened(t, "testdata/bids/"+bid)))
		b.eval(`(function(){ var q = document.getElementById("q"); q.value = "xylophone"; q.dispatchEvent(new Event("input")); })()`)
		var pdf struct{ Data string }
		b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &pdf)
		data, err := base64.StdEncoding.DecodeString(pdf.Data)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "page.pdf")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command("pdftotext", "-layout", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		pages := bytes.Split(text, []byte("\f"))
		for i, want := range []string{"Signature", "Findings", "Annex"} {
			if len(pages) <= i || !bytes.Contains(pages[i], []byte(want)) {
				t.Errorf("%s: no %q on page %d of %d", bid, want, i+1, len(pages)-1)
			}
		}
		b.quiet()
	}
}

// release is the one that the numbers in tests of the page are about.
func release(t testing.TB) *denylist.Release {
	t.Helper()
	r, err := denylist.Open("2026.11.25")
	if err != nil {
		t.Fatal(err)
	}
	return r
}
