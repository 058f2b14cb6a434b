/* What fails, as the server says it, and what the page tells of it. */

import { json } from "./server.js";

/* As the template mizan_htmx/errors.html is rendered into every page. */
const TEMPLATE = `
  <div class="mizan-notice" role="status" aria-atomic="false"></div>
  <div class="mizan-failure" lang="en">
    <div><span data-mizan-message></span> <span data-mizan-times></span></div>
    <div data-mizan-maybe>It may have been done.</div>
    <div data-mizan-later>Please try again <span data-mizan-wait></span>.</div>
    <button type="button" data-mizan-page>Page</button>
    <button type="button" data-mizan-resend="change">Send again</button>
    <button type="button" data-mizan-resend="read">Try again</button>
    <button type="button" data-mizan-close>Close</button>
  </div>
  <p data-mizan-when="0">No answer.</p>
  <p data-mizan-when="403">You may not.</p>
  <p data-mizan-when="404 410">Not there.</p>
  <p data-mizan-when="409 412">Changed.</p>
  <p data-mizan-when="422">Invalid.</p>
  <p data-mizan-when="5xx">Server error.</p>
  <p data-mizan-when="error">Did not work.</p>`;

/* Put the texts and the markup of messages into the page, before the shim starts. */
export const putTemplate = () => {
  const template = document.createElement("template");
  template.setAttribute("data-mizan-errors", "");
  template.innerHTML = TEMPLATE;
  document.body.append(template);
};

/* An answer with which mizan refuses something. */
export const refusal = (
  status,
  { code = "CODE", message = "", fields, headers = {}, isCommitted = false } = {},
) =>
  json(
    { code, message, ...(fields ? { details: { fields } } : {}) },
    {
      status,
      headers: {
        "X-Mizan-Error": code,
        ...(message ? { "X-Mizan-Message": encodeURIComponent(message) } : {}),
        ...(isCommitted ? {} : { "X-Mizan-Committed": "no" }),
        ...headers,
      },
    },
  );

export const SLOT = '<div role="status" data-mizan-slot></div>';

const isVisible = (element) => element.checkVisibility();

/* What is told inside of an element: each failure with all of its visible texts, buttons in brackets. */
export const told = (inside = "body") =>
  [...document.querySelectorAll(`${inside} .mizan-failure`)].map((failure) =>
    [...failure.children]
      .filter(isVisible)
      .map((part) => (part.localName === "button" ? `[${part.textContent}]` : part.innerText.trim()))
      .join(" "),
  );

export const notice = () => document.querySelector(".mizan-notice");

/* Press a button of what is told. */
export const pressIn = (name, inside = "body") =>
  [...document.querySelectorAll(`${inside} .mizan-failure button`)]
    .find((button) => button.textContent === name && isVisible(button))
    .click();

/* Close the notice of the page, with all that earlier tests have left in it. */
export const closeNotice = () =>
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
