/* Pages that come back from a cache, from htmx's history or from sleep refresh their blocks, and what caches in the browser hold
   of a stale context is dropped.

   mizan:return   on the document, when the page comes back and may be old; preventDefault() says that another script looks
                  after its live blocks, as mizan-live.js does */

import { BLOCK, page } from "../dom.js";
import { fire, on } from "../events.js";
import { covers } from "../grammar.js";
import { spelt } from "../htmx.js";
import { whenShown } from "../lifecycle.js";
import { invalidate } from "./refresh.js";

const TICK = 30_000; // milliseconds between two looks at the clock
const SLEEP = 120_000; // how late one is after a sleep; browsers let hidden tabs look once a minute
const HISTORY = "htmx-history-cache"; // of htmx 2: a list of pages
const ENTRY = /^htmx-history-(?!index$|cache$)/; // of htmx 4's hx-history-cache: a page each
const PRELOADING = "a, form, [hx-get], [hx-action]";

const comeBack = () => {
  const isLookedAfter = !fire(document, "mizan:return");
  const selector = /** @type {"div"} */ (`${BLOCK}${isLookedAfter ? ":not([data-mizan-version])" : ""}`);
  invalidate("*", {}, { source: "return", among: page.querySelectorAll(selector) });
};

/** @param {{ persisted: boolean }} event */
const isOld = ({ persisted }) => {
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
    performance.getEntriesByType("navigation")
  );
  return persisted || (navigation?.type === "back_forward" && navigation.transferSize === 0);
};

/* A sleeping computer fires no event; its clock goes on. */
const watchClock = () => {
  let seen = Date.now();
  setInterval(() => {
    const late = Date.now() - seen - TICK;
    seen = Date.now();
    if (late > SLEEP) comeBack();
  }, TICK);
};

/** @param {CustomEvent<{ entries: Entry[] }>} event */
const dropCopies = ({ detail: { entries } }) => {
  /** @param {string | null} html */
  const isOldCopy = (html) =>
    [...(html ?? "").matchAll(/data-mizan=\\?"([^"\\]*)/g)].some(([, bound]) => covers(entries, bound));
  try {
    dropPages(sessionStorage, isOldCopy);
  } catch {
    // no storage in this browser, or of this page: then there is nothing in it either
  }
  // What is in a response that is under way is unknown. htmx 4 stores it with the element.
  for (const element of page.querySelectorAll(PRELOADING)) {
    const { _htmx } = /** @type {{ _htmx?: { preload?: unknown } }} */ (element);
    if (_htmx?.preload) delete _htmx.preload;
  }
};

/** @param {Storage} storage @param {(html: string | null) => boolean} isOldCopy */
const dropPages = (storage, isOldCopy) => {
  /** @type {{ content: string }[]} */
  const pages = JSON.parse(storage.getItem(HISTORY) ?? "[]");
  const current = pages.filter(({ content }) => !isOldCopy(content));
  if (current.length < pages.length) storage.setItem(HISTORY, JSON.stringify(current));
  for (const key of Object.keys(storage)) {
    if (ENTRY.test(key) && isOldCopy(storage.getItem(key))) storage.removeItem(key);
  }
};

export const start = () => {
  whenShown((event) => {
    if (isOld(event)) comeBack();
  });
  on("htmx:historyRestore", ({ detail }) => detail.cacheMiss || comeBack()); // htmx 2
  on(spelt("htmx:history:cache:after:restore"), comeBack); // htmx 4
  watchClock();
  on("mizan:invalidate", dropCopies);
};
