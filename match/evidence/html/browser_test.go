// SPDX-License-Identifier: Apache-2.0

//go:build unix

package html_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A browser is a headless Chromium, spoken to through pipes by its DevTools protocol.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	id      int
	session string
	events  []event
}

type event struct {
	Method string
	Params json.RawMessage
}

// start opens a page in a browser, and skips the test where there is none.
func start(t *testing.T, page []byte) *browser {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium here; it is of Debian's package chromium")
	}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Not the test's own folder: processes of the browser can write for a moment after its end.
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	cmd := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
		"--no-first-run", "--disable-background-networking", "--user-data-dir="+filepath.Join(dir, "profile"), "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Skip("Chromium does not start: ", err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, in: ourOut, out: bufio.NewReaderSize(ourIn, 1<<20)}
	stuck := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		stuck.Stop()
		ourOut.Close()
		cmd.Process.Kill()
		cmd.Wait()
		ourIn.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	file := filepath.Join(dir, "report.html")
	if err := os.WriteFile(file, page, 0o644); err != nil {
		t.Fatal(err)
	}
	b.call("Page.navigate", map[string]any{"url": "file://" + file}, nil)
	b.wait("Page.loadEventFired")
	return b
}

func (b *browser) read() (id int, e event, result json.RawMessage) {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("Chromium: %v", err)
	}
	var m struct {
		ID     int
		Method string
		Params json.RawMessage
		Result json.RawMessage
		Error  json.RawMessage
	}
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	if m.Error != nil {
		b.t.Fatalf("Chromium: %s", m.Error)
	}
	if m.Method != "" {
		b.events = append(b.events, event{m.Method, m.Params})
	}
	return m.ID, event{m.Method, m.Params}, m.Result
}

func (b *browser) call(method string, params any, result any) {
	b.t.Helper()
	b.id++
	m := map[string]any{"id": b.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.in.Write(append(text, 0))
	}
	if err != nil {
		b.t.Fatal(err)
	}
	for {
		if id, _, raw := b.read(); id == b.id {
			if result != nil {
				if err := json.Unmarshal(raw, result); err != nil {
					b.t.Fatal(err)
				}
			}
			return
		}
	}
}

func (b *browser) wait(method string) {
	b.t.Helper()
	for _, e := range b.events {
		if e.Method == method {
			return
		}
	}
	for {
		if _, e, _ := b.read(); e.Method == method {
			return
		}
	}
}

// eval evaluates an expression, and fails the test if that throws.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return r.Result.Value
}

func (b *browser) want(what, expression string, want any) {
	b.t.Helper()
	if got := b.eval(expression); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("%s: %s is %v; want %v", what, expression, got, want)
	}
}

// quiet fails the test for errors in the console, exceptions and requests to elsewhere.
func (b *browser) quiet() {
	b.t.Helper()
	for _, e := range b.events {
		text := string(e.Params)
		switch e.Method {
		case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
			b.t.Errorf("%s: %.500s", e.Method, text)
		case "Network.requestWillBeSent":
			var p struct{ Request struct{ URL string } }
			if json.Unmarshal(e.Params, &p); !strings.HasPrefix(p.Request.URL, "file:") {
				b.t.Errorf("a request to %s", p.Request.URL)
			}
		}
	}
}

const visible = `document.querySelectorAll("details.finding:not([hidden])").length`

func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	b := start(t, write(t, screened(t, "testdata/bids/endpoint-tender", "testdata/bids/router-tender")))
	b.want("at first", visible, 13)
	b.want("at first", `document.querySelectorAll("details[open]").length`, 0)
	search := func(s string) {
		b.eval(fmt.Sprintf(`(function(){ var q = document.getElementById("q"); q.value = %q; q.dispatchEvent(new Event("input")); })()`, s))
	}
	search("huawei echolife")
	b.want("a search", visible, 1)
	b.want("a search", `document.getElementById("shown").textContent`, "1 of 13 findings shown")
	b.want("a search", `document.querySelectorAll("#findings > section.doc:not([hidden])").length`, 1)
	search("router-tender/profiles")
	b.want("a search for a path", visible, 3)
	search("xylophone")
	b.want("a search for nothing", visible, 0)
	search("")
	b.eval(`document.querySelectorAll("input[name=v]")[0].click()`)
	b.want("without bans", visible, 7)
	b.eval(`document.querySelectorAll("input[name=v]")[0].click()`)
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
	b.want("headings", `Array.from(document.querySelectorAll("h1,h2,h3,h4")).map(h => +h.tagName[1]).some((n, i, a) => i && n > a[i-1] + 1)`, false)
	b.want("names", `Array.from(document.querySelectorAll("main section")).filter(s => !s.getAttribute("aria-label") && !s.getAttribute("aria-labelledby")).length`, 0)
	b.want("tables", `Array.from(document.querySelectorAll("th")).filter(h => h.scope !== "col").length`, 0)
	b.want("anchors", `Array.from(document.querySelectorAll("a[href^='#']")).filter(a => !document.getElementById(a.getAttribute("href").slice(1))).length`, 0)
	b.want("language", `document.documentElement.lang`, "en")

	b.eval(`document.getElementById("open").click(); document.querySelector("details.observations").open = true`)
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
		b.want(what+": narrow columns", `Array.from(document.querySelectorAll("td:not(.n)")).filter(e => e.textContent.trim().length > 8 && e.clientWidth < 60).map(e => e.clientWidth + " " + e.dataset.label).join()`, "")
		b.want(what+": headings of cells", `Array.from(document.querySelectorAll("td")).filter(e => getComputedStyle(e, "::before").content === "none").length > 0`, size > 640)
	}
	b.want("each cell has the heading of its column", `Array.from(document.querySelectorAll("td")).filter(e => e.dataset.label !== e.closest("table").querySelectorAll("th")[e.cellIndex].textContent).length`, 0)
	b.quiet()
}

func TestBrowserHostileNames(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
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
	b := start(t, write(t, many(t, 10_000)))
	b.want("findings", visible, 10_000)
	b.eval(`(function(){ var q = document.getElementById("q"); q.value = "9999"; q.dispatchEvent(new Event("input")); })()`)
	b.want("a search", visible, 1)
	b.quiet()
}
