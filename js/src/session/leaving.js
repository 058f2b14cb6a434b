/* While a form that the browser itself has sent takes the page away, no block is refreshed: where it signs out, the page
   would say that its session is over, just before the next page is there. */

import { retry } from "../blocks/refresh.js";
import { of } from "../dom.js";
import { on } from "../events.js";

const PATIENCE = 5000; // milliseconds for which a page waits to be taken away

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving; // the timer at whose end the page is still here: it was a download, say

const stay = () => {
  clearTimeout(leaving);
  leaving = undefined;
  retry();
};

/** Return whether the browser itself sends this form, to the frame of this page. @param {SubmitEvent} event */
const takesAway = ({ target: form, submitter, isTrusted, defaultPrevented }) => {
  if (!isTrusted || defaultPrevented) return false; // one that a script made up sends nothing
  const valueOf = (/** @type {string} */ name) =>
    submitter?.getAttribute(`form${name}`) ?? of(/** @type {Element} */ (form)).getAttribute(name) ?? "";
  return /^(_self|_parent|_top)?$/i.test(valueOf("target")) && /^post$/i.test(valueOf("method"));
};

export const start = () => {
  addEventListener("submit", (event) => {
    if (!takesAway(event)) return;
    clearTimeout(leaving);
    leaving = setTimeout(stay, PATIENCE);
    setTimeout(() => event.defaultPrevented && leaving && stay()); // by a listener that comes after this one
  });
  on("mizan:due", (event) => leaving && event.preventDefault());
  addEventListener("pageshow", () => leaving && stay());
};
