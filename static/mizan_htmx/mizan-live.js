/* mizan-live.js. Built from js/src by `make js`: change that. */
(() => {
"use strict";
if (!globalThis[Symbol.for("mizan")]?.modules) throw new Error("mizan-live.js needs mizan.js: load it before, or use {% mizan_scripts %}.");
const require = (name) => globalThis[Symbol.for("mizan")].modules[name];


// src/live/index.js
var import_call2 = require("call.js");

// src/live/channels.js
var import_refresh = require("blocks/refresh.js");
var import_dom2 = require("dom.js");
var import_events2 = require("events.js");
var import_htmx = require("htmx.js");
var import_html = require("html.js");
var import_csrf = require("session/csrf.js");

// src/live/transport.js
var import_call = require("call.js");
var import_dom = require("dom.js");
var import_events = require("events.js");
var import_settings = require("settings.js");
/* The page's socket: connecting, asking the server, connecting again. Live blocks and channels share it.

   <html data-mizan-socket="open"> says that the server follows all that the page shows, but for blocks that are marked as
   failed; "closed" that it does not; the attribute is absent as long as nothing on the page needs a socket. The event
   mizan:socket on the document says when that changes. */
var SETTLING = 50;
// milliseconds in which changes of the page are collected
var [FIRST_WAIT, LONGEST_WAIT] = [500, 3e4];
// milliseconds until it connects again
var ANSWER = 1e4;
// milliseconds that the server has to answer
var PROBE = 5e3;
// the same, where it is unknown whether the connection is still alive
var MAX_BYTES = 65536;
// of a frame: a larger one would cost the socket
// Closed for what this page does: it would do so again at once. 1008: too many frames; 1009: one too large. And what
// stands for them where the server, such as daphne, sends none of the protocol's own.
var REPROACHES = [1008, 1009, 4008, 4009];
/**
 * A frame of the server.
 * @typedef {{ id?: string, data?: any, version?: string, error?: any, code?: string, [name: string]: any }} Frame
 */
/**
 * What uses the socket.
 * @typedef {object} SocketUser
 * @property {() => boolean} isNeeded - return whether the page needs the socket for it
 * @property {(frame: Frame) => unknown} receive - called with each frame
 * @property {() => unknown} [opened] - called each time that the socket has opened; may return a promise of being done
 * @property {() => unknown} [lost] - called each time that connecting was in vain, or the socket was lost
 * @property {() => unknown} [pageChanged] - called while it is open, when the page has changed
 * @property {(patience: number) => Promise<unknown>} [probe] - asks the server something
 */
/** @template T @typedef {{ resolve: (value: T) => void, reject: (error: Error) => void }} Pending */
/** @type {SocketUser[]} */
var users = [];
/** @type {WebSocket | null} The one that is connecting or open. */
var socket = null;
/** @type {Pending<void>[]} What waits for it to open. */
var waiting = [];
/** @type {Map<string, Pending<Frame>>} What was asked by it and is not answered yet, by id. */
var questions = /* @__PURE__ */ new Map();
var lastId = 0;
var reconnecting = 0;
// the timer of the next attempt
var failures = 0;
// in a row
var isAway = false;
// the page is in the back/forward cache, where an open socket could not be
var settling = 0;
/** @type {URL} */
var url;
/** Return whether the socket is open. */
var isOpen = () => socket?.readyState === WebSocket.OPEN;
/** Return whether the server follows all that the page shows. */
var isFollowed = () => import_dom.page.documentElement.dataset.mizanSocket === "open";
var isNeeded = () => users.some((user) => user.isNeeded());
/**
 * Return a random wait within a time that doubles: not all pages may come back to a server at once.
 * @param {number} count
 */
var waitAfter = (count) => Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count);
/** @param {string} state */
var show = (state) => {
  const { dataset } = import_dom.page.documentElement;
  if (dataset.mizanSocket === state) return;
  dataset.mizanSocket = state;
  (0, import_events.fire)(document, "mizan:socket", { state });
};
/** The server follows all that the page shows. */
var showOpen = () => show("open");
var connect = () => {
  if (socket || isAway) return;
  clearTimeout(reconnecting);
  reconnecting = 0;
  show("closed");
  const own = new WebSocket(url);
  socket = own;
  own.addEventListener("open", () => own === socket && greet(own));
  own.addEventListener("message", ({ data }) => own === socket && receive(JSON.parse(data)));
  own.addEventListener("close", ({ code }) => lose(own, code));
  setTimeout(() => own.readyState === WebSocket.CONNECTING && lose(own), ANSWER);
};
/** @param {WebSocket} own */
var greet = async (own) => {
  const done = Promise.allSettled(users.map(async (user) => user.opened?.()));
  for (const { resolve } of waiting.splice(0)) resolve();
  const isDone = (await done).every(({ status }) => status === "fulfilled");
  if (own === socket && isDone) showOpen();
};
/**
 * Give a socket up, without waiting for its "close": on a dead connection that takes minutes.
 * @param {WebSocket | null} own
 * @param {number} [code] - with which it was closed
 */
var lose = (own, code = 0) => {
  if (own !== socket || !own) return;
  socket = null;
  own.close();
  show("closed");
  for (const user of users) user.lost?.();
  for (const { reject } of [...waiting.splice(0), ...questions.values()]) reject((0, import_call.offline)());
  questions.clear();
  if (REPROACHES.includes(code)) failures = Math.max(failures, 6);
  if (!isAway && isNeeded()) reconnecting = setTimeout(connect, waitAfter(failures++));
};
/** Connect where there is no socket. Return a promise that it is open. */
var whenOpen = () => (
  /** @type {Promise<void>} */
  new Promise((resolve, reject) => {
    if (isOpen()) return resolve();
    if (isAway) return reject((0, import_call.offline)());
    waiting.push({ resolve, reject });
    connect();
  })
);
/**
 * Send a frame when the socket is open. Return a promise of what the server answers. It is rejected with the server's
 * error; with the code "OFFLINE" where there is no answer, and "TOO_LARGE" for more than a frame takes, which is not sent.
 * @param {object} frame
 * @param {number} [patience] - milliseconds
 * @returns {Promise<Frame>}
 */
var ask = async (frame, patience = ANSWER) => {
  await whenOpen();
  if (!isOpen()) throw (0, import_call.offline)();
  // it was lost in the same moment
  const id = String(++lastId);
  const text = JSON.stringify({ ...frame, id });
  if (new TextEncoder().encode(text).length > MAX_BYTES) {
    throw (0, import_call.problem)("TOO_LARGE", "The server does not take that much at once.", { status: 413, isSent: false });
  }
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    setTimeout(() => questions.delete(id) && reject((0, import_call.offline)("The server does not answer.")), patience);
    /** @type {WebSocket} */
    socket.send(text);
  });
};
/** @param {Frame} frame */
var receive = (frame) => {
  const question = frame.id === void 0 ? void 0 : questions.get(frame.id);
  // That single keys are refused is not yet the answer to the frame that had them.
  if (question && !(frame.error && "contexts" in frame)) {
    questions.delete(
      /** @type {string} */
      frame.id
    );
    failures = 0;
    const { code, message, details, status } = frame.error?.code ? frame.error : { ...frame, message: frame.error };
    const { data, version } = frame;
    const more = { status, fields: details?.fields ?? {}, data, version };
    if (frame.error) question.reject((0, import_call.problem)(code, message, more));
    else question.resolve(frame);
  }
  for (const user of users) user.receive(frame);
};
/* Ask where it is unknown whether the connection has survived: a sleeping computer notices nothing. */
var wake = async () => {
  if (!isNeeded()) return;
  if (!isOpen()) return connect();
  const own = socket;
  /** @param {CallError} error */
  const check = ({ code }) => code === "OFFLINE" && lose(own);
  await Promise.all(users.map((user) => user.probe?.(PROBE).catch(check)));
  // Without a wait: somebody has just come back.
  if (!socket) connect();
};
/**
 * Use the socket.
 * @param {SocketUser} user
 */
