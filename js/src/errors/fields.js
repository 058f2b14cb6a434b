/* What the server says of single fields is shown at those fields, in Django's own markup, and stays while their block is
   refreshed. A message goes when its field gets another value. */

import { announce } from "../blocks/announce.js";
import { contentOf } from "../controls.js";
import { BLOCK, all, formOf, is, isForm, of, page } from "../dom.js";
import { onCapture, onRestored } from "../events.js";
import { serve } from "../preserve/attributes.js";
import { match } from "../preserve/matching.js";
import { controlsOf } from "../requests/controls.js";
import { CONTROL, find, isControl, labelOf } from "./names.js";
import { placeOf, reveal, slotOf } from "./places.js";

/** @typedef {import("./names.js").Control} Control */
/**
 * @typedef {object} Message - what is in the page
 * @property {Control[]} controls
 * @property {Element[]} described
 * @property {Element} root - the form, or the page
 * @property {string} name
 * @property {string} content - of the controls, when it was shown
 * @property {Map<Element, string | null | undefined>} formers - what aria-invalid they had
 */

const MARK = "data-mizan-said"; // of the lists of this module; its value is the name of the field
const WHOLE = /^(__all__)?$/; // names no field, but all of the form

/** @type {WeakMap<Element, Message>} The messages, by their lists. */
const messages = new WeakMap();
let count = 0;

/** Return the lists of messages in the page. */
const lists = () => all(`[${MARK}]`);

/** Return the messages in the page that this module has shown, by their lists. */
const known = () =>
  lists().flatMap((list) => {
    const message = messages.get(list);
    return message ? [/** @type {const} */ ([list, message])] : [];
  });

// ---- one message

/** @param {Element} element */
const descriptionsOf = (element) =>
  (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);

/** @type {(element: Element, ids: string[]) => void} */
const describe = (element, ids) => {
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
};

/* As Django has it: id_name_error. A form may stand on a page more than once with the same ids. */
/** @type {(controls: Control[], root: Element) => string} */
const idFor = ([first, ...others], root) => {
  const own = others.length || first.type === "radio" ? first.id.replace(/_\d+$/, "") : first.id;
  const id = own ? `${own}_error` : "mizan-error";
  // What the page came with is of an attempt before this one.
  all(`.errorlist[id="${CSS.escape(id)}"]:not([${MARK}])`, root)[0]?.remove();
  if (own && !page.getElementById(id)) return id;
  do count += 1;
  while (page.getElementById(`${id}-${count}`));
  return `${id}-${count}`;
};

/** @type {(list: Element, texts: string[]) => void} */
const fill = (list, texts) => {
  const there = [...list.children].map(({ textContent }) => textContent);
  for (const text of texts.filter((each) => !there.includes(each))) {
    const item = page.createElement("li");
    item.textContent = text;
    list.append(item);
  }
};

/** @type {(list: Element, controls: Control[], root: Element, name: string) => Message} */
const put = (list, controls, root, name) => {
  const { described, next } = placeOf(controls, root);
  const slot = slotOf(root, name);
  if (slot) slot.replaceChildren(list);
  else next.before(list);
  const formers = new Map(controls.map((each) => [each, each.getAttribute("aria-invalid")]));
  for (const each of controls) each.setAttribute("aria-invalid", "true");
  for (const each of described) describe(each, [...new Set([...descriptionsOf(each), list.id])]);
  const message = { controls, described, root, name, formers, content: contentOf(controls) };
  messages.set(list, message);
  return message;
};

/** @type {(controls: Control[], root: Element, name: string, texts: string[]) => void} */
const say = (controls, root, name, texts) => {
  const [there] =
    known().find(([, message]) => message.controls.some((each) => controls.includes(each))) ?? [];
  if (there) return fill(there, texts);
  const list = page.createElement("ul");
  list.className = "errorlist";
  list.id = idFor(controls, root);
  list.setAttribute(MARK, name);
  fill(list, texts);
  put(list, controls, root, name);
};

/** @param {Element} list */
const remove = (list) =>
  serve(() => {
    const { controls, described, formers } = messages.get(list) ?? orphaned(list);
    for (const each of described)
      describe(
        each,
        descriptionsOf(each).filter((id) => id !== list.id),
      );
    for (const each of controls) {
      // "true" came with the page, and is as old as that message.
      if (formers.get(each) === "false") each.setAttribute("aria-invalid", "false");
      else each.removeAttribute("aria-invalid");
    }
    list.remove();
  });

/* A page out of htmx's history has lists that nobody remembers. */
/** @type {(list: Element) => Pick<Message, "described" | "controls" | "formers">} */
const orphaned = ({ id }) => {
  const described = all(`[aria-describedby~="${CSS.escape(id)}"]`);
  const controls = described.flatMap((each) =>
    isControl(each) ? [each] : all(CONTROL, each).filter(isControl),
  );
  return { described, controls, formers: new Map() };
};

// ---- all messages of a request

/** @type {WeakMap<Element, { method: string, type?: string }>} The last request of each element, and what triggered it. */
const asked = new WeakMap();

/** @param {Element} element */
const controlsFor = (element) => {
  const { method = "POST" } = asked.get(element) ?? {};
  const form = formOf(element);
  const own = form ? [...of(form).elements] : [];
  return [...new Set([...own, ...controlsOf(element, method)])].filter(isControl);
};

