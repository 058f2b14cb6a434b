/* mizan-forms.js. Built from js/src by `make js`: change that. */
(() => {
"use strict";
if (!globalThis[Symbol.for("mizan")]?.modules) throw new Error("mizan-forms.js needs mizan.js: load it before, or use {% mizan_scripts %}.");
const require = (name) => globalThis[Symbol.for("mizan")].modules[name];


// src/forms/index.js
var import_dom6 = require("dom.js");
var import_events5 = require("events.js");

// src/forms/controls.js
var import_clobbering = require("clobbering.js");
var import_dom = require("dom.js");
var import_htmx = require("htmx.js");
/* The forms that the server renders, form[data-mizan-form], and their controls. */
var CONTROL = "input, select, textarea, button, output, [contenteditable]";
/* Images that send a form are not among its elements. */
var SUBMITS = "button, input[type=submit], input[type=image]";
var NO_FIELD = /^(hidden|submit|button|reset|image|fieldset|output)$/;
/** A control: what it has depends on its type. @typedef {HTMLInputElement} Control */
/* Not in attributes, since responses are merged into those. */
/** @type {WeakSet<Element>} Controls that were left, or that the server complained about: their errors may show. */
var left = /* @__PURE__ */ new WeakSet();
/** @type {WeakSet<Element>} Controls with something new in them since they were rendered, and their forms. */
var typed = /* @__PURE__ */ new WeakSet();
/** @type {WeakSet<Element>} Forms that the server sent back. */
var refused = /* @__PURE__ */ new WeakSet();
/** File inputs that a 422 complained about: a validation carries no files and can't say anything new.
    @type {WeakSet<Element>} */
var judged = /* @__PURE__ */ new WeakSet();
/** @type {() => HTMLFormElement[]} */
var forms = () => [...import_dom.page.querySelectorAll(
  /** @type {"form"} */
  import_dom.FORM
)];
/** @type {(control: Element) => HTMLFormElement | null} */
var formOf = (control) => {
  const { form } = (
    /** @type {Control} */
    control
  );
  return (0, import_dom.is)(form, import_dom.FORM) ? form : null;
};
/** @param {Element} element */
var isField = (element) => {
  const { name, type } = (
    /** @type {Control} */
    element
  );
  return Boolean(name) && !NO_FIELD.test(type);
};
/** @type {(form: HTMLFormElement) => Control[]} */
var fieldsOf = (form) => (
  /** @type {Control[]} */
  [...(0, import_dom.of)(form).elements].filter(isField)
);
/** @param {Control} control */
var fieldName = (control) => (
  /** @type {HTMLElement | null} */
  control.closest("[data-mizan-field]")?.dataset.mizanField ?? control.name
);
/** @param {Element} control */
var isInvalid = (control) => control.getAttribute("aria-invalid") === "true";
/** Return whether a file is chosen. @param {Control} control */
var isChosen = (control) => Boolean(control.files?.length);
/** @param {HTMLFormElement} form */
var isBusy = (form) => (0, import_dom.of)(form).getAttribute("aria-busy") === "true";
/** @type {(root: Element, name: string) => HTMLElement | null} */
var part = (root, name) => (0, import_dom.of)(root).querySelector(`[data-mizan-${name}]`);
/**
 * Return what sends a form. A button outside of it is one of its elements only while the form is in the page.
 * @type {(form: HTMLFormElement) => HTMLButtonElement[]}
 */
var submitsOf = (form) => {
  const id = (0, import_dom.of)(form).getAttribute("id");
  const beside = id ? import_dom.page.querySelectorAll(`[form="${CSS.escape(id)}"]`) : [];
  const all2 = (
    /** @type {HTMLButtonElement[]} */
    [...(0, import_dom.of)(form).querySelectorAll(SUBMITS), ...beside]
  );
  return all2.filter(({ type, form: owner }) => /^(submit|image)$/.test(type) && (owner ?? form) === form);
};
/** @param {HTMLFormElement} form */
var forgetTyping = (form) => {
  for (const element of [form, ...(0, import_dom.of)(form).elements]) typed.delete(element);
};
/** Let htmx bind what is new in an element. @param {Element} element */
var process = (element) => {
  const restore = (0, import_clobbering.clear)();
  import_htmx.htmx.process(element);
  restore();
};

// src/forms/formsets.js
var import_dom2 = require("dom.js");
var import_events = require("events.js");
/* Rows that come and go in a form[data-mizan-formset], which names the formset's prefix.

   Rows stand in [data-mizan-rows]; template[data-mizan-empty-row] has one to copy, numbered __prefix__. The first
   INITIAL_FORMS rows exist on the server: they keep their numbers, and are marked when they are to be deleted. The others
   are numbered without gaps. Rows with an ORDER are sent in their order on the page. */
var FORMSET = "form[data-mizan-formset]";
/** @typedef {import("./controls.js").Control} Control */
/** A row; where it is a fieldset, it has elements. @typedef {HTMLFieldSetElement} Row */
/** @type {() => HTMLFormElement[]} */
var formsets = () => (
  /** @type {HTMLFormElement[]} */
  (0, import_dom2.all)(FORMSET)
);
/** @param {HTMLFormElement} form */
var prefixOf = (form) => (0, import_dom2.of)(form).dataset.mizanFormset;
/** @type {(form: HTMLFormElement) => Row[]} */
var rowsOf = (form) => (
  /** @type {Row[]} */
  (0, import_dom2.all)("[data-mizan-row]", form)
);
/** @type {(root: Element, name: string) => Control | null} */
var field = (root, name) => (0, import_dom2.of)(root).querySelector(`[name="${CSS.escape(name)}"]`);
/** @type {(form: HTMLFormElement, name: string) => Control} */
var count = (form, name) => (
  /** @type {Control} */
  field(form, `${prefixOf(form)}-${name}_FORMS`)
);
/** @param {Row} row */
var rowPrefix = (row) => row.dataset.mizanRow ?? "";
/** @param {Row} row */
var numberOf = (row) => Number(/\d+$/.exec(rowPrefix(row)));
/** @type {(row: Row, name: string) => Control | null} */
var ofRow = (row, name) => field(row, `${rowPrefix(row)}-${name}`);
/** @type {(form: HTMLFormElement, row: Row) => boolean} */
var isNew = (form, row) => numberOf(row) >= Number(count(form, "INITIAL").value);
/** @param {Row} row */
var isDeleted = (row) => Boolean(ofRow(row, "DELETE")?.checked);
/** @param {HTMLFormElement} form */
var shownRows = (form) => rowsOf(form).filter((row) => !isDeleted(row));
/** @param {Control} control */
var isUsable = ({ type, name, hidden }) => Boolean(name) && type !== "hidden" && !hidden;
/** @param {Row} row */
var controlsOf = (row) => (
  /** @type {Control[]} */
  [...row.elements].filter(isUsable)
);
/** @param {Row} row */
var focusFirst = (row) => controlsOf(row)[0]?.focus();
/* Give a row another number, wherever its prefix stands in it. */
/** @type {(form: HTMLFormElement, row: Row, number: number) => void} */
var renumber = (form, row, number) => {
  const quoted = rowPrefix(row).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const old = new RegExp(`(?<=^|[\\s_#])${quoted}(?!\\w)`, "g");
  // not in the form's own id
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.name === "value") continue;
      attribute.value = attribute.value.replace(old, `${prefixOf(form)}-${number}`);
    }
  }
};
/** @type {(element: HTMLElement | null, hidden: boolean) => void} */
var setHidden = (element, hidden) => {
  if (element) element.hidden = hidden;
};
/* Bring buttons and numbers in line with the rows. */
/** @param {HTMLFormElement} form */
var show = (form) => {
  const shown = shownRows(form);
  const { mizanMin: min, mizanMax: max } = (0, import_dom2.of)(form).dataset;
  setHidden(part(form, "add"), shown.length >= Number(max));
  for (const row of rowsOf(form)) {
    for (const plain of (0, import_dom2.all)("[data-mizan-plain]", row)) setHidden(plain, true);
    setHidden(part(row, "row-body"), isDeleted(row));
    setHidden(part(row, "row-removed"), !isDeleted(row));
    setHidden(part(row, "row-actions"), false);
    const isRemovable = isNew(form, row) || ofRow(row, "DELETE");
    setHidden(part(row, "remove"), !isRemovable || shown.length <= Number(min));
    part(row, "up")?.setAttribute("aria-disabled", String(row === shown[0]));
    part(row, "down")?.setAttribute("aria-disabled", String(row === shown.at(-1)));
    const number = part(row, "row-number");
    const text = String(isDeleted(row) ? "" : shown.indexOf(row) + 1);
    if (number && number.textContent !== text) number.textContent = text;
  }
};
/* Number the new rows, which start where those end that the server has. */
/** @param {HTMLFormElement} form */
var settle = (form) => {
  let next = Number(count(form, "INITIAL").value);
  const fresh = rowsOf(form).filter((row) => isNew(form, row));
  fresh.sort((one, other) => numberOf(one) - numberOf(other));
  for (const row of fresh) renumber(form, row, next++);
  count(form, "TOTAL").value = String(next);
  part(form, "status")?.replaceChildren();
  // its links may lead to the wrong rows now
  show(form);
  (0, import_events.fire)(form, "mizan:rows");
};
/** @type {(form: HTMLFormElement, row: Row, step: number) => void} */
var move = (form, row, step) => {
  const shown = shownRows(form);
  const other = shown[shown.indexOf(row) + step];
  if (!other) return;
  // The other row moves, so that this one keeps the focus.
  if (step < 0) row.after(other);
  else row.before(other);
  settle(form);
};
/** @param {HTMLFormElement} form */
var add = (form) => {
  const template = (
    /** @type {HTMLTemplateElement} */
    part(form, "empty-row")
  );
  const row = (
    /** @type {Row} */
    template.content.firstElementChild?.cloneNode(true)
  );
  part(form, "rows")?.append(row);
  renumber(form, row, Number(count(form, "TOTAL").value));
  process(row);
  settle(form);
  focusFirst(row);
};
/** @type {(row: Row, isDeleted: boolean) => void} */
var mark = (row, isDeleted2) => {
  /** @type {Control} */
  ofRow(row, "DELETE").checked = isDeleted2;
};
/** @type {(form: HTMLFormElement, row: Row) => void} */
var remove = (form, row) => {
  const shown = shownRows(form);
  const neighbour = shown[shown.indexOf(row) + 1] ?? shown[shown.indexOf(row) - 1];
  const isOfServer = !isNew(form, row);
  if (isOfServer) mark(row, true);
  else row.remove();
  settle(form);
  const button = neighbour && part(neighbour, "remove");
  const next = button?.hidden ? controlsOf(neighbour)[0] : button;
  ((isOfServer ? part(row, "undo") : next) ?? part(form, "add"))?.focus();
};
/** @type {(form: HTMLFormElement, row: Row) => void} */
var undo = (form, row) => {
  mark(row, false);
  settle(form);
  focusFirst(row);
};
/** @type {[string, (form: HTMLFormElement, row: Row) => void][]} */
var ACTIONS = [
  ["[data-mizan-add]", add],
  ["[data-mizan-remove]", remove],
  ["[data-mizan-undo]", undo],
  ["[data-mizan-up]", (form, row) => move(form, row, -1)],
  ["[data-mizan-down]", (form, row) => move(form, row, 1)]
];
var BUTTONS = ACTIONS.map(([selector]) => selector).join(", ");
/** @param {Event} event */
var click = (event) => {
  const button = (0, import_dom2.of)(
    /** @type {Element} */
    event.target
  ).closest?.(BUTTONS);
  const form = (
    /** @type {HTMLFormElement | null | undefined} */
    button?.closest(FORMSET)
  );
  if (!button || !form || isBusy(form)) return;
  const [, act] = ACTIONS.find(([selector]) => (0, import_dom2.is)(button, selector)) ?? [];
  act?.(
    form,
    /** @type {Row} */
    button.closest("[data-mizan-row]")
  );
};
/** @param {Control} control */
var isBlank = (control) => {
  if (/^(radio|checkbox)$/.test(control.type)) return control.checked === control.defaultChecked;
  if (control instanceof HTMLSelectElement) {
    return [.../** @type {HTMLSelectElement} */
    control.options].every(
      ({ selected, defaultSelected }) => selected === defaultSelected
    );
  }
  return control.value === (control.defaultValue ?? "");
};
/* A new row that nobody has filled in gets no place: with one, Django would find it incomplete. */
/** @param {FormDataEvent} event */
var writePlaces = ({ target, formData }) => {
  if (!(0, import_dom2.is)(target, FORMSET)) return;
  const form = (
    /** @type {HTMLFormElement} */
    target
  );
  let place = 0;
  for (const row of shownRows(form)) {
    const order = ofRow(row, "ORDER");
    if (!order) continue;
    const isUnused = isNew(form, row) && controlsOf(row).every((each) => each === order || isBlank(each));
    formData.set(order.name, isUnused ? "" : String(++place));
  }
};
var prepare = () => formsets().forEach(show);
var start = () => {
  (0, import_events.on)("click", click);
  (0, import_events.on)("formdata", writePlaces);
  prepare();
  (0, import_events.onChange)(prepare);
};

