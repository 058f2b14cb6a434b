/* What an answer to a request says: whether it is a failure, whether its HTML belongs into the page, and what is wrong. */

import { formOf, isSafe, of, page } from "../dom.js";
import { parseHtml } from "../html.js";
import { leavesBy, retryDelay } from "../requests/flights.js";

/**
 * @typedef {object} Answer
 * @property {number} status - 0 if there was none
 * @property {string} [url]
 * @property {(name: string) => string | null} header
 * @property {string} text
 */
/**
 * @typedef {object} Refusal - the JSON of an answer that mizan refuses something with
 * @property {string} [code]
 * @property {string} [message]
 * @property {{ fields?: Record<string, Texts> }} [details]
 * @property {{ page?: string }} [debug]
 */
/** @typedef {{ isBoosted: boolean, select?: string | null, target: Element | null }} Target */

const ERROR = "X-Mizan-Error";
const FIELD = "input:not([type=hidden]), select, textarea";

/** No answer at all. @type {Answer} */
export const NONE = { status: 0, header: () => null, text: "" };

/** @type {(answer: Answer, kind: RegExp) => boolean} */
const isOfType = ({ header }, kind) => kind.test(header("Content-Type") ?? "");

/** Return the code with which mizan itself refuses, or null. @param {Answer} answer */
export const codeOf = ({ header }) => header(ERROR);
/** @param {Answer} answer */
export const isJson = (answer) => isOfType(answer, /\bjson\b/i);
/** @param {Answer} answer */
export const isHtml = (answer) => isOfType(answer, /\bhtml\b/i) && Boolean(answer.text?.trim());
/** Return whether an answer is the HTML of a whole page. @param {Answer} answer */
export const isPage = (answer) =>
  isHtml(answer) && /^\s*(<!--.*?-->\s*)*<(!doctype|html)\b/is.test(answer.text);
/** @param {Answer} answer */
export const isFailure = (answer) => answer.status >= 400 || codeOf(answer) !== null;
/** Return whether a header says where the HTML belongs. @param {Answer} answer */
export const isAimed = ({ header }) => header("HX-Retarget") !== null || header("HX-Reswap") !== null;
/** Return whether the browser or htmx goes to another page. @param {Answer} answer */
export const isLeaving = ({ header }) => leavesBy(header) || header("HX-Location") !== null;
/** @param {string | null | undefined} spec */
export const isNoSwap = (spec) => /^\s*none\b/.test(spec ?? "");

/**
 * Return whether the HTML of a failure belongs where htmx would put it. A 422 does, and what a header sends somewhere. What
 * would replace the element that sent the request takes away what was typed there, unless it is a form again; and a page
 * belongs only where one was asked for.
 * @param {Answer} answer
 * @param {{ element: Element, method: string }} request
 * @param {Target} where
 */
export const fits = (answer, { element, method }, { isBoosted, select, target }) => {
  if (!isHtml(answer) || codeOf(answer) !== null) return false;
  if (answer.status === 422 || isAimed(answer)) return true;
  if (answer.status >= 500) return false;
  const content = parseHtml(answer.text);
  if (isPage(answer)) {
    const isAsked = select ? content.querySelector(select) !== null : isBoosted || target === page.body;
    return isAsked && (answer.status === 400 || isSafe(method));
  }
  const isOver = [element, formOf(element)].some((each) => each && target && of(target).contains(each));
  return !isOver || content.querySelector(FIELD) !== null;
};

/**
 * Return the JSON of a failure: its body, or in an element behind what the template shows.
 * @param {Answer} answer
 * @returns {Refusal & { result?: { success?: boolean, errors?: Record<string, unknown> } }}
 */
export const read = (answer) => {
  const script = isHtml(answer) && parseHtml(answer.text).querySelector("script[data-mizan-refusal]");
  try {
    return JSON.parse(script ? script.textContent : answer.text) ?? {};
  } catch {
    return {};
  }
};

/**
 * @param {unknown} value
 * @returns {value is Texts}
 */
const isTexts = (value) => [value].flat().every((each) => typeof each === "string");
/** @type {(row: Record<string, Texts>, at: number) => [string, Texts][]} */
const ofRow = (row, at) => Object.entries(row).map(([name, texts]) => [`${at}-${name}`, texts]);

/**
 * Return what the function of a form answers with 200 if something does not fit: texts by field, and those of rows. Return
 * null if all fits.
 * @param {Answer} answer
 * @returns {Record<string, Texts> | null}
 */
export const misfits = (answer) => {
  const result = isJson(answer) && read(answer).result;
  if (!result || result.success !== false || !result.errors) return null;
  const fields = Object.entries(result.errors).flatMap(([name, value]) => {
    if (isTexts(value)) return [/** @type {[string, Texts]} */ ([name, value])];
    return name === "rows" ? /** @type {Record<string, Texts>[]} */ (value).flatMap(ofRow) : [];
  });
  return Object.fromEntries(fields);
};

/**
 * Return all texts about fields.
 * @param {Record<string, Texts> | null} fields
 */
export const textsIn = (fields) =>
  /** @type {unknown[]} */ (Object.values(fields ?? {})).flat(Infinity).map(String);

/**
 * Return the message that the server itself has for a failure, or "".
 * @param {Answer} answer
 * @param {Refusal} refusal
 */
export const messageOf = ({ header }, { message }) => {
  const text = header("X-Mizan-Message");
  if (text === null) return "";
  try {
    return message ?? decodeURIComponent(text);
  } catch {
    return ""; // cut off on the way
  }
};

/** Return in how many seconds the server wants to be asked again, or null. @param {Answer} answer */
export const retryAfterOf = ({ header }) => {
  const seconds = retryDelay(header("Retry-After")) / 1000;
  return seconds >= 0 ? Math.ceil(seconds) : null;
};

/** Return "no" if nothing was committed, and "maybe" otherwise. @type {(answer: Answer, method: string) => "no" | "maybe"} */
export const committed = ({ header }, method) =>
  isSafe(method) || header("X-Mizan-Committed") === "no" ? "no" : "maybe";