/* A block that is refreshed sends nothing of what is in it. */
/** @param {Element} element */
const isRefresh = (element) => is(element, BLOCK) && /^get$/i.test(asked.get(element)?.method ?? "");

/**
 * Remove the messages at the fields of which an element sends the values.
 * @param {Element} element
 */
export const clear = (element) => {
  if (isRefresh(element)) return;
  const controls = of(element)?.isConnected ? controlsFor(element) : [];
  for (const [list, message] of known()) {
    if (message.controls.some((each) => controls.includes(each) || !each.isConnected)) remove(list);
  }
};

/* What is included from elsewhere stands in a form of its own, or in none. */
/** @type {(controls: Control[], root: Element) => Element} */
const rootOf = ([{ form }], root) => (isForm(root) && form === root ? root : (form ?? page.documentElement));

/**
 * Show at the fields of which an element has sent the values what is wrong with each. Return the texts that belong to no
 * field that visitors see. After a submit or a click the first field that is wrong gets the focus.
 * @param {Element} element
 * @param {Record<string, Texts> | null | undefined} fields
 */
export const show = (element, fields) => {
  clear(element);
  const isThere = of(element)?.isConnected;
  const root = (isThere && formOf(element)) || page.documentElement;
  const controls = isThere ? controlsFor(element) : [];
  /** @type {Control[]} */
  const wrong = [];
  /** @type {string[]} */
  const rest = [];
  for (const [name, given] of Object.entries(fields ?? {})) {
    const texts = [given].flat().map(String);
    if (!texts.length) continue;
    const isWhole = WHOLE.test(name);
    const found = isWhole ? [] : find(controls, name);
    const seen = found.filter(reveal);
    if (seen.length) {
      serve(() => say(seen, rootOf(seen, root), name, texts));
      wrong.push(...seen);
    } else rest.push(...texts.map((text) => (isWhole ? text : `${labelOf(found[0], name)}: ${text}`)));
  }
  if (wrong.length) lead(element, root, wrong);
  return rest;
};

/** @type {(one: Element, other: Element) => number} */
const byPlace = (one, other) =>
  one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;

/* Put the focus where the visitor has to go on, unless they are elsewhere by now. For those who stay where they are, such as
   in a field that sends itself, the messages are announced. */
/** @type {(element: Element, root: Element, wrong: Control[]) => void} */
const lead = (element, root, wrong) => {
  const focused = /** @type {Control | null} */ (page.activeElement);
  const isNear =
    !focused ||
    focused === page.body ||
    wrong.includes(focused) ||
    [element, ...(isForm(root) ? [root] : [])].some(
      (each) => of(each).contains(focused) || focused.form === each,
    );
  if (isNear && /^(submit|click)$/.test(asked.get(element)?.type ?? "")) {
    // A script may have put something of its own before a control.
    for (const each of [...new Set(wrong)].sort(byPlace)) {
      each.focus();
      if (each === page.activeElement) return;
    }
  }
  for (const [list, { controls }] of known()) {
    if (!controls.some((each) => wrong.includes(each))) continue;
    announce([...list.children].map(({ textContent }) => textContent).join(" "));
  }
};

// ---- what visitors correct

let isPressed = false; // a field that moves under the pointer between press and release would make the click miss

const removeCorrected = () => {
  for (const [list, { controls, content }] of known()) if (content !== contentOf(controls)) remove(list);
};
const removeCorrectedLater = () => setTimeout(() => isPressed || removeCorrected());

// ---- a block that is refreshed around a field

/* The new content gets the messages of what it replaces, so that they are in it however it is swapped in. */
/** @type {(list: Element, message: Message, block: Element, twinOf: (element: Element) => Element | null) => void} */
const carry = (list, { controls, root, name, content, formers }, block, twinOf) => {
  const isWithin = isForm(root) && (root === block || of(block).contains(root));
  const twins = controls.map(twinOf).filter(isControl);
  const place = twinOf(isWithin ? root : block);
  if (!place || twins.length < controls.length) return;
  const copy = /** @type {Element} */ (list.cloneNode(true));
  const message = put(copy, twins, place, name);
  Object.assign(message, { content, root: isWithin ? place : root });
  message.formers = new Map(twins.map((each, at) => [each, formers.get(controls[at])]));
};

/** @param {Event & { detail: { fresh: Element } }} event */
const carryAll = ({ target, detail: { fresh } }) => {
  const block = /** @type {Element} */ (target);
  const inside = known().filter(([, { controls }]) => controls.every((each) => of(block).contains(each)));
  if (!inside.length) return;
  const { twinOf } = match(block, fresh);
  for (const [list, message] of inside) carry(list, message, block, twinOf);
};

export const start = () => {
  onCapture(
    "mizan:request",
    (/** @type {CustomEvent<RequestDetail>} */ { detail: { element, method, event } }) =>
      asked.set(element, { method, type: event?.type }),
  );
  onCapture("pointerdown", () => {
    isPressed = true;
  });
  onCapture("pointerup pointercancel", () => {
    isPressed = false;
    removeCorrectedLater();
  });
  onCapture("change", removeCorrectedLater);
  onCapture("reset", ({ target }) => setTimeout(() => of(target).isConnected && clear(target)));
  onCapture("mizan:keep", carryAll);
  onCapture("mizan:refreshed", removeCorrected);
  onRestored(() => {
    for (const list of lists()) if (!messages.has(list)) remove(list);
  });
};
