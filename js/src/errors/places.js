/* Where the message of a field stands: before the field, where Django has it, or in the element with
   data-mizan-errors="name", if the form has one. */

import { all, ancestors, is, isForm, isShown, of } from "../dom.js";
import { isControl } from "./names.js";

/** @typedef {import("./names.js").Control} Control */
/**
 * @typedef {object} Place
 * @property {Element[]} described - the elements that the message describes
 * @property {Element} next - which it stands before
 */

const GROUP = "fieldset, [role=group], [role=radiogroup]";
const FRAME = ":is(div, p, span, ul, ol):not([data-mizan-field])"; // which a list may stand before
// What may hold no list.
const PHRASE = "p, label, legend, span, a, abbr, b, code, em, i, small, strong, h1, h2, h3, h4, h5, h6";

/* The outermost element around a control that is only its line, and no place for a list. */
/** @type {(control: Element, root: Element) => Element} */
const lineOf = (control, root) => {
  let line = control;
  for (const up of ancestors(control)) {
    if (up === root || isForm(up) || !is(up, PHRASE)) break;
    line = up;
  }
  return line;
};

/* Whether an element is inside of the root, and holds these controls and no other one. */
/** @type {(element: Element, found: Control[], root: Element) => boolean} */
const isAround = (element, found, root) =>
  root !== element &&
  of(root).contains(element) &&
  all("*", element)
    .filter(isControl)
    .every((it) => found.includes(it));

/**
 * Return the place of a message: several controls of one name are described once, by what is around them alone.
 * @param {Control[]} found
 * @param {Element} root
 * @returns {Place}
 */
export const placeOf = (found, root) => {
  const [first] = found;
  if (found.length === 1 && first.type !== "radio") return { described: found, next: lineOf(first, root) };
  const around = ancestors(first).find((up) => up === root || found.every((each) => of(up).contains(each)));
  const group = around && of(around).closest(GROUP);
  if (group && isAround(group, found, root)) {
    const next = [...of(group).children].find((each) => of(each).contains(first));
    return { described: [group], next: next ?? first };
  }
  const isFrame = around && is(around, FRAME) && isAround(around, found, root);
  return { described: found, next: lineOf(isFrame ? around : first, root) };
};

/** @type {(root: Element, name: string) => Element | undefined} */
export const slotOf = (root, name) => all(`[data-mizan-errors="${CSS.escape(name)}"]`, root)[0];

/**
 * Return whether visitors see a field. A closed details around it is opened for them.
 * @param {Control} control
 */
export const reveal = (control) => {
  const around = ancestors(control);
  if (control.type === "hidden" || !around.length) return false;
  const closed = /** @type {HTMLDetailsElement[]} */ (around).filter((each) =>
    is(each, "details:not([open])"),
  );
  for (const each of closed) each.open = true;
  if (isShown(around[0])) return true;
  for (const each of closed) each.open = false;
  return false;
};
