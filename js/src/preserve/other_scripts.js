/* What an element is for other scripts of the page: custom elements and the controllers of Stimulus have state
   in the element itself, and Hyperscript has its listeners there. For Alpine see alpine.js. */

import { is, of } from "../dom.js";
import { isCustom } from "./attributes.js";

const SCRIPTS = ["_", "script", "data-script"]; // attributes in which Hyperscript looks for its code

/**
 * Return whether an element has state that a new one in its place would not have. One with a shadow root stays
 * anyway: see staying.js.
 * @param {Element} element
 */
export const hasState = (element) =>
  is(element, "[data-controller]") || (isCustom(element) && !element.shadowRoot);

/**
 * Return whether an element has code of Hyperscript, and is to have none. Hyperscript starts anew with other
 * code, but where there is none it leaves the former code at work.
 * @param {Element} element
 * @param {Element} twin - as the server has it now
 */
export const isOutOfCode = (element, twin) =>
  is(element, "[data-hyperscript-powered]") && !SCRIPTS.some((name) => of(twin).getAttribute(name));
