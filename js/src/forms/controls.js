/* The forms that the server renders, form[data-mizan-form], and their controls. */

import { clear } from "../clobbering.js";
import { FORM, is, of, page } from "../dom.js";
import { htmx } from "../htmx.js";

export const CONTROL = "input, select, textarea, button, output, [contenteditable]";
/* Images that send a form are not among its elements. */
const SUBMITS = "button, input[type=submit], input[type=image]";
const NO_FIELD = /^(hidden|submit|button|reset|image|fieldset|output)$/;

/** A control: what it has depends on its type. @typedef {HTMLInputElement} Control */

/* Not in attributes, since responses are merged into those. */
/** @type {WeakSet<Element>} Controls that were left, or that the server complained about: their errors may show. */
export const left = new WeakSet();
/** @type {WeakSet<Element>} Controls with something new in them since they were rendered, and their forms. */
export const typed = new WeakSet();
/** @type {WeakSet<Element>} Forms that the server sent back. */
export const refused = new WeakSet();
/** File inputs that a 422 complained about: a validation carries no files and can't say anything new.
    @type {WeakSet<Element>} */
export const judged = new WeakSet();

/** @type {() => HTMLFormElement[]} */
export const forms = () => [...page.querySelectorAll(/** @type {"form"} */ (FORM))];

/** @type {(control: Element) => HTMLFormElement | null} */
export const formOf = (control) => {
  const { form } = /** @type {Control} */ (control);
  return is(form, FORM) ? form : null;
};

/** @param {Element} element */
export const isField = (element) => {
  const { name, type } = /** @type {Control} */ (element);
  return Boolean(name) && !NO_FIELD.test(type);
};

/** @type {(form: HTMLFormElement) => Control[]} */
export const fieldsOf = (form) => /** @type {Control[]} */ ([...of(form).elements]).filter(isField);

/** @param {Control} control */
export const fieldName = (control) =>
  /** @type {HTMLElement | null} */ (control.closest("[data-mizan-field]"))?.dataset.mizanField ??
  control.name;

/** @param {Element} control */
export const isInvalid = (control) => control.getAttribute("aria-invalid") === "true";

/** Return whether a file is chosen. @param {Control} control */
export const isChosen = (control) => Boolean(control.files?.length);

/** @param {HTMLFormElement} form */
export const isBusy = (form) => of(form).getAttribute("aria-busy") === "true";

/** @type {(root: Element, name: string) => HTMLElement | null} */
export const part = (root, name) => of(root).querySelector(`[data-mizan-${name}]`);

/**
 * Return what sends a form. A button outside of it is one of its elements only while the form is in the page.
 * @type {(form: HTMLFormElement) => HTMLButtonElement[]}
 */
export const submitsOf = (form) => {
  const id = of(form).getAttribute("id");
  const beside = id ? page.querySelectorAll(`[form="${CSS.escape(id)}"]`) : [];
  const all = /** @type {HTMLButtonElement[]} */ ([...of(form).querySelectorAll(SUBMITS), ...beside]);
  return all.filter(({ type, form: owner }) => /^(submit|image)$/.test(type) && (owner ?? form) === form);
};

/** @param {HTMLFormElement} form */
export const forgetTyping = (form) => {
  for (const element of [form, ...of(form).elements]) typed.delete(element);
};

/** Let htmx bind what is new in an element. @param {Element} element */
export const process = (element) => {
  const restore = clear();
  htmx.process(element);
  restore();
};
