/* The outcomes of the requests of htmx 2, which are XMLHttpRequests. */

import { attributeOf, isOwn } from "../dom.js";
import { on } from "../events.js";
import { htmx } from "../htmx.js";
import { codeOf, fits, isAimed, isFailure, isHtml, isNoSwap } from "./answers.js";
import { end, follow, hearWhetherPrevented, isOfForm, outcomeOf, readable } from "./outcome.js";

/** @typedef {import("./answers.js").Answer} Answer */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/**
 * @typedef {object} Swap - the detail of htmx:beforeSwap
 * @property {XMLHttpRequest} xhr
 * @property {boolean} shouldSwap
 * @property {Element} target
 * @property {boolean} boosted
 * @property {string} serverResponse
 * @property {string} [swapOverride]
 * @property {string} [selectOverride]
 * @property {string} [select]
 */

const MOVING = 1000; // milliseconds that a view transition may take

/** @type {WeakMap<Outcome, Pick<Swap, "shouldSwap" | "target"> & { swap: Swap }>} What htmx would swap by itself. */
const swaps = new WeakMap();

/* Of another site's answer browsers hand out few headers, and complain when others are read. */
/** @type {(xhr: XMLHttpRequest) => Answer} */
const answerOf = (xhr) => ({
  status: xhr.status,
  url: xhr.responseURL,
  header: (name) => (!xhr.responseURL || isOwn(xhr.responseURL) ? xhr.getResponseHeader(name) : null),
  text: xhr.response,
});

/** @type {(swap: Swap, element: Element) => string} */
const specOf = ({ swapOverride }, element) => swapOverride ?? attributeOf(element, "hx-swap") ?? "";

/* Whether the site itself has said what becomes of a status: htmx 2 swaps none from 400 on in. A rule that only says that it
   is swapped, as for a 422, means HTML of the site's own. */
/** @param {Answer} answer */
const isRuled = (answer) => {
  const rule = htmx.config.responseHandling.find(({ code }) => new RegExp(code).test(String(answer.status)));
  const isDefault = rule?.code === "[45].." && !rule.swap && !rule.target;
  return Boolean(rule?.target) || (!isDefault && isHtml(answer) && codeOf(answer) === null);
};

/* Until what htmx has begun to swap in has settled. Where nothing is left of the target, no event says so. */
/** @type {(request: HtmxRequest, spec: string) => Promise<void>} */
const settled = (request, spec) =>
  new Promise((resolve) => {
    const { defaultSwapDelay, defaultSettleDelay, globalViewTransitions } = htmx.config;
    const delayOf = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
      htmx.parseInterval(new RegExp(`\\b${name}:(\\S+)`).exec(spec)?.[1] ?? `${otherwise}ms`) || 0;
    const hearing = new AbortController();
    const finish = () => {
      hearing.abort();
      setTimeout(resolve); // when all have heard it
    };
    on("htmx:afterSettle", ({ detail }) => detail.xhr === request && finish(), {
      capture: true,
      signal: hearing.signal,
    });
    const moving = globalViewTransitions || /transition:true/.test(spec) ? MOVING : 0;
    // As htmx does, so that these timers end after its own.
    setTimeout(
      () => setTimeout(finish, delayOf("settle", defaultSettleDelay) + moving),
      delayOf("swap", defaultSwapDelay),
    );
  });

/** @type {(xhr: XMLHttpRequest, outcome: Outcome) => Promise<void>} */
const land = async (xhr, outcome) => {
  const { swap } = swaps.get(outcome) ?? {};
  if (swap?.shouldSwap) {
    const spec = specOf(swap, outcome.element);
    outcome.isSwapped = !isNoSwap(spec);
    await settled(xhr, spec);
  }
  end(outcome, xhr.status ? answerOf(xhr) : null);
};

/** @typedef {{ verb: string, path: string, triggeringEvent?: Event }} Config */
/** @param {{ xhr: XMLHttpRequest, elt: HTMLElement, requestConfig?: Config }} detail */
const begin = ({ xhr, elt, requestConfig }) => {
  if (!requestConfig) return;
  const { verb, path, triggeringEvent } = requestConfig;
  const outcome = follow({ request: xhr, element: elt, method: verb, url: path, event: triggeringEvent });
  if (!outcome) return;
  const lose = () => (outcome.isLost = true);
  for (const name of ["error", "timeout"]) xhr.addEventListener(name, lose);
  xhr.addEventListener("loadend", () => land(xhr, outcome)); // htmx has begun to swap by then, in onload
};

/** @param {Swap} detail */
const decide = (detail) => {
  const outcome = outcomeOf(detail.xhr);
  if (!outcome || isOfForm(outcome)) return;
  const answer = answerOf(detail.xhr);
  if (!isFailure(answer)) return;
  detail.serverResponse = readable(outcome, answer) ?? detail.serverResponse;
  const { shouldSwap, target } = swaps.get(outcome) ?? detail;
  if (detail.shouldSwap !== shouldSwap || detail.target !== target || isRuled(answer)) return;
  const select = detail.selectOverride ?? detail.select ?? attributeOf(outcome.element, "hx-select");
  const place = { isBoosted: detail.boosted, select: select === "unset" ? null : select, target };
  const isWanted = shouldSwap || answer.status === 422 || isAimed(answer);
  detail.shouldSwap = isWanted && fits(answer, outcome, place);
};

/** @param {string} name @param {(detail: any) => void} listener @param {boolean} isFirst */
const listen = (name, listener, isFirst = true) =>
  addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail), isFirst);

export const start = () => {
  // Or later, for what has left before the shim was there.
  for (const name of ["htmx:beforeRequest", "htmx:beforeOnLoad"]) listen(name, begin);
  for (const name of ["htmx:beforeOnLoad", "htmx:beforeSwap"]) hearWhetherPrevented(name, ({ xhr }) => xhr);
  listen("htmx:beforeSwap", (/** @type {Swap} */ swap) => {
    const outcome = outcomeOf(swap.xhr);
    if (outcome) swaps.set(outcome, { swap, shouldSwap: swap.shouldSwap, target: swap.target });
  });
  // Only the extensions of htmx come after this, and may decide otherwise.
  listen("htmx:beforeSwap", decide, false);
};
