/* Why a request was refused: which argument had which value. Names that sound secret have none. */

import { is } from "../dom.js";
import { trustedHtml } from "../html.js";
import { controlsOf } from "../requests/controls.js";
import { record } from "./changes.js";
import { draw } from "./drawing.js";
import { listed } from "./invalidations.js";
import { titleOfAnswer } from "./names.js";

/** @typedef {import("./drawing.js").Line} Line */

const LONGEST = 80; // characters of a value
// What Django's own reports leave out, and what else nobody should read over a shoulder.
const SECRET =
  /api|auth|token|key|secret|pass|signature|credential|session|cookie|\bpin\b|otp|cvc|cvv|iban|card_?num/i;
const SECRET_KIND = /password|one-time-code|\bcc-/i;

/** @type {WeakMap<Element, [string, FormDataEntryValue][]>} What an element's last unsafe request carried. */
const sent = new WeakMap();

/** @param {CustomEvent<RequestDetail>} event */
export const onRequest = ({ detail: { element, isSafe, body } }) => {
  if (!isSafe) sent.set(element, [...(body ?? [])]);
  listed.delete(element);
};

/** @type {(name: string, request: { element: Element, method: string }) => boolean} */
const isSecret = (name, { element, method }) => {
  const controls = /** @type {HTMLInputElement[]} */ ([...controlsOf(element, method)]);
  return (
    SECRET.test(name) ||
    controls.some((each) => each.name === name && SECRET_KIND.test(`${each.type} ${each.autocomplete}`))
  );
};

/** @param {FormDataEntryValue} value */
const written = (value) => {
  if (value instanceof File) return `${value.name || "no file"} (${value.size} bytes)`;
  const text = String(value);
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
};

/* What was sent by this name: items.1 stands in the second of the fields called items, or in the text of the one. */
/** @type {(name: string, request: { element: Element, method: string }) => string} */
const valueOf = (name, request) => {
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const own = parts.slice(0, length).join(".");
    const pairs = (sent.get(request.element) ?? []).filter(([each]) => each === own);
    const values = pairs.map(([, value]) => value);
    if (!values.length) continue;
    if (isSecret(own, request)) return "not shown";
    const one = values.length > 1 ? values[Number(parts[length])] : undefined;
    return (one === undefined ? values : [one]).map(written).join(", ");
  }
  return "not sent";
};

/** @type {(text: string, root: Document) => any} */
const readJson = (text, root) => {
  try {
    return JSON.parse(root.querySelector("script[data-mizan-refusal]")?.textContent ?? text) ?? {};
  } catch {
    return {};
  }
};

/* What a form says that comes back: Django's lists, by the fields that they describe. */
/** @param {Document} root */
const listsIn = (root) => {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const list of root.querySelectorAll(".errorlist")) {
    const control = list.id ? root.querySelector(`[aria-describedby~="${CSS.escape(list.id)}"]`) : null;
    const named = is(control, "[name]") ? control : control?.querySelector("[name]");
    const name = named?.getAttribute("name") ?? "__all__";
    found[name] = [...(found[name] ?? []), ...[...list.children].map((it) => it.textContent.trim())];
  }
  return found;
};

/** @type {(detail: any) => Line[]} */
const reasonsIn = (detail) => {
  // htmx 2 has an XMLHttpRequest, and htmx 4 a context.
  const text = detail.request?.responseText ?? detail.request?.text ?? "";
  const root = new DOMParser().parseFromString(trustedHtml(text), "text/html");
  const { details, debug } = readJson(text, root);
  const fields = debug?.reasons ?? detail.fields ?? details?.fields ?? listsIn(root);
  return Object.entries(fields).flatMap(([name, texts]) =>
    [texts].flat().map((each) => {
      const isWhole = /^(__all__)?$/.test(name);
      return { label: isWhole ? "as a whole" : `${name} = ${valueOf(name, detail)}`, text: String(each) };
    }),
  );
};

/** @param {any} event */
export const onFailed = ({ detail }) => {
  const { element, method, url, status, page } = detail;
  const reasons = status === 422 ? reasonsIn(detail) : [];
  if (!reasons.length && !page) return;
  const change = listed.get(element) ?? record(titleOfAnswer(method, url, status));
  Object.assign(change, { reasons, page });
  draw(change);
};
