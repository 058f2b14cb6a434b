/* Which blocks are stale, and since when.

   Nothing of this stands in attributes, which a swap may rewrite while a request is under way. A block that fails to
   refresh is held back until the next occasion: a broken block must not cause a storm of requests. */

import { BLOCK, blocks, of, within } from "../dom.js";
import { fire, on } from "../events.js";
import { covers, write } from "../grammar.js";
import { flights } from "../requests/flights.js";
import { later } from "../versions.js";

/** Blocks that show old content. @type {WeakSet<Element>} */
export const stale = new WeakSet();
/** Those of them whose refresh has failed. @type {WeakSet<Element>} */
export const failed = new WeakSet();
/** Those of them that the server has no more, as far as is known: requested once at each occasion, and not by a timer.
 * @type {WeakSet<Element>} */
export const lost = new WeakSet();

/* What made a block stale: a version or, without one, a random text. A shared cache may learn of a change later than this
   page. It has no old copy under a URL that was never requested before the change, and all pages that learn of the same
   version share one URL. */
/** @type {WeakMap<Element, string>} */
const since = new WeakMap();

/** @type {WeakMap<Element, Delivered>} */
const delivered = new WeakMap();

/**
 * Return what made a block stale: a version, or a text that stands for it.
 * @param {Element} block
 */
export const staleSince = (block) => since.get(block);

/**
 * Return the blocks that an invalidation covers.
 * @param {Invalidation} invalidation
 * @param {Iterable<HTMLElement>} among
 */
const covered = (invalidation, among) =>
  [...among].filter((block) => isCovered(invalidation, of(block).dataset));

/**
 * @param {Invalidation} invalidation
 * @param {DOMStringMap} dataset
 */
const isCovered = ({ entries, version }, { mizan, mizanLazy, mizanVersion }) =>
  mizanLazy === undefined && // shows nothing yet
  covers(entries, mizan) &&
  !(later(mizanVersion, version) >= 0);

/**
 * Mark what an invalidation covers on the page as it is before the response that carries it is swapped in: blocks that
 * arrive with that are new elements, and not marked. Return false if nothing was invalidated, or a listener prevents it.
 * @param {Invalidation} invalidation
 * @param {{ source: string, cause?: object, carrier?: Flight | null, among?: Iterable<HTMLElement> }} options
 */
export const mark = ({ entries, version = null }, { source, cause, carrier, among = blocks() }) => {
  if (!entries.length) return false;
  const found = covered({ entries, version }, among);
  const header = entries.map(write).join(", ");
  if (!fire(document, "mizan:invalidate", { header, entries, version, blocks: found, source, cause }))
    return false;
  addLate({ entries, version }, carrier);
  for (const block of found) markStale(block, version);
  return true;
};

/**
 * Have all requests that are under way bring what an invalidation covers as stale.
 * @param {Invalidation} invalidation
 * @param {Flight | null} [carrier] - the request that brought the invalidation itself
 */
export const addLate = (invalidation, carrier) => {
  for (const flight of flights.values()) if (flight !== carrier) flight.late.push(invalidation);
};

/**
 * @param {Element} block
 * @param {string | null} [version]
 */
export const markStale = (block, version) => {
  stale.add(block);
  delivered.delete(block); // was made before this
  since.set(block, version ?? Math.random().toString(36).slice(2));
};

/**
 * The page has another address than the block shows. Caches may have what it is to show now.
 * @param {Element} block
 */
export const markMoved = (block) => {
  stale.add(block);
  failed.delete(block);
  delivered.delete(block); // was made for the other one
};

/** @param {HTMLElement} block */
export const markFresh = (block) => {
  for (const marks of [stale, failed, lost, since]) marks.delete(block);
  if (of(block).dataset.mizanError !== undefined) of(block).removeAttribute("data-mizan-error");
};

/** The block's refresh is sent. @param {Element} block */
export const markSent = (block) => {
  stale.delete(block);
  failed.delete(block);
};

/**
 * The block's refresh has failed, or its page is about to go.
 * @param {Element} block
 */
export const holdBack = (block) => {
  stale.add(block);
  failed.add(block);
};

/**
 * Mark what arrived with a response, and was older than what became stale meanwhile.
 * @param {Invalidation[]} late
 * @param {HTMLElement[]} arrived
 */
export const markArrived = (late, arrived) => {
  for (const invalidation of late) {
    for (const block of covered(invalidation, arrived)) markStale(block, invalidation.version);
  }
};

/**
 * A block that comes with the response to a mutation was rendered before that mutation had its version, and shows it
 * nevertheless. What counts is that no other change stands between the two.
 * @param {string | null | undefined} version
 */
export const raiseVersions = (version) => {
  if (!version) return;
  for (const block of blocks()) {
    const { dataset } = of(block);
    if (later(version, dataset.mizanVersion) === 1 && !stale.has(block)) dataset.mizanVersion = version;
  }
};

/**
 * Hand over the blocks that came with the response to a request of htmx. They are not requested, unless something has made
 * them stale since that was sent.
 * @param {HtmxRequest} request
 * @param {Map<string, string | null>} pieces - HTML by the id of a block; null for what is unchanged
 * @param {Map<string, string | undefined>} versions - by the id of a block
 * @param {string | null} [policy] - the Content-Security-Policy of the response
 */
export const deliver = (request, pieces, versions, policy = null) => {
  const late = flights.get(request)?.late ?? [];
  for (const block of blocks()) {
    const { id, dataset } = of(block);
    if (!stale.has(block) || !pieces.has(id)) continue;
    const shown = { ...dataset, mizanVersion: versions.get(id) };
    if (late.some((invalidation) => isCovered(invalidation, shown))) continue;
    delivered.set(block, { piece: pieces.get(id), policy });
  }
};

/** Return whether a block has come with a response, and needs no request. @param {Element} block */
export const isDelivered = (block) => delivered.has(block);

/**
 * Return what came for a block, once.
 * @param {Element} block
 * @returns {Partial<Delivered>}
 */
export const takeDelivered = (block) => {
  const found = delivered.get(block) ?? {};
  delivered.delete(block);
  return found;
};

/* What a visitor's own request brings by a morph is the same element, which its response may have made stale. */
/** @param {CustomEvent} event */
const freshen = ({ target, detail: { fresh, source } }) => {
  const block = /** @type {HTMLElement} */ (target);
  if (source === block) return;
  const ids = new Set([fresh, ...of(fresh).querySelectorAll(BLOCK)].map((each) => of(each).id));
  for (const each of within(block, BLOCK)) if (ids.has(of(each).id)) markFresh(each);
};

export const start = () => on("mizan:keep", freshen);
