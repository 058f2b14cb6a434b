/* Channels in a page: subscriptions, what arrives, and what is sent.

   <template data-mizan-channel="chat" data-mizan-params='{"room": "a"}' data-mizan-partial="…"
             data-mizan-target="#messages" data-mizan-place="beforeend">     {% mizan_channel %} writes it
   The page is subscribed as long as this is in it. With a partial the server sends HTML, which htmx puts at its place. A
   message with an id that the page has already takes the place of the old one. After a reconnection the block around the
   target is refreshed, since messages may have been missed.

   <form mizan-send="chat" data-mizan-params='{"room": "a"}'>               {% mizan_send %} writes that
   Its fields are a message. When the server has taken it the form is reset, unless somebody typed on meanwhile; until then
   it is aria-busy, and is not sent twice. */

import { invalidate } from "../blocks/refresh.js";
import { BLOCK, all, is, isUnticked, of, page } from "../dom.js";
import { fire, on } from "../events.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { parseHtml } from "../html.js";
import { TOKEN } from "../session/csrf.js";
import { ask, attach, whenOpen } from "./transport.js";

const CHANNEL = "[data-mizan-channel]";
const FORM = "form[mizan-send]";
const INSERTS = /^(before|after)/;

/** @typedef {{ channel: string, params: object, partial?: string }} Subscription */
/** @typedef {import("./transport.js").Frame} Frame */

/** @type {() => HTMLTemplateElement[]} */
const templates = () => /** @type {HTMLTemplateElement[]} */ (all(CHANNEL));

/** @param {{ code?: string, message?: string, fields?: object }} error */
const explain = ({ code = "ERROR", message, fields = {} }) => ({ code, error: message, fields });

// ---- subscriptions

/** @type {(_: string, value: unknown) => unknown} */
const sorted = (_, value) =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort())
    : value;

/**
 * Name a subscription. Equal ones have equal names, whatever the order of their parameters.
 * @param {Subscription | Frame} subscription
 */
const nameOf = ({ channel, params, partial = "" }) => JSON.stringify([channel, params, partial], sorted);

/** @param {Subscription} subscription */
const topicOf = ({ channel, params }) => nameOf({ channel, params });

/** @param {HTMLElement} element */
const paramsOf = (element) => JSON.parse(of(element).dataset.mizanParams || "{}");

/** @type {(template: HTMLElement) => Subscription} */
const ofTemplate = (template) => ({
  channel: template.dataset.mizanChannel ?? "",
  params: paramsOf(template),
  partial: template.dataset.mizanPartial,
});

/** @type {(form: HTMLElement) => Subscription} */
const ofForm = (form) => ({ channel: of(form).getAttribute("mizan-send") ?? "", params: paramsOf(form) });

/** @param {string} name */
const templatesOf = (name) => templates().filter((template) => nameOf(ofTemplate(template)) === name);

/** @type {Map<string, Subscription>} What scripts have sent to, by name, for the life of the page. */
const scripts = new Map();
/** What this socket has subscribed to, by name, and promises of the answers.
    @type {Map<string, { wanted: Subscription, answer: Promise<Frame> }>} */
const joined = new Map();
let isLate = false; // there was no socket for a while

/* What only sends needs a subscription, too, but not a second one. */
const subscriptions = () => {
  const found = new Map(
    templates()
      .map(ofTemplate)
      .map((each) => [nameOf(each), each]),
  );
  const topics = new Set([...found.values()].map(topicOf));
  for (const each of [...all(FORM).map(ofForm), ...scripts.values()]) {
    if (!topics.has(topicOf(each))) found.set(nameOf(each), each);
  }
  return found;
};

const isNeeded = () => scripts.size > 0 || page.querySelector(`${CHANNEL}, ${FORM}`) !== null;

