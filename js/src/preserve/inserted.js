/* What a visitor's own request has put into a block outlives the block's refreshes.

   While it holds a field or the focus it stays as it is, and what is around it refreshes. Anything else is
   asked for again: see asking_again.js. A form that was sent, was accepted and made the block stale goes with
   that refresh.

   What loads by itself (load, revealed, intersect, every) is no visitor's request: swaps.js leaves it out. */

import {
  BLOCK,
  FORM,
  attributeOf,
  blocks as allBlocks,
  byId,
  is,
  isContent,
  isElement,
  isIn,
  of,
  page,
} from "../dom.js";
import { on, onCapture } from "../events.js";
import { covers } from "../grammar.js";
import { askForInside, askedBy, renew } from "./asking_again.js";
import { formSentBy, isField } from "./controls.js";
import { dropAutofocus } from "./focus.js";
import {
  forget,
  forgetGone,
  giveBack,
  hasFields,
  insertionOf,
  insertions,
  isInUse,
  isSame,
  isThere,
  isTyped,
  nodesOf,
  partsOf,
  pieces,
  textAfter,
  widen,
} from "./insertions.js";
import { blockIn, copyOf, follow, insert, pathOf, placeInBlock, placeInPiece, twinIn } from "./places.js";
import { isLoaded, isMarked } from "./staying.js";

// ---- what was put there

/* What the server has in the place of a node. */
/** @param {Node} node */
const servedFor = (node) => {
  const piece = pieces().find(({ nodes }) => nodes.includes(node));
  if (!piece) return [node];
  return piece.nodes.find(isThere) === node ? piece.original : [];
};

/** @param {Put} put @param {Insertion} insertion */
const add = (put, insertion) => {
  const { how, parent, target, before, isMain } = put;
  const nodes = partsOf(put.nodes);
  const removed = before.filter((it) => isContent(it) && !isThere(it));
  const holder = pieces().find(
    (it) =>
      isIn(parent, it.nodes) ||
      (it.how === "inner" && it.nodes[0] && of(it.nodes[0]).parentNode === parent) ||
      it.nodes.includes(target) ||
      removed.some((each) => it.nodes.includes(each)),
  );
  const block = of(/** @type {Element} */ (parent)).closest(BLOCK);
  const isBlock = is(target, BLOCK) && nodes.some((it) => is(it, BLOCK) && idOf(it) === idOf(target));
  if (!block || isBlock) return; // what brings a block is no insertion
  const isInstead =
    holder &&
    !isIn(parent, holder.nodes) &&
    removed.length > 0 &&
    removed.every((it) => !isElement(it) || holder.nodes.includes(it)) &&
    !holder.nodes.some(isThere);
  if (isInstead) {
    if (!isSame(nodes, holder.original)) insertion.pieces.push({ ...holder, nodes, isMain });
    const former = insertionOf(holder);
    insertion.above ??= former?.above;
    // A form of ours that was saved is answered by an empty one: what has come is saved as well.
    insertion.isSaved =
      former?.isSaved && nodes.some((it) => isElement(it) && (is(it, FORM) || of(it).querySelector(FORM)));
    holder.nodes = [];
  } else if (holder) {
    insertion.pieces.push({ isMain, how, nodes, ...placeInPiece(holder.nodes, put), original: removed });
    insertion.above ??= holder;
    widen(holder, parent, nodes);
  } else if (!isSame(nodes, removed)) {
    insertion.pieces.push({ isMain, how, nodes, ...placeInBlock(block, put, servedFor), original: removed });
  }
};

/** @param {Node} node */
const idOf = (node) => of(/** @type {Element} */ (node)).id;

/** @param {{ detail: { element: Element, request: Asked, changes: Put[] } }} event */
const noteSwap = ({ detail: { element, request, changes } }) => {
  const asking = askedBy(element); // if it was asked for again
  const insertion = asking?.insertion ?? { request, pieces: [] };
  for (const change of changes) {
    if (asking) change.nodes.forEach(dropAutofocus);
    if (asking && change.target === asking.place) renew(asking, change);
    else add(change, insertion);
  }
  if (insertion.pieces.length) insertions.add(insertion);
  forgetGone();
  if (asking) askForInside(asking, insertion);
};

// ---- the refresh of a block

/** @typedef {{ piece: Piece, target: Element | null, isFilled: boolean, at: Element, how: How }} Staying */

/* Return whether a piece is inside of what stays anyway. */
/** @param {Piece} piece @param {Element} block @param {Element} fresh */
const isHeld = ({ nodes }, block, fresh) => {
  for (let up = of(nodes[0]).parentElement; up && up !== block; up = of(up).parentElement) {
    if (isMarked(up) || (is(up, BLOCK) && isLoaded(up, byId(fresh, of(up).id)))) return true;
  }
  return false;
};

/* The place is gone. What was typed stays at the end of what was around it, or around that. */
/** @param {Piece} piece @param {Element} fresh */
const refuge = ({ root, mark }, fresh) => {
  for (let up = of(mark).parentElement; up && up !== root; up = of(up).parentElement) {
    const twin = twinIn(fresh, { root, mark: up });
    if (twin && of(twin).localName === of(up).localName) return twin;
  }
  return blockIn(fresh, root) ?? fresh;
};

