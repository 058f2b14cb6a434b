/* What became stale, why blocks were not covered, and responses that made nothing stale. */

import { isLazy } from "../blocks/lazy.js";
import { blocks, isSafe, page } from "../dom.js";
import { covers, parse } from "../grammar.js";
import { later } from "../versions.js";
import { blame, causes, causesOf, claim, miss, own, record, say } from "./changes.js";
import { idOf, shownBy, titleOfAnswer } from "./names.js";
import { isUnderWay, noteLeavers } from "./refreshes.js";

/** @typedef {import("./drawing.js").Change} Change */

const HEADER = "X-Mizan-Invalidate";
/** @type {Record<string, string>} */
const SOURCES = {
  cookie: "The cookie that a redirect or a page before left",
  poll: "Poll",
  response: "mizan.call()",
  return: "The page came back from a cache",
  script: "mizan.invalidate()",
  socket: "The socket: by no request of this page",
  tab: "Another tab",
};

/** What the response to a request made stale, and the blocks that were there before it was swapped in, by the element whose
    request is under way. @type {Map<Element, { change: Change, before: Set<HTMLElement> }>} */
const answers = new Map();
/** @type {WeakMap<Element, Change>} Element → the change that the last response to it is listed as. */
export const listed = new WeakMap();

/** @param {InvalidateDetail} detail */
const titleOf = ({ source, cause }) =>
  cause ? titleOfAnswer(cause.method, cause.url, cause.status) : (SOURCES[source] ?? String(source));

/** @type {(stale: Entry, bound: Entry) => [string, string] | undefined} */
const differs = (stale, bound) =>
  Object.entries(stale.params).find(([name, text]) => (bound.params[name] ?? text) !== text);

/** @type {(block: HTMLElement, detail: InvalidateDetail) => string} */
const whyNot = (block, { entries, version, source }) => {
  const bounds = parse(shownBy(block).mizan);
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
  if (later(shown, version) >= 0) return `shows version ${shown}, which is ${version} or later`;
  if (isLazy(block)) return "not loaded yet";
  if (source === "cookie") return "rendered after that change";
  return source === "return" && shown ? "live: the socket says what it missed" : "left out";
};

/** @param {CustomEvent<InvalidateDetail>} event */
export const onInvalidate = (event) => {
  const { detail } = event;
  for (const id of causes.keys()) if (!page.getElementById(id)) causes.delete(id);
  const { source, version, header, cause } = detail;
  const title = titleOf(detail);
  const change = record(title, { header, event, source, version });
  if (/^(response|script)$/.test(source)) own(version, `this page's own change, ${title}`);
  else if (source === "tab") own(version, "the change of another tab");
  else if (source === "socket") claim(change);
  for (const block of detail.blocks) {
    say([change], block, () => (event.defaultPrevented ? "left alone" : "stale"));
    blame(block, change);
  }
  const before = new Set(blocks());
  for (const block of before) {
    if (!detail.blocks.includes(block)) miss(change, whyNot(block, detail), block);
  }
  if (!cause) return;
  answers.set(cause.element, { change, before });
  listed.set(cause.element, change);
};

// ---- what came with a response

/** @param {{ change: Change, before: Set<HTMLElement> }} answer */
const noteArrivals = ({ change, before }) => {
  for (const block of blocks()) {
    if (before.has(block) || isUnderWay(block)) continue;
    if (!covers(parse(change.header), shownBy(block).mizan)) continue;
    if (!change.states.has(idOf(block))) miss(change, "arrived with the answer", block);
    else if (causesOf(block).includes(change)) say([change], block, "arrived with the answer");
  }
  noteLeavers();
};

/** @type {(element: Element, method: string, url: string, status: number | undefined, header: string | null | undefined) => void} */
const onAnswer = (element, method, url, status, header) => {
  const answer = answers.get(element);
  answers.delete(element);
  setTimeout(() => (answer ? noteArrivals(answer) : noteLeavers()));
  if (answer || !status || isSafe(method)) return;
  const note = header ? `Can't read ${HEADER}: ${header}` : `Without ${HEADER}: it made nothing stale.`;
  listed.set(element, record(titleOfAnswer(method, url, status), { note }));
};

/* By what has sent it, which its own response may have replaced: then htmx 2 fires its event on what was around that, and
   htmx 4.0.1 names what has come in its place. */

/** @param {CustomEvent<{ xhr: XMLHttpRequest, requestConfig: { elt: Element, verb: string, path: string } }>} event */
export const onAnswer2 = ({ detail: { xhr, requestConfig } }) =>
  onAnswer(
    requestConfig.elt,
    requestConfig.verb,
    requestConfig.path,
    xhr.status,
    xhr.getResponseHeader(HEADER),
  );

/** @type {WeakMap<HtmxContext, Element>} */
const senders = new WeakMap();

/** @param {CustomEvent<{ ctx: HtmxContext }>} event */
export const onSwap4 = ({ detail: { ctx } }) => senders.set(ctx, ctx.sourceElement);

/** @param {CustomEvent<{ ctx: HtmxContext }>} event */
export const onAnswer4 = ({ detail: { ctx } }) => {
  const { request, response, sourceElement } = ctx;
  const sender = senders.get(ctx) ?? sourceElement;
  onAnswer(sender, request.method, request.action, response?.status, response?.headers.get(HEADER));
};
