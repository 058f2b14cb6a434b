/* The notice that the session has ended: .mizan-session in the HTML of session/notice/. It shows the child with
   data-mizan-when for what has happened: "ended", "other" (somebody else is signed in), "returned" or "renewed" (only the
   CSRF token was old). In it [data-mizan-close] closes it, [data-mizan-reload] loads the page again, and [data-mizan-resend]
   sends what was refused, from the same elements, with what is filled in now. [data-mizan-held] is shown only if there is
   something to send. */

import { all, modal, of, page } from "../dom.js";
import { onCapture, onRestored } from "../events.js";
import { dress, noteFocus, place, removeOthers, stopKey, untilFound } from "../notices.js";
import { mount, settings } from "../settings.js";
import { isHolding, resendHeld } from "./held.js";
import { parseHtml } from "../html.js";

/** @typedef {"ended" | "other" | "returned" | "renewed"} Part */

const NOTICE = ".mizan-session";
const READING = 10_000; // milliseconds that good news stay if there is nothing to do about them

/** @type {Promise<HTMLElement | null> | null} The notice; null if it could not be fetched. */
let notice = null;
/** @type {Part | null} */
let shown = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let reading;
/** @type {() => HTMLElement | null} */
let formerFocus = () => null;
let isClosed = false; // by the visitor, who has read it

/** @param {HTMLElement} element */
const childrenOf = (element) => /** @type {HTMLElement[]} */ ([...element.children]);

const load = async () => {
  const next = encodeURIComponent(location.pathname + location.search);
  const { locale } = settings;
  const spoken = locale ? `&mizan-locale=${encodeURIComponent(locale)}` : "";
  const response = await fetch(`${mount().href}session/notice/?next=${next}${spoken}`);
  if (!response.ok || response.redirected) return null;
  const content = parseHtml(await response.text());
  const element = /** @type {HTMLElement} */ (content.querySelector(NOTICE));
  for (const part of childrenOf(element)) part.hidden = true;
  element.addEventListener("click", press);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    stopKey(event);
    close();
  });
  formerFocus = noteFocus(element);
  dress();
  place(element, home());
  await untilFound();
  return element;
};

/* Beside a modal dialog nothing can be reached. */
const home = () => modal() ?? page.body;

/** Show a part of the notice. @param {Part} part */
export const show = async (part) => {
  if (part !== shown) {
    clearTimeout(reading);
    reading = undefined;
  }
  shown = part;
  const element = await (notice ??= load().catch(() => null));
  if (!element) notice = null;
  if (!element || !shown) return;
  place(element, home());
  const isHeld = isHolding();
  const { activeElement: focused } = page;
  const isFocused = element.contains(focused);
  for (const each of childrenOf(element)) each.hidden = each.dataset.mizanWhen !== shown;
  for (const each of all("[data-mizan-held]", element)) each.hidden = !isHeld;
  if (isFocused && focused?.closest("[hidden]")) {
    all(":not([hidden]) > :is(a, button):not([hidden])", element)[0].focus();
  }
  if (/^re/.test(shown) && !isHeld) reading ??= setTimeout(fade, READING, element);
};

/** @param {HTMLElement} element */
const fade = (element) => element.contains(page.activeElement) || hide();

export const hide = async () => {
  shown = null;
  const element = await notice;
  if (!element || shown) return;
  const isFocused = element.contains(page.activeElement);
  element.remove();
  notice = null;
  if (isFocused) of(formerFocus())?.focus();
};

export const isShown = () => shown !== null;

/** Show a part of the notice, unless the visitor has closed it. @param {Part} part */
export const remind = (part) => isClosed || show(part);

/** The visitor has done something since they closed the notice. */
export const reopen = () => {
  isClosed = false;
};

const close = () => {
  isClosed = true;
  hide();
};

/** @param {Event} event */
const press = (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-mizan-close]")) close();
  else if (target.closest("[data-mizan-reload]")) location.reload();
  else if (target.closest("[data-mizan-resend]")) {
    resendHeld();
    hide();
  }
};

const showAgain = () => shown && show(shown);

export const start = () => {
  // What was held is sent again, or may have left the page.
  onCapture(
    "mizan:request",
    (/** @type {CustomEvent<RequestDetail>} */ { detail }) => detail.isSafe || showAgain(),
  );
  onCapture("mizan:refreshed close hidden.bs.modal hidden.bs.offcanvas", showAgain);
  onRestored(async () => {
    const own = await notice;
    removeOthers(NOTICE, (each) => each === own);
  });
};
