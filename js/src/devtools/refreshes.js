/* Refreshes: what was held back, sent and answered, and for which changes. */

import { isElsewhere } from "../blocks/address.js";
import { isLazy } from "../blocks/lazy.js";
import { of, page } from "../dom.js";
import { later } from "../versions.js";
import { blame, causes, causesOf, recordOnce, say } from "./changes.js";
import { draw } from "./drawing.js";
import { takeReason } from "./empty.js";
import { idOf, inner, nameOf, pathOf, shownBy } from "./names.js";
import { outline } from "./outlines.js";

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
const flights = new Map();
/** @type {Map<string, number>} When each block was refreshed, by its id. */
const renewed = new Map();
/** @type {Set<string>} Ids of blocks that load for the first time. */
const lazy = new Set();
/** @type {Map<string, Element>} What a visitor is doing → the element they began with. */
const gestures = new Map();
const began = performance.now();

/** @param {Element} block */
export const isUnderWay = (block) => flights.has(idOf(block));

/** @type {(text: string) => (event: Event) => void} */
export const beginGesture = (text) => (event) => gestures.set(text, /** @type {Element} */ (event.target));
/** @type {(text: string) => () => void} */
export const endGesture = (text) => () => gestures.delete(text);

/** @param {Element} block */
const holdReason = (block) => {
  for (const [text, element] of gestures) if (of(block).contains(element)) return text;
  if (of(block).querySelector("dialog[open]")) return "a dialog is open in it";
  if (of(block).querySelector(":popover-open")) return "a popover is open in it";
  const media = [...of(block).querySelectorAll(/** @type {"video"} */ ("audio, video"))];
  if (media.some(({ paused }) => !paused)) return "it is playing";
  return "a listener of mizan:due prevented it";
};

/** @type {(block: HTMLElement, url?: string) => Change[]} */
const changesFor = (block, url = "") => {
  const known = causesOf(block);
  return known.length ? known : [occasionOf(block, url)];
};

/** @param {HTMLElement} block @param {string} url */
const occasionOf = (block, url) => {
  if (url && isElsewhere(block, url)) return recordOnce("Address: the page has another one");
  if (lazy.delete(idOf(block))) return recordOnce("Lazy: it came near the view");
  const seconds = Number(shownBy(block).mizanPoll);
  const since = renewed.get(idOf(block)) ?? began;
  return recordOnce(
    seconds > 0 && performance.now() - since >= seconds * 1000
      ? `Poll: every ${seconds} s`
      : "mizan.refresh()",
  );
};

/** @param {any} event */
export const onDue = (event) => {
  const block = event.target;
  if (isLazy(block)) lazy.add(idOf(block)); // once it is requested it is not any more
  const changes = causesOf(block);
  if (!changes.length) return;
  const reason = holdReason(block);
  say(changes, block, () => (event.defaultPrevented ? `held back: ${reason}` : "due"));
};

/** @param {any} event */
export const onRefreshing = ({ target, detail: { url, piece } }) => {
  const changes = changesFor(target, url);
  causes.delete(idOf(target));
  flights.set(idOf(target), { changes, url, piece });
  say(changes, target, "asked for");
  outline(target, "asked", shownBy(target).mizan ?? "");
};

/* A signed token says nothing to anybody, and there may be fifty of them. */
/** @param {string} url */
const shorten = (url) => {
  const text = url.replace(/\bblock=[^&]*/g, "block=…");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/* Blocks that share a request are given their responses one right after the other, from one URL. */
/** @type {(flight: Flight, answered?: string) => SharedRequest} */
const requestOf = ({ changes: [change], url }, answered) => {
  const shown = shorten(pathOf(answered || url));
  const open = change?.requests.find((request) => request.url === shown && request.isOpen);
  if (open) return open;
  const request = { url: shown, blocks: 0, isOpen: true };
  change?.requests.push(request);
  setTimeout(() => (request.isOpen = false), 50);
  return request;
};

/** @type {(flight: Flight, facts: Partial<SharedRequest>, answered?: string) => void} */
const note = (flight, facts, answered) => {
  if (flight.piece !== undefined) return;
  flight.request ??= requestOf(flight, answered);
  if (!flight.isCounted) flight.request.blocks += 1;
  flight.isCounted = true;
  Object.assign(flight.request, facts);
  flight.changes.slice(0, 1).forEach(draw);
};

/* What became stale in a block while it was under way, and is in what has come. */
/** @param {HTMLElement} block */
const shownNow = (block) => {
  const { mizanVersion } = shownBy(block);
  /** @param {Change} change */
  const isShown = ({ version }) => later(mizanVersion, version) >= 0;
  const known = causesOf(block);
  const left = known.filter((change) => !isShown(change));
  if (left.length) causes.set(idOf(block), left);
  else causes.delete(idOf(block));
  return known.filter(isShown);
};

/** @param {CustomEvent<AnswerDetail>} event */
export const onBlockAnswer = ({ detail: { block, answered } }) => {
  const flight = block && flights.get(idOf(block));
  if (flight) note(flight, {}, answered);
};

/** @param {any} event */
export const onRefreshed = ({ target, detail }) => {
  const flight = flights.get(idOf(target));
  flights.delete(idOf(target));
  for (const each of [target, ...inner(target)]) renewed.set(idOf(each), performance.now());
  const time = `${Math.round(detail.milliseconds)}\u00a0ms`;
  const took = flight?.piece === undefined ? time : "with the answer";
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
export const noteLeavers = () => {
  for (const [id, changes] of causes) {
    if (page.getElementById(id)) continue;
    for (const change of changes) {
      Object.assign(change.states.get(id) ?? {}, { text: "left the page" });
      draw(change);
    }
  }
};

/** @param {any} event */
export const onError = ({ target, detail }) => {
  const url = of(target).getAttribute("hx-get");
  const flight = flights.get(idOf(target)) ?? { changes: changesFor(target), url };
  flights.delete(idOf(target));
  const problem = detail.status ? `answered ${detail.status}` : "not answered";
  outline(target, "failed", `${shownBy(target).mizan} · ${problem}`);
  note(flight, { text: problem });
  for (const change of flight.changes) blame(target, change); // for which it is tried again
  say(flight.changes, target, `${problem}, stays as it is. ${detail.message}`);
};
