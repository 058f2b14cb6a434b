/* Refreshing what is stale. A block that is sent the event mizan:refresh is fetched by htmx, by its own hx-get.

   A stale block inside another one comes with that, and no two refreshes that overlap are ever under way: what is held
   back here is sent when the other one has ended. */

import { clear } from "../clobbering.js";
import { BLOCK, ancestors, blocks, is, isInside, isOwn, of, page, tagOf } from "../dom.js";
import { fire, on, onChange } from "../events.js";
import { format, parse } from "../grammar.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { isLoaded } from "../lifecycle.js";
import { PROOF, flights, isUnderWay } from "../requests/flights.js";
import { hasRoom } from "./batch.js";
import { adoptLoading, hideAttributes, isolate, rebind, swapOf } from "./htmx_attributes.js";
import {
  addLate,
  failed,
  holdBack,
  isDelivered,
  lost,
  mark,
  markArrived,
  markFresh,
  markStale,
  stale,
} from "./staleness.js";

const AT_ONCE = 50; // so many are sent in one task, as many as a batch has at most
const FIRST = 12; // so many are at least in the first request, which has to leave soon:
const BUDGET = 8; // milliseconds

let planned = 0;

/** Return whether refreshes are about to be sent. */
export const isPlanned = () => planned > 0;

/** Refresh what is stale in a task of its own, once for all that this one makes stale. */
export const plan = () => {
  planned ||= setTimeout(sendStale);
};

const sendStale = () => {
  planned = 0;
  if (page.hidden) return;
  const waiting = blocks().filter((block) => stale.has(block) && !failed.has(block));
  // First what takes a while.
  const due = new Set([...waiting.filter((each) => !isDelivered(each)), ...waiting.filter(isDelivered)]);
  const busy = new Set([...flights.values()].flatMap(({ block }) => block ?? []));
  const aroundBusy = new Set([...busy].flatMap(ancestors));
  const restore = clear();
  const began = performance.now();
  const isLate = () => !busy.size && performance.now() - began > BUDGET;
  let sent = 0;
  for (const block of due) {
    if (busy.has(block) || aroundBusy.has(block) || isInside(block, due) || isInside(block, busy)) continue;
    if (sent && (sent === AT_ONCE || !hasRoom(block) || (sent >= FIRST && isLate()))) {
      plan(); // the rest, in a task of its own
      break;
    }
    if (!fire(block, "mizan:due")) continue;
    send(block);
    sent += 1;
  }
  restore();
};

/** @param {HTMLElement} block */
const send = (block) => {
  if (!isOwn(of(block).getAttribute("hx-get"))) {
    return refuse({ block, got: "it is not of this origin, and was not sent", wait: Infinity });
  }
  of(block).removeAttribute("data-mizan-lazy");
  if (trigger(block)) return;
  try {
    htmx.process(block); // htmx 2 binds new content only 20 ms after it was swapped in
  } catch (error) {
    // By the names in a form, say. The other blocks have no part in it.
    return refuse({ block, got: `htmx could not bind it: ${/** @type {Error} */ (error).message}` });
  }
  if (!trigger(block) && !(rebind(block) && trigger(block))) refuse({ block, got: "htmx did not send it" });
};

/** @param {HTMLElement} block */
const trigger = (block) => {
  const restore = isolate(block, { isSent: true });
  // Bubbling, it would refresh the blocks around this one, too.
  of(block).dispatchEvent(new CustomEvent("mizan:refresh"));
  restore();
  return isUnderWay(block);
};

/**
 * Request what is stale, even where that failed or was held back.
 * @param {Element} [block] - only this one
 */
export const retry = (block) => {
  adoptLoading(); // what htmx 4 could not load is tried again, too
  for (const each of block ? [block] : blocks()) failed.delete(each);
  plan();
};

/**
 * @param {unknown} block
 * @param {string} name - of the function that was given it
 * @returns {HTMLElement}
 */
const asBlock = (block, name) => {
  if (!is(block, BLOCK)) throw new TypeError(`mizan.${name}: ${tagOf(block)} is no block`);
  return /** @type {HTMLElement} */ (block);
};

/**
 * Make a block stale, whatever it shows; load a lazy one.
 * @param {unknown} given
 */
export const refresh = (given) => {
  const block = asBlock(given, "refresh");
  addLate({ entries: parse(of(block).dataset.mizan) });
  markStale(block);
  retry(block);
};

/**
 * Make the blocks stale that a context with these values covers, or a whole list of them: "user;user_id=5, cart".
 * @param {string} context
 * @param {Record<string, unknown> | null} [values]
 * @param {{ version?: string | null, source?: string, among?: Iterable<HTMLElement> }} [options] - blocks of this version or a later
 *   one are not; what the event names as its source; the blocks that it can concern
 */
export const invalidate = (context, values, { version, source = "script", among } = {}) => {
  if (mark({ entries: parse(format(context, values)), version }, { source, among })) retry();
};

