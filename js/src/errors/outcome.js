/* What became of each request that a visitor has made, the same on htmx 2 and htmx 4: mizan:done, mizan:read or
   mizan:failed. errors/notice.js shows the last of them; docs/shim.md says what they have.

   What a view refuses in HTML goes where the view says. What mizan refuses, what is no HTML, and the page that a site shows
   for an error would replace the form or the button: those are not swapped in. Sites that have a way of their own for errors
   are left to it: hx-status, hx-target-error and the like, a listener that decides, a rule of responseHandling with a target. */

import { BEHIND, FORM, is, isOwn, isSafe, of, page } from "../dom.js";
import { fire } from "../events.js";
import {
  NONE,
  codeOf,
  committed,
  isFailure,
  isJson,
  isLeaving,
  isPage,
  messageOf,
  misfits,
  read,
  retryAfterOf,
  textsIn,
} from "./answers.js";
import { textFor } from "./template.js";

/** @typedef {import("./answers.js").Answer} Answer */
/**
 * @typedef {object} Outcome - of a request that is under way
 * @property {HtmxRequest} request
 * @property {HTMLElement} element
 * @property {string} method
 * @property {string} url
 * @property {Event} [event] - that triggered it
 * @property {HTMLElement | null} focused - before it was sent
 * @property {number} began
 * @property {Event[]} heard - by which others may say that they look after the answer
 * @property {boolean} [isLost] - there was no answer, or it broke off
 * @property {boolean} [isSwapped] - the answer can be seen
 */

/** @type {WeakMap<HtmxRequest, Outcome>} */
const outcomes = new WeakMap();

let isLeavingPage = false; // the browser drops what is under way
let isCollecting = false;

/** From now on, mizan:failed has the page that a site shows for an error. */
export const collectPages = () => {
  isCollecting = true;
};

/** Return whether a request is of a form of {% mizan_form %}, which looks after its answers. @param {Outcome} outcome */
export const isOfForm = ({ element }) => is(element, FORM);

/** @param {HtmxRequest} request */
export const outcomeOf = (request) => outcomes.get(request);

/**
 * Follow a request. What goes on behind the page is not followed: no visitor waits for it.
 * @param {Pick<Outcome, "request" | "element" | "method" | "url" | "event">} given
 */
export const follow = (given) => {
  const { request, element, method } = given;
  if (outcomes.has(request) || (isSafe(method) && is(element, BEHIND))) return null;
  const { activeElement } = page;
  const focused = activeElement === page.body ? null : /** @type {HTMLElement | null} */ (activeElement);
  /** @type {Outcome} */
  const outcome = { ...given, focused, began: performance.now(), heard: [] };
  outcomes.set(request, outcome);
  return outcome;
};

/**
 * Listen to an event by which others may say that they look after an answer.
 * @param {string} name
 * @param {(detail: any) => HtmxRequest} requestOf
 */
export const hearWhetherPrevented = (name, requestOf) =>
  addEventListener(
    name,
    (event) => outcomes.get(requestOf(/** @type {CustomEvent} */ (event).detail))?.heard.push(event),
    true,
  );

/** @type {(outcome: Outcome, type?: string) => boolean} */
const isPrevented = ({ heard }, type) =>
  heard.some((event) => event.defaultPrevented && (!type || event.type === type));

/** @type {(outcome: Outcome, answer: Answer) => FailedDetail} */
const describe = (outcome, answer) => {
  const { element, method, url, event, request, isSwapped } = outcome;
  const { status } = answer;
  const code = codeOf(answer);
  const refusal = code === null ? {} : read(answer);
  const message = messageOf(answer, refusal);
  return {
    status,
    code: code ?? "",
    message: message || textFor(code !== null && status < 400 ? 422 : status) || String(status),
    isOwn: message !== "",
    fields: refusal.details?.fields ?? misfits(answer),
    element,
    method: method.toUpperCase(),
    url,
    isCommitted: committed(answer, method),
    request,
    event,
    retryAfter: retryAfterOf(answer),
    page: refusal.debug?.page ?? (isCollecting && isPage(answer) ? answer.text : null),
    isShown: isSwapped || isPrevented(outcome) || isOfForm(outcome) || isLeaving(answer),
  };
};

/**
 * Return as HTML what visitors read if a site swaps in a refusal of ours, which is JSON; undefined for anything else.
 * @type {(outcome: Outcome, answer: Answer) => string | undefined}
 */
export const readable = (outcome, answer) => {
  if (codeOf(answer) === null || !isJson(answer)) return undefined;
  const { message, fields } = describe(outcome, answer);
  const paragraphs = [message, ...textsIn(fields)].map((text) => {
    const paragraph = page.createElement("p");
    paragraph.textContent = text;
    return paragraph.outerHTML;
  });
  return paragraphs.join("");
};

/* A button that was disabled meanwhile has lost the focus. */
/** @param {Outcome} outcome */
const giveFocusBack = ({ focused }) => {
  const { activeElement } = page;
  const isNowhere = !activeElement || activeElement === page.body;
  if (focused && isNowhere && of(focused).isConnected) of(focused).focus({ preventScroll: true });
};

/**
 * Report what became of a request.
 * @param {Outcome} outcome
 * @param {Answer | null} given - null if it was given up
 */
export const end = (outcome, given) => {
  const { element, method, url, request, event, isLost } = outcome;
  outcomes.delete(request);
  if (isLeavingPage) return;
  if (!isOfForm(outcome)) giveFocusBack(outcome);
  if (!given && !isLost) return; // dropped before it was sent, or given up
  let answer = (!isLost && given) || NONE;
  if (!isOwn(answer.url || url)) answer = { ...answer, header: () => null };
  const target = of(element).isConnected ? element : document;
  if (!isLost && !isFailure(answer) && !misfits(answer) && !isPrevented(outcome, "mizan:answer")) {
    const detail = { status: answer.status, element, method: method.toUpperCase(), url, request };
    fire(target, isSafe(method) ? "mizan:read" : "mizan:done", detail);
  } else if (!isSafe(method) || event?.isTrusted) fire(target, "mizan:failed", describe(outcome, answer));
};

export const start = () => {
  hearWhetherPrevented("mizan:answer", ({ request }) => request);
  addEventListener("pagehide", () => {
    isLeavingPage = true;
  });
  addEventListener("pageshow", () => {
    isLeavingPage = false;
  });
};
