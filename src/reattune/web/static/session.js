// Keys for reading a transcript; everything they do can be done with Tab, Enter and the mouse as well.
(() => {
  "use strict";
  const turns = Array.from(document.querySelectorAll(".transcript > .turn"));
  let at = turns.findIndex((turn) => "#" + turn.id === location.hash);

  const show = (index) => {
    if (index < 0 || index >= turns.length) return;
    if (at >= 0) turns[at].classList.remove("here");
    at = index;
    turns[at].classList.add("here");
    turns[at].focus({ preventScroll: true });
    turns[at].scrollIntoView({ block: "center" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const here = turns.indexOf(event.target.closest ? event.target.closest(".turn") : null);
    if (here >= 0 && here !== at) { if (at >= 0) turns[at].classList.remove("here"); at = here; }
    if (event.key === "j") show(at + 1);
    else if (event.key === "k") show(at - 1);
    else if (event.key === "n") show(turns.findIndex((turn, i) => i > at && "mark" in turn.dataset));
    else if (event.key === "c" && at >= 0) {
      const link = turns[at].querySelector(".correct a");
      if (link) location.assign(link.href);
    } else return;
    event.preventDefault();
  });
})();
