/* What each swap of htmx has put where.

   mizan:swapped   on the document, after each swap by a visitor's request or by what is requested again for it, unless it
                   swaps a whole block; detail {element, request, changes}: the element that sent the request; what
                   was requested {url, headers, isSafe, select, selectOOB, strip}; and for each place {how, parent,
                   target, before, nodes, isMain}: see Put */

import { BLOCK, attributeOf, is, isContent, isElement, isIn, of, ownAttribute } from "../dom.js";
import { fire, onCapture } from "../events.js";
import { isHtmx2, spelt } from "../htmx.js";
import { styleOfSwap2 } from "./extension.js";
import { STYLE, cameInstead } from "./instead.js";
import { BY_ITSELF } from "./waiting.js";

/**
 * @typedef {{ target: Element, style: string, isMain: boolean }} Main - the target of a request, and how it
 *   was swapped
 */
/** @typedef {Map<Node, Node[]>} Former - parents, and what was in them before */

/** @type {MutationObserver} */
let observer;

/** @param {MutationRecord[]} records */
const formerOf = (records) => {
  /** @type {Former} */
  const former = new Map();
  for (const { target, addedNodes, removedNodes, nextSibling, previousSibling } of records.reverse()) {
    const list = former.get(target) ?? [...of(target).childNodes];
    former.set(target, list);
    for (const node of addedNodes) if (list.includes(node)) list.splice(list.indexOf(node), 1);
    const next = nextSibling ? list.indexOf(nextSibling) : -1;
    const after = (previousSibling ? list.indexOf(previousSibling) + 1 : 0) || list.length;
    list.splice(next < 0 ? after : next, 0, ...removedNodes);
  }
  return former;
};

/** @type {Record<string, How>} */
const HOW = {
  textContent: "inner",
  morph: "outer",
  beforebegin: "before",
  afterbegin: "first",
  beforeend: "last",
  afterend: "after",
};

/* Return what a swap did to its target; null where it did something else. */
/** @param {Main} main @param {Former} former @returns {Put | null} */
const known = ({ target, style, isMain }, former) => {
  const { parentNode } = of(target);
  const again = cameInstead(target);
  if (again)
    return parentNode && { isMain, how: "after", parent: parentNode, target, before: [], nodes: again };
  const named = /^(?:morph:)?(inner|outer)(HTML|Morph|Sync)$/.exec(style)?.[1];
  const how = /** @type {How | undefined} */ (named ?? HOW[style]);
  if (!how) return null;
  const isAround = /^(outer|before|after)$/.test(how);
  const parent = isAround
    ? (parentNode ?? [...former].find(([, list]) => list.includes(target))?.[0])
    : target;
  const isReplaced = !of(target).isConnected;
  if (!parent || !of(parent).isConnected || (isReplaced && how !== "outer")) return null;
  const before = former.get(parent) ?? [...of(parent).childNodes];
  if (how === "outer" && !isReplaced) return { isMain, how, parent, target, before, nodes: [target] };
  const nodes = [...of(parent).childNodes].filter((it) => how === "inner" || !before.includes(it));
  return { isMain, how, parent, target, before, nodes };
};

/* The same by what it looks like, for what came out of band. */
/** @param {Node} parent @param {Node[]} before @returns {Put} */
const guessed = (parent, before) => {
  const now = [...of(parent).childNodes].filter(isContent);
  const nodes = now.filter((it) => !before.includes(it));
  const removed = before.filter((it) => isContent(it) && !now.includes(/** @type {ChildNode} */ (it)));
  const at = now.indexOf(nodes[0]);
  /** @param {How} how @param {Node} [target] @returns {Put} */
  const put = (how, target = parent) => ({ how, parent, target, before, nodes });
  if (removed.length === 1 && isElement(removed[0])) return put("outer", removed[0]);
  if (nodes.length === now.length) return put("inner");
  if (at === 0) return put("first");
  if (nodes.includes(now[now.length - 1])) return put("last");
  const prior = now.slice(0, at).findLast(isElement);
  return prior ? put("after", prior) : put("first");
};

