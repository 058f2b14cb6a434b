/* Rows that come and go in a form[data-mizan-formset], which names the formset's prefix.

   Rows stand in [data-mizan-rows]; template[data-mizan-empty-row] has one to copy, numbered __prefix__. The first
   INITIAL_FORMS rows exist on the server: they keep their numbers, and are marked when they are to be deleted. The others
   are numbered without gaps. Rows with an ORDER are sent in their order on the page. */

import { all, is, of } from "../dom.js";
import { fire, on, onChange } from "../events.js";
import { isBusy, part, process } from "./controls.js";

const FORMSET = "form[data-mizan-formset]";

/** @typedef {import("./controls.js").Control} Control */
/** A row; where it is a fieldset, it has elements. @typedef {HTMLFieldSetElement} Row */

/** @type {() => HTMLFormElement[]} */
const formsets = () => /** @type {HTMLFormElement[]} */ (all(FORMSET));
/** @param {HTMLFormElement} form */
const prefixOf = (form) => of(form).dataset.mizanFormset;
/** @type {(form: HTMLFormElement) => Row[]} */
const rowsOf = (form) => /** @type {Row[]} */ (all("[data-mizan-row]", form));
/** @type {(root: Element, name: string) => Control | null} */
const field = (root, name) => of(root).querySelector(`[name="${CSS.escape(name)}"]`);
/** @type {(form: HTMLFormElement, name: string) => Control} */
const count = (form, name) => /** @type {Control} */ (field(form, `${prefixOf(form)}-${name}_FORMS`));
/** @param {Row} row */
const rowPrefix = (row) => row.dataset.mizanRow ?? "";
/** @param {Row} row */
const numberOf = (row) => Number(/\d+$/.exec(rowPrefix(row)));
/** @type {(row: Row, name: string) => Control | null} */
const ofRow = (row, name) => field(row, `${rowPrefix(row)}-${name}`);
/** @type {(form: HTMLFormElement, row: Row) => boolean} */
const isNew = (form, row) => numberOf(row) >= Number(count(form, "INITIAL").value);
/** @param {Row} row */
const isDeleted = (row) => Boolean(ofRow(row, "DELETE")?.checked);
/** @param {HTMLFormElement} form */
const shownRows = (form) => rowsOf(form).filter((row) => !isDeleted(row));
/** @param {Control} control */
const isUsable = ({ type, name, hidden }) => Boolean(name) && type !== "hidden" && !hidden;
/** @param {Row} row */
const controlsOf = (row) => /** @type {Control[]} */ ([...row.elements]).filter(isUsable);
/** @param {Row} row */
const focusFirst = (row) => controlsOf(row)[0]?.focus();

/* Give a row another number, wherever its prefix stands in it. */
/** @type {(form: HTMLFormElement, row: Row, number: number) => void} */
const renumber = (form, row, number) => {
  const quoted = rowPrefix(row).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const old = new RegExp(`(?<=^|[\\s_#])${quoted}(?!\\w)`, "g"); // not in the form's own id
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.name === "value") continue;
      attribute.value = attribute.value.replace(old, `${prefixOf(form)}-${number}`);
    }
  }
};

/** @type {(element: HTMLElement | null, hidden: boolean) => void} */
const setHidden = (element, hidden) => {
  if (element) element.hidden = hidden;
};

/* Bring buttons and numbers in line with the rows. */
/** @param {HTMLFormElement} form */
const show = (form) => {
  const shown = shownRows(form);
  const { mizanMin: min, mizanMax: max } = of(form).dataset;
  setHidden(part(form, "add"), shown.length >= Number(max));
  for (const row of rowsOf(form)) {
    for (const plain of all("[data-mizan-plain]", row)) setHidden(plain, true);
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
const settle = (form) => {
  let next = Number(count(form, "INITIAL").value);
  const fresh = rowsOf(form).filter((row) => isNew(form, row));
  fresh.sort((one, other) => numberOf(one) - numberOf(other));
  for (const row of fresh) renumber(form, row, next++);
  count(form, "TOTAL").value = String(next);
  part(form, "status")?.replaceChildren(); // its links may lead to the wrong rows now
  show(form);
  fire(form, "mizan:rows");
};

/** @type {(form: HTMLFormElement, row: Row, step: number) => void} */
const move = (form, row, step) => {
  const shown = shownRows(form);
  const other = shown[shown.indexOf(row) + step];
  if (!other) return;
  // The other row moves, so that this one keeps the focus.
  if (step < 0) row.after(other);
  else row.before(other);
  settle(form);
};

/** @param {HTMLFormElement} form */
const add = (form) => {
  const template = /** @type {HTMLTemplateElement} */ (part(form, "empty-row"));
  const row = /** @type {Row} */ (template.content.firstElementChild?.cloneNode(true));
  part(form, "rows")?.append(row);
  renumber(form, row, Number(count(form, "TOTAL").value));
  process(row);
  settle(form);
  focusFirst(row);
};

/** @type {(row: Row, isDeleted: boolean) => void} */
const mark = (row, isDeleted) => {
  /** @type {Control} */ (ofRow(row, "DELETE")).checked = isDeleted;
};

/** @type {(form: HTMLFormElement, row: Row) => void} */
const remove = (form, row) => {
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
const undo = (form, row) => {
  mark(row, false);
  settle(form);
  focusFirst(row);
};

/** @type {[string, (form: HTMLFormElement, row: Row) => void][]} */
const ACTIONS = [
  ["[data-mizan-add]", add],
  ["[data-mizan-remove]", remove],
  ["[data-mizan-undo]", undo],
  ["[data-mizan-up]", (form, row) => move(form, row, -1)],
  ["[data-mizan-down]", (form, row) => move(form, row, 1)],
];
const BUTTONS = ACTIONS.map(([selector]) => selector).join(", ");

/** @param {Event} event */
const click = (event) => {
  const button = of(/** @type {Element} */ (event.target)).closest?.(BUTTONS);
  const form = /** @type {HTMLFormElement | null | undefined} */ (button?.closest(FORMSET));
  if (!button || !form || isBusy(form)) return;
  const [, act] = ACTIONS.find(([selector]) => is(button, selector)) ?? [];
  act?.(form, /** @type {Row} */ (button.closest("[data-mizan-row]")));
};

/** @param {Control} control */
const isBlank = (control) => {
  if (/^(radio|checkbox)$/.test(control.type)) return control.checked === control.defaultChecked;
  if (control instanceof HTMLSelectElement) {
    return [.../** @type {HTMLSelectElement} */ (control).options].every(
      ({ selected, defaultSelected }) => selected === defaultSelected,
    );
  }
  return control.value === (control.defaultValue ?? "");
};

/* A new row that nobody has filled in gets no place: with one, Django would find it incomplete. */
/** @param {FormDataEvent} event */
const writePlaces = ({ target, formData }) => {
  if (!is(target, FORMSET)) return;
  const form = /** @type {HTMLFormElement} */ (target);
  let place = 0;
  for (const row of shownRows(form)) {
    const order = ofRow(row, "ORDER");
    if (!order) continue;
    const isUnused = isNew(form, row) && controlsOf(row).every((each) => each === order || isBlank(each));
    formData.set(order.name, isUnused ? "" : String(++place));
  }
};

const prepare = () => formsets().forEach(show);

export const start = () => {
  on("click", click);
  on("formdata", writePlaces);
  prepare();
  onChange(prepare);
};
