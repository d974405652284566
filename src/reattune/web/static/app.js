// Small helps. Every page works without them.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  const ready = () => {
    // A button that prints.
    for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

    // Fields for a secret can be shown, to check what was typed.
    for (const box of document.querySelectorAll("[data-reveal]")) {
      box.addEventListener("change", () => {
        for (const id of box.dataset.reveal.split(" ")) document.getElementById(id).type = box.checked ? "text" : "password";
      });
    }

    // How hard a passphrase is to guess, while it is typed; the same estimate as in strength.py.
    for (const field of document.querySelectorAll("[data-strength]")) {
      const say = document.getElementById(field.dataset.strength);
      field.addEventListener("input", () => {
        const said = field.value.toLowerCase(), words = JSON.parse(field.dataset.strengthWords);
        let plain = said;
        for (const common of words.common) plain = plain.replaceAll(common, "*");
        const signs = [...plain], variety = new Set(signs).size;
        const runs = signs.filter((sign, i) => sign !== signs[i + 1]).length;
        const bits = Math.min(runs, variety * 2.5) * Math.log2(Math.max(2, Math.min(variety, 26)));
        const level = [...field.value].length < words.shortest ? 0 : bits < 50 ? 1 : bits < 70 ? 2 : 3;
        say.textContent = field.value ? words.said[level] : "";
      });
    }

    // A form is sent once, however often its button is pressed.
    for (const form of document.querySelectorAll("form")) {
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "yes";
        const button = event.submitter;
        if (button && button.dataset.busy) button.textContent = button.dataset.busy;
      });
    }
    window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

    // Whoever writes at length is not signed out over it; and is asked before leaving with unsent words.
    let last = Date.now(), unsent = false;
    document.addEventListener("input", (event) => {
      const field = event.target;
      if (!field.matches || !field.matches("textarea:not([readonly])")) return;
      unsent = true;
      const code = document.querySelector("input[name=csrf]");
      if (code && Date.now() - last > 240000) {
        last = Date.now();
        fetch("/still-here", { method: "POST", headers: { "X-CSRF": code.value } }).catch(() => {});
      }
    });
    document.addEventListener("submit", () => { unsent = false; });
    window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
})();