/**
 * Mark a block as not up to date, as if its refresh had failed. It is requested at the next occasion, not by a timer.
 * @param {unknown} given
 * @param {number} status
 * @param {string} reason
 */
export const fail = (given, status, reason) => {
  const block = asBlock(given, "fail");
  lost.add(block);
  holdBack(block);
  report(block, status, `can't be kept up to date. ${reason}`, Infinity);
};

/** A refresh has failed. @param {Failure} failure */
const refuse = ({ block, status = 0, url, got = "no answer", wait = 0 }) => {
  holdBack(block);
  if (!of(block).isConnected) return; // what replaced it came by a request of its own
  const asked = `Expected of GET ${url ?? of(block).getAttribute("hx-get")}`;
  report(block, status, `was not refreshed. ${asked}: status 200 with ${PROOF}; got: ${got}.`, wait);
};

/**
 * @param {HTMLElement} block
 * @param {number} status
 * @param {string} reason
 * @param {number} wait
 */
const report = (block, status, reason, wait) => {
  const { dataset } = of(block);
  const message = `mizan: ${tagOf(block)}, which shows ${dataset.mizan}, ${reason}`;
  const again = dataset.mizanError === String(status); // as it failed the last time
  if (!again) console.error(message);
  dataset.mizanError = String(status);
  fire(block, "mizan:error", { status, message, wait: lost.has(block) ? Infinity : wait, again });
};

/* Until htmx 2 binds a form, 20 ms after the swap, Enter would send it as the browser does, and leave the page with what was
   typed. Forms in which something loads by itself are left to htmx: it would load twice. */
/** @param {HTMLElement} block */
const bindForms = (block) => {
  const forms = [block, ...of(block).querySelectorAll("form")].filter((each) => is(each, "form"));
  if (!forms.length) return;
  const restore = clear();
  for (const form of forms) {
    if (of(form).querySelector("[hx-trigger*=load]")) continue;
    try {
      htmx.process(form);
    } catch {
      // htmx says so itself when it comes to it.
    }
  }
  restore();
};

/* Whatever the page, its extensions and its listeners had htmx do with a response, a block that still shows its old content is
   not fresh; neither is one that has got itself inside. With swap="none" its author looks after it. */
/** @param {HTMLElement} block @param {Flight} flight */
const isSwapped = (block, { former, isReplaced }) => {
  if (!of(block).isConnected || /^none\b/.test(swapOf(block))) return true;
  const isNested = of(block).querySelector(`[id="${CSS.escape(of(block).id)}"]`) !== null;
  return !isNested && (isReplaced || of(block).innerHTML !== former);
};

/**
 * A request for a block has ended: mark what arrived as fresh, or the block as failed.
 * @param {Flight} flight
 * @param {HTMLElement} block
 */
export const settle = (flight, block) => {
  const { status = 0, url, shown, former, late, began, together, got, wait } = flight;
  const failure = { block, status, url, got, wait };
  if (flight.isBroken) return refuse({ ...failure, got: `${got}, which htmx could not swap in` });
  const isSame = flight.isProven === true && status === 304;
  if (!shown && !isSame) return flight.leaves ? holdBack(block) : refuse(failure);
  if (!isSame && !isSwapped(block, flight))
    return refuse({ ...failure, got: `${got}, which was not swapped in` });
  // A morph keeps the elements. What is in a block that stays may have come later than the block.
  const arrived = isSame
    ? [block].filter((each) => of(each).isConnected)
    : blocks().filter((each) => !shown?.has(each) || of(block).contains(each));
  hideAttributes(arrived);
  arrived.forEach(markFresh);
  markArrived(late, arrived);
  const fresh = arrived.find((each) => of(each).id === of(block).id);
  if (!fresh) return;
  if (isHtmx2 && !isSame) bindForms(fresh);
  const milliseconds = performance.now() - began;
  fire(fresh, "mizan:refreshed", {
    url,
    milliseconds,
    together,
    changed: !isSame && of(fresh).innerHTML !== former,
  });
};

/* What has replaced a block counts as swapped in, even if it looks the same. */
/** @param {EventTarget} block */
const markReplaced = (block) => {
  for (const flight of flights.values()) if (flight.block === block) flight.isReplaced = true;
};

export const start = () => {
  on("mizan:keep", ({ target, detail: { source } }) => target === source && markReplaced(target));
  on("mizan:late", ({ target }) => markReplaced(target)); // it will be requested once more
};

/** Adopt the blocks of the page, and those that come. */
export const watchPage = () => {
  adoptLoading();
  hideAttributes();
  const look = () => {
    const hasLoading = adoptLoading();
    hideAttributes();
    if (hasLoading && isLoaded()) plan(); // until then, the first look at the cookie will
  };
  onChange(look, ["hx-target", "hx-swap"]); // a morph brings them back
};
