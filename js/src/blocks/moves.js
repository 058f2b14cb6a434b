/* Blocks follow the address of their page: where that has other values than a block shows, the block is refreshed, all of them
   together. What a response has brought agrees with the address already, and is not requested again. */

import { all, is, of, within } from "../dom.js";
import { on, onChange, onRestored } from "../events.js";
import { htmx, isHtmx2, spelt } from "../htmx.js";
import { whenParsed } from "../lifecycle.js";
import { flights, isUnderWay } from "../requests/flights.js";
import { held, wanted } from "./address.js";
import { isLazy } from "./lazy.js";
import { plan } from "./refresh.js";
import { markMoved } from "./staleness.js";

const BOUND = "[data-mizan-query]";

/* What was requested last for a block. Until that has come, or where it fails, its hx-get says what it shows; and whatever the
   hx-get of an answer says, it is the answer to that. */
/** @type {WeakMap<Element, string>} */
const asked = new WeakMap();
/** The same by id, for the element that comes; undefined for one that a mutation has brought.
 * @type {Map<string, string | undefined>} */
const requested = new Map();
/** The requests of htmx 2 for pages of its history. @type {Set<XMLHttpRequest>} */
const restoring = new Set();
/** @type {number | undefined} */
let timer;

/** @param {HTMLElement} block */
const isMoved = (block) => {
  if (isLazy(block)) return false; // it will be requested with what the address has then
  const here = wanted(block);
  if (here !== held(block)) return here !== asked.get(block);
  if (!isUnderWay(block)) asked.delete(block); // what failed for another address is requested when that comes again
  return false;
};

/* The address is new, and the blocks that come with it are not there yet. */
const isArriving = () =>
  restoring.size > 0 ||
  [...flights.values()].some(({ block, isSwapping, isRestore }) => !block && (isSwapping || isRestore));

/** Refresh the blocks that show something else than the address of the page says. */
export const follow = () => {
  clearTimeout(timer);
  timer = undefined;
  if (isArriving()) return; // the end of the request looks again
  const blocks = all(BOUND).filter(isMoved);
  blocks.forEach(markMoved);
  if (blocks.length) plan();
};

/** Look once for all that this task does. */
export const followSoon = () => {
  timer ??= setTimeout(follow);
};

/* htmx fetches such a page, or takes it out of its cache, and says when it is there. */
const isLeftToHtmx = () => history.state?.htmx === true && (isHtmx2 || htmx.config.history !== false);

const afterTraversal = () => {
  if (!isLeftToHtmx()) followSoon();
};

/** @param {CustomEvent<{ xhr: XMLHttpRequest }>} event */
const awaitPage = ({ detail: { xhr } }) => {
  restoring.add(xhr);
  // htmx says nothing of one that has no answer.
  xhr.addEventListener("loadend", () => {
    restoring.delete(xhr);
    followSoon();
  });
};

/** @param {CustomEvent} event */
const unlessRestored = (event) => {
  setTimeout(() => {
    if (!event.defaultPrevented) return;
    restoring.delete(event.detail?.xhr);
    follow();
  });
};

/* Newer browsers tell of each change of the address. Of the others we hear of those that htmx and visitors make; what a script
   has pushed is seen when something else happens. */
const watchAddress = () => {
  const { navigation } = /** @type {{ navigation?: EventTarget }} */ (window);
  if (navigation instanceof EventTarget && !(navigation instanceof Node)) {
    navigation.addEventListener("currententrychange", (event) => {
      const { navigationType } = /** @type {Event & { navigationType?: string }} */ (event);
      if (navigationType === "traverse") afterTraversal();
      else followSoon();
    });
    return;
  }
  addEventListener("popstate", afterTraversal);
  on("htmx:pushedIntoHistory htmx:replacedInHistory", followSoon); // htmx 2
  on(`${spelt("htmx:after:history:push")} ${spelt("htmx:after:history:replace")}`, followSoon); // htmx 4
};

/** @param {Element} block @param {string | undefined} text */
const remember = (block, text) => {
  if (text === undefined) asked.delete(block);
  else asked.set(block, text);
};

/** @param {CustomEvent} event */
const rememberRequest = ({ target, detail: { url, piece } }) => {
  const block = /** @type {HTMLElement} */ (target);
  if (!is(block, BOUND)) return;
  const text = piece === undefined ? held(block, url) : undefined;
  requested.set(of(block).id, text);
  remember(block, text);
};

/** @param {CustomEvent} event */
const rememberAnswer = ({ target }) => {
  const block = /** @type {HTMLElement} */ (target);
  forget(block); // what is inside came with it
  if (is(block, BOUND)) remember(block, requested.get(of(block).id));
};

/** @param {HTMLElement} block */
const forget = (block) => {
  for (const each of within(block, BOUND)) asked.delete(each);
};

/* A visitor's own request may bring something else by a morph, which keeps the element. */
/** @param {CustomEvent} event */
const forgetBrought = ({ target, detail: { source } }) => {
  if (source !== target) forget(/** @type {HTMLElement} */ (target));
};

export const start = () => {
  on("mizan:refreshing", rememberRequest);
  on("mizan:refreshed", rememberAnswer);
  on("mizan:keep", forgetBrought);
  watchAddress();
  onRestored(followSoon);
  on("htmx:historyCacheMiss", awaitPage);
  on(`htmx:historyCacheMiss htmx:historyCacheHit ${spelt("htmx:before:history:restore")}`, unlessRestored);
  whenParsed(() => {
    follow();
    onChange(() => {
      if (all(BOUND).length) followSoon();
    }, ["data-mizan-query", "hx-get"]);
  });
};
