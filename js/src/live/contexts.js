/* Blocks of live contexts, which have data-mizan-version. The server is asked to watch what they are bound to, with the
   version that they show, and says what of it is stale: never what is new, which each block fetches by its own request.
   What happened while there was no socket it says when there is one again. */

import { fail, invalidate, retry } from "../blocks/refresh.js";
import { all, of } from "../dom.js";
import { on } from "../events.js";
import { covers, parse } from "../grammar.js";
import { later } from "../versions.js";
import { refreshSoon, start as startInvalidations } from "./invalidations.js";
import { ask, attach, isFollowed, isOpen, lookSoon, showOpen, waitAfter } from "./transport.js";

const LIVE = "[data-mizan-version]";
const RETURN = 3_000; // milliseconds in which a page that came back has to be followed again
const [MAX_KEYS, MAX_TEXT] = [1000, 60_000]; // what the server takes in one frame, keys and characters
/** What a site that has changed says of a key. @type {Record<string, number>} */
const GONE = { NOT_FOUND: 404, VALIDATION_ERROR: 422 };

let watched = ""; // the keys that the server was last asked to watch
/** @type {Set<string>} Keys that the server took, ever. */
const accepted = new Set();
/** @type {Map<string, string>} Key → the code with which it was refused, or "" where it was left out without an error. */
const refused = new Map();
/** Key → the version that its blocks must have to be up to date, or to have been invalidated otherwise.
    @type {Map<string, string | undefined>} */
const known = new Map();
/** @type {WeakMap<Element, string | undefined>} Block → its version when it was last looked at. */
const seen = new WeakMap();
let retrying = 0; // the timer of the next attempt where the server could not say who may watch what
let faults = 0; // of that kind, in a row

const blocks = () => all(LIVE);
/** @param {string} list */
const split = (list) => list.split(/[ \t]*,[ \t]*/).filter(Boolean);
/** @param {HTMLElement} block */
const keysOf = (block) => split(of(block).dataset.mizan ?? "");
/** @param {HTMLElement} block */
const versionOf = (block) => of(block).dataset.mizanVersion;
/** @param {Iterable<string>} keys */
const listOf = (keys) => [...keys].sort().join(", ");
/** @param {string} list */
const refreshAll = (list) => invalidate(list, {}, { source: "socket" });

/**
 * Versions of two lives of the server's store can't be compared; then none is known, and all is stale.
 * @param {string | undefined} one
 * @param {string | undefined} other
 */
const older = (one, other) => {
  const distance = later(one, other);
  return Number.isNaN(distance) ? "" : distance < 0 ? one : other;
};

/** Return what the page shows: key → the oldest version of it. */
const shown = () => {
  /** @type {Map<string, string | undefined>} */
  const versions = new Map();
  let text = 0;
  for (const block of blocks()) {
    const version = versionOf(block);
    for (const key of keysOf(block)) {
      if (versions.has(key)) versions.set(key, older(version, versions.get(key)));
      else if (versions.size < MAX_KEYS && (text += 2 * key.length + 40) < MAX_TEXT)
        versions.set(key, version);
    }
  }
  return versions;
};

/** @type {(key: string, version: string | undefined) => void} */
const learn = (key, version) => {
  if (!(later(known.get(key), version) >= 0)) known.set(key, version);
};

/** @param {number} [patience] */
const watch = async (patience) => {
  const versions = shown();
  for (const block of blocks()) seen.set(block, versionOf(block));
  for (const map of [known, refused]) for (const key of map.keys()) if (!versions.has(key)) map.delete(key);
  for (const [key, version] of versions) learn(key, version);
  watched = listOf(versions.keys());
  const answer = ask(
    { action: "watch", contexts: watched, versions: Object.fromEntries(versions) },
    patience,
  );
  answer.catch(retryWatch);
  const { data } = await answer;
  const taken = split(data?.watching ?? "");
  for (const key of taken) accepted.add(key);
  takeBack(taken.filter((key) => refused.delete(key)));
  leaveOut([...versions.keys()].filter((key) => !taken.includes(key)));
  if (!retrying) faults = 0;
};