/* Return whether there is a place for a piece. */
/** @param {Staying} staying @param {Element} fresh */
const find = (staying, fresh) => {
  const { piece, target, isFilled } = staying;
  if (!target) {
    if (isFilled) [staying.at, staying.how] = [refuge(piece, fresh), "last"];
    return isFilled;
  }
  [staying.at, staying.how] = [target, piece.how];
  piece.original = piece.how === "inner" ? [...of(target).childNodes] : piece.how === "outer" ? [target] : [];
  if (isSame(piece.nodes, piece.original)) piece.nodes = [];
  const at = /** @type {Element} */ (blockIn(fresh, piece.root));
  piece.root = copyOf(at);
  piece.mark = /** @type {Element} */ (follow(piece.root, pathOf(target, at)));
  return true;
};

/* Mere text can't be held; an element before it can. */
/** @param {Piece} piece */
const anchor = (piece) => {
  const element = page.createElement("template");
  of(/** @type {Text} */ (piece.nodes.find(isThere))).before(element);
  [piece.nodes, piece.isText] = [[element], true];
};

/* Let the nodes of a piece stand in the fresh block where they would be, had it been put there now. */
/** @param {Staying} staying @param {(element: Node, place: Node) => void} keep */
const putInto = ({ piece, at, how }, keep) => {
  if (piece.nodes[0] instanceof Text) anchor(piece);
  const stubs = piece.nodes.map((it) => of(it).cloneNode());
  if (!stubs.length) return;
  insert(at, how, [...stubs, ...textAfter(piece).map((it) => it.cloneNode())]);
  piece.nodes.forEach((it, index) => keep(it, stubs[index]));
};

/** @param {CustomEvent} event */
const preserveInsertions = ({ target, detail: { fresh, source, keep } }) => {
  const block = /** @type {Element} */ (target);
  if (askedBy(source)) return;
  forgetGone();
  /** @type {Staying[]} */
  const staying = [];
  for (const each of insertions) {
    const here = each.pieces.filter(({ nodes }) => of(block).contains(nodes[0]));
    if (each.above || !here.length || here.some((piece) => isHeld(piece, block, fresh))) continue;
    const isFilled = isTyped(each);
    const isOver = source !== block || each.isSaved;
    const stays = isOver ? isFilled && !isIn(source, nodesOf(each)) : isInUse(each) || each.request.isSafe;
    each.isDue = stays && (each.isForced ? !isFilled : !hasFields(each));
    if (!stays) forget(each);
    else {
      for (const piece of here) {
        staying.push({ piece, isFilled, target: twinIn(fresh, piece), at: fresh, how: "last" });
      }
    }
  }
  // All of them are looked for before the first is there.
  for (const each of staying.filter((it) => find(it, fresh))) putInto(each, keep);
};

// ---- a form that was saved

/** @type {Insertion | null} What has had an answer, until it has said what is stale. */
let sender = null;

/** @param {Element} element */
const sendsFields = (element) =>
  is(element, "form") ||
  isField(element) ||
  /^(submit|image)$/.test(/** @type {HTMLButtonElement} */ (element).type) ||
  attributeOf(element, "hx-include");

/** @param {CustomEvent<AnswerDetail>} event */
const noteAnswer = (event) => {
  const { element, isSafe, status } = event.detail;
  sender = null;
  if (isSafe || event.defaultPrevented || status < 200 || status > 299 || !sendsFields(element)) return;
  forgetGone();
  const form = formSentBy(element) ?? /** @type {HTMLButtonElement} */ (element).form;
  const isFrom = (/** @type {Insertion} */ each) =>
    [element, form].some((it) => it && isIn(it, nodesOf(each)));
  sender = [...insertions].findLast(isFrom) ?? null; // what is inside came later
  queueMicrotask(() => (sender = null));
};

/** @type {(insertion: Insertion) => Insertion} */
const topOf = (insertion) => {
  const holder = insertion.above && insertionOf(insertion.above);
  return holder ? topOf(holder) : insertion;
};

/** @param {CustomEvent} event */
const noteInvalidation = (event) => {
  const { entries, blocks, source } = event.detail;
  const each = sender;
  sender = null;
  if (!each || event.defaultPrevented || !/^(response|cookie)$/.test(source)) return;
  const [node] = nodesOf(each);
  const isAround = (/** @type {HTMLElement} */ block) => of(block).contains(node);
  const around = allBlocks().filter(isAround);
  if (!around.some((block) => covers(entries, of(block).dataset.mizan))) return;
  if (each.above) {
    topOf(each).isForced = true;
    return forget(each);
  }
  each.isSaved = true;
  // By the socket, it may be fresh already.
  if (!blocks.some(isAround) && !isTyped(each)) giveBack(each);
};

export const start = () => {
  onCapture("mizan:swapped", noteSwap);
  onCapture("mizan:keep", preserveInsertions);
  on("mizan:answer", noteAnswer);
  on("mizan:invalidate", noteInvalidation);
};
