/* What visitors have entered into fields: it is not overwritten unless they have sent it. Where the server's
   value has changed meanwhile, the field has that in data-mizan-changed.

   mizan:changed   on a field; detail {value}: what the server has now; bubbles */

import { is, of, page } from "../dom.js";
import { fire, onCapture } from "../events.js";
import { isInserted } from "./attributes.js";
import { groupOf, isCheckable, isEditable, isHalfTyped, read } from "./controls.js";
import { acceptedOf } from "./sent.js";

const MARK = "data-mizan-changed";

/** @type {WeakMap<Element, string>} What the server had when a visitor began to enter something else. */
export const bases = new WeakMap();

/* An option that a script has put in, and its copies. */
const added = new WeakSet();
/** @param {HTMLOptionElement} option */
export const isAdded = (option) => added.has(option) || isInserted(option);

/**
 * Add a copy of an option that a script has put in to a fresh select.
 * @param {Field} select
 * @param {HTMLOptionElement} option
 */
export const addOption = (select, option) => {
  const copy = /** @type {HTMLOptionElement} */ (option.cloneNode(true));
  copy.removeAttribute("selected");
  added.add(copy);
  select.append(copy);
};

/** @param {Field} select @param {HTMLOptionsCollection} all */
const servedBySelect = (select, all) => {
  const options = [...all].filter((it) => !isAdded(it));
  const chosen = options.filter(({ defaultSelected }) => defaultSelected);
  if (select.multiple) return chosen.map(({ value }) => value).join("\n");
  const isOff = (/** @type {HTMLOptionElement} */ it) => it.disabled || is(it, "optgroup[disabled] *");
  const first = select.size > 1 ? undefined : options.find((it) => !isOff(it));
  return (chosen.at(-1) ?? first)?.value ?? "";
};

/**
 * Return what the server has for a field: what resetting a form would make of it.
 * @param {Field} field
 * @returns {string}
 */
export const servedValue = (field) => {
  if (isEditable(field)) return bases.get(field) ?? field.innerHTML;
  const { checked, defaultChecked, value, defaultValue } = field;
  if (isCheckable(field) ? checked === defaultChecked : value === defaultValue) return read(field);
  if (field.options) return servedBySelect(field, field.options);
  const form = page.createElement("form");
  const copy = /** @type {Field} */ (field.cloneNode(true));
  of(form).append(copy);
  of(form).reset();
  return read(copy);
};

/** Return whether the server does not know what is in a field. @param {Field} field */
export const differs = (field) =>
  isHalfTyped(field) || ![servedValue(field), acceptedOf(field)].includes(read(field));

/** Return whether something was entered into a field, or chosen in its group. @param {Field} field */
export const isEntered = (field) => groupOf(field).some(differs);

/** Return what the server has for a field since something was entered. @param {Field} field */
export const baseOf = (field) => {
  const base = bases.get(field) ?? servedValue(field);
  bases.set(field, base);
  return base;
};

/** Return what a field says of the server's value, or null. @param {Field} field */
export const markOf = (field) => field.getAttribute(MARK);

/** Nothing is entered into a field. @param {Field} field */
export const forgetEntry = (field) => {
  bases.delete(field);
  field.removeAttribute(MARK);
};

/**
 * Let a field say what the server has, where that is another value than when something was entered.
 * @param {Field} field
 * @param {string} value
 * @param {string | null} former - what it has said before
 */
export const mark = (field, value, former) => {
  const isSettled = isEditable(field) ? value === read(field) : !isEntered(field);
  if (isSettled) return forgetEntry(field);
  if (value === bases.get(field) || value === read(field)) return field.removeAttribute(MARK);
  field.setAttribute(MARK, value);
  if (value !== former) fire(field, "mizan:changed", { value });
};

export const start = () => {
  onCapture("beforeinput", ({ target }) => {
    if (isEditable(target)) baseOf(target);
  });
  onCapture("input", ({ target }) => {
    if (markOf(target) === read(target)) forgetEntry(target);
  });
  onCapture("reset", (event) => {
    const { elements } = of(event.target);
    setTimeout(() => event.defaultPrevented || [...elements].forEach(forgetEntry));
  });
};
