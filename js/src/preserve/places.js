/* Places in a block, found again when the block has been replaced: each is known by a copy of the block as it
   was. */

import { byId, of, page } from "../dom.js";
import { match } from "./matching.js";

const PIECE = "mizan-inserted"; // the id of the copy of a piece

/**
 * Return the way to a node: the number of each child.
 * @param {Node} node
 * @param {Node} root
 */
export const pathOf = (node, root) => {
  const path = [];
  for (let it = node; it !== root;) {
    const parent = /** @type {Node} */ (of(it).parentNode);
    path.unshift([...of(parent).childNodes].indexOf(/** @type {ChildNode} */ (it)));
    it = parent;
  }
  return path;
};

/** @param {Node} root @param {number[]} path @returns {Node} */
export const follow = (root, path) => path.reduce((it, at) => of(it).childNodes[at], root);

/* Copies that load nothing, and run nothing. */
/** @type {Document | null} */
let made = null;
const inert = () => (made ??= page.implementation.createHTMLDocument(""));

/** @type {<T extends Node>(node: T, isDeep?: boolean) => T} */
export const copyOf = (node, isDeep = true) => inert().importNode(node, isDeep);

/** @param {Node[]} nodes */
const around = (nodes) => {
  const root = inert().createElement("div");
  root.id = PIECE;
  root.append(...nodes);
  return root;
};

/** Return copies of nodes, in an element that stands for what is around them. @param {Node[]} nodes */
export const copyAll = (nodes) => around(nodes.map((it) => copyOf(it)));

/**
 * Copy nodes as they were before something was put into one of them.
 * @param {Put} put
 * @param {Node[]} nodes
 * @param {(node: Node) => Node[]} [servedFor] - what the server has in the place of a node
 */
const rebuild = ({ parent, target, before }, nodes, servedFor = (node) => [node]) => {
  /** @type {Node | null} */
  let mark = null;
  /** @type {(node: Node) => Node} */
  const copy = (node) => {
    const it = copyOf(node, false);
    if (node === target) mark = it;
    const list = node === parent ? before : [...of(node).childNodes];
    const children = list.flatMap(servedFor).map(copy);
    if (children.length) of(/** @type {ParentNode} */ (it)).append(...children);
    return it;
  };
  const copies = nodes.map(copy);
  return { copies, mark: /** @type {Element} */ (/** @type {unknown} */ (mark)) };
};

/**
 * Return where in a block something was put.
 * @param {Element} block
 * @param {Put} put
 * @param {(node: Node) => Node[]} servedFor
 */
export const placeInBlock = (block, put, servedFor) => {
  const { copies, mark } = rebuild(put, [block], servedFor);
  return { root: /** @type {Element} */ (copies[0]), mark };
};

/**
 * Return where something was put, in or beside the nodes of a piece.
 * @param {Node[]} nodes
 * @param {Put} put
 */
export const placeInPiece = (nodes, put) => {
  const { before, parent, target } = put;
  const isInside = nodes.some((it) => of(it).contains(parent));
  const { copies, mark } = rebuild(
    put,
    isInside ? nodes : before.filter((it) => nodes.includes(it) || it === target),
  );
  const root = around(copies);
  return { root, mark: !isInside && target === parent ? root : mark };
};

/** Return what a fresh block has for a block, by its id. @param {Element} fresh @param {Element} block */
export const blockIn = (fresh, block) => (of(fresh).id === of(block).id ? fresh : byId(fresh, of(block).id));

/**
 * Return a place in a fresh block, or null: by its id; by what it shows, where nothing else of the kind shows
 * the same; or as fields are.
 * @param {Element} fresh
 * @param {{ root: Element, mark: Element }} place
 * @returns {Element | null}
 */
export const twinIn = (fresh, { root, mark }) => {
  const at = blockIn(fresh, root);
  if (!at || mark === root) return at;
  const text = of(mark).textContent?.trim();
  /** @param {Element} from */
  const alike = (from) =>
    [...of(from).querySelectorAll(of(mark).localName)].filter((it) => of(it).textContent?.trim() === text);
  const found = alike(at);
  const isPlain = !of(mark).hasAttribute("id") && text && found.length === 1 && alike(root).length === 1;
  return isPlain ? found[0] : match(root, at).twinOf(mark);
};

/**
 * Put nodes where something was put.
 * @param {Element} target
 * @param {How} how
 * @param {Node[]} nodes
 */
export const insert = (target, how, nodes) => {
  if (how === "inner") of(target).replaceChildren(...nodes);
  else if (how === "outer") of(target).replaceWith(...nodes);
  else if (how === "first") of(target).prepend(...nodes);
  else if (how === "last") of(target).append(...nodes);
  else of(target)[how](...nodes);
};
