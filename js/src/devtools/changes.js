/* What has happened since the page was loaded, and which blocks are refreshed for what. */

import { draw, erase, showCount } from "./drawing.js";
import { idOf, nameOf } from "./names.js";

/** @typedef {import("./drawing.js").Change} Change */

const MAX_CHANGES = 50; // that are listed

/** @type {Change[]} The newest one first. */
export const log = [];
/** @type {Map<string, Change[]>} The changes that a block is refreshed for next, by its id. */
export const causes = new Map();
/** @type {Map<string, string>} Whose change a version is, where the page knows it by more than the socket. */
const owners = new Map();
let count = 0;

/** @type {(title: string, facts?: Partial<Change>) => Change} */
export const record = (title, facts) => {
  /** @type {Change} */
  const change = { title, at: new Date(), states: new Map(), missed: new Map(), requests: [], ...facts };
  log.unshift(change);
  log.splice(MAX_CHANGES).forEach(erase);
  showCount((count += 1));
  draw(change);
  return change;
};

/* What goes out in one task has one cause. */
/** @type {Change | undefined} */
let recent;

/** Return the change of this title, if this task has recorded one; record it otherwise. @param {string} title */
export const recordOnce = (title) => {
  if (recent?.title !== title) {
    recent = record(title);
    setTimeout(() => (recent = undefined));
  }
  return recent;
};

/**
 * Say what became of a block.
 * @type {(changes: Change[], block: HTMLElement, text: string | (() => string)) => void}
 */
export const say = (changes, block, text) => {
  for (const change of changes) {
    change.states.set(idOf(block), { label: nameOf(block), text });
    draw(change);
  }
};

/** Say why a change did not cover a block. @type {(change: Change, reason: string, block: HTMLElement) => void} */
export const miss = (change, reason, block) => {
  change.missed.set(reason, [...(change.missed.get(reason) ?? []), nameOf(block)]);
  draw(change);
};

/** @param {Element} block */
export const causesOf = (block) => causes.get(idOf(block)) ?? [];

/** A block is refreshed for a change next. @type {(block: Element, change: Change) => void} */
export const blame = (block, change) => {
  const known = causesOf(block);
  if (!known.includes(change)) causes.set(idOf(block), [...known, change]);
};

/**
 * Remember whose change a version is. One's own change comes back by the socket, which may be quicker than the response to it.
 * @type {(version: string | null | undefined, whose: string) => void}
 */
export const own = (version, whose) => {
  if (!version) return;
  owners.set(version, whose);
  for (const change of log) if (change.version === version && change.source === "socket") claim(change);
  for (const old of [...owners.keys()].slice(0, -MAX_CHANGES)) owners.delete(old);
};

/** Say whose change the socket has brought, if that is known. @param {Change} change */
export const claim = (change) => {
  const whose = change.version ? owners.get(change.version) : undefined;
  if (!whose) return;
  change.title = `The socket: ${whose}`;
  draw(change);
};
