/* What scripts have set stays when a block is replaced, until the server sends another value for it: of class
   each name by itself, of style each property.

   data-mizan-as-served   on an element: in it and on it attributes are as the server sends them

   What Alpine has made stays, as long as x-data is the same: its elements, what it made of a <template>, and
   the text that it has put in. Elements with state of other scripts stay: see other_scripts.js. */

import { BLOCK, is, isInside, isWithin, of, setAttribute } from "../dom.js";
import { clonesOf, guess, isMade, isOfAlpine } from "./alpine.js";
import {
  catchUp,
  changesOf,
  formerly,
  isChanged,
  isCustom,
  isInserted,
  isMoved,
  isUntracked,
  note,
  noteServed,
  served,
  takeRecords,
} from "./attributes.js";
import { hasState, losesCode } from "./other_scripts.js";
import { allIn, placeOf, twinOf } from "./swap.js";
import { writeChange } from "./values.js";

const AS_SERVED = "[data-mizan-as-served]";
const FIELD = "input, select, textarea, button";

/** @param {Element} element @param {string} name */
const get = (element, name) => of(element).getAttribute(name);

/**
 * Let elements of a block have the ids by which the server knows them. Return the ids that scripts have given
 * them.
 * @param {Element} block
 */
export const showServedIds = (block) => {
  catchUp();
  /** @type {Map<Element, string | null>} */
  const ids = new Map();
  for (const it of of(block).querySelectorAll("[id]")) {
    if (!isChanged(it, "id")) continue;
    ids.set(it, get(it, "id"));
    setAttribute(it, "id", served(it, "id"));
  }
  return ids;
};

// ---- before: what the swap has to leave alone, and what it may not write

/** @param {Swap} swap @param {Element} it @param {HTMLElement} stub */
const hold = ({ pairs, held }, it, stub) => {
  pairs.set(it, stub);
  held.add(it);
};

/** @param {Element} it */
const copyOf = (it) => /** @type {HTMLElement} */ (of(it).cloneNode());

/* What a script has put beside an element that it has changed goes with it: the list of choices beside the
   select that it has hidden. */
/** @param {Swap} swap @param {Element} it @param {Element} twin */
const planBeside = (swap, it, twin) => {
  const isWidget = (/** @type {AlpineElement} */ each) =>
    isInserted(each) && !swap.held.has(each) && !each._x_dataStack && !is(each, "script");
  for (const next of /** @type {const} */ (["previousElementSibling", "nextElementSibling"])) {
    let last = twin;
    let each = /** @type {AlpineElement | null} */ (of(it)[next]);
    for (; each && isWidget(each); each = /** @type {AlpineElement | null} */ (of(each)[next])) {
      const stub = copyOf(each);
      if (next === "nextElementSibling") of(last).after(stub);
      else of(last).before(stub);
      last = stub;
      hold(swap, each, stub);
    }
  }
};

/* The same for what it has put around fields, and around nothing else of the server's. */
/** @param {Swap} swap @param {Element} it */
const planWrapper = (swap, it) => {
  const wrapped = [...of(it).querySelectorAll("*")].filter(isMoved);
  const isWidget = wrapped.some((each) => changesOf(each).length > 0);
  if (!isWidget || !wrapped.every((each) => is(each, FIELD))) return;
  const [twin, ...others] = wrapped.map((each) => twinOf(swap, each));
  if (!twin) return;
  const stub = copyOf(it);
  of(twin).replaceWith(stub);
  for (const each of others) of(each)?.remove();
  hold(swap, it, stub);
};

/** @param {Element} old @param {Element} twin */
const isSameTemplate = (old, twin) =>
  old.innerHTML === twin.innerHTML &&
  twin.getAttributeNames().every((name) => served(old, name) === twin.getAttribute(name));

