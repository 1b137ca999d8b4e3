// The desk works without this file. It adds keys to lists, and one tick for all rows.
(() => {
  "use strict";

  // 1. In a list that is worked through, one row at a time has the focus. The letters count only
  //    while it is there, so that nobody who dictates or mistypes sets anything off.
  const list = document.querySelector("[data-queue]");
  if (list) {
    const rows = Array.from(list.children);
    const hints = document.querySelector(".keys");
    if (hints) hints.hidden = false;
    const reach = (row) => {
      rows.forEach((one) => { one.tabIndex = one === row ? 0 : -1; });
    };
    const go = (row) => {
      if (!row) return;
      reach(row);
      row.focus();
    };
    // After a row was done with, the one that took its place goes on; at the end, the last.
    const wanted = /^#row-(\d+)$/.exec(location.hash);
    if (wanted) go(rows[Math.min(Number(wanted[1]), rows.length - 1)]);
    else reach(rows[0]);
    list.addEventListener("focusin", (event) => {
      const row = rows.find((one) => one.contains(event.target));
      if (row) reach(row);
    });
    list.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (event.target.matches("input, select, textarea")) return;
      const at = rows.findIndex((one) => one.contains(event.target));
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (key === "j" || key === "ArrowDown") go(rows[at + 1]);
      else if (key === "k" || key === "ArrowUp") go(rows[at - 1]);
      else {
        const deed = rows[at].querySelector(`[data-key="${CSS.escape(key)}"]`);
        if (!deed) return;
        deed.click();
      }
      event.preventDefault();
    });
  }

  // 2. One tick for all rows of a table, and how many are chosen.
  const all = document.querySelector("[data-all]");
  if (all) {
    const boxes = Array.from(document.querySelectorAll("input[name=profile_ids]"));
    const chosen = document.querySelector("[data-chosen]");
    const tell = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
      if (chosen) chosen.textContent = String(ticked);
    };
    all.closest("label").hidden = false;
    all.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = all.checked; });
      tell();
    });
    boxes.forEach((box) => box.addEventListener("change", tell));
    tell();
  }
})();