var attach = (user) => {
  users.push(user);
  if (isOpen()) user.opened?.();
  else if (user.isNeeded()) connect();
};
var lookAround = () => {
  settling = 0;
  if (isOpen()) for (const user of users) user.pageChanged?.();
  else if (!reconnecting && isNeeded()) connect();
};
/** Look at the page soon: it may need other things of the server than before. */
var lookSoon = () => {
  settling ||= setTimeout(lookAround, SETTLING);
};
var start = () => {
  url = (0, import_settings.address)(import_settings.settings.socket ?? "/ws/", "data-socket");
  url.protocol = url.protocol.replace("http", "ws");
  (0, import_events.onChange)(lookSoon, ["data-mizan", "data-mizan-version", "data-mizan-channel", "data-mizan-params"]);
  (0, import_events.on)("visibilitychange", () => import_dom.page.hidden || wake());
  /* An open socket is of the session that there was when it opened. */
  (0, import_events.on)("mizan:session", ({ detail: { state } }) => {
    if (state !== "returned" || !socket) return;
    lose(socket);
    connect();
  });
  addEventListener("online", wake);
  addEventListener("pagehide", () => {
    isAway = true;
    lose(socket);
  });
  addEventListener("pageshow", ({ persisted }) => {
    isAway = false;
    if (persisted) wake();
  });
};

