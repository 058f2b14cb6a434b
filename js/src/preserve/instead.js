/* Content that a visitor has loaded and that is loaded again: elements that are the same stay the same elements, as
   in a block. */

import { of, page } from "../dom.js";
import { match } from "./matching.js";
import { replace } from "./replace.js";
import { loadsItself } from "./staying.js";

/** The style of swaps that this folder does. */
export const STYLE = "mizan";

/** @typedef {{ elements: Element[], source: Element, now: Node[] }} Place - where now is what has come */
/** @type {WeakMap<Element, Place>} */
const places = new WeakMap();

/**
 * Let what htmx swaps into a place, in the style STYLE, stand after it in the place of some elements.
 * @param {Element} place
 * @param {Element[]} elements
 * @param {Element} source - who asks for it
 */
export const comeInstead = (place, elements, source) => places.set(place, { elements, source, now: [] });

/** Return the nodes that came to a place, or null if it is none. @param {Element} place */
export const cameInstead = (place) => places.get(place)?.now ?? null;

/* Return the former elements by the fresh ones that they are. What stands around them is not theirs, so they
   are looked for in a copy, in which nothing loads and no custom element starts. */
/** @param {Element[]} elements @param {DocumentFragment} fragment */
const findAgain = (elements, fragment) => {
  const inert = page.implementation.createHTMLDocument("");
  const [root, fresh] = [inert.createElement("div"), page.createElement("div")];
  root.append(...elements.map((it) => inert.importNode(it, true)));
  const nodes = [...fragment.childNodes];
  fresh.append(...nodes);
  const { twinOf } = match(root, fresh);
  /** @type {Map<Node, Element>} */
  const found = new Map();
  for (const [at, copy] of [...root.children].entries()) {
    const [it, twin] = [elements[at], twinOf(copy)];
    const isSame = twin && nodes.includes(twin) && of(twin).getAttribute("id") === of(it).getAttribute("id");
    if (isSame && !loadsItself(it)) found.set(twin, it);
  }
  fragment.append(...nodes);
  return found;
};

/* With all that it has, where browsers can do that. */
/** @param {Element} element @param {Node | null} next */
const moveBefore = (element, next) => {
  const parent = of(
    /** @type {ParentNode & { moveBefore?: ParentNode["insertBefore"] }} */ (of(element).parentNode),
  );
  if (parent.moveBefore) parent.moveBefore(element, next);
  else parent.insertBefore(element, next);
};

/** @param {Node | null} node */
const isBlank = (node) => node instanceof Text && !node.data.trim();

/**
 * Swap what came into a place.
 * @param {Element} place
 * @param {DocumentFragment} fragment
 */
export const replaceAll = (place, fragment) => {
  const { elements, source, now } = /** @type {Place} */ (places.get(place));
  const same = findAgain(elements, fragment);
  const stays = new Set(same.values());
  for (const it of elements) if (!stays.has(it)) of(it).remove();
  /** @type {Node} */
  let last = place;
  /** @param {Node[]} nodes */
  const add = (...nodes) => {
    now.push(...nodes);
    last = nodes[nodes.length - 1];
  };
  for (const node of [...fragment.childNodes]) {
    const next = of(last).nextSibling;
    const old = same.get(node);
    if (next && isBlank(node) && isBlank(next)) last = next;
    else if (old) {
      if (next !== old) moveBefore(old, next);
      const part = page.createDocumentFragment();
      part.append(node);
      const there = replace(
        /** @type {HTMLElement} */ (old),
        part,
        source,
        /** @type {HTMLElement} */ (node),
      );
      const isThere = there.every((it) => of(it).isConnected);
      add(...(isThere ? there : [/** @type {Node} */ (of(last).nextSibling)]));
    } else {
      of(/** @type {ChildNode} */ (last)).after(node);
      add(node);
    }
  }
  return now;
};
