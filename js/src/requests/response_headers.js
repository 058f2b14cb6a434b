/* What htmx and the page learn of a refresh.

   A refresh goes on behind the page, and one response may have been for several blocks:

   - the events of HX-Trigger, HX-Trigger-After-Swap and HX-Trigger-After-Settle are fired once for a response, on a block
     that it was for, or on the body where all have left the page;
   - HX-Redirect, HX-Refresh and HX-Location are followed, once;
   - HX-Push-Url, HX-Replace-Url, HX-Retarget, HX-Reswap and HX-Reselect have no effect: a block replaces itself;
   - htmx reports a refresh that failed once (htmx:responseError, htmx:sendError and the like; on htmx 4 htmx:response:error
     and htmx:error), and again when it fails in another way, or after it has worked.

   What is requested again for content that a visitor has loaded (an element with data-mizan-again) goes on behind the page as
   well. Of such a response only the content counts, none of its HX- headers; that it failed is not reported. */

import { AGAIN, BEHIND, is, of, page } from "../dom.js";
import { on, onCapture } from "../events.js";
import { htmx, isHtmx2, spelt } from "../htmx.js";
import { isXhr } from "./flights.js";

const TRIGGER = "HX-Trigger";
const OF_PLACE = /^hx-(push|push-url|replace-url|retarget|reswap|reselect)$/i;
const OF_PLACE_4 = ["pushurl", "replaceurl", "retarget", "reswap", "reselect"]; // as htmx 4 keeps them
const OF_BLOCK = new RegExp(`${OF_PLACE.source}|^hx-trigger(-after-swap|-after-settle)?$`, "i");
const OF_HTMX = /^hx-/i;

// ---- which events of htmx are about a refresh

/** @type {WeakSet<HtmxRequest>} */
const refreshes = new WeakSet();

/* Those of no request that are about what was swapped in or has to be filled in, on either version; htmx 2 spells each in two
   ways. */
const OF_CONTENT = /load$|process|init|clean-?up|history|settle|swap|transition|validation/i;

/**
 * What the events of htmx have in their details.
 * @typedef {object} EventDetail
 * @property {HtmxContext} [ctx]
 * @property {XMLHttpRequest} [xhr]
 * @property {{ elt: Element }} [requestConfig]
 * @property {Element} [elt]
 * @property {{ sourceElement?: Element }} [task]
 * @property {EventDetail} [errorInfo]
 */

/**
 * Return whether an event of htmx is about a refresh, and not about what a visitor did.
 * @param {Event} event
 */
export const isRefresh = (event) => {
  const { type = "", target, detail } = /** @type {CustomEvent<EventDetail | null>} */ (event ?? {});
  const { ctx, xhr, requestConfig, elt } = detail?.errorInfo ?? detail ?? {};
  if ((ctx && refreshes.has(ctx)) || (xhr && refreshes.has(xhr))) return true;
  // Before it is sent, and on htmx 4 while it settles. An element at which htmx 2 aims is in `elt`, too.
  const source = ctx?.sourceElement ?? requestConfig?.elt ?? detail?.task?.sourceElement;
  if (source) return is(source, BEHIND);
  return type.startsWith("htmx") && !OF_CONTENT.test(type) && is(elt ?? target, BEHIND);
};

// ---- a failure is reported once

/** Requests whose failure htmx doesn't report. @type {WeakSet<HtmxRequest>} */
const quiet = new WeakSet();
/** Those for which it doesn't report that there is no response: the one before had none, either. @type {WeakSet<HtmxRequest>} */
const unanswered = new WeakSet();

/** @param {HTMLElement} block @param {number} status */
const isReported = (block, status) => of(block).dataset.mizanError === String(status);

/**
 * Have htmx not report the failure of a request, which was reported for another block.
 * @param {HtmxRequest} request
 */
export const hush = (request) => {
  quiet.add(request);
  hushUnanswered(request);
};

/* By its own handlers htmx would fire events and write into the console. As a response without a status, which is never
   swapped in, it ends the request as well. */
/** @param {HtmxRequest} request */
const hushUnanswered = (request) => {
  unanswered.add(request);
  if (isXhr(request)) request.onerror = request.onabort = request.ontimeout = request.onload;
};

/** @param {HtmxRequest} request */
const follow = (request) => {
  refreshes.add(request);
  if (isXhr(request)) return;
  const { fetch } = request;
  request.fetch = (...given) =>
    fetch(...given).catch((error) => {
      if (unanswered.has(request)) return Response.error();
      throw error;
    });
};

/** @param {Element} element @param {HtmxRequest} request */
const begin = (element, request) => {
  if (!is(element, AGAIN)) return;
  follow(request);
  hush(request);
};

/* htmx 2 reports nothing about what is no error. Afterwards its events say what has happened. */
const listen2 = () => {
  onCapture("htmx:beforeSend", ({ detail: { elt, xhr } }) => begin(elt, xhr));
  onCapture("htmx:beforeSwap", ({ detail }) => {
    if (quiet.has(detail.xhr)) detail.isError = false;
  });
  onCapture("htmx:afterRequest", ({ detail }) => {
    const { xhr } = detail;
    if (!quiet.has(xhr) && !(unanswered.has(xhr) && !xhr.status)) return;
    Object.assign(detail, { failed: true, successful: false });
  });
};

