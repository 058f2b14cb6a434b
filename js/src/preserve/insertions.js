/* What visitors' own requests have put into blocks: a form in the place of a row, an error, more rows, a
   detail view.

   An insertion is what one request has put there; a piece is what it put into one place. */

import { isContent, isElement, isIn, of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { TOKEN } from "../session/csrf.js";
import { fieldsIn } from "./controls.js";
import { isEntered } from "./fields.js";
import { copyAll } from "./places.js";

/** @type {Set<Insertion>} */
export const insertions = new Set();

export const pieces = () => [...insertions].flatMap((each) => each.pieces);
/** @param {Insertion} insertion */
export const nodesOf = (insertion) => insertion.pieces.flatMap(({ nodes }) => nodes);
/** @param {Piece} piece */
export const insertionOf = (piece) => [...insertions].find((each) => each.pieces.includes(piece));

/** @param {Node} node */
export const isThere = (node) => of(node).isConnected;

/** Return the elements among nodes, or what text there is. @param {Node[]} nodes */
export const partsOf = (nodes) => (nodes.some(isElement) ? nodes.filter(isElement) : nodes.filter(isContent));

/** Forget what has left the page. */
export const forgetGone = () => {
  for (const each of insertions) {
    each.pieces = each.pieces.filter(({ nodes }) => nodes.some(isThere));
    if (!each.pieces.length) insertions.delete(each);
  }
};

/** Forget an insertion, and what is inside of it. @param {Insertion} insertion */
export const forget = (insertion) => {
  insertions.delete(insertion);
  for (const below of insertions) if (below.above && insertion.pieces.includes(below.above)) forget(below);
};

/** @param {Insertion} insertion */
const fieldsOf = (insertion) => nodesOf(insertion).filter(isElement).flatMap(fieldsIn);

/** @param {Insertion} insertion */
export const hasFields = (insertion) => fieldsOf(insertion).length > 0;
/** Return whether something is entered in an insertion. @param {Insertion} insertion */
export const isTyped = (insertion) => fieldsOf(insertion).some(isEntered);

/**
 * Return whether an insertion stays as it is, since it holds a field or the focus.
 * @param {Insertion} insertion
 */
export const isInUse = (insertion) =>
  insertion.isForced
    ? isTyped(insertion)
    : isIn(page.activeElement, nodesOf(insertion)) || hasFields(insertion);

/* HTML without what htmx and Django write anew each time. */
/** @param {Node[]} nodes */
const textOf = (nodes) => {
  const root = copyAll(nodes);
  for (const it of of(root).querySelectorAll("*")) {
    const { classList } = of(it);
    for (const name of [...classList]) if (name.startsWith("htmx-")) classList.remove(name);
    if (!classList.length) of(it).removeAttribute("class");
    for (const name of ["data-htmx-powered", "data-hx-revealed"]) of(it).removeAttribute(name);
    if (of(it).getAttribute("name") === TOKEN) of(it).removeAttribute("value");
  }
  return root.innerHTML.replace(/\s+/g, " ").replace(/> | </g, (text) => text.trim());
};

/**
 * Return whether nodes are what the server's block has there already.
 * @param {Node[]} nodes
 * @param {Node[]} others
 */
export const isSame = (nodes, others) => textOf(nodes) === textOf(others.filter(isContent));

/**
 * What stands beside the elements of a piece is part of it.
 * @param {Piece} piece
 * @param {Node} parent
 * @param {Node[]} nodes
 */
export const widen = (piece, parent, nodes) => {
  if (isIn(parent, piece.nodes)) return;
  const all = new Set([...piece.nodes.filter(isThere), ...nodes]);
  piece.nodes = [...of(/** @type {Element} */ (parent)).children].filter((it) => all.has(it));
};

/** Return the text that a piece is, behind the element by which it is held. @param {Piece} piece */
export const textAfter = ({ nodes, isText }) => {
  const next = isText ? nodes[0]?.nextSibling : null;
  return next instanceof Text ? [next] : [];
};

/** Remove a piece from the page. @param {Piece} piece */
export const removePiece = (piece) => {
  for (const node of [...piece.nodes, ...textAfter(piece)]) of(/** @type {ChildNode} */ (node)).remove();
};

/** Let the block have what the server has in the place of a piece. @param {Piece} piece */
export const restorePiece = (piece) => {
  const { how, nodes, original } = piece;
  const first = /** @type {ChildNode | undefined} */ (nodes.find(isThere));
  if (!first) return;
  if (how === "inner") of(/** @type {ParentNode} */ (of(first).parentNode)).replaceChildren(...original);
  else of(first).before(...original);
  removePiece(piece);
  for (const node of original.filter(isElement)) htmx.process(node);
};

/** Let the block have what the server has in the place of an insertion. @param {Insertion} insertion */
export const giveBack = (insertion) => {
  forget(insertion);
  insertion.pieces.forEach(restorePiece);
};