/** @param {Swap} swap @param {AlpineElement} it @param {Element} twin */
const planTemplate = (swap, it, twin) => {
  const clones = clonesOf(it).filter((each) => of(each).parentNode === it.parentNode);
  if (!isSameTemplate(it, twin)) return [it, ...clones].forEach((each) => swap.anew.add(each));
  const stubs = clones.map(copyOf);
  twin.after(...stubs);
  swap.held.add(it);
  clones.forEach((each, at) => hold(swap, each, stubs[at]));
};

/* Return whether Alpine can go on with an element. */
/** @param {Swap} swap @param {Element} it @param {Element} twin */
const planAlpine = (swap, it, twin) => {
  if (get(it, "x-data") !== get(twin, "x-data")) {
    swap.anew.add(it);
    return false;
  }
  for (const name of ["x-text", "x-html"]) {
    const isSameText = of(it).hasAttribute(name) && get(it, name) === get(twin, name);
    if (isSameText) of(twin).replaceChildren(...[...of(it).childNodes].map((node) => node.cloneNode(true)));
  }
  return true;
};

/* Return whether an element has no shadow, and content: where the server sends it empty, that is its own. */
/** @param {Element} it */
const isMaker = (it) => isCustom(it) && !it.shadowRoot && it.hasChildNodes();

/** @type {(old: Element, twin: Element, name: string) => Change} */
const changeOf = (old, twin, name) => {
  const now = get(twin, name);
  const known = formerly(old, name);
  const was = known === undefined ? guess(old, name, now) : known;
  return { old, was, live: get(old, name), now, node: of(twin).getAttributeNode(name) };
};

/** @param {Swap} swap @param {HTMLElement} it */
const planOne = (swap, it) => {
  const { block } = swap;
  const isOpening = is(it, "details, dialog"); // see open.js
  const isCarried = (/** @type {string} */ name) => name !== "id" && !(isOpening && name === "open");
  const names = of(it).closest(AS_SERVED) ? [] : changesOf(it).filter(isCarried);
  const isShell = it !== block && isMaker(it);
  if (!names.length && !isOfAlpine(it) && !isShell && !isMade(it) && !hasState(it)) return;
  const twin = it === block ? swap.fresh : twinOf(swap, it);
  if (!twin || of(twin).localName !== of(it).localName) return;
  if (isMade(it)) return planTemplate(swap, it, twin);
  if (it !== block && losesCode(it, twin)) return void swap.anew.add(it);
  if (isOfAlpine(it) && !planAlpine(swap, it, twin)) return;
  if (isShell && !of(twin).textContent?.trim() && !of(twin).children.length) {
    swap.shells.add(it);
    swap.held.add(it);
  }
  if (names.length && it !== block) planBeside(swap, it, twin);
  swap.same.set(it, twin);
  swap.changes.set(it, new Map(names.map((name) => [name, changeOf(it, twin, name)])));
};

/** Look at all that scripts have set in a block. @param {Swap} swap */
export const planAttributes = (swap) => {
  const { block, held, anew } = swap;
  for (const it of allIn(block)) {
    const isHeld = isWithin(it, held) && !(held.has(it) && of(it).shadowRoot);
    if (isWithin(it, anew)) continue;
    const isTop = it !== block && held.has(it) && !isInside(it, held);
    const twin = isTop && changesOf(it).length > 0 ? twinOf(swap, it) : null;
    if (twin) planBeside(swap, it, twin);
    if (isHeld) continue;
    if (isInserted(it)) planWrapper(swap, it);
    else planOne(swap, it);
  }
};

/** @param {Swap} swap @param {string} name @param {Element} old */
export const isWritable = ({ changes }, name, old) => !changes.get(old)?.has(name);

// ---- without a morph: the old elements go into the fresh content

/** @param {Element} old @param {Element} twin */
const isAlike = (old, twin) => of(old).localName === of(twin).localName && get(old, "id") === get(twin, "id");

