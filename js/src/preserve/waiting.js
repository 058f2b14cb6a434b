/* What a refresh waits for. A block with an open dialog, from which something is being dragged, or in which text is
   being composed by an input method, waits until that is over. Without a morph, so does a block with an element that
   has sent a visitor's request, or that the response will be swapped into.

   mizan:late   on a block whose response came when it could not be replaced; bubbles */

import { refresh, retry } from "../blocks/refresh.js";
import { BEHIND, FORM, attributeOf, is, of, ownAttribute, within } from "../dom.js";
import { fire, onCapture } from "../events.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { hasMorph } from "./morph.js";
import { hasModal, hasPopover } from "./open.js";

/** What triggers requests that are no visitor's. */
export const BY_ITSELF = /\b(load|revealed|intersect|every)\b/;
/* A dialog that a script removes, or takes the attribute of, fires no event. Others are hidden in many
   ways. */
const OPENING = ["open", "aria-modal", "class", "style", "hidden"];

/** @type {Element | null} */
let composing = null;
/** @type {Element | null} */
let dragged = null;
/** @type {Set<Element>} Blocks that wait. */
const waiting = new Set();
/** @type {MutationObserver} */
let watcher;
/* In new elements an answer would find no place, and a button that is disabled meanwhile would stay so. */
/**
 * @type {Map<HtmxRequest, Element[]>} Requests of htmx 2 that are a visitor's → who sent it, and where its
 *   answer goes.
 */
const asking = new Map();
/** @type {Set<Element>} Blocks that have to be asked for anew when the request that is under way is over. */
const unfinished = new Set();

/** @param {Element} node */
export const isPlaying = (node) => node instanceof HTMLMediaElement && !node.paused && !node.ended;

/** @param {Element} block */
const isOccupied = (block) => {
  const isHere = (/** @type {Element | null} */ node) => of(node)?.isConnected && of(block).contains(node);
  if (isHere(composing) || isHere(dragged) || hasModal(block)) return true;
  const isAwaiting = () => [...asking.values()].flat().some((node) => of(block).contains(node));
  return !hasMorph() && (isAwaiting() || hasPopover(block) || within(block, "audio, video").some(isPlaying));
};

const resume = () => {
  for (const block of [...waiting]) {
    if (of(block).isConnected && isOccupied(block)) continue;
    waiting.delete(block);
    retry(/** @type {HTMLElement} */ (block));
  }
  if (!waiting.size) watcher.disconnect();
};

/**
 * Return whether a block can't be replaced now by what it has asked for, and has to be asked for again.
 * @param {Element} block
 * @param {Element} source
 */
export const isLate = (block, source) => {
  if (source !== block || !isOccupied(block)) return false;
  unfinished.add(block);
  fire(block, "mizan:late");
  return true;
};

/** Ask for a block anew when the request that is under way is over. @param {Element} block */
export const askLater = (block) => unfinished.add(block);

/** The request is over for a block. @param {Element} around */
export const finish = (around) => {
  for (const block of unfinished) {
    const { isConnected } = of(block);
    if (isConnected && !of(around).contains(block)) continue;
    unfinished.delete(block);
    if (isConnected) refresh(block);
  }
};

/** @param {Element} element */
const swapDelayOf = (element) => {
  const delay = /\bswap:(\S+)/.exec(attributeOf(element, "hx-swap") ?? "")?.[1];
  return (delay ? htmx.parseInterval(delay) : htmx.config.defaultSwapDelay) ?? 0;
};

/**
 * @param {{ detail: { xhr: XMLHttpRequest, elt: Element, target: Element, requestConfig: HtmxRequestConfig }
 *   }} event
 */
const noteSending = ({ detail: { xhr, elt, target, requestConfig } }) => {
  const kind = requestConfig.triggeringEvent?.type ?? ownAttribute(elt, "hx-trigger") ?? "";
  // Forms of ours that are on their way are left alone anyway: see forms/index.js.
  if (is(elt, `${BEHIND}, ${FORM}`) || BY_ITSELF.test(kind)) return;
  asking.set(xhr, [elt, target]);
  const arrive = () => {
    asking.delete(xhr);
    resume();
  };
  xhr.addEventListener("loadend", () => {
    const delay = swapDelayOf(elt);
    if (delay > 0)
      setTimeout(arrive, delay); // after htmx's own timer
    else arrive(); // what became stale goes with the others
  });
};

export const start = () => {
  watcher = new MutationObserver(resume);
  onCapture("mizan:due", (event) => {
    if (!isOccupied(event.target)) return;
    event.preventDefault();
    waiting.add(event.target);
    watcher.observe(document, { subtree: true, childList: true, attributeFilter: OPENING });
  });
  onCapture("compositionstart dragstart compositionend dragend drop", ({ type, target }) => {
    if (type.startsWith("composition")) composing = type === "compositionstart" ? target : null;
    else dragged = type === "dragstart" ? target : null;
  });
  onCapture("compositionend dragend drop close toggle pause ended", resume);
  onCapture("hidden.bs.modal hidden.bs.offcanvas transitionend animationend", resume);
  onCapture("mizan:refreshed", ({ target }) => finish(target));
  if (isHtmx2) onCapture("htmx:beforeSend", noteSending);
};
