(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");

  // The timeline keeps the last words shown until others are asked for; Escape puts them away.
  var shown = null;
  function show(bar) {
    if (shown === bar) return;
    if (shown) {
      shown.classList.remove("shown");
      shown.ownerSVGElement.classList.remove("reading");
    }
    shown = bar;
    if (bar) {
      bar.classList.add("shown");
      bar.ownerSVGElement.classList.add("reading");
    }
  }
  function ask(event) {
    var bar = event.target.closest ? event.target.closest("a.bar") : null;
    if (bar) show(bar);
  }
  document.querySelectorAll(".timeline").forEach(function (box) {
    box.addEventListener("pointerover", ask);
    box.addEventListener("focusin", ask);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") show(null);
  });

  var print = document.getElementById("print");
  if (print) print.addEventListener("click", function () { window.print(); });

  // Notes are not saved anywhere: ask before the page with a note on it is closed.
  var notes = document.querySelectorAll("textarea");
  window.addEventListener("beforeunload", function (event) {
    var written = Array.prototype.some.call(notes, function (note) { return note.value.trim() !== ""; });
    if (written) event.preventDefault();
  });
  // On paper a note takes the room it needs.
  window.addEventListener("beforeprint", function () {
    notes.forEach(function (note) { note.rows = Math.max(2, Math.ceil(note.scrollHeight / 22)); });
  });
})();
