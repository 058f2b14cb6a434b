/* mizan-debug.js. Built from js/src by `make js`: change that. */
(() => {
"use strict";
if (!globalThis[Symbol.for("mizan")]?.modules) throw new Error("mizan-debug.js needs mizan.js: load it before, or use {% mizan_scripts %}.");
const require = (name) => globalThis[Symbol.for("mizan")].modules[name];


// src/devtools/empty.js
var import_dom3 = require("dom.js");
var import_events = require("events.js");
var import_lifecycle = require("lifecycle.js");

// src/devtools/elements.js
var import_dom = require("dom.js");

// src/devtools/style.js
/* How the overlay looks. It stands in a shadow tree, where no CSS of the site reaches it. */
var STYLE = `
  :host {
    --paper: #fff; --ink: #1c1c22; --soft: #5a5a66; --line: #d4d4dc;
    --mark: #1d5fd1; --good: #17803d; --bad: #b3261e;
    all: initial !important; display: block !important;
    position: fixed !important; inset: 0 auto auto 0 !important; width: 0 !important;
    height: 0 !important; z-index: 2147483647 !important;
    font: 13px/1.45 system-ui, sans-serif !important; color-scheme: light dark !important;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --paper: #202027; --ink: #ececf1; --soft: #a9a9b6; --line: #44444f;
      --mark: #8db8ff; --good: #76d693; --bad: #ff9d94;
    }
  }
  @media print { :host { display: none !important; } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .layer { position: fixed; inset: 0; overflow: clip; pointer-events: none; }
  .outline { position: absolute; border: 2px solid var(--tone); border-radius: 3px; --tone: var(--mark); }
  .outline.fresh { --tone: var(--good); }
  .outline.same { --tone: var(--soft); }
  .outline.failed { --tone: var(--bad); }
  .outline span {
    position: absolute; right: -2px; bottom: 100%; max-width: 100%; padding: 0 5px; overflow: hidden;
    background: var(--tone); color: var(--paper); font-size: 11px;
    text-overflow: ellipsis; white-space: nowrap;
  }
  .outline.low span { bottom: auto; top: 0; right: 0; }
  @media (prefers-reduced-motion: no-preference) {
    .outline.over { opacity: 0; transition: opacity 300ms ease-in 500ms; }
  }
  .corner { position: fixed; display: flex; gap: 8px; max-width: calc(100vw - 16px); pointer-events: none; }
  .corner > * { pointer-events: auto; }
  .bottom { bottom: 8px; flex-direction: column-reverse; }
  .top { top: 8px; flex-direction: column; }
  .right { right: 8px; align-items: flex-end; }
  .left { left: 8px; align-items: flex-start; }
  button {
    min-width: 28px; min-height: 28px; padding: 2px 9px; border: 1px solid var(--line); border-radius: 14px;
    background: var(--paper); color: var(--ink); font: inherit; cursor: pointer;
  }
  button:hover { border-color: var(--mark); }
  :focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
  section {
    display: flex; flex-direction: column; width: min(460px, calc(100vw - 16px));
    max-height: min(70vh, 620px);
    border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink);
    box-shadow: 0 4px 18px rgb(0 0 0 / .22);
  }
  header {
    display: flex; align-items: center; gap: 6px; padding: 8px 8px 8px 12px;
    border-bottom: 1px solid var(--line);
  }
  h2 { flex: 1; margin: 0; font-size: 14px; font-weight: 600; }
  .scroll { min-height: 0; overflow: auto; overscroll-behavior: contain; }
  .scroll > p { margin: 0; padding: 12px; color: var(--soft); }
  ol, ul { margin: 0; padding: 0; list-style: none; }
  ol > li { padding: 8px 12px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  ol > li:last-child { border-bottom: 0; }
  h3 { display: flex; gap: 8px; margin: 0; font-size: 13px; font-weight: 600; }
  h3 span { flex: 1; }
  time { color: var(--soft); font-weight: 400; white-space: nowrap; }
  code { font: 12px/1.4 ui-monospace, monospace; }
  h4, summary { margin: 4px 0 0; color: var(--soft); font-size: 12px; font-weight: 400; }
  summary { cursor: pointer; }
  ul { padding-left: 12px; }
  ul li { text-indent: -12px; padding-left: 12px; }
  .bad { color: var(--bad); }
  button.page { margin-top: 6px; }
  dialog {
    width: min(1100px, calc(100vw - 16px)); height: calc(100vh - 16px); max-width: none; max-height: none;
    padding: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink);
  }
  dialog[open] { display: flex; flex-direction: column; }
  dialog::backdrop { background: rgb(0 0 0 / .5); }
  iframe { flex: 1; width: 100%; border: 0; background: #fff; color-scheme: light; }
`;

// src/devtools/elements.js
/* The element of the overlay. It lives in a shadow tree beside the body, where no CSS of the site reaches it and no swap takes
   it away. */
/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
var make = (tag, attributes = {}, ...children) => {
  const made = import_dom.page.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
/** @type {HTMLElement} */
var host;
/** @type {ShadowRoot} */
var root;
/** @type {ReturnType<typeof build>} */
var parts;
var build = () => {
  const heading = make("h2", { id: "heading", tabindex: "-1" }, "Why did this refresh?");
  const move = make("button", { type: "button" }, "Move");
  const close2 = make("button", { type: "button", "aria-label": "Close" }, "×");
  const nothing = make("p", {}, "Nothing has changed since this page was loaded.");
  const list2 = make("ol", { "aria-labelledby": "heading" });
  // Without the tabindex keys could not scroll it in every browser.
  const scroll = { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "heading" };
  const button = make("button", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": "panel",
    "aria-keyshortcuts": "Alt+Shift+M"
  });
  const panel = make(
    "section",
    { id: "panel", "aria-labelledby": "heading", hidden: "" },
    make("header", {}, heading, move, close2),
    make("div", scroll, nothing, list2)
  );
  const corner = make("div", {}, button, panel);
  const layer = make("div", { class: "layer", "aria-hidden": "true" });
  const viewer = make("dialog", { "aria-label": "Error page" });
  return { button, close: close2, corner, heading, layer, list: list2, move, nothing, panel, viewer };
};
var start = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  host = import_dom.page.createElement("mizan-debug");
  root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  parts = build();
  root.append(parts.layer, parts.corner, parts.viewer);
};

// src/devtools/viewer.js
var import_html = require("html.js");
/* Shows a page that the server has sent about a failure. */
var PLAIN = ".pastebin, #pastebinTraceback, .commands a { display: none }";
// what needs its scripts
/**
 * Show a page. The server made it of what anybody may have sent: the sandbox lets nothing of it run. What a policy of the page
 * would only complain of is left out, and the styles are set by script.
 * @param {string} html
 */
var openPage = (html) => {
  const { viewer } = parts;
  /** @type {string[]} */
  const styles = [];
  const shown = html.replace(/<style\b[^>]*>(.*?)<\/style>/gis, (_, text) => {
    styles.push(text);
    return "";
  }).replace(/<script\b.*?<\/script>|<base\b[^>]*>|<meta\b[^>]*http-equiv[^>]*>/gis, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(on\w+|style)\s*=\s*("[^"]*"|'[^']*')/gi, ""));
  const frame = make("iframe", { sandbox: "allow-same-origin", title: "Error page" });
  frame.addEventListener("load", () => {
    const { contentDocument: inner2, contentWindow: view } = frame;
    if (!inner2 || !view) return;
    inner2.adoptedStyleSheets = [...styles, PLAIN].map((text) => {
      // Sheets of another document can't be adopted.
      const { CSSStyleSheet: Sheet } = (
        /** @type {typeof globalThis} */
        /** @type {unknown} */
        view
      );
      const made = new Sheet();
      made.replaceSync(text);
      return made;
    });
  });
  frame.srcdoc = (0, import_html.trustedHtml)(shown);
  const leaving = make("button", { type: "button" }, "Close");
  leaving.addEventListener("click", () => viewer.close());
  viewer.replaceChildren(make("header", {}, make("h2", {}, "Error page"), leaving), frame);
  if (!viewer.open) viewer.showModal();
};
var start2 = () => {
  const { viewer } = parts;
  viewer.addEventListener("close", () => viewer.replaceChildren());
};

// src/devtools/drawing.js
/* The changes in the list of the overlay, as they look. */
var MANY = 12;
// blocks that are listed for one reason
/** What became of a block; a function where that may still change in this task.
    @typedef {{ label: string, text: string | (() => string) }} Line */
/** A request of a change, which several blocks may have shared.
    @typedef {{ url: string, blocks: number, text?: string, together?: number, isOpen?: boolean }} SharedRequest */
/**
 * Something that has happened.
 * @typedef {object} Change
 * @property {string} title
 * @property {Date} at
 * @property {string} [header]
 * @property {string} [note]
 * @property {string} [source]
 * @property {string | null} [version]
 * @property {Event} [event] - the event that it is known by, which a listener may prevent later
 * @property {Map<string, Line>} states - what became of the covered blocks, by id
 * @property {Map<string, string[]>} missed - the blocks that it did not cover, by the reason
 * @property {SharedRequest[]} requests
 * @property {Line[]} [reasons] - why it was refused
 * @property {string | null} [page] - HTML of the server about its failure
 * @property {boolean} [isOpen] - whether the blocks that it did not cover are shown
 * @property {HTMLElement} [element]
 * @property {boolean} [isGone] - whether it is not listed any more
 */
/** @param {Line} line */
var item = ({ label, text }) => {
  const said = typeof text === "function" ? text() : text;
  const made = make("li", {}, make("code", {}, label), ` · ${said}`);
  if (/answered/.test(said)) made.className = "bad";
  return made;
};
/** @param {string[]} labels */
var some = (labels) => {
  const shown = labels.slice(0, MANY).map((label) => make("li", {}, make("code", {}, label)));
  if (labels.length > MANY) shown.push(make("li", {}, `and ${labels.length - MANY} more`));
  return make("ul", {}, ...shown);
};
/** @param {number} number */
var several = (number) => `${number} ${number === 1 ? "block" : "blocks"}`;
/** @param {Change} change */
var drawMissed = (change2) => {
  const groups = [...change2.missed];
  if (!groups.length) return [];
  const number = groups.reduce((sum, [, labels]) => sum + labels.length, 0);
  const details = make("details", {}, make("summary", {}, `${several(number)} not covered`));
  details.open = Boolean(change2.isOpen);
  details.addEventListener("toggle", () => change2.isOpen = details.open);
  for (const [reason, labels] of groups) details.append(make("h4", {}, reason), some(labels));
  return [details];
};
/** @param {SharedRequest} request */
var drawRequest = ({ url, blocks: blocks2, together = blocks2, text = "under way" }) => item({ label: `GET ${url}`, text: `${several(together)}, ${text}` });
/** @type {(title: string, items: HTMLElement[]) => HTMLElement[]} */
var section = (title, items) => items.length ? [make("h4", {}, title), make("ul", {}, ...items)] : [];
/** @param {string} html */
var pageButton = (html) => {
  const made = make("button", { type: "button", class: "page" }, "Show the error page");
  made.addEventListener("click", () => openPage(html));
  return made;
};
/** @param {Change} change */
var partsOf = (change2) => {
  const { title, at, header, note: note2, event } = change2;
  const states = [...change2.states.values()].map(item);
  const prevented = event?.defaultPrevented && "Prevented by a listener: nothing was made stale.";
  return [
    make("h3", {}, make("span", {}, title), make("time", {}, at.toTimeString().slice(0, 8))),
    ...header ? [make("code", {}, header)] : [],
    ...[note2, prevented].filter((text) => typeof text === "string").map((text) => make("h4", {}, text)),
    ...section(`${several(states.length)} covered`, states),
    ...drawMissed(change2),
    ...section("refused", (change2.reasons ?? []).map(item)),
    ...change2.page ? [pageButton(change2.page)] : [],
    ...section("requests", change2.requests.map(drawRequest))
  ];
};
/** @type {Set<Change>} */
var undrawn = /* @__PURE__ */ new Set();
/**
 * Draw a change soon: later in the same task a listener may still prevent it, and more may follow.
 * @param {Change} change
 */
var draw = (change2) => {
  if (!undrawn.size) setTimeout(drawAll);
  undrawn.add(change2);
};
var drawAll = () => {
  for (const change2 of undrawn) if (!change2.isGone) drawOne(change2);
  undrawn.clear();
};
/** @param {Change} change */
var drawOne = (change2) => {
  const element = change2.element ??= make("li");
  const hadFocus = element.contains(root.activeElement);
  element.replaceChildren(...partsOf(change2));
  if (hadFocus) element.querySelector("summary")?.focus();
  if (!element.isConnected) parts.list.prepend(element);
};
/** Take a change off the list. @param {Change} change */
var erase = (change2) => {
  change2.isGone = true;
  change2.element?.remove();
};
/** Show how many changes there were. @param {number} count */
var showCount = (count2) => {
  const { button, nothing } = parts;
  nothing.hidden = count2 > 0;
  button.textContent = `mizan ${count2}`;
  button.setAttribute("aria-label", `Why did this refresh? ${count2} ${count2 === 1 ? "change" : "changes"}`);
};

// src/devtools/names.js
var import_dom2 = require("dom.js");
/* How blocks and URLs are named in the overlay. */
/** @param {Element} block */
var idOf = (block) => (0, import_dom2.of)(block).id;
/** @param {HTMLElement} block */
var shownBy = (block) => (0, import_dom2.of)(block).dataset;
/** @param {HTMLElement} block */
var nameOf = (block) => `${shownBy(block).mizan} #${idOf(block)}`;
/** @param {HTMLElement} block */
var inner = (block) => (0, import_dom2.all)(import_dom2.BLOCK, block);
/** Return a URL without this origin. @param {string} url */
var pathOf = (url) => {
  const { origin, pathname, search } = new URL(url, import_dom2.page.baseURI);
  return (origin === location.origin ? "" : origin) + pathname + search;
};
/** @type {(method: string, url: string, status: number) => string} */
var titleOfAnswer = (method, url, status) => `${method.toUpperCase()} ${pathOf(url)} → ${status}`;

// src/devtools/changes.js
/* What has happened since the page was loaded, and which blocks are refreshed for what. */
/** @typedef {import("./drawing.js").Change} Change */
var MAX_CHANGES = 50;
// that are listed
/** @type {Change[]} The newest one first. */
var log = [];
/** @type {Map<string, Change[]>} The changes that a block is refreshed for next, by its id. */
var causes = /* @__PURE__ */ new Map();
/** @type {Map<string, string>} Whose change a version is, where the page knows it by more than the socket. */
var owners = /* @__PURE__ */ new Map();
var count = 0;
/** @type {(title: string, facts?: Partial<Change>) => Change} */
var record = (title, facts) => {
  /** @type {Change} */
  const change2 = { title, at: /* @__PURE__ */ new Date(), states: /* @__PURE__ */ new Map(), missed: /* @__PURE__ */ new Map(), requests: [], ...facts };
  log.unshift(change2);
  log.splice(MAX_CHANGES).forEach(erase);
  showCount(count += 1);
  draw(change2);
  return change2;
};
/* What goes out in one task has one cause. */
/** @type {Change | undefined} */
var recent;
/** Return the change of this title, if this task has recorded one; record it otherwise. @param {string} title */
var recordOnce = (title) => {
  if (recent?.title !== title) {
    recent = record(title);
    setTimeout(() => recent = void 0);
  }
  return recent;
};
/**
 * Say what became of a block.
 * @type {(changes: Change[], block: HTMLElement, text: string | (() => string)) => void}
 */
var say = (changes, block, text) => {
  for (const change2 of changes) {
    change2.states.set(idOf(block), { label: nameOf(block), text });
    draw(change2);
  }
};
/** Say why a change did not cover a block. @type {(change: Change, reason: string, block: HTMLElement) => void} */
var miss = (change2, reason, block) => {
  change2.missed.set(reason, [...change2.missed.get(reason) ?? [], nameOf(block)]);
  draw(change2);
};
/** @param {Element} block */
var causesOf = (block) => causes.get(idOf(block)) ?? [];
/** A block is refreshed for a change next. @type {(block: Element, change: Change) => void} */
var blame = (block, change2) => {
  const known = causesOf(block);
  if (!known.includes(change2)) causes.set(idOf(block), [...known, change2]);
};
/**
 * Remember whose change a version is. One's own change comes back by the socket, which may be quicker than the response to it.
 * @type {(version: string | null | undefined, whose: string) => void}
 */
var own = (version, whose) => {
  if (!version) return;
  owners.set(version, whose);
  for (const change2 of log) if (change2.version === version && change2.source === "socket") claim(change2);
  for (const old of [...owners.keys()].slice(0, -MAX_CHANGES)) owners.delete(old);
};
/** Say whose change the socket has brought, if that is known. @param {Change} change */
var claim = (change2) => {
  const whose = change2.version ? owners.get(change2.version) : void 0;
  if (!whose) return;
  change2.title = `The socket: ${whose}`;
  draw(change2);
};

// src/devtools/empty.js
/* Blocks that a reader has emptied: under DEBUG the server says why, to those who read its HTML in a comment, and here in an
   attribute, since some browsers drop the comments of what htmx swaps in.

   <div data-mizan="…" data-mizan-empty="This block is empty, because …"><!-- mizan: This block … --></div> */
var EMPTY = "[data-mizan-empty]";
/** @type {WeakMap<Element, string>} What is listed of a block. */
var listed = /* @__PURE__ */ new WeakMap();
/** Return why a block is empty, and take it as listed; "" where it is not. @param {HTMLElement} block */
var takeReason = (block) => {
  const reason = shownBy(block).mizanEmpty ?? "";
  if (reason) listed.set(block, reason);
  return reason;
};
var list = () => {
  for (const block of (0, import_dom3.all)(EMPTY)) {
    if (listed.get(block) === shownBy(block).mizanEmpty) continue;
    say([recordOnce("A reader has left a block empty")], block, takeReason(block));
  }
};
var start3 = () => {
  (0, import_lifecycle.whenParsed)(() => {
    list();
    (0, import_events.onChange)(() => setTimeout(list));
    // what a refresh says of it comes first
  });
};

// src/devtools/faults.js
var import_htmx = require("htmx.js");
var import_lifecycle2 = require("lifecycle.js");
/* Known faults of the htmx in use, for those who make a site.

   One warning in the console has what the build does wrong, as far as it matters to pages with the shim, and which build does
   not. Another one says that a page has loaded htmx twice. */
/* Each was seen in a browser, on the first build that has it and on the one that mended it. */
var FAULTS = [
  {
    from: "4.0.0",
    mended: "4.0.1",
    text: "A plain swap of radio buttons with ids leaves the group without a choice, where the answer has another one than the page; a form then sends none."
  },
  {
    from: "2.0.3",
    mended: "2.0.11",
    text: "What an answer has for hx-swap-oob is dropped, where the element that sent the request has left the page meanwhile, with a block that was refreshed, say."
  },
  {
    from: "2.0.0",
    mended: "2.0.11",
    text: "<hx-partial> is not known: what stands in it is swapped in with the rest of the answer."
  },
  {
    from: "2.0.0",
    mended: "2.0.4",
    text: "What a request sends can't be read (Illegal invocation), so that the shim does not know what was sent: a comment box in a block keeps the comment that was accepted."
  },
  {
    from: "2.0.0",
    mended: "2.0.3",
    text: "A swap can't be chosen by detail.swapOverride, by which blocks are morphed: with Idiomorph, what somebody types in a block is lost when it refreshes."
  }
];
/* Of "4.0.0-beta6" what it is on the way to. */
/** @param {string} version */
var numbersOf = (version) => (version.split("-")[0] ?? "").split(".").map(Number);
/** @type {(one: string, other: string) => boolean} */
var isBefore = (one, other) => {
  const [mine, theirs] = [numbersOf(one), numbersOf(other)];
  const at = mine.findIndex((number, place2) => number !== theirs[place2]);
  return at >= 0 && Number(mine[at]) < Number(theirs[at]);
};
/** @type {(one: string, other: string) => boolean} */
var isSameMajor = (one, other) => numbersOf(one)[0] === numbersOf(other)[0];
var warnOfFaults = () => {
  const { version } = import_htmx.htmx;
  const found = FAULTS.filter(
    ({ from, mended }) => isSameMajor(version, mended) && !isBefore(version, from) && isBefore(version, mended)
  );
  if (!found.length) return;
  const lines = found.map(({ text, mended }) => `
* ${text} Mended in ${mended}.`);
  const way = '\nA newer build is served by {% mizan_scripts htmx="path/in/static/htmx.min.js" %}.';
  console.warn(`mizan: known faults of htmx ${version}, which this page has:${lines.join("")}${way}`);
};
/* By a bundle and by a tag, say: both bind the page. */
var warnOfSecond = () => {
  const { version } = (
    /** @type {{ version?: unknown }} */
    window.htmx ?? {}
  );
  if (typeof version !== "string" || window.htmx === import_htmx.htmx) return;
  console.warn(
    `mizan: this page has loaded htmx twice, ${import_htmx.htmx.version} and ${version}: each request is sent by both. Where a bundle has its own, {% mizan_scripts htmx=None %} leaves it alone.`
  );
};
var start4 = () => {
  warnOfFaults();
  (0, import_lifecycle2.whenShown)(warnOfSecond);
};

// src/devtools/misplaced.js
var import_dom4 = require("dom.js");
var import_events2 = require("events.js");
var import_lifecycle3 = require("lifecycle.js");
/* Blocks that do not stand where the template has put them, or that share their id with something else.

   Under DEBUG a page that the browser has loaded has two comments for each block, one in front of it and one at the end of its
   content. What the HTML parser could not leave in its place, it has moved or left out, and the comments show it. They are
   removed then.

   <!--mizan me tr--><tr id="me" data-mizan="…">…<!--/mizan me tr--></tr> */
/** @typedef {{ comment: Comment, isEnd: boolean, id: string, tag: string }} Mark */
var MARK = /^(\/?)mizan ([\w-]+) ([\w-]+)$/;
var PATIENCE = 500;
// milliseconds in which what a swap replaces has left the page
// In these not every element may stand, or not everywhere; what is missing elsewhere a script may have taken away.
var STRICT = "table, caption, colgroup, tbody, thead, tfoot, tr, select, optgroup, option, p, h1, h2, h3, h4, h5, h6, li, dt, dd, a, button, form";
// These may stand in a few elements only.
var BOUND = /^(caption|col|colgroup|tbody|thead|tfoot|tr|td|th|form|option|optgroup)$/;
// What every browser leaves in a <select>. Some of them leave other elements there, too.
var IN_SELECT = /^(option|optgroup|hr|button|template)$/;
/** @type {Record<string, string>} What may stand in an element. */
var INSTEAD = {
  table: "tbody",
  tbody: "tr",
  thead: "tr",
  tfoot: "tr",
  tr: "td",
  select: "optgroup",
  p: "span"
};
/** @type {Set<string>} */
var told = /* @__PURE__ */ new Set();
/** Say it once. @type {(title: string, text: string) => void} */
var tell = (title, text) => {
  if (told.has(text)) return;
  told.add(text);
  console.error(`mizan: ${text}`);
  record(title, { note: text });
};
// ---- what the parser has moved
/** @returns {Mark[]} */
var marks = () => {
  const walker = import_dom4.page.createTreeWalker(import_dom4.page.documentElement, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) {
    const comment = (
      /** @type {Comment} */
      walker.currentNode
    );
    const [, slash, id, tag] = MARK.exec(comment.data) ?? [];
    if (id && tag) found.push({ comment, isEnd: slash === "/", id, tag });
  }
  return found;
};
/** @type {(element: unknown, id: string) => boolean} */
var isBlock = (element, id) => (0, import_dom4.is)(element, `${import_dom4.BLOCK}[id="${CSS.escape(id)}"]`);
/* Space may stand in between, and other comments. */
/** @param {Node | null} node */
var content = (node) => {
  while (node && !(0, import_dom4.isContent)(node)) node = node.nextSibling;
  return node;
};
/* The parser puts a <tbody> around a <tr> that stands in a <table>, and the like. */
/** @param {Mark} mark */
var isInPlace = ({ comment, id }) => {
  let next = content(comment);
  while ((0, import_dom4.is)(next, "tbody, tr, colgroup") && !isBlock(next, id)) next = content(next?.firstChild ?? null);
  return isBlock(next, id);
};
/** @param {string} id */
var isThere = (id) => (0, import_dom4.all)(`${import_dom4.BLOCK}[id="${CSS.escape(id)}"]`).length > 0;
/** @type {(mark: Mark, parent: Element) => string} */
var wayOut = ({ tag }, parent) => {
  const name = parent.localName;
  const instead = INSTEAD[name];
  const whole = (0, import_dom4.of)(parent).closest("table, select")?.localName ?? name;
  const write = instead && instead !== tag ? `Write tag="${instead}", or put` : "Put";
  return BOUND.test(tag) && !INSTEAD[name] ? `A <${tag}> may stand in a few elements only: name another one with tag=.` : `${write} the block around the <${whole}>.`;
};
/** @type {(mark: Mark, parent: Element, fate: string, where?: string) => void} */
var tellFate = (mark, parent, fate, where = "in") => {
  const { id, tag } = mark;
  const what = `<${tag} id="${id}"> ${where} ${(0, import_dom4.tagOf)(parent)}, where its template has it`;
  tell(`${fate} a block`, `${fate} ${what}: a <${tag}> may not stand there. ${wayOut(mark, parent)}`);
};
/** @param {Mark} mark */
var checkStart = (mark) => {
  const { comment, id, tag } = mark;
  const parent = comment.parentElement;
  if (!parent) return false;
  if (isInPlace(mark)) {
    if ((0, import_dom4.is)(parent, "select") && !IN_SELECT.test(tag)) tellFate(mark, parent, "Other browsers leave out");
    return false;
  }
  const isMoved = isThere(id);
  if (!(0, import_dom4.is)(parent, STRICT) && (isMoved || !BOUND.test(tag))) return false;
  if (isMoved) tellFate(mark, parent, "The browser has moved", "out of");
  else tellFate(mark, parent, "The browser has left out");
  return true;
};
/** @param {Mark} mark */
var checkEnd = ({ comment, id, tag }) => {
  const parent = comment.parentElement;
  if (!parent || !isThere(id) || [parent, ...(0, import_dom4.ancestors)(parent)].some((it) => isBlock(it, id))) return;
  tell(
    "The browser has torn a block apart",
    `The browser has ended <${tag} id="${id}"> before the end of its content, which may not stand in a <${tag}>. Name another element with tag=.`
  );
};
var checkMarks = () => {
  const found = marks();
  const misplaced = new Set(found.filter((mark) => !mark.isEnd && checkStart(mark)).map(({ id }) => id));
  for (const mark of found) if (mark.isEnd && !misplaced.has(mark.id)) checkEnd(mark);
  for (const { comment } of found) comment.remove();
  if (found.length) renewHashes();
};
/* What single flight knows of a block it forgets where a script changes the block, unless a hash comes along. */
var renewHashes = () => {
  for (const block of (0, import_dom4.all)(`${import_dom4.BLOCK}[data-mizan-hash]`)) {
    (0, import_dom4.of)(block).setAttribute("data-mizan-hash", (0, import_dom4.of)(block).getAttribute("data-mizan-hash") ?? "");
  }
};
// ---- ids that come twice
/** @returns {Map<string, Element[]>} */
var duplicates = () => {
  /** @type {Map<string, Element[]>} */
  const found = /* @__PURE__ */ new Map();
  for (const each of (0, import_dom4.all)("[id]")) {
    const id = (0, import_dom4.of)(each).getAttribute("id") ?? "";
    found.set(id, [...found.get(id) ?? [], each]);
  }
  for (const [id, elements] of found) {
    if (elements.length < 2 || !elements.some((it) => (0, import_dom4.is)(it, import_dom4.BLOCK))) found.delete(id);
  }
  return found;
};
/** @type {Set<string>} Ids that two elements had when this was looked at last. */
var suspects = /* @__PURE__ */ new Set();
var isDue = false;
var checkIds = () => {
  isDue = false;
  const found = duplicates();
  for (const [id, [first, second]] of found) {
    if (!suspects.has(id)) continue;
    tell(
      `Two elements have the id ${id}`,
      `Two elements have the id "${id}": ${(0, import_dom4.tagOf)(first)} and ${(0, import_dom4.tagOf)(second)}. A refresh would change the first of them only. Give each block an id of its own, or leave it out.`
    );
  }
  const isNew = [...found.keys()].some((id) => !suspects.has(id));
  suspects = new Set(found.keys());
  if (isNew) checkSoon();
};
var checkSoon = () => {
  if (isDue) return;
  isDue = true;
  setTimeout(checkIds, PATIENCE);
};
var start5 = () => {
  /* Deferred, this runs when the page is parsed, and before most of its scripts may move anything. */
  if ((0, import_lifecycle3.isParsed)()) checkMarks();
  else addEventListener("DOMContentLoaded", checkMarks, true);
  (0, import_lifecycle3.whenParsed)(() => {
    checkSoon();
    (0, import_events2.onChange)(checkSoon, ["id"]);
  });
};

// src/devtools/overlay.js
var import_dom10 = require("dom.js");
var import_notice = require("errors/notice.js");
var import_htmx2 = require("htmx.js");

// src/devtools/invalidations.js
var import_lazy2 = require("blocks/lazy.js");
var import_dom7 = require("dom.js");
var import_grammar = require("grammar.js");
var import_versions2 = require("versions.js");

// src/devtools/refreshes.js
var import_address = require("blocks/address.js");
var import_lazy = require("blocks/lazy.js");
var import_dom6 = require("dom.js");
var import_versions = require("versions.js");

// src/devtools/outlines.js
var import_dom5 = require("dom.js");
/* Outlines around blocks that refresh: elements of their own, which follow their blocks. */
var LINGER = 900;
// milliseconds that the outline of a block stays when it has been refreshed
/** @typedef {{ frame: HTMLElement, block: Element, timer: number | undefined }} Outline */
/** @type {Map<string, Outline>} By the id of the block. */
var outlines = /* @__PURE__ */ new Map();
/** @param {Outline} outline */
var place = ({ frame, block }) => {
  const { left, top, width, height } = (0, import_dom5.of)(block).getBoundingClientRect();
  Object.assign(frame.style, {
    left: `${left - 2}px`,
    top: `${top - 2}px`,
    width: `${width + 4}px`,
    height: `${height + 4}px`
  });
  frame.classList.toggle("low", top < 20);
  frame.hidden = !width && !height;
};
/**
 * Draw the outline of a block: one that is requested, or what became of it.
 * @type {(block: Element, kind: "asked" | "fresh" | "same" | "failed", text: string) => void}
 */
var outline = (block, kind, text) => {
  const { frame = make("div"), timer } = outlines.get(idOf(block)) ?? {};
  clearTimeout(timer);
  const isOver = kind !== "asked";
  frame.className = `outline ${kind}${isOver ? " over" : ""}`;
  frame.replaceChildren(make("span", {}, text));
  if (!frame.isConnected) parts.layer.append(frame);
  const remove = () => {
    frame.remove();
    outlines.delete(idOf(block));
  };
  const shown = { frame, block, timer: isOver ? setTimeout(remove, LINGER) : void 0 };
  outlines.set(idOf(block), shown);
  place(shown);
};
/** Keep outlines around their blocks. */
var follow = () => outlines.forEach(place);

// src/devtools/refreshes.js
/* Refreshes: what was held back, sent and answered, and for which changes. */
/** @typedef {import("./drawing.js").Change} Change */
/** @typedef {import("./drawing.js").SharedRequest} SharedRequest */
/**
 * A refresh that is under way. With a piece there was no request for it: it came with another response.
 * @typedef {object} Flight
 * @property {Change[]} changes
 * @property {string} url
 * @property {string | null} [piece]
 * @property {SharedRequest} [request]
 * @property {boolean} [isCounted]
 */
/** @type {Map<string, Flight>} By the id of the block. */
var flights = /* @__PURE__ */ new Map();
/** @type {Map<string, number>} When each block was refreshed, by its id. */
var renewed = /* @__PURE__ */ new Map();
/** @type {Set<string>} Ids of blocks that load for the first time. */
var lazy = /* @__PURE__ */ new Set();
/** @type {Map<string, Element>} What a visitor is doing → the element they began with. */
var gestures = /* @__PURE__ */ new Map();
var began = performance.now();
/** @param {Element} block */
var isUnderWay = (block) => flights.has(idOf(block));
/** @type {(text: string) => (event: Event) => void} */
var beginGesture = (text) => (event) => gestures.set(
  text,
  /** @type {Element} */
  event.target
);
/** @type {(text: string) => () => void} */
var endGesture = (text) => () => gestures.delete(text);
/** @param {Element} block */
var holdReason = (block) => {
  for (const [text, element] of gestures) if ((0, import_dom6.of)(block).contains(element)) return text;
  if ((0, import_dom6.of)(block).querySelector("dialog[open]")) return "a dialog is open in it";
  if ((0, import_dom6.of)(block).querySelector(":popover-open")) return "a popover is open in it";
  const media = [...(0, import_dom6.of)(block).querySelectorAll(
    /** @type {"video"} */
    "audio, video"
  )];
  if (media.some(({ paused }) => !paused)) return "it is playing";
  return "a listener of mizan:due prevented it";
};
/** @type {(block: HTMLElement, url?: string) => Change[]} */
var changesFor = (block, url = "") => {
  const known = causesOf(block);
  return known.length ? known : [occasionOf(block, url)];
};
/** @param {HTMLElement} block @param {string} url */
var occasionOf = (block, url) => {
  if (url && (0, import_address.isElsewhere)(block, url)) return recordOnce("Address: the page has another one");
  if (lazy.delete(idOf(block))) return recordOnce("Lazy: it came near the view");
  const seconds = Number(shownBy(block).mizanPoll);
  const since = renewed.get(idOf(block)) ?? began;
  return recordOnce(
    seconds > 0 && performance.now() - since >= seconds * 1e3 ? `Poll: every ${seconds} s` : "mizan.refresh()"
  );
};
/** @param {any} event */
var onDue = (event) => {
  const block = event.target;
  if ((0, import_lazy.isLazy)(block)) lazy.add(idOf(block));
  // once it is requested it is not any more
  const changes = causesOf(block);
  if (!changes.length) return;
  const reason = holdReason(block);
  say(changes, block, () => event.defaultPrevented ? `held back: ${reason}` : "due");
};
/** @param {any} event */
var onRefreshing = ({ target, detail: { url, piece } }) => {
  const changes = changesFor(target, url);
  causes.delete(idOf(target));
  flights.set(idOf(target), { changes, url, piece });
  say(changes, target, "asked for");
  outline(target, "asked", shownBy(target).mizan ?? "");
};
/* A signed token says nothing to anybody, and there may be fifty of them. */
/** @param {string} url */
var shorten = (url) => {
  const text = url.replace(/\bblock=[^&]*/g, "block=…");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};
/* Blocks that share a request are given their responses one right after the other, from one URL. */
/** @type {(flight: Flight, answered?: string) => SharedRequest} */
var requestOf = ({ changes: [change2], url }, answered) => {
  const shown = shorten(pathOf(answered || url));
  const open = change2?.requests.find((request2) => request2.url === shown && request2.isOpen);
  if (open) return open;
  const request = { url: shown, blocks: 0, isOpen: true };
  change2?.requests.push(request);
  setTimeout(() => request.isOpen = false, 50);
  return request;
};
/** @type {(flight: Flight, facts: Partial<SharedRequest>, answered?: string) => void} */
var note = (flight, facts, answered) => {
  if (flight.piece !== void 0) return;
  flight.request ??= requestOf(flight, answered);
  if (!flight.isCounted) flight.request.blocks += 1;
  flight.isCounted = true;
  Object.assign(flight.request, facts);
  flight.changes.slice(0, 1).forEach(draw);
};
/* What became stale in a block while it was under way, and is in what has come. */
/** @param {HTMLElement} block */
var shownNow = (block) => {
  const { mizanVersion } = shownBy(block);
  /** @param {Change} change */
  const isShown = ({ version }) => (0, import_versions.later)(mizanVersion, version) >= 0;
  const known = causesOf(block);
  const left = known.filter((change2) => !isShown(change2));
  if (left.length) causes.set(idOf(block), left);
  else causes.delete(idOf(block));
  return known.filter(isShown);
};
/** @param {CustomEvent<AnswerDetail>} event */
var onBlockAnswer = ({ detail: { block, answered } }) => {
  const flight = block && flights.get(idOf(block));
  if (flight) note(flight, {}, answered);
};
/** @param {any} event */
var onRefreshed = ({ target, detail }) => {
  const flight = flights.get(idOf(target));
  flights.delete(idOf(target));
  for (const each of [target, ...inner(target)]) renewed.set(idOf(each), performance.now());
  const time = `${Math.round(detail.milliseconds)} ms`;
  const took = flight?.piece === void 0 ? time : "with the answer";
  outline(target, detail.changed ? "fresh" : "same", `${shownBy(target).mizan} · ${took}`);
  if (flight) {
    note(flight, { text: took, together: detail.together });
    const changes = [...flight.changes, ...shownNow(target)];
    const reason = takeReason(target);
    const became = detail.changed ? "refreshed" : "the same as before";
    say(changes, target, `${became}, ${took}${reason && `. ${reason}`}`);
  }
  for (const block of inner(target)) {
    say(causesOf(block), block, `came with ${nameOf(target)}`);
    causes.delete(idOf(block));
  }
  noteLeavers();
};
/** Note what has left the page. It may come back with another block, and is listed so then. */
var noteLeavers = () => {
  for (const [id, changes] of causes) {
    if (import_dom6.page.getElementById(id)) continue;
    for (const change2 of changes) {
      Object.assign(change2.states.get(id) ?? {}, { text: "left the page" });
      draw(change2);
    }
  }
};
/** @param {any} event */
var onError = ({ target, detail }) => {
  const url = (0, import_dom6.of)(target).getAttribute("hx-get");
  const flight = flights.get(idOf(target)) ?? { changes: changesFor(target), url };
  flights.delete(idOf(target));
  const problem = detail.status ? `answered ${detail.status}` : "not answered";
  outline(target, "failed", `${shownBy(target).mizan} · ${problem}`);
  note(flight, { text: problem });
  for (const change2 of flight.changes) blame(target, change2);
  // for which it is tried again
  say(flight.changes, target, `${problem}, stays as it is. ${detail.message}`);
};

// src/devtools/invalidations.js
/* What became stale, why blocks were not covered, and responses that made nothing stale. */
/** @typedef {import("./drawing.js").Change} Change */
var HEADER = "X-Mizan-Invalidate";
/** @type {Record<string, string>} */
var SOURCES = {
  cookie: "The cookie that a redirect or a page before left",
  poll: "Poll",
  response: "mizan.call()",
  return: "The page came back from a cache",
  script: "mizan.invalidate()",
  socket: "The socket: by no request of this page",
  tab: "Another tab"
};
/** What the response to a request made stale, and the blocks that were there before it was swapped in, by the element whose
    request is under way. @type {Map<Element, { change: Change, before: Set<HTMLElement> }>} */
var answers = /* @__PURE__ */ new Map();
/** @type {WeakMap<Element, Change>} Element → the change that the last response to it is listed as. */
var listed2 = /* @__PURE__ */ new WeakMap();
/** @param {InvalidateDetail} detail */
var titleOf = ({ source, cause }) => cause ? titleOfAnswer(cause.method, cause.url, cause.status) : SOURCES[source] ?? String(source);
/** @type {(stale: Entry, bound: Entry) => [string, string] | undefined} */
var differs = (stale, bound) => Object.entries(stale.params).find(([name, text]) => (bound.params[name] ?? text) !== text);
/** @type {(block: HTMLElement, detail: InvalidateDetail) => string} */
var whyNot = (block, { entries, version, source }) => {
  const bounds = (0, import_grammar.parse)(shownBy(block).mizan);
  const pairs = entries.flatMap((stale) => bounds.map((bound) => ({ stale, bound })));
  const same = pairs.filter(({ stale, bound }) => stale.context === "*" || stale.context === bound.context);
  const [first] = same;
  if (!first) return "other contexts";
  const difference = differs(first.stale, first.bound);
  if (difference && same.every(({ stale, bound }) => differs(stale, bound))) {
    const [name, text] = difference;
    return `${name} is ${first.bound.params[name]} there, not ${text}`;
  }
  const shown = shownBy(block).mizanVersion;
  if ((0, import_versions2.later)(shown, version) >= 0) return `shows version ${shown}, which is ${version} or later`;
  if ((0, import_lazy2.isLazy)(block)) return "not loaded yet";
  if (source === "cookie") return "rendered after that change";
  return source === "return" && shown ? "live: the socket says what it missed" : "left out";
};
/** @param {CustomEvent<InvalidateDetail>} event */
var onInvalidate = (event) => {
  const { detail } = event;
  for (const id of causes.keys()) if (!import_dom7.page.getElementById(id)) causes.delete(id);
  const { source, version, header, cause } = detail;
  const title = titleOf(detail);
  const change2 = record(title, { header, event, source, version });
  if (/^(response|script)$/.test(source)) own(version, `this page's own change, ${title}`);
  else if (source === "tab") own(version, "the change of another tab");
  else if (source === "socket") claim(change2);
  for (const block of detail.blocks) {
    say([change2], block, () => event.defaultPrevented ? "left alone" : "stale");
    blame(block, change2);
  }
  const before = new Set((0, import_dom7.blocks)());
  for (const block of before) {
    if (!detail.blocks.includes(block)) miss(change2, whyNot(block, detail), block);
  }
  if (!cause) return;
  answers.set(cause.element, { change: change2, before });
  listed2.set(cause.element, change2);
};
// ---- what came with a response
/** @param {{ change: Change, before: Set<HTMLElement> }} answer */
var noteArrivals = ({ change: change2, before }) => {
  for (const block of (0, import_dom7.blocks)()) {
    if (before.has(block) || isUnderWay(block)) continue;
    if (!(0, import_grammar.covers)((0, import_grammar.parse)(change2.header), shownBy(block).mizan)) continue;
    if (!change2.states.has(idOf(block))) miss(change2, "arrived with the answer", block);
    else if (causesOf(block).includes(change2)) say([change2], block, "arrived with the answer");
  }
  noteLeavers();
};
/** @type {(element: Element, method: string, url: string, status: number | undefined, header: string | null | undefined) => void} */
var onAnswer = (element, method, url, status, header) => {
  const answer = answers.get(element);
  answers.delete(element);
  setTimeout(() => answer ? noteArrivals(answer) : noteLeavers());
  if (answer || !status || (0, import_dom7.isSafe)(method)) return;
  const note2 = header ? `Can't read ${HEADER}: ${header}` : `Without ${HEADER}: it made nothing stale.`;
  listed2.set(element, record(titleOfAnswer(method, url, status), { note: note2 }));
};
/* By what has sent it, which its own response may have replaced: then htmx 2 fires its event on what was around that, and
   htmx 4.0.1 names what has come in its place. */
/** @param {CustomEvent<{ xhr: XMLHttpRequest, requestConfig: { elt: Element, verb: string, path: string } }>} event */
var onAnswer2 = ({ detail: { xhr, requestConfig } }) => onAnswer(
  requestConfig.elt,
  requestConfig.verb,
  requestConfig.path,
  xhr.status,
  xhr.getResponseHeader(HEADER)
);
/** @type {WeakMap<HtmxContext, Element>} */
var senders = /* @__PURE__ */ new WeakMap();
/** @param {CustomEvent<{ ctx: HtmxContext }>} event */
var onSwap4 = ({ detail: { ctx } }) => senders.set(ctx, ctx.sourceElement);
/** @param {CustomEvent<{ ctx: HtmxContext }>} event */
var onAnswer4 = ({ detail: { ctx } }) => {
  const { request, response, sourceElement } = ctx;
  const sender = senders.get(ctx) ?? sourceElement;
  onAnswer(sender, request.method, request.action, response?.status, response?.headers.get(HEADER));
};

// src/devtools/placement.js
var import_dom8 = require("dom.js");
/* Where the list is, and whether it is open: both are the same on the next page. */
// Not first where pages have their chats, and the session notice is.
var CORNERS = ["bottom left", "top left", "top right", "bottom right"];
var KEY = "mizan-debug";
var state = { corner: "", open: false };
/** @type {Element | null | undefined} What had the focus before the list was opened by a key. */
var former;
var restore = () => {
  try {
    Object.assign(state, JSON.parse(sessionStorage.getItem(KEY) ?? "{}"));
  } catch {
    // a sandbox without storage, or somebody else's text
  }
};
var remember = () => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // then it is where it was on the next page
  }
};
/* The corner it stands in; something else than one may have been remembered. */
var cornerNow = () => Math.max(0, CORNERS.indexOf(state.corner));
var nextCorner = () => CORNERS[(cornerNow() + 1) % CORNERS.length] ?? "";
var show = () => {
  const { button, corner, move, panel } = parts;
  corner.className = `corner ${CORNERS[cornerNow()]}`;
  panel.hidden = !state.open;
  button.setAttribute("aria-expanded", String(state.open));
  move.setAttribute("aria-label", `Move to the ${nextCorner()}`);
};
/** @param {Partial<typeof state>} news */
var change = (news) => {
  Object.assign(state, news);
  show();
  remember();
};
var close = () => {
  const next = (
    /** @type {HTMLElement} */
    (0, import_dom8.of)(former)?.isConnected ? (0, import_dom8.of)(former) : parts.button
  );
  const hadFocus = import_dom8.page.activeElement === host;
  former = void 0;
  change({ open: false });
  if (hadFocus) next.focus();
};
/** @param {KeyboardEvent} event */
var onShortcut = (event) => {
  if (!event.altKey || !event.shiftKey || event.code !== "KeyM") return;
  event.preventDefault();
  if (state.open) return close();
  former = import_dom8.page.activeElement === host ? parts.button : import_dom8.page.activeElement;
  change({ open: true });
  parts.heading.focus();
};
/** @param {KeyboardEvent} event */
var onKey = (event) => {
  if (event.key !== "Escape" || !state.open || parts.viewer.open) return;
  event.stopPropagation();
  // it closes the list, and nothing of the page
  close();
};
var start6 = () => {
  restore();
  show();
  parts.button.addEventListener("click", () => state.open ? close() : change({ open: true }));
  parts.close.addEventListener("click", close);
  parts.move.addEventListener("click", () => change({ corner: nextCorner() }));
  root.addEventListener("keydown", (event) => onKey(
    /** @type {KeyboardEvent} */
    event
  ));
};

