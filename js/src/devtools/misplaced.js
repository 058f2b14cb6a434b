/* Blocks that do not stand where the template has put them, or that share their id with something else.

   Under DEBUG a page that the browser has loaded has two comments for each block, one in front of it and one at the end of its
   content. What the HTML parser could not leave in its place, it has moved or left out, and the comments show it. They are
   removed then.

   <!--mizan me tr--><tr id="me" data-mizan="…">…<!--/mizan me tr--></tr> */

import { BLOCK, all, ancestors, is, isContent, of, page, tagOf } from "../dom.js";
import { onChange } from "../events.js";
import { isParsed, whenParsed } from "../lifecycle.js";
import { record } from "./changes.js";

/** @typedef {{ comment: Comment, isEnd: boolean, id: string, tag: string }} Mark */

const MARK = /^(\/?)mizan ([\w-]+) ([\w-]+)$/;
const PATIENCE = 500; // milliseconds in which what a swap replaces has left the page

// In these not every element may stand, or not everywhere; what is missing elsewhere a script may have taken away.
const STRICT =
  "table, caption, colgroup, tbody, thead, tfoot, tr, select, optgroup, option, p, h1, h2, h3, h4, h5, h6, " +
  "li, dt, dd, a, button, form";
// These may stand in a few elements only.
const BOUND = /^(caption|col|colgroup|tbody|thead|tfoot|tr|td|th|form|option|optgroup)$/;

// What every browser leaves in a <select>. Some of them leave other elements there, too.
const IN_SELECT = /^(option|optgroup|hr|button|template)$/;

/** @type {Record<string, string>} What may stand in an element. */
const INSTEAD = {
  table: "tbody",
  tbody: "tr",
  thead: "tr",
  tfoot: "tr",
  tr: "td",
  select: "optgroup",
  p: "span",
};

/** @type {Set<string>} */
const told = new Set();

/** Say it once. @type {(title: string, text: string) => void} */
const tell = (title, text) => {
  if (told.has(text)) return;
  told.add(text);
  console.error(`mizan: ${text}`);
  record(title, { note: text });
};

// ---- what the parser has moved

/** @returns {Mark[]} */
const marks = () => {
  const walker = page.createTreeWalker(page.documentElement, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) {
    const comment = /** @type {Comment} */ (walker.currentNode);
    const [, slash, id, tag] = MARK.exec(comment.data) ?? [];
    if (id && tag) found.push({ comment, isEnd: slash === "/", id, tag });
  }
  return found;
};

/** @type {(element: unknown, id: string) => boolean} */
const isBlock = (element, id) => is(element, `${BLOCK}[id="${CSS.escape(id)}"]`);

/* Space may stand in between, and other comments. */
/** @param {Node | null} node */
const content = (node) => {
  while (node && !isContent(node)) node = node.nextSibling;
  return node;
};

/* The parser puts a <tbody> around a <tr> that stands in a <table>, and the like. */
/** @param {Mark} mark */
const isInPlace = ({ comment, id }) => {
  let next = content(comment);
  while (is(next, "tbody, tr, colgroup") && !isBlock(next, id)) next = content(next?.firstChild ?? null);
  return isBlock(next, id);
};

/** @param {string} id */
const isThere = (id) => all(`${BLOCK}[id="${CSS.escape(id)}"]`).length > 0;

/** @type {(mark: Mark, parent: Element) => string} */
const wayOut = ({ tag }, parent) => {
  const name = parent.localName;
  const instead = INSTEAD[name];
  const whole = of(parent).closest("table, select")?.localName ?? name;
  const write = instead && instead !== tag ? `Write tag="${instead}", or put` : "Put";
  return BOUND.test(tag) && !INSTEAD[name]
    ? `A <${tag}> may stand in a few elements only: name another one with tag=.`
    : `${write} the block around the <${whole}>.`;
};

/** @type {(mark: Mark, parent: Element, fate: string, where?: string) => void} */
const tellFate = (mark, parent, fate, where = "in") => {
  const { id, tag } = mark;
  const what = `<${tag} id="${id}"> ${where} ${tagOf(parent)}, where its template has it`;
  tell(`${fate} a block`, `${fate} ${what}: a <${tag}> may not stand there. ${wayOut(mark, parent)}`);
};

/** @param {Mark} mark */
const checkStart = (mark) => {
  const { comment, id, tag } = mark;
  const parent = comment.parentElement;
  if (!parent) return false;
  if (isInPlace(mark)) {
    if (is(parent, "select") && !IN_SELECT.test(tag)) tellFate(mark, parent, "Other browsers leave out");
    return false;
  }
  const isMoved = isThere(id);
  if (!is(parent, STRICT) && (isMoved || !BOUND.test(tag))) return false;
  if (isMoved) tellFate(mark, parent, "The browser has moved", "out of");
  else tellFate(mark, parent, "The browser has left out");
  return true;
};

/** @param {Mark} mark */
const checkEnd = ({ comment, id, tag }) => {
  const parent = comment.parentElement;
  if (!parent || !isThere(id) || [parent, ...ancestors(parent)].some((it) => isBlock(it, id))) return;
  tell(
    "The browser has torn a block apart",
    `The browser has ended <${tag} id="${id}"> before the end of its content, which may not stand in a <${tag}>. Name ` +
      "another element with tag=.",
  );
};

const checkMarks = () => {
  const found = marks();
  const misplaced = new Set(found.filter((mark) => !mark.isEnd && checkStart(mark)).map(({ id }) => id));
  for (const mark of found) if (mark.isEnd && !misplaced.has(mark.id)) checkEnd(mark);
  for (const { comment } of found) comment.remove();
  if (found.length) renewHashes();
};

/* What single flight knows of a block it forgets where a script changes the block, unless a hash comes along. */
const renewHashes = () => {
  for (const block of all(`${BLOCK}[data-mizan-hash]`)) {
    of(block).setAttribute("data-mizan-hash", of(block).getAttribute("data-mizan-hash") ?? "");
  }
};

// ---- ids that come twice

/** @returns {Map<string, Element[]>} */
const duplicates = () => {
  /** @type {Map<string, Element[]>} */
  const found = new Map();
  for (const each of all("[id]")) {
    const id = of(each).getAttribute("id") ?? "";
    found.set(id, [...(found.get(id) ?? []), each]);
  }
  for (const [id, elements] of found) {
    if (elements.length < 2 || !elements.some((it) => is(it, BLOCK))) found.delete(id);
  }
  return found;
};

/** @type {Set<string>} Ids that two elements had when this was looked at last. */
let suspects = new Set();
let isDue = false;

const checkIds = () => {
  isDue = false;
  const found = duplicates();
  for (const [id, [first, second]] of found) {
    if (!suspects.has(id)) continue;
    tell(
      `Two elements have the id ${id}`,
      `Two elements have the id "${id}": ${tagOf(first)} and ${tagOf(second)}. A refresh would change the first of them only. ` +
        "Give each block an id of its own, or leave it out.",
    );
  }
  const isNew = [...found.keys()].some((id) => !suspects.has(id));
  suspects = new Set(found.keys());
  if (isNew) checkSoon();
};

const checkSoon = () => {
  if (isDue) return;
  isDue = true;
  setTimeout(checkIds, PATIENCE);
};

export const start = () => {
  /* Deferred, this runs when the page is parsed, and before most of its scripts may move anything. */
  if (isParsed()) checkMarks();
  else addEventListener("DOMContentLoaded", checkMarks, true);
  whenParsed(() => {
    checkSoon();
    onChange(checkSoon, ["id"]);
  });
};
