/* Fields: what visitors can change, and how it is read and written. */

import { is, isForm, of, page, within } from "../dom.js";

export const EDITABLE = "[contenteditable]:not([contenteditable=false])";
const FIELD = `input, select, textarea, ${EDITABLE}`;
const NO_FIELD = /^(hidden|submit|button|reset|image)$/;

/** @param {unknown} node @returns {node is Field} */
export const isField = (node) => is(node, FIELD) && !NO_FIELD.test(of(/** @type {Field} */ (node)).type);

/** Return the fields in a node, and the node itself if it is one. @param {ParentNode} root */
export const fieldsIn = (root) => within(root, FIELD).filter(isField);

/** @param {unknown} node @returns {node is HTMLInputElement} */
export const isHidden = (node) => is(node, "input[type=hidden]");

/** @param {Field} field */
export const isEditable = (field) => is(field, EDITABLE);

/** @param {Field} field */
export const isCheckable = (field) => /^(checkbox|radio)$/.test(of(field).type);

/** Return whether a field is a radio button of a group. @param {Field} field */
export const isRadio = (field) => field.type === "radio" && field.name !== "";

/**
 * Return the radio buttons of the group that a field is in, or the field alone.
 * @param {Field} field
 * @returns {Field[]}
 */
export const groupOf = (field) => {
  if (!isRadio(field)) return [field];
  const { form, name } = field;
  const all = /** @type {Iterable<Field>} */ (form ? of(form).elements : page.getElementsByName(name));
  return [...all].filter((it) => isRadio(it) && it.name === name && it.form === form);
};

/**
 * A number or a date of which a part is typed has no value that a script could read or write.
 * @param {Field} field
 */
export const isHalfTyped = ({ validity }) => validity?.badInput === true;

/**
 * Return what is in a field; of a select, a line for each value that is chosen.
 * @param {Field} field
 */
export const read = (field) => {
  if (isEditable(field)) return field.innerHTML;
  if (isCheckable(field)) return field.checked ? field.value || "on" : "";
  return field.options ? [...field.selectedOptions].map(({ value }) => value).join("\n") : field.value;
};

/**
 * Put into a field what read() returned.
 * @param {Field} field
 * @param {string} text
 */
export const write = (field, text) => {
  if (read(field) === text || isEditable(field)) return;
  if (isCheckable(field)) field.checked = text !== "";
  else if (field.options) for (const it of field.options) it.selected = text.split("\n").includes(it.value);
  else if (field.type !== "file" || !text) field.value = text;
};

/** Return the form that an element submits, by itself or as its button. @param {Element} element */
export const formSentBy = (element) => {
  if (isForm(element)) return element;
  const { type, form } = /** @type {Field} */ (element);
  return /^(submit|image)$/.test(type) ? form : null;
};