// src/live/channels.js
/* Channels in a page: subscriptions, what arrives, and what is sent.

   <template data-mizan-channel="chat" data-mizan-params='{"room": "a"}' data-mizan-partial="…"
             data-mizan-target="#messages" data-mizan-place="beforeend">     {% mizan_channel %} writes it
   The page is subscribed as long as this is in it. With a partial the server sends HTML, which htmx puts at its place. A
   message with an id that the page has already takes the place of the old one. After a reconnection the block around the
   target is refreshed, since messages may have been missed.

   <form mizan-send="chat" data-mizan-params='{"room": "a"}'>               {% mizan_send %} writes that
   Its fields are a message. When the server has taken it the form is reset, unless somebody typed on meanwhile; until then
   it is aria-busy, and is not sent twice. */
var CHANNEL = "[data-mizan-channel]";
var FORM = "form[mizan-send]";
var INSERTS = /^(before|after)/;
/** @typedef {{ channel: string, params: object, partial?: string }} Subscription */
/** @typedef {import("./transport.js").Frame} Frame */
/** @type {() => HTMLTemplateElement[]} */
var templates = () => (
  /** @type {HTMLTemplateElement[]} */
  (0, import_dom2.all)(CHANNEL)
);
/** @param {{ code?: string, message?: string, fields?: object }} error */
var explain = ({ code = "ERROR", message, fields = {} }) => ({ code, error: message, fields });
// ---- subscriptions
/** @type {(_: string, value: unknown) => unknown} */
var sorted = (_, value) => value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
/**
 * Name a subscription. Equal ones have equal names, whatever the order of their parameters.
 * @param {Subscription | Frame} subscription
 */
var nameOf = ({ channel, params, partial = "" }) => JSON.stringify([channel, params, partial], sorted);
/** @param {Subscription} subscription */
var topicOf = ({ channel, params }) => nameOf({ channel, params });
/** @param {HTMLElement} element */
var paramsOf = (element) => JSON.parse((0, import_dom2.of)(element).dataset.mizanParams || "{}");
/** @type {(template: HTMLElement) => Subscription} */
var ofTemplate = (template) => ({
  channel: template.dataset.mizanChannel ?? "",
  params: paramsOf(template),
  partial: template.dataset.mizanPartial
});
/** @type {(form: HTMLElement) => Subscription} */
var ofForm = (form) => ({ channel: (0, import_dom2.of)(form).getAttribute("mizan-send") ?? "", params: paramsOf(form) });
/** @param {string} name */
var templatesOf = (name) => templates().filter((template) => nameOf(ofTemplate(template)) === name);
/** @type {Map<string, Subscription>} What scripts have sent to, by name, for the life of the page. */
var scripts = /* @__PURE__ */ new Map();
/** What this socket has subscribed to, by name, and promises of the answers.
    @type {Map<string, { wanted: Subscription, answer: Promise<Frame> }>} */
