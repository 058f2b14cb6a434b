/* Blocks that a reader has emptied: under DEBUG the server says why, to those who read its HTML in a comment, and here in an
   attribute, since some browsers drop the comments of what htmx swaps in.

   <div data-mizan="…" data-mizan-empty="This block is empty, because …"><!-- mizan: This block … --></div> */

import { all } from "../dom.js";
import { onChange } from "../events.js";
import { whenParsed } from "../lifecycle.js";
import { recordOnce, say } from "./changes.js";
import { shownBy } from "./names.js";

const EMPTY = "[data-mizan-empty]";

/** @type {WeakMap<Element, string>} What is listed of a block. */
const listed = new WeakMap();

/** Return why a block is empty, and take it as listed; "" where it is not. @param {HTMLElement} block */
export const takeReason = (block) => {
  const reason = shownBy(block).mizanEmpty ?? "";
  if (reason) listed.set(block, reason);
  return reason;
};

const list = () => {
  for (const block of all(EMPTY)) {
    if (listed.get(block) === shownBy(block).mizanEmpty) continue;
    say([recordOnce("A reader has left a block empty")], block, takeReason(block));
  }
};

export const start = () => {
  whenParsed(() => {
    list();
    onChange(() => setTimeout(list)); // what a refresh says of it comes first
  });
};
