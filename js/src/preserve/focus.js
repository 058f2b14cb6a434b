/* The focus, the cursor and scroll positions stay when a block is replaced. A refresh does not move the focus,
   and when it moves a field, no listener is called for the events that browsers fire when a visitor leaves the field. */

import { BLOCK, is, of, page, within } from "../dom.js";
import { onCapture } from "../events.js";
import { linkIn } from "./links.js";
import { isOpen } from "./open.js";
import { allIn, placeOf, twinOf } from "./swap.js";

const AUTOFOCUS = "[autofocus]:not(dialog *, [popover] *)"; // in those it says what opening focuses
const LATER = "data-mizan-autofocus";
const DIALOG = "dialog, [popover]";
const OF_LEAVING = "change blur focusout focus focusin";

/** @type {EventTarget | null} The field in which something was typed that no "change" has followed yet. */
let typing = null;
/**
 * @type {WeakSet<EventTarget>} Fields that owe the page a "change", since the element in which it was typed
 *   is gone.
 */
const unsaid = new WeakSet();
let isQuiet = false;

/** Do some work, and stop events about fields that are left before any listener. @param {() => void} work */
export const quietly = (work) => {
  isQuiet = true;
  try {
    work();
  } finally {
    isQuiet = false;
  }
};

/** @param {Node} node */
const rootOf = (node) =>
  of(/** @type {DocumentOrShadowRoot} */ (/** @type {unknown} */ (of(node).getRootNode())));

/** @param {Field} field @returns {Partial<Selected>} */
const selectionOf = (field) => {
  const { selectionStart, selectionEnd, selectionDirection } = of(field);
  return /** @type {Partial<Selected>} */ ([selectionStart, selectionEnd, selectionDirection]);
};

/** @type {WeakSet<EventTarget>} What has been scrolled. */
const everScrolled = new WeakSet();

/** @param {Element} it */
const isScrolled = (it) => of(it).scrollTop !== 0 || of(it).scrollLeft !== 0;

let hasLooked = false;

/* Once in a task, for all blocks that it replaces: to read where an element stands has the browser lay out the
   page, if something has changed. Events of scrolling would come too late: a frame after a script has scrolled. */
const findScrolled = () => {
  if (hasLooked) return;
  hasLooked = true;
  setTimeout(() => (hasLooked = false));
  for (const it of page.querySelectorAll(`${BLOCK}, ${BLOCK} *`)) if (isScrolled(it)) everScrolled.add(it);
};

/** Note what has the focus in a block, and what is scrolled. @param {Swap} swap */
export const noteFocus = (swap) => {
  findScrolled();
  for (const it of allIn(swap.block)) {
    if (!everScrolled.has(it)) continue;
    const { scrollTop, scrollLeft } = of(it);
    if (scrollTop || scrollLeft) swap.scrolled.push({ it, twin: twinOf(swap, it), scrollTop, scrollLeft });
  }
  const host = page.activeElement;
  if (!host || !of(swap.block).contains(host)) return;
  let it = host;
  for (let inner = of(it).shadowRoot?.activeElement; inner; inner = of(it).shadowRoot?.activeElement)
    it = inner;
  const field = /** @type {Field} */ (it);
  const twin = /** @type {Field | null} */ (twinOf(swap, host) ?? linkIn(host, swap.block, swap.fresh));
  swap.focus = { host, it: field, twin, selection: selectionOf(field) };
};

/** Put them back. @param {Swap} swap */
export const restoreFocus = ({ focus, scrolled }) => {
  for (const { it, twin, ...places } of scrolled) {
    const place = placeOf({ it, twin });
    if (!place) continue;
    Object.assign(of(place), places);
    everScrolled.add(place);
  }
  if (!focus) return;
  const { host, it, twin, selection } = focus;
  const field = placeOf({ it, twin });
  // htmx 2 would focus the first that has this id. That of a block is its own.
  if (!of(host).isConnected && !is(host, BLOCK)) of(host).removeAttribute("id");
  if (!field) return;
  const isElsewhere = field !== rootOf(field).activeElement;
  if (isElsewhere) of(field).focus({ preventScroll: true });
  const isUnsaid = unsaid.delete(it) || it === typing;
  if ((isElsewhere || field === twin) && isUnsaid) unsaid.add(field);
  // Where the first is null, the control knows no selection.
  if (Number.isInteger(selection[0]) && String(selectionOf(field)) !== String(selection)) {
    field.setSelectionRange(.../** @type {Selected} */ (selection));
  }
};

/**
 * Don't let a refresh move the focus by "autofocus". Where the block stands in a dialog, the attribute says
 * what opening that focuses: in an open one it waits for the next time, and in another one nothing can be
 * focused.
 * @param {HTMLElement} block
 * @param {HTMLElement} fresh
 */
export const holdAutofocus = (block, fresh) => {
  const dialog = of(of(block).parentElement)?.closest(DIALOG);
  if (dialog && !isOpen(dialog)) return;
  for (const it of [block, fresh].flatMap((root) => within(root, AUTOFOCUS))) {
    of(it).removeAttribute("autofocus");
    if (dialog) of(it).setAttribute(LATER, "");
  }
};

/** Remove "autofocus" from what is in a node, and from the node. @param {Node} root */
export const dropAutofocus = (root) => {
  if (!(root instanceof Element)) return;
  for (const it of within(root, "[autofocus]")) of(it).removeAttribute("autofocus");
};

export const start = () => {
  onCapture("input", ({ target }) => {
    typing = target;
  });
  onCapture("change", ({ target }) => {
    typing = null;
    unsaid.delete(target);
  });
  onCapture("focusout", ({ target }) => {
    if (unsaid.delete(target)) of(target).dispatchEvent(new Event("change", { bubbles: true }));
  });
  onCapture("close toggle", ({ target }) => {
    if (!is(target, DIALOG) || isOpen(target)) return;
    for (const it of within(target, `[${LATER}]`)) {
      of(it).removeAttribute(LATER);
      of(it).setAttribute("autofocus", "");
    }
  });
  for (const name of OF_LEAVING.split(" ")) {
    addEventListener(name, (event) => isQuiet && event.isTrusted && event.stopImmediatePropagation(), true);
  }
};