var joined = /* @__PURE__ */ new Map();
var isLate = false;
// there was no socket for a while
/* What only sends needs a subscription, too, but not a second one. */
var subscriptions = () => {
  const found = new Map(
    templates().map(ofTemplate).map((each) => [nameOf(each), each])
  );
  const topics = new Set([...found.values()].map(topicOf));
  for (const each of [...(0, import_dom2.all)(FORM).map(ofForm), ...scripts.values()]) {
    if (!topics.has(topicOf(each))) found.set(nameOf(each), each);
  }
  return found;
};
var isNeeded2 = () => scripts.size > 0 || import_dom2.page.querySelector(`${CHANNEL}, ${FORM}`) !== null;
var subscribe = () => {
  const needed = subscriptions();
  for (const [name, { wanted }] of joined) {
    if (needed.has(name)) continue;
    joined.delete(name);
    ask({ action: "unsubscribe", ...wanted }).catch(() => {
    });
    // a lost socket forgets it, too
  }
  for (const [name, wanted] of needed) {
    if (joined.has(name)) continue;
    const answer = ask({ action: "subscribe", ...wanted });
    joined.set(name, { wanted, answer });
    answer.catch((error) => refuse(name, error));
  }
};
/* Not tried again on this socket. */
/** @type {(name: string, error: { code?: string, message?: string }) => void} */
var refuse = (name, error) => {
  if (error.code === "OFFLINE") return;
  for (const template of templatesOf(name)) (0, import_events2.fire)(template, "mizan:error", explain(error));
};
var opened = async () => {
  joined.clear();
  subscribe();
  const mayMiss = isLate;
  isLate = false;
  await Promise.allSettled([...joined.values()].map(({ answer }) => answer));
  if (!mayMiss) return;
  const around = templates().map((template) => blockOf(targetOf(template))?.dataset.mizan);
  const list = around.filter(Boolean).join(", ");
  if (list) (0, import_refresh.invalidate)(list, {}, { source: "socket" });
};
// ---- what arrives
/** @type {(element: Element | null) => HTMLElement | null} */
var blockOf = (element) => (0, import_dom2.of)(element)?.closest(import_dom2.BLOCK) ?? null;
/** @type {(template: HTMLElement) => HTMLElement | null} */
var targetOf = ({ dataset }) => dataset.mizanTarget ? import_dom2.page.querySelector(dataset.mizanTarget) : null;
/** @param {Frame} frame */
var receive2 = (frame) => {
  const { channel, params, type, data, html, error, code } = frame;
  const name = nameOf(frame);
  if (error && channel && frame.id === void 0) {
    // The server has ended a subscription. What comes into the page, or is sent, asks for it anew.
    joined.delete(name);
    refuse(name, { code, message: error });
  }
  if (!type) return;
  const found = templatesOf(name);
  if (!found.length) (0, import_events2.fire)(document, "mizan:message", { channel, params, type, data });
  for (const template of found) {
    const isWanted = (0, import_events2.fire)(template, "mizan:message", { channel, params, type, data });
    if (isWanted && html !== void 0) place(template, html);
  }
};
/** Blocks that are being refreshed, by id. What is fetched may be older than a message that comes meanwhile, which
    therefore waits until it is there. @type {Map<string, { block: Element, late: [HTMLElement, string][] }>} */
var refreshing = /* @__PURE__ */ new Map();
/** @type {(template: HTMLElement, html: string) => void} */
var place = (template, html) => {
  const target = targetOf(template);
  if (!target) return console.error("mizan: there is no", template.dataset.mizanTarget, template);
  for (let block = blockOf(target); block; block = blockOf((0, import_dom2.of)(block).parentElement)) {
    const flight = refreshing.get((0, import_dom2.of)(block).id);
    if (flight?.block === block) return void flight.late.push([template, html]);
  }
  const style = template.dataset.mizanPlace ?? "beforeend";
  const { id } = (0, import_dom2.of)((0, import_html.parseHtml)(html).firstElementChild) ?? {};
  const former = id && INSERTS.test(style) ? import_dom2.page.getElementById(id) : null;
  swap(template, former ?? target, html, former ? "outerHTML" : style);
};
/** @type {(source: Element, target: Element, text: string, style: string) => void} */
var swap = (source, target, text, style) => {
  if (import_htmx.isHtmx2) import_htmx.htmx.swap(target, text, { swapStyle: style });
  else import_htmx.htmx.swap({ sourceElement: source, target, text, swap: style });
};
/** @param {Event} event */
var release = (event) => {
  const { id } = (0, import_dom2.of)(
    /** @type {Element} */
    event.target
  );
  const { late: late2 = [] } = refreshing.get(id) ?? {};
  refreshing.delete(id);
  for (const [template, html] of late2) place(current(template), html);
};
/* The template may have come anew with the block. */
/** @param {HTMLElement} template */
var current = (template) => template.isConnected ? template : templatesOf(nameOf(ofTemplate(template)))[0] ?? template;
// ---- what is sent
/**
 * Send a message; subscribe before, if nothing else has.
 * @param {string} channel
 * @param {object} params
 * @param {object} data
 * @param {object} [more]
 */
