/* mizan-formsets.js: rows that come and go in a form[data-mizan-formset], which names the formset's prefix.
   Needs mizan-forms.js.

   Rows stand in [data-mizan-rows]; template[data-mizan-empty-row] has one to copy, numbered __prefix__. The
   first INITIAL_FORMS rows exist on the server: they keep their numbers, and are marked when they are to be
   deleted. The others are numbered without gaps. Rows with an ORDER are sent in their order on the page. */
import { clear } from "../clobbering.js";
import { of, page } from "../dom.js";
import { htmx } from "../htmx.js";

export const start = () => {

  const FORMSET = "form[data-mizan-formset]";

  const part = (root, name) => of(root).querySelector(`[data-mizan-${name}]`);
  const prefixOf = (form) => of(form).dataset.mizanFormset;
  const rowsOf = (form) => [...of(form).querySelectorAll("[data-mizan-row]")];
  const field = (form, name) => of(form).querySelector(`[name="${CSS.escape(name)}"]`);
  const count = (form, name) => field(form, `${prefixOf(form)}-${name}_FORMS`);
  const numberOf = (row) => Number(row.dataset.mizanRow.match(/\d+$/));
  const ofRow = (row, name) => field(row, `${row.dataset.mizanRow}-${name}`);
  const isNew = (form, row) => numberOf(row) >= Number(count(form, "INITIAL").value);
  const isDeleted = (row) => Boolean(ofRow(row, "DELETE")?.checked);
  const shownRows = (form) => rowsOf(form).filter((row) => !isDeleted(row));
  const isUsable = ({ type, name, hidden }) => name && type !== "hidden" && !hidden;
  const firstControl = (row) => [...row.elements].find(isUsable);

  /* Give a row another number, wherever its prefix stands in it. */
  const renumber = (form, row, number) => {
    const prefix = `${prefixOf(form)}-`;
    const quoted = row.dataset.mizanRow.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const old = new RegExp(`(?<=^|[\\s_#])${quoted}(?!\\w)`, "g"); // not in the form's own id
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of element.attributes) {
        if (attribute.name !== "value") attribute.value = attribute.value.replace(old, prefix + number);
      }
    }
  };

  const setHidden = (element, hidden) => {
    if (element) element.hidden = hidden;
  };

  /* Bring buttons and numbers in line with the rows. */
  const show = (form) => {
    const shown = shownRows(form);
    const { mizanMin: min, mizanMax: max } = of(form).dataset;
    setHidden(part(form, "add"), shown.length >= Number(max));
    for (const row of rowsOf(form)) {
      for (const plain of row.querySelectorAll("[data-mizan-plain]")) setHidden(plain, true);
      setHidden(part(row, "row-body"), isDeleted(row));
      setHidden(part(row, "row-removed"), !isDeleted(row));
      setHidden(part(row, "row-actions"), false);
      const isRemovable = isNew(form, row) || ofRow(row, "DELETE");
      setHidden(part(row, "remove"), !isRemovable || shown.length <= Number(min));
      part(row, "up")?.setAttribute("aria-disabled", row === shown[0]);
      part(row, "down")?.setAttribute("aria-disabled", row === shown.at(-1));
      const number = part(row, "row-number");
      const text = String(isDeleted(row) ? "" : shown.indexOf(row) + 1);
      if (number && number.textContent !== text) number.textContent = text;
    }
  };

  /* Number the new rows, which start where those end that the server has. */
  const settle = (form) => {
    let next = Number(count(form, "INITIAL").value);
    const fresh = rowsOf(form).filter((row) => isNew(form, row));
    fresh.sort((one, other) => numberOf(one) - numberOf(other));
    for (const row of fresh) renumber(form, row, next++);
    count(form, "TOTAL").value = next;
    part(form, "status")?.replaceChildren(); // its links may lead to the wrong rows now
    show(form);
    of(form).dispatchEvent(new CustomEvent("mizan:rows", { bubbles: true }));
  };

  const actions = {
    add: (form) => {
      const template = part(form, "empty-row");
      const row = template.content.firstElementChild.cloneNode(true);
      part(form, "rows").append(row);
      renumber(form, row, Number(count(form, "TOTAL").value));
      const restore = clear();
      htmx.process(row);
      restore();
      settle(form);
      firstControl(row)?.focus();
    },
    remove: (form, row) => {
      const shown = shownRows(form);
      const neighbour = shown[shown.indexOf(row) + 1] ?? shown[shown.indexOf(row) - 1];
      const stays = !isNew(form, row);
      if (stays) ofRow(row, "DELETE").checked = true;
      else row.remove();
      settle(form);
      const remove = neighbour && part(neighbour, "remove");
      const next = remove?.hidden ? firstControl(neighbour) : remove;
      ((stays ? part(row, "undo") : next) ?? part(form, "add"))?.focus();
    },
    undo: (form, row) => {
      ofRow(row, "DELETE").checked = false;
      settle(form);
      firstControl(row)?.focus();
    },
    up: (form, row) => move(form, row, -1),
    down: (form, row) => move(form, row, 1),
  };

  const move = (form, row, step) => {
    const shown = shownRows(form);
    const other = shown[shown.indexOf(row) + step];
    if (!other) return;
    // The other row moves, so that this one keeps the focus.
    if (step < 0) row.after(other);
    else row.before(other);
    settle(form);
  };

  const SELECTOR = Object.keys(actions).map((name) => `[data-mizan-${name}]`).join(", ");

  page.addEventListener("click", ({ target }) => {
    const button = of(target).closest?.(SELECTOR);
    const form = button?.closest(FORMSET);
    if (!form || of(form).getAttribute("aria-busy") === "true") return;
    const name = Object.keys(actions).find((each) => button.matches(`[data-mizan-${each}]`));
    actions[name](form, button.closest("[data-mizan-row]"));
  });

  const isBlank = (control) => {
    if (/^(radio|checkbox)$/.test(control.type)) return control.checked === control.defaultChecked;
    if (control.options) return [...control.options].every((each) => each.selected === each.defaultSelected);
    return control.value === (control.defaultValue ?? "");
  };

  /* A new row that nobody has filled in gets no place: with one, Django would find it incomplete. */
  page.addEventListener("formdata", ({ target: form, formData }) => {
    if (!of(form).matches(FORMSET)) return;
    let place = 0;
    for (const row of shownRows(form)) {
      const order = ofRow(row, "ORDER");
      if (!order) continue;
      const controls = [...row.elements].filter((each) => isUsable(each) && each !== order);
      const isUnused = isNew(form, row) && controls.every(isBlank);
      formData.set(order.name, isUnused ? "" : ++place);
    }
  });

  const prepare = () => {
    for (const form of page.querySelectorAll(FORMSET)) show(form);
  };

  prepare();
  new MutationObserver(prepare).observe(document, { childList: true, subtree: true });
};
