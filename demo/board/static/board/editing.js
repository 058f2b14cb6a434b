/* Small manners of forms: Escape, Cancel and success close an editor, a field that was sent is emptied, and who
   works with the keyboard stays where they were when the button they pressed has been replaced.

   What somebody types must outlive the refreshes that others cause: what it stands in has hx-preserve. */

// ---- editors

const close = (editor) => {
  const opener = document.getElementById(editor.dataset.editor);
  const isInside = editor.contains(document.activeElement);
  editor.remove();
  if (isInside) opener?.focus();
};

document.addEventListener("click", ({ target }) => {
  const cancel = target.closest?.("[data-cancel]");
  if (cancel) close(cancel.closest("[data-editor]"));
});

document.addEventListener("keydown", (event) => {
  const editor = event.target.closest?.("[data-editor]");
  if (!editor || event.isComposing) return;
  if (event.key === "Escape") close(editor);
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

// ---- a form that is there for the next entry

const sent = new WeakMap();
const typed = (form) => new URLSearchParams(new FormData(form)).toString();

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-clear]")) sent.set(target, typed(target));
}, true);

const arrived = (source, method, ok) => {
  if (!ok || /^get$/i.test(method)) return;
  // Who types on while the answer is on its way keeps what they typed.
  if (source.matches?.("[data-clear]") && sent.get(source) === typed(source)) source.reset();
  const editor = source.closest?.("[data-editor]");
  if (editor) close(editor);
};

document.addEventListener("htmx:afterRequest", ({ detail }) => // htmx 2
  arrived(detail.elt, detail.requestConfig.verb, detail.successful));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => // htmx 4
  arrived(ctx.sourceElement, ctx.request.method, ctx.response.status < 400));

// ---- focus

const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";

let path = []; // ids, from where the focus was outwards
let parked = null; // where it was put because its own place is gone

const trail = (element) => {
  const ids = [element.id];
  for (let up = element; up; up = up.parentElement) ids.push(up.dataset.editor, up.id);
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
  // A field that opens with a text in it: whoever types goes on at its end.
  if (target.matches("[data-editor] [name=title]")) target.setSelectionRange(target.value.length, target.value.length);
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
