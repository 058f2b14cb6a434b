/* A request is sent once more, from the element that sent it, with what is filled in now. */

import { of } from "../dom.js";
import { htmx } from "../htmx.js";

/** @typedef {Pick<RequestDetail, "element" | "method" | "url" | "event">} Resendable */

const formOf = (/** @type {Event} */ event) => /** @type {HTMLFormElement} */ (event.target);

/**
 * Return whether a request can be sent again. One without an event came from a script, which alone knows what else to send.
 * @param {Resendable} request
 */
export const isSendable = ({ element, event }) =>
  Boolean(event?.type) &&
  of(element).isConnected &&
  (event?.type !== "submit" || of(formOf(event)).isConnected);

/** @param {Resendable} request */
export const resend = ({ element, method, url, event }) => {
  const { type, submitter } = /** @type {SubmitEvent} */ (event);
  const button = submitter?.isConnected ? submitter : undefined;
  // What was pressed in a notice is gone, or about to go. htmx 2 knows a submitter by its focus.
  of(button ?? element).focus();
  if (type !== "submit") return htmx.ajax(method, url, { source: element, event }).catch(() => {}); // htmx reports it
  const form = formOf(/** @type {Event} */ (event));
  const isOfForm = /** @type {HTMLButtonElement | undefined} */ (button)?.form === form;
  of(form).requestSubmit(isOfForm ? button : undefined);
};
