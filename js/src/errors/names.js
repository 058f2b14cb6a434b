/* Which controls the server means by the name of a field. */

import { is, isElement, isForm } from "../dom.js";
import { isCheckable } from "../preserve/controls.js";

/** @typedef {Field} Control - or another element with a name that sends a value */

export const CONTROL = "input, select, textarea";
const NO_FIELD = /^(submit|button|reset|image)$/;
const PIECE = /^_(\d+|year|month|day)$/; // of a widget of several

/**
 * @param {unknown} node
 * @returns {node is Control}
 */
export const isControl = (node) => {
  if (!isElement(node) || isForm(node)) return false;
  const { name, type, localName } = /** @type {Control} */ (node);
  return Boolean(name) && (is(node, CONTROL) || localName.includes("-")) && !NO_FIELD.test(type);
};

/* Names are written in many ways: items.0.name, items[0][name], items-0-name. */
/** @param {string} name */
const partsOf = (name) => String(name.split(/[.[\]-]+/).filter(Boolean));

/** @param {Control} control */
const namesOf = (control) => {
  const declared = /** @type {HTMLElement | null} */ (control.closest("[data-mizan-field]"))?.dataset
    .mizanField;
  return declared ? [control.name, declared] : [control.name];
};

/* The controls of a name: as it is; spelt in another way; as a widget of several; with the prefix of its form, if only one
   has it. */
/** @type {(controls: Control[], name: string) => Control[]} */
const named = (controls, name) => {
  const those = (/** @type {(each: string) => boolean} */ matches) =>
    controls.filter((control) => namesOf(control).some(matches));
  for (const found of [
    those((each) => each === name),
    those((each) => partsOf(each) === partsOf(name)),
    those((each) => each.startsWith(name) && PIECE.test(each.slice(name.length))),
  ]) {
    if (found.length) return found;
  }
  const prefixed = those((each) => each.endsWith(`-${name}`));
  return new Set(prefixed.map((each) => each.name)).size === 1 ? prefixed : [];
};

/* Of a list that several fields fill, the one at this place; what is checked or chosen in a list is one field. */
/** @type {(found: Control[], place: string) => Control[]} */
const nth = (found, place) => {
  const isList = /^\d+$/.test(place) && found.length > 1 && !found.some(isCheckable);
  const sent = found.filter((each) => !is(each, ":disabled"))[Number(place)];
  return isList && sent ? [sent] : found;
};

/**
 * Return those of some controls that a name means. What is wrong inside of a value is said at the field that holds it.
 * @param {Control[]} controls
 * @param {string} name
 */
export const find = (controls, name) => {
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const found = named(controls, parts.slice(0, length).join("."));
    if (found.length) return nth(found, parts[length]);
  }
  return [];
};

/**
 * Return what visitors know a field by.
 * @param {(Element & { labels?: ArrayLike<Node> | null }) | undefined} control
 * @param {string} name
 */
export const labelOf = (control, name) => {
  const text = control?.labels?.[0]?.textContent ?? control?.getAttribute("aria-label") ?? "";
  return text.trim().replace(/\s*:$/, "") || name;
};
