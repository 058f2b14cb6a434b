/* Comparing and merging values of attributes: class name by name, style property by property, all others as a whole. */

import { of, page, setAttribute } from "../dom.js";

const OF_SHIM = /^(htmx-|mizan-stale$)/; // classes that htmx and the shim come and go with

/** @param {string | null | undefined} text */
const split = (text) => new Set((text ?? "").split(/\s+/).filter(Boolean));
/** @param {Set<string>} one @param {Set<string>} other */
const isSameSet = (one, other) => one.size === other.size && [...one].every((it) => other.has(it));

/** Return the names of a class, without those of htmx and of the shim. @param {string | null} text */
export const namesIn = (text) => new Set([...split(text)].filter((it) => !OF_SHIM.test(it)));

/**
 * Return whether two values of an attribute say the same.
 * @param {string} name
 * @param {string | null} one
 * @param {string | null} other
 */
export const isSame = (name, one, other) => {
  if (one === other) return true;
  if (name === "class") return isSameSet(namesIn(one), namesIn(other));
  return name === "style" && (one || "") === (other || "");
};

/** Return a style with these properties, which no policy forbids to read. @param {string | null} text */
export const styleOf = (text) => {
  const { style } = page.createElement("i");
  style.cssText = text ?? "";
  return style;
};

/**
 * Give a style the property that another one has, or has not.
 * @param {CSSStyleDeclaration} style
 * @param {CSSStyleDeclaration} from
 * @param {string} name
 */
export const copyProperty = (style, from, name) =>
  from.getPropertyValue(name)
    ? style.setProperty(name, from.getPropertyValue(name), from.getPropertyPriority(name))
    : style.removeProperty(name);

/** @param {CSSStyleDeclaration} style @param {string} name */
const valueOf = (style, name) => style.getPropertyValue(name) + style.getPropertyPriority(name);

/* Property by property: a policy may forbid the attribute, and never forbids these. */
/** @param {HTMLElement} place @param {Change} change */
const writeStyle = (place, { old, was, live, now }) => {
  const [before, here, fresh] = [was, live, now].map(styleOf);
  const { style } = of(place);
  for (const name of new Set([...before, ...here, ...fresh])) {
    const from = valueOf(before, name) === valueOf(fresh, name) ? here : fresh;
    const there = place === old ? here : fresh;
    if (valueOf(there, name) !== valueOf(from, name)) copyProperty(style, from, name);
  }
  if (!style.length && !now) of(place).removeAttribute("style");
};

/** @param {string} name @param {{ was: string | null, live: string | null, now: string | null }} change */
const merge = (name, { was, live, now }) => {
  if (isSame(name, was, now)) return live;
  if (name !== "class") return now;
  const [before, here, fresh] = [was, live, now].map(namesIn);
  const added = [...here].filter((it) => !before.has(it));
  const left = [...fresh].filter((it) => here.has(it) || !before.has(it));
  return [...left, ...added].join(" ") || null;
};

/**
 * Write an attribute that scripts have set to an element that was refreshed: their value, unless the server
 * has sent another one since.
 * @param {HTMLElement} place
 * @param {string} name
 * @param {Change} change
 */
export const writeChange = (place, name, change) => {
  const there = of(place).getAttribute(name);
  // A custom element may have changed it again, as an answer to what the server has changed.
  const live = place === change.old ? there : change.live;
  if (name === "style") return writeStyle(place, { ...change, live });
  let value = merge(name, { ...change, live });
  if (name === "class") {
    const ours = [...split(there)].filter((it) => OF_SHIM.test(it));
    value = [...namesIn(value), ...ours].join(" ") || null;
    if (value && isSameSet(split(value), split(there))) return;
  }
  if (there === value) return;
  if (value !== null && value === change.now && change.node) {
    of(place).setAttributeNode(/** @type {Attr} */ (change.node.cloneNode()));
  } else setAttribute(place, name, value);
};
