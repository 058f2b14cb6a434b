/* What the server has sent: the values of attributes, and nodes. All else was set, added or moved by scripts of
   the page.

   An attribute that differs from what the server last sent was set by the page. After a form was sent and
   accepted, what scripts have set on it and on its controls counts as the server's, too: see sent.js. */

import { BLOCK, is, of, page } from "../dom.js";
import { onCapture } from "../events.js";
import { isHtmx2, spelt } from "../htmx.js";
import { boundBy, isAlpine } from "./alpine.js";
import { isField, isHidden } from "./controls.js";
import { isSame } from "./values.js";

const OURS = /^(data-mizan|data-htmx-|(data-)?hx-|(aria-busy|autofocus|nonce)$)/;
const FOLLOWS = /^csrfmiddlewaretoken$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/; // names of hidden fields
/** Begins the ids and names that elements have for the time of a morph, and no others. */
export const LENT = `mizan-keep-${Math.random().toString(36).slice(2)}-`;
/** Stands for what the server has sent before this script ran. */
const UNKNOWN = Symbol("unknown");

/**
 * @type {WeakMap<Node, Map<string, string | null | typeof UNKNOWN>>} What the server last sent, where the
 *   page has set something since.
 */
const changed = new WeakMap();
/** @type {WeakSet<Node>} Elements that the page has put in. */
const inserted = new WeakSet();
/** @type {WeakSet<Node>} Nodes of the server's that the page has taken from their place. */
const moved = new WeakSet();
/** @type {Map<Node, Set<string>>} What morphs of others are about to write. */
const expected = new Map();
/** @type {MutationObserver} */
let observer;

/** @param {Node} target @param {string} name */
const get = (target, name) => of(/** @type {Element} */ (target)).getAttribute(name);

/**
 * Return whether it does not matter who has set an attribute: it belongs to the shim or to htmx, or it is the
 * content of a field, for which see fields.js.
 * @param {Node} node
 * @param {string} name
 */
export const isUntracked = (node, name) => {
  if (OURS.test(name) || (name === "id" && is(node, BLOCK))) return true;
  if (name === "selected") return is(node, "option");
  if (!/^(value|checked)$/.test(name) || !is(node, "input")) return false;
  return isHidden(node) ? FOLLOWS.test(node.name) : isField(node);
};

/**
 * Remember what the server has sent for an attribute that the page has set.
 * @param {Node} node
 * @param {string} name
 * @param {string | null | typeof UNKNOWN} value
 */
const remember = (node, name, value) => {
  const known = changed.get(node) ?? new Map();
  changed.set(node, known.set(name, value));
};

/** From now on the value that an attribute has counts as sent by the server. @param {Node} node @param {string} name */
export const forget = (node, name) => changed.get(node)?.delete(name);

/**
 * Note what the server has sent for an attribute just now.
 * @param {Node} node
 * @param {string} name
 * @param {string | null} now
 */
export const noteServed = (node, name, now) => {
  if (isSame(name, get(node, name), now)) forget(node, name);
  else remember(node, name, now);
};

/**
 * Return what the server last sent for an attribute that the page has set; undefined where that was before
 * this script ran.
 * @param {Element} element
 * @param {string} name
 */
export const formerly = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was === UNKNOWN ? undefined : was;
};

/**
 * Return what the server last sent for an attribute, or null.
 * @param {Element} element
 * @param {string} name
 */
export const served = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was === undefined ? get(element, name) : was === UNKNOWN ? null : was;
};

/** Return whether the page has set an attribute. @param {Element} element @param {string} name */
export const isChanged = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was !== undefined && (was === UNKNOWN || !isSame(name, was, get(element, name)));
};

/** Return the names of the attributes that the page has set. @param {Element} element */
export const changesOf = (element) =>
  [...(changed.get(element)?.keys() ?? [])].filter((name) => isChanged(element, name));

/** Return whether the page has put an element in. @param {Element} element */
export const isInserted = (element) => inserted.has(element);
/** Return whether the page has taken an element of the server's from its place. @param {Element} element */
export const isMoved = (element) => moved.has(element);

/** Return whether an element is a custom element that the page has defined. @param {Element} element */
export const isCustom = (element) =>
  of(element).localName.includes("-") && customElements.get(of(element).localName) !== undefined;

/** @param {MutationRecord} record */
const noteNodes = ({ addedNodes, removedNodes }) => {
  for (const node of removedNodes) if (!inserted.has(node)) moved.add(node);
  for (const node of addedNodes) if (node instanceof Element && !moved.has(node)) inserted.add(node);
};

/** Note what the page has done. @param {MutationRecord[]} records */
export const note = (records) => {
  for (const record of records) {
    const { target, attributeNamespace, oldValue } = record;
    const name = record.attributeName ?? "";
    if (record.type === "childList") noteNodes(record);
    else if (expected.get(target)?.has(name)) forget(target, name);
    else if (attributeNamespace || oldValue?.startsWith(LENT)) continue;
    else if (!isUntracked(target, name) && !changed.get(target)?.has(name)) remember(target, name, oldValue);
  }
  expected.clear();
};

/** Note what the page has done until now. */
export const catchUp = () => note(takeRecords());

/** Return what has happened since, without noting it. */
export const takeRecords = () => observer.takeRecords();

/* Whatever value an attribute has got since counts as sent by the server, unless only classes of htmx have
   changed. */
const accept = () => {
  /** @type {Map<Node, Map<string, string | null>>} */
  const before = new Map();
  for (const { target, attributeName, oldValue } of takeRecords()) {
    if (attributeName === null) continue;
    const values = before.get(target) ?? new Map();
    before.set(target, values);
    if (!values.has(attributeName)) values.set(attributeName, oldValue);
  }
  for (const [target, values] of before) {
    for (const [name, value] of values) if (!isSame(name, value, get(target, name))) forget(target, name);
  }
};

/**
 * Do some work: what it sets counts as sent by the server.
 * @template T
 * @param {() => T} work
 */
export const serve = (work) => {
  catchUp();
  try {
    return work();
  } finally {
    accept();
  }
};

/** Note that a morph is about to write what the server has sent. @param {Element} element @param {string} name */
export const expect = (element, name) => {
  const names = expected.get(element) ?? new Set();
  expected.set(element, names.add(name));
};

// ---- a swap of htmx's own: what it writes is the server's, and what the page does about it is not

let isSettled = false;

/* htmx 2 gives new elements the attributes of the old ones for 20 ms. htmx:load is fired
   when they have their own. */
/** @param {Event} event */
const settle = ({ target }) => {
  if (isSettled || target === page.body) return;
  accept();
  isSettled = true;
  queueMicrotask(() => (isSettled = false));
};

export const start = () => {
  if (isHtmx2) {
    onCapture("htmx:beforeSwap", catchUp);
    onCapture("htmx:afterSwap", accept);
    onCapture("htmx:load htmx:afterSettle", settle);
  } else onCapture(spelt("htmx:before:settle htmx:after:settle"), accept);
  // Alpine may have started before this script, and custom elements may be there.
  for (const it of page.querySelectorAll(`:is(${BLOCK}, ${BLOCK} *)`)) {
    const names = isAlpine(it) ? [...boundBy(it), "x-cloak"] : isCustom(it) ? of(it).getAttributeNames() : [];
    for (const name of names) if (name !== "id" && !isUntracked(it, name)) remember(it, name, UNKNOWN);
  }
  observer = new MutationObserver(note);
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeOldValue: true });
};