/* Before the listeners of the page. */
const listen4 = () => {
  /** @param {string} name @param {(event: CustomEvent<{ ctx: HtmxContext }>) => void} listener */
  const onWindow = (name, listener) =>
    addEventListener(spelt(name), /** @type {EventListener} */ (listener), true);
  onWindow("htmx:response:error", (event) => {
    if (quiet.has(event.detail?.ctx)) event.stopImmediatePropagation();
  });
  onWindow("htmx:before:request", ({ detail: { ctx } }) => begin(ctx.sourceElement, ctx));
};

// ---- the headers of a response

/** @typedef {[name: string, detail: unknown]} NamedDetail */

/* As htmx reads them; headers of one name stand one after another. */
/** @param {string} text @returns {NamedDetail[]} */
const eventsOf = (text) => {
  if (!text.startsWith("{")) return text.split(",").map((name) => [name.trim(), {}]);
  if (isJson(`[${text}]`)) return JSON.parse(`[${text}]`).flatMap(Object.entries);
  console.error(`mizan: HX-Trigger is no JSON: ${text}`);
  return [];
};

/** @param {string} text */
const isJson = (text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/* What becomes the detail as it is. */
/** @param {unknown} value */
const isDetail = (value) =>
  isHtmx2
    ? Object.prototype.toString.call(value) === "[object Object]"
    : Boolean(value) && typeof value === "object";

/** @param {NamedDetail[]} events @param {HTMLElement} [block] */
const fireAll = (events, block) => {
  for (const [name, value] of events) {
    if (!name) continue;
    const detail = /** @type {{ target?: string }} */ (isDetail(value) ? value : { value });
    const named = detail.target === undefined ? null : htmx.find(detail.target);
    htmx.trigger(named ?? placeOf(block), name, detail);
  }
};

/** @param {string | null} text @param {HTMLElement} [block] */
const fireNamed = (text, block) => {
  if (text) fireAll(eventsOf(text), block);
};

/* Where a block stands by now; the body gets the events of those that stand nowhere. */
/** @param {HTMLElement} [block] */
const placeOf = (block) => {
  if (!block) return page.body;
  return of(block).isConnected ? block : (page.getElementById(of(block).id) ?? page.body);
};

/**
 * Fire what HX-Trigger names, where no block will.
 * @param {Headers} headers
 */
export const triggerEvents = (headers) => fireNamed(headers.get(TRIGGER));

/** @param {CustomEvent<AnswerDetail>} event */
const readAnswer = (event) => {
  const { block, element, request, status } = event.detail;
  if (is(element, AGAIN)) {
    if (isXhr(request)) hideHeaders(request, OF_HTMX);
    else request.hx = {};
  } else if (block) {
    if (status >= 400 && isReported(block, status)) hush(request);
    if (isXhr(request)) fireFor2(request, block, event);
    else if (request.hx) fireFor4(request.hx, block);
  }
};

/* htmx 4 fires the events of HX-Trigger itself, whatever becomes of the response; on the document, where they do not reach
   the body, if its element is gone. What it can't read, or has no place for, makes it fail. */
/** @param {Record<string, string>} hx @param {HTMLElement} block */
const fireFor4 = (hx, block) => {
  for (const name of OF_PLACE_4) delete hx[name];
  const text = hx.trigger;
  if (!text) return;
  const events = eventsOf(text);
  const hasPlace = (/** @type {NamedDetail} */ [, value]) => {
    const target = /** @type {{ target?: string } | null} */ (value)?.target;
    return !target || htmx.find(target);
  };
  const isOne = !text.startsWith("{") || isJson(text);
  if (isOne && of(block).isConnected && events.every(hasPlace)) return;
  delete hx.trigger;
  fireAll(events, block);
};

/* htmx 2 fires them on an element that has left the page, where they reach no listener. And a block that is not swapped in would keep
   those for afterwards from being fired at all. */
/** @param {XMLHttpRequest} xhr @param {HTMLElement} block @param {Event} answer */
const fireFor2 = (xhr, block, answer) => {
  const header = (suffix = "") => xhr.getResponseHeader(TRIGGER + suffix);
  const [now, swapped, settled] = [header(), header("-After-Swap"), header("-After-Settle")];
  hideHeaders(xhr, OF_BLOCK);
  const fireNow = () => fireNamed(now, block);
  if (xhr.readyState === 4) fireNow();
  else xhr.addEventListener("readystatechange", () => xhr.readyState === 4 && xhr.status && fireNow());
  xhr.addEventListener("loadend", () => {
    if (xhr.status !== 200 || answer.defaultPrevented) return;
    fireNamed(swapped, block);
    if (settled) setTimeout(fireNamed, htmx.config.defaultSettleDelay, settled, block);
  });
};

/** @param {XMLHttpRequest} xhr @param {RegExp} names */
const hideHeaders = (xhr, names) => {
  const one = xhr.getResponseHeader.bind(xhr);
  const all = xhr.getAllResponseHeaders.bind(xhr);
  const isVisible = (/** @type {string} */ line) => !names.test(line.replace(/:.*/, ""));
  const own = {
    getResponseHeader: (/** @type {string} */ name) => (names.test(name) ? null : one(name)),
    getAllResponseHeaders: () => all().split("\r\n").filter(isVisible).join("\r\n"),
  };
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(xhr, name, { configurable: true, value });
  }
};

export const start = () => {
  on("mizan:refreshing", ({ target: block, detail: { request } }) => {
    if (isReported(block, 0)) hushUnanswered(request);
    follow(request);
  });
  if (isHtmx2) listen2();
  else listen4();
  on("mizan:answer", readAnswer);
};
