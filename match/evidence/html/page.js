"use strict";
(function () {
	function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
	function byID(id) { return document.getElementById(id); }

	// A link into something folded opens it.
	function target() {
		var e = location.hash.length > 1 && byID(decodeURIComponent(location.hash.slice(1)));
		for (var f = e; f; f = f.parentElement) { if (f.tagName === "DETAILS") { f.open = true; } }
		if (e && e.classList.contains("group")) {
			var parts = all("details.finding", e);
			if (parts.length === 1) { parts[0].open = true; }
		}
		if (e) { e.scrollIntoView(); }
	}
	addEventListener("hashchange", target);
	target();

	// The questions for the bidder, as numbered lines of text.
	var copy = byID("copy"), copied = byID("copied");
	if (copy) {
		var items = all("ol.ask > li"), text = items.map(function (e, i) { return (i + 1) + ". " + e.textContent; }).join("\n");
		var say = function (s) { copied.textContent = ""; setTimeout(function () { copied.textContent = s; }, 20); };
		var done = function () { say(items.length + (items.length === 1 ? " question" : " questions") + " copied."); };
		// Without the clipboard of the browser: a text that is selected and copied, or left for the reader to copy.
		var fallback = function () {
			var box = byID("copybox") || document.createElement("textarea");
			box.id = "copybox";
			box.readOnly = true;
			box.rows = Math.min(items.length + 1, 8);
			box.setAttribute("aria-label", "The questions");
			box.value = text;
			copy.parentNode.appendChild(box);
			box.focus();
			box.select();
			var ok = false;
			try { ok = document.execCommand("copy"); } catch (e) { ok = false; }
			if (ok) { box.remove(); copy.focus(); done(); } else { say("The questions are selected: press Ctrl+C or ⌘C."); }
		};
		copy.parentNode.hidden = false;
		copy.addEventListener("click", function () {
			if (navigator.clipboard && navigator.clipboard.writeText) {
				navigator.clipboard.writeText(text).then(done, fallback);
			} else { fallback(); }
		});
	}

	var parts = all("details.finding"), buttons = document.querySelector(".buttons");
	if (buttons) {
		var open = function (is) { parts.concat(all("details.why")).forEach(function (e) { if (!e.closest("[hidden]")) { e.open = is; } }); };
		buttons.hidden = false;
		byID("open").addEventListener("click", function () { open(true); });
		byID("close").addEventListener("click", function () { open(false); });
	}

	// The filters. Without them, and on paper, everything is there.
	var tools = document.querySelector(".tools");
	if (!tools) { return; }
	tools.hidden = false;
	var q = byID("q"), shown = byID("shown"), boxes = all("input[name=v]"), vendor = byID("by-vendor"), place = byID("by-place"), force = byID("by-force");
	var blocks = all("#findings > section.vendor").map(function (s) { return { e: s, cards: all(".card", s) }; });
	var cards = [];
	blocks.forEach(function (b, i) {
		b.cards.forEach(function (e) {
			var evidence = byID("e-" + e.dataset.group);
			cards.push({ e: e, evidence: evidence, vendor: String(i + 1), parts: +e.dataset.parts, places: e.dataset.places.split(" "),
				text: (b.e.querySelector("h3").textContent + " " + e.textContent + " " + (evidence ? evidence.textContent : "")).toLowerCase() });
		});
	});
	function plural(n, noun) { return n + " " + noun + (n === 1 ? "" : "s"); }
	function apply() {
		var words = q.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0, of = 0, groups = 0;
		var on = boxes.filter(function (b) { return b.checked; }).map(function (b) { return b.value; });
		cards.forEach(function (c) {
			var show = on.indexOf(c.e.dataset.verdict) >= 0 && (!vendor.value || vendor.value === c.vendor) && (!place.value || c.places.indexOf(place.value) >= 0) &&
				(!force.value || force.value === c.e.dataset.force) && words.every(function (w) { return c.text.indexOf(w) >= 0; });
			c.e.hidden = !show;
			if (c.evidence) { c.evidence.hidden = !show; }
			of += c.parts;
			if (show) { n += c.parts; groups++; }
		});
		blocks.forEach(function (b) { b.e.hidden = b.cards.every(function (c) { return c.hidden; }); });
		shown.textContent = groups === cards.length ? "All shown: " + plural(of, "finding") + " in " + plural(cards.length, "group") + "." :
			n + " of " + plural(of, "finding") + " shown, in " + groups + " of " + plural(cards.length, "group") + ". On paper all are printed.";
	}
	q.addEventListener("input", apply);
	boxes.concat([vendor, place, force]).forEach(function (b) { b.addEventListener("change", apply); });
	apply();
})();