/* A block is made anew, unless Alpine has data for it, on which what is in it depends. */
/** @param {Swap} swap @param {Element} old */
const isMovable = ({ block, held }, old) =>
  !held.has(old) && (!is(old, BLOCK) || (old === block && isOfAlpine(old)));

/* Scripts hold on to what stands around an element as well. */
/** @param {Swap} swap */
const addAncestors = (swap) => {
  const { block, fresh, same } = swap;
  const used = new Set(same.values());
  for (const [old, twin] of [...same]) {
    let [up, other] = [of(old).parentElement, of(twin).parentElement];
    while (up && other && isMovable(swap, up) && isAlike(up, other)) {
      if (same.has(up) || used.has(other) || (up === block) !== (other === fresh)) break;
      same.set(up, other);
      used.add(other);
      [up, other] = [of(up).parentElement, of(other).parentElement];
    }
  }
};

/**
 * Give an element the attributes of its twin, except for those that scripts have set.
 * @param {Swap} swap
 * @param {Element} old
 * @param {Element} twin
 */
export const copyAttributes = (swap, old, twin) => {
  for (const attribute of [...of(twin).attributes]) {
    const { name, value } = attribute;
    if (isWritable(swap, name, old) && get(old, name) !== value) {
      of(old).setAttributeNode(/** @type {Attr} */ (attribute.cloneNode()));
    }
  }
  for (const name of of(old).getAttributeNames()) {
    if (isWritable(swap, name, old) && !of(twin).hasAttribute(name)) of(old).removeAttribute(name);
  }
  swap.met.set(old, twin);
};

/** Bring the old elements into the fresh content. @param {Swap} swap */
export const carryElements = (swap) => {
  const { held, same } = swap;
  addAncestors(swap);
  const all = [...same].filter(([old]) => isMovable(swap, old) && !isWithin(old, held));
  // What stands inside first.
  const FOLLOWING = Node.DOCUMENT_POSITION_FOLLOWING;
  all.sort(([one], [other]) => (of(one).compareDocumentPosition(other) & FOLLOWING ? 1 : -1));
  for (const [old, twin] of all) {
    of(twin).replaceWith(old);
    copyAttributes(swap, old, twin);
    of(old).replaceChildren(...of(twin).childNodes);
  }
};

// ---- after

/* htmx 4 makes a third element of what it can't find, and makes of that what is fresh. */
/** @param {Swap} swap @param {Element} old @returns {Element | null} */
const thirdOf = ({ met, same }, old) => {
  const third = [...met].findLast(([it, twin]) => twin === same.get(old) && of(it).isConnected)?.[0];
  return /** @type {Element | null} */ (third ?? null);
};

/**
 * Put back what scripts had set: the swap has happened.
 * @param {Swap} swap
 * @param {Map<Element, string | null>} ids
 */
export const restoreAttributes = (swap, ids) => {
  const { changes, met, same, shells } = swap;
  for (const old of shells) {
    const twin = same.get(old);
    if (twin && of(old).isConnected) copyAttributes(swap, old, twin);
  }
  for (const [old, own] of changes) {
    const place = placeOf({ it: old, twin: same.get(old) }) ?? thirdOf(swap, old);
    if (!place) continue;
    for (const [name, change] of own) {
      writeChange(/** @type {HTMLElement} */ (place), name, change);
      noteServed(place, name, change.now);
    }
  }
  for (const [it, id] of ids) if (of(it).isConnected) setAttribute(it, "id", id);
  // What a custom element does at once, when it is changed, is the page's.
  for (const record of takeRecords()) {
    const { target, attributeName: name } = record;
    if (name === null || changes.get(/** @type {Element} */ (target))?.has(name)) continue;
    if (ids.has(/** @type {Element} */ (target)) || isUntracked(target, name)) continue;
    const twin = met.get(target);
    if (twin) noteServed(target, name, get(/** @type {Element} */ (twin), name));
    else note([record]);
  }
};