// src/forms/merge.js
var import_dom3 = require("dom.js");
var import_attributes = require("preserve/attributes.js");
var import_html = require("html.js");
/* A fresh rendering is merged into a form, so that no control is ever replaced. [data-mizan-keep] marks what a script added
   and no merge may take away. */
var OWN = "[data-mizan-status], [data-mizan-alert], [data-mizan-keep], template, script";
/** @typedef {import("./controls.js").Control} Control */
/**
 * @typedef {object} Merger
 * @property {HTMLFormElement} form
 * @property {Set<string>} names - of the controls in the fresh rendering
 * @property {FormData} sent
 * @property {(node: Element) => boolean} isHeld - return whether to leave an element alone
 */
/** @type {WeakMap<Element, string[]>} The classes of an element that are the server's; the others are those of scripts. */
var classes = /* @__PURE__ */ new WeakMap();
/** @type {(html: string, form: HTMLFormElement) => HTMLFormElement | undefined} */
var findForm = (html, form) => {
  const id = (0, import_dom3.of)(form).getAttribute("id");
  const found = [...(0, import_html.parseHtml)(html).querySelectorAll(
    /** @type {"form"} */
    import_dom3.FORM
  )];
  return found.find((each) => (0, import_dom3.of)(each).getAttribute("id") === id);
};
/* The focus, and where the caret is: returns what brings both back. */
var holdFocus = () => {
  const focused = (
    /** @type {Control | null} */
    import_dom3.page.activeElement
  );
  const { selectionStart, selectionEnd, selectionDirection, scrollTop = 0 } = (0, import_dom3.of)(focused) ?? {};
  return () => {
    if (!focused || !(0, import_dom3.of)(focused).isConnected || focused === import_dom3.page.activeElement) return;
    (0, import_dom3.of)(focused).focus({ preventScroll: true });
    // Where it is null, the control knows no selection.
    if (Number.isInteger(selectionStart)) {
      focused.setSelectionRange(selectionStart ?? 0, selectionEnd ?? 0, selectionDirection ?? void 0);
    }
    (0, import_dom3.of)(focused).scrollTop = scrollTop;
  };
};
/** @param {Element} node */
var contentOf = (node) => (
  /** @type {(Element | Text)[]} */
  [...(0, import_dom3.of)(node).childNodes].filter(import_dom3.isContent)
);
/** @param {Element} control */
var describe = (control) => {
  const { localName, name, type, value } = (
    /** @type {Control} */
    control
  );
  return `${localName} ${name} ${/^(radio|checkbox|submit)$/.test(type) ? value : ""}`;
};
/**
 * Name a node so that it has the same name in another rendering: by its id, or by the control inside of it that comes first
 * in the alphabet, because a formset's rows may stand in any order.
 * @param {Node} node
 */
