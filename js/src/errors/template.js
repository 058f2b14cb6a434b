/* The texts and the markup of messages: template[data-mizan-errors], which the server renders of mizan_htmx/errors.html. */

import { page } from "../dom.js";

/** @type {HTMLTemplateElement | null} */
let template = null; // remembered, since a swap may take it away

/**
 * Return the element in the template that matches a selector.
 * @param {string} selector
 * @returns {HTMLElement | null | undefined}
 */
export const inTemplate = (selector) => {
  template = /** @type {typeof template} */ (page.querySelector("template[data-mizan-errors]")) ?? template;
  return template?.content.querySelector(selector);
};

/**
 * Return the text about a status for which the server has none of its own.
 * @param {number} status
 */
export const textFor = (status) => {
  const names = [status, `${String(status)[0]}xx`, "error"];
  const found = names.map((name) => inTemplate(`[data-mizan-when~="${name}"]`));
  return found.find(Boolean)?.textContent.trim();
};

export const start = () => {
  inTemplate("*");
};
