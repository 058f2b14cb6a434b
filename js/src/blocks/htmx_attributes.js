/* Attributes of htmx that elements would inherit where they should not: those of a block, by the elements inside of it, and
   those of the page, by the refreshes of its blocks. */

import { BLOCK, is, isForm, of, page } from "../dom.js";
import { htmx, isHtmx2, spelt } from "../htmx.js";
import { stale } from "./staleness.js";

/* By its last part each, as a page may write it with a prefix, or with "inherited" behind it. */
const INHERITED =
  "confirm disabled-elt include params prompt push-url replace-url select select-oob sync vals";
const INHERITED_4 = " action method status:200 status:20x status:2xx";
const LOADING = '[hx-trigger^="load"]';
const INDICATOR = /(^| )(data-)?hx-indicator/;
const OWN = `${BLOCK}:is([hx-target], [hx-swap]):not(${LOADING})`;

/** Return the hx-swap of a block. @param {HTMLElement} block */
export const swapOf = (block) =>
  /** @type {string} */ (of(block).getAttribute("hx-swap") ?? of(block).dataset.mizanSwap);

/**
 * Turn what is empty until it is loaded into stale blocks: as a refresh it is safe from what pages pass on. Return whether
 * there are any. htmx 4 may have been here first; it waits one tick for its extensions.
 */
export const adoptLoading = () => {
  const empty = page.querySelectorAll(`${BLOCK}${LOADING}:not(.htmx-request)`);
  for (const block of empty) {
    of(block).setAttribute("hx-trigger", "mizan:refresh");
    stale.add(block);
  }
  return empty.length > 0;
};

/** @param {HTMLElement} block */
const hide = (block) => {
  of(block).dataset.mizanSwap = swapOf(block);
  for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
};

/**
 * Remove the hx-target and hx-swap of blocks, which are for their refresh: htmx 2, and htmx 4 with implicitInheritance, would
 * pass them on, and a button inside would replace the block.
 * @param {Iterable<HTMLElement>} [among]
 */
export const hideAttributes = (among = page.querySelectorAll(/** @type {"div"} */ (OWN))) => {
  for (const block of among) if (is(block, OWN)) hide(block);
};

/* The names of the attributes of a block and of what is around it, and whether its indicator is that of the whole page: then
   a visitor has to wait for it. One that stands nearer is meant for the blocks in it. */
/** @param {HTMLElement} block */
const lookAround = (block) => {
  let [names, isOfPage] = [of(block).getAttributeNames().join(" "), false];
  let isIndicated = false;
  for (let up = of(block).parentElement; up; up = of(up).parentElement) {
    const own = of(up).getAttributeNames().join(" ");
    names += ` ${own}`;
    if (isIndicated || !own.includes("hx-indicator") || !INDICATOR.test(own)) continue;
    isIndicated = true;
    isOfPage = up === page.body || up === page.documentElement;
  }
  return { names, isOfPage };
};

/**
 * Give a block its own attributes back, and shield it from what a page passes on to its elements (on htmx 2 by itself, on
 * htmx 4 where it says so), until the function that this returns is called. A refresh must not ask for confirmation or go into
 * the history, nothing is to be selected from its response, and the server refuses unknown parameters. A block that is a form
 * need not be filled in when its refresh is sent.
 * @param {HTMLElement} block
 * @param {{ isSent?: boolean }} [options]
 */
export const isolate = (block, { isSent = false } = {}) => {
  const unset = isHtmx2 ? "unset" : "";
  const { names, isOfPage } = lookAround(block);
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const name of `${INHERITED}${isHtmx2 ? "" : INHERITED_4}`.split(" ")) {
    if (names.includes(/** @type {string} */ (name.split(":")[0]))) values.set(`hx-${spelt(name)}`, unset);
  }
  values.set("hx-target", "this").set("hx-swap", swapOf(block));
  if (isOfPage) values.set("hx-indicator", of(block).getAttribute("hx-indicator") ?? unset);
  if (isHtmx2) {
    values.set("hx-params", "none"); // of a form
    // First, so that nothing around it turns the extension off that swaps it in.
    values.set("hx-ext", ["mizan", of(block).getAttribute("hx-ext")].filter(Boolean).join());
    // What is incomplete is not sent, and that needs no message.
    if (isSent && isForm(block)) values.set("novalidate", "");
  } else values.set("hx-validate", "false");
  const former = [...values.keys()].map(
    (name) => /** @type {const} */ ([name, of(block).getAttribute(name)]),
  );
  for (const [name, value] of values) of(block).setAttribute(name, value);
  return () => {
    for (const [name, value] of former) {
      if (of(block).getAttribute(name) !== values.get(name)) continue; // a morph has written it
      if (value === null) of(block).removeAttribute(name);
      else of(block).setAttribute(name, value);
    }
  };
};

/**
 * Have htmx 4 bind an element again: what it failed at counts as bound. Return false on htmx 2.
 * @param {Element} element
 */
export const rebind = (element) => {
  if (!isHtmx2) htmx.process(element, true);
  return !isHtmx2;
};
