/* Which attributes and elements belong to Alpine. Alpine may have started before the shim, so its attributes are
   known by the directives of an element. */

import { is, of } from "../dom.js";
import { isHidden } from "./controls.js";
import { copyProperty, namesIn, styleOf } from "./values.js";

const BIND = /^(?:x-bind:|:)([^.]+)/;

/** @param {Element} element @returns {element is AlpineElement} */
export const isAlpine = (element) =>
  ["_x_marker", "_x_attributeCleanups"].some((name) => Reflect.get(element, name) !== undefined);

/**
 * Return the names of the attributes that Alpine sets on an element.
 * @param {Element} element
 */
export const boundBy = (element) => {
  const all = of(element).getAttributeNames();
  const names = all.map((name) => BIND.exec(name)?.[1] ?? "key").filter((name) => name !== "key");
  /** @param {string} directive */
  const has = (directive) => all.some((name) => name === directive || name.startsWith(`${directive}.`));
  if (has("x-show")) names.push("style");
  if (has("x-collapse")) names.push("style", "hidden");
  if (has("x-model") && isHidden(element)) names.push("value");
  return new Set(names);
};

/** @param {Element} element @param {string} name */
export const isBound = (element, name) => isAlpine(element) && boundBy(element).has(name);

/** Return whether Alpine fills an element, or has data for it. @param {Element} element */
export const isOfAlpine = (element) => isAlpine(element) && is(element, "[x-data], [x-text], [x-html]");

/** @type {(value: unknown) => string[]} The names in what an expression of :class or :style returns. */
const namesOf = (value) => {
  if (typeof value === "function") return namesOf(value());
  if (typeof value === "string") return value.split(/\s+/);
  return Array.isArray(value) ? value.flatMap(namesOf) : Object.keys(value ?? {}).flatMap(namesOf);
};

/* Return a function that says of a name of a class, or a property of a style, whether Alpine has put it
   there. */
/** @param {Element} element @param {string} name */
const isPutBy = (element, name) => {
  const expression = of(element).getAttribute(`:${name}`) ?? of(element).getAttribute(`x-bind:${name}`) ?? "";
  /** @type {string[]} */
  let found = [];
  try {
    if (expression) found = namesOf(window.Alpine?.evaluate(element, expression));
  } catch {
    // then the names that the expression itself contains are what is known
  }
  const own = is(element, "[x-collapse]") ? ["display", "height", "overflow-x", "overflow-y"] : ["display"];
  return (/** @type {string} */ it) => {
    const inScript = it.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    const isNamed = [it, inScript].some((text) => expression.includes(text) || found.includes(text));
    return isNamed || (name === "style" && own.includes(it));
  };
};

/**
 * Return what the server may have sent for an attribute before the shim ran. It is taken to be what the
 * server sends now, where only Alpine can have changed it. Of what else a custom element has, it is what the
 * server does not send that it has set itself.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} now
 */
export const guess = (element, name, now) => {
  const live = of(element).getAttribute(name);
  if (!isAlpine(element)) return now === null ? null : live;
  if (!/^(class|style)$/.test(name)) return now;
  const isAlpines = isPutBy(element, name);
  if (name === "class") {
    const rest = [...namesIn(live)].filter((it) => !isAlpines(it));
    return [...rest, ...[...namesIn(now)].filter(isAlpines)].join(" ");
  }
  const [style, fresh] = [live, now].map(styleOf);
  for (const it of new Set([...style, ...fresh])) if (isAlpines(it)) copyProperty(style, fresh, it);
  return style.cssText;
};

/**
 * Return the elements in the place of a <template>: what Alpine made of it, and of the templates among that.
 * @param {AlpineElement} template
 * @returns {AlpineElement[]}
 */
export const clonesOf = ({ _x_currentIfEl: one, _x_lookup: many }) => {
  const own = [...(one ? [one] : []), ...(many instanceof Map ? many.values() : [])];
  return own.flatMap((it) => [it, ...(is(it, "template") ? clonesOf(it) : [])]);
};

/**
 * Return whether an element is a <template> of which Alpine has made something.
 * @param {AlpineElement} element
 */
export const isMade = (element) =>
  Boolean(is(element, "template") && (element._x_currentIfEl || element._x_lookup || element._x_teleport));
