/* What an element is for other scripts of the page: custom elements, the controllers of Stimulus and the
   variables of Hyperscript have their state in the element itself. For Alpine see alpine.js. */

import { is, of } from "../dom.js";
import { isCustom } from "./attributes.js";

const CODE = ["_", "script", "data-script"]; // attributes in which Hyperscript looks for its code
const STATE = ["data-controller", ...CODE].map((name) => `[${name}]`).join();

/**
 * Return whether an element has state that a new one in its place would not have. One with a shadow root stays
 * anyway: see staying.js.
 * @param {Element} element
 */
export const hasState = (element) => is(element, STATE) || (isCustom(element) && !element.shadowRoot);

/** @param {Element} element */
const hasCode = (element) => CODE.some((name) => of(element).getAttribute(name));

/**
 * Return whether an element is to lose its code of Hyperscript. That starts anew with other code, but where
 * there is none it leaves the former code at work.
 * @param {Element} element
 * @param {Element} twin - as the server has it now
 */
export const losesCode = (element, twin) => hasCode(element) && !hasCode(twin);
