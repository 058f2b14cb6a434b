/* Forms with controls whose names make htmx fail: <input name="closest">.

   htmx and Idiomorph read forms as they stand, by the names in READ. While a control is in no form, its name hides nothing.
   So forms that they are about to work at are without such controls for as long as that takes; of(form).elements has them
   all the while. */

import { cleared, isElement, isForm, of, page, within } from "./dom.js";

const READ = new Set(
  (
    "_htmx _htmx_state addEventListener appendChild attributes checkValidity childNodes " +
    "classList closest contains dispatchEvent elements enctype firstChild firstElementChild " +
    "getAttribute getAttributeNames getRootNode hasAttribute htmx-internal-data " +
    "insertAdjacentElement insertBefore isEqualNode lastChild localName matches moveBefore " +
    "nextElementSibling nextSibling nodeName nodeType ownerDocument parentElement parentNode " +
    "previousElementSibling previousSibling querySelector querySelectorAll remove " +
    "removeAttribute removeChild removeEventListener replaceChildren replaceWith reportValidity " +
    "setAttribute tagName"
  ).split(" "),
);
const NAMED = "[name], [id]";

/** @typedef {HTMLInputElement | HTMLImageElement} Control */

/** Return whether htmx reads forms by a name. @param {string | null} name */
export const isRead = (name) => READ.has(/** @type {string} */ (name));

/** @param {Element} control */
const namesOf = (control) => ["name", "id"].filter((each) => isRead(control.getAttribute(each)));
/** @type {(control: Element) => control is HTMLImageElement} */
const isImage = (control) => control instanceof HTMLImageElement;
/** @param {Element} control */
const isRadio = (control) => /** @type {HTMLInputElement} */ (control).type === "radio";
/** @param {Element} control */
const formOf = (control) =>
  isImage(control) ? control.closest("form") : /** @type {HTMLInputElement} */ (control).form;

/* The controls with such names, which hardly any page has: looked for only in what has changed. */
/** @type {Set<Element>} */
const found = new Set();
/** @type {MutationObserver} */
let changes;

/** @param {Element} root */
const collect = (root) => {
  for (const each of within(root, NAMED)) if (!isForm(each) && namesOf(each).length) found.add(each);
};

/** @param {MutationRecord[]} records */
const collectChanged = (records) => {
  for (const { type, target, addedNodes } of records) {
    for (const node of type === "attributes" ? [target] : addedNodes) if (isElement(node)) collect(node);
  }
};

const find = () => {
  collectChanged(changes.takeRecords());
  if (!found.size) return [];
  for (const each of found) if (!of(each).isConnected || !namesOf(each).length) found.delete(each);
  return [...found];
};

/* Of the radio buttons of one name that are in no form only one is chosen. So those of each form wait in another. */
const asides = new WeakSet();
let count = 0;
const makeAside = () => {
  const aside = page.createElement("form");
  aside.id = `mizan-aside-${(count += 1)}`;
  aside.hidden = true;
  asides.add(aside);
  page.documentElement.append(aside);
  return aside;
};

/** @type {Set<() => void>} */
const restores = new Set();

/** Let htmx read the forms of the page. Return a function that ends it. */
export const clear = () => {
  /** @param {unknown} form @returns {form is HTMLFormElement} */
  const isIn = (form) => isForm(form) && !asides.has(form);
  const controls = find().filter((each) => isIn(formOf(each)));
  if (!controls.length) return () => {};
  const forms = new Set(controls.map(formOf).filter(isIn));
  for (const form of forms) cleared.set(form, /** @type {HTMLElement[]} */ ([...of(form).elements]));
  const withRadios = new Set(controls.filter(isRadio).map(formOf));
  const asideOf = new Map([...withRadios].map((form) => [form, makeAside()]));
  /** @param {Element} each */
  const placeOf = (each) => (isRadio(each) ? (asideOf.get(formOf(each))?.id ?? "") : "");
  // Images are in a form by where they stand.
  /** @param {Element} each */
  const attributesOf = (each) => (isImage(each) ? namesOf(each) : ["form"]);
  const former = controls.flatMap((each) =>
    attributesOf(each).map((name) => ({ each, name, value: each.getAttribute(name), place: placeOf(each) })),
  );
  for (const { each, name, place } of former) {
    if (name === "form") each.setAttribute(name, place);
    else each.removeAttribute(name);
  }
  const restore = () => {
    restores.delete(restore);
    for (const { each, name, value } of former.splice(0)) {
      if (value === null) each.removeAttribute(name);
      else each.setAttribute(name, value);
    }
    for (const form of forms) cleared.delete(form);
    for (const aside of asideOf.values()) aside.remove();
  };
  if (former.length) restores.add(restore);
  return restore;
};

/** Let htmx read the forms of the page until this task has nothing more to do at once. */
export const clearNow = () => queueMicrotask(clear());

/** @param {Element} root */
const mixedIn = (root) =>
  [root, ...of(root).querySelectorAll("form")]
    .filter(isForm)
    .flatMap((form) => [...of(form).querySelectorAll("[name], [id]")])
    .filter((each) => namesOf(each).length);

/** Return whether a control with such a name is inside of an element. @param {Element} root */
export const isMixed = (root) => mixedIn(root).length > 0;

/**
 * Take such names off in an element that leaves the page for good. A form remembers the names by which it was asked for a
 * control until that is in no form any more.
 * @param {Element} root
 */
export const strip = (root) => {
  const { isConnected } = of(root);
  for (const each of mixedIn(root)) {
    if (isRadio(each)) each.removeAttribute("name");
    if (!isConnected) each.remove();
    else each.setAttribute("form", "");
    for (const name of namesOf(each)) each.removeAttribute(name);
  }
};

/** Return the forms with such controls. */
export const mixedForms = () => new Set(find().map(formOf).filter(isForm));

export const start = () => {
  collect(page.documentElement);
  changes = new MutationObserver(collectChanged);
  changes.observe(document, { subtree: true, childList: true, attributeFilter: ["name", "id"] });
  // A visitor who is faster than a timer sends all of the form.
  addEventListener("submit", () => restores.forEach((restore) => restore()), true);
  // htmx 2 binds the page between the two; htmx 4 fires an event when it does.
  const clearWhileParsed = () => {
    const restore = clear();
    addEventListener("DOMContentLoaded", restore, { once: true });
    setTimeout(restore);
  };
  addEventListener("DOMContentLoaded", clearWhileParsed, { capture: true, once: true });
};
