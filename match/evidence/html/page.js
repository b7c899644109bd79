"use strict";
(function () {
	var tools = document.querySelector(".tools");
	if (!tools) { return; }
	tools.hidden = false;
	var q = document.getElementById("q"), shown = document.getElementById("shown");
	var boxes = Array.from(document.querySelectorAll("input[name=v]"));
	var docs = Array.from(document.querySelectorAll("#findings > section.doc"));
	var findings = docs.map(function (d) {
		return Array.from(d.querySelectorAll("details.finding")).map(function (f) {
			return { e: f, text: (d.querySelector("h3").textContent + " " + f.textContent).toLowerCase() };
		});
	});
	var total = findings.reduce(function (n, l) { return n + l.length; }, 0);
	function apply() {
		var words = q.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;
		var on = boxes.filter(function (b) { return b.checked; }).map(function (b) { return b.value; });
		docs.forEach(function (d, i) {
			var any = false;
			findings[i].forEach(function (f) {
				var show = on.indexOf(f.e.dataset.verdict) >= 0 && words.every(function (w) { return f.text.indexOf(w) >= 0; });
				f.e.hidden = !show;
				if (show) { any = true; n++; }
			});
			d.hidden = !any;
		});
		shown.textContent = n === total ? total + (total === 1 ? " finding" : " findings") : n + " of " + total + " findings shown";
	}
	function all(open) {
		findings.forEach(function (l) { l.forEach(function (f) { if (!f.e.hidden) { f.e.open = open; } }); });
	}
	q.addEventListener("input", apply);
	boxes.forEach(function (b) { b.addEventListener("change", apply); });
	document.getElementById("open").addEventListener("click", function () { all(true); });
	document.getElementById("close").addEventListener("click", function () { all(false); });
	function target() {
		var e = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
		if (e && e.tagName === "DETAILS") { e.open = true; }
	}
	addEventListener("hashchange", target);
	target();
	apply();
})();
