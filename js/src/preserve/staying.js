/* Elements that stay as they are when the block around them is replaced: those that the page has marked, and those
   that would lose something, such as a video that is playing.

   data-mizan-keep, hx-preserve   on an element inside of a block: it stays as it is */

import { BLOCK, is, isWithin, of, page } from "../dom.js";
import { copyAttributes } from "./carry_attributes.js";
import { isEditable, isHalfTyped } from "./controls.js";
import { differs } from "./fields.js";
import { allIn, twinOf } from "./swap.js";
import { askLater, isPlaying } from "./waiting.js";

const LAZY = '[data-mizan-lazy], [hx-trigger^="load"]';
const LOADED = `${BLOCK}:not(${LAZY})`;

/** Return whether the page has marked an element as one that stays. @param {Element} element */
export const isMarked = (element) => is(element, "[data-mizan-keep], [hx-preserve]");

/** Return whether an element is a block for which HTML is known. @param {Element} element */
export const isLazy = (element) => is(element, LAZY);

/**
 * Return whether a block inside of another one has loaded what the fresh one has as a lazy block.
 * @param {Element} element
 * @param {Element | null} twin
 */
export const isLoaded = (element, twin) => is(element, LOADED) && is(twin, LAZY);

/**
 * Return whether an element loads its own content when it comes into the page: as another element it does so
 * again.
 * @param {Element} element
 */
export const loadsItself = (element) =>
  /\b(load|revealed|intersect)\b/.test(of(element).getAttribute("hx-trigger") ?? "") && !is(element, BLOCK);

/* Give the fresh block an element that a morph takes for this one. What a script has added and marked is
   nothing that the server knows. */
/** @param {Swap} swap @param {HTMLElement} old @param {boolean} isAdded */
const standIn = (swap, old, isAdded) => {
  const twin = twinOf(swap, old);
  const { parentElement: parent, localName } = of(old);
  const home = !twin && isAdded && parent ? twinOf(swap, parent) : null;
  if (twin && of(twin).localName === localName) return true;
  if (old === swap.block || (!twin && !home)) return false;
  const stub = /** @type {HTMLElement} */ (of(old).cloneNode());
  if (twin) of(twin).replaceWith(stub);
  else if (parent && home)
    of(home).insertBefore(stub, of(home).children[[...of(parent).children].indexOf(old)] ?? null);
  swap.pairs.set(old, stub);
  return true;
};

/** Find what stays as it is, and what has to load its own content again. @param {Swap} swap */
export const holdElements = (swap) => {
  const { asked, block, canMorph, fields, held, reloading } = swap;
  const inUse = [page.activeElement, ...fields];
  for (const it of allIn(block)) {
    const loads = loadsItself(it);
    const isInUse = loads && inUse.some((each) => of(it).contains(each));
    if (loads && !isInUse) reloading.push(it);
    const isOurs = it !== block && isMarked(it);
    const hasLoaded = is(it, LOADED) && isLoaded(it, twinOf(swap, it));
    const field = /** @type {Field} */ (it);
    const isTyped = isHalfTyped(field) || (isEditable(field) && differs(field));
    const isHost = of(it).shadowRoot && !canMorph;
    const stays = isInUse || isOurs || hasLoaded || isTyped || isHost || isPlaying(it) || asked.has(it);
    if (!stays || isWithin(it, held) || !standIn(swap, it, isOurs)) continue;
    held.add(it);
    if (hasLoaded) askLater(it);
    // What stays was not brought by this refresh, with all that is in it.
    for (const inner of of(it).querySelectorAll(LOADED)) askLater(inner);
  }
};

// ---- without a morph

/* A block that is left as it is stays where it is; what has come with the fresh one stands around it. */
/** @param {Element} block @param {Element} fresh */
const stayAmong = (block, fresh) => {
  const all = [...(of(fresh).parentNode?.children ?? [])];
  of(block).before(...all.slice(0, all.indexOf(fresh)));
  of(block).after(...all.slice(all.indexOf(fresh) + 1));
};

/** Put what stays into the fresh block. @param {Swap} swap */
export const moveHeld = (swap) => {
  const { block, held, pairs } = swap;
  for (const old of held) {
    const twin = /** @type {HTMLElement} */ (pairs.get(old));
    if (old === block) stayAmong(old, twin);
    else of(twin).replaceWith(old);
    // Unlike a morph, this takes all of it along; what stands in the shadow is enough.
    if (!of(old).shadowRoot || isMarked(old)) continue;
    copyAttributes(swap, old, twin);
    old.replaceChildren(...of(twin).childNodes);
  }
};
