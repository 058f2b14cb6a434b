/* The outcomes of the requests of htmx 4, which are contexts. */

import { ancestors, of } from "../dom.js";
import { htmx, spelt } from "../htmx.js";
import { fits, isFailure, isNoSwap } from "./answers.js";
import { end, follow, hearWhetherPrevented, isOfForm, outcomeOf, readable } from "./outcome.js";

/** @typedef {import("./answers.js").Answer} Answer */
/** @typedef {import("./outcome.js").Outcome} Outcome */

/** @type {WeakMap<Outcome, Answer>} Answers as they came; contexts may be changed. */
const answers = new WeakMap();

/** @param {HtmxContext} ctx */
const answerOf = ({ response, text = "" }) => {
  const { status, headers, raw } = /** @type {NonNullable<typeof response>} */ (response);
  return { status, url: raw.url, header: (/** @type {string} */ name) => headers.get(name), text };
};

/* Whether hx-status on the element, or handed down to it, says what becomes of a status. */
/** @type {(element: Element, status: number) => boolean} */
const isStated = (element, status) => {
  const text = String(status);
  const names = [text, `${text.slice(0, 2)}x`, `${text[0]}xx`].flatMap((code) =>
    ["hx", "data-hx"].map((prefix) => `${prefix}-status:${code}`),
  );
  return [element, ...ancestors(element)].some((each) => {
    const isAbove = each !== element && !htmx.config.implicitInheritance;
    const ends = isAbove ? [":inherited"] : ["", ":inherited"];
    return names.some((name) => ends.some((ending) => of(each).hasAttribute(spelt(name + ending))));
  });
};

/** @type {(ctx: HtmxContext, outcome: Outcome) => boolean} */
const isRefused = (ctx, outcome) => {
  const answer = answers.get(outcome) ?? answerOf(ctx);
  if (!isFailure(answer) || isOfForm(outcome)) return false;
  const { select, target } = ctx;
  const { element } = outcome;
  const { _htmx: bound } = /** @type {{ _htmx?: { boosted?: boolean } }} */ (
    /** @type {unknown} */ (element)
  );
  const place = { isBoosted: Boolean(bound?.boosted), select, target };
  return !isStated(element, answer.status) && !fits(answer, outcome, place);
};

/* Else htmx would parse it first, and a strict policy complain of the styles in it. */
/** @param {HtmxContext} ctx @param {Outcome} outcome */
const skip = (ctx, outcome) => {
  const answer = answerOf(ctx);
  answers.set(outcome, answer);
  if (isRefused(ctx, outcome)) ctx.status = "refused";
  else if (!isOfForm(outcome)) ctx.text = readable(outcome, answer) ?? ctx.text;
};

/** @type {(ctx: HtmxContext, outcome: Outcome, event: CustomEvent) => void} */
const admit = (ctx, outcome, event) => {
  if (isRefused(ctx, outcome)) return event.preventDefault();
  /** @type {{ swapSpec?: string | { style?: string } }[]} */
  const tasks = event.detail.tasks;
  outcome.isSwapped = tasks.some(
    ({ swapSpec: spec }) => !isNoSwap(typeof spec === "string" ? spec : spec?.style),
  );
  outcome.heard.push(event);
};

/* A request that was given up has no answer, or only its beginning. */
/** @type {(ctx: HtmxContext, outcome: Outcome) => void} */
const land = (ctx, outcome) => {
  const isGivenUp = !ctx.response || (/^error/.test(ctx.status) && ctx.text === undefined);
  const answer = isGivenUp ? null : (answers.get(outcome) ?? answerOf(ctx));
  queueMicrotask(() => end(outcome, answer)); // htmx enables again what it has disabled only after this
};

/* Given up on purpose, and not because its time was over: 4.0.0-beta6 says the same of both. */
/** @type {(ctx: HtmxContext, outcome: Outcome, error?: Error) => boolean} */
const isAborted = ({ request }, { began }, error) => {
  const { timeout = htmx.config.defaultTimeout } = request;
  return (
    error?.name === "AbortError" && performance.now() - began < (htmx.parseInterval(timeout) || Infinity)
  );
};

/** @param {HtmxContext} ctx */
const begin = (ctx) => {
  const { sourceElement: element, sourceEvent: event, request } = ctx;
  // htmx.swap() asks for nothing.
  if (request) follow({ request: ctx, element, method: request.method, url: request.action, event });
};

/** @type {(name: string, listener: (ctx: HtmxContext, outcome: Outcome, event: CustomEvent) => void) => void} */
const listen = (name, listener) =>
  addEventListener(
    spelt(name),
    (given) => {
      const event = /** @type {CustomEvent} */ (given);
      const outcome = outcomeOf(event.detail.ctx);
      if (outcome) listener(event.detail.ctx, outcome, event);
    },
    true,
  );

export const start = () => {
  // Or later, for what has left before the shim was there.
  for (const name of [
    "htmx:before:request",
    "htmx:before:response",
    "htmx:response:error",
    "htmx:before:swap",
  ]) {
    addEventListener(spelt(name), (event) => begin(/** @type {CustomEvent} */ (event).detail.ctx), true);
  }
  listen("htmx:error", (ctx, outcome, { detail: { error } }) => {
    // If its text is there, htmx failed at swapping it in.
    if (ctx.text === undefined) outcome.isLost = !isAborted(ctx, outcome, error);
  });
  hearWhetherPrevented(spelt("htmx:response:error"), ({ ctx }) => ctx);
  listen("htmx:response:error", skip);
  listen("htmx:before:swap", admit);
  listen("htmx:finally:request", land);
};
