/* Which element of a fresh block is the same as one of the block on the page: its twin.

   An element that has an id, a data-key, a data-id or a data-pk that nothing else of the block has is the one
   that has it in the fresh block, and no other; a box is known by its name and value. All else is looked for
   within the nearest such element: by its kind, and where several are of one kind (a form without a prefix in
   each row has its ids and names in each), by the row: see rows.js. What scripts have set or put in does not
   count. */

import { isWithin, of } from "../dom.js";
import { isInserted } from "./attributes.js";
import { KEYED, KEYS, attribute, isBox, pairRows, put } from "./rows.js";

/** @import { Sides } from "./rows.js" */

const BOXES = "[type=checkbox], [type=radio]";

/* A box is what is chosen by it: Django counts the ids of a list of choices, and a new one moves them on. */
/** @param {Element} element */
const choiceOf = (element) => {
  if (!isBox(element) || !attribute(element, "name")) return "";
  const { type, value } = /** @type {HTMLInputElement} */ (element);
  return `${type} ${attribute(element, "name")}=${value}`;
};
/** @param {Element} element */
const idOf = (element) => `id=${attribute(element, "id")}`;

/* An id stands for one element, whatever its tag is; a row and the button in it may have one data-id. */
/** @param {Element} element */
const namesOf = (element) =>
  KEYS.filter((name) => attribute(element, name)).map((name) =>
    name === "id" ? idOf(element) : `${of(element).localName} ${name}=${attribute(element, name)}`,
  );

/** @param {Element} element */
const kindOf = (element) => {
  const { localName } = of(element);
  const own = ["id", "name", "type"].map((name) => attribute(element, name));
  const isOneOfMany = /^(option|button)$/.test(localName);
  return choiceOf(element) || JSON.stringify([localName, ...own, isOneOfMany && attribute(element, "value")]);
};

// ---- rows, each of which holds one or more of the elements that are of one kind

/** @typedef {Map<Element, Element[]>} Holding - elements, with those that each holds */

/* Elements, in the order of the page, with those that stand inside of each. */
/** @param {Element[]} elements */
const outermost = (elements) => {
  /** @type {Holding} */
  const inside = new Map();
  /** @type {Element[]} */
  let held = [];
  /** @type {Element | null} */
  let top = null;
  for (const it of elements) {
    if (top && of(top).contains(it)) held.push(it);
    else inside.set((top = it), (held = []));
  }
  return inside;
};

/** @param {Element} element */
const parentOf = (element) => /** @type {Element} */ (of(element).parentElement);

/* What stands side by side in the nearest element around them all, with those that each holds. */
/** @param {Element[]} elements */
const rowsOf = (elements) => {
  let around = parentOf(elements[0]); // of one element, it is the row itself
  while (!of(around).contains(elements[elements.length - 1])) around = parentOf(around);
  /** @type {Holding} */
  const rows = new Map();
  for (const it of elements) {
    let row = it;
    while (parentOf(row) !== around) row = parentOf(row);
    put(rows, row, it);
  }
  return rows;
};

/* The same elements in one row, which looks like those of the other side: there are several, and here is
   one. */
/**
 * @param {Holding} rows
 * @param {Element[]} elements
 * @param {Element} home
 * @param {Iterable<Element>} others
 */
const asOneRow = (rows, elements, home, [other]) => {
  const { localName } = of(other);
  let [row] = rows.keys();
  if (rows.size > 1 && of(row).localName === localName) return rows;
  for (let up = row; up && up !== home; up = parentOf(up)) {
    row = up;
    if (of(up).localName === localName) return new Map([[row, elements]]);
  }
  return rows.size > 1 ? rows : new Map([[row, elements]]);
};

/** @type {(one: Element[], other: Element[]) => boolean} */
const isSameList = (one, other) => one.length === other.length && one.every((it, at) => it === other[at]);

/** What is known of a pair of blocks: twins, and rows by the first of each list. */
class Known {
  /** @type {Map<Element, Element>} */
  twins = new Map();
  /** @type {Map<Element, { sides: Sides, pairs: Map<Element, Element> }[]>} */
  #lists = new Map();

  /* Most rows hold elements of many kinds. */
  /** @param {Sides} both */
  #pairRows(both) {
    const [first] = both[0];
    const done = this.#lists
      .get(first)
      ?.find(({ sides }) => sides.every((each, side) => isSameList(each, both[side])));
    if (done) return done.pairs;
    const pairs = pairRows(both);
    put(this.#lists, first, { sides: both, pairs });
    return pairs;
  }

