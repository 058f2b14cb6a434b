/* A fresh rendering is merged into a form, so that no control is ever replaced. [data-mizan-keep] marks what a script added
   and no merge may take away. */

import { FORM, is, isContent, of, page, within } from "../dom.js";
import { serve } from "../preserve/attributes.js";
import { CONTROL, fieldsOf, forms, isInvalid, left, part, process } from "./controls.js";
import { parseHtml } from "../html.js";

const OWN = "[data-mizan-status], [data-mizan-alert], [data-mizan-keep], template, script";

/** @typedef {import("./controls.js").Control} Control */

/**
 * @typedef {object} Merger
 * @property {HTMLFormElement} form
 * @property {Set<string>} names - of the controls in the fresh rendering
 * @property {FormData} sent
 * @property {(node: Element) => boolean} isHeld - return whether to leave an element alone
 */

/** @type {WeakMap<Element, string[]>} The classes of an element that are the server's; the others are those of scripts. */
const classes = new WeakMap();

/** @type {(html: string, form: HTMLFormElement) => HTMLFormElement | undefined} */
export const findForm = (html, form) => {
  const id = of(form).getAttribute("id");
  const found = [...parseHtml(html).querySelectorAll(/** @type {"form"} */ (FORM))];
  return found.find((each) => of(each).getAttribute("id") === id);
};

/* The focus, and where the caret is: returns what brings both back. */
const holdFocus = () => {
  const focused = /** @type {Control | null} */ (page.activeElement);
  const { selectionStart, selectionEnd, selectionDirection, scrollTop = 0 } = of(focused) ?? {};
  return () => {
    if (!focused || !of(focused).isConnected || focused === page.activeElement) return;
    of(focused).focus({ preventScroll: true });
    // Where it is null, the control knows no selection.
    if (Number.isInteger(selectionStart)) {
      focused.setSelectionRange(selectionStart ?? 0, selectionEnd ?? 0, selectionDirection ?? undefined);
    }
    of(focused).scrollTop = scrollTop;
  };
};

/** @param {Element} node */
const contentOf = (node) => /** @type {(Element | Text)[]} */ ([...of(node).childNodes].filter(isContent));

/** @param {Element} control */
const describe = (control) => {
  const { localName, name, type, value } = /** @type {Control} */ (control);
  return `${localName} ${name} ${/^(radio|checkbox|submit)$/.test(type) ? value : ""}`;
};

/**
 * Name a node so that it has the same name in another rendering: by its id, or by the control inside of it that comes first
 * in the alphabet, because a formset's rows may stand in any order.
 * @param {Node} node
 */
const keyOf = (node) => {
  if (!(node instanceof Element)) return "text";
  const [first = ""] = within(node, "[name]").map(describe).sort();
  return node.id ? `#${node.id}` : `${node.localName} ${first}`;
};

/** @type {(old: Element, fresh: Element) => void} */
const copyAttributes = (old, fresh) => {
  for (const name of ["aria-invalid", "aria-describedby", "aria-errormessage"]) {
    const value = fresh.getAttribute(name);
    if (value === null) old.removeAttribute(name);
    else if (value !== old.getAttribute(name)) old.setAttribute(name, value);
  }
  for (const each of classes.get(old) ?? []) if (!fresh.classList.contains(each)) old.classList.remove(each);
  if (fresh.classList.length) old.classList.add(...fresh.classList);
  classes.set(old, [...fresh.classList]);
};

/** @type {(old: Element | Text, fresh: Element | Text, merger: Merger) => Element | Text} */
const merge = (old, fresh, merger) => {
  if (!(old instanceof Element && fresh instanceof Element)) {
    if (old instanceof Text && fresh instanceof Text && old.data !== fresh.data) old.data = fresh.data;
  } else if (is(old, OWN) || merger.isHeld(old)) {
    // Stays as it is.
  } else if (is(old, CONTROL) || old.localName.includes("-")) {
    copyAttributes(old, fresh);
    const [control, { value }] = /** @type {[Control, Control]} */ ([old, fresh]);
    const isChanged = control.type === "hidden" && !merger.sent.getAll(control.name).includes(value);
    if (isChanged) control.value = value;
  } else if (within(old, `${CONTROL}, ${OWN}`).length || within(fresh, CONTROL).length) {
    copyAttributes(old, fresh);
    mergeContent(old, fresh, merger);
  } else if (!old.isEqualNode(fresh)) {
    old.replaceWith(fresh);
    return fresh;
  }
  return old;
};

/** @type {(old: Element, fresh: Element, merger: Merger) => void} */
const mergeContent = (old, fresh, merger) => {
  const rest = contentOf(old);
  const keys = rest.map(keyOf);
  /** @type {Element | Text | null} */
  let last = null;
  for (const node of contentOf(fresh)) {
    const at = keys.indexOf(keyOf(node));
    const [known] = at < 0 ? [] : rest.splice(at, 1);
    if (known) {
      keys.splice(at, 1);
      last = merge(known, node, merger);
    } else {
      const next = adopt(node, merger);
      if (last) last.after(next);
      else of(old).prepend(next);
      last = next;
    }
  }
  for (const node of rest) if (isObsolete(node, merger)) node.remove();
};

/* Put the form's own controls into a piece of the fresh rendering that has no counterpart in the form. */
/** @type {(node: Element | Text, merger: Merger) => Element | Text} */
const adopt = (node, { form }) => {
  if (!(node instanceof Element)) return node;
  const known = new Map(fieldsOf(form).map((control) => [keyOf(control), control]));
  let place = /** @type {Element} */ (node);
  for (const control of within(node, "[name]")) {
    const own = known.get(keyOf(control));
    if (!own) continue;
    if (control === node) place = own;
    else control.replaceWith(own);
    copyAttributes(own, control);
  }
  return place;
};

/* A control without a name comes from a script; one that the server still knows must not get lost. */
/** @type {(node: Element | Text, merger: Merger) => boolean} */
const isObsolete = (node, { names }) => {
  if (!(node instanceof Element)) return true;
  const controls = /** @type {Control[]} */ (within(node, CONTROL));
  return !within(node, OWN).length && controls.every(({ name }) => name && !names.has(name));
};

/** @type {(form: HTMLFormElement, fresh: HTMLFormElement, sent: FormData, isHeld?: Merger["isHeld"]) => void} */
export const mergeForm = (form, fresh, sent, isHeld = () => false) => {
  const names = new Set(/** @type {Control[]} */ ([...of(fresh).elements]).map(({ name }) => name));
  const restoreFocus = holdFocus();
  serve(() => mergeContent(form, fresh, { form, names, sent, isHeld }));
  restoreFocus();
  for (const control of fieldsOf(form)) if (isInvalid(control)) left.add(control);
  process(form);
};

/** @type {(form: HTMLFormElement, fresh: HTMLFormElement) => void} */
export const showStatus = (form, fresh) => {
  const [old, next] = [part(form, "status"), part(fresh, "status")];
  if (!old || !next || old.isEqualNode(next)) return;
  const isFocused = old.contains(page.activeElement);
  old.replaceChildren(...next.childNodes);
  if (isFocused) old.focus();
};

const noteClasses = () => {
  for (const form of forms()) {
    for (const element of of(form).querySelectorAll("[class]")) classes.set(element, [...element.classList]);
  }
};

export const start = () => {
  if (page.readyState === "loading") addEventListener("DOMContentLoaded", noteClasses, true);
  else noteClasses();
};
