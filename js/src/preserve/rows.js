/* Which row of a list is which row of its fresh version: the one with the same key, or with the same text, or
   in the same place between those that are known. What scripts have set does not count. */

import { of } from "../dom.js";
import { served } from "./attributes.js";

/** Attributes by which the server names an element. */
export const KEYS = ["id", "data-key", "data-id", "data-pk"];
export const KEYED = KEYS.map((name) => `[${name}]`).join();
const HTMX = "hx-get hx-post hx-put hx-patch hx-delete hx-vals".split(" ");
const ADDRESSES = ["href", "action", "formaction", ...HTMX, ...HTMX.map((name) => `data-${name}`)];
const WITH_FACTS = ["input", "button", KEYED, ...ADDRESSES.map((name) => `[${name}]`)].join();
/** Begins the kinds of facts that are written to say which row it is. */
const WRITTEN = "!";
const MOST_WORDS = 8;

/**
 * A row, what it says, and what it looks like. Facts are values by their kind: the first link of a row is
 * compared with the first of another.
 * @typedef {{ row: Element, text: string, facts: Map<string, string>, looks: string, key: string, hasKey:
 *   boolean }} Row
 */
/** @typedef {[Element[], Element[]]} Sides - the elements of the page, and the fresh ones */

/** What the server last sent for an attribute, or "". @param {Element} element @param {string} name */
export const attribute = (element, name) => served(element, name) ?? "";

/** @param {Element} element */
export const isBox = (element) => /^(checkbox|radio)$/i.test(attribute(element, "type"));

/**
 * Add a value to those of a key.
 * @template K, V
 * @param {Map<K, V[]>} map
 * @param {K} key
 * @param {V} value
 */
export const put = (map, key, value) => {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
};

// ---- what a row says

/** @param {Element[]} elements */
const factsIn = (elements) => {
  /** @type {Map<string, string>} */
  const facts = new Map();
  /** @type {Map<string, number>} */
  const counted = new Map();
  /** @param {string} kind @param {string} value */
  const add = (kind, value) => {
    const count = (counted.get(kind) ?? 0) + 1;
    counted.set(kind, count);
    if (value) facts.set(`${kind} ${count}`, value);
  };
  for (const it of elements) {
    const { localName } = of(it);
    const [name, type, value] = ["name", "type", "value"].map((each) => attribute(it, each));
    for (const { name: each, value: text } of of(it).attributes) {
      if (ADDRESSES.includes(each)) add(`${localName} ${each}`, text);
      else if (each !== "id" && KEYS.includes(each)) add(`${WRITTEN} ${localName} ${each}`, text);
    }
    // Django's token is another one each time.
    if (type.toLowerCase() === "hidden" && !/^csrf/.test(name)) add(`${WRITTEN} ${name}`, value);
    else if (localName === "button" || isBox(it)) add(`${localName} ${name}`, value);
  }
  return facts;
};

/** @type {(row: Element, nodes?: Node[]) => Row} */
const describe = (row, nodes = [row]) => {
  const elements = nodes.filter((it) => it instanceof Element);
  const inside = elements.flatMap((it) => [it, ...of(it).querySelectorAll(WITH_FACTS)]);
  const text = nodes
    .map((it) => of(it).textContent)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
  const looks = `${of(row).localName} ${attribute(row, "class")}`;
  return { row, text, facts: factsIn(inside), looks, key: "", hasKey: false };
};

/** @param {Row} row */
const saysNothing = ({ text, facts }) => !text && !facts.size;

/* In a list without rows the names of things stand before or after them: what stands between a row and the
   next one on that side, with the row. */
/** @param {Sides} sides */
const describeAll = (sides) => {
  const own = sides.map((rows) => rows.map((row) => describe(row)));
  if (!own.flat().every(saysNothing)) return own;
  const [before, after] = /** @type {const} */ (["previousSibling", "nextSibling"]).map((next) =>
    sides.map((rows) =>
      rows.map((row) => {
        /** @type {Node[]} */
        const nodes = [row];
        for (let it = of(row)[next]; it && !rows.includes(/** @type {Element} */ (it)); it = of(it)[next])
          nodes.push(it);
        return describe(row, nodes);
      }),
    ),
  );
  return before.some(([first]) => saysNothing(first)) ? after : before;
};

// ---- by what rows differ

/** @template V @param {V[]} values @param {V[]} others */
const inCommon = (values, others) => {
  const all = new Set(others);
  return values.filter((value) => value && all.has(value)).length;
};

/** @param {unknown[]} values */
const areUnique = (values) => new Set(values).size === values.length;

/* Return the number of that pair of lists by which most rows are found again, and how many those are. A list
   in which two have the same does not distinguish rows. */