// src/devtools/refusals.js
var import_dom9 = require("dom.js");
var import_html2 = require("html.js");
var import_controls = require("requests/controls.js");
/* Why a request was refused: which argument had which value. Names that sound secret have none. */
/** @typedef {import("./drawing.js").Line} Line */
var LONGEST = 80;
// characters of a value
// What Django's own reports leave out, and what else nobody should read over a shoulder.
var SECRET = /api|auth|token|key|secret|pass|signature|credential|session|cookie|\bpin\b|otp|cvc|cvv|iban|card_?num/i;
var SECRET_KIND = /password|one-time-code|\bcc-/i;
/** @type {WeakMap<Element, [string, FormDataEntryValue][]>} What an element's last unsafe request carried. */
var sent = /* @__PURE__ */ new WeakMap();
/** @param {CustomEvent<RequestDetail>} event */
var onRequest = ({ detail: { element, isSafe: isSafe2, body } }) => {
  if (!isSafe2) sent.set(element, [...body ?? []]);
  listed2.delete(element);
};
/** @type {(name: string, request: { element: Element, method: string }) => boolean} */
var isSecret = (name, { element, method }) => {
  const controls = (
    /** @type {HTMLInputElement[]} */
    [...(0, import_controls.controlsOf)(element, method)]
  );
  return SECRET.test(name) || controls.some((each) => each.name === name && SECRET_KIND.test(`${each.type} ${each.autocomplete}`));
};
/** @param {FormDataEntryValue} value */
var written = (value) => {
  if (value instanceof File) return `${value.name || "no file"} (${value.size} bytes)`;
  const text = String(value);
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
};
/* What was sent by this name: items.1 stands in the second of the fields called items, or in the text of the one. */
/** @type {(name: string, request: { element: Element, method: string }) => string} */
var valueOf = (name, request) => {
  const parts2 = name.split(".");
  for (let length = parts2.length; length > 0; length -= 1) {
    const own2 = parts2.slice(0, length).join(".");
    const pairs = (sent.get(request.element) ?? []).filter(([each]) => each === own2);
    const values = pairs.map(([, value]) => value);
    if (!values.length) continue;
    if (isSecret(own2, request)) return "not shown";
    const one = values.length > 1 ? values[Number(parts2[length])] : void 0;
    return (one === void 0 ? values : [one]).map(written).join(", ");
  }
  return "not sent";
};
/** @type {(text: string, root: Document) => any} */
var readJson = (text, root2) => {
  try {
    return JSON.parse(root2.querySelector("script[data-mizan-refusal]")?.textContent ?? text) ?? {};
  } catch {
    return {};
  }
};
/* What a form says that comes back: Django's lists, by the fields that they describe. */
/** @param {Document} root */
var listsIn = (root2) => {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const list2 of root2.querySelectorAll(".errorlist")) {
    const control = list2.id ? root2.querySelector(`[aria-describedby~="${CSS.escape(list2.id)}"]`) : null;
    const named = (0, import_dom9.is)(control, "[name]") ? control : control?.querySelector("[name]");
    const name = named?.getAttribute("name") ?? "__all__";
    found[name] = [...found[name] ?? [], ...[...list2.children].map((it) => it.textContent.trim())];
  }
  return found;
};
/** @type {(detail: any) => Line[]} */
var reasonsIn = (detail) => {
  // htmx 2 has an XMLHttpRequest, and htmx 4 a context.
  const text = detail.request?.responseText ?? detail.request?.text ?? "";
  const root2 = new DOMParser().parseFromString((0, import_html2.trustedHtml)(text), "text/html");
  const { details, debug } = readJson(text, root2);
  const fields = debug?.reasons ?? detail.fields ?? details?.fields ?? listsIn(root2);
  return Object.entries(fields).flatMap(
    ([name, texts]) => [texts].flat().map((each) => {
      const isWhole = /^(__all__)?$/.test(name);
      return { label: isWhole ? "as a whole" : `${name} = ${valueOf(name, detail)}`, text: String(each) };
    })
  );
};
/** @param {any} event */
var onFailed = ({ detail }) => {
  const { element, method, url, status, page: page8 } = detail;
  const reasons = status === 422 ? reasonsIn(detail) : [];
  if (!reasons.length && !page8) return;
  const change2 = listed2.get(element) ?? record(titleOfAnswer(method, url, status));
  Object.assign(change2, { reasons, page: page8 });
  draw(change2);
};