  /* Pair elements of one kind, from two homes that are twins. */
  /** @param {Element[][]} elements @param {Element[]} homes */
  pair(elements, homes) {
    const inside = elements.map(outermost);
    const tops = inside.map((each) => [...each.keys()]);
    const lengths = tops.map(({ length }) => length);
    if (Math.min(...lengths) === 0) return;
    if (Math.max(...lengths) === 1) {
      const [it, twin] = tops.flat();
      this.twins.set(it, twin);
      this.pair([...inside[0].values(), ...inside[1].values()], [it, twin]);
      return;
    }
    const rows = tops.map(rowsOf);
    const all = rows.map((each, side) => {
      const others = rows[1 - side];
      return others.size > 1 ? asOneRow(each, tops[side], homes[side], others.keys()) : each;
    });
    for (const pair of this.#pairRows([[...all[0].keys()], [...all[1].keys()]])) {
      const held = pair.map((row, side) =>
        (all[side].get(row) ?? []).flatMap((top) => [top, ...(inside[side].get(top) ?? [])]),
      );
      this.pair(held, pair);
    }
  }
}

/**
 * Return which element of a block is which of the fresh block.
 * @param {Element} block
 * @param {Element} fresh
 * @returns {Match}
 */
export const match = (block, fresh) => {
  const names = [block, fresh].map((root) => {
    /** @type {Map<string, Element[]>} */
    const found = new Map();
    for (const it of of(root).querySelectorAll(KEYED)) for (const name of namesOf(it)) put(found, name, it);
    for (const it of of(root).querySelectorAll(BOXES)) if (choiceOf(it)) put(found, choiceOf(it), it);
    return found;
  });
  /** @param {string} name */
  const times = (name) => names.map((found) => found.get(name)?.length ?? 0);
  /** @param {string} name */
  const isAtMostOnce = (name) => Math.max(...times(name)) < 2;
  /** @param {Element} element */
  const findName = (element) => {
    const choice = choiceOf(element);
    if (choice && isAtMostOnce(choice)) return choice;
    const own = namesOf(element).filter(isAtMostOnce);
    return own.find((name) => Math.min(...times(name)) === 1) ?? own[0];
  };
  /** @type {Map<Element, string | undefined>} */
  const called = new Map();
  /** @param {Element} element */
  const nameOf = (element) => {
    if (!called.has(element)) called.set(element, findName(element));
    return called.get(element);
  };
  /** @param {Element} element */
  const homeOf = (element) => {
    let home = element;
    while (home !== block && home !== fresh && nameOf(home) === undefined) home = parentOf(home);
    return home;
  };

  /** @type {Set<Element>} */
  const leftOut = new Set();
  const known = new Known();
  known.twins.set(block, fresh);
  /** @type {Map<Element, Map<string, Map<string, Element[]>>>} By home, tag and kind. */
  const sorted = new Map();
  /** @type {Map<Element, Set<string>>} Kinds of which the pairs are known, by their home. */
  const asked = new Map();

  /** @param {Element} home @param {string} localName @param {string} kind */
  const alikeIn = (home, localName, kind) => {
    const byTag = sorted.get(home) ?? new Map();
    sorted.set(home, byTag);
    if (!byTag.has(localName)) {
      const kinds = new Map();
      for (const it of of(home).querySelectorAll(CSS.escape(localName))) {
        if (homeOf(it) === home && !isInserted(it)) put(kinds, kindOf(it), it);
      }
      byTag.set(localName, kinds);
    }
    /** @type {Element[]} */
    const found = byTag.get(localName).get(kind) ?? [];
    return found.filter((it) => !isWithin(it, leftOut));
  };

  /** @param {Element} element @param {Element[]} homes */
  const pairKind = (element, homes) => {
    const kind = kindOf(element);
    const kinds = asked.get(homes[0]) ?? new Set();
    asked.set(homes[0], kinds);
    if (kinds.has(kind)) return;
    kinds.add(kind);
    known.pair(
      homes.map((each) => alikeIn(each, of(element).localName, kind)),
      homes,
    );
  };

  /** @type {(element: Element) => Element | null} */
  const twinOf = (element) => {
    const name = known.twins.has(element) ? undefined : nameOf(element);
    if (name !== undefined) return names[1].get(name)?.[0] ?? null;
    if (!known.twins.has(element)) {
      const home = homeOf(element);
      const freshHome = twinOf(home);
      if (freshHome) pairKind(element, [home, freshHome]);
    }
    return known.twins.get(element) ?? null;
  };

  return {
    twinOf: /** @type {Match["twinOf"]} */ (twinOf),
    isUnique: (element) => nameOf(element) === idOf(element),
    leaveOut: (...elements) => elements.forEach((it) => leftOut.add(it)),
  };
};