var keyOf = (node) => {
  if (!(node instanceof Element)) return "text";
  const [first = ""] = (0, import_dom3.within)(node, "[name]").map(describe).sort();
  return node.id ? `#${node.id}` : `${node.localName} ${first}`;
};
/** @type {(old: Element, fresh: Element) => void} */
var copyAttributes = (old, fresh) => {
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
var merge = (old, fresh, merger) => {
  if (!(old instanceof Element && fresh instanceof Element)) {
    if (old instanceof Text && fresh instanceof Text && old.data !== fresh.data) old.data = fresh.data;
  } else if ((0, import_dom3.is)(old, OWN) || merger.isHeld(old)) {
    // Stays as it is.
  } else if ((0, import_dom3.is)(old, CONTROL) || old.localName.includes("-")) {
    copyAttributes(old, fresh);
    const [control, { value }] = (
      /** @type {[Control, Control]} */
      [old, fresh]
    );
    const isChanged = control.type === "hidden" && !merger.sent.getAll(control.name).includes(value);
    if (isChanged) control.value = value;
  } else if ((0, import_dom3.within)(old, `${CONTROL}, ${OWN}`).length || (0, import_dom3.within)(fresh, CONTROL).length) {
    copyAttributes(old, fresh);
    mergeContent(old, fresh, merger);
  } else if (!old.isEqualNode(fresh)) {
    old.replaceWith(fresh);
    return fresh;
  }
  return old;
};
/** @type {(old: Element, fresh: Element, merger: Merger) => void} */
var mergeContent = (old, fresh, merger) => {
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
      else (0, import_dom3.of)(old).prepend(next);
      last = next;
    }
  }
  for (const node of rest) if (isObsolete(node, merger)) node.remove();
};
/* Put the form's own controls into a piece of the fresh rendering that has no counterpart in the form. */
/** @type {(node: Element | Text, merger: Merger) => Element | Text} */
var adopt = (node, { form }) => {
  if (!(node instanceof Element)) return node;
  const known = new Map(fieldsOf(form).map((control) => [keyOf(control), control]));
  let place = (
    /** @type {Element} */
    node
  );
  for (const control of (0, import_dom3.within)(node, "[name]")) {
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
var isObsolete = (node, { names }) => {
  if (!(node instanceof Element)) return true;
  const controls = (
    /** @type {Control[]} */
    (0, import_dom3.within)(node, CONTROL)
  );
  return !(0, import_dom3.within)(node, OWN).length && controls.every(({ name }) => name && !names.has(name));
};
/** @type {(form: HTMLFormElement, fresh: HTMLFormElement, sent: FormData, isHeld?: Merger["isHeld"]) => void} */
var mergeForm = (form, fresh, sent, isHeld = () => false) => {
  const names = new Set(
    /** @type {Control[]} */
    [...(0, import_dom3.of)(fresh).elements].map(({ name }) => name)
  );
  const restoreFocus = holdFocus();
  (0, import_attributes.serve)(() => mergeContent(form, fresh, { form, names, sent, isHeld }));
  restoreFocus();
  for (const control of fieldsOf(form)) if (isInvalid(control)) left.add(control);
  process(form);
};
/** @type {(form: HTMLFormElement, fresh: HTMLFormElement) => void} */
var showStatus = (form, fresh) => {
  const [old, next] = [part(form, "status"), part(fresh, "status")];
  if (!old || !next || old.isEqualNode(next)) return;
  const isFocused = old.contains(import_dom3.page.activeElement);
  old.replaceChildren(...next.childNodes);
  if (isFocused) old.focus();
};
var noteClasses = () => {
  for (const form of forms()) {
    for (const element of (0, import_dom3.of)(form).querySelectorAll("[class]")) classes.set(element, [...element.classList]);
  }
};
var start2 = () => {
  if (import_dom3.page.readyState === "loading") addEventListener("DOMContentLoaded", noteClasses, true);
  else noteClasses();
};

// src/forms/requests.js
var import_clobbering3 = require("clobbering.js");
var import_events4 = require("events.js");
var import_htmx3 = require("htmx.js");

// src/forms/submission.js
var import_clobbering2 = require("clobbering.js");
var import_cookies = require("cookies.js");
var import_dom5 = require("dom.js");
var import_events3 = require("events.js");
var import_html2 = require("html.js");
var import_htmx2 = require("htmx.js");
var import_flights = require("requests/flights.js");
var import_csrf = require("session/csrf.js");
var import_settings = require("settings.js");

// src/forms/validation.js
var import_dom4 = require("dom.js");
var import_events2 = require("events.js");
var import_page_address = require("requests/page_address.js");
/* While it is filled in, a form goes to the URL in data-mizan-validate. What comes back has the errors of the fields that
   were left. */
var TYPING = 300;
// milliseconds of silence after a key
/** @typedef {import("./controls.js").Control} Control */
/** @typedef {{ timer?: number, request?: AbortController, again?: boolean }} Validation */
/** @type {WeakMap<HTMLFormElement, Validation>} */
var validations = /* @__PURE__ */ new WeakMap();
/* A field that moves under the pointer between press and release would make the click miss. */
var released = Promise.resolve();
var release = () => {
};
/**
 * Validate a form soon.
 * @param {HTMLFormElement} form
 * @param {number} [delay] - milliseconds
 */
var validateSoon = (form, delay = 0) => {
  const { mizanValidate: url } = (0, import_dom4.of)(form).dataset;
  if (!url || !(0, import_dom4.isOwn)(url) || isBusy(form)) return;
  const validation = validations.get(form) ?? {};
  validations.set(form, validation);
  clearTimeout(validation.timer);
  validation.timer = setTimeout(() => validate(form, validation), delay);
};
/**
 * Forget about validating a form as it was.
 * @param {HTMLFormElement} form
 */
var dropValidation = (form) => {
  const validation = validations.get(form);
  clearTimeout(validation?.timer);
  validation?.request?.abort();
  validations.delete(form);
};
/** @type {(form: HTMLFormElement, validation: Validation) => Promise<void>} */
var validate = async (form, validation) => {
  validation.timer = void 0;
  if (validation.request) validation.again = true;
  if (validation.request || !(0, import_dom4.of)(form).isConnected) return;
  validation.request = new AbortController();
  validation.again = false;
  try {
    await send(form, validation, validation.request);
  } catch {
    // Offline, or the server has a problem: a submission will say so.
  }
  validation.request = void 0;
  if (validation.again) validateSoon(form);
};
/** @type {(form: HTMLFormElement, validation: Validation, abort: AbortController) => Promise<void>} */
var send = async (form, validation, { signal }) => {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  for (const name of touchedNames(form)) body.append("mizan_touched", name);
  const request = { method: "POST", body, headers: (0, import_page_address.sayAddress)({ "HX-Request": "true" }), signal };
  const response = await fetch(
    /** @type {string} */
    (0, import_dom4.of)(form).dataset.mizanValidate,
    request
  );
  const fresh = response.ok && findForm(await response.text(), form);
  await released;
  const isLate = signal.aborted || validation.again || validation.timer || !(0, import_dom4.of)(form).isConnected;
  if (!fresh || isLate) return;
  mergeForm(form, fresh, body, isOnlyFiles);
  if (part(form, "summary")) showStatus(form, fresh);
};
/* Of chosen files that were refused, nothing new is known. */
/** @param {Element} node */
var isOnlyFiles = (node) => {
  const inside = (
    /** @type {Control[]} */
    (0, import_dom4.within)(node, CONTROL).filter(isField)
  );
  return inside.length > 0 && inside.every((control) => judged.has(control) && isChosen(control));
};
/* A chosen file is not sent along, so nothing can be said of it, nor of the form as a whole. */
/** @param {HTMLFormElement} form */
var touchedNames = (form) => {
  const fields = fieldsOf(form);
  const names = new Set(fields.filter((control) => left.has(control) && !isChosen(control)).map(fieldName));
  const isWhole = refused.has(form) || fields.every((control) => names.has(fieldName(control)));
  if (isWhole && !fields.some(isChosen)) names.add("__all__");
  return names;
};
/* A date of three parts is not left with its first. */
/** @type {(form: HTMLFormElement, control: Control) => boolean} */
var isPart = (form, control) => fieldsOf(form).some((each) => each.name !== control.name && fieldName(each) === fieldName(control));
var start3 = () => {
  (0, import_events2.onCapture)("pointerdown", () => {
    released = new Promise((resolve) => {
      release = resolve;
    });
  });
  (0, import_events2.onCapture)("pointerup pointercancel", () => setTimeout(release));
  (0, import_events2.onCapture)("input change", ({ target, type }) => {
    const form = formOf(target);
    if (!form || !isField(target)) return;
    typed.add(form).add(target);
    if (type === "change") {
      if (!isPart(form, target)) left.add(target);
      judged.delete(target);
    }
    if (left.has(target)) validateSoon(form, type === "input" ? TYPING : 0);
  });
  (0, import_events2.onCapture)("focusout", ({ target, relatedTarget }) => {
    const form = formOf(target);
    // The control that has the focus loses it when another window gets it, and has not been left.
    if (!form || !isField(target) || target === import_dom4.page.activeElement || left.has(target)) return;
    if (relatedTarget?.form === form && fieldName(relatedTarget) === fieldName(target)) return;
    left.add(target);
    validateSoon(form);
  });
  (0, import_events2.onCapture)("reset", ({ target: form }) => {
    if (!(0, import_dom4.is)(form, import_dom4.FORM)) return;
    dropValidation(form);
    forgetTyping(form);
  });
  /* Rows came or went, so that a response for the form as it was would hit the wrong ones. */
  (0, import_events2.onCapture)("mizan:rows", ({ target: form }) => {
    dropValidation(form);
    typed.add(form);
    validateSoon(form, TYPING);
  });
};

// src/forms/submission.js
/* A submission goes out through htmx. What a 2xx brings takes the form's place. After anything else the form stays: a 422 is
   merged into it; what else goes wrong is said in [data-mizan-alert], by the template[data-mizan-notice] for its status ("0"
   for no response at all, "CSRF", or "error" for all the others), and by that for "returned" when somebody has signed in
   again. */
var LEAVING = 1e4;
// milliseconds that a redirect may take before the form can be sent again
/**
 * A submission that is under way.
 * @typedef {object} Flight
 * @property {FormData} sent
 * @property {boolean} [isBegun]
 * @property {[ParentNode | null, ChildNode | null]} [place] - the parent of the form, and what is before it
 * @property {boolean} [isFocused] - whether the focus is in the form, or nowhere
 */
/**
 * A response to a submission; its status is 0 where there is none.
 * @typedef {{ status: number, url?: string, text: string, header(name: string): string | null }} Answer
 */
/** @type {WeakMap<Element, Flight>} */
var flights = /* @__PURE__ */ new WeakMap();
/** @type {WeakMap<Element, HTMLElement | null>} The button that each form was last sent by. */
var submitters = /* @__PURE__ */ new WeakMap();
/** @type {WeakSet<Element>} Forms that say that nobody is signed in. */
var unsigned = /* @__PURE__ */ new WeakSet();
/** form → the buttons that wait with it: those outside of it belong to it no more once it has left the page.
    @type {WeakMap<Element, HTMLElement[]>} */
var waiting = /* @__PURE__ */ new WeakMap();
/** Return whether a form is being submitted. @type {(form: unknown) => form is HTMLFormElement} */
var isSending = (
  /** @returns {form is HTMLFormElement} */
  (form) => flights.has(
    /** @type {HTMLFormElement} */
    form
  )
);
/** @type {(form: HTMLFormElement, busy: boolean) => void} */
var setBusy = (form, busy) => {
  const buttons = /* @__PURE__ */ new Set([...waiting.get(form) ?? [], ...submitsOf(form)]);
  waiting.set(form, busy ? [...buttons] : []);
  for (const element of [form, ...buttons]) {
    if (busy) (0, import_dom5.of)(element).setAttribute("aria-busy", "true");
    else (0, import_dom5.of)(element).removeAttribute("aria-busy");
  }
  for (const button of buttons) {
    // A disabled button would drop the focus.
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
  const progress = part(form, "progress");
  if (progress) progress.hidden = !busy || !fieldsOf(form).some(isChosen);
  progress?.removeAttribute("value");
};
/* An image sends where it was pressed, which nobody knows by now. */
/** @type {(submitter: HTMLElement | null) => Record<string, string>} */
var valuesOf = (submitter) => {
  const { name, type, value } = (
    /** @type {Partial<HTMLInputElement>} */
    submitter ?? {}
  );
  if (type === "image") return Object.fromEntries(["x", "y"].map((it) => [name ? `${name}.${it}` : it, "0"]));
  return name ? { [name]: value ?? "" } : {};
};
/** @type {(form: HTMLFormElement, submitter: HTMLElement | null) => Promise<void>} */
var send2 = async (form, submitter) => {
  if (isBusy(form)) return;
  dropValidation(form);
  submitters.set(form, submitter);
  /** @type {Flight} */
  const flight = { sent: new FormData(form) };
  flights.set(form, flight);
  setBusy(form, true);
  const context = { source: form, target: form, swap: "outerHTML", values: valuesOf(submitter) };
  const restore = (0, import_clobbering2.clear)();
  try {
    const answered = import_htmx2.htmx.ajax("POST", actionOf(form), context);
    restore();
    await answered;
  } catch {
    restore();
    // htmx 2 rejects where there was no response, which the form says by then.
  }
  if (!flight.isBegun) setBusy(form, false);
  // somebody was asked whether to send it, and has said no
};
/** @param {HTMLFormElement} form */
var actionOf = (form) => (0, import_dom5.of)(form).getAttribute("action") ?? "";
/** htmx sends the form. @param {HTMLFormElement} form */
var begin = (form) => {
  const flight = flights.get(form);
  if (!flight) return;
  flight.isBegun = true;
  setBusy(form, true);
  part(form, "alert")?.replaceChildren();
  unsigned.delete(form);
};
/** @type {(form: HTMLFormElement) => (event: ProgressEvent) => void} */
var showProgress = (form) => (event) => {
  const progress = (
    /** @type {HTMLProgressElement | null} */
    part(form, "progress")
  );
  if (progress && event.lengthComputable) progress.value = 100 * event.loaded / event.total;
};
/* A middleware that sends visitors to sign in answers 200, too, but from another URL. */
/** @type {(form: HTMLFormElement, answer: Answer) => boolean} */
var isAccepted = (form, { status, url }) => {
  const { href } = new URL(actionOf(form), import_dom5.page.baseURI);
  return status >= 200 && status < 300 && (!url || url.split("#")[0] === href.split("#")[0]);
};
/**
 * Return, before htmx swaps anything, whether it may.
 * @type {(form: HTMLFormElement, answer: Answer) => boolean}
 */
var admit = (form, answer) => {
  const flight = (
    /** @type {Flight} */
    flights.get(form)
  );
  const { activeElement } = import_dom5.page;
  flight.place = [(0, import_dom5.of)(form).parentNode, (0, import_dom5.of)(form).previousSibling];
  flight.isFocused = (0, import_dom5.of)(form).contains(activeElement) || activeElement === import_dom5.page.body;
  return isAccepted(form, answer);
};
/**
 * Show what has become of a submission, after htmx has swapped in what it may.
 * @type {(form: HTMLFormElement, answer: Answer) => void}
 */
var end = (form, answer) => {
  const flight = flights.get(form);
  if (!flight?.isBegun) return;
  flights.delete(form);
  const { status, header, text } = answer;
  const isOver = isAccepted(form, answer);
  if (isOver && (0, import_flights.leavesBy)(header)) {
    setTimeout(() => setBusy(form, false), LEAVING);
    return;
  }
  setBusy(form, false);
  if (isOver) return succeed(form, flight);
  const fresh = status === 422 && findForm(text, form);
  if (fresh) refuse(form, fresh, flight);
  else if (status === 422)
    part(form, "alert")?.replaceChildren((0, import_html2.parseHtml)(text));
  else if (header("X-Mizan-Error") === "CSRF") complain(form, "CSRF");
  else complain(form, status < 400 && status ? 401 : status);
};
/** @type {(form: HTMLFormElement, flight: Flight) => void} */
var succeed = (form, { place = [null, null], isFocused }) => {
  const [parent, previous] = place;
  forgetTyping(form);
  const { isConnected } = (0, import_dom5.of)(form);
  if (isConnected) validateSoon(form);
  // a 204, say, and what was wrong may still be shown
  if (isConnected || !isFocused || !parent) return;
  let node = previous ? (0, import_dom5.of)(previous).nextSibling : (0, import_dom5.of)(parent).firstChild;
  while (node && !(node instanceof Element)) node = node.nextSibling;
  if (!node) return;
  const status = (0, import_dom5.of)(part(node, "status") ?? /** @type {HTMLElement} */
  node);
  if (!status.hasAttribute("tabindex")) status.tabIndex = -1;
  status.focus();
};
/** @type {(form: HTMLFormElement, fresh: HTMLFormElement, flight: Flight) => void} */
var refuse = (form, fresh, { sent, isFocused = true }) => {
  refused.add(form);
  for (const control of fieldsOf(form)) if (isChosen(control)) judged.add(control);
  showStatus(form, fresh);
  mergeForm(form, fresh, sent);
  if (!isFocused) return;
  const invalid = fieldsOf(form).filter(isInvalid);
  // A script may have hidden a control behind one of its own.
  const isTaken = [...invalid, part(form, "status")].some((each) => {
    each?.focus();
    return each === import_dom5.page.activeElement;
  });
  if (!isTaken) (0, import_dom5.of)(form).scrollIntoView();
};
/** @type {(form: HTMLFormElement, name: string | number) => HTMLTemplateElement | null} */
var noticeOf = (form, name) => (0, import_dom5.of)(form).querySelector(`template[data-mizan-notice="${name}"]`);
/** @type {(form: HTMLFormElement, reason: string | number) => void} */
var complain = (form, reason) => {
  if (reason === 401) unsigned.add(form);
  const { content } = noticeOf(form, reason) ?? noticeOf(form, "error") ?? {};
  if (content) part(form, "alert")?.replaceChildren(content.cloneNode(true));
};
/** @param {HTMLFormElement} form */
var welcome = (form) => {
  if (!unsigned.delete(form) || !noticeOf(form, "returned")) return;
  const isFocused = part(form, "alert")?.contains(import_dom5.page.activeElement);
  complain(form, "returned");
  if (isFocused) part(form, "retry")?.focus();
};
/** @param {MouseEvent} event */
var click2 = (event) => {
  const target = (
    /** @type {Element} */
    event.target
  );
  const retry = (
    /** @type {HTMLButtonElement | null | undefined} */
    (0, import_dom5.of)(target).closest?.("[data-mizan-retry]")
  );
  const form = retry?.form ?? null;
  if (form && (0, import_dom5.is)(form, import_dom5.FORM)) {
    const submitter = (
      /** @type {HTMLButtonElement | null | undefined} */
      submitters.get(form)
    );
    (submitter ?? submitsOf(form)[0])?.focus();
    // the button will be gone
    (0, import_dom5.of)(form).requestSubmit(submitter?.form === form ? submitter : void 0);
  }
  const link = (0, import_dom5.of)(target).closest?.('[data-mizan-status] a[href^="#"]');
  const control = link && import_dom5.page.getElementById(link.getAttribute("href")?.slice(1) ?? "");
  if (!control) return;
  event.preventDefault();
  (0, import_dom5.of)(control).focus();
};
var start4 = () => {
  /* Django looks at the posted token first, and the page may have been open for longer than the cookie. Where the form goes
     to another site, it has nothing to know. */
  (0, import_events3.onCapture)("formdata", ({ target: form, formData }) => {
    const { csrfCookie } = import_settings.settings;
    const token = csrfCookie && (0, import_cookies.cookie)(csrfCookie);
    if (token && (0, import_dom5.is)(form, import_dom5.FORM) && (0, import_dom5.staysHere)(form)) formData.set(import_csrf.TOKEN, token);
  });
  /* Not while it is captured, so that the page's own listeners may stop it. */
  (0, import_events3.on)("submit", (event) => {
    const { target: form, submitter } = event;
    if (!(0, import_dom5.is)(form, import_dom5.FORM) || event.defaultPrevented || submitter?.hasAttribute("formaction")) return;
    if (!(0, import_dom5.isOwn)((0, import_dom5.of)(form).action)) return;
    event.preventDefault();
    send2(form, submitter);
  });
  /* Controls that for htmx were not in the form. */
  (0, import_events3.onCapture)("mizan:request", ({ detail: { element, isSafe, body } }) => {
    const sent = flights.get(element)?.sent;
    if (isSafe || !sent) return;
    for (const name of new Set(sent.keys())) {
      if ((0, import_clobbering2.isRead)(name) && !body.has(name)) for (const value of sent.getAll(name)) body.append(name, value);
    }
  });
  /* A form says by its own templates that the session has ended, and that somebody is signed in again. A new token is fetched
     by others that listen. */
  (0, import_events3.onCapture)("mizan:session", (event) => {
    const { state, reason, element } = event.detail;
    const isShown = isSending(element) && part(element, "alert");
    if (isShown && noticeOf(element, reason === "csrf" ? "CSRF" : 401)) event.preventDefault();
    if (state === "returned") forms().forEach(welcome);
  });
  (0, import_events3.onCapture)("click", click2);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) for (const form of forms()) setBusy(form, false);
  });
};

