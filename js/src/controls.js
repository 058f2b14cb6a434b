/* Controls of forms: what is in them. */

import { is } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement} Control */

/** Return whether a control is a checkbox or a radio button. @param {Element} control */
export const isCheckable = (control) => is(control, "[type=checkbox], [type=radio]");

/** @param {Element} control */
const valueOf = (control) => {
  const { checked, files, selectedOptions, value } = /** @type {HTMLInputElement & HTMLSelectElement} */ (
    control
  );
  if (isCheckable(control)) return checked;
  if (files) return [...files].map(({ name, size, lastModified }) => [name, size, lastModified]);
  return selectedOptions ? [...selectedOptions].map((option) => option.value) : value;
};

/** Return what is in controls, as a text to compare. @param {Element[]} controls */
export const contentOf = (controls) => JSON.stringify(controls.map(valueOf));
