/* A morph turns the block on the page into the fresh one, so that what is the same stays the same element: on
   htmx 4 by htmx's own, on htmx 2 by Idiomorph where the page has loaded it.

   A morph preserves elements that have the same id, and removes those that have another one. So during the morph
   each pair has an id that nothing else has. */

import { byId, isForm, isWithin, of, page, setAttribute } from "../dom.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { LENT, expect } from "./attributes.js";
import { isWritable } from "./carry_attributes.js";
import { isCheckable } from "./controls.js";
import { twinOf } from "./swap.js";

/** @type {Swap | null} The swap that is under way. */
let current = null;
/** @type {(block: Element, fragment: ParentNode) => unknown} */
let morph;

/** Take the morph of htmx 4, or of Idiomorph. @param {typeof morph} given */
export const adoptMorph = (given) => {
  morph = given;
};

export const hasMorph = () => !isHtmx2 || typeof window.Idiomorph?.morph === "function";

/** Return whether htmx leaves an element alone when it morphs. @param {Element} element */
export const isSkipped = (element) => {
  const skipped = [htmx.config.morphSkip, htmx.config.morphSkipChildren].filter(Boolean).join();
  return skipped !== "" && of(element).matches(skipped);
};

/** Return whether a morph may make one element of another one. @param {Node} old @param {Node} twin */
export const mayMorph = (old, twin) => {
  current?.met.set(old, twin);
  return !current?.held.has(/** @type {Element} */ (old));
};

/** Return whether a morph may write an attribute. @param {string} name @param {Element} old */
export const mayWrite = (name, old) => {
  if (!current) {
    expect(old, name);
    return true;
  }
  if (!isWritable(current, name, old)) return false;
  return !current.fields.has(old) || name !== (isCheckable(/** @type {Field} */ (old)) ? "checked" : "value");
};

/**
 * Do some work of a swap, during which the page is not to be changed otherwise.
 * @param {Swap} swap
 * @param {() => void} work
 */
export const during = (swap, work) => {
  current = swap;
  try {
    work();
  } finally {
    current = null;
  }
};

/* htmx 4 asks a form for its id, in the place of which it gets a control called "id", and then takes no form
   for another one. For a morph such controls have other names, no two the same, or radio buttons of different
   forms were one group. A form forgets a name once its control is in no form. */
/** @param {Element} block @param {ParentNode} fragment */
const showIds = (block, fragment) => {
  const CALLED = '[name="id"], [id="id"]';
  /** @param {Element} control */
  const isHere = (control) => {
    const { form } = /** @type {Field} */ (control);
    return isForm(form) && of(block).contains(form);
  };
  const here = [...page.querySelectorAll(CALLED)].filter(isHere);
  const forms = here.map((it) => /** @type {const} */ ([it, it.getAttribute("form")]));
  const fresh = [...fragment.querySelectorAll("form")].flatMap((it) => [...of(it).querySelectorAll(CALLED)]);
  const all = [...here, ...fresh];
  for (const [at, it] of all.entries()) {
    if (it.getAttribute("name") === "id") it.setAttribute("name", `${LENT}name-${at}`);
    if (it.getAttribute("id") === "id") it.setAttribute("id", `${LENT}id`);
  }
  for (const it of here) it.setAttribute("form", "");
  return () => {
    for (const [it, form] of forms) setAttribute(it, "form", form);
    const lent = ["name", "id"].map((name) => [name, `${LENT}${name}`]);
    const selector = lent.map(([name, text]) => `[${name}^="${text}"]`).join();
    for (const it of all.length ? [...all, ...of(block).querySelectorAll(selector)] : []) {
      for (const [name, text] of lent)
        if (it.getAttribute(name)?.startsWith(text)) it.setAttribute(name, "id");
    }
  };
};

/* Where rows changed places, a morph may let go of one and make another one of what stood next to it. */
/** @param {Swap} swap */
const returnHeld = ({ block, held }) => {
  for (const it of held) {
    if (of(it).isConnected) continue;
    byId(block, of(it).getAttribute("id"))?.replaceWith(it);
    htmx.process(it, true);
  }
};

/**
 * Make of a block what is fresh.
 * @param {Swap} swap
 * @param {ParentNode} fragment
 */
export const morphInto = (swap, fragment) => {
  const { anew, block, fresh, guests, held, match, pairs, reloading } = swap;
  /** @param {Element} it */
  const isUnclear = (it) => it !== block && (guests.has(it) || !match.isUnique(it));
  /** @param {Element} root */
  const unclear = (root) => [...of(root).querySelectorAll("[id]")].filter(isUnclear);
  for (const it of unclear(block)) twinOf(swap, it);
  const former = [...guests].map((it) => /** @type {const} */ ([it, of(it).getAttribute("id")]));
  /** @type {Map<string | null, string | null>} Lent id → the one that the server gives the element. */
  const lent = new Map();
  /** @type {Element[]} */
  const borrowing = [];
  /** @param {Element[]} elements */
  const lend = (...elements) => {
    borrowing.push(...elements);
    const id = `${LENT}${lent.size}`;
    lent.set(id, of(elements[elements.length - 1]).getAttribute("id"));
    for (const it of elements) of(it).setAttribute("id", id);
  };
  const paired = new Set(pairs.values());
  const lone = unclear(fresh).filter((it) => !paired.has(/** @type {HTMLElement} */ (it)));
  const same = [...pairs].filter(([old]) => isUnclear(old));
  for (const [old, twin] of same) lend(...(twin ? [old, twin] : [old]));
  for (const it of lone) lend(it);
  for (const it of reloading) if (!isWithin(it, held)) lend(it);
  for (const it of anew) for (const each of [it, ...of(it).querySelectorAll("[id]")]) lend(each);
  const restore = isHtmx2 ? () => {} : showIds(block, fragment);
  morph(block, fragment);
  restore();
  returnHeld(swap);
  for (const it of [...borrowing, ...of(block).querySelectorAll(`[id^="${LENT}"]`)]) {
    const id = lent.get(of(it).getAttribute("id"));
    if (id !== undefined) setAttribute(it, "id", id);
  }
  for (const [it, id] of former) if (id !== null) of(it).setAttribute("id", id);
};
