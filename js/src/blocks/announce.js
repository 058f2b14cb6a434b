/* Announcements for visitors who use a screen reader.

   data-mizan-announce   what is announced when a refresh has changed the block: politely, at most once in 5 s, and not while
                         the page is hidden */

import { of, page } from "../dom.js";
import { on } from "../events.js";
import { isLoading } from "./lazy.js";

const PAUSE = 5000; // milliseconds between two announcements
const TOGETHER = 100; // milliseconds: what refreshes together is announced together, in a region that was there before
const REGION = "mizan-announcements";

/** @type {Set<string>} */
const texts = new Set();
/** @type {HTMLElement | undefined} */
let made;
/** @type {number | undefined} */
let timer;
let last = -Infinity;

/* Beside the body, which boosted links replace and htmx keeps copies of. */
const region = () => {
  if (made?.isConnected) return made;
  made = page.createElement("div");
  made.id = REGION; // for the site's CSS: a heading may be called so, too, and is not written to
  made.setAttribute("role", "status"); // which is polite
  Object.assign(made.style, {
    position: "fixed",
    inset: "0 auto auto 0",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  });
  page.documentElement.append(made);
  return made;
};

/**
 * Have screen readers announce a text.
 * @param {string} text
 */
export const announce = (text) => {
  if (page.hidden) return;
  region();
  texts.add(text);
  timer ??= setTimeout(speak, Math.max(TOGETHER, last + PAUSE - Date.now()));
};

const speak = () => {
  timer = undefined;
  if (!page.hidden) {
    region().textContent = [...texts].join(", ");
    last = Date.now();
    // The same text is announced again only where it was gone, and it is nothing to come upon later.
    setTimeout(() => (region().textContent = ""), PAUSE - TOGETHER);
  }
  texts.clear();
};

export const start = () =>
  on("mizan:refreshed", ({ target, detail }) => {
    const text = of(target).dataset.mizanAnnounce;
    if (text && detail.changed && !isLoading(target)) announce(text);
  });