var send = async (channel, params, data, more = {}) => {
  const topic = topicOf({ channel, params });
  const find = () => [...joined.values()].find((each) => topicOf(each.wanted) === topic);
  if (!find() && !scripts.has(topic)) scripts.set(topic, { channel, params });
  await whenOpen();
  subscribe();
  await find()?.answer;
  return ask({ action: "message", channel, params, data, ...more });
};
/* Files can't be sent; a repeated field is a list. */
/** @type {(form: HTMLFormElement, submitter: HTMLElement | null) => Record<string, FormDataEntryValue | FormDataEntryValue[]>} */
var valuesOf = (form, submitter) => {
  /** @type {ReturnType<typeof valuesOf>} */
  const values = {};
  const fields = new FormData(form, submitter);
  for (const name of new Set(fields.keys())) {
    const texts = fields.getAll(name).filter((value) => typeof value === "string");
    const [text] = texts;
    if (name !== import_csrf.TOKEN && text !== void 0) values[name] = texts.length > 1 ? texts : text;
  }
  return values;
};
/* A box that is not checked sends nothing, as if it were not there: the server is given the names of such boxes. */
/** @type {(form: HTMLFormElement, sent: object) => string[]} */
var untickedOf = (form, sent) => {
  const names = [...(0, import_dom2.of)(form).elements].filter(import_dom2.isUnticked).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !Object.hasOwn(sent, name));
};
/** @type {WeakSet<HTMLFormElement>} */
var busy = /* @__PURE__ */ new WeakSet();
/** @type {(form: HTMLFormElement, submitter: HTMLElement | null) => Promise<void>} */
var sendForm = async (form, submitter) => {
  const sent = valuesOf(form, submitter);
  const unticked = untickedOf(form, sent);
  const { channel, params } = ofForm(form);
  busy.add(form);
  (0, import_dom2.of)(form).setAttribute("aria-busy", "true");
  try {
    await send(channel, params, sent, unticked.length ? { unticked } : {});
  } catch (error) {
    (0, import_events2.fire)(form, "mizan:error", explain(
      /** @type {CallError} */
      error
    ));
    return;
  } finally {
    busy.delete(form);
    (0, import_dom2.of)(form).removeAttribute("aria-busy");
  }
  if (JSON.stringify(valuesOf(form, submitter)) === JSON.stringify(sent)) (0, import_dom2.of)(form).reset();
  (0, import_events2.fire)(form, "mizan:sent", { channel, params });
};
var start2 = () => {
  (0, import_events2.on)("mizan:refreshing", ({ target: block }) => {
    const { id } = (0, import_dom2.of)(block);
    refreshing.set(id, { block, late: refreshing.get(id)?.late ?? [] });
  });
  (0, import_events2.on)("mizan:refreshed mizan:error", release);
  (0, import_events2.on)("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !(0, import_dom2.is)(form, FORM)) return;
    event.preventDefault();
    if (!busy.has(form)) sendForm(form, submitter);
  });
  attach({ isNeeded: isNeeded2, opened, lost: () => isLate = true, pageChanged: subscribe, receive: receive2 });
};

// src/live/contexts.js
var import_refresh3 = require("blocks/refresh.js");
var import_dom4 = require("dom.js");
var import_events4 = require("events.js");
var import_grammar = require("grammar.js");
var import_versions2 = require("versions.js");

// src/live/invalidations.js
var import_refresh2 = require("blocks/refresh.js");
var import_dom3 = require("dom.js");
var import_events3 = require("events.js");
var import_htmx2 = require("htmx.js");
var import_versions = require("versions.js");
/* What the server says is stale, and when its blocks refresh: at most once a second for each key, all keys of one change
   together, and not before the answer to a change of this page's own, which may bring it. */
