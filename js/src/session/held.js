/* The requests that were refused because the session had ended, to be sent again when somebody has signed in. */

import { of } from "../dom.js";
import { onCapture } from "../events.js";
import { isSendable, resend } from "../requests/resend.js";

/** @typedef {import("../requests/resend.js").Resendable} Resendable */

/** @type {WeakMap<Element, Resendable>} The last request of each element that was to change something. */
const sent = new WeakMap();
/** @type {Map<Element, Resendable>} Those of them that were refused. */
const held = new Map();

/** Hold what an element has sent. @param {Element | null} element */
export const hold = (element) => {
  const request = element && sent.get(element);
  if (element && request?.event?.type) held.set(element, request);
};

/** Return whether something is held that can be sent again. */
export const isHolding = () => [...held.values()].some(isSendable);

/** Send again what is held. */
export const resendHeld = () => {
  const requests = [...held.values()].filter(isSendable);
  held.clear();
  requests.forEach(resend);
};

export const forgetHeld = () => held.clear();

export const start = () => {
  onCapture("mizan:request", (/** @type {CustomEvent<RequestDetail>} */ { detail }) => {
    const { element, method, isSafe, url, event } = detail;
    if (isSafe) return;
    sent.set(element, { element, method, url, event });
    held.delete(element);
  });
  // A refresh must not take it away, where blocks are replaced and not morphed.
  onCapture("mizan:keep", ({ target, detail }) => {
    for (const element of held.keys()) if (of(target).contains(element)) detail.keep(element);
  });
};
