/* A swap: a block that is about to be replaced by its fresh content. The modules of this folder note in it what
   they put back afterwards. */

import { of } from "../dom.js";
import { match } from "./matching.js";

/**
 * Begin a swap.
 * @param {HTMLElement} block
 * @param {HTMLElement} fresh
 * @param {Element | undefined} source - who has asked for it
 * @param {boolean} canMorph
 * @returns {Swap}
 */
export const makeSwap = (block, fresh, source, canMorph) => ({
  block,
  fresh,
  source,
  canMorph,
  match: match(block, fresh),
  pairs: new Map(),
  asked: new Set(),
  guests: new Set(),
  held: new Set(),
  reloading: [],
  entered: [],
  outside: [],
  fields: new Set(),
  opened: [],
  scrolled: [],
  focus: null,
  changes: new Map(),
  same: new Map(),
  shells: new Set(),
  anew: new Set(),
  met: new Map(),
});

/**
 * Return the twin of an element of the block, or null.
 * @template {Element} Kind
 * @param {Swap} swap
 * @param {Kind} old
 */
export const twinOf = ({ match, pairs }, old) => {
  let twin = pairs.get(old);
  if (twin === undefined) pairs.set(old, (twin = match.twinOf(old)));
  return /** @type {Kind | null} */ (twin);
};

/**
 * Return what of an element and its twin is on the page, after a swap.
 * @template {Element} Kind
 * @param {{ it: Kind, twin?: Kind | null }} pair
 */
export const placeOf = ({ it, twin }) => [it, twin].find((each) => each && of(each).isConnected) ?? null;

/** Return all elements of a block, and the block itself. @param {Element} block */
export const allIn = (block) => /** @type {HTMLElement[]} */ ([block, ...of(block).querySelectorAll("*")]);
