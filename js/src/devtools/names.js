/* How blocks and URLs are named in the overlay. */

import { BLOCK, all, of, page } from "../dom.js";

/** @param {Element} block */
export const idOf = (block) => of(block).id;
/** @param {HTMLElement} block */
export const shownBy = (block) => of(block).dataset;
/** @param {HTMLElement} block */
export const nameOf = (block) => `${shownBy(block).mizan} #${idOf(block)}`;
/** @param {HTMLElement} block */
export const inner = (block) => all(BLOCK, block);

/** Return a URL without this origin. @param {string} url */
export const pathOf = (url) => {
  const { origin, pathname, search } = new URL(url, page.baseURI);
  return (origin === location.origin ? "" : origin) + pathname + search;
};

/** @type {(method: string, url: string, status: number) => string} */
export const titleOfAnswer = (method, url, status) => `${method.toUpperCase()} ${pathOf(url)} → ${status}`;
