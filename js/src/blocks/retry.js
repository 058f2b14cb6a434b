/* mizan-return.js: what failed is tried again, and what comes back may be old. Needs mizan.js.

   A refresh that failed is sent again within a second, then two, four, up to a minute; sooner when the page is
   shown again or the browser is back online. A page that comes back from a cache, from htmx's history or from
   sleep refreshes its blocks, and what caches hold of a stale context is dropped.

   mizan:return   on document, when the page comes back and may be old; preventDefault() says that somebody
                  else looks after its live blocks, as mizan-live.js does */
import { page } from "../dom.js";
import { whenShown } from "../lifecycle.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const [FIRST_WAIT, LONGEST_WAIT] = [1000, 60_000]; // milliseconds until it is tried again
  const LONGEST_ASKED = 3_600_000; // the same, where the server says how long
  const TICK = 30_000; // milliseconds between two looks at the clock
  const SLEEP = 120_000; // how late one is after a sleep; browsers let hidden tabs look once a minute

  const on = (name, listener) => page.addEventListener(name, listener);
  const retry = () => page.hidden || mizan.retry();

  // ---- what failed

  const failures = new WeakMap(); // block → how many there were in a row
  const timers = new WeakMap();

  /* One share for all blocks: those that failed together are asked for together again, and each page at another
     time. */
  const share = 0.5 + Math.random() / 2;

  on("mizan:error", ({ target: block, detail: { wait } }) => {
    if (!(wait < Infinity)) return; // refused, or not about a refresh
    const count = failures.get(block) ?? 0;
    failures.set(block, count + 1);
    const own = share * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count);
    const again = () => navigator.onLine && !page.hidden && mizan.retry(block);
    timers.set(block, setTimeout(again, Math.max(own, Math.min(wait, LONGEST_ASKED))));
  });
  on("mizan:refreshing", ({ target: block }) => clearTimeout(timers.get(block)));
  on("mizan:refreshed", ({ target: block }) => failures.delete(block)); // a morph keeps the element

  addEventListener("online", retry);
  on("visibilitychange", retry);

  // ---- what comes back

  const comeBack = () => {
    const event = new CustomEvent("mizan:return", { bubbles: true, cancelable: true });
    const isFollowed = !page.dispatchEvent(event);
    const among = page.querySelectorAll(`[data-mizan]${isFollowed ? ":not([data-mizan-version])" : ""}`);
    mizan.invalidate("*", {}, { source: "return", among: [...among] });
  };

  const isOld = ({ persisted }) => {
    const [navigation] = performance.getEntriesByType("navigation");
    return persisted || (navigation?.type === "back_forward" && navigation.transferSize === 0);
  };

  whenShown((event) => isOld(event) && comeBack());
  on("htmx:historyRestore", ({ detail }) => detail.cacheMiss || comeBack()); // htmx 2
  on("htmx:history:cache:after:restore".replaceAll(":", htmx.config.metaCharacter || ":"), comeBack); // htmx 4

  /* A sleeping computer fires no event; its clock goes on. */
  let seen = Date.now();
  setInterval(() => {
    const late = Date.now() - seen - TICK;
    seen = Date.now();
    if (late > SLEEP) comeBack();
  }, TICK);

  // ---- what caches hold

  const HISTORY = "htmx-history-cache"; // of htmx 2: a list of pages
  const ENTRY = /^htmx-history-(?!index$|cache$)/; // of htmx 4's hx-history-cache: a page each
  const PRELOADING = "a, form, [hx-get], [hx-action]";

  on("mizan:invalidate", ({ detail: { header } }) => {
    const isOldCopy = (html) =>
      [...html.matchAll(/data-mizan=\\?"([^"\\]*)/g)].some(([, bound]) => mizan.covers(header, bound));
    try {
      dropPages(sessionStorage, isOldCopy);
    } catch {
      // no storage in this browser, or of this page: then there is nothing in it either
    }
    // Nobody can tell what is in an answer that is under way. htmx 4 keeps it with the element.
    for (const element of page.querySelectorAll(PRELOADING)) delete element._htmx?.preload;
  });

  const dropPages = (storage, isOldCopy) => {
    const pages = JSON.parse(storage.getItem(HISTORY)) ?? [];
    const kept = pages.filter(({ content }) => !isOldCopy(content));
    if (kept.length < pages.length) storage.setItem(HISTORY, JSON.stringify(kept));
    for (const key of Object.keys(storage)) {
      if (ENTRY.test(key) && isOldCopy(storage.getItem(key))) storage.removeItem(key);
    }
  };
};
