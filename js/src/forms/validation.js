/* While it is filled in, a form goes to the URL in data-mizan-validate. What comes back has the errors of the fields that
   were left. */

import { FORM, is, isOwn, of, page, within } from "../dom.js";
import { onCapture } from "../events.js";
import {
  CONTROL,
  fieldName,
  fieldsOf,
  forgetTyping,
  formOf,
  isBusy,
  isChosen,
  isField,
  judged,
  left,
  part,
  refused,
  typed,
} from "./controls.js";
import { findForm, mergeForm, showStatus } from "./merge.js";
import { sayAddress } from "../requests/page_address.js";

const TYPING = 300; // milliseconds of silence after a key

/** @typedef {import("./controls.js").Control} Control */
/** @typedef {{ timer?: number, request?: AbortController, again?: boolean }} Validation */

/** @type {WeakMap<HTMLFormElement, Validation>} */
const validations = new WeakMap();

/* A field that moves under the pointer between press and release would make the click miss. */
let released = Promise.resolve();
let release = () => {};

/**
 * Validate a form soon.
 * @param {HTMLFormElement} form
 * @param {number} [delay] - milliseconds
 */
export const validateSoon = (form, delay = 0) => {
  const { mizanValidate: url } = of(form).dataset;
  if (!url || !isOwn(url) || isBusy(form)) return;
  const validation = validations.get(form) ?? {};
  validations.set(form, validation);
  clearTimeout(validation.timer);
  validation.timer = setTimeout(() => validate(form, validation), delay);
};

/**
 * Forget about validating a form as it was.
 * @param {HTMLFormElement} form
 */
export const dropValidation = (form) => {
  const validation = validations.get(form);
  clearTimeout(validation?.timer);
  validation?.request?.abort();
  validations.delete(form);
};

/** @type {(form: HTMLFormElement, validation: Validation) => Promise<void>} */
const validate = async (form, validation) => {
  validation.timer = undefined;
  if (validation.request) validation.again = true;
  if (validation.request || !of(form).isConnected) return;
  validation.request = new AbortController();
  validation.again = false;
  try {
    await send(form, validation, validation.request);
  } catch {
    // Offline, or the server has a problem: a submission will say so.
  }
  validation.request = undefined;
  if (validation.again) validateSoon(form);
};

/** @type {(form: HTMLFormElement, validation: Validation, abort: AbortController) => Promise<void>} */
const send = async (form, validation, { signal }) => {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  for (const name of touchedNames(form)) body.append("mizan_touched", name);
  const request = { method: "POST", body, headers: sayAddress({ "HX-Request": "true" }), signal };
  const response = await fetch(/** @type {string} */ (of(form).dataset.mizanValidate), request);
  const fresh = response.ok && findForm(await response.text(), form);
  await released;
  const isLate = signal.aborted || validation.again || validation.timer || !of(form).isConnected;
  if (!fresh || isLate) return;
  mergeForm(form, fresh, body, isOnlyFiles);
  if (part(form, "summary")) showStatus(form, fresh);
};

/* Of chosen files that were refused, nothing new is known. */
/** @param {Element} node */
const isOnlyFiles = (node) => {
  const inside = /** @type {Control[]} */ (within(node, CONTROL)).filter(isField);
  return inside.length > 0 && inside.every((control) => judged.has(control) && isChosen(control));
};

/* A chosen file is not sent along, so nothing can be said of it, nor of the form as a whole. */
/** @param {HTMLFormElement} form */
const touchedNames = (form) => {
  const fields = fieldsOf(form);
  const names = new Set(fields.filter((control) => left.has(control) && !isChosen(control)).map(fieldName));
  const isWhole = refused.has(form) || fields.every((control) => names.has(fieldName(control)));
  if (isWhole && !fields.some(isChosen)) names.add("__all__");
  return names;
};

/* A date of three parts is not left with its first. */
/** @type {(form: HTMLFormElement, control: Control) => boolean} */
const isPart = (form, control) =>
  fieldsOf(form).some((each) => each.name !== control.name && fieldName(each) === fieldName(control));

export const start = () => {
  onCapture("pointerdown", () => {
    released = new Promise((resolve) => {
      release = resolve;
    });
  });
  onCapture("pointerup pointercancel", () => setTimeout(release));

  onCapture("input change", ({ target, type }) => {
    const form = formOf(target);
    if (!form || !isField(target)) return;
    typed.add(form).add(target);
    if (type === "change") {
      if (!isPart(form, target)) left.add(target);
      judged.delete(target);
    }
    if (left.has(target)) validateSoon(form, type === "input" ? TYPING : 0);
  });

  onCapture("focusout", ({ target, relatedTarget }) => {
    const form = formOf(target);
    // The control that has the focus loses it when another window gets it, and has not been left.
    if (!form || !isField(target) || target === page.activeElement || left.has(target)) return;
    if (relatedTarget?.form === form && fieldName(relatedTarget) === fieldName(target)) return;
    left.add(target);
    validateSoon(form);
  });

  onCapture("reset", ({ target: form }) => {
    if (!is(form, FORM)) return;
    dropValidation(form);
    forgetTyping(form);
  });

  /* Rows came or went, so that a response for the form as it was would hit the wrong ones. */
  onCapture("mizan:rows", ({ target: form }) => {
    dropValidation(form);
    typed.add(form);
    validateSoon(form, TYPING);
  });
};