// src/devtools/overlay.js
/* "Why did this refresh?", for those who make a site.

   A button in a corner opens a list of what happened since the page was loaded, newest first: what caused it, its header, the
   blocks it covered and what became of them, the blocks it did not cover and why not, and the requests. A block that refreshes
   is outlined. Alt+Shift+M opens and closes the list, and Escape closes it.

   It listens to the events of mizan.js and htmx, and does nothing else: without it everything is the same. */
var TYPING = "somebody is typing in it";
var DRAGGING = "it is being dragged";
/** @param {CustomEvent<{ state: string, reason: string }>} event */
var onSession = ({ detail }) => record(`The session: ${detail.state} (${detail.reason})`);
/* The notice of a failure has a button for it. */
/** @param {CustomEvent<{ html: string }>} event */
var onPage = (event) => {
  event.preventDefault();
  openPage(event.detail.html);
};
/** @type {() => Record<string, (event: any) => unknown>} */
var listeners = () => ({
  "mizan:invalidate": onInvalidate,
  "mizan:due": onDue,
  "mizan:refreshing": onRefreshing,
  "mizan:answer": onBlockAnswer,
  "mizan:refreshed": onRefreshed,
  "mizan:error": onError,
  "mizan:session": onSession,
  "mizan:request": onRequest,
  "mizan:failed": onFailed,
  "mizan:page": onPage,
  ...import_htmx2.isHtmx2 ? { "htmx:afterRequest": onAnswer2 } : { [(0, import_htmx2.spelt)("htmx:before:swap")]: onSwap4, [(0, import_htmx2.spelt)("htmx:finally:request")]: onAnswer4 },
  compositionstart: beginGesture(TYPING),
  compositionend: endGesture(TYPING),
  dragstart: beginGesture(DRAGGING),
  dragend: endGesture(DRAGGING),
  keydown: onShortcut,
  scroll: follow
});
var start7 = () => {
  start();
  start2();
  start6();
  // Before the listeners of the page, any of which may stop an event.
  for (const [type, listener] of Object.entries(listeners())) addEventListener(type, listener, true);
  addEventListener("resize", follow);
  showCount(0);
  import_dom10.page.documentElement.append(host);
  (0, import_notice.offerPages)();
};

// src/devtools/index.js
/* mizan-debug.js: the overlay that says why something refreshed, and what is wrong with blocks or the htmx in use. */
var start8 = () => {
  start7();
  start5();
  start3();
  start4();
};

// src/mizan-debug.entry.js
globalThis[/* @__PURE__ */ Symbol.for("mizan")].add("debug", start8);
})();
