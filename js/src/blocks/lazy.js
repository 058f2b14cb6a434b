/* Lazy blocks.

   data-mizan-lazy   the block shows a placeholder, and loads when it comes near the view */

import { BLOCK, is, of, page, within } from "../dom.js";
import { on, onChange } from "../events.js";
import { whenParsed } from "../lifecycle.js";
import { refresh } from "./refresh.js";

const LAZY = "[data-mizan-lazy]";
const NEAR = "200px";

/** @param {Element} block */
export const isLazy = (block) => is(block, LAZY);

/* Ids of blocks that load for the first time. When they are requested they are not lazy any more. */
/** @type {Set<string>} */
const loading = new Set();

/** Return whether a block loads for the first time. @param {Element} block */
export const isLoading = (block) => loading.has(of(block).id);

/** Lazy blocks that were seen on the page. @type {WeakSet<Element>} */
const watched = new WeakSet();
/** Those of them that are being loaded, or retried. @type {WeakSet<Element>} */
const asked = new WeakSet();

/** Those of which nobody knows yet whether they are near the view. @type {WeakSet<Element>} */
const undecided = new WeakSet();

/** Return whether a block may be about to load. @param {Element} block */
export const isUndecided = (block) => undecided.has(block) && isLazy(block) && !page.hidden;

/** @type {IntersectionObserver | null} */
let sight;

/** @param {{ target: Element, isIntersecting: boolean }[]} entries */
const load = (entries) => {
  for (const { target, isIntersecting } of entries) {
    undecided.delete(target);
    if (!isIntersecting || page.hidden) continue;
    sight?.unobserve(target);
    if (asked.has(target) || !isLazy(target) || !of(target).isConnected) continue;
    asked.add(target);
    refresh(target);
  }
};

/* Watched anew, a block is looked at even where it has not moved. */
/** @param {Element} block */
const look = (block) => {
  if (!sight) return load([{ target: block, isIntersecting: true }]);
  undecided.add(block);
  sight.unobserve(block);
  sight.observe(block);
};

const find = () => {
  for (const block of page.querySelectorAll(LAZY)) {
    if (watched.has(block)) continue;
    watched.add(block);
    look(block);
  }
};

export const start = () => {
  const options = { rootMargin: NEAR, scrollMargin: NEAR }; // TypeScript's library doesn't know the latter yet
  sight = "IntersectionObserver" in window ? new IntersectionObserver(load, options) : null;
  on("mizan:due", ({ target }) => {
    if (isLazy(target)) loading.add(of(target).id);
  });
  on("mizan:refreshed", ({ target }) => {
    loading.delete(of(target).id);
    for (const block of within(target, BLOCK)) for (const set of [watched, asked]) set.delete(block);
    find(); // a refresh may bring a placeholder back
  });
  on("visibilitychange", () => {
    if (!page.hidden) page.querySelectorAll(LAZY).forEach(look);
  });
  whenParsed(() => {
    find();
    onChange(find, ["data-mizan-lazy"]); // a morph keeps the element
  });
};