// src/forms/requests.js
/* What htmx 2 and htmx 4 say of the request that sends a form. */
/** @typedef {import("./submission.js").Answer} Answer */
// ---- htmx 4: an element's context
/** @type {(ctx: HtmxContext) => Answer} */
var ofContext = ({ response, text = "" }) => ({
  status: response?.status ?? 0,
  url: response?.raw.url,
  header: (name) => response?.headers.get(name) ?? null,
  text
});
/**
 * Return what sends a form in place of fetch(), which says nothing of an upload's progress.
 * @param {HTMLFormElement} form
 */
var upload = (form) => (
  /** @type {(url: string, request: HtmxContext["request"]) => Promise<Response>} */
  (url, { method, headers, body, signal }) => new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", showProgress(form));
    xhr.addEventListener("load", () => resolve(responseOf(xhr)));
    for (const name of ["error", "abort"]) xhr.addEventListener(name, () => reject(new TypeError(name)));
    signal?.addEventListener("abort", () => xhr.abort());
    xhr.send(body);
  })
);
/** @param {XMLHttpRequest} xhr */
var responseOf = (xhr) => {
  const lines = xhr.getAllResponseHeaders().trim().split(/[\r\n]+/);
  const headers = lines.map((line) => (
    /** @type {[string, string]} */
    line.split(/: ?(.*)/, 2)
  ));
  const hasBody = ![204, 205, 304].includes(xhr.status);
  const response = new Response(hasBody ? xhr.response : null, { status: xhr.status, headers });
  return Object.defineProperty(response, "url", { value: xhr.responseURL });
};
var listen4 = () => {
  /** @type {WeakMap<HtmxContext, HTMLFormElement>} By context: htmx 4.0.1 names what has come in place of its form. */
  const senders = /* @__PURE__ */ new WeakMap();
  /** @type {(event: CustomEvent<{ ctx: HtmxContext }>) => HTMLFormElement | null} */
  const own = ({ detail: { ctx } }) => {
    const form = senders.get(ctx) ?? ctx?.sourceElement;
    if (!isSending(form)) return null;
    senders.set(ctx, form);
    return form;
  };
  (0, import_events4.onCapture)((0, import_htmx3.spelt)("htmx:config:request"), (event) => {
    const form = own(event);
    if (form && fieldsOf(form).some(isChosen)) event.detail.ctx.request.timeout = "0";
    // uploads take long
  });
  (0, import_events4.onCapture)((0, import_htmx3.spelt)("htmx:before:request"), (event) => {
    const form = own(event);
    if (!form) return;
    begin(form);
    if (fieldsOf(form).some(isChosen)) event.detail.ctx.fetch = upload(form);
  });
  (0, import_events4.onCapture)((0, import_htmx3.spelt)("htmx:before:swap"), (event) => {
    const form = own(event);
    if (!form) return;
    const { ctx, tasks } = event.detail;
    /** @param {{ target: Element, swapSpec: { style: string } }} task */
    const replacesForm = ({ target, swapSpec }) => target === form && swapSpec.style.startsWith("outer");
    if (!admit(form, ofContext(ctx))) event.preventDefault();
    else if (tasks.some(replacesForm)) (0, import_clobbering3.strip)(form);
  });
  (0, import_events4.onCapture)((0, import_htmx3.spelt)("htmx:finally:request"), (event) => {
    const form = own(event);
    if (form) end(form, ofContext(event.detail.ctx));
  });
  // django-htmx, while DEBUG is on, would put a refusal in the place of the whole page.
  (0, import_events4.onCapture)((0, import_htmx3.spelt)("htmx:response:error"), (event) => {
    if (own(event) && event.detail.ctx.response.status < 500) event.stopPropagation();
  });
};
// ---- htmx 2: an XMLHttpRequest
/** @type {(xhr: XMLHttpRequest) => Answer} */
var ofXhr = (xhr) => ({
  status: xhr.status,
  url: xhr.responseURL,
  header: (name) => xhr.getResponseHeader(name),
  text: xhr.responseText
});
var listen2 = () => {
  (0, import_events4.onCapture)("htmx:beforeSend", ({ detail: { elt: form, xhr } }) => {
    if (!isSending(form)) return;
    begin(form);
    xhr.upload.addEventListener("progress", showProgress(form));
    xhr.addEventListener("loadend", () => end(form, ofXhr(xhr)));
    // after htmx, which swaps in onload
  });
  (0, import_events4.onCapture)("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (isSending(elt) && xhr.status >= 400 && xhr.status < 500) event.stopPropagation();
    // as above
  });
  (0, import_events4.onCapture)("htmx:beforeSwap", ({ detail }) => {
    const form = detail.requestConfig?.elt;
    if (!isSending(form)) return;
    const isAdmitted = admit(form, ofXhr(detail.xhr));
    detail.shouldSwap &&= isAdmitted;
    if (detail.shouldSwap && detail.swapOverride?.startsWith("outer")) (0, import_clobbering3.strip)(form);
    // it is about to go
    detail.isError &&= detail.xhr.status >= 500;
    detail.selectOverride = "unset";
    // one handed down by the page would pick nothing out of a form
    detail.swapOverride += " swap:0s transition:false";
    // so that it has happened when onload is over
    // What htmx would fail at is bound as long as it is out of its way.
    const names = [...detail.serverResponse.matchAll(/ (?:name|id)="([^"]*)"/g)];
    if (names.some(([, name]) => (0, import_clobbering3.isRead)(name))) detail.swapOverride += " settle:0s";
  });
};
var start5 = () => {
  if (import_htmx3.isHtmx2) listen2();
  else listen4();
};