/** @param {[unknown[], unknown[]][]} pairs */
const best = (pairs) => {
  const found = pairs.map((both) => (both.every(areUnique) ? inCommon(...both) : 0));
  const most = Math.max(...found);
  return { at: found.indexOf(most), most };
};

/* A kind of fact is a key where no two rows of a side have the same. Of several, that one is theirs by which
   most rows are found again. Where none is, rows are the same only if all that is written for it is. */
/** @param {Row[][]} sides */
const keysOf = (sides) => {
  const [former, fresh] = sides.map((rows) => {
    /** @type {Map<string, string[]>} */
    const values = new Map();
    for (const { facts } of rows) for (const [kind, value] of facts) put(values, kind, value);
    return values;
  });
  /** @type {(kind: string) => [string[], string[]]} */
  const valuesOf = (kind) => [former.get(kind) ?? [], fresh.get(kind) ?? []];
  const isWritten = (/** @type {string} */ kind) => kind.startsWith(WRITTEN);
  const kinds = [...new Set([...former.keys(), ...fresh.keys()])].filter((kind) => {
    const values = valuesOf(kind);
    return (isWritten(kind) || values.some(({ length }) => length > 1)) && values.every(areUnique);
  });
  const { at, most } = best(kinds.map(valuesOf));
  return most > 0 ? [kinds[at]] : kinds.filter(isWritten);
};

/** @param {number} at */
const wordAt =
  (at) =>
  (/** @type {Row} */ { text }) =>
    text.split(" ", MOST_WORDS)[at];

/* A heading that counts what stands below it is another one each time, but for a word. Return the function
   that reads the word by which most rows are found again, or null. */
/** @param {[Row[], Row[]]} sides */
const wordOf = ([rows, others]) => {
  const words = Array.from({ length: MOST_WORDS }, (_, at) => wordAt(at));
  const { at, most } = best(words.map((readFrom) => [rows.map(readFrom), others.map(readFrom)]));
  const fewest = Math.min(rows.length, others.length);
  const isAgreed = most >= Math.min(2, fewest) && 2 * most >= fewest; // one number may be anything
  return isAgreed ? words[at] : null;
};

// ---- pairs

/**
 * Return which of the former rows is which of the fresh ones.
 * @param {Sides} sides
 * @returns {Map<Element, Element>}
 */
export const pairRows = (sides) => {
  const [rows, others] = describeAll(sides);
  const keys = keysOf([rows, others]);
  /** @type {Map<Element, Element>} */
  const pairs = new Map();
  /** @type {Set<Row>} */
  const taken = new Set();
  for (const it of [...rows, ...others]) {
    it.key = JSON.stringify(keys.map((kind) => it.facts.get(kind) ?? null));
    it.hasKey = keys.some((kind) => it.facts.has(kind));
  }
  const places = new Map(others.map(({ row }, at) => [row, at]));
  /** @param {Row} it @param {Row} other */
  const pair = (it, other) => {
    pairs.set(it.row, other.row);
    taken.add(other);
  };
  /* Of several that have the same, the first goes with the first. */
  /** @param {(row: Row) => unknown} readFrom */
  const pairBy = (readFrom) => {
    /** @type {Map<string, Row[]>} */
    const free = new Map();
    for (const it of others) if (!taken.has(it) && readFrom(it)) put(free, `${it.key} ${readFrom(it)}`, it);
    for (const it of rows) {
      if (pairs.has(it.row) || !readFrom(it)) continue;
      const other = free.get(`${it.key} ${readFrom(it)}`)?.shift();
      if (other) pair(it, other);
    }
  };
  pairBy(({ hasKey }) => hasKey);
  pairBy(({ text }) => text);
  const word = wordOf([rows, others]);
  if (word) pairBy(word);
  let place = 0;
  for (const it of rows) {
    const known = places.get(pairs.get(it.row) ?? it.row);
    if (known === undefined) {
      const end = others.findIndex((other, at) => at >= place && taken.has(other));
      const fits = others.slice(place, end < 0 ? undefined : end).filter(({ key }) => key === it.key);
      const other = fits.find(({ looks }) => looks === it.looks) ?? fits[0];
      if (!other) continue;
      pair(it, other);
      place = (places.get(other.row) ?? 0) + 1;
    } else place = known + 1;
  }
  // Where others have changed places, what says nothing goes by its order, if none has gone or come.
  const left = [rows.filter(({ row }) => !pairs.has(row)), others.filter((other) => !taken.has(other))];
  const [silent, free] = left.map((side) => {
    /** @type {Map<string, Row[]>} */
    const found = new Map();
    for (const it of side) if (!it.text && !it.hasKey) put(found, it.looks, it);
    return found;
  });
  for (const [looks, same] of silent) {
    const all = free.get(looks) ?? [];
    if (all.length === same.length) same.forEach((it, at) => pair(it, all[at]));
  }
  return pairs;
};
