/* Parameters of blocks that come from the address of the page.

   data-mizan-query   "page q:filter[q]": the parameters of the block, each with the key that it has in the address where that
                      is another. The hx-get of the block has them as the address had them when it was requested, whether they
                      are valid or not */

import { of } from "../dom.js";
import { encode } from "../grammar.js";

const MOST_CHARACTERS = 3000; // that they have in a URL together; the server leaves out the others as well

/** The texts of an address by parameter. @typedef {Map<string, string>} Texts */

/** @param {HTMLElement} block @returns {[name: string, key: string][]} */
const keysOf = (block) =>
  (of(block).dataset.mizanQuery ?? "").split(" ").map((part) => {
    const at = part.indexOf(":");
    return at < 0 ? [part, part] : [part.slice(0, at), part.slice(at + 1)];
  });

/**
 * Return what the page's address has for a block. The last value of a key counts; an empty one is none.
 * @param {HTMLElement} block
 */
const wantedBy = (block) => {
  const given = new URLSearchParams(location.search);
  /** @type {Texts} */
  const texts = new Map();
  let room = MOST_CHARACTERS;
  for (const [name, key] of keysOf(block)) {
    const text = given.getAll(key).at(-1) ?? "";
    const { length } = encode(text);
    if (!length || length > room) continue;
    room -= length;
    texts.set(name, text);
  }
  return texts;
};

/** @param {string} url */
const split = (url) => {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
};

/** @param {HTMLElement} block @param {string} url @returns {Texts} */
const textsIn = (block, url) => {
  const given = new URLSearchParams(split(url)[1]);
  const pairs = keysOf(block).map(([name]) => /** @type {const} */ ([name, given.get(name) ?? ""]));
  return new Map(pairs.filter(([, text]) => text));
};

/** @param {Texts} texts */
const write = (texts) => JSON.stringify([...texts]);

/** @param {HTMLElement} block */
const ownUrl = (block) => of(block).getAttribute("hx-get") ?? "";

/** Return whether parameters of a block come from the address. @param {HTMLElement} block */
const isBound = (block) => of(block).dataset.mizanQuery !== undefined;

/** Return what the page's address has for a block, as a text to compare. @param {HTMLElement} block */
export const wanted = (block) => write(wantedBy(block));

/**
 * Return what a URL of a block has of the page's address, as a text to compare; without one, what the block shows.
 * @param {HTMLElement} block
 * @param {string} [url]
 */
export const held = (block, url = ownUrl(block)) => write(textsIn(block, url));

/**
 * Return whether a URL asks for something else than the block shows.
 * @param {HTMLElement} block
 * @param {string} url
 */
export const isElsewhere = (block, url) => isBound(block) && held(block, url) !== held(block);

/**
 * Return the URL that refreshes a block: its hx-get, with what the page's address has by now.
 * @param {HTMLElement} block
 */
export const urlOf = (block) => {
  const url = ownUrl(block);
  return isBound(block) && wanted(block) !== held(block) ? moved(url, wantedBy(block), block) : url;
};

/* As the server writes it, so that caches know it: the token first, then the parameters by name. */
/** @param {string} url @param {Texts} texts @param {HTMLElement} block */
const moved = (url, texts, block) => {
  const [path, query = ""] = split(url);
  const names = new Set(keysOf(block).map(([name]) => name));
  const pairs = query.split("&").map((pair) => /** @type {const} */ ([pair.split("=")[0] ?? "", pair]));
  const [token, ...fixed] = pairs.filter(([name]) => !names.has(name));
  const given = [...texts].map(([name, text]) => /** @type {const} */ ([name, `${name}=${encode(text)}`]));
  const sorted = [...fixed, ...given].sort(([one], [other]) => (one < other ? -1 : 1));
  return `${path}?${[token ?? ["", ""], ...sorted].map(([, pair]) => pair).join("&")}`;
};
