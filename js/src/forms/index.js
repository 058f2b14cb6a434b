/* mizan-forms.js: forms that the server renders and validates, while they are filled in and when they are sent. For sites
   with forms. It serves every form[data-mizan-form], whenever that comes into the page; without it they are plain forms. */

import { FORM, is, of } from "../dom.js";
import { onCapture, onChange } from "../events.js";
import { CONTROL, forms, isBusy, typed } from "./controls.js";
import { start as startFormsets } from "./formsets.js";
import { start as startMerge } from "./merge.js";
import { start as startRequests } from "./requests.js";
import { start as startSubmission } from "./submission.js";
import { start as startValidation } from "./validation.js";

/* Without this file the browser's own checks are better than none. */
const prepare = () => {
  for (const form of forms()) of(form).noValidate = true;
};

/** @param {Element} element */
const stays = (element) =>
  typed.has(element) ||
  is(element, "[data-mizan-done]") ||
  (is(element, FORM) && isBusy(/** @type {HTMLFormElement} */ (element))) ||
  (is(element, "[data-mizan-status]") && Boolean(element.textContent?.trim()));

export const start = () => {
  startValidation();
  startSubmission();
  /* In a block that is replaced, half-filled forms and those on their way stay as they are, what a submission has left to
     read, and controls of a form around the block. The response to a form's own request may replace it. */
  onCapture("mizan:keep", ({ target: block, detail: { source, keep } }) => {
    const kept = of(block).querySelectorAll(`${FORM}, [data-mizan-done], [data-mizan-status], ${CONTROL}`);
    for (const each of kept) if (stays(each) && !of(each).contains(source)) keep(each);
  });
  startMerge();
  startRequests();
  prepare();
  onChange(prepare);
  startFormsets();
};
