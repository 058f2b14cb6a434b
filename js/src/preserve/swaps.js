/* mizan-swaps.js: tells what each swap of htmx has put where, for mizan-inserted.js. Needs mizan-keep.js.

   mizan:swapped   on document, after each swap by a person's request, or by what is asked for again, that is none
                   of a block; detail {element, request, changes}: who sent it; what was asked for {url, headers,
                   isSafe, select, selectOOB, strip}; and for each place {how, parent, target, before, nodes,
                   isMain}: what was done there ("inner", "outer", "first", "last", "before" or "after" the target),
                   what was in the parent before, and what is new in it. isMain: it is the target of the request */
import { attributeOf, of, ownAttribute, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const { STYLE, cameInstead } = mizan.keep;
  const BLOCK = "[data-mizan]";
  const BY_ITSELF = /\b(load|revealed|intersect|every)\b/;

  const on = (name, listener) => page.addEventListener(name, listener, true);
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const isIn = (nodes, node) => nodes.some((it) => of(it).contains(node));

  // ---- what has changed in the page, and where

  const observer = new MutationObserver(() => {}); // what comes here was no swap
  observer.observe(document, { childList: true, subtree: true });

  /* List parents → what was in them before. */
  const formerOf = (records) => {
    const former = new Map();
    for (const { target, addedNodes, removedNodes, nextSibling, previousSibling } of records.reverse()) {
      const list = former.get(target) ?? [...of(target).childNodes];
      former.set(target, list);
      for (const node of addedNodes) if (list.includes(node)) list.splice(list.indexOf(node), 1);
      const next = list.indexOf(nextSibling);
      list.splice(next < 0 ? list.indexOf(previousSibling) + 1 || list.length : next, 0, ...removedNodes);
    }
    return former;
  };

  const isElement = (node) => node instanceof Element;
  const isText = (node) => node instanceof Text && node.data.trim() !== "";
  const isShown = (node) => isElement(node) || isText(node);

  const HOW = {
    outerHTML: "outer",
    outerMorph: "outer",
    outerSync: "outer",
    morph: "outer",
    "morph:outerHTML": "outer",
    innerHTML: "inner",
    innerMorph: "inner",
    textContent: "inner",
    "morph:innerHTML": "inner",
    beforebegin: "before",
    afterbegin: "first",
    beforeend: "last",
    afterend: "after",
  };

  /* Tell what a swap did to its target; null where it did something else. */
  const known = ({ target, style, isMain }, former) => {
    const { parentNode } = of(target);
    const again = cameInstead(target);
    if (again) return parentNode && { isMain, how: "after", parent: parentNode, target, before: [], nodes: again };
    const how = HOW[style];
    if (!how) return null;
    const isAround = /^(outer|before|after)$/.test(how);
    const holds = ([, list]) => list.includes(target);
    const parent = isAround ? (parentNode ?? [...former].find(holds)?.[0]) : target;
    const isReplaced = !of(target).isConnected;
    if (!of(parent)?.isConnected || (isReplaced && how !== "outer")) return null;
    const before = former.get(parent) ?? [...of(parent).childNodes];
    if (how === "outer" && !isReplaced) return { isMain, how, parent, target, before, nodes: [target] };
    const nodes = [...of(parent).childNodes].filter((it) => how === "inner" || !before.includes(it));
    return { isMain, how, parent, target, before, nodes };
  };

  /* The same by what it looks like, for what came out of band. */
  const guessed = (parent, before) => {
    const now = [...of(parent).childNodes].filter(isShown);
    const nodes = now.filter((it) => !before.includes(it));
    const removed = before.filter((it) => isShown(it) && !now.includes(it));
    const at = now.indexOf(nodes[0]);
    const isAll = nodes.length === now.length;
    let [how, target] = ["inner", parent];
    if (removed.length === 1 && isElement(removed[0])) [how, target] = ["outer", removed[0]];
    else if (!isAll && at === 0) how = "first";
    else if (!isAll && nodes.includes(now.at(-1))) how = "last";
    else if (!isAll) {
      const prior = now.slice(0, at).findLast(isElement);
      [how, target] = prior ? ["after", prior] : ["first", parent];
    }
    return { how, parent, target, before, nodes };
  };

  const changesOf = (records, main) => {
    const former = formerOf(records);
    const isNew = (node) => [...former].some(([at, list]) => at === of(node).parentNode && !list.includes(node));
    const first = main && known(main, former);
    const others = [...former].filter(([parent]) => {
      if (parent === first?.parent || !of(parent).isConnected) return false;
      for (let up = parent; up; up = of(up).parentNode) if (isNew(up)) return false;
      return !first || !isIn(first.nodes, parent);
    });
    return [first, ...others.map((each) => guessed(...each))].filter((each) => each?.nodes.some(isShown));
  };

  const tell = (element, request, main) => {
    const records = observer.takeRecords();
    if (!request || !records.length || (main.style === STYLE && !cameInstead(main.target))) return;
    const detail = { element, request, changes: changesOf(records, main) };
    page.dispatchEvent(new CustomEvent("mizan:swapped", { detail }));
  };

  // ---- htmx 2 and htmx 4

  /* Tell what was asked for, where a person has. */
  const requestOf = ({ element, event, method, url, headers, ...how }) => {
    const isByItself = BY_ITSELF.test(event?.type ?? ownAttribute(element, "hx-trigger"));
    if (isByItself || is(element, BLOCK)) return null;
    const { "HX-Current-URL": _, ...own } = headers;
    return { ...how, url, headers: own, isSafe: /^get$/i.test(method) };
  };

  const listen2 = () => {
    const plans = new WeakMap();
    addEventListener("htmx:beforeSwap", ({ detail }) => {
      const { xhr, requestConfig, swapOverride, selectOverride, etc } = detail;
      const { elt } = requestConfig;
      const style = swapOverride ?? attributeOf(elt, "hx-swap") ?? htmx.config.defaultSwapStyle;
      const select = detail.select ?? selectOverride ?? attributeOf(elt, "hx-select") ?? undefined;
      const selectOOB = etc?.selectOOB ?? attributeOf(elt, "hx-select-oob") ?? undefined;
      plans.set(xhr, { style: style.trim().split(/\s/)[0], select, selectOOB });
    });
    on("htmx:afterSwap", ({ detail }) => {
      const plan = plans.get(detail.xhr);
      if (!plan) return; // one in another, whose event comes after this
      const { style, ...how } = plan;
      const { elt, verb, headers, triggeringEvent } = detail.requestConfig;
      const url = detail.pathInfo.finalRequestPath;
      const request = { element: elt, event: triggeringEvent, method: verb, url, headers, ...how };
      tell(elt, requestOf(request), { target: detail.target, style, isMain: true });
    });
  };

  const listen4 = () => {
    const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
    const plans = new WeakMap();
    addEventListener(name4("htmx:before:swap"), ({ detail: { ctx, tasks } }) => {
      const { sourceElement: element, sourceEvent: event, select, selectOOB, request } = ctx;
      if (!request) return; // htmx.swap() asks for nothing
      const { method, action: url, headers } = request;
      const { strip } = tasks.find(({ type }) => type === "main")?.swapSpec ?? {};
      const made = requestOf({ element, event, method, url, headers, select, selectOOB, strip });
      for (const task of tasks) plans.set(task, { made, target: task.target, element });
    });
    on(name4("htmx:before:settle"), ({ detail: { task } }) => {
      const { made, target, element } = plans.get(task) ?? {};
      const { style } = task.swapSpec;
      tell(element, made, { target, style, isMain: task.type === "main" });
    });
  };

  if (htmx.version.startsWith("2.")) listen2();
  else listen4();
};
