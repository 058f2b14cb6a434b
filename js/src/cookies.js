/* Cookies by their name. */

import { page } from "./dom.js";

/**
 * Return the values of all cookies of a name: sites under the same domain may have written others, and those for a longer
 * path come first.
 * @param {string} name
 */
export const cookies = (name) => {
  const pairs = page.cookie.split("; ").filter((text) => text.startsWith(name + "="));
  return pairs.map((pair) => pair.slice(name.length + 1));
};

/**
 * Return the value of a cookie that Django takes, where several have the name.
 * @param {string} name
 */
export const cookie = (name) => cookies(name).at(-1);
