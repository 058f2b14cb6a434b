/* What the server says is stale, and when its blocks refresh: at most once a second for each key, all keys of one change
   together, and not before the answer to a change of this page's own, which may bring it. */

import { invalidate } from "../blocks/refresh.js";
import { isSafe, page } from "../dom.js";
import { on } from "../events.js";
import { spelt } from "../htmx.js";
import { later } from "../versions.js";

const WINDOW = 1000; // milliseconds in which the same key refreshes its blocks once
const CHANGE = 20; // milliseconds in which the server names the keys of one change, one after the other
const OWN = 2000; // milliseconds to wait for the answer to a change of this page's own
const ANSWER = 10_000; // milliseconds after which no answer is expected any more

/** @type {Map<string, string | null | undefined>} What waits, key → version; null for a window without news until now. */
const pending = new Map();
/** @type {Set<string>} Keys that wait for the page to be shown. */
const held = new Set();
/** What has waited enough, version → keys: they refresh together, so that a block inside of another stale one comes with
    that and not by a request of its own. @type {Map<string | undefined, string[]>} */
const due = new Map();
/** What may change something and is under way, request → the timer that gives it up. What the server says meanwhile is
    likely that change. @type {Map<unknown, number>} */
const changing = new Map();
let soon = 0; // timers of what is due: where nothing is under way, and where something is
let late = 0;
/** @type {() => string} What "*" stands for: of blocks that the server does not follow, it says nothing. */
let everything;

/**
 * Refresh the blocks of a key.
 * @param {string} key
 * @param {string | undefined} version - since when they are stale
 * @param {number} spread - milliseconds: refresh at a random moment within them
 */
export const refreshSoon = (key, version, spread) => {
  const isFirst = !pending.has(key);
  const former = pending.get(key);
  pending.set(key, former && later(former, version) > 0 ? former : version);
  if (!isFirst) return;
  if (spread) setTimeout(refresh, Math.random() * spread, key);
  else refresh(key);
};

/** @param {string} key */
const refresh = (key) => {
  const version = pending.get(key);
  if (version === null) return void pending.delete(key);
  if (page.hidden) return void held.add(key);
  pending.set(key, null);
  setTimeout(refresh, WINDOW, key);
  due.set(version, [...(due.get(version) ?? []), key]);
  planDue();
};

const planDue = () => {
  if (!due.size) return;
  if (changing.size) late ||= setTimeout(refreshDue, OWN);
  else soon ||= setTimeout(refreshDue, CHANGE);
};

const refreshDue = () => {
  clearTimeout(soon);
  clearTimeout(late);
  soon = late = 0;
  const changes = [...due];
  due.clear();
  for (const [version, keys] of changes) {
    const list = keys.includes("*") ? everything() : keys.join(", ");
    if (list) invalidate(list, {}, { version, source: "socket" });
  }
};

/**
 * A request that may change something is under way.
 * @param {unknown} request
 */
export const beginChange = (request) => {
  changing.set(request, setTimeout(endChange, ANSWER, request));
};

/**
 * The answer to a request is there, and was carried out.
 * @param {unknown} request
 */
export const endChange = (request) => {
  clearTimeout(changing.get(request));
  if (changing.delete(request)) planDue();
};

/** @param {() => string} list - returns what the server follows of the page */
export const start = (list) => {
  everything = list;
  /* Not by mizan:request, after which htmx may still send nothing, and not by mizan:answer: on htmx 4 what came with an
     answer is taken only when that is swapped in, and would count as older than what the server says before. */
  // htmx 2: its own events are lost on an element that has left the page
  on("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
    if (!isSafe(requestConfig.verb)) beginChange(xhr);
    xhr.addEventListener("loadend", () => endChange(xhr));
  });
  // htmx 4
  on(spelt("htmx:before:request"), ({ detail: { ctx } }) => isSafe(ctx.request.method) || beginChange(ctx));
  on(spelt("htmx:finally:request"), ({ detail: { ctx } }) => endChange(ctx));
  on("visibilitychange", () => {
    if (page.hidden) return;
    for (const key of held) held.delete(key) && refresh(key);
  });
};
