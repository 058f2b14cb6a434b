/* Put fresh content in the place of a block: a refresh, or any other outerHTML swap that brings the same
   block again.

   It becomes a morph where that is possible. Otherwise the new elements get what the old ones had.

   mizan:keep   on a block that is about to be replaced; detail {fresh, source, keep}; bubbles. keep(element)
                leaves an element inside as it is, as data-mizan-keep does; keep(element, place) does so in
                place of one of the fresh block, which has no twin of anything in it */

import { clearNow, isMixed, strip } from "../clobbering.js";
import { BLOCK, is, of, page, within } from "../dom.js";
import { fire } from "../events.js";
import { served } from "./attributes.js";
import { carryElements, planAttributes, restoreAttributes, showServedIds } from "./carry_attributes.js";
import { noteChoices, noteFields, restoreFields } from "./carry_fields.js";
import { holdAutofocus, noteFocus, quietly, restoreFocus } from "./focus.js";
import { during, hasMorph, isSkipped, morphInto } from "./morph.js";
import { mend } from "./namespaces.js";
import { noteOpen, restoreOpen } from "./open.js";
import { holdScripts, runScripts } from "./scripts.js";
import { holdElements, isLazy, moveHeld } from "./staying.js";
import { makeSwap } from "./swap.js";
import { finish } from "./waiting.js";

/* What makes a control of a block. Where the server does not say so, a script has done it. */
const OWN = ["contenteditable", "popover", "name", "type", "multiple", "tabindex"];

/**
 * Return the element of a fragment that is a block.
 * @param {ParentNode} fragment
 * @param {Element} block
 */
export const topOf = (fragment, block) => {
  const { id } = of(block);
  return /** @type {HTMLElement[]} */ ([...fragment.children]).find((it) => of(it).getAttribute("id") === id);
};

/* As it is done with the blocks of a page, so that a morph finds the same attributes. */
/** @param {HTMLElement} block */
const bare = (block) => {
  if (!is(block, "[hx-swap]") || isLazy(block)) return;
  of(block).dataset.mizanSwap = of(block).getAttribute("hx-swap") ?? "";
  for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
};

/* Ask the page what else shall stay. */
/** @param {Swap} swap */
const askPage = ({ asked, block, fresh, guests, match, pairs, source }) => {
  /** @param {Element} element @param {HTMLElement} [place] */
  const keep = (element, place) => {
    asked.add(element);
    if (!place) return;
    guests.add(element);
    match.leaveOut(element, place);
    pairs.set(element, place);
  };
  fire(block, "mizan:keep", { fresh, source, keep });
};

/* Look at what is there, before the block is replaced. */
/** @param {Swap} swap */
const look = (swap) => {
  const { block, fresh } = swap;
  for (const each of within(fresh, BLOCK)) bare(each);
  /** @param {string} name */
  const isOfPage = (name) => of(block).hasAttribute(name) && served(block, name) === null;
  const missing = OWN.filter((name) => isOfPage(name) && !of(fresh).hasAttribute(name));
  for (const name of missing) of(fresh).setAttribute(name, of(block).getAttribute(name) ?? "");
  askPage(swap);
  noteChoices(swap);
  noteFields(swap);
  holdElements(swap);
  planAttributes(swap);
  for (const name of missing) {
    const change = swap.changes.get(block)?.get(name);
    if (change) change.now = null; // the server has not sent it, though the fresh block has it by now
  }
  noteOpen(swap);
  noteFocus(swap);
};

/* Without a morph. */
/** @param {Swap} swap @param {ParentNode} fragment */
const move = (swap, fragment) => {
  const { block, held } = swap;
  const place = page.createComment("");
  of(block).before(place);
  moveHeld(swap);
  carryElements(swap);
  if (held.has(block)) return place.remove();
  const now = [...fragment.children];
  if (!now.includes(block)) of(block).remove();
  place.replaceWith(...now);
};

/* What a block says of itself it says anew, though all else in it is left as it is. */
/** @param {Swap} swap */
const renew = ({ block, fresh }) => {
  for (const { name, value } of of(fresh).attributes) {
    if (/^(data-mizan|hx-)/.test(name)) of(block).setAttribute(name, value);
  }
};

/**
 * Put a fragment in the place of a block, one of its elements being the same block. Return what stands there
 * now.
 * @param {HTMLElement} block
 * @param {DocumentFragment} fragment
 * @param {Element | undefined} source - who has asked for it
 * @param {HTMLElement} fresh
 * @returns {Element[]}
 */
export const replace = (block, fragment, source, fresh) => {
  const isRefresh = source === block;
  if (isRefresh) holdAutofocus(block, fresh);
  fragment.replaceChildren(...fragment.children);
  const ids = showServedIds(block);
  // Morphs read forms by names that their controls may have.
  const swap = makeSwap(block, fresh, source, hasMorph() && !isMixed(fresh) && !isSkipped(block));
  const { held, pairs } = swap;
  look(swap);
  const except = [...held].map((it) => /** @type {HTMLElement} */ (pairs.get(it)));
  const scripts = holdScripts(fragment, { block, isRefresh, except });
  const isMorph = swap.canMorph && of(block).localName === of(fresh).localName;
  const now = [...fragment.children];
  let there = block;
  const change = () => {
    during(swap, () => (isMorph ? morphInto(swap, fragment) : move(swap, fragment)));
    if (held.has(block)) renew(swap);
    if (!of(block).isConnected) there = fresh;
    restoreFields(swap, there);
    restoreOpen(swap);
    restoreFocus(swap);
  };
  if (isMorph) change();
  else quietly(change);
  mend(there);
  restoreAttributes(swap, ids);
  const all = now.map((it) => (it === fresh ? there : it));
  runScripts(all, scripts);
  if (there !== block) strip(block);
  clearNow();
  if (!isRefresh) finish(there); // else when blocks/refresh.js knows that it is fresh
  return all;
};
