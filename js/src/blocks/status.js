/* What blocks show of their state:

   aria-busy="true"    while a refresh is under way
   class mizan-stale   when it has shown old content for 200 ms, until it is fresh: what is quicker changes nothing that can be
                       seen */

import { BLOCK, is, of, within } from "../dom.js";
import { on } from "../events.js";
import { isLazy, isLoading } from "./lazy.js";

const STALE = "mizan-stale";
const DELAY = 200; // milliseconds

/* The state of a block can't stand in its attributes alone, which a morph removes. */
/** @type {WeakSet<HTMLElement>} */
const busy = new WeakSet();
/** Old blocks → the timer after which they get the class, null afterwards. @type {WeakMap<HTMLElement, number | null>} */
const old = new WeakMap();
/** @type {MutationObserver} */
let observer;

/** @param {HTMLElement} block */
const show = (block) => {
  if (busy.has(block) && of(block).getAttribute("aria-busy") !== "true")
    of(block).setAttribute("aria-busy", "true");
  const { classList } = of(block);
  if (old.get(block) === null && !classList.contains(STALE)) classList.add(STALE);
};

/** @param {HTMLElement} block */
const watch = (block) => observer.observe(block, { attributeFilter: ["aria-busy", "class"] });

/** @param {HTMLElement} block */
const age = (block) => {
  if (old.has(block) || isLazy(block) || isLoading(block)) return; // a placeholder is nothing old
  const showOld = () => {
    old.set(block, null);
    show(block);
  };
  old.set(block, setTimeout(showOld, DELAY));
  watch(block);
};

/** @param {HTMLElement} block */
const rest = (block) => {
  busy.delete(block);
  of(block).removeAttribute("aria-busy");
};

/** @param {HTMLElement} block */
const renew = (block) => {
  clearTimeout(old.get(block) ?? undefined);
  old.delete(block);
  rest(block);
  const { classList } = of(block);
  if (!classList.contains(STALE)) return;
  classList.remove(STALE);
  if (!classList.length) of(block).removeAttribute("class");
};

export const start = () => {
  observer = new MutationObserver((records) => {
    for (const { target } of records) show(/** @type {HTMLElement} */ (target));
  });
  on("mizan:invalidate", (event) => {
    queueMicrotask(() => {
      if (!event.defaultPrevented) event.detail.blocks.forEach(age); // by a listener that came after this one
    });
  });
  on("mizan:refreshing", ({ target }) => {
    busy.add(target);
    age(target);
    watch(target);
    show(target);
  });
  on("mizan:refreshed", ({ target }) => within(target, BLOCK).forEach(renew)); // what stands inside came with it
  on("mizan:error", ({ target }) => {
    if (!is(target, BLOCK)) return;
    age(target); // one that nobody has asked for may be old as well
    rest(target);
  });
};
