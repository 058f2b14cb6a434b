/* What visitors have loaded into a block, and what is not in use, is asked for again when the block is fresh,
   by the same GET to the same place; until then it shows what it did. What can't be asked for again, because
   it answered a POST or because the server refuses it now, is what the fresh block has in its place. */

import { attributeOf, isIn, of, page } from "../dom.js";
import { on, onCapture } from "../events.js";
import { htmx } from "../htmx.js";
import {
  forget,
  forgetGone,
  giveBack,
  insertions,
  isInUse,
  isSame,
  isThere,
  nodesOf,
  partsOf,
  removePiece,
  restorePiece,
  widen,
} from "./insertions.js";
import { STYLE, comeInstead } from "./instead.js";
import { match } from "./matching.js";
import { copyAll, follow, insert, pathOf } from "./places.js";

const CALMLY = " swap:0s transition:false ignoreTitle:true";

/**
 * A request for an insertion. `main` is its piece in the target of the request; `target` is where it is put
 * anew, if it was inside of another one that came anew; `below` are those inside of it.
 * @typedef {{ insertion: Insertion, main?: Piece, target?: Element, place: Element, below: Insertion[],
 *   isAnswered: boolean }} Asking
 */

/** @type {WeakMap<Element, Asking>} By the element that asks. */
const asked = new WeakMap();

/** Return what an element asks for again, if it does. @param {Element} element */
export const askedBy = (element) => asked.get(element);

/* By an element of its own, to which the page hands nothing down, and after another one that is put before
   the place when the answer is there: of mere text in the place of an element, htmx 2 fires no event. What
   comes again keeps what scripts and visitors have made of it. What came out of band comes so again. */
/** @param {Insertion} insertion @param {Element} [target] */
const ask = async (insertion, target) => {
  const { url, headers, strip, select, selectOOB } = insertion.request;
  const main = target ? insertion.pieces[0] : insertion.pieces.find(({ isMain }) => isMain);
  const source = page.createElement("template");
  source.setAttribute("data-mizan-again", "");
  const place = page.createElement("template");
  const around = /** @type {Element} */ (target ?? nodesOf(insertion).find(isThere));
  const extensions = attributeOf(around, "hx-ext");
  if (extensions) source.setAttribute("hx-ext", extensions);
  page.documentElement.append(source, ...(main ? [] : [place]));
  /** @type {Asking} */
  const asking = { insertion, main, target, place, below: [], isAnswered: false };
  asked.set(source, asking);
  insertion.isAsked = true;
  const swap = (main ? STYLE : "none") + (strip ? " strip:true" : "") + CALMLY;
  try {
    await htmx.ajax("GET", url, { source, target: place, swap, select, selectOOB, headers });
  } catch {
    // htmx has said why.
  }
  source.remove();
  if (!main) place.remove();
  insertion.isAsked = false;
  if (!asking.isAnswered || of(place).isConnected) giveBack(insertion);
  askForAll(); // the block may have been refreshed once more meanwhile
};

const askForAll = () => {
  forgetGone();
  for (const each of insertions) {
    if (!each.isDue || each.isAsked || isInUse(each)) continue;
    each.isDue = false;
    if (each.request.isSafe) ask(each);
    else giveBack(each);
  }
};

/**
 * What was inside of what has come anew is asked for after it.
 * @param {Asking} asking
 * @param {Insertion} insertion - what has come
 */
export const askForInside = ({ below }, { pieces: [into] }) => {
  for (const {
    request,
    pieces: [piece],
  } of below.splice(0)) {
    if (!piece || !into || !request.isSafe) continue;
    const root = copyAll(into.nodes);
    const twin = piece.mark === piece.root ? root : match(piece.root, root).twinOf(piece.mark);
    if (!twin) continue;
    const [at, ...path] = pathOf(twin, root);
    const target = twin === root ? of(into.nodes[0]).parentNode : follow(into.nodes[at], path);
    const original = piece.how === "outer" && target ? [target] : [];
    const again = { request, pieces: [{ ...piece, nodes: [], original }], above: into };
    ask(again, /** @type {Element} */ (target));
  }
};

/** Take what has come into its place for the piece. @param {Asking} asking @param {Put} put */
export const renew = ({ insertion, main, place }, { nodes, parent }) => {
  place.remove();
  if (!main) return;
  main.nodes = partsOf(nodes);
  if (insertion.above) widen(insertion.above, parent, main.nodes);
  if (isSame(main.nodes, main.original)) main.nodes = [];
};

/* Return the elements that are still there, behind the place. */
/** @param {Piece} piece @param {Element} place */
const makeRoom = (piece, place) => {
  const there = /** @type {Element[]} */ (piece.nodes.filter(isThere));
  of(there[0]).before(place);
  const stays = piece.isText ? [] : there;
  if (piece.how === "inner") {
    const others = [...of(/** @type {ParentNode} */ (place.parentNode)).childNodes].filter(
      (it) => it !== place,
    );
    for (const it of others) if (!isIn(it, stays)) it.remove();
  } else if (piece.isText) removePiece(piece);
  [piece.nodes, piece.isText] = [[place, ...stays], false];
  return stays;
};

/* Before anybody else looks at what the answer is for. */
/** @param {CustomEvent<AnswerDetail>} event */
const noteAnswer = (event) => {
  const { element, status } = event.detail;
  const asking = asked.get(element);
  if (!asking) return;
  const { insertion, main, target, place } = asking;
  asking.isAnswered = true;
  if (target && main) {
    insert(target, main.how, [place]);
    main.nodes = [place];
    comeInstead(place, [], element);
  } else if (!insertions.has(insertion) || isInUse(insertion)) {
    insertion.isDue = true;
    return event.preventDefault();
  } else if (main) {
    const isBelow = (/** @type {Insertion} */ { above }) =>
      above !== undefined && insertion.pieces.includes(above);
    asking.below = [...insertions].filter(isBelow);
    asking.below.forEach(forget);
    insertion.isForced = false;
    comeInstead(place, makeRoom(main, place), element);
  }
  for (const piece of insertion.pieces) if (!piece.isMain) restorePiece(piece);
  if (status < 200 || status > 299) event.preventDefault();
};

export const start = () => {
  on("mizan:refreshed", askForAll);
  on("focusout", () => setTimeout(askForAll));
  onCapture("mizan:answer", noteAnswer);
};