/* What was given up is requested where it is followed again, such as after a release was taken back. */
/** @param {string[]} keys */
const takeBack = (keys) => {
  for (const block of blocks()) if (keysOf(block).some((key) => keys.includes(key))) retry(block);
};

/* Of what was left out without an error the server says nothing: since the page was made, its context has ceased to be live,
   or another text stands for the same value. By its refresh the block says the like. If it does not, it can't be
   followed. */
/** @param {string[]} keys */
const leaveOut = (keys) => {
  const again = keys.filter((key) => refused.get(key) === "");
  const first = keys.filter((key) => !refused.has(key));
  for (const key of first) refused.set(key, "");
  if (first.length) refreshAll(listOf(first));
  giveUp(again, 404, "it is not live");
};

/* Nobody will say that these are stale: what they show counts as old from now on. */
/** @type {(keys: string[], status: number, reason: string) => void} */
const giveUp = (keys, status, reason) => {
  for (const block of blocks()) {
    const key =
      of(block).dataset.mizanError === undefined && keysOf(block).find((each) => keys.includes(each));
    if (key) fail(block, status, `The server does not follow ${key}: ${reason}.`);
  }
};

/* The server's own trouble says nothing about what one may watch. It passes, and nobody would ask again. */
/** @param {{ code?: string }} error */
const retryWatch = ({ code }) => {
  if (code === "INTERNAL_ERROR") retrying ||= setTimeout(watchAgain, waitAfter(faults++));
};

const watchAgain = () => {
  retrying = 0;
  if (isOpen()) watch().then(showOpen, () => {});
};

/* Wherever it comes from, a block may come into the page that is older than what the server has said of its key by then. It
   will not say that again, unless asked. */
/** @param {HTMLElement} block */
const isBehind = (block) => {
  const version = versionOf(block);
  if (seen.get(block) === version) return false;
  seen.set(block, version);
  return keysOf(block).some((key) => later(version, known.get(key)) < 0);
};

/* A block that has come since its key was refused may be followed by now: by another server, or anew. */
/** @param {HTMLElement} block */
const isInDoubt = (block) =>
  !seen.has(block) &&
  keysOf(block).some((key) => refused.get(key) === "" || (refused.get(key) ?? "") in GONE);

const look = () => {
  const doubtful = blocks().filter(isInDoubt);
  const behind = blocks().filter(isBehind);
  // Where the socket is lost meanwhile, the next one begins with this.
  if (doubtful.length || behind.length || listOf(shown().keys()) !== watched) watch().catch(() => {});
};

/** @param {import("./transport.js").Frame} frame */
const receive = ({ invalidate: list, versions = {}, spread = 0, error, code = "", contexts = "" }) => {
  for (const key of split(list ?? "")) {
    for (const each of split(watched)) if (covers(parse(key), each)) learn(each, versions[key]);
    refreshSoon(key, versions[key], spread);
  }
  if (!error) return;
  const keys = split(contexts);
  if (contexts) retryWatch({ code });
  for (const key of keys) refused.set(key, code);
  if (code in GONE) giveUp(keys, /** @type {number} */ (GONE[code]), error);
  // Of what may not be watched any more, nothing may be seen either.
  const lost = code === "FORBIDDEN" ? keys.filter((key) => accepted.delete(key)) : [];
  if (lost.length) refreshAll(lost.join(", "));
};

/* Otherwise everything would be fetched anew: the server says what has changed. */
/** @param {Event} event */
const comeBack = (event) => {
  if (!blocks().length) return;
  event.preventDefault();
  setTimeout(() => {
    const keys = listOf(shown().keys());
    if (keys && !isFollowed()) invalidate(keys, {}, { source: "return" });
  }, RETURN);
};

export const start = () => {
  /* A morph keeps the element. What a cache before the site answered may be as old as what was there. */
  on("mizan:refreshed", ({ target }) => {
    for (const block of [target, ...of(target).querySelectorAll(LIVE)]) seen.delete(block);
    lookSoon();
  });
  startInvalidations(() => watched);
  on("mizan:return", comeBack);
  attach({ isNeeded: () => blocks().length > 0, opened: watch, pageChanged: look, receive, probe: watch });
};