/** @param {MutationRecord[]} records @param {Main} main */
const changesOf = (records, main) => {
  const former = formerOf(records);
  /** @param {Node} node */
  const isNew = (node) =>
    [...former].some(([at, list]) => at === of(node).parentNode && !list.includes(node));
  const first = known(main, former);
  const others = [...former].filter(([parent]) => {
    if (parent === first?.parent || !of(parent).isConnected) return false;
    for (let up = /** @type {Node | null} */ (parent); up; up = of(up).parentNode)
      if (isNew(up)) return false;
    return !first || !isIn(parent, first.nodes);
  });
  const all = [...(first ? [first] : []), ...others.map((each) => guessed(...each))];
  return all.filter(({ nodes }) => nodes.some(isContent));
};

/** @param {Element} element @param {Asked | null | undefined} request @param {Main} main */
const report = (element, request, main) => {
  const records = observer.takeRecords();
  if (!request || !records.length || (main.style === STYLE && !cameInstead(main.target))) return;
  fire(document, "mizan:swapped", { element, request, changes: changesOf(records, main) });
};

// ---- htmx 2 and htmx 4

/** @param {Record<string, string>} headers @param {string} name */
const without = (headers, name) =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

/* Return what was asked for, where a visitor has. */
/** @param {Element} element @param {Event | undefined} event @param {Asked & { method: string }} asked */
const requestOf = (element, event, { method, headers, ...how }) => {
  const isByItself = BY_ITSELF.test(event?.type ?? ownAttribute(element, "hx-trigger") ?? "");
  if (isByItself || is(element, BLOCK)) return null;
  return { ...how, headers: without(headers, "HX-Current-URL"), isSafe: /^get$/i.test(method) };
};

const listen2 = () => {
  /** @type {WeakMap<XMLHttpRequest, { style: string, select?: string, selectOOB?: string }>} */
  const plans = new WeakMap();
  addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const { elt } = detail.requestConfig;
    const [style] = styleOfSwap2(detail).trim().split(/\s/);
    const select = detail.select ?? detail.selectOverride ?? attributeOf(elt, "hx-select") ?? undefined;
    const selectOOB = detail.etc?.selectOOB ?? attributeOf(elt, "hx-select-oob") ?? undefined;
    plans.set(detail.xhr, { style, select, selectOOB });
  });
  onCapture("htmx:afterSwap", ({ detail: { xhr, target, pathInfo, requestConfig } }) => {
    const plan = plans.get(xhr);
    if (!plan) return; // one in another, whose event comes after this
    const { style, ...how } = plan;
    const { elt, verb, headers, triggeringEvent } = requestConfig;
    const asked = { method: verb, url: pathInfo.finalRequestPath, headers, isSafe: false, ...how };
    report(elt, requestOf(elt, triggeringEvent, asked), { target, style, isMain: true });
  });
};

const listen4 = () => {
  /** @type {WeakMap<object, { asked: Asked | null, target: Element, element: Element }>} */
  const plans = new WeakMap();
  addEventListener(spelt("htmx:before:swap"), (event) => {
    const { ctx, tasks } = /** @type {CustomEvent} */ (event).detail;
    const { sourceElement: element, sourceEvent, select, selectOOB, request } = ctx;
    if (!request) return; // htmx.swap() asks for nothing
    const { method, action: url, headers } = request;
    const { strip } =
      tasks.find((/** @type {{ type: string }} */ { type }) => type === "main")?.swapSpec ?? {};
    const asked = requestOf(element, sourceEvent, {
      method,
      url,
      headers,
      isSafe: false,
      select,
      selectOOB,
      strip,
    });
    for (const task of tasks) plans.set(task, { asked, target: task.target, element });
  });
  onCapture(spelt("htmx:before:settle"), ({ detail: { task } }) => {
    const plan = plans.get(task);
    const { style } = task.swapSpec;
    if (plan) report(plan.element, plan.asked, { target: plan.target, style, isMain: task.type === "main" });
    else observer.takeRecords();
  });
};

export const start = () => {
  observer = new MutationObserver(() => {}); // what comes here was no swap
  observer.observe(document, { childList: true, subtree: true });
  if (isHtmx2) listen2();
  else listen4();
};
