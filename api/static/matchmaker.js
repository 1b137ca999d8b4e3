// The pages work without this file. It adds six comforts.
(() => {
  "use strict";

  // 1. A text that is not sent yet survives a change of language or a step to another page.
  //    Kept in this tab only, and forgotten as soon as it is sent.
  const draft = document.querySelector("form[data-draft]");
  if (draft) {
    const key = "draft-" + draft.dataset.draft;
    const fields = Array.from(draft.querySelectorAll("textarea, input[type=text]"));
    if (fields.every((field) => field.value === "")) {
      const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
      fields.forEach((field) => { field.value = kept[field.name] || ""; });
      // The draft that was saved of it goes on as the same one.
      ["draft", "draft_revision"].filter((name) => kept[name]).forEach((name) => {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name, value: kept[name] });
        document.getElementById("draft-line").append(field);
      });
    }
    const keep = () => {
      const saved = Array.from(draft.querySelectorAll("input[name^=draft]"));
      const values = [...fields, ...saved].map((field) => [field.name, field.value]);
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(values)));
    };
    draft.addEventListener("input", keep);
    draft.addEventListener("htmx:afterSwap", keep);
    draft.addEventListener("submit", () => sessionStorage.removeItem(key));
  }

  // 2. A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => {
      button.setAttribute("aria-disabled", "true");
    });
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => {
        button.removeAttribute("aria-disabled");
      });
    });
  });

  // 3. The challenge stands open where there is room for it beside the list.
  const wide = window.matchMedia("(min-width: 64rem)");
  let swapped = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    // What arrives by itself does not move the focus.
    const target = event.detail.target;
    if (target.id !== "marks" && !target.matches(".nearby")) swapped = true;
  });
  const unfold = () => {
    document.querySelectorAll("details[data-open-when-wide]").forEach((box) => {
      if (wide.matches) box.open = true;
    });
  };
  unfold();
  wide.addEventListener("change", unfold);
  document.addEventListener("htmx:load", (event) => {
    // A section that is filled on the way down the page is not what somebody asked for.
    if (event.detail.elt.closest(".nearby")) return;
    unfold();
    // The button of a condition that was taken away is gone, and the focus with it.
    const heading = document.getElementById("list-heading");
    if (heading && document.activeElement === document.body && swapped) heading.focus();
  });
  // A numbered reference leads into the challenge; on a small screen that is folded.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const box = target && target.closest("details");
    if (box && !box.open) {
      box.open = true;
      target.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // 4. After a refused form the summary of what to change is read first. When an in-place
  //    change fails, the plain way is taken, which ends on a page that says what happened.
  const errors = document.getElementById("form-errors");
  if (errors) errors.focus();
  const plainly = (event) => {
    const source = event.detail.elt;
    // What was asked for by the page and not by the person fails quietly.
    if (source.hasAttribute("data-quiet")) return;
    const form = source.closest("form");
    // What a button says goes with it; without that a form would be saved.
    if (form && source.matches("button[type=submit]")) form.requestSubmit(source);
    else if (form) form.submit();
    else if (source.href) location.assign(source.href);
    // A section that could not be filled keeps its link.
  };
  document.addEventListener("htmx:responseError", plainly);
  document.addEventListener("htmx:sendError", plainly);

  // 5. A suggestion goes into its field with one press; without script it is copied by hand.
  document.querySelectorAll("button[data-put]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.into);
      field.value = button.dataset.put;
      field.focus();
    });
  });

  // 6. What a button made, or moved, has the focus afterwards.
  const focus = (part) => {
    const made = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
    if (made) made.focus();
  };
  focus(document.body);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) focus(event.detail.elt);
  });
})();
