/* mizan-after.js: what a page does when something that a person sent has been done, in an attribute. Needs mizan.js
   and mizan-errors.js, whose mizan:done it hears.

   data-mizan-after="close reset"   on what sends, on its form, or on anything around; the nearest counts, and that of
                                    the button that was pressed before all
     close          closes what is open around it: a dialog, a popover, a details, a modal or an offcanvas of Bootstrap
     close:an-id    closes the one with this id
     reset          empties its form. What was entered after it was sent stays

   Nothing happens when it was refused, or nobody has answered. */
import { of, page } from "../dom.js";

export const start = () => {
  const AFTER = "data-mizan-after";
  const POPOVER = CSS.supports("selector(:popover-open)") ? ":popover-open, " : "";
  const OPEN = `${POPOVER}dialog[open], details[open], .modal.show, .offcanvas:is(.show, .showing)`;

  const isForm = (node) => node instanceof HTMLFormElement;
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const formOf = (element) => (isForm(element) ? element : (element.form ?? of(element).closest("form")));

  // ---- what was asked for, when it was sent: the answer may replace all of it

  /* element → {words, around, form, values} of its last request that is to change something */
  const sent = new WeakMap();

  const isField = (node) => is(node, "input, select, textarea") && !/^(hidden|submit|button|image)$/.test(node.type);
  const fieldsOf = (form) => (form ? [...of(form).elements].filter(isField) : []);

  const valueOf = (field) => {
    if (/^(checkbox|radio)$/.test(field.type)) return String(field.checked);
    if (field.options) return JSON.stringify([...field.selectedOptions].map(({ value }) => value));
    return field.value;
  };

  const sayingOf = (element, submitter) => {
    const form = formOf(element);
    const places = [submitter, element, form].filter((each) => each instanceof Element);
    const own = places.find((each) => of(each).hasAttribute(AFTER)) ?? of(element).closest(`[${AFTER}]`);
    return of(own)?.getAttribute(AFTER)?.split(/\s+/).filter(Boolean) ?? [];
  };

  const note = ({ detail: { element, isSafe, event } }) => {
    if (isSafe || !(element instanceof Element)) return;
    const words = sayingOf(element, event?.submitter);
    const form = formOf(element);
    const values = new Map(fieldsOf(form).map((each) => [each, valueOf(each)]));
    sent.set(element, { words, around: of(element).closest(OPEN), form, values });
  };

  // ---- closing

  /* Bootstrap knows what it has opened, and does nothing while it still opens it. */
  const closeOfBootstrap = (element, kind) => {
    const own = of(element);
    const name = kind.toLowerCase();
    const instance = window.bootstrap?.[kind]?.getInstance(element); // none where it is in a bundle
    const hide = () => (instance ? instance.hide() : own.querySelector(`[data-bs-dismiss=${name}]`)?.click());
    const stop = () => own.removeEventListener(`shown.bs.${name}`, hide);
    own.addEventListener(`shown.bs.${name}`, hide, { once: true });
    own.addEventListener(`hide.bs.${name}`, stop, { once: true });
    hide();
  };

  const closeDetails = (details) => {
    const isFocused = details.contains(page.activeElement);
    details.open = false;
    if (isFocused) details.querySelector("summary")?.focus();
  };

  const close = (element) => {
    if (!of(element)?.isConnected) return;
    if (POPOVER && is(element, ":popover-open")) of(element).hidePopover();
    else if (is(element, "dialog[open]")) element.close();
    else if (is(element, "details[open]")) closeDetails(element);
    else if (is(element, ".modal")) closeOfBootstrap(element, "Modal");
    else if (is(element, ".offcanvas")) closeOfBootstrap(element, "Offcanvas");
  };

  // ---- emptying a form

  const empty = (field) => {
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = field.defaultChecked;
    else if (field.options) for (const it of field.options) it.selected = it.defaultSelected;
    else field.value = field.type === "file" ? "" : field.defaultValue;
  };

  const reset = ({ form, values }) => {
    if (!of(form)?.isConnected) return;
    const isNew = (field) => valueOf(field) !== (values.get(field) ?? valueOf(field));
    const fields = fieldsOf(form);
    if (fields.some(isNew)) fields.filter((field) => !isNew(field)).forEach(empty);
    else of(form).reset();
  };

  // ---- when it is done

  page.addEventListener("mizan:request", note, true);
  page.addEventListener("mizan:done", ({ detail: { element } }) => {
    const request = sent.get(element);
    sent.delete(element);
    for (const word of request?.words ?? []) {
      const [action, id] = word.split(/:(.*)/s);
      if (action === "reset") reset(request);
      else if (action === "close") close(id ? page.getElementById(id) : request.around);
      else console.error(`mizan: ${AFTER} knows "close", "close:an-id" and "reset", not "${word}".`, element);
    }
  });
};
