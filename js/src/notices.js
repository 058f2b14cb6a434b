/* What the two notices of a page share, that the session has ended (session/notice.js) and that something has failed
   (errors/notice.js): how they look, unless the site's CSS says otherwise, and how they work with a keyboard and a screen
   reader. */

import { all, of, page } from "./dom.js";

const FINDING = 100; // milliseconds after which screen readers have found a new live region

/* The class of a notice that stands at the upper edge. */
export const MOVED = "mizan-notice-moved";

const STYLE = `
  :where(.mizan-session, .mizan-notice) {
    position: fixed; inset: auto 1rem 1rem auto; z-index: 9999; box-sizing: border-box;
    max-width: min(26rem, 100% - 2rem); padding: .75rem 1rem; border: 1px solid #8888; border-radius: .5rem;
    background: Canvas; color: CanvasText; box-shadow: 0 .25rem 1rem #0004;
  }
  :where(.mizan-notice) {
    inset: auto auto 1rem 1rem; width: auto; height: auto; max-height: 60vh; margin: 0; padding: 0 1rem; overflow: auto;
  }
  :where(.${MOVED}) { inset: 1rem auto auto 1rem }
  :where(.mizan-notice:empty) { border-color: transparent; background: none; box-shadow: none }
  :where(.mizan-session > :not([hidden]), .mizan-failure) {
    display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: end;
  }
  :where(.mizan-failure) { padding: .75rem 0 }
  :where(.mizan-failure + .mizan-failure) { border-top: 1px solid #8888 }
  :where(.mizan-session p, .mizan-failure > div) { flex: 1 1 100%; margin: 0 }
  :where(.mizan-session p) { text-wrap: balance }
  :where(.mizan-failure > div) { white-space: pre-line; overflow-wrap: anywhere }
  :where(.mizan-failure [hidden]) { display: none }
  :where(.mizan-session, .mizan-failure) :where(button) { min-height: 2rem; padding: 0 .75rem; font: inherit }
  @media (max-width: 56rem) {
    :where(.mizan-notice) { inset: auto 1rem 1rem 1rem; max-width: none }
    :where(.${MOVED}) { inset: 1rem 1rem auto 1rem }
    :where(:has(> .mizan-session) > .mizan-notice) { inset: 1rem 1rem auto 1rem }
  }
  @media print { :where(.mizan-session, .mizan-notice) { display: none } }`;

let isDressed = false;

/** Give the notices their style, once. A style element would need the leave of the site's policy. */
export const dress = () => {
  if (isDressed) return;
  isDressed = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
};

/**
 * Put a notice into a parent, unless it is there.
 * @param {HTMLElement} notice
 * @param {HTMLElement} parent
 */
export const place = (notice, parent) => {
  if (notice.parentNode !== parent) of(parent).append(notice);
};

/** Wait until screen readers have found a region that was put into the page, and say what comes into it. */
export const untilFound = () => new Promise((done) => setTimeout(done, FINDING));

/**
 * Note what had the focus before something in a notice got it. Return a function that returns that.
 * @param {HTMLElement} notice
 */
export const noteFocus = (notice) => {
  /** @type {HTMLElement | null} */
  let former = null;
  notice.addEventListener("focusin", ({ relatedTarget }) => {
    const from = /** @type {HTMLElement | null} */ (relatedTarget);
    if (!notice.contains(from)) former = from;
  });
  return () => former;
};

/**
 * Remove what came out of htmx's history, and is none of our own: nobody listens to its buttons.
 * @param {string} selector
 * @param {(element: HTMLElement) => boolean} isOurs
 */
export const removeOthers = (selector, isOurs) => {
  for (const each of all(selector)) if (!isOurs(each)) each.remove();
};

/** Stop a key before it reaches what is around a notice: Escape would close a dialog. @param {Event} event */
export const stopKey = (event) => {
  event.preventDefault();
  event.stopPropagation();
};
