/* Listening to the document, and firing events of the shim. */

import { of, page } from "./dom.js";
import { spelt } from "./htmx.js";

/**
 * Listen to events on the document: `names` are separated by spaces.
 * @param {string} names
 * @param {(event: any) => unknown} listener
 * @param {boolean | AddEventListenerOptions} [options]
 */
export const on = (names, listener, options = false) => {
  for (const name of names.split(" ")) page.addEventListener(name, listener, options);
};

/**
 * Listen to events on the document before they reach anything below it.
 * @param {string} names
 * @param {(event: any) => unknown} listener
 */
export const onCapture = (names, listener) => on(names, listener, true);

/**
 * Fire an event that bubbles and can be prevented. Return false if a listener has prevented it.
 * @param {EventTarget} target
 * @param {string} name
 * @param {object} [detail]
 */
export const fire = (target, name, detail) =>
  of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));

/**
 * Call a listener when htmx has put a page out of its history into the place of this one.
 * @param {() => unknown} listener
 */
export const onRestored = (listener) =>
  onCapture(`htmx:historyRestore ${spelt("htmx:history:cache:after:restore")}`, listener); // htmx 2, and htmx 4

/**
 * Call a function when elements come or go, or an attribute of these changes, for all that one task does at once.
 * @param {() => void} act
 * @param {string[]} [attributeFilter]
 */
export const onChange = (act, attributeFilter) =>
  new MutationObserver(act).observe(document, { subtree: true, childList: true, attributeFilter });
