/* mizan-debug.js: "Why did this refresh?", for those who make a site. Goes with mizan.js. {% mizan_scripts %}
   loads it where DEBUG is on, and {% mizan_scripts debug=True %} anywhere.

   A button in a corner opens a list of what happened since the page was loaded, newest first: what caused it,
   its header, the blocks it covered and what became of them, the blocks it did not cover and why not, and the
   requests. A block that refreshes is outlined. Alt+Shift+M opens and closes the list, and Escape closes it.

   Of a request that was refused it says which argument had which value, and why; names that sound secret have
   none. The technical page of a failure can be opened from there.

   mizan.debug.open(html)   shows a page that the server has sent about a failure. None of its scripts runs

   It hears the events of mizan.js and htmx, and does nothing else: without it everything is the same. It
   lives in a shadow tree beside the body, where no CSS of the site reaches it and no swap takes it away. */
import { of, page } from "../dom.js";
import { offerPages } from "../errors/notice.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const HEADER = "X-Mizan-Invalidate";
  const BLOCK = "[data-mizan]";
  const MOST = 50; // changes that are listed
  const MANY = 12; // blocks that are listed for one reason
  const LINGER = 900; // ms that the outline of a block stays when it has been refreshed

  const blocks = () => [...page.querySelectorAll(BLOCK)];
  const inner = (block) => [...of(block).querySelectorAll(BLOCK)];
  const idOf = (block) => of(block).id;
  const shownBy = (block) => of(block).dataset;
  const name = (block) => `${shownBy(block).mizan} #${idOf(block)}`;
  const path = (url) => {
    const { origin, pathname, search } = new URL(url, page.baseURI);
    return (origin === location.origin ? "" : origin) + pathname + search;
  };

  // ---- what happened

  /* A change: {title, at, header, note, event, states, missed, requests}
       event     the event that told of it, which a listener may prevent later
       states    id of a covered block → {label, text}: what became of it
       missed    reason → labels of the blocks that it did not cover
       requests  [{url, blocks, text, together}], which several blocks may have shared
       reasons   [{label, text}]: why it was refused
       page      HTML of the server about its failure
     causes      id of a block → the changes that it is refreshed for next
     flights     id of a block → {changes, url, piece, request}: its refresh that is under way
     owned       version → whose change that is, where the page knows it by more than the socket
     sent        element → [[name, value], …], what its last request that could change something carried
     told        element → the change that its last answer is listed as
     answers     element whose request is under way → {change, before}: what its answer made stale, and the
                 blocks that were there before it was swapped in */
  const log = [];
  const causes = new Map();
  const renewed = new Map(); // id of a block → when it was refreshed
  const began = Date.now();
  const flights = new Map();
  const answers = new Map();
  const owned = new Map();
  const sent = new WeakMap();
  const told = new WeakMap();
  let count = 0;

  const record = (title, facts) => {
    const change = { title, at: new Date(), states: new Map(), missed: new Map(), requests: [], ...facts };
    log.unshift(change);
    count += 1;
    for (const old of log.splice(MOST)) old.element?.remove();
    draw(change);
    return change;
  };

  /* What became of a block; a function where that may still change in this task. */
  const say = (change, block, text) => {
    change.states.set(idOf(block), { label: name(block), text });
    draw(change);
  };

  const sayAll = (changes, block, text) => {
    for (const change of changes) say(change, block, text);
  };

  const causesOf = (block) => causes.get(idOf(block)) ?? [];

  const blame = (block, change) => {
    const known = causesOf(block);
    if (!known.includes(change)) causes.set(idOf(block), [...known, change]);
  };

  const miss = (change, reason, block) => {
    change.missed.set(reason, [...(change.missed.get(reason) ?? []), name(block)]);
    draw(change);
  };

  const SOURCES = {
    cookie: "The cookie that a redirect or a page before left",
    poll: "Poll",
    return: "The page came back from a cache",
    script: "mizan.invalidate()",
    socket: "The socket: by no request of this page",
    tab: "Another tab",
  };

  const titleOf = ({ source, cause }) =>
    cause ? answerOf(cause.method, cause.url, cause.status) : SOURCES[source] ?? String(source);

  const answerOf = (method, url, status) => `${method.toUpperCase()} ${path(url)} → ${status}`;

  // ---- why a block was not covered

  const differs = (stale, bound) =>
    Object.entries(stale.params).find(([key, text]) => (bound.params[key] ?? text) !== text);

  const whyNot = (block, { entries, version, source }) => {
    const bounds = mizan.parse(shownBy(block).mizan);
    const pairs = entries.flatMap((stale) => bounds.map((bound) => ({ stale, bound })));
    const same = pairs.filter(({ stale, bound }) => stale.context === "*" || stale.context === bound.context);
    if (!same.length) return "other contexts";
    if (same.every(({ stale, bound }) => differs(stale, bound))) {
      const [{ stale, bound }] = same;
      const [key, text] = differs(stale, bound);
      return `${key} is ${bound.params[key]} there, not ${text}`;
    }
    const shown = shownBy(block).mizanVersion;
    if (mizan.later(shown, version) >= 0) return `shows version ${shown}, which is ${version} or later`;
    if (of(block).matches("[data-mizan-lazy]")) return "not loaded yet";
    if (source === "cookie") return "rendered after that change";
    return source === "return" && shown ? "live: the socket says what it missed" : "left out";
  };

  /* One's own change comes back by the socket, which may be quicker than the answer to it. */
  const own = (version, whose) => {
    if (!version) return;
    owned.set(version, whose);
    for (const change of log) if (change.version === version && change.source === "socket") claim(change);
    for (const old of [...owned.keys()].slice(0, -MOST)) owned.delete(old);
  };

  const claim = (change) => {
    change.title = `The socket: ${owned.get(change.version)}`;
    draw(change);
  };

  const onInvalidate = (event) => {
    const { detail } = event;
    for (const id of causes.keys()) if (!page.getElementById(id)) causes.delete(id);
    const { source, version, header } = detail;
    const title = titleOf(detail);
    const change = record(title, { header, event, source, version });
    if (/^(response|script)$/.test(source)) own(version, `this page's own change, ${title}`);
    else if (source === "tab") own(version, "the change of another tab");
    else if (source === "socket" && owned.has(version)) claim(change);
    for (const block of detail.blocks) {
      say(change, block, () => (event.defaultPrevented ? "left alone" : "stale"));
      blame(block, change);
    }
    const before = new Set(blocks());
    for (const block of before) {
      if (!detail.blocks.includes(block)) miss(change, whyNot(block, detail), block);
    }
    if (!detail.cause) return;
    answers.set(detail.cause.element, { change, before });
    told.set(detail.cause.element, change);
  };

  // ---- answers, as htmx tells of them: what came with them, and changes that made nothing stale

  const noteArrivals = ({ change, before }) => {
    for (const block of blocks()) {
      if (before.has(block) || flights.has(idOf(block))) continue;
      if (!mizan.covers(change.header, shownBy(block).mizan)) continue;
      if (!change.states.has(idOf(block))) miss(change, "arrived with the answer", block);
      else if (causesOf(block).includes(change)) say(change, block, "arrived with the answer");
    }
    noteLeavers();
  };

  /* What has left with one block may come back with another, and is told so then. */
  const noteLeavers = () => {
    for (const [id, changes] of causes) {
      if (page.getElementById(id)) continue;
      for (const change of changes) {
        Object.assign(change.states.get(id) ?? {}, { text: "left the page" });
        draw(change);
      }
    }
  };

  const isUnsafe = (method) => !/^(GET|HEAD|OPTIONS|TRACE)$/i.test(method);

  const onAnswer = (element, method, url, status, header) => {
    const answer = answers.get(element);
    answers.delete(element);
    setTimeout(answer ? noteArrivals : noteLeavers, 0, answer);
    if (answer) return;
    if (!status || !isUnsafe(method)) return;
    const note = header ? `Can't read ${HEADER}: ${header}` : `Without ${HEADER}: it made nothing stale.`;
    told.set(element, record(answerOf(method, url, status), { note }));
  };

  /* By what has sent it, which its own answer may have replaced: then htmx 2 tells it on what was around that, and
     htmx 4.0.1 names what has come in its place. */
  const onAnswer2 = ({ detail: { xhr, requestConfig } }) =>
    onAnswer(requestConfig.elt, requestConfig.verb, requestConfig.path, xhr.status, xhr.getResponseHeader(HEADER));

  const senders = new WeakMap(); // by context
  const onSwap4 = ({ detail: { ctx } }) => senders.set(ctx, ctx.sourceElement);

  const onAnswer4 = ({ detail: { ctx } }) => {
    const { request, response, sourceElement } = ctx;
    const sender = senders.get(ctx) ?? sourceElement;
    onAnswer(sender, request.method, request.action, response?.status, response?.headers.get(HEADER));
  };

  // ---- what was refused, and why

  const LONGEST = 80; // characters of a value
  // What Django's own reports leave out, and what else nobody should read over a shoulder.
  const SECRET = /api|auth|token|key|secret|pass|signature|credential|session|cookie|\bpin\b|otp|cvc|cvv|iban|card_?num/i;
  const SECRET_KIND = /password|one-time-code|\bcc-/i;

  const onRequest = ({ detail: { element, isSafe, body } }) => {
    if (!isSafe) sent.set(element, [...(body ?? [])]);
    told.delete(element);
  };

  const isSecret = (name, element, method) =>
    SECRET.test(name) ||
    mizan
      .controls(element, method)
      .some((each) => each.name === name && SECRET_KIND.test(`${each.type} ${each.autocomplete}`));

  const written = (value) => {
    if (value instanceof File) return `${value.name || "no file"} (${value.size} bytes)`;
    const text = String(value);
    return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  };

  /* What was sent as this: items.1 stands in the second of the fields called items, or in the text of the one. */
  const valueOf = (name, { element, method }) => {
    const parts = name.split(".");
    for (let length = parts.length; length > 0; length -= 1) {
      const own = parts.slice(0, length).join(".");
      const values = (sent.get(element) ?? []).filter(([each]) => each === own).map(([, value]) => value);
      if (!values.length) continue;
      if (isSecret(own, element, method)) return "not shown";
      const one = values.length > 1 ? values[parts[length]] : undefined;
      return (one === undefined ? values : [one]).map(written).join(", ");
    }
    return "not sent";
  };

  /* htmx 2 has an XMLHttpRequest, and htmx 4 a context. */
  const textOf = (request) => request?.responseText ?? request?.text ?? "";

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  const readJson = (text, root) => {
    try {
      return JSON.parse(root.querySelector("script[data-mizan-refusal]")?.textContent ?? text) ?? {};
    } catch {
      return {};
    }
  };

  /* What a form says that comes back: Django's lists, by the fields that they describe. */
  const listed = (root) => {
    const found = {};
    for (const list of root.querySelectorAll(".errorlist")) {
      const [control] = list.id ? root.querySelectorAll(`[aria-describedby~="${CSS.escape(list.id)}"]`) : [];
      const name = control?.getAttribute("name") ?? control?.querySelector("[name]")?.name ?? "__all__";
      found[name] = [...(found[name] ?? []), ...[...list.children].map((it) => it.textContent.trim())];
    }
    return found;
  };

  const reasonsIn = (detail) => {
    const text = textOf(detail.request);
    const root = parse(text);
    const { details, debug } = readJson(text, root);
    const fields = detail.fields ?? details?.fields ?? listed(root);
    return Object.entries(debug?.reasons ?? fields).flatMap(([name, texts]) =>
      [texts].flat().map((each) => {
        const isWhole = /^(__all__)?$/.test(name);
        return { label: isWhole ? "as a whole" : `${name} = ${valueOf(name, detail)}`, text: String(each) };
      }),
    );
  };

  const onFailed = ({ detail }) => {
    const { element, method, url, status } = detail;
    const reasons = status === 422 ? reasonsIn(detail) : [];
    if (!reasons.length && !detail.page) return;
    const change = told.get(element) ?? record(answerOf(method, url, status), {});
    Object.assign(change, { reasons, page: detail.page });
    draw(change);
  };

  // ---- what was held back, sent, answered

  const lazy = new Set(); // ids of blocks that load for the first time

  const gestures = new Map(); // what a person is at → the element they began with
  const begin = (text) => ({ target }) => gestures.set(text, target);
  const finish = (text) => () => gestures.delete(text);

  const holdReason = (block) => {
    for (const [text, element] of gestures) if (of(block).contains(element)) return text;
    if (of(block).querySelector("dialog[open]")) return "a dialog is open in it";
    if (of(block).querySelector(":popover-open")) return "a popover is open in it";
    if ([...of(block).querySelectorAll("audio, video")].some(({ paused }) => !paused)) return "it is playing";
    return "a listener of mizan:due prevented it";
  };

  const changesFor = (block) => {
    const known = causesOf(block);
    return known.length ? known : [occasionOf(block)];
  };

  const occasionOf = (block) => {
    if (lazy.delete(idOf(block))) return newest("Lazy: it came near the view");
    const seconds = shownBy(block).mizanPoll;
    const isDue = seconds && Date.now() - (renewed.get(idOf(block)) ?? began) >= seconds * 1000;
    return newest(isDue ? `Poll: every ${seconds} s` : "mizan.refresh()");
  };

  /* What goes out in one task has one cause. */
  let recent;
  const newest = (title) => {
    if (recent?.title !== title) {
      recent = record(title);
      setTimeout(() => (recent = undefined));
    }
    return recent;
  };

  const onDue = (event) => {
    const block = event.target;
    if (of(block).matches("[data-mizan-lazy]")) lazy.add(idOf(block)); // once it is asked for it is not any more
    const changes = causesOf(block);
    if (!changes.length) return;
    const reason = holdReason(block);
    sayAll(changes, block, () => (event.defaultPrevented ? `held back: ${reason}` : "due"));
  };

  const onRefreshing = ({ target, detail: { url, piece } }) => {
    const changes = changesFor(target);
    causes.delete(idOf(target));
    flights.set(idOf(target), { changes, url, piece });
    sayAll(changes, target, "asked for");
    outline(target, "asked", shownBy(target).mizan);
  };

  /* Blocks that share a request are given their answers one right after the other, from one address. */
  const requestOf = ({ changes: [change], url }, answered) => {
    const address = shorten(path(answered || url));
    const open = change.requests.find((request) => request.url === address && request.isOpen);
    if (open) return open;
    const request = { url: address, blocks: 0, isOpen: true };
    change.requests.push(request);
    setTimeout(() => (request.isOpen = false), 50);
    return request;
  };

  /* A signed token says nothing to anybody, and there may be fifty of them. */
  const shorten = (url) => {
    const text = url.replace(/\bblock=[^&]*/g, "block=…");
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  };

  const note = (flight, answered, facts) => {
    if (flight.piece !== undefined) return; // there was no request
    flight.request ??= requestOf(flight, answered);
    if (!flight.isCounted) flight.request.blocks += 1;
    flight.isCounted = true;
    Object.assign(flight.request, facts);
    draw(flight.changes[0]);
  };

  /* What was told of a block while it was under way, and is in what has come. */
  const shownNow = (block) => {
    const { mizanVersion } = shownBy(block);
    const isShown = ({ version }) => mizan.later(mizanVersion, version) >= 0;
    const known = causesOf(block);
    const left = known.filter((change) => !isShown(change));
    if (left.length) causes.set(idOf(block), left);
    else causes.delete(idOf(block));
    return known.filter(isShown);
  };

  const onBlockAnswer = ({ detail: { block, answered } }) => {
    const flight = block && flights.get(idOf(block));
    if (flight) note(flight, answered, {});
  };

  const onRefreshed = ({ target, detail }) => {
    const flight = flights.get(idOf(target));
    flights.delete(idOf(target));
    for (const each of [target, ...inner(target)]) renewed.set(idOf(each), Date.now());
    const time = `${Math.round(detail.milliseconds)}\u00a0ms`;
    const took = flight?.piece === undefined ? time : "with the answer";
    outline(target, detail.changed ? "fresh" : "same", `${shownBy(target).mizan} · ${took}`);
    if (flight) {
      note(flight, undefined, { text: took, together: detail.together });
      const changes = [...flight.changes, ...shownNow(target)];
      sayAll(changes, target, `${detail.changed ? "refreshed" : "the same as before"}, ${took}`);
    }
    for (const block of inner(target)) {
      sayAll(causesOf(block), block, `came with ${name(target)}`);
      causes.delete(idOf(block));
    }
    noteLeavers();
  };

  const onError = ({ target, detail }) => {
    const url = of(target).getAttribute("hx-get");
    const flight = flights.get(idOf(target)) ?? { changes: changesFor(target), url };
    flights.delete(idOf(target));
    const problem = detail.status ? `answered ${detail.status}` : "not answered";
    outline(target, "failed", `${shownBy(target).mizan} · ${problem}`);
    note(flight, undefined, { text: problem });
    for (const change of flight.changes) blame(target, change); // for which it is tried again
    sayAll(flight.changes, target, `${problem}, stays as it is. ${detail.message}`);
  };

  const onSession = ({ detail }) => record(`The session: ${detail.state} (${detail.reason})`);

  // ---- the element

  const STYLE = `
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

  const make = (tag, attributes = {}, ...children) => {
    const made = page.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const host = make("mizan-debug");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];

  const layer = make("div", { class: "layer", "aria-hidden": "true" });
  const button = make("button", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": "panel",
    "aria-keyshortcuts": "Alt+Shift+M",
  });
  const move = make("button", { type: "button" }, "Move");
  const close = make("button", { type: "button", "aria-label": "Close" }, "×");
  const heading = make("h2", { id: "heading", tabindex: "-1" }, "Why did this refresh?");
  const nothing = make("p", {}, "Nothing has changed since this page was loaded.");
  const list = make("ol", { "aria-labelledby": "heading" });
  // Without the tabindex keys could not scroll it in every browser.
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "heading" });
  scroll.append(nothing, list);
  const panel = make(
    "section",
    { id: "panel", "aria-labelledby": "heading", hidden: "" },
    make("header", {}, heading, move, close),
    scroll,
  );
  const corner = make("div", {}, button, panel);
  const viewer = make("dialog", { "aria-label": "Error page" });
  root.append(layer, corner, viewer);

  // ---- one change, drawn

  const item = ({ label, text }) => {
    const said = typeof text === "function" ? text() : text;
    const made = make("li", {}, make("code", {}, label), ` · ${said}`);
    if (/answered/.test(said)) made.className = "bad";
    return made;
  };

  const some = (labels) => {
    const shown = labels.slice(0, MANY).map((label) => make("li", {}, make("code", {}, label)));
    if (labels.length > MANY) shown.push(make("li", {}, `and ${labels.length - MANY} more`));
    return make("ul", {}, ...shown);
  };

  const several = (number) => `${number} ${number === 1 ? "block" : "blocks"}`;

  const drawMissed = (change) => {
    const groups = [...change.missed];
    if (!groups.length) return [];
    const number = groups.reduce((sum, [, labels]) => sum + labels.length, 0);
    const details = make("details", {}, make("summary", {}, `${several(number)} not covered`));
    details.open = Boolean(change.isOpen);
    details.addEventListener("toggle", () => (change.isOpen = details.open));
    for (const [reason, labels] of groups) details.append(make("h4", {}, reason), some(labels));
    return [details];
  };

  const drawRequest = ({ url, blocks, together = blocks, text = "under way" }) =>
    item({ label: `GET ${url}`, text: `${several(together)}, ${text}` });

  const section = (title, items) => (items.length ? [make("h4", {}, title), make("ul", {}, ...items)] : []);

  const parts = (change) => {
    const { title, at, header, note, event } = change;
    const states = [...change.states.values()].map(item);
    const prevented = event?.defaultPrevented && "Prevented by a listener: nothing was made stale.";
    return [
      make("h3", {}, make("span", {}, title), make("time", {}, at.toTimeString().slice(0, 8))),
      ...(header ? [make("code", {}, header)] : []),
      ...[note, prevented].filter(Boolean).map((text) => make("h4", {}, text)),
      ...section(`${several(states.length)} covered`, states),
      ...drawMissed(change),
      ...section("refused", (change.reasons ?? []).map(item)),
      ...(change.page ? [pageButton(change.page)] : []),
      ...section("requests", change.requests.map(drawRequest)),
    ];
  };

  const pageButton = (html) => {
    const made = make("button", { type: "button", class: "page" }, "Show the error page");
    made.addEventListener("click", () => open(html));
    return made;
  };

  /* Later in the same task a listener may still prevent what was told, and more may follow. */
  const undrawn = new Set();
  const draw = (change) => {
    if (!undrawn.size) setTimeout(drawAll);
    undrawn.add(change);
  };

  const drawAll = () => {
    for (const change of [...log].reverse()) {
      if (undrawn.has(change)) drawOne(change);
      if (!change.element.isConnected) list.prepend(change.element);
    }
    undrawn.clear();
    nothing.hidden = log.length > 0;
    label();
  };

  const drawOne = (change) => {
    change.element ??= make("li");
    const hadFocus = change.element.contains(root.activeElement);
    change.element.replaceChildren(...parts(change));
    if (hadFocus) change.element.querySelector("summary")?.focus();
  };

  const label = () => {
    button.textContent = `mizan ${count}`;
    button.setAttribute("aria-label", `Why did this refresh? ${count} ${count === 1 ? "change" : "changes"}`);
  };

  // ---- a page of the server about a failure

  const PLAIN = ".pastebin, #pastebinTraceback, .commands a { display: none }"; // what needs its scripts

  /* It is made by the server of what anybody may have sent: the sandbox lets nothing of it run. What a policy of the
     page would only complain of is left out, and the styles are set by script. */
  const open = (html) => {
    const styles = [];
    const shown = html
      .replace(/<style\b[^>]*>(.*?)<\/style>/gis, (_, text) => void styles.push(text) ?? "")
      .replace(/<script\b.*?<\/script>|<base\b[^>]*>|<meta\b[^>]*http-equiv[^>]*>/gis, "")
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(on\w+|style)\s*=\s*("[^"]*"|'[^']*')/gi, ""));
    const frame = make("iframe", { sandbox: "allow-same-origin", title: "Error page" });
    frame.addEventListener("load", () => {
      const { contentDocument: inner, contentWindow: view } = frame;
      inner.adoptedStyleSheets = [...styles, PLAIN].map((text) => {
        const made = new view.CSSStyleSheet();
        made.replaceSync(text);
        return made;
      });
    });
    frame.srcdoc = shown;
    const leaving = make("button", { type: "button" }, "Close");
    leaving.addEventListener("click", () => viewer.close());
    viewer.replaceChildren(make("header", {}, make("h2", {}, "Error page"), leaving), frame);
    if (!viewer.open) viewer.showModal();
  };
  viewer.addEventListener("close", () => viewer.replaceChildren());

  /* The notice of a failure has a button for it. */
  const onPage = (event) => {
    event.preventDefault();
    open(event.detail.html);
  };

  // ---- outlines: elements of their own, which follow their blocks

  const outlines = new Map(); // id of a block → {frame, block, timer}

  const place = ({ frame, block }) => {
    const { left, top, width, height } = of(block).getBoundingClientRect();
    Object.assign(frame.style, {
      left: `${left - 2}px`,
      top: `${top - 2}px`,
      width: `${width + 4}px`,
      height: `${height + 4}px`,
    });
    frame.classList.toggle("low", top < 20);
    frame.hidden = !width && !height;
  };

  const outline = (block, kind, text) => {
    const { frame = make("div"), timer } = outlines.get(idOf(block)) ?? {};
    clearTimeout(timer);
    const isOver = kind !== "asked";
    frame.className = `outline ${kind}${isOver ? " over" : ""}`;
    frame.replaceChildren(make("span", {}, text));
    if (!frame.isConnected) layer.append(frame);
    const remove = () => {
      frame.remove();
      outlines.delete(idOf(block));
    };
    const shown = { frame, block, timer: isOver && setTimeout(remove, LINGER) };
    outlines.set(idOf(block), shown);
    place(shown);
  };

  const follow = () => {
    for (const shown of outlines.values()) place(shown);
  };

  // ---- where it stands, open or closed

  // Not first where pages have their chats, and mizan-session.js its notice.
  const CORNERS = ["bottom left", "top left", "top right", "bottom right"];
  const KEY = "mizan-debug";

  const remembered = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      return {}; // a sandbox without storage, or somebody else's text
    }
  };

  const state = { corner: CORNERS[0], open: false, ...remembered() };

  const remember = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      // then it is where it was on the next page
    }
  };

  const stand = () => {
    corner.className = `corner ${CORNERS.includes(state.corner) ? state.corner : CORNERS[0]}`;
    panel.hidden = !state.open;
    button.setAttribute("aria-expanded", String(state.open));
    const next = CORNERS[(CORNERS.indexOf(state.corner) + 1) % CORNERS.length];
    move.setAttribute("aria-label", `Move to the ${next}`);
    move.onclick = () => {
      Object.assign(state, { corner: next });
      stand();
      remember();
    };
  };

  let former; // what had the focus before the list was opened by a key

  const setOpen = (open) => {
    if (!open) former = undefined;
    state.open = open;
    stand();
    remember();
  };

  const leave = () => {
    const next = of(former)?.isConnected ? of(former) : button;
    const hadFocus = page.activeElement === host;
    setOpen(false);
    if (hadFocus) next.focus();
  };

  const onShortcut = (event) => {
    if (!event.altKey || !event.shiftKey || event.code !== "KeyM") return;
    event.preventDefault();
    if (state.open) return leave();
    former = page.activeElement === host ? button : page.activeElement;
    setOpen(true);
    heading.focus();
  };

  button.addEventListener("click", () => (state.open ? leave() : setOpen(true)));
  close.addEventListener("click", leave);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !state.open || viewer.open) return;
    event.stopPropagation(); // it closes the list, and nothing of the page
    leave();
  });

  // ---- at work

  const events = {
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
    ...(htmx.version.startsWith("2.")
      ? { "htmx:afterRequest": onAnswer2 }
      : { "htmx:before:swap": onSwap4, "htmx:finally:request": onAnswer4 }),
    compositionstart: begin("somebody is typing in it"),
    compositionend: finish("somebody is typing in it"),
    dragstart: begin("it is being dragged"),
    dragend: finish("it is being dragged"),
    keydown: onShortcut,
    scroll: follow,
  };
  // Before the listeners of the page, any of which may stop an event.
  for (const [type, listener] of Object.entries(events)) addEventListener(type, listener, true);
  addEventListener("resize", follow);

  stand();
  label();
  page.documentElement.append(host);
  offerPages();
  Object.assign(mizan, { debug: Object.freeze({ open }) });
};
