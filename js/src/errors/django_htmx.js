/* Under DEBUG, django-htmx replaces the whole page by the page about an error. Beside the shim it does not; mizan:failed has
   the page about the error. */

import { all, page } from "../dom.js";
import { htmx, isHtmx2, spelt } from "../htmx.js";
import { collectPages } from "./outcome.js";

const SCRIPT = 'script[src*="django-htmx"][data-debug="True"]';

/* It listens at the document, and on htmx 4 has kept all errors from being swapped in. */
/** @param {Event} event */
const hush = (event) => {
  const { xhr, ctx } = /** @type {CustomEvent} */ (event).detail;
  if ((xhr?.status ?? ctx.response.status) >= 400) event.stopPropagation();
};

export const start = () => {
  if (!all(SCRIPT).length) return;
  collectPages();
  const name = isHtmx2 ? "htmx:beforeOnLoad" : spelt("htmx:response:error");
  page.documentElement.addEventListener(name, hush);
  addEventListener(name, (event) => event.target === document && hush(event), true);
  const { noSwap = [] } = htmx.config;
  for (const code of ["4xx", "5xx"]) if (noSwap.includes(code)) noSwap.splice(noSwap.lastIndexOf(code), 1);
};
