/* Where a failure is shown: in the nearest [data-mizan-slot] ({% mizan_errors %}), in the form or else in the closest element
   around it that has a slot which is not about something else. Where there is none, in the one notice of the page,
   .mizan-notice, which is created when it is needed, over everything else. */

import { MODAL, all, ancestors, hasPopovers, is, isShown, modal, of, page } from "../dom.js";
import { onCapture } from "../events.js";
import { MOVED, noteFocus, place, removeOthers, untilFound } from "../notices.js";
import { inTemplate } from "./template.js";

const NOTICE = ".mizan-notice";
const OWNERS = "form, dialog, [popover], [data-mizan]";
const SENDS = ["post", "put", "patch", "delete"]
  .flatMap((verb) => [`[hx-${verb}]`, `[data-hx-${verb}]`])
  .join();

/** @type {HTMLElement | null} The notice of the page. */
let notice = null;
/** What had the focus before something in the notice. @type {() => HTMLElement | null} */
export let formerFocus = () => null;

/** @param {Element | null} region */
export const isNotice = (region) => region === notice;

/** Return whether something is open that closes by Escape. */
export const isSomethingOpen = () =>
  page.querySelector(MODAL + (hasPopovers() ? `, :popover-open:not(${NOTICE})` : "")) !== null;

/* Whether a slot somewhere in `around` is about something else there: what it stands in, or beside. The cells of a row are
   about one thing. */
/** @type {(slot: Element, around: Element) => boolean} */
const isOthers = (slot, around) => {
  for (const it of ancestors(slot)) {
    if (it === around) return false;
    if (is(it, OWNERS) || (!is(it, "td, th") && all(SENDS, it).length > 0)) return true;
  }
  return false;
};

/* Nobody reads what is not displayed, or stands beside an open modal dialog. The slot itself may be hidden as long as it is
   empty. */
/** @param {Element} element */
const slotFor = (element) => {
  const dialog = modal();
  const first = of(/** @type {HTMLInputElement} */ (element)).form ?? element;
  for (const around of [first, ...ancestors(first)]) {
    const slots = all("[data-mizan-slot]", around).filter((slot) => isShown(slot.parentElement));
    const slot = slots.find((each) => (!dialog || of(dialog).contains(each)) && !isOthers(each, around));
    if (slot || around === dialog) return slot;
  }
  return undefined;
};

/* The notice is put where it can be reached, and over whatever lies over the page. A press beside a popover that closes by
   that would close it. */
/** @param {HTMLElement} element */
const placeNotice = (element) => {
  const holders = all(MODAL + (hasPopovers() ? ", :popover-open:is([popover=''], [popover=auto])" : ""));
  place(element, holders.filter(isShown).at(-1) ?? page.body);
  if (!hasPopovers() || element.matches(":popover-open")) return;
  element.popover = "manual";
  element.showPopover();
};

/** Move the notice to the other edge if it lies over what has the focus. */
export const uncover = () => {
  const { activeElement: focused } = page;
  if (!notice || !focused || focused === page.body || notice.contains(focused)) return;
  const { top, right, bottom, left } = notice.getBoundingClientRect();
  const it = focused.getBoundingClientRect();
  const isUnder = (/** @type {number} */ from, /** @type {number} */ to) =>
    it.left < right && it.right > left && it.top < to && it.bottom > from;
  if (isUnder(top, bottom) && !isUnder(innerHeight - bottom, innerHeight - top))
    notice.classList.toggle(MOVED);
};

const openNotice = async () => {
  if (!notice?.isConnected) {
    notice = /** @type {HTMLElement | null} */ (inTemplate(NOTICE)?.cloneNode(true) ?? null);
    if (!notice) return null;
    formerFocus = noteFocus(notice);
  }
  placeNotice(notice);
  if (!notice.firstElementChild) await untilFound();
  return notice;
};

/**
 * Return where to show the failure of what an element sent.
 * @param {Element} element
 */
export const regionFor = async (element) => slotFor(element) ?? openNotice();

/** Remove the notice if there is nothing in it. */
export const removeIfEmpty = () => {
  if (!notice?.firstElementChild) notice?.remove();
};

/** Remove notices out of htmx's history. */
export const removeOtherNotices = () => removeOthers(NOTICE, isNotice);

/* What holds the notice closes, or something else has the focus, as when such a thing has gone. */
const settle = () => {
  if (!notice?.isConnected) return;
  placeNotice(notice);
  uncover();
};

export const start = () => {
  // Not while it is still closing.
  onCapture("close toggle hidden.bs.modal hidden.bs.offcanvas focusin", () => notice && setTimeout(settle));
};
