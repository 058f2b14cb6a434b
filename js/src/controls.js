/* What is in the controls of a form. */

import { read } from "./preserve/controls.js";

/** @param {Element} control */
const contentIn = (control) => {
  const { files } = /** @type {HTMLInputElement} */ (control);
  // Another file may have the same name.
  if (files) return [...files].map(({ name, size, lastModified }) => [name, size, lastModified]);
  return read(/** @type {Field} */ (control));
};

/** Return what is in controls, as a text to compare. @param {Element[]} controls */
export const contentOf = (controls) => JSON.stringify(controls.map(contentIn));
