/* Outlines around blocks that refresh: elements of their own, which follow their blocks. */

import { of } from "../dom.js";
import { make, parts } from "./elements.js";
import { idOf } from "./names.js";

const LINGER = 900; // milliseconds that the outline of a block stays when it has been refreshed

/** @typedef {{ frame: HTMLElement, block: Element, timer: number | undefined }} Outline */

/** @type {Map<string, Outline>} By the id of the block. */
const outlines = new Map();

/** @param {Outline} outline */
const place = ({ frame, block }) => {
  const { left, top, width, height } = of(block).getBoundingClientRect();
  Object.assign(frame.style, {
    left: `${left - 2}px`,
    top: `${top - 2}px`,
    width: `${width + 4}px`,
    height: `${height + 4}px`,
  });
  frame.classList.toggle("low", top < 20);
  frame.hidden = !width && !height;
};

/**
 * Draw the outline of a block: one that is requested, or what became of it.
 * @type {(block: Element, kind: "asked" | "fresh" | "same" | "failed", text: string) => void}
 */
export const outline = (block, kind, text) => {
  const { frame = make("div"), timer } = outlines.get(idOf(block)) ?? {};
  clearTimeout(timer);
  const isOver = kind !== "asked";
  frame.className = `outline ${kind}${isOver ? " over" : ""}`;
  frame.replaceChildren(make("span", {}, text));
  if (!frame.isConnected) parts.layer.append(frame);
  const remove = () => {
    frame.remove();
    outlines.delete(idOf(block));
  };
  const shown = { frame, block, timer: isOver ? setTimeout(remove, LINGER) : undefined };
  outlines.set(idOf(block), shown);
  place(shown);
};

/** Keep outlines around their blocks. */
export const follow = () => outlines.forEach(place);