const subscribe = () => {
  const needed = subscriptions();
  for (const [name, { wanted }] of joined) {
    if (needed.has(name)) continue;
    joined.delete(name);
    ask({ action: "unsubscribe", ...wanted }).catch(() => {}); // a lost socket forgets it, too
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
const refuse = (name, error) => {
  if (error.code === "OFFLINE") return;
  for (const template of templatesOf(name)) fire(template, "mizan:error", explain(error));
};

const opened = async () => {
  joined.clear();
  subscribe();
  const mayMiss = isLate;
  isLate = false;
  await Promise.allSettled([...joined.values()].map(({ answer }) => answer));
  if (!mayMiss) return;
  const around = templates().map((template) => blockOf(targetOf(template))?.dataset.mizan);
  const list = around.filter(Boolean).join(", ");
  if (list) invalidate(list, {}, { source: "socket" });
};

// ---- what arrives

/** @type {(element: Element | null) => HTMLElement | null} */
const blockOf = (element) => of(element)?.closest(BLOCK) ?? null;

/** @type {(template: HTMLElement) => HTMLElement | null} */
const targetOf = ({ dataset }) => (dataset.mizanTarget ? page.querySelector(dataset.mizanTarget) : null);

/** @param {Frame} frame */
const receive = (frame) => {
  const { channel, params, type, data, html, error, code } = frame;
  const name = nameOf(frame);
  if (error && channel && frame.id === undefined) {
    // The server has ended a subscription. What comes into the page, or is sent, asks for it anew.
    joined.delete(name);
    refuse(name, { code, message: error });
  }
  if (!type) return;
  const found = templatesOf(name);
  if (!found.length) fire(document, "mizan:message", { channel, params, type, data });
  for (const template of found) {
    const isWanted = fire(template, "mizan:message", { channel, params, type, data });
    if (isWanted && html !== undefined) place(template, html);
  }
};

/** Blocks that are being refreshed, by id. What is fetched may be older than a message that comes meanwhile, which
    therefore waits until it is there. @type {Map<string, { block: Element, late: [HTMLElement, string][] }>} */
const refreshing = new Map();

/** @type {(template: HTMLElement, html: string) => void} */
const place = (template, html) => {
  const target = targetOf(template);
  if (!target) return console.error("mizan: there is no", template.dataset.mizanTarget, template);
  for (let block = blockOf(target); block; block = blockOf(of(block).parentElement)) {
    const flight = refreshing.get(of(block).id);
    if (flight?.block === block) return void flight.late.push([template, html]);
  }
  const style = template.dataset.mizanPlace ?? "beforeend";
  const { id } = of(parseHtml(html).firstElementChild) ?? {};
  const former = id && INSERTS.test(style) ? page.getElementById(id) : null;
  swap(template, former ?? target, html, former ? "outerHTML" : style);
};

/** @type {(source: Element, target: Element, text: string, style: string) => void} */
const swap = (source, target, text, style) => {
  if (isHtmx2) htmx.swap(target, text, { swapStyle: style });
  else htmx.swap({ sourceElement: source, target, text, swap: style });
};

/** @param {Event} event */
const release = (event) => {
  const { id } = of(/** @type {Element} */ (event.target));
  const { late = [] } = refreshing.get(id) ?? {};
  refreshing.delete(id);
  for (const [template, html] of late) place(current(template), html);
};

/* The template may have come anew with the block. */
/** @param {HTMLElement} template */
const current = (template) =>
  template.isConnected ? template : (templatesOf(nameOf(ofTemplate(template)))[0] ?? template);

// ---- what is sent

/**
 * Send a message; subscribe before, if nothing else has.
 * @param {string} channel
 * @param {object} params
 * @param {object} data
 * @param {object} [more]
 */
export const send = async (channel, params, data, more = {}) => {
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
const valuesOf = (form, submitter) => {
  /** @type {ReturnType<typeof valuesOf>} */
  const values = {};
  const fields = new FormData(form, submitter);
  for (const name of new Set(fields.keys())) {
    const texts = fields.getAll(name).filter((value) => typeof value === "string");
    const [text] = texts;
    if (name !== TOKEN && text !== undefined) values[name] = texts.length > 1 ? texts : text;
  }
  return values;
};

/* A box that is not checked sends nothing, as if it were not there: the server is given the names of such boxes. */
/** @type {(form: HTMLFormElement, sent: object) => string[]} */
const untickedOf = (form, sent) => {
  const names = [...of(form).elements].filter(isUnticked).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !Object.hasOwn(sent, name));
};

/** @type {WeakSet<HTMLFormElement>} */
const busy = new WeakSet();

/** @type {(form: HTMLFormElement, submitter: HTMLElement | null) => Promise<void>} */
const sendForm = async (form, submitter) => {
  const sent = valuesOf(form, submitter);
  const unticked = untickedOf(form, sent);
  const { channel, params } = ofForm(form);
  busy.add(form);
  of(form).setAttribute("aria-busy", "true");
  try {
    await send(channel, params, sent, unticked.length ? { unticked } : {});
  } catch (error) {
    fire(form, "mizan:error", explain(/** @type {CallError} */ (error)));
    return;
  } finally {
    busy.delete(form);
    of(form).removeAttribute("aria-busy");
  }
  if (JSON.stringify(valuesOf(form, submitter)) === JSON.stringify(sent)) of(form).reset();
  fire(form, "mizan:sent", { channel, params });
};

export const start = () => {
  on("mizan:refreshing", ({ target: block }) => {
    const { id } = of(block);
    refreshing.set(id, { block, late: refreshing.get(id)?.late ?? [] });
  });
  on("mizan:refreshed mizan:error", release);
  on("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !is(form, FORM)) return;
    event.preventDefault();
    if (!busy.has(form)) sendForm(form, submitter);
  });
  attach({ isNeeded, opened, lost: () => (isLate = true), pageChanged: subscribe, receive });
};
