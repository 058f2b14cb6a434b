/* What visitors have opened: details, dialogs and popovers stay as they are when a block is replaced. */

import { hasPopovers, is, isShown, of, within } from "../dom.js";
import { onCapture } from "../events.js";
import { isChanged } from "./attributes.js";
import { placeOf, twinOf } from "./swap.js";

const DIALOG = "dialog[open]";

/** @typedef {HTMLDialogElement | HTMLDetailsElement} Opening */

/* Details that somebody opened or closed. */
const toggled = new WeakSet();
/** @type {Set<Element>} What Bootstrap opens, until that calls itself modal. */
const opening = new Set();

const popover = () => (hasPopovers() ? ":popover-open" : DIALOG);
const opened = () => `${DIALOG}, ${popover()}`;

/** @param {Element} element */
export const isOpen = (element) => is(element, opened());

/** Return whether a popover is open in a block, or the block itself is one. @param {Element} block */
export const hasPopover = (block) => within(block, popover()).length > 0;

/** Return whether something modal is open in a block, or a dialog. @param {Element} block */
export const hasModal = (block) =>
  within(block, "[aria-modal=true]").some(isShown) ||
  within(block, DIALOG).length > 0 ||
  [...opening].some((it) => of(block).contains(it));

/** Note what is open in a block. @param {Swap} swap */
export const noteOpen = (swap) => {
  for (const it of /** @type {Opening[]} */ (within(swap.block, `details, ${opened()}`))) {
    const twin = twinOf(swap, it);
    // A dialog from which the request was sent is as the answer has it.
    if (it instanceof HTMLDialogElement && it.contains(swap.source ?? null)) {
      if (!twin?.open) it.close();
    } else if (twin) {
      const { open } = of(it);
      if (isChanged(it, "open")) toggled.add(it);
      if (open || toggled.has(it)) of(twin).open = open;
      const show = is(it, "dialog:modal") ? "showModal" : is(it, popover()) ? "showPopover" : null;
      swap.opened.push({ it, twin, show, isOpen: of(twin).open });
    }
  }
};

/** Open it again. @param {Swap} swap */
export const restoreOpen = ({ opened }) => {
  for (const { it, twin, show, isOpen: wasOpen } of opened) {
    const place = placeOf({ it, twin });
    if (!place) continue;
    if (toggled.has(it)) toggled.add(place);
    if (!show) of(place).open = wasOpen;
    else if (place === twin) {
      of(place).removeAttribute("open");
      if (show === "showPopover") of(place).showPopover();
      else /** @type {HTMLDialogElement} */ (place).showModal();
    }
  }
};

export const start = () => {
  onCapture("click", ({ target }) => {
    const details = of(target).closest?.("summary")?.parentElement;
    if (details) toggled.add(details);
  });
  onCapture("show.bs.modal show.bs.offcanvas", (event) => {
    opening.add(event.target);
    queueMicrotask(() => event.defaultPrevented && opening.delete(event.target));
  });
  onCapture("shown.bs.modal shown.bs.offcanvas hidden.bs.modal hidden.bs.offcanvas", ({ target }) =>
    opening.delete(target),
  );
};