// src/forms/index.js
/* mizan-forms.js: forms that the server renders and validates, while they are filled in and when they are sent. For sites
   with forms. It serves every form[data-mizan-form], whenever that comes into the page; without it they are plain forms. */
/* Without this file the browser's own checks are better than none. */
var prepare2 = () => {
  for (const form of forms()) (0, import_dom6.of)(form).noValidate = true;
};
/** @param {Element} element */
var stays = (element) => typed.has(element) || (0, import_dom6.is)(element, "[data-mizan-done]") || (0, import_dom6.is)(element, import_dom6.FORM) && isBusy(
  /** @type {HTMLFormElement} */
  element
) || (0, import_dom6.is)(element, "[data-mizan-status]") && Boolean(element.textContent?.trim());
var start6 = () => {
  start3();
  start4();
  /* In a block that is replaced, half-filled forms and those on their way stay as they are, what a submission has left to
     read, and controls of a form around the block. The response to a form's own request may replace it. */
  (0, import_events5.onCapture)("mizan:keep", ({ target: block, detail: { source, keep } }) => {
    const kept = (0, import_dom6.of)(block).querySelectorAll(`${import_dom6.FORM}, [data-mizan-done], [data-mizan-status], ${CONTROL}`);
    for (const each of kept) if (stays(each) && !(0, import_dom6.of)(each).contains(source)) keep(each);
  });
  start2();
  start5();
  prepare2();
  (0, import_events5.onChange)(prepare2);
  start();
};

// src/mizan-forms.entry.js
globalThis[/* @__PURE__ */ Symbol.for("mizan")].add("forms", start6);
})();
