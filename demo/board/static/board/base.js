/* The scripts of every page of the demo: the panel "What just happened", and the manners of its forms. */

/* ---- The panel "What just happened": what the last change made stale, whoever made it, and which blocks refreshed
   because of it.

   All it needs are two events of mizan.js: `mizan:invalidate` on the document when something was said to be stale,
   and `mizan:refreshed` on each block that took a stale one's place. Of one's own change the answer's header tells,
   in other tabs of the browser that tab, and then, key by key and with the same version, the socket; of somebody
   else's only the socket. */

const byId = (id) => document.getElementById(id);
const panel = byId("panel");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let change = {}; // the last one: `version`, and `keys` that it made stale
let named = new Set(); // ids of the blocks that it covered; others load or poll for reasons of their own
let refreshed = new Map(); // what a block is bound to → how many such blocks were fetched anew
let touched = 0; // blocks, those inside of others included

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const report = () => {
  const fetched = [...refreshed.values()].reduce((sum, each) => sum + each, 0);
  const others = document.querySelectorAll("[data-mizan]").length - touched;
  byId("panel-sum").textContent = count(fetched, "block") + " refreshed";
  const nothing = named.size ? "It will be, as soon as the server answers." : "Nothing on this page shows it.";
  byId("panel-rest").textContent = fetched
    ? `${count(others, "other block")} on this page stayed as they were.`
    : nothing;
  byId("panel-blocks").replaceChildren(
    ...[...refreshed].map(([bound, times]) => {
      const item = document.createElement("li");
      const name = item.appendChild(document.createElement("code"));
      name.textContent = bound;
      if (times > 1) item.append(` × ${times}`);
      return item;
    }),
  );
};

const flash = (block) => {
  if (calm.matches) return;
  const color = getComputedStyle(block).getPropertyValue("--flash");
  block.animate([{ boxShadow: `0 0 0 3px ${color}` }, { boxShadow: "0 0 0 3px transparent" }], 1400);
};

// Who comes and goes has changed nothing.
const isNews = (key) => !key.startsWith("here");

const begin = (version) => {
  change = { version, keys: new Set() };
  named = new Set();
  refreshed = new Map();
  touched = 0;
  byId("panel-empty").hidden = true;
  byId("panel-report").hidden = false;
};

/* Who told of it, those last who know best whose change it was. */
const TELLERS = ["socket", "tab", "cookie", "response"];

const attribute = (source) => {
  if (TELLERS.indexOf(source) < TELLERS.indexOf(change.source)) return;
  change.source = source;
  const isOwn = /response|cookie/.test(source);
  byId("panel-own").hidden = !isOwn;
  byId("panel-tab").hidden = source !== "tab";
  byId("panel-foreign").hidden = isOwn || source === "tab";
  byId("panel-name").textContent = isOwn ? "X-Mizan-Invalidate:" : "invalidate:";
};

/* Where a cache stands in front of the site, it says of each answer whether it came out of its memory, and of an
   answer to a change how many copies it had to forget. */
const REMEMBERED = 4;

const notice = (verb, path, header) => {
  const cache = header("X-Cache");
  if (!cache || header("X-Mizan-Together")) return; // what several blocks share is private, and no cache's
  const purged = header("X-Mizan-Purged");
  const item = document.createElement("li");
  item.appendChild(document.createElement("code")).textContent =
    `${verb.toUpperCase()} ${new URL(path, location.href).pathname}`;
  const found = { HIT: `hit, ${header("Age") ?? 0} s old`, MISS: "miss, fetched and kept", PASS: "passed" }[cache];
  item.append(` ${found}${purged ? `, ${purged === "1" ? "1 copy" : `${purged} copies`} purged` : ""}`);
  const list = byId("panel-cached");
  list.prepend(item);
  while (list.children.length > REMEMBERED) list.lastChild.remove();
  byId("panel-edge").hidden = false;
};

const start = () => {
  document.addEventListener("mizan:invalidate", ({ detail: { header, version, blocks, source } }) => {
    const keys = header.split(", ").filter(isNews);
    if (!keys.length || source === "return") return; // all of a page that was away is asked for; nothing happened
    if (!version || version !== change.version) begin(version);
    attribute(source);
    for (const key of keys) change.keys.add(key);
    for (const { id } of blocks) named.add(id);
    byId("panel-header").textContent = [...change.keys].join(", ");
    report();
  });
  document.addEventListener("mizan:refreshed", ({ target, detail }) => {
    const bound = target.dataset.mizan;
    if (!isNews(bound) || !named.has(target.id)) return;
    refreshed.set(bound, (refreshed.get(bound) ?? 0) + 1);
    touched += 1 + target.querySelectorAll("[data-mizan]").length;
    report();
    if (detail.changed) flash(target);
  });

  document.addEventListener("htmx:afterRequest", ({ detail: { xhr, requestConfig: { verb, path } } }) =>
    notice(verb, path, (name) => xhr.getResponseHeader(name))); // 2
  document.addEventListener("htmx:after:request", ({ detail: { ctx: { request, response } } }) =>
    notice(request.method, request.action, (name) => response.headers.get(name))); // 4

  // Where there is room beside the board it is open at first; on a phone it never is unless asked.
  const wished = localStorage.getItem("panel");
  panel.open = wished ? wished === "open" : matchMedia("(min-width: 64rem)").matches;
  panel.addEventListener("toggle", () => localStorage.setItem("panel", panel.open ? "open" : "closed"));
};

if (panel) start();

addEventListener("DOMContentLoaded", () => {
  const version = document.querySelector("[data-htmx-version]");
  if (version && window.htmx) version.textContent = `htmx ${window.htmx.version}`;
});

/* ---- Small manners of forms: Escape and Cancel close an editor, what somebody else changed can be taken, and the focus finds
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
