/* Links of the page to itself at another address: a heading that sorts, a page of a list. Whoever follows one
   gets it back with another address in it, so it is found again by its name. */

import { of } from "../dom.js";

/** @param {HTMLAnchorElement} link */
const isOfPage = (link) =>
  of(link).origin === location.origin && of(link).pathname === location.pathname && of(link).search !== "";

/** @param {Element} link */
const nameOf = (link) => (of(link).getAttribute("aria-label") ?? of(link).textContent ?? "").trim();

/**
 * Return the link in a fresh block that has the name of a link of the block, or null: where there are several,
 * as above and below a list, the one in the same place among as many.
 * @param {Element} element
 * @param {Element} block
 * @param {Element} fresh
 */
export const linkIn = (element, block, fresh) => {
  if (!(element instanceof HTMLAnchorElement) || !isOfPage(element) || !nameOf(element)) return null;
  const [links, others] = [block, fresh].map((root) =>
    [...of(root).querySelectorAll("a[href]")].filter((it) => nameOf(it) === nameOf(element)),
  );
  return links.length === others.length ? others[links.indexOf(element)] : null;
};
