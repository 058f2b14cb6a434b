/* What a page does when something that a visitor has sent is done:

   data-mizan-after="close reset"   on what sends, on its form, or on anything around them. The nearest counts, and that of
                                    the button that was pressed before all others
     close          closes what is open around it: a dialog, a popover, a details, a modal or an offcanvas of Bootstrap
     close:an-id    closes the one with this id
     reset          empties its form. What was entered after it was sent stays

   Nothing happens if the request was refused, or has no answer. */

import { contentOf } from "../controls.js";
import { formOf, hasPopovers, is, isElement, of, page } from "../dom.js";
import { on, onCapture } from "../events.js";
import { isCheckable } from "../preserve/controls.js";

const AFTER = "data-mizan-after";
const NO_FIELD = /^(hidden|submit|button|image)$/;

/**
 * @typedef {object} Sent - the last request of an element that was to change something. Its answer may replace all of these.
 * @property {string[]} actions
 * @property {HTMLElement | null} around - what is open around the element
 * @property {HTMLFormElement | null} form
 * @property {Map<Element, string>} contents - of the fields of the form
 */

/** @type {WeakMap<Element, Sent>} */
const sent = new WeakMap();

// ---- when it is sent

/** @type {(form: HTMLFormElement | null) => Field[]} */
const fieldsOf = (form) => {
  const controls = /** @type {Field[]} */ (form ? [...of(form).elements] : []);
  return controls.filter((each) => is(each, "input, select, textarea") && !NO_FIELD.test(each.type));
};

/** @type {(element: Element, submitter: unknown) => string[]} */
const actionsOf = (element, submitter) => {
  const places = [submitter, element, formOf(element)].filter(isElement);
  const holder = places.find((each) => of(each).hasAttribute(AFTER)) ?? of(element).closest(`[${AFTER}]`);
  const text = holder ? of(holder).getAttribute(AFTER) : null;
  return text?.split(/\s+/).filter(Boolean) ?? [];
};

/** @param {CustomEvent<RequestDetail>} event */
const note = ({ detail: { element, isSafe, event } }) => {
  if (isSafe || !isElement(element)) return;
  const actions = actionsOf(element, /** @type {SubmitEvent | undefined} */ (event)?.submitter);
  const open = `${hasPopovers() ? ":popover-open, " : ""}dialog[open], details[open], .modal.show, .offcanvas:is(.show, .showing)`;
  const form = formOf(element);
  const contents = new Map(fieldsOf(form).map((each) => [each, contentOf([each])]));
  sent.set(element, { actions, around: of(element).closest(open), form, contents });
};

// ---- closing

/* Bootstrap knows what it has opened, and does nothing while it is still opening it. */
/** @type {(element: HTMLElement, kind: "Modal" | "Offcanvas") => void} */
const closeOfBootstrap = (element, kind) => {
  const own = of(element);
  const name = kind.toLowerCase();
  const instance = window.bootstrap?.[kind]?.getInstance(element); // none where it is in a bundle
  const dismiss = () => /** @type {HTMLElement | null} */ (own.querySelector(`[data-bs-dismiss=${name}]`));
  const hide = () => (instance ? instance.hide() : dismiss()?.click());
  own.addEventListener(`shown.bs.${name}`, hide, { once: true });
  own.addEventListener(`hide.bs.${name}`, () => own.removeEventListener(`shown.bs.${name}`, hide), {
    once: true,
  });
  hide();
};

/** @param {HTMLDetailsElement} details */
const closeDetails = (details) => {
  const isFocused = details.contains(page.activeElement);
  details.open = false;
  if (isFocused) details.querySelector("summary")?.focus();
};

/** @param {HTMLElement | null} element */
const close = (element) => {
  if (!element || !of(element).isConnected) return;
  const own = of(element);
  if (hasPopovers() && is(element, ":popover-open")) own.hidePopover();
  else if (is(element, "dialog[open]")) /** @type {HTMLDialogElement} */ (own).close();
  else if (is(element, "details[open]")) closeDetails(/** @type {HTMLDetailsElement} */ (own));
  else if (is(element, ".modal")) closeOfBootstrap(element, "Modal");
  else if (is(element, ".offcanvas")) closeOfBootstrap(element, "Offcanvas");
};

// ---- emptying a form

/** @param {Field} field */
const empty = (field) => {
  if (isCheckable(field)) field.checked = field.defaultChecked;
  else if (field.options) for (const it of field.options) it.selected = it.defaultSelected;
  else field.value = field.type === "file" ? "" : field.defaultValue;
};

/** @param {Sent} request */
const reset = ({ form, contents }) => {
  if (!form || !of(form).isConnected) return;
  const fields = fieldsOf(form);
  const isNew = (/** @type {Element} */ field) =>
    contents.has(field) && contents.get(field) !== contentOf([field]);
  if (fields.some(isNew)) fields.filter((field) => !isNew(field)).forEach(empty);
  else of(form).reset();
};

// ---- when it is done

/** @param {CustomEvent<DoneDetail>} event */
const carryOut = ({ detail: { element } }) => {
  const request = sent.get(element);
  if (!request) return;
  sent.delete(element);
  for (const text of request.actions) {
    const [action, id] = text.split(/:(.*)/s);
    if (action === "reset") reset(request);
    else if (action === "close") close(id ? page.getElementById(id) : request.around);
    else console.error(`mizan: ${AFTER} knows "close", "close:an-id" and "reset", not "${text}".`, element);
  }
};

export const start = () => {
  onCapture("mizan:request", note);
  on("mizan:done", carryOut);
};
