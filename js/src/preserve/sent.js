/* What was sent to the server and accepted: it is the server's since then, so that the answer to a visitor's
   own submit overwrites it. */

import { BLOCK, of, page } from "../dom.js";
import { on, onCapture } from "../events.js";
import { isBound } from "./alpine.js";
import { catchUp, changesOf, forget } from "./attributes.js";
import { fieldsIn, formSentBy, groupOf, isField, isHidden, read } from "./controls.js";

/** @type {WeakMap<Field, string>} Field → what was sent of it and accepted. */
const accepted = new WeakMap();

/**
 * @typedef {{ fields: Map<Field, string>, hidden: Map<Element, string> }} Sent - what was in fields, and
 *   hidden ones
 */
/** @type {Map<Element, Sent>} What is being sent, by the element that sends it. */
const pending = new Map();

/** Return what was sent of a field and accepted. @param {Field} field */
export const acceptedOf = (field) => accepted.get(field);
/** Take something in a field for accepted, since no visitor has chosen it. @param {Field} field */
export const accept = (field) => accepted.set(field, read(field));

/**
 * Let a field stand for one that was replaced while it was being sent.
 * @param {Field} field
 * @param {Field} former
 */
export const sendInstead = (field, former) => {
  for (const { fields } of pending.values()) {
    const text = fields.get(former);
    if (text !== undefined) fields.set(field, text);
  }
};

/* A form and its controls, or an element that sends itself. */
/** @param {Element} source */
const partsOf = (source) => {
  const form = formSentBy(source);
  return form ? [form, ...of(form).elements, source] : [source];
};

/** @param {Element} element @param {boolean} hasMore @param {(field: Field) => boolean} isSent */
const fieldsSentBy = (element, hasMore, isSent) => {
  if (isField(element)) return groupOf(element);
  const form = formSentBy(element);
  if (form) return [...of(form).elements, ...fieldsIn(form)].filter(isField);
  const around = of(element).closest(BLOCK) ?? document;
  return fieldsIn(around).filter((field) => (hasMore || !field.form) && isSent(field));
};

/** @param {{ detail: RequestDetail }} event */
const noteRequest = ({ detail: { element, isSafe, body } }) => {
  if (isSafe) return;
  catchUp();
  const pairs = [...(body ?? [])].map(String);
  /** @param {string} name @param {string} value */
  const isSent = (name, value) => pairs.includes(String([name, value]));
  const parts = partsOf(element);
  const hasMore = of(element).closest("[hx-include], [data-hx-include]") !== null;
  const fields = fieldsSentBy(element, hasMore, (field) => isSent(field.name, read(field)));
  const hidden = [...page.querySelectorAll("input[type=hidden]")]
    .filter(isHidden)
    .filter((it) => isSent(it.name, it.value) && (parts.includes(it) || (hasMore && !it.form)));
  pending.set(element, {
    fields: new Map(fields.map((it) => [it, read(it)])),
    hidden: new Map(hidden.map((it) => [it, it.value])),
  });
};

/** @param {CustomEvent<AnswerDetail>} event */
const noteAnswer = (event) => {
  const { element, isSafe, status } = event.detail;
  if (isSafe) return;
  const { fields = [], hidden = new Map() } = pending.get(element) ?? {};
  pending.delete(element);
  if (event.defaultPrevented) return;
  const isTaken = status >= 200 && status < 300;
  // A control that sends itself shows what the server says, even that it was refused.
  if (isTaken || isField(element))
    for (const [field, text] of fields) if (read(field) === text) accept(field);
  if (!isTaken) return;
  catchUp();
  for (const each of new Set([...partsOf(element), ...hidden.keys()])) {
    if (isHidden(each) && hidden.get(each) !== each.value) continue; // it is newer
    for (const name of changesOf(each)) if (!isBound(each, name)) forget(each, name);
  }
};

export const start = () => {
  onCapture("mizan:request", noteRequest);
  on("mizan:answer", noteAnswer); // not while it is captured: others refuse what a session's end has answered
  onCapture("input", ({ target }) => {
    for (const field of groupOf(target)) {
      accepted.delete(field);
      for (const { fields } of pending.values()) fields.delete(field);
    }
  });
};