var WINDOW = 1e3;
// milliseconds in which the same key refreshes its blocks once
var CHANGE = 20;
// milliseconds in which the server names the keys of one change, one after the other
var OWN = 2e3;
// milliseconds to wait for the answer to a change of this page's own
var ANSWER2 = 1e4;
// milliseconds after which no answer is expected any more
/** @type {Map<string, string | null | undefined>} What waits, key → version; null for a window without news until now. */
var pending = /* @__PURE__ */ new Map();
/** @type {Set<string>} Keys that wait for the page to be shown. */
var held = /* @__PURE__ */ new Set();
/** What has waited enough, version → keys: they refresh together, so that a block inside of another stale one comes with
    that and not by a request of its own. @type {Map<string | undefined, string[]>} */
var due = /* @__PURE__ */ new Map();
/** What may change something and is under way, request → the timer that gives it up. What the server says meanwhile is
    likely that change. @type {Map<unknown, number>} */
var changing = /* @__PURE__ */ new Map();
var soon = 0;
// timers of what is due: where nothing is under way, and where something is
var late = 0;
/** @type {() => string} What "*" stands for: of blocks that the server does not follow, it says nothing. */
var everything;
/**
 * Refresh the blocks of a key.
 * @param {string} key
 * @param {string | undefined} version - since when they are stale
 * @param {number} spread - milliseconds: refresh at a random moment within them
 */
var refreshSoon = (key, version, spread) => {
  const isFirst = !pending.has(key);
  const former = pending.get(key);
  pending.set(key, former && (0, import_versions.later)(former, version) > 0 ? former : version);
  if (!isFirst) return;
  if (spread) setTimeout(refresh, Math.random() * spread, key);
  else refresh(key);
};
/** @param {string} key */
var refresh = (key) => {
  const version = pending.get(key);
  if (version === null) return void pending.delete(key);
  if (import_dom3.page.hidden) return void held.add(key);
  pending.set(key, null);
  setTimeout(refresh, WINDOW, key);
  due.set(version, [...due.get(version) ?? [], key]);
  planDue();
};
var planDue = () => {
  if (!due.size) return;
  if (changing.size) late ||= setTimeout(refreshDue, OWN);
  else soon ||= setTimeout(refreshDue, CHANGE);
};
var refreshDue = () => {
  clearTimeout(soon);
  clearTimeout(late);
  soon = late = 0;
  const changes = [...due];
  due.clear();
  for (const [version, keys] of changes) {
    const list = keys.includes("*") ? everything() : keys.join(", ");
    if (list) (0, import_refresh2.invalidate)(list, {}, { version, source: "socket" });
  }
};
/**
 * A request that may change something is under way.
 * @param {unknown} request
 */
var beginChange = (request) => {
  changing.set(request, setTimeout(endChange, ANSWER2, request));
};
/**
 * The answer to a request is there, and was carried out.
 * @param {unknown} request
 */
var endChange = (request) => {
  clearTimeout(changing.get(request));
  if (changing.delete(request)) planDue();
};
/** @param {() => string} list - returns what the server follows of the page */
var start3 = (list) => {
  everything = list;
  /* Not by mizan:request, after which htmx may still send nothing, and not by mizan:answer: on htmx 4 what came with an
     answer is taken only when that is swapped in, and would count as older than what the server says before. */
  // htmx 2: its own events are lost on an element that has left the page
  (0, import_events3.on)("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
    if (!(0, import_dom3.isSafe)(requestConfig.verb)) beginChange(xhr);
    xhr.addEventListener("loadend", () => endChange(xhr));
  });
  // htmx 4
  (0, import_events3.on)((0, import_htmx2.spelt)("htmx:before:request"), ({ detail: { ctx } }) => (0, import_dom3.isSafe)(ctx.request.method) || beginChange(ctx));
  (0, import_events3.on)((0, import_htmx2.spelt)("htmx:finally:request"), ({ detail: { ctx } }) => endChange(ctx));
  (0, import_events3.on)("visibilitychange", () => {
    if (import_dom3.page.hidden) return;
    for (const key of held) held.delete(key) && refresh(key);
  });
};

// src/live/contexts.js
/* Blocks of live contexts, which have data-mizan-version. The server is asked to watch what they are bound to, with the
   version that they show, and says what of it is stale: never what is new, which each block fetches by its own request.
   What happened while there was no socket it says when there is one again. */
