/* How htmx hands its swaps of blocks over to replace.js: on htmx 2 by an extension with the swap style "mizan", on
   htmx 4 by an extension called "mizan-keep". */

import { clearNow } from "../clobbering.js";
import { BLOCK, attributeOf, is, of, page } from "../dom.js";
import { onCapture } from "../events.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { STYLE, cameInstead, replaceAll } from "./instead.js";
import { adoptMorph, mayMorph, mayWrite } from "./morph.js";
import { unwrap, wrap } from "./namespaces.js";
import { replace, topOf } from "./replace.js";
import { isLate } from "./waiting.js";

/** @type {WeakMap<Element, Element>} Block → who has asked for what replaces it. */
const sources = new WeakMap();

/** @param {HTMLElement} target @param {DocumentFragment} fragment */
const swapIn = (target, fragment) =>
  cameInstead(target)
    ? replaceAll(target, fragment)
    : replace(target, fragment, sources.get(target), /** @type {HTMLElement} */ (topOf(fragment, target)));

/* Return whether the answer comes too late, or too early: the block is asked for again. */
/** @param {HTMLElement} block @param {Element} source */
const isRefused = (block, source) => {
  sources.set(block, source);
  return isLate(block, source);
};

/**
 * @typedef {{ type: string, target: HTMLElement, fragment: DocumentFragment, swapSpec: HtmxSwapSpec }} Task
 */

const extension4 = {
  /** @param {{ morph(block: Element, fragment: ParentNode, isInner: boolean): void }} api */
  init: (api) => adoptMorph((block, fragment) => api.morph(block, fragment, false)),
  /** @param {unknown} _ @param {{ ctx: HtmxContext, tasks: Task[] }} detail */
  htmx_before_swap: (_, { ctx, tasks }) => {
    for (const { fragment } of tasks) unwrap(fragment);
    for (const { target, fragment, swapSpec } of tasks) {
      if (!is(target, BLOCK) || !/^outer(HTML|Morph)$/.test(swapSpec.style) || !topOf(fragment, target))
        continue;
      if (isRefused(target, ctx.sourceElement)) return false;
      if (target === ctx.sourceElement) {
        const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
        swapSpec.transition = swapSpec.transition === true && !isStill;
      }
      swapSpec.style = STYLE;
    }
  },
  /** @param {Node} old @param {{ newNode: Node }} detail */
  htmx_before_morph_node: (old, { newNode }) => mayMorph(old, newNode),
  /** @param {Element} old @param {{ attrName: string }} detail */
  htmx_before_morph_attr: (old, { attrName }) => mayWrite(attrName, old),
  /** @param {string} style @param {HTMLElement} target @param {DocumentFragment} fragment */
  handle_swap: (style, target, fragment) => style === STYLE && swapIn(target, fragment),
};

const extension2 = {
  /** @param {string} style */
  isInlineSwap: (style) => style === STYLE,
  /**
   * @param {string} style
   * @param {HTMLElement} target
   * @param {DocumentFragment} fragment
   * @param {{ tasks: (() => void)[], elts: Node[] }} settling
   */
  handleSwap: (style, target, fragment, settling) => {
    unwrap(fragment);
    if (style !== STYLE) return false;
    settling.tasks.push(clearNow); // before those in which htmx binds what is new
    const isPlace = cameInstead(target) !== null;
    const isSame = isPlace || topOf(fragment, target);
    const now = isSame ? swapIn(target, fragment) : [...fragment.childNodes];
    if (!isSame) of(target).replaceWith(...now);
    // A place is taken away by who has put it there.
    settling.elts = [...settling.elts.filter((it) => it !== target || isPlace), ...now];
    return now;
  },
};

/**
 * Return how htmx 2 swaps an answer.
 * @param {{ swapOverride?: string, requestConfig: HtmxRequestConfig }} detail
 */
export const styleOfSwap2 = ({ swapOverride, requestConfig: { elt } }) =>
  swapOverride ?? attributeOf(elt, "hx-swap") ?? htmx.config.defaultSwapStyle;

/** @param {CustomEvent} event */
const noteSwap2 = ({ detail }) => {
  const { target, shouldSwap, serverResponse, requestConfig } = detail;
  const { elt } = requestConfig;
  const style = styleOfSwap2(detail);
  if (!shouldSwap || !is(target, BLOCK) || !of(elt).isConnected || !/^outerHTML\b/.test(style)) return;
  if (!serverResponse.includes(`id="${of(target).id}"`)) return;
  if (isRefused(target, elt)) detail.shouldSwap = false;
  detail.swapOverride = style.replace("outerHTML", STYLE);
  detail.serverResponse = wrap(serverResponse, target);
};

export const start = () => {
  if (!isHtmx2) {
    if (htmx.registerExtension("mizan-keep", extension4) !== false) return;
    throw new Error('mizan.js was refused by htmx: add "mizan-keep" to htmx.config.extensions.');
  }
  const root = page.documentElement;
  root.setAttribute("hx-ext", [root.getAttribute("hx-ext"), STYLE].filter(Boolean).join());
  adoptMorph((block, fragment) =>
    window.Idiomorph?.morph(block, /** @type {Node} */ (fragment), {
      morphStyle: "outerHTML",
      restoreFocus: false,
      callbacks: { beforeNodeMorphed: mayMorph, beforeAttributeUpdated: mayWrite },
    }),
  );
  htmx.defineExtension(STYLE, extension2);
  onCapture("htmx:beforeSwap", noteSwap2);
};
