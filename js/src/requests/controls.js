/* From which controls htmx takes the values that a request sends. htmx does not publish this, and the request does not show
   it: a checkbox that is not checked sends nothing, and a message belongs at the field that it is about. */

import { all, ancestors, formOf, isForm, of, ownAttribute, page } from "../dom.js";
import { htmx, isHtmx2, spelt } from "../htmx.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement} Control */

/**
 * Return whether an attribute of an element, which is a list, has a name in it or is "*".
 * @param {Element} element
 * @param {string} attribute
 * @param {string} name
 */
const lists = (element, attribute, name) => {
  const text = ownAttribute(element, attribute);
  return text === "*" || Boolean(text?.split(" ").includes(name));
};

/* On htmx 2 attributes of what is around an element count, unless they are not inherited there; on htmx 4 only those
   that are marked. */
/** @type {(name: string, holder: Element, isOwn: boolean) => string[]} */
const namesOf = (name, holder, isOwn) => {
  const { disableInheritance, implicitInheritance } = htmx.config;
  if (isHtmx2) return isOwn || !disableInheritance || lists(holder, "hx-inherit", name) ? [name] : [];
  const own = isOwn || implicitInheritance ? [name, `${name}:append`] : [];
  return [...own, `${name}:inherited`, `${name}:inherited:append`].map(spelt);
};

/** @type {(holder: Element, name: string) => boolean} */
const isWithheld = (holder, name) =>
  isHtmx2 && !htmx.config.disableInheritance && lists(holder, "hx-disinherit", name);

/**
 * Return what an attribute says for an element, the nearest first, with the element that has it.
 * @param {Element} element
 * @param {string} name
 */
const inherited = (element, name) => {
  const found = [];
  for (const holder of [element, ...ancestors(element)]) {
    const isOwn = holder === element;
    if (!isOwn && isWithheld(holder, name)) return found;
    for (const key of namesOf(name, holder, isOwn)) {
      const text = ownAttribute(holder, key);
      if (text === null) continue;
      found.push({ text, holder });
      if (!key.endsWith("append") && !/(^|,)\s*inherit\s*(,|$)/.test(text)) return found;
    }
  }
  return found;
};

/* What hx-include names. What it means by words that are no CSS is for htmx to say; this is what it says. */
/** @type {(element: Element, holder: Element, selector: string) => (Element | null | undefined)[]} */
const select = (element, holder, selector) => {
  const [, word, rest = ""] = /^(\S+)\s*(.*)$/s.exec(selector) ?? [];
  const isAt = (/** @type {number} */ place) => (/** @type {Element} */ each) =>
    Boolean(of(element).compareDocumentPosition(each) & place);
  try {
    if (selector === "this") return [holder];
    if (/^(inherit|window)?$/.test(selector)) return [];
    if (/^(document|body)$/.test(selector)) return [page.body];
    if (word === "closest") return [of(element).closest(rest)];
    if (word === "find") return [of(element).querySelector(rest)];
    if (word === "findAll") return all(rest, element);
    if (word === "next") return [all(rest || "*").find(isAt(Node.DOCUMENT_POSITION_FOLLOWING))];
    if (word === "previous") return [all(rest || "*").findLast(isAt(Node.DOCUMENT_POSITION_PRECEDING))];
    return all(word === "global" ? rest : selector);
  } catch {
    return []; // no selector, and htmx has reported it
  }
};

const included = (/** @type {Element} */ element) =>
  inherited(element, "hx-include").flatMap(({ text, holder }) =>
    // A comma inside of <…/> or of brackets belongs to the selector.
    (text.match(/(?:<[^>]*\/>|\([^)]*\)|\[[^\]]*\]|[^,])+/g) ?? []).flatMap((part) =>
      select(
        element,
        holder,
        part
          .trim()
          .replace(/<(.*)\/>$/s, "$1")
          .trim(),
      ),
    ),
  );

const controlsIn = (/** @type {Element} */ root) =>
  isForm(root) ? [...of(root).elements] : [root, ...all("input, select, textarea", root)];

/**
 * Return the controls that a request takes its values from: those of the form, what hx-include names, and the element.
 * @param {Element} element
 * @param {string} method
 */
export const controlsOf = (element, method) => {
  const takesForm = isForm(element) || isHtmx2 || method.toUpperCase() !== "DELETE";
  const form = takesForm ? formOf(element) : null;
  const isContainer = !isHtmx2 && !form && !/^button$|-/i.test(element.localName);
  const roots = [form, ...included(element)].filter((each) => each != null);
  return new Set([...roots.flatMap(controlsIn), ...(isContainer ? controlsIn(element) : [element])]);
};

/**
 * Return a function that says of a name whether hx-params of htmx 2 leaves it in what an element sends.
 * @param {Element} element
 * @returns {(name: string) => boolean}
 */
export const isSent = (element) => {
  const [{ text = "*" } = {}] = isHtmx2 ? inherited(element, "hx-params") : [];
  if (text === "none") return () => false;
  if (text === "*") return () => true;
  const isExcluding = text.startsWith("not ");
  const listed = (isExcluding ? text.slice(4) : text).split(",").map((each) => each.trim());
  return (name) => listed.includes(name) !== isExcluding;
};