var LIVE = "[data-mizan-version]";
var RETURN = 3e3;
// milliseconds in which a page that came back has to be followed again
var [MAX_KEYS, MAX_TEXT] = [1e3, 6e4];
// what the server takes in one frame, keys and characters
/** What a site that has changed says of a key. @type {Record<string, number>} */
var GONE = { NOT_FOUND: 404, VALIDATION_ERROR: 422 };
var watched = "";
// the keys that the server was last asked to watch
/** @type {Set<string>} Keys that the server took, ever. */
var accepted = /* @__PURE__ */ new Set();
/** @type {Map<string, string>} Key → the code with which it was refused, or "" where it was left out without an error. */
var refused = /* @__PURE__ */ new Map();
/** Key → the version that its blocks must have to be up to date, or to have been invalidated otherwise.
    @type {Map<string, string | undefined>} */
var known = /* @__PURE__ */ new Map();
/** @type {WeakMap<Element, string | undefined>} Block → its version when it was last looked at. */
var seen = /* @__PURE__ */ new WeakMap();
var retrying = 0;
// the timer of the next attempt where the server could not say who may watch what
var faults = 0;
// of that kind, in a row
var blocks = () => (0, import_dom4.all)(LIVE);
/** @param {string} list */
var split = (list) => list.split(/[ \t]*,[ \t]*/).filter(Boolean);
/** @param {HTMLElement} block */
var keysOf = (block) => split((0, import_dom4.of)(block).dataset.mizan ?? "");
/** @param {HTMLElement} block */
var versionOf = (block) => (0, import_dom4.of)(block).dataset.mizanVersion;
/** @param {Iterable<string>} keys */
var listOf = (keys) => [...keys].sort().join(", ");
/** @param {string} list */
var refreshAll = (list) => (0, import_refresh3.invalidate)(list, {}, { source: "socket" });
/**
 * Versions of two lives of the server's store can't be compared; then none is known, and all is stale.
 * @param {string | undefined} one
 * @param {string | undefined} other
 */
var older = (one, other) => {
  const distance = (0, import_versions2.later)(one, other);
  return Number.isNaN(distance) ? "" : distance < 0 ? one : other;
};
/** Return what the page shows: key → the oldest version of it. */
var shown = () => {
  /** @type {Map<string, string | undefined>} */
  const versions = /* @__PURE__ */ new Map();
  let text = 0;
  for (const block of blocks()) {
    const version = versionOf(block);
    for (const key of keysOf(block)) {
      if (versions.has(key)) versions.set(key, older(version, versions.get(key)));
      else if (versions.size < MAX_KEYS && (text += 2 * key.length + 40) < MAX_TEXT)
        versions.set(key, version);
    }
  }
  return versions;
};
/** @type {(key: string, version: string | undefined) => void} */
var learn = (key, version) => {
  if (!((0, import_versions2.later)(known.get(key), version) >= 0)) known.set(key, version);
};
/** @param {number} [patience] */
var watch = async (patience) => {
  const versions = shown();
  for (const block of blocks()) seen.set(block, versionOf(block));
  for (const map of [known, refused]) for (const key of map.keys()) if (!versions.has(key)) map.delete(key);
  for (const [key, version] of versions) learn(key, version);
  watched = listOf(versions.keys());
  const answer = ask(
    { action: "watch", contexts: watched, versions: Object.fromEntries(versions) },
    patience
  );
  answer.catch(retryWatch);
  const { data } = await answer;
  const taken = split(data?.watching ?? "");
  for (const key of taken) accepted.add(key);
  takeBack(taken.filter((key) => refused.delete(key)));
  leaveOut([...versions.keys()].filter((key) => !taken.includes(key)));
  if (!retrying) faults = 0;
};
/* What was given up is requested where it is followed again, such as after a release was taken back. */
/** @param {string[]} keys */
var takeBack = (keys) => {
  for (const block of blocks()) if (keysOf(block).some((key) => keys.includes(key))) (0, import_refresh3.retry)(block);
};
/* Of what was left out without an error the server says nothing: since the page was made, its context has ceased to be live,
   or another text stands for the same value. By its refresh the block says the like. If it does not, it can't be
   followed. */
