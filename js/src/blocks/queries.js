/* How several blocks are named in one text, for a batch and for single flight: the queries of their URLs, one after the other.
   Blocks of a loop have one token, which is written once. */

import { of, page } from "../dom.js";
import { isElsewhere, urlOf } from "./address.js";

const TOKEN = /^block=[^&]+/;

/** @typedef {{ text: string, token: string }} Queries */

/** @type {Queries} */
export const NONE = { text: "", token: "" };

/**
 * Return what names a block, and its content.
 * @param {HTMLElement} block
 * @param {string} [url] - that htmx has made for it
 */
export const queryOf = (block, url = urlOf(block)) => {
  const { mizanHash: hash, mizanVersion: version } = of(block).dataset;
  const query = new URL(url, page.baseURI).search.slice(1);
  // A block of a live context has to get its new version, unchanged or not, and one whose page has moved its new key.
  const mayStay = version === undefined && !isElsewhere(block, url);
  return hash && mayStay ? `${query}&mizan-hash=${hash}` : query;
};

/**
 * Return a text that names one block more.
 * @param {Queries} queries
 * @param {string} query
 * @returns {Queries}
 */
export const append = ({ text, token: last }, query) => {
  const token = TOKEN.exec(query)?.[0] ?? "";
  const own = token && token === last ? `block=${query.slice(token.length)}` : query;
  return { text: text ? `${text}&${own}` : own, token };
};
