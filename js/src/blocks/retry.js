/* Retries: a refresh that failed is sent again within a second, then after twice as long each time, up to a minute; sooner when
   the page is shown again or the browser is back online. */

import { page } from "../dom.js";
import { on } from "../events.js";
import { retry } from "./refresh.js";

const FIRST_WAIT = 1000; // milliseconds
const LONGEST_WAIT = 60_000;
const LONGEST_ASKED = 3_600_000; // where the server says how long

/** How often in a row a block has failed. @type {WeakMap<Element, number>} */
const failures = new WeakMap();
/** @type {WeakMap<Element, number>} */
const timers = new WeakMap();

/* One share for all blocks: those that failed together are requested together again, and each page at another time. */
const share = 0.5 + Math.random() / 2;

const retryIfShown = () => {
  if (!page.hidden) retry();
};

/** @param {CustomEvent} event */
const retryLater = ({ target, detail: { wait } }) => {
  if (!(wait < Infinity)) return; // refused, or not about a refresh
  const block = /** @type {HTMLElement} */ (target);
  const count = failures.get(block) ?? 0;
  failures.set(block, count + 1);
  const own = share * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count);
  const again = () => {
    if (navigator.onLine && !page.hidden) retry(block);
  };
  timers.set(block, setTimeout(again, Math.max(own, Math.min(wait, LONGEST_ASKED))));
};

export const start = () => {
  on("mizan:error", retryLater);
  on("mizan:refreshing", ({ target: block }) => clearTimeout(timers.get(block)));
  on("mizan:refreshed", ({ target: block }) => failures.delete(block)); // a morph keeps the element
  addEventListener("online", retryIfShown);
  on("visibilitychange", retryIfShown);
};