/** @param {string[]} keys */
var leaveOut = (keys) => {
  const again = keys.filter((key) => refused.get(key) === "");
  const first = keys.filter((key) => !refused.has(key));
  for (const key of first) refused.set(key, "");
  if (first.length) refreshAll(listOf(first));
  giveUp(again, 404, "it is not live");
};
/* Nobody will say that these are stale: what they show counts as old from now on. */
/** @type {(keys: string[], status: number, reason: string) => void} */
var giveUp = (keys, status, reason) => {
  for (const block of blocks()) {
    const key = (0, import_dom4.of)(block).dataset.mizanError === void 0 && keysOf(block).find((each) => keys.includes(each));
    if (key) (0, import_refresh3.fail)(block, status, `The server does not follow ${key}: ${reason}.`);
  }
};
/* The server's own trouble says nothing about what one may watch. It passes, and nobody would ask again. */
/** @param {{ code?: string }} error */
var retryWatch = ({ code }) => {
  if (code === "INTERNAL_ERROR") retrying ||= setTimeout(watchAgain, waitAfter(faults++));
};
var watchAgain = () => {
  retrying = 0;
  if (isOpen()) watch().then(showOpen, () => {
  });
};
/* Wherever it comes from, a block may come into the page that is older than what the server has said of its key by then. It
   will not say that again, unless asked. */
/** @param {HTMLElement} block */
var isBehind = (block) => {
  const version = versionOf(block);
  if (seen.get(block) === version) return false;
  seen.set(block, version);
  return keysOf(block).some((key) => (0, import_versions2.later)(version, known.get(key)) < 0);
};
/* A block that has come since its key was refused may be followed by now: by another server, or anew. */
/** @param {HTMLElement} block */
var isInDoubt = (block) => !seen.has(block) && keysOf(block).some((key) => refused.get(key) === "" || (refused.get(key) ?? "") in GONE);
var look = () => {
  const doubtful = blocks().filter(isInDoubt);
  const behind = blocks().filter(isBehind);
  // Where the socket is lost meanwhile, the next one begins with this.
  if (doubtful.length || behind.length || listOf(shown().keys()) !== watched) watch().catch(() => {
  });
};
/** @param {import("./transport.js").Frame} frame */
var receive3 = ({ invalidate: list, versions = {}, spread = 0, error, code = "", contexts = "" }) => {
  for (const key of split(list ?? "")) {
    for (const each of split(watched)) if ((0, import_grammar.covers)((0, import_grammar.parse)(key), each)) learn(each, versions[key]);
    refreshSoon(key, versions[key], spread);
  }
  if (!error) return;
  const keys = split(contexts);
  if (contexts) retryWatch({ code });
  for (const key of keys) refused.set(key, code);
  if (code in GONE) giveUp(
    keys,
    /** @type {number} */
    GONE[code],
    error
  );
  // Of what may not be watched any more, nothing may be seen either.
  const lost = code === "FORBIDDEN" ? keys.filter((key) => accepted.delete(key)) : [];
  if (lost.length) refreshAll(lost.join(", "));
};
/* Otherwise everything would be fetched anew: the server says what has changed. */
/** @param {Event} event */
var comeBack = (event) => {
  if (!blocks().length) return;
  event.preventDefault();
  setTimeout(() => {
    const keys = listOf(shown().keys());
    if (keys && !isFollowed()) (0, import_refresh3.invalidate)(keys, {}, { source: "return" });
  }, RETURN);
};
var start4 = () => {
  /* A morph keeps the element. What a cache before the site answered may be as old as what was there. */
  (0, import_events4.on)("mizan:refreshed", ({ target }) => {
    for (const block of [target, ...(0, import_dom4.of)(target).querySelectorAll(LIVE)]) seen.delete(block);
    lookSoon();
  });
  start3(() => watched);
  (0, import_events4.on)("mizan:return", comeBack);
  attach({ isNeeded: () => blocks().length > 0, opened: watch, pageChanged: look, receive: receive3, probe: watch });
};

// src/live/index.js
/* mizan-live.js: the page's socket, for live contexts and channels. */
var start5 = () => {
  start();
  start4();
  start2();
  (0, import_call2.useSocket)({ isOpen, ask, send, beginChange, endChange });
};

// src/mizan-live.entry.js
globalThis[/* @__PURE__ */ Symbol.for("mizan")].add("live", start5);
})();
