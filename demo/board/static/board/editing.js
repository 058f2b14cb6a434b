/* Small manners of forms: Escape and Cancel close an editor, what somebody else changed can be taken, and the focus finds
   a place when its own is gone.

   That what somebody types, opens or looks at outlives the refreshes that others cause is not done here, nor that an
   editor closes and a field is emptied once it was sent (data-mizan-after), nor that a refusal is told. */

// ---- editors: details in which one types, or what was fetched into a slot

const EDITOR = ".editor";

const close = (editor) => {
  const opener = editor.querySelector("summary") ?? document.getElementById(editor.dataset.opener);
  const isInside = editor.contains(document.activeElement);
  for (const form of editor.querySelectorAll("form")) form.reset();
  if (editor.matches("details")) editor.open = false;
  else editor.remove();
  if (isInside) opener?.focus();
};

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-cancel]")) close(target.closest(EDITOR));
  const editor = target.closest("summary")?.parentElement;
  if (!editor?.matches(EDITOR) || editor.open) return;
  const field = editor.querySelector("[name=title]");
  setTimeout(() => {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length); // who types goes on at the end
  });
});

document.addEventListener("keydown", (event) => {
  const editor = event.target.closest?.(EDITOR);
  if (!editor || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault(); // or the notice of a failure would close, too
    close(editor);
  }
  if (event.key === "Enter" && event.target.matches("textarea")) {
    event.preventDefault(); // titles have one line, even where they need two to be shown
    event.target.form.requestSubmit();
  }
});

// ---- a title in the tab that follows the one on the page

document.addEventListener("mizan:refreshed", ({ target }) => {
  const title = target.querySelector("[data-page-title]");
  if (title) document.title = `${title.textContent} · Mizan`;
});

// ---- what somebody else changed while one was typing: shown below the field, by board.css

document.addEventListener("mizan:refreshed", ({ target }) => {
  for (const field of target.querySelectorAll("[data-mizan-changed]")) {
    field.parentElement.querySelector(".changed q").textContent = field.dataset.mizanChanged;
  }
});

document.addEventListener("click", ({ target }) => {
  if (!target.matches("[data-take]")) return;
  const field = target.closest(".changed").parentElement.querySelector("[data-mizan-changed]");
  field.value = field.dataset.mizanChanged;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

// ---- what was fetched into a slot is done with, once somebody has chosen

document.addEventListener("mizan:done", ({ target }) => {
  const editor = target.closest?.(`${EDITOR}[data-opener]`);
  if (editor) close(editor);
});

// ---- focus: on a button that has moved to another block, or else on what is around the place where it was

const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";

let path = []; // ids, from where the focus was outwards
let parked = null; // where it was put because its own place is gone

const trail = (element) => {
  const ids = [];
  for (let up = element; up; up = up.parentElement) ids.push(up.dataset.opener, up.id);
  return ids.filter(Boolean);
};

const place = (id) => {
  const element = document.getElementById(id);
  return element?.matches(FOCUSABLE) ? element : null;
};

document.addEventListener("focusin", ({ target }) => {
  if (target === parked) return;
  parked = null;
  path = trail(target);
});

document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest?.(FOCUSABLE + ", label")) path = [];
});

document.addEventListener("mizan:refreshed", () => {
  const active = document.activeElement;
  if (active && active !== document.body && active !== parked) return;
  const found = path.map(place).find(Boolean);
  if (!found || found === active) return;
  parked = found.id === path[0] ? null : found;
  found.focus({ preventScroll: parked !== null });
});
